/* Handlers are kept, called for signals that the program sends itself, and may be nested,
 * masked, on a stack of their own, or jump out. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen[65], other_stack;
static char stack[65536];
static sigjmp_buf place;

static void count(int number)
{
    volatile double vector = number * 1.25;

    seen[number] += vector > 0;
}

static void detailed(int number, siginfo_t *info, void *context)
{
    char here;

    seen[number] += info->si_signo == number && info->si_pid == getpid() && context != NULL;
    other_stack = &here >= stack && &here < stack + sizeof(stack);
    raise(SIGUSR2); /* nested */
}

static void leave(int number)
{
    siglongjmp(place, number);
}

int main(void)
{
    struct sigaction a = {.sa_handler = count}, old;
    sigset_t set, before;
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};

    sigaction(SIGUSR2, &a, NULL);
    sigaction(SIGUSR2, NULL, &old);
    printf("kept: %d\n", old.sa_handler == count);
    sigaltstack(&ss, NULL);
    a.sa_sigaction = detailed;
    a.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGUSR1, &a, NULL);
    double x = 0.1;
    for (int i = 0; i < 10; i++) {
        x = x * 1.5 + i;
        raise(SIGUSR1);
    }
    printf("%d %d %d %.12g\n", (int)seen[SIGUSR1], (int)seen[SIGUSR2], (int)other_stack, x);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &before);
    raise(SIGUSR2);
    raise(SIGUSR2);
    sigpending(&set);
    printf("blocked: %d, pending %d\n", (int)seen[SIGUSR2], sigismember(&set, SIGUSR2));
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("unblocked: %d\n", (int)seen[SIGUSR2]);
    signal(SIGTERM, leave);
    int code = sigsetjmp(place, 1);
    if (code == 0)
        kill(getpid(), SIGTERM);
    printf("jumped out: %d\n", code);
    signal(SIGINT, SIG_IGN);
    printf("ignored: %d, child %d\n", raise(SIGINT), raise(SIGCHLD));
    fflush(stdout);
    abort();
}
