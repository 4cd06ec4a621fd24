#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "store/store_priv.h"

struct store_lock {
    int fd;
    char *name;
};

static int held(const char *path, int fd, struct err *err)
{
    char who[256] = "";
    ssize_t got = pread(fd, who, sizeof(who) - 1, 0);
    who[got > 0 ? got : 0] = '\0';
    who[strcspn(who, "\n")] = '\0';
    return err_set(err, ERR_CONFIG, "'%s' is in use by %s", path,
                   who[0] != '\0' ? who : "another process");
}

/* The file may have been removed by its last holder between open() and flock(). */
static bool still_there(int fd, const char *name)
{
    struct stat open_file, named_file;
    return fstat(fd, &open_file) == 0 && stat(name, &named_file) == 0 &&
           open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

static int take(const char *path, const char *name, int *out, struct err *err)
{
    for (;;) {
        int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0)
            return err_set_errno(err, ERR_CONFIG, errno, "cannot write '%s'", name);
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            int number = errno;
            int rc = number == EWOULDBLOCK
                         ? held(path, fd, err)
                         : err_set_errno(err, ERR_CONFIG, number, "cannot lock '%s'", name);
            close(fd);
            return rc;
        }
        if (still_there(fd, name)) {
            *out = fd;
            return 0;
        }
        close(fd);
    }
}

int store_lock_alloc(struct store_lock **out, const char *path, struct err *err)
{
    int rc = 0;
    char host[128] = "?", who[256];
    struct store_lock *lock = calloc(1, sizeof(*lock));
    if (lock == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    lock->fd = -1;
    lock->name = str_format("%s.lock", path);
    if (lock->name == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    rc = take(path, lock->name, &lock->fd, err);
    if (rc != 0)
        goto out;
    gethostname(host, sizeof(host) - 1);
    host[sizeof(host) - 1] = '\0';
    int len = snprintf(who, sizeof(who), "process %ld on %s\n", (long)getpid(), host);
    if (ftruncate(lock->fd, 0) != 0 || pwrite(lock->fd, who, (size_t)len, 0) != len) {
        rc = err_set_errno(err, ERR_CONFIG, errno, "cannot write '%s'", lock->name);
        goto out;
    }
    *out = lock;
    lock = NULL;
out:
    store_lock_free(lock);
    return rc;
}

void store_lock_free(struct store_lock *lock)
{
    if (lock == NULL)
        return;
    if (lock->fd >= 0) {
        unlink(lock->name);
        close(lock->fd);
    }
    free(lock->name);
    free(lock);
}
