/* Notes: a guest gets the signals that it sends to itself, at the end of the system call
 * that sends or unblocks them.  Its memory faults end it, whatever handler it has. */
#include "config.h"

#include <string.h>

#include "emu/host_fp.h"
#include "emu/stack.h"
#include "emu/syscall_priv.h"
#include "emu/sysreg.h"

enum {
    SIG_BLOCK_ = 0,
    SIG_UNBLOCK_ = 1,
    SIG_SETMASK_ = 2,
    SIGKILL_ = 9,
    SIGSTOP_ = 19,
    DEFAULT_ = 0, /* SIG_DFL and SIG_IGN, as handlers */
    IGNORE_ = 1,
    SI_TKILL_ = -6,
    SS_ONSTACK_ = 1,
    SS_DISABLE_ = 2,
    MINSIGSTKSZ_ = 5120
};

/* sa_flags of asm-generic/signal-defs.h */
#define FLAG_SIGINFO UINT64_C(4)
#define FLAG_RESTORER UINT64_C(0x04000000)
#define FLAG_ONSTACK UINT64_C(0x08000000)
#define FLAG_NODEFER UINT64_C(0x40000000)
#define FLAG_RESETHAND UINT64_C(0x80000000)

/* What lies on the stack while a handler runs: struct rt_sigframe of the kernel's
 * arch/arm64/kernel/signal.c with asm/sigcontext.h. */
struct frame {
    struct {
        int32_t number, error, code, pad;
        int32_t pid, uid;
        uint8_t rest[104];
    } info;
    uint64_t flags, link;
    struct {
        uint64_t start;
        int32_t flags, pad;
        uint64_t bytes;
    } stack;
    uint64_t mask;
    uint8_t pad[128];
    uint64_t fault_address, x[31], sp, pc, pstate, pad2;
    struct {
        uint32_t magic, size, fpsr, fpcr;
        uint64_t v[64];
    } fp;
    uint32_t end_magic, end_size;
    uint8_t reserved[4096 - 528 - 8];
    uint64_t record[2]; /* X29 and X30, as every function leaves them for unwinders */
};

_Static_assert(offsetof(struct frame, mask) == 128 + 40, "as the kernel lays it out");
_Static_assert(offsetof(struct frame, fault_address) == 128 + 176, "as the kernel lays it out");
_Static_assert(offsetof(struct frame, fp) == 128 + 176 + 288, "as the kernel lays it out");
_Static_assert(sizeof(struct frame) % 16 == 0, "the stack pointer stays aligned");

enum { FP_MAGIC = 0x46508001, FP_SIZE = 528 };

/* Code that a handler returns to; Linux has it in its vdso, a page above the stack. */
#define TRAMPOLINE STACK_TOP

static uint64_t bit(int signal)
{
    return UINT64_C(1) << (signal - 1);
}

static const uint64_t never_blocked = UINT64_C(1) << 8 | UINT64_C(1) << 18; /* KILL, STOP */

int64_t system_rt_sigaction(struct system *s, const uint64_t *x)
{
    uint32_t number = (uint32_t)x[0];
    struct system_action action;
    int64_t rc = 0;

    if (x[3] != 8 || number < 1 || number > SYSTEM_SIGNALS ||
        (x[1] != 0 && (number == SIGKILL_ || number == SIGSTOP_)))
        return -EINVAL;
    if (x[1] != 0)
        rc = system_get(s, &action, x[1], sizeof(action));
    if (rc == 0 && x[2] != 0)
        rc = system_put(s, x[2], &s->action[number], sizeof(action));
    if (rc == 0 && x[1] != 0)
        s->action[number] = action;
    return rc;
}

int64_t system_rt_sigprocmask(struct system *s, const uint64_t *x)
{
    uint64_t set = 0, old = s->blocked;
    int64_t rc = 0;

    if (x[3] != 8)
        return -EINVAL;
    if (x[1] != 0) {
        rc = system_get(s, &set, x[1], sizeof(set));
        if (rc == 0 && (uint32_t)x[0] > SIG_SETMASK_)
            rc = -EINVAL;
    }
    if (rc == 0 && x[2] != 0)
        rc = system_put(s, x[2], &old, sizeof(old));
    if (rc < 0 || x[1] == 0)
        return rc;
    s->blocked = (uint32_t)x[0] == SIG_BLOCK_     ? old | set
                 : (uint32_t)x[0] == SIG_UNBLOCK_ ? old & ~set
                                                  : set;
    s->blocked &= ~never_blocked;
    return 0;
}

int64_t system_rt_sigpending(struct system *s, const uint64_t *x)
{
    uint64_t waiting = s->pending & s->blocked;

    return x[1] != 8 ? -EINVAL : system_put(s, x[0], &waiting, sizeof(waiting));
}

int64_t system_sigaltstack(struct system *s, const uint64_t *x)
{
    struct {
        uint64_t start;
        int32_t flags, pad;
        uint64_t bytes;
    } stack, old = {s->stack_start, s->stack_bytes == 0 ? SS_DISABLE_ : 0, 0, s->stack_bytes};
    int64_t rc = 0;

    if (x[0] != 0)
        rc = system_get(s, &stack, x[0], sizeof(stack));
    if (rc == 0 && x[1] != 0)
        rc = system_put(s, x[1], &old, sizeof(old));
    if (rc < 0 || x[0] == 0)
        return rc;
    if (stack.flags & SS_DISABLE_) {
        s->stack_start = s->stack_bytes = 0;
        return 0;
    }
    if (stack.flags & ~SS_ONSTACK_)
        return -EINVAL;
    if (stack.bytes < MINSIGSTKSZ_)
        return -ENOMEM;
    s->stack_start = stack.start;
    s->stack_bytes = stack.bytes;
    return 0;
}

enum { PID = 1000 };

static int64_t send(struct system *s, uint64_t number)
{
    if (number > SYSTEM_SIGNALS)
        return -EINVAL;
    if (number > 0)
        s->pending |= bit((int)number);
    return 0;
}

int64_t system_kill(struct system *s, const uint64_t *x)
{
    int32_t pid = (int32_t)x[0];

    return pid == PID || pid == 0 || pid == -PID ? send(s, (uint32_t)x[1]) : -ESRCH;
}

int64_t system_tkill(struct system *s, const uint64_t *x)
{
    return (int32_t)x[0] == PID ? send(s, (uint32_t)x[1]) : -ESRCH;
}

int64_t system_tgkill(struct system *s, const uint64_t *x)
{
    return (int32_t)x[0] == PID && (int32_t)x[1] == PID ? send(s, (uint32_t)x[2]) : -ESRCH;
}

/* SIGCHLD, SIGCONT, SIGURG, SIGWINCH: nothing happens unless there is a handler. */
static bool ignored(const struct system_action *a, int number)
{
    return a->handler == IGNORE_ || (a->handler == DEFAULT_ && (number == 17 || number == 18 ||
                                                                number == 23 || number == 28));
}

static bool map_trampoline(struct system *s)
{
    static const uint32_t code[2] = {0xd2801168, 0xd4000001}; /* mov x8, #139; svc #0 */

    if (s->trampoline)
        return true;
    if (memory_map(s->memory, TRAMPOLINE, MEMORY_PAGE, MEMORY_READ | MEMORY_WRITE) < 0)
        return false;
    memcpy(s->memory->base + TRAMPOLINE, code, sizeof(code));
    s->trampoline =
        memory_protect(s->memory, TRAMPOLINE, MEMORY_PAGE, MEMORY_READ | MEMORY_EXEC) == 0;
    return s->trampoline;
}

static void save(const struct system *s, struct cpu *c, int number, struct frame *f)
{
    memset(f, 0, sizeof(*f));
    f->info.number = number;
    f->info.code = SI_TKILL_;
    f->info.pid = PID;
    f->info.uid = PID;
    f->stack.start = s->stack_start;
    f->stack.bytes = s->stack_bytes;
    f->stack.flags = s->stack_bytes == 0 ? SS_DISABLE_ : 0;
    f->mask = s->blocked;
    memcpy(f->x, c->r, sizeof(f->x));
    f->sp = c->r[R_SP];
    f->pc = s->next_pc;
    f->pstate = (uint64_t)cpu_nzcv(c) << 28;
    host_fp_gather(c);
    f->fp.magic = FP_MAGIC;
    f->fp.size = FP_SIZE;
    f->fp.fpsr = (uint32_t)c->fpsr;
    f->fp.fpcr = (uint32_t)c->fpcr;
    memcpy(f->fp.v, &c->r[R_V0], sizeof(f->fp.v));
    f->record[0] = c->r[29];
    f->record[1] = s->next_pc;
}

static bool call_handler(struct system *s, struct cpu *c, int number)
{
    const struct system_action a = s->action[number];
    uint64_t sp = c->r[R_SP], top = sp;
    struct frame frame;

    if ((a.flags & FLAG_ONSTACK) && s->stack_bytes > 0 && sp - s->stack_start > s->stack_bytes)
        top = s->stack_start + s->stack_bytes;
    uint64_t at = (top - sizeof(frame)) & ~UINT64_C(15);
    save(s, c, number, &frame);
    if (!map_trampoline(s) || system_put(s, at, &frame, sizeof(frame)) < 0)
        return false;
    c->r[0] = (uint64_t)number;
    c->r[1] = at;
    c->r[2] = at + offsetof(struct frame, flags);
    c->r[29] = at + offsetof(struct frame, record);
    c->r[30] = a.flags & FLAG_RESTORER ? a.restorer : TRAMPOLINE;
    c->r[R_SP] = at;
    s->next_pc = a.handler;
    s->blocked |= a.mask | (a.flags & FLAG_NODEFER ? 0 : bit(number));
    s->blocked &= ~never_blocked;
    if (a.flags & FLAG_RESETHAND)
        s->action[number] = (struct system_action){0};
    return true;
}

void system_deliver(struct system *s, struct cpu *c)
{
    uint64_t ready = s->pending & ~s->blocked;

    for (int number = 1; ready != 0 && number <= SYSTEM_SIGNALS; number++) {
        const struct system_action *a = &s->action[number];
        if (!(ready & bit(number)))
            continue;
        s->pending &= ~bit(number);
        if (ignored(a, number))
            continue;
        if (a->handler == DEFAULT_ || !call_handler(s, c, number)) {
            s->state = SYSTEM_KILLED;
            s->signal = number;
            return;
        }
        ready &= ~s->blocked;
    }
}

void system_sigreturn(struct system *s, struct cpu *c)
{
    struct frame f;

    if (system_get(s, &f, c->r[R_SP], sizeof(f)) < 0 || f.fp.magic != FP_MAGIC ||
        f.fp.size != FP_SIZE) {
        s->state = SYSTEM_KILLED;
        s->signal = 11; /* SIGSEGV, as Linux does */
        return;
    }
    s->blocked = f.mask & ~never_blocked;
    memcpy(c->r, f.x, sizeof(f.x));
    c->r[R_SP] = f.sp;
    cpu_set_nzcv(c, (unsigned)(f.pstate >> 28) & 15);
    host_fp_gather(c); /* drops what was pending */
    c->fpsr =
        f.fp.fpsr & (FPSR_IOC | FPSR_DZC | FPSR_OFC | FPSR_UFC | FPSR_IXC | FPSR_IDC | FPSR_QC);
    c->fpcr = f.fp.fpcr & (FPCR_ARITHMETIC | FPCR_AHP);
    memcpy(&c->r[R_V0], f.fp.v, sizeof(f.fp.v));
    s->next_pc = f.pc;
}
