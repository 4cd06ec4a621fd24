#include "config.h"

#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "report/files.h"
#include "report/frame.h"
#include "report/pages.h"
#include "report/report_priv.h"

/* The list stands there before what it names: whatever ends this report, the next one finds
 * its remains. */
static int write_list(struct report *r, const struct report_pages *pages, struct err *err)
{
    pages_list(pages, &r->files);
    figures_list(&r->figures, &r->files);
    return files_write(r->options->directory, &r->files, err);
}

static int write_all(struct report *r, const char *plots, struct err *err)
{
    struct report_pages pages;
    int status = pages_init(&pages, r, err);
    if (status == 0)
        status = pages_fill(&pages, r, err);
    if (status == 0 && r->options->pdf)
        report_make_pdf(r);
    if (status == 0)
        status = pages_check(&pages, r, plots, err);
    if (status == 0)
        status = write_list(r, &pages, err);
    if (status == 0)
        status = figures_draw(&r->figures, r->options->directory, plots, err);
    if (status == 0)
        status = pages_write(&pages, r, plots, err);
    pages_release(&pages);
    return status;
}

char *report_plots(const struct report_options *o)
{
    char *plots = o->plots != NULL ? strdup(o->plots) : path_data("plots", "");
    size_t len = plots != NULL ? strlen(plots) : 0;
    if (len > 1 && plots[len - 1] == '/')
        plots[len - 1] = '\0';
    return plots;
}

int report_write(struct store *s, const struct report_options *o, struct report_result *result,
                 struct err *err)
{
    struct report r;
    char *plots = report_plots(o);
    int status = plots != NULL ? frame_prepare(o->directory, o->force, err)
                               : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status == 0) {
        status = report_gather(&r, s, o, err);
        if (status == 0)
            status = write_all(&r, plots, err);
        if (status == 0 && result != NULL)
            report_result_fill(result, &r);
        report_release(&r);
    }
    free(plots);
    return status;
}
