/* Notes: a file is mapped by copying it into private memory.  Mappings that are shared and
 * can be written are therefore refused with ENODEV, except anonymous ones: there is only one
 * process to share them. */
#include "config.h"

#include <unistd.h>

#include "emu/syscall_priv.h"

enum {
    GUEST_PROT_MASK = 7,
    GUEST_MAP_SHARED = 1,
    GUEST_MAP_TYPE = 15,
    GUEST_MAP_FIXED = 0x10,
    GUEST_MAP_ANONYMOUS = 0x20,
    GUEST_MAP_FIXED_NOREPLACE = 0x100000,
    GUEST_MREMAP_MAYMOVE = 1,
    GUEST_MREMAP_FIXED = 2
};

/* Hints below it are not followed: vm.mmap_min_addr. */
enum { LOWEST = 65536 };

static bool in_guest(uint64_t address, uint64_t length)
{
    return address < MEMORY_LIMIT && length <= MEMORY_LIMIT - address;
}

int64_t system_brk(struct system *s, const uint64_t *x)
{
    uint64_t wanted = x[0], old_end = system_page_up(s->brk), new_end = system_page_up(wanted);

    if (wanted < s->brk_start || wanted >= s->mmap_top)
        return (int64_t)s->brk;
    if (new_end > old_end) {
        if (!memory_is_free(s->memory, old_end, new_end - old_end) ||
            memory_map(s->memory, old_end, new_end - old_end, MEMORY_READ | MEMORY_WRITE) < 0)
            return (int64_t)s->brk;
    } else if (new_end < old_end && memory_unmap(s->memory, new_end, old_end - new_end) < 0) {
        return (int64_t)s->brk;
    }
    s->brk = wanted;
    return (int64_t)wanted;
}

/* Where a mapping goes: an address or a negative errno value. */
static int64_t place(struct system *s, uint64_t address, uint64_t length, uint64_t flags)
{
    if (flags & (GUEST_MAP_FIXED | GUEST_MAP_FIXED_NOREPLACE)) {
        if (address % MEMORY_PAGE != 0)
            return -EINVAL;
        if (address < MEMORY_PAGE)
            return -EPERM;
        if (!in_guest(address, length))
            return -ENOMEM;
        if ((flags & GUEST_MAP_FIXED_NOREPLACE) && !memory_is_free(s->memory, address, length))
            return -EEXIST;
        return (int64_t)address;
    }
    address &= ~(uint64_t)(MEMORY_PAGE - 1);
    if (address >= LOWEST && address >= system_page_up(s->brk) && address < s->mmap_top &&
        length <= s->mmap_top - address && memory_is_free(s->memory, address, length))
        return (int64_t)address;
    address = memory_find_gap(s->memory, s->mmap_top, length);
    return address < system_page_up(s->brk) || address < LOWEST ? -ENOMEM : (int64_t)address;
}

/* Fills fresh memory from a file; what lies behind the file's end stays zero. */
static int64_t fill(struct system *s, int host, uint64_t address, uint64_t length,
                    uint64_t offset)
{
    for (uint64_t done = 0; done < length;) {
        ssize_t n = pread(host, s->memory->base + address + done, length - done,
                          (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        done += (uint64_t)n;
    }
    return 0;
}

int64_t system_mmap(struct system *s, const uint64_t *x)
{
    uint64_t length = system_page_up(x[1]), flags = x[3], offset = x[5];
    int prot = (int)(x[2] & GUEST_PROT_MASK);
    const struct files_entry *file = NULL;

    if (x[1] == 0 || length < x[1] || offset % MEMORY_PAGE != 0 ||
        (flags & GUEST_MAP_TYPE) == 0)
        return -EINVAL;
    if (!(flags & GUEST_MAP_ANONYMOUS)) {
        file = files_find(&s->files, (uint32_t)x[4]);
        if (file == NULL)
            return -EBADF;
        if (file->kind != FILES_FILE ||
            ((flags & GUEST_MAP_TYPE) == GUEST_MAP_SHARED && (prot & MEMORY_WRITE)))
            return -ENODEV;
        if (!file->readable)
            return -EACCES;
        if (offset > INT64_MAX - length)
            return -EOVERFLOW;
    }
    if (length > MEMORY_LIMIT)
        return -ENOMEM;
    int64_t at = place(s, x[0], length, flags);
    if (at < 0)
        return at;
    uint64_t address = (uint64_t)at;
    s->code_changed |= memory_has_code(s->memory, address, length);
    if (memory_map(s->memory, address, length,
                   file != NULL ? MEMORY_READ | MEMORY_WRITE : prot) < 0)
        return -ENOMEM;
    if (file == NULL)
        return at;
    int64_t rc = fill(s, file->host, address, length, offset);
    if (rc == 0 && memory_protect(s->memory, address, length, prot) == 0)
        return at;
    memory_unmap(s->memory, address, length);
    return rc < 0 ? rc : -ENOMEM;
}

int64_t system_munmap(struct system *s, const uint64_t *x)
{
    uint64_t address = x[0], length = system_page_up(x[1]);

    if (address % MEMORY_PAGE != 0 || length == 0 || !in_guest(address, length))
        return -EINVAL;
    s->code_changed |= memory_has_code(s->memory, address, length);
    return memory_unmap(s->memory, address, length) < 0 ? -ENOMEM : 0;
}

int64_t system_mprotect(struct system *s, const uint64_t *x)
{
    uint64_t address = x[0], length = system_page_up(x[1]);

    if (address % MEMORY_PAGE != 0)
        return -EINVAL;
    if (x[1] == 0)
        return 0;
    if (length == 0 || !in_guest(address, length))
        return -ENOMEM;
    s->code_changed |= memory_has_code(s->memory, address, length);
    return memory_protect(s->memory, address, length, (int)(x[2] & GUEST_PROT_MASK)) < 0
               ? -ENOMEM
               : 0;
}

/* Makes room behind a mapping, or finds a new place for it: the address or -ENOMEM. */
static int64_t grow(struct system *s, uint64_t old, uint64_t old_length, uint64_t new_length,
                    bool may_move)
{
    uint64_t more = new_length - old_length, end = old + old_length;
    int prot = memory_prot(s->memory, old);

    if (end <= s->mmap_top && more <= s->mmap_top - end && memory_is_free(s->memory, end, more))
        return memory_map(s->memory, end, more, prot) < 0 ? -ENOMEM : (int64_t)old;
    if (!may_move)
        return -ENOMEM;
    int64_t at = place(s, 0, new_length, 0);
    if (at < 0)
        return at;
    if (memory_move(s->memory, old, old_length, (uint64_t)at) < 0 ||
        memory_map(s->memory, (uint64_t)at + old_length, more, prot) < 0)
        return -ENOMEM;
    return at;
}

int64_t system_mremap(struct system *s, const uint64_t *x)
{
    uint64_t old = x[0], old_length = system_page_up(x[1]), new_length = system_page_up(x[2]),
             flags = x[3], to = x[4];

    if (old % MEMORY_PAGE != 0 || old_length == 0 || new_length == 0 ||
        flags & ~(uint64_t)(GUEST_MREMAP_MAYMOVE | GUEST_MREMAP_FIXED) ||
        (flags & GUEST_MREMAP_FIXED && !(flags & GUEST_MREMAP_MAYMOVE)))
        return -EINVAL;
    if (!in_guest(old, old_length) || !memory_allows(s->memory, old, old_length, 0))
        return -EFAULT;
    if (new_length > MEMORY_LIMIT)
        return -ENOMEM;
    s->code_changed |= memory_has_code(s->memory, old, old_length);
    if (new_length < old_length &&
        memory_unmap(s->memory, old + new_length, old_length - new_length) < 0)
        return -ENOMEM;
    uint64_t kept = new_length < old_length ? new_length : old_length;
    if (flags & GUEST_MREMAP_FIXED) {
        if (to % MEMORY_PAGE != 0 || to < MEMORY_PAGE || !in_guest(to, new_length) ||
            (to < old + kept && old < to + new_length))
            return -EINVAL;
        s->code_changed |= memory_has_code(s->memory, to, new_length);
        int prot = memory_prot(s->memory, old);
        if (memory_move(s->memory, old, kept, to) < 0 ||
            (new_length > kept &&
             memory_map(s->memory, to + kept, new_length - kept, prot) < 0))
            return -ENOMEM;
        return (int64_t)to;
    }
    return new_length > old_length
               ? grow(s, old, old_length, new_length, flags & GUEST_MREMAP_MAYMOVE)
               : (int64_t)old;
}

int64_t system_madvise(struct system *s, const uint64_t *x)
{
    enum { MADV_DONTNEED_ = 4, MADV_FREE_ = 8 };
    uint64_t address = x[0], length = system_page_up(x[1]), end;

    if (address % MEMORY_PAGE != 0 || length < x[1] || !in_guest(address, length))
        return -EINVAL;
    if (length > 0 && !memory_allows(s->memory, address, length, 0))
        return -ENOMEM;
    if (x[2] != MADV_DONTNEED_ && x[2] != MADV_FREE_)
        return 0; /* advice on speed */
    /* Mapped anew, a page reads as zero. */
    for (uint64_t at = address; at < address + length; at = end) {
        end = memory_region_end(s->memory, at);
        end = end < address + length ? end : address + length;
        s->code_changed |= memory_has_code(s->memory, at, end - at);
        if (memory_map(s->memory, at, end - at, memory_prot(s->memory, at)) < 0)
            return -ENOMEM;
    }
    return 0;
}

int64_t system_mincore(struct system *s, const uint64_t *x)
{
    uint64_t length = system_page_up(x[1]);

    if (x[0] % MEMORY_PAGE != 0)
        return -EINVAL;
    if (!in_guest(x[0], length) || length < x[1] || !memory_allows(s->memory, x[0], length, 0))
        return -ENOMEM;
    uint8_t *page = system_pointer(s, x[2], length / MEMORY_PAGE, MEMORY_WRITE);
    if (page == NULL)
        return -EFAULT;
    for (uint64_t i = 0; i < length / MEMORY_PAGE; i++)
        page[i] = 1;
    return 0;
}
