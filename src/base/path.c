#include "config.h"

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* Whether the running program is the one at the top of the build tree, or one of its unit
 * tests.  The directories are compared by identity, for either path may hold links. */
static bool in_build_tree(void)
{
    char exe[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (len <= 0)
        return false;
    exe[len] = '\0';
    char *slash = strrchr(exe, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    static const char *const places[] = {RUNG_BUILD_DIR, RUNG_BUILD_DIR "/tests/unit"};
    struct stat here, there;
    if (stat(exe, &here) != 0)
        return false;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (stat(places[i], &there) == 0 && here.st_dev == there.st_dev &&
            here.st_ino == there.st_ino)
            return true;
    return false;
}

char *path_data(const char *kind, const char *name)
{
    const char *override = getenv("RUNG_DATADIR");
    if (override != NULL && *override != '\0')
        return str_format("%s/%s/%s", override, kind, name);
    if (!in_build_tree())
        return str_format("%s/%s/%s", RUNG_DATA_DIR, kind, name);
    if (strcmp(kind, "plots") == 0)
        return str_format("%s/plots/%s", RUNG_SOURCE_DIR, name);
    if (strcmp(kind, "problems") != 0)
        return str_format("%s/data/%s/%s", RUNG_SOURCE_DIR, kind, name);
    /* Guest programs are built, the table of problems is a source. */
    char *built = str_format("%s/problems/%s", RUNG_BUILD_DIR, name);
    if (built == NULL || path_exists(built))
        return built;
    char *source = str_format("%s/problems/%s", RUNG_SOURCE_DIR, name);
    if (source == NULL || path_exists(source)) {
        free(built);
        return source;
    }
    free(source);
    return built;
}

int path_read(const char *path, size_t limit, char **text, size_t *len, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, ERR_DATA, errno, "cannot open '%s'", path);
    struct str s;
    str_init(&s);
    int status = 0;
    for (;;) {
        char buffer[16384];
        ssize_t got = read(fd, buffer, sizeof(buffer));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            status = err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", path);
            goto out;
        }
        if (got == 0)
            break;
        if ((size_t)got > limit - s.len) {
            status = err_set(err, ERR_DATA, "'%s' is larger than %zu bytes", path, limit);
            goto out;
        }
        str_add_mem(&s, buffer, (size_t)got);
    }
    size_t size = s.len;
    char *data = str_detach(&s);
    if (data == NULL) {
        status = err_set(err, ERR_NOMEM, "out of memory while reading '%s'", path);
        goto out;
    }
    *text = data;
    if (len != NULL)
        *len = size;
out:
    str_release(&s);
    close(fd);
    return status;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno;
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

/* The rename itself must reach the disk too.  Some file systems cannot sync a directory
 * (EINVAL); there the rename is as safe as it gets. */
static int sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL   ? str_format(".")
                      : slash == path ? str_format("/")
                                      : str_format("%.*s", (int)(slash - path), path);
    if (directory == NULL)
        return ENOMEM;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int number = fd < 0 ? errno : 0;
    if (fd >= 0 && fsync(fd) != 0 && errno != EINVAL)
        number = errno;
    if (fd >= 0)
        close(fd);
    free(directory);
    return number;
}

int path_sync_directory(const char *path, struct err *err)
{
    int number = sync_directory_of(path);
    return number == 0 ? 0 : err_set_errno(err, ERR_IO, number, "cannot write '%s'", path);
}

/* A new file beside `path`.  Its name holds the process, and a number that is counted up past
 * leftovers and past processes of other hosts on a shared file system. */
static int open_temporary(const char *path, char **name, int *fd)
{
    enum { ATTEMPTS = 100 };
    for (int i = 0; i < ATTEMPTS; i++) {
        *name = str_format("%s.%ld-%d.tmp", path, (long)getpid(), i);
        if (*name == NULL)
            return ENOMEM;
        *fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*fd >= 0)
            return 0;
        int number = errno;
        free(*name);
        *name = NULL;
        if (number != EEXIST)
            return number;
    }
    return EEXIST;
}

bool path_is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int write_special(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), number = 0;
    if (fd < 0)
        return errno;
    number = write_all(fd, bytes, len);
    if (close(fd) != 0 && number == 0)
        number = errno;
    return number;
}

static int write_beside(const char *path, const void *bytes, size_t len)
{
    char *temporary = NULL;
    int fd;
    int number = open_temporary(path, &temporary, &fd);
    if (number != 0)
        return number;
    number = write_all(fd, bytes, len);
    if (number == 0 && fsync(fd) != 0)
        number = errno;
    if (close(fd) != 0 && number == 0)
        number = errno;
    if (number == 0 && rename(temporary, path) != 0)
        number = errno;
    if (number != 0)
        unlink(temporary);
    else
        number = sync_directory_of(path);
    free(temporary);
    return number;
}

int path_write_atomic(const char *path, const void *bytes, size_t len, struct err *err)
{
    int number = path_is_special(path) ? write_special(path, bytes, len)
                                       : write_beside(path, bytes, len);
    return number == 0 ? 0 : err_set_errno(err, ERR_IO, number, "cannot write '%s'", path);
}

/* One directory; an existing one (or a link to one) is fine. */
static int make_one(const char *path)
{
    struct stat info;
    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return errno;
    if (stat(path, &info) != 0)
        return errno;
    return S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
}

int path_make_directory(const char *path, struct err *err)
{
    if (*path == '\0')
        return err_set(err, ERR_IO, "cannot make a directory without a name");
    char *copy = str_format("%s", path);
    if (copy == NULL)
        return err_set(err, ERR_NOMEM, "out of memory while making '%s'", path);
    int number = 0;
    for (char *p = copy + 1; number == 0 && *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            number = make_one(copy);
            *p = '/';
        }
    if (number == 0)
        number = make_one(copy);
    free(copy);
    if (number != 0)
        return err_set_errno(err, ERR_IO, number, "cannot make directory '%s'", path);
    return 0;
}

bool path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
