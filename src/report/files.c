#include "config.h"

#include "report/files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

enum { LIST_SIZE_MAX = 16 << 20 };

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

int files_remove(const char *directory, struct err *err)
{
    char *text = NULL, *path = str_format("%s/files.txt", directory);
    size_t len;
    if (path == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    int status = 0;
    if (path_exists(path))
        status = path_read(path, LIST_SIZE_MAX, &text, &len, err);
    for (char *line = text; status == 0 && line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        if (may_be_ours(line))
            status = remove_one(directory, line, err);
        line = end != NULL ? end + 1 : NULL;
    }
    free(text);
    free(path);
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
