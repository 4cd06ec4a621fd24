/* Notes: the host's kernel keeps the guest inside its folder.  Where openat2 is missing
 * (before Linux 5.6, or under filters that do not know it), each part of a name is opened by
 * itself, and links and ".." are refused, also harmless ones. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "emu/files.h"

/* The guest's flags where they are not those of every Linux. */
enum {
    GUEST_O_DIRECTORY = 0x4000,
    GUEST_O_NOFOLLOW = 0x8000,
    GUEST_O_TMPFILE = 0x400000,
    GUEST_O_PATH = 0x200000,
    GUEST_O_CLOEXEC = 0x80000
};

enum { PROCFS = 0x9fa0 }; /* PROC_SUPER_MAGIC of linux/magic.h */

static void set_stream(struct files *f, int fd, int host)
{
    f->entry[fd] = (struct files_entry){
        .kind = FILES_STREAM, .host = host, .readable = fd == 0, .writable = fd != 0};
}

static int openat2_beneath(int dir, const char *path, int flags, unsigned mode)
{
    struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC,
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;

    /* EAGAIN: somebody renamed folders meanwhile. */
    for (int i = 0; i < 100; i++) {
        fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    return fd >= 0 ? (int)fd : errno == EXDEV ? -EACCES : -errno;
}

static int open_last(int dir, const char *name, int flags, unsigned mode)
{
    struct stat st;
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);

    if (fd < 0)
        return -errno;
    /* With O_PATH a link itself can be opened: only for who wants the link. */
    if (!(flags & O_NOFOLLOW) && (fstat(fd, &st) < 0 || S_ISLNK(st.st_mode))) {
        close(fd);
        return -ELOOP;
    }
    return fd;
}

static int walk_beneath(int dir, const char *path, int flags, unsigned mode)
{
    char name[FILES_PATH_MAX];
    int at = fcntl(dir, F_DUPFD_CLOEXEC, 0), next;

    if (at < 0)
        return -errno;
    for (;;) {
        size_t length = strcspn(path, "/");
        const char *rest = path + length + strspn(path + length, "/");
        memcpy(name, path, length);
        name[length] = 0;
        if (strcmp(name, "..") == 0)
            next = -EACCES;
        else if (*rest == 0)
            next = open_last(at, name, flags | (path[length] == '/' ? O_DIRECTORY : 0), mode);
        else
            next = open_last(at, name, O_PATH | O_DIRECTORY, 0);
        close(at);
        if (next < 0 || *rest == 0)
            return next;
        at = next;
        path = rest;
    }
}

/* A host descriptor for a name, whatever it is. */
static int open_beneath(const struct files *f, int dir, const char *path, int flags,
                        unsigned mode)
{
    return f->walks ? walk_beneath(dir, path, flags, mode)
                    : openat2_beneath(dir, path, flags, mode);
}

/* Where a guest's name starts on the host, and the rest of it. */
static int resolve(struct files *f, int dirfd, const char **path, int *dir)
{
    size_t length = f->root_path != NULL ? strlen(f->root_path) : 0;

    if (**path == 0)
        return -ENOENT;
    if (f->root < 0)
        return -EACCES;
    *dir = f->root;
    if (**path == '/') {
        if (strncmp(*path, f->root_path, length) != 0 ||
            ((*path)[length] != '/' && (*path)[length] != 0))
            return -EACCES;
        *path += length + strspn(*path + length, "/");
        if (**path == 0)
            *path = ".";
    } else if (dirfd != FILES_CWD) {
        const struct files_entry *e = files_find(f, (uint64_t)dirfd);
        if (e == NULL)
            return -EBADF;
        if (e->kind != FILES_FILE)
            return -ENOTDIR;
        *dir = e->host;
    }
    return 0;
}

int files_init(struct files *f, int in_fd, int out_fd, int err_fd, const char *folder,
               struct err *err)
{
    *f = (struct files){.root = -1, .mask = 022};
    set_stream(f, 0, in_fd);
    set_stream(f, 1, out_fd);
    set_stream(f, 2, err_fd);
    if (folder == NULL)
        return 0;
    f->root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (f->root < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "'%s': can't be opened for the guest",
                             folder);
    f->root_path = realpath(folder, NULL);
    if (f->root_path == NULL)
        return err_set_errno(err, ERR_CONFIG, errno, "'%s': can't find out its whole name",
                             folder);
    if (strcmp(f->root_path, "/") == 0)
        f->root_path[0] = 0;
    int probe = openat2_beneath(f->root, ".", O_PATH, 0);
    f->walks = probe < 0;
    if (probe >= 0)
        close(probe);
    return 0;
}

void files_make_read_only(struct files *f)
{
    f->read_only = true;
    if (f->root_path != NULL)
        f->root_path[0] = 0;
}

void files_release(struct files *f)
{
    for (uint64_t i = 0; i < FILES_MAX; i++)
        files_close(f, i);
    if (f->root_path != NULL)
        close(f->root);
    free(f->root_path);
    *f = (struct files){.root = -1};
}

struct files_entry *files_find(struct files *f, uint64_t fd)
{
    return fd < FILES_MAX && f->entry[fd].kind != FILES_CLOSED ? &f->entry[fd] : NULL;
}

static int lowest_free(const struct files *f, uint64_t least)
{
    for (uint64_t i = least; i < FILES_MAX; i++)
        if (f->entry[i].kind == FILES_CLOSED)
            return (int)i;
    return -EMFILE;
}

static int check_not_procfs(int host)
{
    struct statfs fs;

    return fstatfs(host, &fs) < 0 ? -errno : fs.f_type == PROCFS ? -EACCES : 0;
}

/* 0 where the guest may open this file. */
static int check_file(int host)
{
    struct stat st;

    if (fstat(host, &st) < 0)
        return -errno;
    return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ? check_not_procfs(host) : -EACCES;
}

/* O_NONBLOCK keeps a pipe from stopping us before it is refused. */
static int host_flags(unsigned flags)
{
    const unsigned same =
        O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_DSYNC | (O_SYNC & ~O_DSYNC);

    return (int)(flags & same) | (flags & GUEST_O_DIRECTORY ? O_DIRECTORY : 0) |
           (flags & GUEST_O_NOFOLLOW ? O_NOFOLLOW : 0) | O_NONBLOCK | O_NOCTTY;
}

int files_open(struct files *f, int dirfd, const char *path, unsigned flags, unsigned mode)
{
    int dir, fd = lowest_free(f, 0);

    if (fd < 0)
        return fd;
    int rc = resolve(f, dirfd, &path, &dir);
    if (rc < 0)
        return rc;
    if (flags & (GUEST_O_PATH | GUEST_O_TMPFILE))
        return -EOPNOTSUPP;
    if (f->read_only && ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC))))
        return -EROFS;
    int host = open_beneath(f, dir, path, host_flags(flags), mode & 0777 & ~f->mask);
    if (host < 0)
        return host;
    rc = check_file(host);
    if (rc < 0) {
        close(host);
        return rc;
    }
    f->entry[fd] = (struct files_entry){.kind = FILES_FILE,
                                        .host = host,
                                        .readable = (flags & O_ACCMODE) != O_WRONLY,
                                        .writable = (flags & O_ACCMODE) != O_RDONLY,
                                        .close_on_exec = (flags & GUEST_O_CLOEXEC) != 0};
    return fd;
}

int files_close(struct files *f, uint64_t fd)
{
    struct files_entry *e = files_find(f, fd);
    int rc = 0;

    if (e == NULL)
        return -EBADF;
    if (e->kind == FILES_FILE && close(e->host) < 0)
        rc = -errno;
    *e = (struct files_entry){.kind = FILES_CLOSED};
    return rc;
}

int files_dup(struct files *f, uint64_t fd, uint64_t least, bool exact, bool close_on_exec)
{
    const struct files_entry *old = files_find(f, fd);

    if (old == NULL || (exact && least >= FILES_MAX))
        return -EBADF;
    if (least >= FILES_MAX)
        return -EINVAL;
    struct files_entry e = *old;
    int to = exact ? (int)least : lowest_free(f, least);
    if (to < 0)
        return to;
    if (e.kind == FILES_FILE && (e.host = fcntl(e.host, F_DUPFD_CLOEXEC, 0)) < 0)
        return -errno;
    if (exact)
        files_close(f, least); /* what its closing says is lost, as with dup3 */
    e.close_on_exec = close_on_exec;
    f->entry[to] = e;
    return to;
}

/* A descriptor that only names a file. */
static int open_name(struct files *f, int dirfd, const char *path, bool follow)
{
    int dir, rc = resolve(f, dirfd, &path, &dir);

    if (rc < 0)
        return rc;
    int fd = open_beneath(f, dir, path, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
    if (fd >= 0 && (rc = check_not_procfs(fd)) < 0) {
        close(fd);
        return rc;
    }
    return fd;
}

/* C libraries size their buffers by st_blksize, and so count differently by file system. */
static int stat_file(const struct files *f, int fd, struct stat *out)
{
    if (fstat(fd, out) < 0)
        return -errno;
    if (f->read_only)
        *out = (struct stat){.st_dev = 1,
                             .st_ino = out->st_ino,
                             .st_mode = out->st_mode & ~0222u,
                             .st_nlink = 1,
                             .st_uid = 1000,
                             .st_gid = 1000,
                             .st_size = S_ISDIR(out->st_mode) ? 4096 : out->st_size,
                             .st_blksize = 4096,
                             .st_blocks = S_ISDIR(out->st_mode) ? 8 : (out->st_size + 511) / 512};
    return 0;
}

int files_stat_name(struct files *f, int dirfd, const char *path, bool follow, struct stat *out)
{
    int fd = open_name(f, dirfd, path, follow);

    if (fd < 0)
        return fd;
    int rc = stat_file(f, fd, out);
    close(fd);
    return rc;
}

int files_access(struct files *f, int dirfd, const char *path, int mode, bool follow)
{
    int fd = open_name(f, dirfd, path, follow);

    if (fd < 0)
        return fd;
    int rc = faccessat(fd, "", mode, AT_EMPTY_PATH) < 0 ? -errno : 0;
    close(fd);
    return rc == 0 && f->read_only && (mode & W_OK) ? -EROFS : rc;
}

ssize_t files_readlink(struct files *f, int dirfd, const char *path, char *text, size_t size)
{
    int fd = open_name(f, dirfd, path, false);
    struct stat st;

    if (fd < 0)
        return fd;
    ssize_t n =
        fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode) ? -EINVAL : readlinkat(fd, "", text, size);
    if (n == -1)
        n = -errno;
    close(fd);
    return n;
}

/* Opens the folder that holds a name that is to be changed; *last is the name in it. */
static int open_parent(struct files *f, int dirfd, const char *path, char *folder,
                       const char **last)
{
    int dir, rc = resolve(f, dirfd, &path, &dir);

    if (rc < 0)
        return rc;
    if (strlen(path) >= FILES_PATH_MAX)
        return -ENAMETOOLONG;
    strcpy(folder, path);
    for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
        folder[n - 1] = 0;
    char *slash = strrchr(folder, '/');
    *last = slash != NULL ? slash + 1 : folder;
    if (strcmp(*last, "..") == 0 || strcmp(*last, ".") == 0)
        return -EACCES;
    if (f->read_only)
        return -EROFS;
    if (slash != NULL)
        *slash = 0;
    int parent = open_beneath(f, dir, slash != NULL ? folder : ".", O_PATH | O_DIRECTORY, 0);
    if (parent >= 0 && (rc = check_file(parent)) < 0) {
        close(parent);
        return rc;
    }
    return parent;
}

int files_unlink(struct files *f, int dirfd, const char *path, bool folder)
{
    char text[FILES_PATH_MAX];
    const char *last;
    int parent = open_parent(f, dirfd, path, text, &last);

    if (parent < 0)
        return parent;
    int rc = unlinkat(parent, last, folder ? AT_REMOVEDIR : 0) < 0 ? -errno : 0;
    close(parent);
    return rc;
}

int files_mkdir(struct files *f, int dirfd, const char *path, unsigned mode)
{
    char text[FILES_PATH_MAX];
    const char *last;
    int parent = open_parent(f, dirfd, path, text, &last);

    if (parent < 0)
        return parent;
    int rc = mkdirat(parent, last, mode & 0777 & ~f->mask) < 0 ? -errno : 0;
    close(parent);
    return rc;
}

int files_rename(struct files *f, int old_dirfd, const char *old_path, int new_dirfd,
                 const char *new_path)
{
    char old_text[FILES_PATH_MAX], new_text[FILES_PATH_MAX];
    const char *old_last, *new_last;
    int old_parent = open_parent(f, old_dirfd, old_path, old_text, &old_last);

    if (old_parent < 0)
        return old_parent;
    int rc = open_parent(f, new_dirfd, new_path, new_text, &new_last);
    if (rc >= 0) {
        int new_parent = rc;
        rc = renameat(old_parent, old_last, new_parent, new_last) < 0 ? -errno : 0;
        close(new_parent);
    }
    close(old_parent);
    return rc;
}

/* The same on every host. */
static void stat_pipe(struct stat *out)
{
    *out = (struct stat){.st_mode = S_IFIFO | 0600,
                         .st_nlink = 1,
                         .st_uid = 1000,
                         .st_gid = 1000,
                         .st_blksize = 4096};
}

bool files_is_terminal(const struct files *f, const struct files_entry *e)
{
    return f->terminal && e->kind == FILES_STREAM && e->host >= 0 && isatty(e->host) == 1;
}

int files_stat(struct files *f, uint64_t fd, struct stat *out)
{
    const struct files_entry *e = files_find(f, fd);

    if (e == NULL)
        return -EBADF;
    if (e->kind == FILES_STREAM && !files_is_terminal(f, e)) {
        stat_pipe(out);
        return 0;
    }
    return stat_file(f, e->host, out);
}
