/* Runs a command and writes the CPU seconds that it spent in user mode to a file, with
 * microseconds: user_seconds FILE COMMAND ARGS...  Ends with the command's status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;

    if (argc < 3) {
        fprintf(stderr, "usage: user_seconds FILE COMMAND ARGS...\n");
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        fprintf(stderr, "user_seconds: '%s': %s\n", argv[2], strerror(errno));
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("user_seconds");
        return 99;
    }
    FILE *f = fopen(argv[1], "w");
    if (f == NULL) {
        perror(argv[1]);
        return 99;
    }
    fprintf(f, "%.6f\n", (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6);
    if (fclose(f) != 0) {
        perror(argv[1]);
        return 99;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
