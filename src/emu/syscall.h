/* Linux system calls of the guest. */
#ifndef EMU_SYSCALL_H
#define EMU_SYSCALL_H

#include "emu/cpu.h"
#include "emu/files.h"
#include "emu/memory.h"

enum { SYSTEM_SIGNALS = 64, SYSTEM_LIMITS = 16, SYSTEM_UNKNOWN = 16 };

/* As the guest hands it to rt_sigaction. */
struct system_action {
    uint64_t handler, flags, restorer, mask;
};

enum system_state {
    SYSTEM_RUNNING,
    SYSTEM_EXITED, /* exit_code */
    SYSTEM_KILLED, /* by `signal`, which it sent to itself */
    SYSTEM_STUCK   /* waits for what can't come: `text` */
};

/* What system calls know and change. */
struct system {
    struct memory *memory;
    struct files files;
    int input; /* a file that is standard input; -1: none */
    uint64_t brk_start, brk; /* heap */
    uint64_t mmap_top;       /* mappings grow down from here */
    enum system_state state;
    int exit_code, signal;
    char text[96];
    bool had_input;    /* what another run may not find again was read or opened */
    bool code_changed; /* executable memory was unmapped or protected anew */

    uint64_t retired; /* instructions up to the call; set before each call */
    uint64_t next_pc; /* where the guest goes on; set before each call */
    bool host_clock;
    uint64_t slept;  /* nanoseconds */
    uint64_t random; /* state of getrandom */

    struct system_action action[SYSTEM_SIGNALS + 1]; /* by signal number */
    uint64_t blocked, pending;                       /* bit per signal, from 0 for signal 1 */
    uint64_t stack_start, stack_bytes;               /* of sigaltstack; 0: none */
    bool trampoline; /* the code that returns from handlers is mapped */

    uint64_t limit[SYSTEM_LIMITS][2]; /* soft and hard, as prlimit64 */
    uint64_t unknown[SYSTEM_UNKNOWN]; /* numbers of calls that are not implemented */
    size_t n_unknown;
};

/* Release in any case. */
int system_init(struct system *s, struct memory *memory, const struct emu_options *o,
                struct err *err);
void system_release(struct system *s);

/* Does the call in X8 with arguments in X0..X5, result in X0.  Signal handlers and the
 * return from them change next_pc and other registers. */
void system_call(struct system *s, struct cpu *c);

/* What CNTVCT_EL0 reads: nanoseconds of the guest's clock. */
uint64_t system_ticks(const struct system *s);

/* "openat", or NULL for a number that Linux does not have. */
const char *system_call_name(uint64_t number);

#endif
