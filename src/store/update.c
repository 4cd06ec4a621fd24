#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "store/store_priv.h"

enum { SLACK = 1 << 16 }; /* bytes for what HDF5 keeps besides data */

/* 0, or the errno value; *reading tells which side failed. */
static int copy_bytes(int in, int out, bool *reading)
{
    enum { PIECE = 1 << 20 };
    int number = 0;
    char *buffer = malloc(PIECE);
    if (buffer == NULL)
        return ENOMEM;
    for (ssize_t got = 1; number == 0 && got != 0;) {
        got = read(in, buffer, PIECE);
        *reading = got < 0;
        if (got < 0 && errno != EINTR)
            number = errno;
        for (ssize_t at = 0; at < got && number == 0;) {
            ssize_t put = write(out, buffer + at, (size_t)(got - at));
            if (put < 0 && errno != EINTR)
                number = errno;
            at += put > 0 ? put : 0;
        }
    }
    free(buffer);
    return number;
}

static int copy_file(const char *from, const char *to, struct err *err)
{
    struct stat info;
    bool reading = true;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0 || fstat(in, &info) != 0) {
        int rc = err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", from);
        if (in >= 0)
            close(in);
        return rc;
    }
    unlink(to); /* of a killed process; a link is not followed */
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, info.st_mode & 0777);
    int number = out < 0 ? errno : copy_bytes(in, out, &reading);
    if (out >= 0 && close(out) != 0 && number == 0)
        number = errno;
    close(in);
    if (number == 0)
        return 0;
    if (out >= 0 && reading)
        return err_set_errno(err, ERR_DATA, number, "cannot read '%s'", from);
    return err_set_errno(err, ERR_IO, number, "cannot write '%s'", to);
}

/* HDF5 crashes when a write fails in the middle of a change, so room is made before.  (Where
 * a file system gives no guarantee, as those that copy on write, that crash remains possible;
 * it costs the copy and nothing else.)  HDF5 cuts the file to its length when it is closed. */
static int reserve(const char *name, uint64_t room, struct err *err)
{
    struct stat info;
    int number = 0, fd = open(name, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        number = errno;
    else
        number = posix_fallocate(fd, info.st_size, (off_t)room);
    if (fd >= 0)
        close(fd);
    if (number == 0 || number == EINVAL || number == EOPNOTSUPP)
        return 0; /* or not to be had here */
    return err_set_errno(err, ERR_IO, number, "cannot write '%s'", name);
}

/* A study has its group of runs, a history (`blank`) has tables alone. */
static int make_file(const char *name, bool blank, struct err *err)
{
    int rc = 0;
    hid_t runs = -1, access_list = store_h5_access();
    hid_t file = store_h5_create(name, access_list);
    if (file < 0) {
        rc = store_h5_fail(err, ERR_IO, name, "cannot write");
        goto out;
    }
    if (!blank)
        runs = H5Gcreate2(file, "runs", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (!blank && runs < 0)
        rc = store_h5_fail(err, ERR_IO, name, "cannot write");
    store_h5_close(runs);
    if (H5Fclose(file) < 0)
        rc = store_h5_fail(err, ERR_IO, name, "cannot write");
out:
    store_h5_close(access_list);
    return rc;
}

/* A study file may be replaced by its copy, another file not. */
static int copy_study(const struct store_update *update, struct err *err)
{
    hid_t file = -1;
    int rc = store_head_open(&file, update->path, err);
    if (rc != 0)
        return rc;
    store_h5_close(file);
    return copy_file(update->path, update->temporary, err);
}

static int open_copy(struct store_update *update, struct err *err)
{
    int rc = 0;
    hid_t access_list = store_h5_access();
    update->file = H5Fopen(update->temporary, H5F_ACC_RDWR, access_list);
    if (update->file < 0)
        rc = store_h5_fail(err, ERR_IO, update->temporary, "cannot change");
    store_h5_close(access_list);
    return rc;
}

static int name_files(struct store_update *update, const char *path, struct err *err)
{
    memset(update, 0, sizeof(*update));
    update->file = -1;
    update->path = strdup(path);
    /* Always the same name, so that a killed process leaves at most one; the lock keeps
     * others from it. */
    update->temporary = str_format("%s.tmp", path);
    if (update->path == NULL || update->temporary == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

static int begin_new(struct store_update *update, const char *path, bool blank, uint64_t room,
                     struct err *err)
{
    int rc = name_files(update, path, err);
    update->fresh = true;
    if (rc == 0)
        rc = make_file(update->temporary, blank, err);
    if (rc == 0)
        rc = reserve(update->temporary, room + SLACK, err);
    return rc != 0 ? rc : open_copy(update, err);
}

int store_update_fresh(struct store_update *update, const char *path, uint64_t room,
                       struct err *err)
{
    return begin_new(update, path, false, room, err);
}

int store_update_blank(struct store_update *update, const char *path, uint64_t room,
                       struct err *err)
{
    return begin_new(update, path, true, room, err);
}

int store_update_begin(struct store_update *update, const char *path, bool must_exist,
                       uint64_t room, struct err *err)
{
    int rc = name_files(update, path, err);
    if (rc != 0)
        return rc;
    update->fresh = !path_exists(path);
    if (update->fresh && must_exist)
        return err_set_errno(err, ERR_DATA, ENOENT, "cannot read '%s'", path);
    rc = update->fresh ? make_file(update->temporary, false, err) : copy_study(update, err);
    if (rc == 0)
        rc = reserve(update->temporary, room + SLACK, err);
    return rc != 0 ? rc : open_copy(update, err);
}

static int close_file(struct store_update *update, struct err *err)
{
    int rc = 0;
    if (H5Fflush(update->file, H5F_SCOPE_GLOBAL) < 0)
        rc = store_h5_fail(err, ERR_IO, update->temporary, "cannot write");
    if (H5Fclose(update->file) < 0)
        rc = store_h5_fail(err, ERR_IO, update->temporary, "cannot write");
    update->file = -1;
    return rc;
}

int store_publish(const char *temporary, const char *path, struct err *err)
{
    if (path_is_special(path))
        return err_set(err, ERR_IO, "cannot write '%s': it is a device or pipe", path);
    /* The bytes must be on disk before the name is. */
    int fd = open(temporary, O_RDONLY | O_CLOEXEC), number = 0;
    if (fd < 0 || fsync(fd) != 0)
        number = errno;
    if (fd >= 0)
        close(fd);
    if (number == 0 && rename(temporary, path) != 0)
        number = errno;
    if (number != 0)
        return err_set_errno(err, ERR_IO, number, "cannot write '%s'", path);
    return path_sync_directory(path, err);
}

int store_update_end(struct store_update *update, int rc, struct err *err)
{
    if (update->file >= 0) {
        int closed = close_file(update, err);
        if (rc == 0)
            rc = closed;
        if (rc == 0)
            rc = store_publish(update->temporary, update->path, err);
    }
    if (rc != 0 && update->temporary != NULL)
        unlink(update->temporary);
    free(update->temporary);
    free(update->path);
    memset(update, 0, sizeof(*update));
    return rc;
}
