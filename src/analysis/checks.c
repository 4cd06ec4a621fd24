#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"
#include "base/yaml.h"
#include "stats/boot.h"

/* Fewer design points than these give a bootstrap interval that means nothing. */
enum { POINTS_MIN = 6 };

const char *analysis_verdict_text(enum analysis_verdict v)
{
    switch (v) {
    case ANALYSIS_PASS:
        return "pass";
    case ANALYSIS_FAIL:
        return "fail";
    case ANALYSIS_INCONCLUSIVE:
        break;
    }
    return "inconclusive";
}

void analysis_thresholds_init(struct analysis_thresholds *t)
{
    *t = (struct analysis_thresholds){
        .r2 = 0.95, .error = 0.02, .velocity = 3, .speed_loss = NAN, .level = 0.95};
}

int analysis_thresholds_from_study(struct analysis_thresholds *t, const char *name,
                                   const char *yaml, struct err *err)
{
    struct yaml_document *doc;
    int status = yaml_parse(&doc, name, yaml, strlen(yaml), err);
    if (status < 0)
        return status;
    const struct yaml_node *check = yaml_get(doc->root, "check");
    const struct {
        const char *key;
        double *value;
        int (*read)(const struct yaml_node *, double *, struct err *);
    } keys[] = {{"r2", &t->r2, yaml_double},
                {"error", &t->error, yaml_fraction},
                {"velocity", &t->velocity, yaml_double},
                {"speed_loss", &t->speed_loss, yaml_fraction},
                {"level", &t->level, yaml_fraction}};
    for (size_t i = 0; check != NULL && i < sizeof keys / sizeof keys[0] && status == 0; i++) {
        const struct yaml_node *node = yaml_get(check, keys[i].key);
        if (node != NULL)
            status = keys[i].read(node, keys[i].value, err);
    }
    yaml_document_free(doc);
    return status;
}

/* Everything that the checks are made from. */
struct inputs {
    const struct analysis_rows *rows;
    const struct analysis_options *o;
    const struct analysis_thresholds *t;
    struct analysis_fits *fits;
    struct analysis_checks *out;
    struct err *err;
};

static struct analysis_check *add_check(struct inputs *in, const char *name, double threshold)
{
    struct analysis_checks *c = in->out;
    struct analysis_check *grown = realloc(c->check, (c->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    c->check = grown;
    grown[c->count] = (struct analysis_check){.name = name,
                                              .value = NAN,
                                              .lower = NAN,
                                              .upper = NAN,
                                              .threshold = threshold,
                                              .verdict = ANALYSIS_INCONCLUSIVE};
    return grown + c->count++;
}

static int advise(struct inputs *in, struct analysis_check *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int advise(struct inputs *in, struct analysis_check *check, const char *format, ...)
{
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    check->advice = str_detach(&text);
    return check->advice == NULL ? err_set(in->err, ERR_NOMEM, "no memory for a check") : 0;
}

/* Pass when the whole interval lies in [least, most], fail when none of it does. */
static enum analysis_verdict judge(const struct analysis_check *c, double least, double most,
                                   bool point)
{
    double lower = point ? c->value : c->lower, upper = point ? c->value : c->upper;
    if (isnan(lower) || isnan(upper))
        return ANALYSIS_INCONCLUSIVE;
    if (lower >= least && upper <= most)
        return ANALYSIS_PASS;
    return upper < least || lower > most ? ANALYSIS_FAIL : ANALYSIS_INCONCLUSIVE;
}

static bool same_setting(const struct analysis_key *a, const struct analysis_key *b)
{
    return strcmp(a->simulator, b->simulator) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0;
}

/* The two largest rungs of a setting, unless the options name others; 0 where there is none. */
static void scale_rungs(const struct inputs *in, const struct analysis_key *key, double *from,
                        double *to)
{
    *from = *to = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < in->fits->count; i++) {
            const struct analysis_fit *f = in->fits->fit + i;
            for (size_t j = 0; j < f->n_points && same_setting(key, &f->key); j++) {
                double n = f->point[j].n;
                if (pass == 0)
                    *to = fmax(*to, n);
                else if (n < *to)
                    *from = fmax(*from, n);
            }
            if (pass == 0 && in->o->to > 0)
                *to = in->o->to;
        }
    if (in->o->from > 0)
        *from = in->o->from;
}

/* Fills a check from the overall scale of its setting, NULL when there is none. */
static int judge_scale(struct inputs *in, struct analysis_check *c,
                       const struct analysis_scale *s)
{
    if (s == NULL)
        return advise(in, c, "fewer than three variants have both rungs: vary parameters of the "
                             "machine in the study");
    c->value = s->r2.value;
    /* With some ten design points the bootstrap's lower bound lies above a true R2 of 0.95 in
     * up to 7 % of normal samples, Fisher's in up to 10 % of heavy-tailed ones, but hardly ever
     * both (nominal: 2.5 %).  A gate takes the wider one. */
    c->lower = fmin(s->r2.lower, isnan(s->r2_fisher.lower) ? INFINITY : s->r2_fisher.lower);
    c->upper = fmax(s->r2.upper, isnan(s->r2_fisher.upper) ? -INFINITY : s->r2_fisher.upper);
    if (isnan(s->r2.lower))
        c->lower = c->upper = NAN;
    c->verdict = judge(c, in->t->r2, INFINITY, in->t->point);
    if (isnan(s->r2.value))
        return advise(in, c, "the variants do not differ: vary parameters that matter here");
    if (s->n_points < POINTS_MIN && !in->t->point) {
        c->verdict = ANALYSIS_INCONCLUSIVE;
        return advise(in, c, "%zu design points are too few: add %zu variants", s->n_points,
                      POINTS_MIN - s->n_points);
    }
    const struct analysis_scale_point *worst = s->point + s->worst;
    if (c->verdict == ANALYSIS_FAIL)
        return advise(in, c, "n = %g does not rank and scale the variants as n = %g does; worst "
                             "is %s %s at %+.1f %%",
                      s->from, s->to, worst->problem, worst->variant, 100 * s->worst_error);
    if (c->verdict == ANALYSIS_INCONCLUSIVE)
        return advise(in, c, "%zu design points leave the interval across the threshold: add "
                             "variants; worst is %s %s at %+.1f %%",
                      s->n_points, worst->problem, worst->variant, 100 * s->worst_error);
    return advise(in, c, "%s", "");
}

static int check_r2(struct inputs *in, const struct analysis_key *key)
{
    struct analysis_options o = *in->o;
    struct analysis_scales *scales = NULL;
    struct err cause = {0};
    scale_rungs(in, key, &o.from, &o.to);
    o.machine = key->machine;
    o.mode = key->mode;
    struct analysis_check *c = add_check(in, "r2", in->t->r2);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof c->subject, "%s %s %g -> %g", key->machine, key->mode,
                    o.from, o.to);
    int status = analysis_scales_alloc(&scales, in->rows, &o, &cause);
    /* No CPI at all is as good as no variants: the check says what is missing. */
    if (status < 0 && status != ERR_DATA)
        return err_set(in->err, status, "%s", cause.text);
    const struct analysis_scale *found = NULL;
    for (size_t i = 0; scales != NULL && i < scales->count && found == NULL; i++)
        if (scales->scale[i].overall && strcmp(scales->scale[i].simulator, key->simulator) == 0)
            found = scales->scale + i;
    if (found != NULL)
        analysis_format(c->subject, sizeof c->subject, "%s %s %s %g -> %g", found->subject,
                        key->machine, key->mode, o.from, o.to);
    status = judge_scale(in, c, found);
    analysis_scales_free(scales);
    return status;
}

/* Which of two fits of one problem is the more doubtful: the one without a prediction, then
 * the one further off. */
static bool worse(const struct analysis_fit *a, const struct analysis_fit *b)
{
    if (a->held_out.valid != b->held_out.valid)
        return !a->held_out.valid;
    return a->held_out.valid &&
           fmax(fabs(a->held_out.error_lower), fabs(a->held_out.error_upper)) >
               fmax(fabs(b->held_out.error_lower), fabs(b->held_out.error_upper));
}

/* The fits of one problem in one setting: its worst variant stands for it. */
static int check_error(struct inputs *in, const struct analysis_fit *first)
{
    const struct analysis_fit *worst = first;
    for (size_t i = 0; i < in->fits->count; i++) {
        const struct analysis_fit *f = in->fits->fit + i;
        if (same_setting(&f->key, &first->key) &&
            strcmp(f->key.problem, first->key.problem) == 0 && worse(f, worst))
            worst = f;
    }
    struct analysis_check *c = add_check(in, "error", in->t->error);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    const struct analysis_held_out *h = &worst->held_out;
    const struct analysis_key *key = &worst->key;
    double top = worst->n_points > 0 ? worst->point[worst->n_points - 1].n : NAN;
    analysis_format(c->subject, sizeof c->subject, "%s %s %s at %g (%s)", key->problem,
                    key->machine, key->mode, top, key->variant);
    c->fraction = true;
    c->value = h->error;
    c->lower = h->error_lower;
    c->upper = h->error_upper;
    c->verdict = judge(c, -in->t->error, in->t->error, in->t->point);
    /* What a fit crosses it cannot know, however well it did: no pass. */
    if (h->valid && c->verdict == ANALYSIS_PASS && h->prediction.flags != 0) {
        c->verdict = ANALYSIS_INCONCLUSIVE;
        return advise(in, c, "%s", analysis_flags_advice(h->prediction.flags));
    }
    if (!h->valid) {
        size_t need = worst->n_points < 5 ? 5 - worst->n_points : 1;
        return advise(in, c, "%zu rungs are too few to predict one from the others: add %zu",
                      worst->n_points, need);
    }
    if (c->verdict == ANALYSIS_FAIL)
        return advise(in, c, "the rungs below do not speak for n = %g: simulate it, or take a "
                             "sampled look at it",
                      top);
    if (c->verdict == ANALYSIS_INCONCLUSIVE)
        return advise(in, c, "the prediction from %zu rungs is known to within %+.1f ... %+.1f %% "
                             "only: add rungs below n = %g",
                      worst->n_points - 1, 100 * h->error_lower, 100 * h->error_upper, top);
    return advise(in, c, "%s", "");
}

struct cost {
    double small, all;
};

static void time_ratio(const void *data, const size_t *index, size_t n, double *value)
{
    const struct cost *cost = data;
    double small = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        small += cost[index[i]].small;
        all += cost[index[i]].all;
    }
    *value = small > 0 ? all / small : NAN;
}

/* What a run cost: the processor's time where it is known, for it is free of what else the
 * machine did meanwhile, and a run keeps one processor busy; else the wall time. */
static double run_seconds(const struct store_row *row)
{
    return row->user_seconds > 0 ? row->user_seconds : row->wall_seconds;
}

/* Time of each design point that reached the top rung `to`. */
static int gather_costs(const struct inputs *in, const struct analysis_key *key, double to,
                        struct cost **costs, size_t *count)
{
    struct analysis_rows selected;
    size_t dropped;
    *costs = NULL;
    *count = 0;
    int status = analysis_select(&selected, &dropped, in->rows, in->o, "wall_seconds", in->err);
    if (status < 0)
        return status;
    *costs = calloc(selected.count, sizeof **costs);
    if (*costs == NULL)
        status = err_set(in->err, ERR_NOMEM, "no memory for %zu runs", selected.count);
    for (size_t i = 0, j; status == 0 && i < selected.count; i = j) {
        const struct store_row *row = selected.row[i];
        struct cost cost = {0};
        bool top = false;
        for (j = i; j < selected.count && analysis_same_series(row, selected.row[j]); j++) {
            const struct store_row *r = selected.row[j];
            cost.all += r->n <= to ? run_seconds(r) : 0;
            cost.small += r->n < to ? run_seconds(r) : 0;
            top = top || r->n == to;
        }
        if (top && strcmp(row->simulator, key->simulator) == 0 &&
            strcmp(row->machine, key->machine) == 0 && strcmp(row->mode, key->mode) == 0)
            (*costs)[(*count)++] = cost;
    }
    analysis_rows_release(&selected);
    return status;
}

static int check_velocity(struct inputs *in, const struct analysis_key *key)
{
    double from, to;
    struct cost *costs;
    size_t count;
    scale_rungs(in, key, &from, &to);
    struct analysis_check *c = add_check(in, "velocity", in->t->velocity);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof c->subject, "%s %s below %g", key->machine, key->mode, to);
    int status = gather_costs(in, key, to, &costs, &count);
    struct stats_estimate e = {NAN, NAN, NAN};
    if (status == 0 && count > 0) {
        struct stats_boot_input boot = {.data = costs,
                                        .statistic = time_ratio,
                                        .n_statistics = 1,
                                        .n = count,
                                        .resamples = in->o->resamples,
                                        .seed = in->o->seed,
                                        .level = in->o->level};
        status = stats_boot(&boot, &e, in->err);
    }
    free(costs);
    if (status < 0)
        return status;
    c->value = e.value;
    c->lower = e.lower;
    c->upper = e.upper;
    c->verdict = judge(c, in->t->velocity, INFINITY, in->t->point);
    if (isnan(e.value))
        return advise(in, c, "no rung below n = %g was run", to);
    if (c->verdict == ANALYSIS_FAIL)
        return advise(in, c, "the small rungs save too little time: leave out the largest of "
                             "them or climb higher");
    if (c->verdict == ANALYSIS_INCONCLUSIVE)
        return advise(in, c, "%zu design point%s leave%s the time ratio uncertain: add variants",
                      count, count == 1 ? "" : "s", count == 1 ? "s" : "");
    return advise(in, c, "%s", "");
}

static int check_runs(struct inputs *in)
{
    size_t failed = 0;
    const struct store_row *first = NULL;
    for (size_t i = 0; i < in->rows->count; i++)
        if (strcmp(in->rows->row[i]->status, "ok") != 0) {
            first = first == NULL ? in->rows->row[i] : first;
            failed++;
        }
    if (failed == 0)
        return 0;
    struct analysis_check *c = add_check(in, "runs", 0);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof c->subject, "failed runs of %zu", in->rows->count);
    c->value = (double)failed;
    return advise(in, c, "first is %s at %g, %s (%s): see `rung log %s`", first->problem, first->n,
                  first->variant, first->status, first->id);
}

/* Is there an earlier fit of the same setting (and the same problem)? */
static bool seen_before(const struct analysis_fits *fits, size_t at, bool by_problem)
{
    const struct analysis_key *key = &fits->fit[at].key;
    for (size_t i = 0; i < at; i++)
        if (same_setting(&fits->fit[i].key, key) &&
            (!by_problem || strcmp(fits->fit[i].key.problem, key->problem) == 0))
            return true;
    return false;
}

static int run_checks(struct inputs *in)
{
    int status = check_runs(in);
    for (size_t i = 0; status == 0 && i < in->fits->count; i++)
        if (!isnan(in->t->r2) && !seen_before(in->fits, i, false))
            status = check_r2(in, &in->fits->fit[i].key);
    for (size_t i = 0; status == 0 && i < in->fits->count; i++)
        if (!isnan(in->t->error) && !seen_before(in->fits, i, true))
            status = check_error(in, in->fits->fit + i);
    for (size_t i = 0; status == 0 && i < in->fits->count; i++)
        if (!isnan(in->t->velocity) && !seen_before(in->fits, i, false))
            status = check_velocity(in, &in->fits->fit[i].key);
    return status;
}

static void summarise(struct analysis_checks *c)
{
    c->verdict = c->count == 0 ? ANALYSIS_INCONCLUSIVE : ANALYSIS_PASS;
    for (size_t i = 0; i < c->count; i++)
        if (c->check[i].verdict == ANALYSIS_FAIL ||
            (c->check[i].verdict == ANALYSIS_INCONCLUSIVE && c->verdict == ANALYSIS_PASS))
            c->verdict = c->check[i].verdict;
}

int analysis_checks_alloc(struct analysis_checks **out, const struct analysis_rows *rows,
                          const struct analysis_options *o,
                          const struct analysis_thresholds *t, struct err *err)
{
    struct analysis_options options = *o;
    options.metric = "cycles";
    options.level = t->level;
    struct inputs in = {.rows = rows, .o = &options, .t = t, .err = err};
    *out = NULL;
    in.out = calloc(1, sizeof *in.out);
    if (in.out == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the checks");
    in.out->thresholds = *t;
    in.out->seed = o->seed;
    in.out->resamples = o->resamples;
    int status = analysis_fits_alloc(&in.fits, rows, &options, err);
    if (status == 0)
        status = run_checks(&in);
    if (status == 0) {
        summarise(in.out);
        *out = in.out;
        in.out = NULL;
    }
    analysis_fits_free(in.fits);
    analysis_checks_free(in.out);
    return status;
}

void analysis_checks_free(struct analysis_checks *checks)
{
    if (checks == NULL)
        return;
    for (size_t i = 0; i < checks->count; i++)
        free(checks->check[i].advice);
    free(checks->check);
    analysis_warnings_release(&checks->warnings);
    free(checks);
}
