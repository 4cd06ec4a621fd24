/* Between the files that implement system calls. */
#ifndef EMU_SYSCALL_PRIV_H
#define EMU_SYSCALL_PRIV_H

#include <errno.h>

#include "emu/syscall.h"

/* One call: arguments in, result or negative errno out. */
typedef int64_t system_function(struct system *s, const uint64_t *x);

/* Host memory behind guest memory that allows `prot`, or NULL. */
static inline void *system_pointer(const struct system *s, uint64_t address, uint64_t length,
                                   int prot)
{
    return memory_allows(s->memory, address, length, prot) ? s->memory->base + address : NULL;
}

/* Copies out of or into the guest: 0 or -EFAULT. */
int64_t system_get(const struct system *s, void *to, uint64_t address, size_t length);
int64_t system_put(const struct system *s, uint64_t address, const void *from, size_t length);

static inline uint64_t system_page_up(uint64_t v)
{
    return (v + MEMORY_PAGE - 1) & ~(uint64_t)(MEMORY_PAGE - 1);
}

/* syscall_memory.c */
system_function system_brk, system_mmap, system_munmap, system_mremap, system_mprotect,
    system_madvise, system_mincore;

/* syscall_file.c */
system_function system_read, system_write, system_readv, system_writev, system_pread64,
    system_pwrite64, system_openat, system_close, system_lseek, system_fstat, system_newfstatat,
    system_readlinkat, system_faccessat, system_faccessat2, system_getcwd, system_ioctl,
    system_dup, system_dup3, system_fcntl, system_getdents64, system_ftruncate, system_fsync,
    system_unlinkat, system_mkdirat, system_renameat, system_renameat2, system_umask;

/* syscall_time.c */
system_function system_clock_gettime, system_clock_getres, system_gettimeofday,
    system_nanosleep, system_clock_nanosleep, system_times, system_getrusage;

/* syscall_signal.c */
system_function system_rt_sigaction, system_rt_sigprocmask, system_rt_sigpending,
    system_sigaltstack, system_kill, system_tkill, system_tgkill;
/* Delivers what is pending and not blocked; `c` is as after the call. */
void system_deliver(struct system *s, struct cpu *c);
void system_sigreturn(struct system *s, struct cpu *c);

#endif
