#include "config.h"

#include "report/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"
#include "report/files.h"
#include "report/template.h"

enum { TEMPLATE_SIZE_MAX = 1 << 20 };

static int read_template(const char *plots, const char *name, char **path, char **text,
                         struct err *err)
{
    size_t len;
    char *full = str_format("%s/%s", plots, name);
    if (full == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the pages");
    int status = path_read(full, TEMPLATE_SIZE_MAX, text, &len, err);
    if (path != NULL)
        *path = full;
    else
        free(full);
    return status;
}

void frame_release(struct frame *f)
{
    free(f->path);
    free(f->page);
    free(f->style);
    free(f->script);
}

int frame_read(struct frame *f, const char *plots, struct err *err)
{
    *f = (struct frame){NULL, NULL, NULL, NULL};
    int status = read_template(plots, "page.html", &f->path, &f->page, err);
    if (status == 0)
        status = read_template(plots, "style.css", NULL, &f->style, err);
    if (status == 0)
        status = read_template(plots, "page.js", NULL, &f->script, err);
    return status;
}

int frame_fill(const struct frame *f, const struct frame_texts *texts, struct str *out,
               struct err *err)
{
    const struct template_value values[] = {
        {"title", texts->title},   {"heading", texts->heading},    {"kicker", texts->kicker},
        {"style", f->style},       {"script", f->script},          {"nav", texts->nav},
        {"main", texts->main},     {"generator", PACKAGE_STRING},  {"footer", texts->footer},
    };
    int status =
        template_fill(out, f->path, f->page, values, sizeof values / sizeof values[0], err);
    if (status == 0 && str_failed(out))
        status = err_set(err, ERR_NOMEM, "out of memory for the pages");
    return status;
}

int frame_prepare(const char *directory, bool force, struct err *err)
{
    char *data = str_format("%s/data", directory);
    char *page = str_format("%s/index.html", directory);
    int status = data != NULL && page != NULL
                     ? 0
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status == 0 && !force)
        status = files_check_folder(directory, err);
    if (status == 0)
        status = path_make_directory(data, err);
    if (status == 0 && access(directory, W_OK | X_OK) != 0)
        status = err_set_errno(err, ERR_IO, errno, "cannot write into '%s'", directory);
    if (status == 0 && unlink(page) != 0 && errno != ENOENT)
        status = err_set_errno(err, ERR_IO, errno, "cannot replace '%s'", page);
    if (status == 0)
        status = files_remove(directory, err);
    if (status == 0)
        status = files_mark(directory, err);
    free(data);
    free(page);
    return status;
}
