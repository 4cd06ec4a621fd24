/* Notes: one thread; no signals are delivered; no files beyond standard output and error.
 * An unknown call returns ENOSYS.  Numbers are those of asm-generic/unistd.h. */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "emu/syscall.h"

enum {
    SYS_write = 64,
    SYS_exit = 93,
    SYS_exit_group = 94,
    SYS_brk = 214,
    SYS_munmap = 215,
    SYS_mmap = 222,
    SYS_mprotect = 226
};

enum {
    GUEST_PROT_MASK = 7,
    GUEST_MAP_FIXED = 0x10,
    GUEST_MAP_ANONYMOUS = 0x20,
    GUEST_MAP_FIXED_NOREPLACE = 0x100000
};

static uint64_t failure(int number)
{
    return (uint64_t)-(int64_t)number;
}

static uint64_t page_up(uint64_t v)
{
    return (v + MEMORY_PAGE - 1) & ~(uint64_t)(MEMORY_PAGE - 1);
}

static uint64_t call_write(struct system *s, uint64_t fd, uint64_t address, uint64_t length)
{
    if (fd != 1 && fd != 2)
        return failure(EBADF);
    if (length > (UINT64_C(1) << 31))
        length = UINT64_C(1) << 31;
    if (!memory_allows(s->memory, address, length, MEMORY_READ))
        return failure(EFAULT);
    int host = fd == 1 ? s->out_fd : s->err_fd;
    if (host < 0)
        return length;
    uint64_t done = 0;
    while (done < length) {
        ssize_t n = write(host, s->memory->base + address + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return done > 0 ? done : failure(errno);
        done += (uint64_t)n;
    }
    return done;
}

static uint64_t call_brk(struct system *s, uint64_t wanted)
{
    uint64_t old_end = page_up(s->brk), new_end = page_up(wanted);

    if (wanted < s->brk_start || wanted >= s->mmap_top)
        return s->brk;
    if (new_end > old_end) {
        for (uint64_t at = old_end; at < new_end; at += MEMORY_PAGE)
            if (memory_prot(s->memory, at) >= 0)
                return s->brk;
        if (memory_map(s->memory, old_end, new_end - old_end, MEMORY_READ | MEMORY_WRITE) < 0)
            return s->brk;
    } else if (new_end < old_end &&
               memory_unmap(s->memory, new_end, old_end - new_end) < 0) {
        return s->brk;
    }
    return s->brk = wanted;
}

static uint64_t call_mmap(struct system *s, const uint64_t *x)
{
    uint64_t address = x[0], length = page_up(x[1]), flags = x[3];
    int prot = (int)(x[2] & GUEST_PROT_MASK);

    if (x[1] == 0 || length < x[1])
        return failure(EINVAL);
    if (!(flags & GUEST_MAP_ANONYMOUS))
        return failure(ENODEV);
    if (flags & (GUEST_MAP_FIXED | GUEST_MAP_FIXED_NOREPLACE)) {
        if (address % MEMORY_PAGE != 0)
            return failure(EINVAL);
        if (address < MEMORY_PAGE || address >= MEMORY_LIMIT || length > MEMORY_LIMIT - address)
            return failure(ENOMEM);
        for (uint64_t at = address; at < address + length; at += MEMORY_PAGE)
            if ((flags & GUEST_MAP_FIXED_NOREPLACE) && memory_prot(s->memory, at) >= 0)
                return failure(EEXIST);
        s->code_changed |= memory_has_code(s->memory, address, length);
    } else {
        address = memory_find_gap(s->memory, s->mmap_top, length);
        if (address < page_up(s->brk))
            return failure(ENOMEM);
    }
    return memory_map(s->memory, address, length, prot) < 0 ? failure(ENOMEM) : address;
}

static uint64_t call_munmap(struct system *s, uint64_t address, uint64_t length)
{
    length = page_up(length);
    if (address % MEMORY_PAGE != 0 || length == 0 || address >= MEMORY_LIMIT ||
        length > MEMORY_LIMIT - address)
        return failure(EINVAL);
    s->code_changed |= memory_has_code(s->memory, address, length);
    return memory_unmap(s->memory, address, length) < 0 ? failure(ENOMEM) : 0;
}

static uint64_t call_mprotect(struct system *s, uint64_t address, uint64_t length, uint64_t prot)
{
    length = page_up(length);
    if (address % MEMORY_PAGE != 0)
        return failure(EINVAL);
    if (length == 0)
        return 0;
    if (address >= MEMORY_LIMIT || length > MEMORY_LIMIT - address)
        return failure(ENOMEM);
    s->code_changed |= memory_has_code(s->memory, address, length);
    return memory_protect(s->memory, address, length, (int)(prot & GUEST_PROT_MASK)) < 0
               ? failure(ENOMEM)
               : 0;
}

void system_call(struct system *s, struct cpu *c)
{
    uint64_t *x = c->r;

    switch (x[8]) {
    case SYS_write:
        x[0] = call_write(s, x[0], x[1], x[2]);
        break;
    case SYS_exit:
    case SYS_exit_group:
        s->exited = true;
        s->exit_code = (int)(x[0] & 255);
        break;
    case SYS_brk:
        x[0] = call_brk(s, x[0]);
        break;
    case SYS_munmap:
        x[0] = call_munmap(s, x[0], x[1]);
        break;
    case SYS_mmap:
        x[0] = call_mmap(s, x);
        break;
    case SYS_mprotect:
        x[0] = call_mprotect(s, x[0], x[1], x[2]);
        break;
    default:
        if (x[8] < 512)
            s->unknown[x[8] / 64] |= UINT64_C(1) << x[8] % 64;
        x[0] = failure(ENOSYS);
    }
}
