/* The handler and the pointer below are the only mutable state outside of a `struct emu`:
 * signals reach a process, not an object. */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "emu/fault.h"
#include "emu/memory.h"

static _Thread_local struct cpu *volatile running;
static struct sigaction earlier_segv, earlier_bus;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int install_errno;

static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction *earlier = number == SIGBUS ? &earlier_bus : &earlier_segv;

    if (earlier->sa_flags & SA_SIGINFO) {
        earlier->sa_sigaction(number, info, context);
    } else if (earlier->sa_handler == SIG_DFL || earlier->sa_handler == SIG_IGN) {
        /* On return the access is tried again and ends the process. */
        signal(number, SIG_DFL);
    } else {
        earlier->sa_handler(number);
    }
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    struct cpu *c = running;
    uintptr_t at = (uintptr_t)info->si_addr;

    if (c != NULL && at >= (uintptr_t)c->mem && at - (uintptr_t)c->mem < MEMORY_LIMIT * 2)
        cpu_raise(c, EMU_FAULT_MEMORY, at - (uintptr_t)c->mem);
    pass_on(number, info, context);
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSEGV, &action, &earlier_segv) < 0 ||
        sigaction(SIGBUS, &action, &earlier_bus) < 0)
        install_errno = errno;
}

int fault_install(struct err *err)
{
    pthread_once(&once, install);
    if (install_errno != 0)
        return err_set_errno(err, ERR_INTERNAL, install_errno, "can't handle SIGSEGV");
    return 0;
}

struct cpu *fault_enter(struct cpu *c)
{
    struct cpu *before = running;

    running = c;
    return before;
}

_Noreturn void cpu_raise(struct cpu *c, enum emu_end_kind kind, uint64_t address)
{
    c->fault = kind;
    c->fault_address = address;
    siglongjmp(c->escape, 1);
}

uint64_t cpu_untag(struct cpu *c, uint64_t address)
{
    uint64_t plain = address & (UINT64_MAX >> 8);

    if (plain >= c->limit)
        cpu_raise(c, EMU_FAULT_MEMORY, address);
    return plain;
}
