/* Notes: structures are laid out as in include/uapi/asm-generic; little-endian hosts alone. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "emu/syscall_priv.h"

enum {
    GUEST_AT_FDCWD = -100,
    GUEST_AT_SYMLINK_NOFOLLOW = 0x100,
    GUEST_AT_REMOVEDIR = 0x200,
    GUEST_AT_EMPTY_PATH = 0x1000,
    GUEST_TCGETS = 0x5401,
    GUEST_TIOCGWINSZ = 0x5413,
    GUEST_O_CLOEXEC = 0x80000,
    MAX_IOV = 1024
};

/* One read or write is at most this long (MAX_RW_COUNT of Linux). */
#define MAX_TRANSFER UINT64_C(0x7ffff000)

/* struct stat of asm-generic/stat.h */
struct guest_stat {
    uint64_t dev, ino;
    uint32_t mode, nlink, uid, gid;
    uint64_t rdev, pad1;
    int64_t size;
    int32_t blksize, pad2;
    int64_t blocks;
    struct {
        int64_t seconds;
        uint64_t nanoseconds;
    } accessed, modified, changed;
    uint32_t unused[2];
};

_Static_assert(sizeof(struct guest_stat) == 128, "struct stat has 128 bytes on AArch64");

int64_t system_get(const struct system *s, void *to, uint64_t address, size_t length)
{
    const void *from = system_pointer(s, address, length, MEMORY_READ);

    if (from == NULL)
        return -EFAULT;
    memcpy(to, from, length);
    return 0;
}

int64_t system_put(const struct system *s, uint64_t address, const void *from, size_t length)
{
    void *to = system_pointer(s, address, length, MEMORY_WRITE);

    if (to == NULL)
        return -EFAULT;
    memcpy(to, from, length);
    return 0;
}

/* Length of the text, -EFAULT or -ENAMETOOLONG. */
static int64_t get_text(const struct system *s, char *to, size_t size, uint64_t address)
{
    for (size_t i = 0; i < size; i++) {
        /* A page at a time is allowed or not. */
        if ((i == 0 || (address + i) % MEMORY_PAGE == 0) &&
            !memory_allows(s->memory, address + i, 1, MEMORY_READ))
            return -EFAULT;
        to[i] = (char)s->memory->base[address + i];
        if (to[i] == 0)
            return (int64_t)i;
    }
    return -ENAMETOOLONG;
}

/* Whether the same run done again reads the same there. */
static bool is_repeatable(const struct system *s, const struct files_entry *e)
{
    return e->kind == FILES_STREAM ? s->input >= 0 : s->files.read_only;
}

static int64_t transfer(struct system *s, const struct files_entry *e, bool out,
                        uint64_t address, uint64_t length, int64_t offset)
{
    if (length > MAX_TRANSFER)
        length = MAX_TRANSFER;
    uint8_t *p = system_pointer(s, address, length, out ? MEMORY_READ : MEMORY_WRITE);
    if (p == NULL)
        return -EFAULT;
    if (e->host < 0)
        return out ? (int64_t)length : 0;
    s->had_input |= !out && !is_repeatable(s, e);
    for (;;) {
        ssize_t n = offset >= 0 ? out ? pwrite(e->host, p, length, offset)
                                      : pread(e->host, p, length, offset)
                    : out ? write(e->host, p, length)
                                : read(e->host, p, length);
        if (n >= 0 || errno != EINTR)
            return n >= 0 ? n : -errno;
    }
}

/* Reads or writes at the file's place (offset -1) or at `offset`; whole, as far as that goes:
 * signals of the host do not cut the guest's writes. */
static int64_t move_bytes(struct system *s, uint64_t fd, bool out, uint64_t address,
                          uint64_t length, int64_t offset)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)fd);
    uint64_t done = 0;

    if (e == NULL || !(out ? e->writable : e->readable))
        return -EBADF;
    for (;;) {
        int64_t n = transfer(s, e, out, address + done, length - done,
                             offset < 0 ? -1 : offset + (int64_t)done);
        if (n < 0)
            return done > 0 ? (int64_t)done : n;
        done += (uint64_t)n;
        if (!out || n == 0 || done >= length || done >= MAX_TRANSFER)
            return (int64_t)done;
    }
}

int64_t system_read(struct system *s, const uint64_t *x)
{
    return move_bytes(s, x[0], false, x[1], x[2], -1);
}

int64_t system_write(struct system *s, const uint64_t *x)
{
    return move_bytes(s, x[0], true, x[1], x[2], -1);
}

static int64_t move_at(struct system *s, const uint64_t *x, bool out)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);

    if ((int64_t)x[3] < 0)
        return -EINVAL;
    if (e != NULL && e->kind == FILES_STREAM)
        return -ESPIPE;
    return move_bytes(s, x[0], out, x[1], x[2], (int64_t)x[3]);
}

int64_t system_pread64(struct system *s, const uint64_t *x)
{
    return move_at(s, x, false);
}

int64_t system_pwrite64(struct system *s, const uint64_t *x)
{
    return move_at(s, x, true);
}

static int64_t move_vector(struct system *s, const uint64_t *x, bool out)
{
    uint64_t count = x[2], total = 0;

    if (count > MAX_IOV)
        return -EINVAL;
    if (files_find(&s->files, (uint32_t)x[0]) == NULL)
        return -EBADF;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t part[2]; /* address, length */
        int64_t rc = system_get(s, part, x[1] + i * sizeof(part), sizeof(part));
        if (rc == 0 && (int64_t)part[1] < 0)
            rc = -EINVAL;
        if (rc == 0)
            rc = move_bytes(s, x[0], out, part[0], part[1], -1);
        if (rc < 0)
            return total > 0 ? (int64_t)total : rc;
        total += (uint64_t)rc;
        if ((uint64_t)rc < part[1])
            break;
    }
    return (int64_t)total;
}

int64_t system_readv(struct system *s, const uint64_t *x)
{
    return move_vector(s, x, false);
}

int64_t system_writev(struct system *s, const uint64_t *x)
{
    return move_vector(s, x, true);
}

int64_t system_openat(struct system *s, const uint64_t *x)
{
    char path[FILES_PATH_MAX];
    int64_t n = get_text(s, path, sizeof(path), x[1]);

    if (n >= 0)
        n = files_open(&s->files, (int)x[0], path, (unsigned)x[2], (unsigned)x[3]);
    s->had_input |= n >= 0 && !s->files.read_only;
    return n;
}

int64_t system_close(struct system *s, const uint64_t *x)
{
    return files_close(&s->files, (uint32_t)x[0]);
}

int64_t system_lseek(struct system *s, const uint64_t *x)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);

    if (e == NULL)
        return -EBADF;
    if (e->kind == FILES_STREAM)
        return -ESPIPE;
    off_t at = lseek(e->host, (off_t)x[1], (int)x[2]);
    return at < 0 ? -errno : at;
}

static int64_t put_stat(struct system *s, uint64_t address, const struct stat *st)
{
    struct guest_stat g = {.dev = st->st_dev,
                           .ino = st->st_ino,
                           .mode = st->st_mode,
                           .nlink = (uint32_t)st->st_nlink,
                           .uid = st->st_uid,
                           .gid = st->st_gid,
                           .rdev = st->st_rdev,
                           .size = st->st_size,
                           .blksize = (int32_t)st->st_blksize,
                           .blocks = st->st_blocks,
                           .accessed = {st->st_atim.tv_sec, (uint64_t)st->st_atim.tv_nsec},
                           .modified = {st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec},
                           .changed = {st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec}};

    return system_put(s, address, &g, sizeof(g));
}

int64_t system_fstat(struct system *s, const uint64_t *x)
{
    struct stat st;
    int rc = files_stat(&s->files, (uint32_t)x[0], &st);

    return rc < 0 ? rc : put_stat(s, x[1], &st);
}

int64_t system_newfstatat(struct system *s, const uint64_t *x)
{
    char path[FILES_PATH_MAX];
    struct stat st;
    int64_t n = get_text(s, path, sizeof(path), x[1]);

    if (n < 0)
        return n;
    if (n == 0 && (x[3] & GUEST_AT_EMPTY_PATH) && (int)x[0] != GUEST_AT_FDCWD)
        return system_fstat(s, (const uint64_t[]){x[0], x[2]});
    n = files_stat_name(&s->files, (int)x[0], path, !(x[3] & GUEST_AT_SYMLINK_NOFOLLOW), &st);
    return n < 0 ? n : put_stat(s, x[2], &st);
}

int64_t system_readlinkat(struct system *s, const uint64_t *x)
{
    char path[FILES_PATH_MAX], text[FILES_PATH_MAX];
    int64_t n = get_text(s, path, sizeof(path), x[1]);

    if (n < 0)
        return n;
    if ((int64_t)x[3] <= 0)
        return -EINVAL;
    n = files_readlink(&s->files, (int)x[0], path, text, sizeof(text));
    if (n < 0)
        return n;
    size_t length = (uint64_t)n < x[3] ? (size_t)n : (size_t)x[3];
    int64_t rc = system_put(s, x[2], text, length);
    return rc < 0 ? rc : (int64_t)length;
}

static int64_t access_name(struct system *s, const uint64_t *x, bool follow)
{
    char path[FILES_PATH_MAX];
    int64_t n = get_text(s, path, sizeof(path), x[1]);

    if (n < 0)
        return n;
    if (x[2] & ~(uint64_t)7)
        return -EINVAL;
    return files_access(&s->files, (int)x[0], path, (int)x[2], follow);
}

int64_t system_faccessat(struct system *s, const uint64_t *x)
{
    return access_name(s, x, true);
}

int64_t system_faccessat2(struct system *s, const uint64_t *x)
{
    return access_name(s, x, !(x[3] & GUEST_AT_SYMLINK_NOFOLLOW));
}

int64_t system_getcwd(struct system *s, const uint64_t *x)
{
    const char *path = s->files.root_path;

    if (path == NULL || *path == 0)
        path = "/";
    size_t size = strlen(path) + 1;
    if (x[1] < size)
        return -ERANGE;
    int64_t rc = system_put(s, x[0], path, size);
    return rc < 0 ? rc : (int64_t)size;
}

/* Terminals: their settings can be read, so that isatty() works, but not changed. */
int64_t system_ioctl(struct system *s, const uint64_t *x)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);
    struct termios settings;
    struct winsize size;

    if (e == NULL)
        return -EBADF;
    if (!files_is_terminal(&s->files, e))
        return -ENOTTY;
    switch ((uint32_t)x[1]) {
    case GUEST_TCGETS: {
        if (tcgetattr(e->host, &settings) < 0)
            return -errno;
        /* struct termios of asm-generic/termbits.h: four words of flags, the line
         * discipline, 19 control characters */
        struct {
            uint32_t flags[4];
            uint8_t line, control[19];
        } g = {{settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag},
               settings.c_line,
               {0}};
        memcpy(g.control, settings.c_cc, sizeof(g.control));
        return system_put(s, x[2], &g, sizeof(g));
    }
    case GUEST_TIOCGWINSZ:
        if (ioctl(e->host, TIOCGWINSZ, &size) < 0)
            return -errno;
        return system_put(s, x[2], &size, sizeof(size));
    default:
        return -ENOTTY;
    }
}

int64_t system_dup(struct system *s, const uint64_t *x)
{
    return files_dup(&s->files, (uint32_t)x[0], 0, false, false);
}

int64_t system_dup3(struct system *s, const uint64_t *x)
{
    if ((uint32_t)x[0] == (uint32_t)x[1] || x[2] & ~(uint64_t)GUEST_O_CLOEXEC)
        return -EINVAL;
    return files_dup(&s->files, (uint32_t)x[0], (uint32_t)x[1], true, x[2] != 0);
}

int64_t system_fcntl(struct system *s, const uint64_t *x)
{
    enum { DUPFD = 0, GETFD = 1, SETFD = 2, GETFL = 3, SETFL = 4, DUPFD_CLOEXEC = 1030 };
    struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);

    if (e == NULL)
        return -EBADF;
    switch ((uint32_t)x[1]) {
    case DUPFD:
    case DUPFD_CLOEXEC:
        return files_dup(&s->files, (uint32_t)x[0], x[2], false, x[1] == DUPFD_CLOEXEC);
    case GETFD:
        return e->close_on_exec;
    case SETFD:
        e->close_on_exec = x[2] & 1;
        return 0;
    case GETFL: {
        int flags = e->readable && e->writable ? O_RDWR : e->writable ? O_WRONLY : O_RDONLY;
        int host = e->kind == FILES_FILE ? fcntl(e->host, F_GETFL) : 0;
        return host < 0 ? -errno : flags | (host & O_APPEND);
    }
    case SETFL: {
        if (e->kind == FILES_STREAM) /* shared with who started us */
            return 0;
        int host = fcntl(e->host, F_GETFL);
        if (host < 0 ||
            fcntl(e->host, F_SETFL, (host & ~O_APPEND) | ((int)x[2] & O_APPEND)) < 0)
            return -errno;
        return 0;
    }
    default:
        return -EINVAL;
    }
}

int64_t system_getdents64(struct system *s, const uint64_t *x)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);

    if (e == NULL)
        return -EBADF;
    if (e->kind == FILES_STREAM)
        return -ENOTDIR;
    uint64_t length = x[2] < MAX_TRANSFER ? x[2] : MAX_TRANSFER;
    void *p = system_pointer(s, x[1], length, MEMORY_WRITE);
    if (p == NULL)
        return -EFAULT;
    long n = syscall(SYS_getdents64, e->host, p, length); /* the same on every architecture */
    return n < 0 ? -errno : n;
}

int64_t system_ftruncate(struct system *s, const uint64_t *x)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);

    if (e == NULL)
        return -EBADF;
    if (e->kind == FILES_STREAM || !e->writable)
        return -EINVAL;
    return ftruncate(e->host, (off_t)x[1]) < 0 ? -errno : 0;
}

int64_t system_fsync(struct system *s, const uint64_t *x)
{
    const struct files_entry *e = files_find(&s->files, (uint32_t)x[0]);

    if (e == NULL)
        return -EBADF;
    if (e->kind == FILES_STREAM)
        return -EINVAL;
    return fsync(e->host) < 0 ? -errno : 0;
}

int64_t system_unlinkat(struct system *s, const uint64_t *x)
{
    char path[FILES_PATH_MAX];
    int64_t n = get_text(s, path, sizeof(path), x[1]);

    if (n < 0)
        return n;
    if (x[2] & ~(uint64_t)GUEST_AT_REMOVEDIR)
        return -EINVAL;
    return files_unlink(&s->files, (int)x[0], path, x[2] != 0);
}

int64_t system_mkdirat(struct system *s, const uint64_t *x)
{
    char path[FILES_PATH_MAX];
    int64_t n = get_text(s, path, sizeof(path), x[1]);

    return n < 0 ? n : files_mkdir(&s->files, (int)x[0], path, (unsigned)x[2]);
}

int64_t system_renameat(struct system *s, const uint64_t *x)
{
    char old_path[FILES_PATH_MAX], new_path[FILES_PATH_MAX];
    int64_t n = get_text(s, old_path, sizeof(old_path), x[1]);

    if (n >= 0)
        n = get_text(s, new_path, sizeof(new_path), x[3]);
    return n < 0 ? n : files_rename(&s->files, (int)x[0], old_path, (int)x[2], new_path);
}

int64_t system_renameat2(struct system *s, const uint64_t *x)
{
    return x[4] != 0 ? -EINVAL : system_renameat(s, x);
}

int64_t system_umask(struct system *s, const uint64_t *x)
{
    unsigned old = s->files.mask;

    s->files.mask = (unsigned)x[0] & 0777;
    return old;
}
