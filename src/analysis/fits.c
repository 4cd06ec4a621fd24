#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"

static void copy_key(struct analysis_key *key, const struct store_row *row, const char *metric)
{
    analysis_format(key->simulator, sizeof key->simulator, "%s", row->simulator);
    analysis_format(key->problem, sizeof key->problem, "%s", row->problem);
    analysis_format(key->problem_class, sizeof key->problem_class, "%s", row->problem_class);
    analysis_format(key->machine, sizeof key->machine, "%s", row->machine);
    analysis_format(key->variant, sizeof key->variant, "%s", row->variant);
    analysis_format(key->mode, sizeof key->mode, "%s", row->mode);
    analysis_format(key->metric, sizeof key->metric, "%s", metric);
}

static int fit_rows(struct analysis_fit *fit, const struct store_row *const *rows, size_t n,
                    const struct analysis_options *o, const char *metric, struct err *err)
{
    bool disagree;
    copy_key(&fit->key, rows[0], metric);
    fit->deterministic = analysis_deterministic(rows[0], metric);
    int status = analysis_points_observed(&fit->point, &fit->n_points, &fit->observation, rows,
                                          n, metric, &disagree);
    return status == 0 ? analysis_fit_series(fit, n, disagree, o, err) : status;
}

int analysis_fits_alloc(struct analysis_fits **out, const struct analysis_rows *rows,
                        const struct analysis_options *o, struct err *err)
{
    stats_init();
    const char *metric = o->metric == NULL ? "cycles" : o->metric;
    struct analysis_rows selected;
    size_t dropped;
    *out = NULL;
    if (!(o->level > 0 && o->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", o->level);
    int status = analysis_select(&selected, &dropped, rows, o, metric, err);
    if (status < 0)
        return status;
    struct analysis_fits *fits = calloc(1, sizeof *fits);
    if (fits != NULL)
        fits->fit = calloc(selected.count, sizeof *fits->fit);
    status = fits == NULL || fits->fit == NULL ? ERR_NOMEM : 0;
    if (status == 0 && dropped > 0)
        status = analysis_warn(&fits->warnings, "failed-runs",
                               "%zu failed run%s left out", dropped,
                               dropped == 1 ? " is" : "s are");
    for (size_t i = 0, j; status == 0 && i < selected.count; i = j) {
        for (j = i + 1; j < selected.count &&
                        analysis_same_series(selected.row[i], selected.row[j]);)
            j++;
        struct analysis_fit *fit = fits->fit + fits->count++;
        status = fit_rows(fit, selected.row + i, j - i, o, metric, err);
        if (status == 0 && strcmp(metric, "cycles") == 0)
            status = analysis_fidelity_fit(fit, rows, o->tolerance, err);
    }
    analysis_rows_release(&selected);
    if (status == 0)
        analysis_look_mark(fits);
    if (status < 0) {
        analysis_fits_free(fits);
        return err_set(err, status, "%s", err_text(status));
    }
    *out = fits;
    return 0;
}

/* One number of analysis_values on its way into a series. */
struct value {
    double n, y;
    const char *label;
    size_t order;
};

static int by_label_and_size(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    int d = strcmp(x->label, y->label);
    if (d == 0)
        d = (x->n > y->n) - (x->n < y->n);
    return d != 0 ? d : (x->order > y->order) - (x->order < y->order);
}

/* Rungs of one series from sorted numbers. */
static int points_of_values(struct analysis_fit *fit, const struct value *v, size_t count,
                            bool deterministic, bool *disagree)
{
    *disagree = false;
    fit->point = calloc(count, sizeof *fit->point);
    fit->observation = calloc(count, sizeof *fit->observation);
    if (fit->point == NULL || fit->observation == NULL)
        return ERR_NOMEM;
    for (size_t i = 0, j, used = 0; i < count; i = j) {
        struct analysis_point *p = fit->point + fit->n_points++;
        double squares = 0;
        *p = (struct analysis_point){.n = v[i].n, .fitted = NAN, .weight = 1, .first = used};
        for (j = i; j < count && v[j].n == v[i].n; j++) {
            if (j > i && deterministic && v[j].y == v[j - 1].y)
                continue;
            *disagree = *disagree || (j > i && deterministic);
            double before = v[j].y - p->value;
            fit->observation[used++] = v[j].y;
            p->replicates++;
            p->value += before / (double)p->replicates;
            squares += before * (v[j].y - p->value);
        }
        p->sd = p->replicates > 1 ? sqrt(squares / (double)(p->replicates - 1)) : NAN;
    }
    return 0;
}

int analysis_fits_from_values(struct analysis_fits **out, const struct analysis_values *values,
                              const struct analysis_options *o, struct err *err)
{
    stats_init();
    size_t count = values->count;
    int status = 0;
    *out = NULL;
    if (!(o->level > 0 && o->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", o->level);
    struct value *v = calloc(count + 1, sizeof *v);
    struct analysis_fits *fits = calloc(1, sizeof *fits);
    if (fits != NULL)
        fits->fit = calloc(count + 1, sizeof *fits->fit);
    if (v == NULL || fits == NULL || fits->fit == NULL)
        status = ERR_NOMEM;
    for (size_t i = 0; status == 0 && i < count; i++)
        v[i] = (struct value){values->n[i], values->y[i],
                              values->label == NULL ? "" : values->label[i], i};
    if (status == 0)
        qsort(v, count, sizeof *v, by_label_and_size);
    for (size_t i = 0, j; status == 0 && i < count; i = j) {
        struct analysis_fit *fit = fits->fit + fits->count++;
        bool disagree;
        for (j = i + 1; j < count && strcmp(v[i].label, v[j].label) == 0;)
            j++;
        analysis_format(fit->key.problem, sizeof fit->key.problem, "%s", v[i].label);
        analysis_format(fit->key.metric, sizeof fit->key.metric, "%s", values->metric);
        fit->deterministic = values->deterministic;
        status = points_of_values(fit, v + i, j - i, values->deterministic, &disagree);
        if (status == 0)
            status = analysis_fit_series(fit, j - i, disagree, o, err);
    }
    free(v);
    if (status < 0) {
        analysis_fits_free(fits);
        return err_set(err, status, "%s", err_text(status));
    }
    *out = fits;
    return 0;
}

const char *analysis_name_machine(const char *simulator, const char *machine, bool shared,
                                  char text[ANALYSIS_MACHINE_SIZE])
{
    analysis_format(text, ANALYSIS_MACHINE_SIZE, "%s%s%s", shared ? simulator : "",
                    shared && machine[0] != '\0' ? "/" : "", machine);
    return text;
}

const char *analysis_fits_machine(const struct analysis_fits *fits,
                                  const struct analysis_key *key,
                                  char text[ANALYSIS_MACHINE_SIZE])
{
    bool shared = false;
    for (size_t i = 0; i < fits->count && !shared; i++) {
        const struct analysis_key *other = &fits->fit[i].key;
        shared = strcmp(other->simulator, key->simulator) != 0 &&
                 strcmp(other->machine, key->machine) == 0 && strcmp(other->mode, key->mode) == 0;
    }
    return analysis_name_machine(key->simulator, key->machine, shared, text);
}

void analysis_fits_free(struct analysis_fits *fits)
{
    if (fits == NULL)
        return;
    for (size_t i = 0; i < fits->count; i++)
        analysis_fit_release(fits->fit + i);
    free(fits->fit);
    analysis_warnings_release(&fits->warnings);
    free(fits);
}
