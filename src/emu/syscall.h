/* Linux system calls of the guest. */
#ifndef EMU_SYSCALL_H
#define EMU_SYSCALL_H

#include "emu/cpu.h"
#include "emu/memory.h"

/* What system calls know and change. */
struct system {
    struct memory *memory;
    int out_fd, err_fd;
    uint64_t brk_start, brk;  /* heap */
    uint64_t mmap_top;        /* mappings grow down from here */
    bool exited;
    int exit_code;
    bool code_changed;        /* executable memory was unmapped or protected anew */
    uint64_t unknown[8];      /* bit per call number that is not implemented and was called */
};

/* Does the call in X8 with arguments in X0..X5, result in X0. */
void system_call(struct system *s, struct cpu *c);

#endif
