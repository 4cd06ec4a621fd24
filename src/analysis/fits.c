#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"
#include "stats/dist.h"
#include "stats/ladder.h"

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

static void fit_release(struct analysis_fit *fit)
{
    stats_ladder_free(fit->predictor);
    free(fit->point);
    free(fit->model);
    analysis_warnings_release(&fit->warnings);
    if (fit->without_top != NULL)
        fit_release(fit->without_top);
    free(fit->without_top);
}

void analysis_fit_predict(const struct analysis_fit *fit, double n,
                          struct analysis_prediction *p)
{
    *p = (struct analysis_prediction){n, NAN, NAN, NAN, NAN, NAN, NAN};
    if (!fit->valid || !(n > 1))
        return;
    struct stats_ladder_prediction at;
    stats_ladder_predict(fit->predictor, n, &at);
    p->value = at.value;
    p->se = at.se;
    p->ci_lower = at.ci_lower;
    p->ci_upper = at.ci_upper;
    p->pi_lower = at.pi_lower;
    p->pi_upper = at.pi_upper;
}

/* Copies a candidate with what people look at: names, t, p, intervals. */
static void copy_model(struct analysis_model *to, const struct stats_ladder_model *from,
                       double level)
{
    struct str formula;
    str_init(&formula);
    double t = stats_t_quantile(0.5 + level / 2, from->df);
    to->n_terms = from->n_terms;
    for (size_t i = 0; i < from->n_terms; i++) {
        const struct stats_ladder_term *f = from->term + i;
        struct analysis_term *term = to->term + i;
        stats_ladder_term_name(f->a, f->b, term->name, sizeof term->name);
        str_addf(&formula, "%s%s", i > 0 ? " + " : "", term->name);
        term->a = f->a;
        term->b = f->b;
        term->estimate = f->estimate;
        term->se = f->se;
        term->t = f->estimate / f->se;
        term->p = stats_t_two_sided(term->t, from->df);
        term->lower = f->estimate - t * f->se;
        term->upper = f->estimate + t * f->se;
    }
    analysis_format(to->formula, sizeof to->formula, "%s", formula.data);
    str_release(&formula);
    to->aicc = from->aicc;
    to->weight = from->weight;
    to->r2 = from->r2;
    to->r2_centred = from->r2_centred;
    to->r2_adjusted = from->r2_adjusted;
    to->r2_predicted = from->r2_predicted;
    to->residual_sd = from->residual_sd;
    to->df = from->df;
}

/* The arrays that stats wants, from the points that are not held out. */
static int ladder_from_points(struct stats_ladder **ladder, const struct analysis_fit *fit,
                              struct err *err)
{
    size_t n = fit->n_points;
    double *real = calloc(3 * n + 1, sizeof *real);
    size_t *replicates = calloc(n + 1, sizeof *replicates);
    struct stats_ladder_input in = {.n = real,
                                    .mean = real + n,
                                    .sd = real + 2 * n,
                                    .replicates = replicates,
                                    .level = fit->level};
    int status = ERR_NOMEM;
    *ladder = NULL;
    if (real == NULL || replicates == NULL) {
        err_set(err, ERR_NOMEM, "no memory for %zu rungs", n);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        if (fit->point[i].held_out)
            continue;
        size_t k = in.n_rungs++;
        real[k] = fit->point[i].n;
        real[n + k] = fit->point[i].value;
        real[2 * n + k] = fit->point[i].replicates > 1 ? fit->point[i].sd : 0;
        replicates[k] = fit->point[i].replicates;
    }
    status = stats_ladder_alloc(ladder, &in, err);
out:
    free(real);
    free(replicates);
    return status;
}

/* Fits the points that are not held out; too few of them is a result, not a failure. */
static int fit_points(struct analysis_fit *fit, struct err *err)
{
    struct stats_ladder *ladder;
    struct err cause = {0};
    size_t used = 0;
    for (size_t i = 0; i < fit->n_points; i++)
        used += !fit->point[i].held_out;
    int status = ladder_from_points(&ladder, fit, &cause);
    if (status == ERR_INCONCLUSIVE)
        return analysis_warn(&fit->warnings, "too-few-rungs",
                             "%zu rung%s admit no candidate model: add %zu more", used,
                             used == 1 ? "" : "s", used < 4 ? 4 - used : 1);
    if (status < 0)
        return err_set(err, status, "%s", cause.text);
    fit->predictor = ladder;
    fit->n_observations = ladder->n_observations;
    fit->by_rung = ladder->by_rung;
    fit->model = calloc(ladder->n_models, sizeof *fit->model);
    if (fit->model == NULL)
        return ERR_NOMEM;
    fit->n_models = ladder->n_models;
    for (size_t i = 0; i < ladder->n_models; i++)
        copy_model(fit->model + i, ladder->model + i, fit->level);
    fit->valid = true;
    for (size_t i = 0; i < fit->n_points; i++) {
        struct analysis_prediction p;
        analysis_fit_predict(fit, fit->point[i].n, &p);
        fit->point[i].fitted = p.value;
    }
    return 0;
}

/* The same series without its largest rung, judged by that rung. */
static int hold_out_top(struct analysis_fit *fit, struct err *err)
{
    struct analysis_held_out *h = &fit->held_out;
    if (fit->n_points < 2)
        return 0;
    struct analysis_fit *small = calloc(1, sizeof *small);
    if (small == NULL)
        return ERR_NOMEM;
    fit->without_top = small;
    small->key = fit->key;
    small->level = fit->level;
    small->deterministic = fit->deterministic;
    small->held_out = *h;
    small->n_points = fit->n_points;
    small->point = calloc(fit->n_points, sizeof *small->point);
    if (small->point == NULL)
        return ERR_NOMEM;
    memcpy(small->point, fit->point, fit->n_points * sizeof *small->point);
    struct analysis_point *top = small->point + fit->n_points - 1;
    top->held_out = true;
    int status = fit_points(small, err);
    if (status < 0)
        return status;
    if (!small->valid) {
        fit_release(small);
        free(small);
        fit->without_top = NULL;
        return 0;
    }
    h->valid = true;
    h->observed = top->value;
    analysis_fit_predict(small, top->n, &h->prediction);
    h->error = h->prediction.value / top->value - 1;
    h->error_lower = h->prediction.ci_lower / top->value - 1;
    h->error_upper = h->prediction.ci_upper / top->value - 1;
    return 0;
}

static int warn_of_fit(struct analysis_fit *fit, const struct analysis_options *o,
                       size_t repeats, bool disagree)
{
    struct analysis_warnings *w = &fit->warnings;
    const struct analysis_held_out *h = &fit->held_out;
    int status = 0;
    if (disagree)
        status = analysis_warn(w, "not-deterministic",
                               "repetitions of the same run differ: they count as replicates");
    if (status == 0 && repeats > 0)
        status = analysis_warn(w, "zero-variance-replicates",
                               "%zu repetition%s of deterministic runs add no evidence: vary "
                               "the layout seed instead",
                               repeats, repeats == 1 ? "" : "s");
    if (status == 0 && fit->by_rung)
        status = analysis_warn(w, "lack-of-fit",
                               "no candidate explains the rungs within the noise of their "
                               "replicates: only rungs count as evidence");
    if (status == 0 && fit->valid && !h->valid)
        status = analysis_warn(w, "no-held-out-rung",
                               "too few rungs to leave the largest one out: the fit is untested");
    if (status == 0 && h->valid && !(h->error_lower <= 0 && h->error_upper >= 0) &&
        fabs(h->error) > o->tolerance)
        status = analysis_warn(w, "held-out-miss",
                               "the smaller rungs miss the one at n = %g by %+.1f %%, more than "
                               "their interval admits: something changes on the way",
                               h->prediction.n, 100 * h->error);
    if (status == 0 && fit->valid) {
        struct analysis_prediction p;
        analysis_fit_predict(fit, fit->point[fit->n_points - 1].n, &p);
        double half = (p.ci_upper - p.ci_lower) / 2 / p.value;
        if (half > o->tolerance)
            status = analysis_warn(w, "wide-interval",
                                   "even at the largest rung the fit is known to +-%.1f %% "
                                   "only, wider than the tolerance of %g %%",
                                   100 * half, 100 * o->tolerance);
    }
    return status;
}

static void held_out_nothing(struct analysis_fit *fit)
{
    fit->held_out = (struct analysis_held_out){.observed = NAN,
                                               .prediction = {NAN, NAN, NAN, NAN, NAN, NAN, NAN},
                                               .error = NAN,
                                               .error_lower = NAN,
                                               .error_upper = NAN};
}

/* Fits a series whose key and points are there; it was made of `runs` runs. */
static int fit_series(struct analysis_fit *fit, size_t runs, bool disagree,
                      const struct analysis_options *o, struct err *err)
{
    size_t replicates = 0;
    held_out_nothing(fit);
    fit->level = o->level;
    for (size_t i = 0; i < fit->n_points; i++) {
        replicates += fit->point[i].replicates;
        /* Growth laws are for quantities above zero: a counter that is zero has none. */
        if (!(fit->point[i].value > 0) || !(fit->point[i].n > 1))
            return analysis_warn(&fit->warnings, "not-positive",
                                 "'%s' is %g at n = %g: no growth law applies", fit->key.metric,
                                 fit->point[i].value, fit->point[i].n);
    }
    int status = fit_points(fit, err);
    if (status == 0)
        status = hold_out_top(fit, err);
    return status == 0 ? warn_of_fit(fit, o, runs - replicates, disagree) : status;
}

static int fit_rows(struct analysis_fit *fit, const struct store_row *const *rows, size_t n,
                    const struct analysis_options *o, const char *metric, struct err *err)
{
    bool disagree;
    copy_key(&fit->key, rows[0], metric);
    fit->deterministic = analysis_deterministic(rows[0], metric);
    int status = analysis_points(&fit->point, &fit->n_points, rows, n, metric, &disagree);
    return status == 0 ? fit_series(fit, n, disagree, o, err) : status;
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
        status = fit_rows(fits->fit + fits->count++, selected.row + i, j - i, o, metric, err);
    }
    analysis_rows_release(&selected);
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
    if (fit->point == NULL)
        return ERR_NOMEM;
    for (size_t i = 0, j; i < count; i = j) {
        struct analysis_point *p = fit->point + fit->n_points++;
        double squares = 0;
        *p = (struct analysis_point){.n = v[i].n, .fitted = NAN};
        for (j = i; j < count && v[j].n == v[i].n; j++) {
            if (j > i && deterministic && v[j].y == v[j - 1].y)
                continue;
            *disagree = *disagree || (j > i && deterministic);
            double before = v[j].y - p->value;
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
            status = fit_series(fit, j - i, disagree, o, err);
    }
    free(v);
    if (status < 0) {
        analysis_fits_free(fits);
        return err_set(err, status, "%s", err_text(status));
    }
    *out = fits;
    return 0;
}

void analysis_fits_free(struct analysis_fits *fits)
{
    if (fits == NULL)
        return;
    for (size_t i = 0; i < fits->count; i++)
        fit_release(fits->fit + i);
    free(fits->fit);
    analysis_warnings_release(&fits->warnings);
    free(fits);
}

static bool part_matches(const char *wanted, const char *text)
{
    return wanted == NULL || strcmp(wanted, text) == 0;
}

const struct analysis_fit *analysis_fits_find(const struct analysis_fits *fits,
                                              const char *problem, const char *machine,
                                              const char *variant, const char *mode)
{
    for (size_t i = 0; i < fits->count; i++) {
        const struct analysis_key *key = &fits->fit[i].key;
        if (part_matches(problem, key->problem) && part_matches(machine, key->machine) &&
            part_matches(variant, key->variant) && part_matches(mode, key->mode))
            return fits->fit + i;
    }
    return NULL;
}
