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

enum { PIECE = 1 << 17 }; /* bytes by which the file in memory grows */

/* Puts the file together in memory; it goes to disk in one piece when it is closed. */
static int write_file(const char *name, const struct store_run *run, struct err *err)
{
    int rc = 0;
    struct store_head head = {.host = run->host};
    hid_t access_list = store_h5_access(), runs = -1;
    H5Pset_fapl_core(access_list, PIECE, 1);
    hid_t file = store_h5_create(name, access_list);
    if (file < 0) {
        rc = store_h5_fail(err, ERR_IO, name, "cannot write");
        goto out;
    }
    runs = H5Gcreate2(file, "runs", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (runs < 0 || store_head_write(file, &head, true) != 0 ||
        store_rows_write(file, &run->row, 1) != 0 || store_run_write(runs, run) != 0)
        rc = store_h5_fail(err, ERR_INTERNAL, name, "cannot be put together");
out:
    store_h5_close(runs);
    if (file >= 0 && H5Fclose(file) < 0)
        rc = store_h5_fail(err, ERR_IO, name, "cannot write");
    store_h5_close(access_list);
    return rc;
}

bool store_is_id(const char *id)
{
    return strlen(id) == STORE_ID_SIZE - 1 && strspn(id, "0123456789abcdef") == strlen(id);
}

int store_write_run(const char *path, const struct store_run *run, struct err *err)
{
    store_h5_quiet();
    if (!store_is_id(run->row.id))
        return err_set(err, ERR_INTERNAL, "'%s' is no id of a run", run->row.id);
    char *folder = str_format("%s.runs", path);
    char *name = str_format("%s.runs/%s.h5", path, run->row.id);
    /* Workers on other hosts may do the same run. */
    char host[64] = "";
    gethostname(host, sizeof(host) - 1);
    char *temporary =
        str_format("%s.runs/%s.h5.%s-%ld.tmp", path, run->row.id, host, (long)getpid());
    int rc = 0;
    if (folder == NULL || name == NULL || temporary == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    else
        rc = path_make_directory(folder, err);
    if (rc != 0)
        goto out;
    rc = write_file(temporary, run, err);
    if (rc == 0)
        rc = store_publish(temporary, name, err);
    if (rc != 0)
        unlink(temporary);
out:
    H5Eclear2(H5E_DEFAULT);
    free(temporary);
    free(name);
    free(folder);
    return rc;
}

int store_write_alone(const char *path, const struct store_run *run, struct err *err)
{
    store_h5_quiet();
    if (!store_is_id(run->row.id))
        return err_set(err, ERR_INTERNAL, "'%s' is no id of a run", run->row.id);
    char *temporary = str_format("%s.%ld.tmp", path, (long)getpid());
    if (temporary == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = write_file(temporary, run, err);
    if (rc == 0)
        rc = store_publish(temporary, path, err);
    if (rc != 0)
        unlink(temporary);
    H5Eclear2(H5E_DEFAULT);
    free(temporary);
    return rc;
}

bool store_has_run_file(const char *path, const char *id)
{
    char *name = str_format("%s.runs/%s.h5", path, id);
    bool there = name != NULL && path_exists(name);
    free(name);
    return there;
}

/* Whether a file can be made in there. */
static int try_file(const char *path, const char *name, struct err *err)
{
    if (name != NULL)
        unlink(name); /* of a killed process; a link is not followed */
    int fd = name != NULL ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
    if (fd < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "cannot write '%s'", path);
    close(fd);
    unlink(name);
    return 0;
}

int store_probe(const char *path, struct err *err)
{
    struct stat info;
    char *folder = str_format("%s.runs", path), *inside = str_format("%s.runs/probe.tmp", path);
    char *beside = str_format("%s.tmp", path);
    bool made = false;
    int rc = 0;
    store_h5_quiet();
    if (folder == NULL || inside == NULL || beside == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    if (stat(path, &info) == 0) {
        hid_t file = -1;
        if (S_ISDIR(info.st_mode))
            rc = err_set_errno(err, ERR_CONFIG, EISDIR, "cannot write '%s'", path);
        else if (access(path, W_OK) != 0)
            rc = err_set_errno(err, ERR_CONFIG, errno, "cannot write '%s'", path);
        else
            rc = store_head_open(&file, path, err);
        store_h5_close(file);
    }
    if (rc == 0)
        rc = try_file(path, beside, err);
    if (rc != 0)
        goto out;
    made = mkdir(folder, 0777) == 0;
    if (!made && errno != EEXIST)
        rc = err_set_errno(err, ERR_CONFIG, errno, "cannot write '%s'", folder);
    else
        rc = try_file(folder, inside, err);
    if (made)
        rmdir(folder);
out:
    free(beside);
    free(inside);
    free(folder);
    return rc;
}
