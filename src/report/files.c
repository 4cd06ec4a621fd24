#include "config.h"

#include "report/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

enum { LIST_SIZE_MAX = 16 << 20 };
#define FIRST_PAGE "index.html"

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), part = strlen(end);
    return len > part && strcmp(text + len - part, end) == 0;
}

/* The list lies in the user's folder and may say anything. */
static bool may_be_ours(const char *name)
{
    static const struct {
        const char *folder, *end;
    } made[] = {{"", ".html"},         {"", ".pdf"},         {"", "draw.gp"},
                {"figures/", ".svg"},  {"figures/", ".png"}, {"data/", ".tsv"}};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        size_t len = strlen(made[i].folder);
        const char *rest = name + len;
        if (strncmp(name, made[i].folder, len) == 0 && strchr(rest, '/') == NULL &&
            (ends_with(rest, made[i].end) || strcmp(rest, made[i].end) == 0))
            return rest[0] != '.';
    }
    return false;
}

static int remove_one(const char *directory, const char *name, struct err *err)
{
    char *path = str_format("%s/%s", directory, name);
    int status = 0;
    if (path == NULL)
        status = err_set(err, ERR_NOMEM, "out of memory for the report");
    else if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR)
        status = err_set_errno(err, ERR_IO, errno, "cannot replace '%s'", path);
    free(path);
    return status;
}

static int read_list(const char *directory, char **text, struct err *err)
{
    size_t len;
    char *path = str_format("%s/files.txt", directory);
    int status = path == NULL ? err_set(err, ERR_NOMEM, "out of memory for the report") : 0;
    *text = NULL;
    if (status == 0 && path_exists(path))
        status = path_read(path, LIST_SIZE_MAX, text, &len, err);
    free(path);
    return status;
}

/* A list of ours names the first page, whatever was added to it. */
static bool is_our_list(const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len == strlen(FIRST_PAGE) && strncmp(text, FIRST_PAGE, len) == 0)
            return true;
        text += len + (text[len] == '\n');
    }
    return false;
}

/* The name of something in the folder, heap; NULL: it is empty, or none.  The folder of tables
 * is the first thing that a report makes. */
static char *find_something(const char *directory)
{
    DIR *d = opendir(directory);
    char *name = NULL;
    if (d == NULL)
        return NULL;
    for (struct dirent *entry; name == NULL && (entry = readdir(d)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, "data") != 0)
            name = strdup(entry->d_name);
    closedir(d);
    return name;
}

int files_check_folder(const char *directory, struct err *err)
{
    char *text, *name = find_something(directory);
    int status = read_list(directory, &text, err);
    if (status == 0 && name != NULL && !is_our_list(text))
        status = err_set(err, ERR_CONFIG,
                         "'%s' holds what is no report of rung ('%s'): name another folder, or "
                         "write into this one all the same with --force",
                         directory, name);
    free(text);
    free(name);
    return status;
}

int files_remove(const char *directory, struct err *err)
{
    char *text;
    int status = read_list(directory, &text, err);
    for (char *line = text; status == 0 && line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        if (may_be_ours(line))
            status = remove_one(directory, line, err);
        line = end != NULL ? end + 1 : NULL;
    }
    free(text);
    return status;
}

int files_mark(const char *directory, struct err *err)
{
    struct str list;
    str_init(&list);
    str_add(&list, FIRST_PAGE "\n");
    int status = files_write(directory, &list, err);
    str_release(&list);
    return status;
}

int files_write(const char *directory, const struct str *names, struct err *err)
{
    char *path = str_format("%s/files.txt", directory);
    int status = path != NULL && !str_failed(names)
                     ? path_write_atomic(path, names->data, names->len, err)
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    free(path);
    return status;
}
