#include "config.h"

#include "study/input.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* The length goes before the name, so that no two trees look the same. */
static void add_name(struct str *out, const char *what, const char *name)
{
    str_addf(out, "%s %zu %s", what, strlen(name), name);
}

static int add_content(struct str *out, const char *path, struct err *err)
{
    char hash[HASH_TEXT_SIZE];
    int rc = hash_file(path, hash, err);
    if (rc == 0)
        str_addf(out, " %s", hash);
    return rc;
}

static void add_times(struct str *out, const struct stat *st)
{
    str_addf(out, " %" PRId64 " %" PRId64 ".%09ld %" PRId64 ".%09ld", (int64_t)st->st_size,
             (int64_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (int64_t)st->st_ctim.tv_sec,
             st->st_ctim.tv_nsec);
}

static int add_link(struct str *out, const char *path, struct err *err)
{
    char target[4096];
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    if (len < 0)
        return err_set_errno(err, ERR_DATA, errno, "cannot read the link '%s'", path);
    target[len] = '\0';
    add_name(out, " to", target);
    return 0;
}

/* Pipes, sockets and devices are left out: a guest cannot open them. */
static int add_entry(struct str *out, const FTSENT *entry, size_t root, bool content,
                     struct err *err)
{
    const char *name = entry->fts_path + root;
    int rc = 0;
    switch (entry->fts_info) {
    case FTS_F:
        add_name(out, "file", name);
        if (content)
            rc = add_content(out, entry->fts_accpath, err);
        else
            add_times(out, entry->fts_statp);
        break;
    case FTS_D:
        add_name(out, "folder", name);
        break;
    case FTS_SL:
    case FTS_SLNONE:
        add_name(out, "link", name);
        rc = add_link(out, entry->fts_accpath, err);
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return err_set_errno(err, ERR_DATA, entry->fts_errno, "cannot read '%s'",
                             entry->fts_path);
    default:
        return 0;
    }
    str_add_char(out, '\n');
    return rc;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_folder(struct str *out, const char *path, bool content, struct err *err)
{
    char *const roots[] = {(char *)(uintptr_t)path, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    const FTSENT *entry;
    int rc = 0;
    if (tree == NULL)
        return err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", path);
    errno = 0;
    while (rc == 0 && (entry = fts_read(tree)) != NULL) {
        rc = add_entry(out, entry, strlen(path), content, err);
        errno = 0;
    }
    if (rc == 0 && errno != 0)
        rc = err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", path);
    fts_close(tree);
    return rc;
}

/* Of its content, or of its sizes and times. */
static int digest(const char *path, enum input_kind kind, bool content,
                  char text[HASH_TEXT_SIZE], struct err *err)
{
    struct stat st;
    struct str list;
    int rc = 0;
    if (stat(path, &st) != 0)
        return err_set_errno(err, ERR_DATA, errno, "cannot open '%s'", path);
    if (kind == INPUT_FOLDER ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
        return err_set(err, ERR_DATA, "'%s' is no %s", path,
                       kind == INPUT_FOLDER ? "folder" : "file");
    if (kind == INPUT_FILE && content)
        return hash_file(path, text, err);
    str_init(&list);
    if (kind == INPUT_FOLDER)
        rc = add_folder(&list, path, content, err);
    else
        add_times(&list, &st);
    if (rc == 0 && str_failed(&list))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        hash_bytes(list.data, list.len, text);
    str_release(&list);
    return rc;
}

int input_init(struct input *input, const char *path, enum input_kind kind, struct err *err)
{
    *input = (struct input){.kind = kind};
    input->path = realpath(path, NULL);
    if (input->path == NULL)
        return err_set_errno(err, ERR_DATA, errno, "cannot open '%s'", path);
    /* First the times: what is changed while its content is read is found later. */
    int rc = digest(input->path, kind, false, input->stamp, err);
    return rc == 0 ? digest(input->path, kind, true, input->hash, err) : rc;
}

void input_release(struct input *input)
{
    free(input->path);
    memset(input, 0, sizeof(*input));
}

int input_check(const struct input *input, struct err *err)
{
    char now[HASH_TEXT_SIZE];
    if (input->path == NULL)
        return 0;
    int rc = digest(input->path, input->kind, false, now, err);
    if (rc == 0 && strcmp(now, input->stamp) != 0)
        rc = err_set(err, ERR_DATA, "'%s' has changed since the study began", input->path);
    return rc;
}
