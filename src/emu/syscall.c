/* Notes: one process with one thread; time, signals, files and memory as the notes of the
 * syscall_*.c files say.  An unknown call returns ENOSYS and is remembered.  Numbers are those
 * of asm-generic/unistd.h. */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emu/syscall_priv.h"

enum { PID = 1000, PARENT = 1, USER = 1000 };

enum { CALL_RT_SIGRETURN = 139, CALL_MAX = 512 };

enum { LIMIT_STACK = 3, LIMIT_NOFILE = 7 };

int system_init(struct system *s, struct memory *memory, const struct emu_options *o,
                struct err *err)
{
    *s = (struct system){.memory = memory, .host_clock = o->host_clock, .input = -1};
    for (int i = 0; i < SYSTEM_LIMITS; i++)
        s->limit[i][0] = s->limit[i][1] = UINT64_MAX;
    s->limit[LIMIT_STACK][0] = UINT64_C(8) << 20; /* STACK_BYTES of stack.h */
    s->limit[LIMIT_NOFILE][0] = s->limit[LIMIT_NOFILE][1] = FILES_MAX;
    if (o->input != NULL && (s->input = open(o->input, O_RDONLY | O_CLOEXEC)) < 0)
        return err_set_errno(err, ERR_DATA, errno, "cannot open '%s'", o->input);
    int rc = files_init(&s->files, o->read_stdin ? 0 : s->input, o->out_fd, o->err_fd, o->files,
                        err);
    s->files.terminal = o->terminal;
    if (rc == 0 && o->files_read_only)
        files_make_read_only(&s->files);
    return rc;
}

void system_release(struct system *s)
{
    if (s->memory == NULL)
        return;
    files_release(&s->files);
    if (s->input >= 0)
        close(s->input);
    s->input = -1;
}

static int64_t call_exit(struct system *s, const uint64_t *x)
{
    s->state = SYSTEM_EXITED;
    s->exit_code = (int)(x[0] & 255);
    return 0;
}

static int64_t call_none(struct system *s, const uint64_t *x)
{
    (void)s, (void)x;
    return 0;
}

/* Known, and known not to be there: libraries ask for these and do without. */
static int64_t call_absent(struct system *s, const uint64_t *x)
{
    (void)s, (void)x;
    return -ENOSYS;
}

static int64_t call_pid(struct system *s, const uint64_t *x)
{
    (void)s, (void)x;
    return PID;
}

static int64_t call_parent(struct system *s, const uint64_t *x)
{
    (void)s, (void)x;
    return PARENT;
}

static int64_t call_user(struct system *s, const uint64_t *x)
{
    (void)s, (void)x;
    return USER;
}

static int64_t call_uname(struct system *s, const uint64_t *x)
{
    static const char name[6][65] = {"Linux", "rung", "6.1.0", "#1", "aarch64", "(none)"};

    return system_put(s, x[0], name, sizeof(name));
}

/* The same bytes in every run (splitmix64, Steele et al. 2014). */
static int64_t call_getrandom(struct system *s, const uint64_t *x)
{
    uint64_t length = x[1] < 1 << 25 ? x[1] : 1 << 25;
    uint8_t *p = system_pointer(s, x[0], length, MEMORY_WRITE);

    if (x[2] & ~(uint64_t)7)
        return -EINVAL;
    if (p == NULL)
        return -EFAULT;
    for (uint64_t i = 0; i < length; i += 8) {
        uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        memcpy(p + i, &z, length - i < 8 ? length - i : 8);
    }
    return (int64_t)length;
}

static int64_t call_prlimit64(struct system *s, const uint64_t *x)
{
    uint64_t wanted[2];
    int64_t rc = 0;

    if ((int32_t)x[0] != 0 && (int32_t)x[0] != PID)
        return -ESRCH;
    if ((uint32_t)x[1] >= SYSTEM_LIMITS)
        return -EINVAL;
    uint64_t *limit = s->limit[(uint32_t)x[1]];
    if (x[2] != 0)
        rc = system_get(s, wanted, x[2], sizeof(wanted));
    if (rc == 0 && x[2] != 0)
        rc = wanted[0] > wanted[1] ? -EINVAL : wanted[1] > limit[1] ? -EPERM : 0;
    if (rc == 0 && x[3] != 0)
        rc = system_put(s, x[3], limit, sizeof(wanted));
    if (rc == 0 && x[2] != 0)
        memcpy(limit, wanted, sizeof(wanted));
    return rc;
}

static int64_t call_getrlimit(struct system *s, const uint64_t *x)
{
    return call_prlimit64(s, (const uint64_t[]){0, x[0], 0, x[1]});
}

static int64_t call_setrlimit(struct system *s, const uint64_t *x)
{
    return call_prlimit64(s, (const uint64_t[]){0, x[0], x[1], 0});
}

/* One processor. */
static int64_t call_sched_getaffinity(struct system *s, const uint64_t *x)
{
    static const uint64_t mask = 1;

    if ((int32_t)x[0] != 0 && (int32_t)x[0] != PID)
        return -ESRCH;
    if (x[1] < sizeof(mask) || x[1] % sizeof(mask) != 0)
        return -EINVAL;
    int64_t rc = system_put(s, x[2], &mask, sizeof(mask));
    return rc < 0 ? rc : (int64_t)sizeof(mask);
}

static int64_t call_getcpu(struct system *s, const uint64_t *x)
{
    static const uint32_t zero;

    for (int i = 0; i < 2; i++)
        if (x[i] != 0 && system_put(s, x[i], &zero, sizeof(zero)) < 0)
            return -EFAULT;
    return 0;
}

static int64_t call_sysinfo(struct system *s, const uint64_t *x)
{
    /* struct sysinfo of linux/sysinfo.h; memory in bytes */
    struct {
        int64_t uptime;
        uint64_t loads[3], total_ram, free_ram, shared, buffers, total_swap, free_swap;
        uint16_t processes, pad;
        uint32_t pad2;
        uint64_t total_high, free_high;
        uint32_t unit, pad3;
    } g = {.uptime = (int64_t)(system_ticks(s) / 1000000000),
           .total_ram = MEMORY_LIMIT,
           .free_ram = MEMORY_LIMIT - s->memory->mapped,
           .processes = 1,
           .unit = 1};

    return system_put(s, x[0], &g, sizeof(g));
}

/* Nobody else could wake the one thread that there is. */
static int64_t call_futex(struct system *s, const uint64_t *x)
{
    enum {
        WAIT = 0,
        WAKE = 1,
        WAIT_BITSET = 9,
        WAKE_BITSET = 10,
        PRIVATE = 128,
        REALTIME = 256
    };
    uint64_t operation = x[1] & ~(uint64_t)(PRIVATE | REALTIME);
    uint32_t value;
    int64_t span[2];

    if (x[0] % 4 != 0)
        return -EINVAL;
    if (operation == WAKE || operation == WAKE_BITSET)
        return memory_allows(s->memory, x[0], 4, MEMORY_READ) ? 0 : -EFAULT;
    if (operation != WAIT && operation != WAIT_BITSET)
        return -ENOSYS;
    if (system_get(s, &value, x[0], sizeof(value)) < 0)
        return -EFAULT;
    if (value != (uint32_t)x[2])
        return -EAGAIN;
    if (x[3] == 0) {
        s->state = SYSTEM_STUCK;
        snprintf(s->text, sizeof(s->text), "would wait for ever for the futex at 0x%" PRIx64,
                 x[0]);
        return -EAGAIN;
    }
    if (system_get(s, span, x[3], sizeof(span)) < 0)
        return -EFAULT;
    /* FUTEX_WAIT_BITSET gives a time of a clock, FUTEX_WAIT a span. */
    uint64_t clock = x[1] & REALTIME ? 0 : 1, flags = operation == WAIT_BITSET;
    int64_t rc = system_clock_nanosleep(s, (const uint64_t[]){clock, flags, x[3]});
    return rc < 0 ? rc : -ETIMEDOUT;
}

static system_function *const table[CALL_MAX] = {
    [17] = system_getcwd,
    [23] = system_dup,
    [24] = system_dup3,
    [25] = system_fcntl,
    [29] = system_ioctl,
    [34] = system_mkdirat,
    [35] = system_unlinkat,
    [38] = system_renameat,
    [46] = system_ftruncate,
    [48] = system_faccessat,
    [56] = system_openat,
    [57] = system_close,
    [61] = system_getdents64,
    [62] = system_lseek,
    [63] = system_read,
    [64] = system_write,
    [65] = system_readv,
    [66] = system_writev,
    [67] = system_pread64,
    [68] = system_pwrite64,
    [78] = system_readlinkat,
    [79] = system_newfstatat,
    [80] = system_fstat,
    [82] = system_fsync,
    [83] = system_fsync, /* fdatasync */
    [93] = call_exit,
    [94] = call_exit, /* exit_group */
    [96] = call_pid,  /* set_tid_address: there is no other thread to tell */
    [98] = call_futex,
    [99] = call_none, /* set_robust_list */
    [101] = system_nanosleep,
    [113] = system_clock_gettime,
    [114] = system_clock_getres,
    [115] = system_clock_nanosleep,
    [123] = call_sched_getaffinity,
    [124] = call_none, /* sched_yield */
    [129] = system_kill,
    [130] = system_tkill,
    [131] = system_tgkill,
    [132] = system_sigaltstack,
    [134] = system_rt_sigaction,
    [135] = system_rt_sigprocmask,
    [136] = system_rt_sigpending,
    [153] = system_times,
    [160] = call_uname,
    [163] = call_getrlimit,
    [164] = call_setrlimit,
    [165] = system_getrusage,
    [166] = system_umask,
    [168] = call_getcpu,
    [169] = system_gettimeofday,
    [172] = call_pid,
    [173] = call_parent,
    [174] = call_user, /* getuid */
    [175] = call_user, /* geteuid */
    [176] = call_user, /* getgid */
    [177] = call_user, /* getegid */
    [178] = call_pid,  /* gettid */
    [179] = call_sysinfo,
    [214] = system_brk,
    [215] = system_munmap,
    [216] = system_mremap,
    [222] = system_mmap,
    [226] = system_mprotect,
    [232] = system_mincore,
    [233] = system_madvise,
    [261] = call_prlimit64,
    [276] = system_renameat2,
    [278] = call_getrandom,
    [293] = call_absent, /* rseq */
    [439] = system_faccessat2,
};

static void remember_unknown(struct system *s, uint64_t number)
{
    for (size_t i = 0; i < s->n_unknown; i++)
        if (s->unknown[i] == number)
            return;
    if (s->n_unknown < SYSTEM_UNKNOWN)
        s->unknown[s->n_unknown++] = number;
}

void system_call(struct system *s, struct cpu *c)
{
    uint64_t number = c->r[8];

    if (number == CALL_RT_SIGRETURN) {
        system_sigreturn(s, c);
    } else if (number < CALL_MAX && table[number] != NULL) {
        c->r[0] = (uint64_t)table[number](s, c->r);
    } else {
        remember_unknown(s, number);
        c->r[0] = (uint64_t)-ENOSYS;
    }
    if (s->state == SYSTEM_RUNNING && (s->pending & ~s->blocked) != 0)
        system_deliver(s, c);
}
