#include "config.h"

#include "report/accuracy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "report/figure.h"
#include "report/tsv.h"

/* The programs in the table's order, as colours by category. */
static size_t category_of(const struct analysis_accuracy *a, size_t program)
{
    for (size_t g = 1; g < a->n_groups; g++)
        if (strcmp(a->group[g].name, a->program[program].hardware->category) == 0)
            return g;
    return 1;
}

static int write_data(const struct analysis_accuracy *a, const char *directory, struct err *err)
{
    struct tsv t;
    char *data = str_format("%s/data", directory);
    int status = data == NULL ? err_set(err, ERR_NOMEM, "out of memory for the figure")
                              : path_make_directory(data, err);
    tsv_init(&t, "row category error error_lower error_upper simulated_ns measured_ns program");
    for (size_t i = 0; i < a->count; i++) {
        const struct analysis_accuracy_program *p = a->program + i;
        tsv_real(&t, (double)i);
        tsv_real(&t, (double)category_of(a, i));
        tsv_real(&t, p->error);
        tsv_real(&t, p->lower);
        tsv_real(&t, p->upper);
        tsv_real(&t, p->simulated_ns);
        tsv_real(&t, p->hardware->latency.value);
        tsv_text(&t, p->hardware->name);
        tsv_end_row(&t);
    }
    if (status == 0)
        status = tsv_write(&t, data, "accuracy.tsv", err);
    tsv_release(&t);
    free(data);
    return status;
}

static int begin(struct figures *f, const struct analysis_accuracy *a, struct err *err)
{
    enum { HEAD = 140, LINE = 24 };
    char heading[128];
    const char **names = calloc(a->count, sizeof *names);
    const char **groups = calloc(a->n_groups + 1, sizeof *groups);
    size_t n_groups = 0;
    snprintf(heading, sizeof heading, "Simulated against measured, at %.4g GHz",
             a->hertz.value / 1e9);
    int status = names == NULL || groups == NULL
                     ? err_set(err, ERR_NOMEM, "out of memory for the figure")
                     : figure_begin(f, "accuracy", "accuracy", heading,
                                    HEAD + LINE * (int)a->count, err);
    if (status == 0) {
        for (size_t i = 0; i < a->count; i++)
            names[i] = a->program[i].hardware->name;
        for (size_t g = 1; g < a->n_groups; g++)
            groups[n_groups++] = a->group[g].name;
        if (n_groups == 0)
            groups[n_groups++] = "all";
        figure_text(f, "errors", "data/accuracy.tsv");
        figure_array(f, "names", names, a->count);
        figure_array(f, "categories", groups, n_groups);
        figure_real(f, "tolerance", a->options.worst > 0 ? a->options.worst : 0);
    }
    free(names);
    free(groups);
    return status;
}

int report_accuracy(const struct analysis_accuracy *a, const char *directory, struct err *err)
{
    struct figures f;
    struct str html;
    char level[32];
    char *plots = path_data("plots", "");
    snprintf(level, sizeof level, "%g %%", a->options.level * 100);
    figures_init(&f, level);
    str_init(&html);
    int status = plots == NULL ? err_set(err, ERR_NOMEM, "out of memory for the figure")
                               : write_data(a, directory, err);
    if (status == 0) {
        size_t len = strlen(plots);
        if (len > 1 && plots[len - 1] == '/')
            plots[len - 1] = '\0';
        status = begin(&f, a, err);
    }
    if (status == 0) {
        figure_end(&f, &html, "", "", NULL);
        status = figures_draw(&f, directory, plots, err);
    }
    str_release(&html);
    figures_release(&f);
    free(plots);
    return status;
}
