/* Output of `rung correlate`. */
#include "config.h"

#include "cmd/correlate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/cmd.h"
#include "cmd/fit.h"
#include "cmd/save.h"

/* ---- text ---- */

static void add_estimate(struct table *t, const char *name, struct stats_estimate e,
                         const char *how)
{
    table_text(t, name);
    table_real(t, e.value, 4);
    table_real(t, e.lower, 4);
    table_real(t, e.upper, 4);
    table_text(t, how);
}

static void add_ratio(struct table *t, const char *name, double value, double lower,
                      double upper, const char *how)
{
    table_text(t, name);
    table_percent(t, value, 3);
    table_percent(t, lower, 3);
    table_percent(t, upper, 3);
    table_text(t, how);
}

static const char *boot_text(const struct analysis_scale *s)
{
    return !s->grouped  ? "BCa bootstrap"
           : s->clusters ? "BCa bootstrap over problems"
                         : "BCa bootstrap within problems";
}

static void add_equivalence(struct table *t, const struct analysis_scale *s)
{
    char how[128];
    snprintf(how, sizeof how, "%s within %.3g %%, p = %.3g, interval of %.3g %%",
             s->tost.equivalent ? "equivalent" : "not shown to be", 100 * s->tost.tolerance,
             s->tost.p, 100 - 200 * s->tost.alpha);
    add_ratio(t, "predicted over simulated", s->tost.value, s->tost.lower, s->tost.upper,
              isnan(s->tost.p) ? "no test" : how);
}

static int print_statistics(const struct analysis_scale *s)
{
    static const char *const keys[] = {"statistic", "value", "from", "to", "how", NULL};
    char flips[64], worst[STORE_NAME_SIZE + STORE_VARIANT_SIZE + 2];
    struct table *t = table_alloc(keys, NULL);
    const char *by_t = s->grouped ? boot_text(s) : "t";
    const char *by_z = s->grouped ? boot_text(s) : "z";
    struct stats_estimate pooled = {s->r2_pooled, NAN, NAN}, ccc = {s->ccc, NAN, NAN};
    add_estimate(t, s->grouped ? "R2 within problems" : "R2", s->r2, boot_text(s));
    if (!s->grouped)
        add_estimate(t, "R2", s->r2_fisher, "Fisher's z");
    else
        add_estimate(t, "R2 pooled", pooled, "flatters: problems differ");
    add_estimate(t, "Spearman", s->spearman, by_z);
    add_estimate(t, "Kendall tau", s->kendall_tau, by_z);
    add_estimate(t, "Lin's concordance", ccc, "");
    add_estimate(t, "slope", s->slope, by_t);
    add_estimate(t, "intercept", s->intercept, by_t);
    add_ratio(t, "bias, large over small", expm1(s->bias.value), expm1(s->bias.lower),
              expm1(s->bias.upper), "mean log ratio");
    add_ratio(t, "limits of agreement", NAN, expm1(s->limit_lower), expm1(s->limit_upper),
              "Bland-Altman on log ratios");
    add_equivalence(t, s);
    snprintf(flips, sizeof flips, "of %zu pairs", s->rank_pairs);
    table_text(t, "rank flips");
    table_uint(t, s->rank_flips);
    table_text(t, "");
    table_text(t, "");
    table_text(t, flips);
    const struct analysis_scale_point *p = s->point + s->worst;
    snprintf(worst, sizeof worst, "%s%s%s", p->problem, p->problem[0] != '\0' ? " " : "",
             p->variant);
    add_ratio(t, "worst predicted", s->worst_error, NAN, NAN, worst);
    return cmd_print(t, FORMAT_TEXT);
}

/* ---- one row a scale ---- */

static const char *const scale_texts[] = {"machine", "mode", "subject", "worst", NULL};
static const char *const scale_reals[] = {
    "from", "to", "n", "problems", "r2", "r2_lower", "r2_upper", "r2_fisher_lower",
    "r2_fisher_upper", "r2_pooled", "kendall_tau", "spearman", "ccc", "slope", "intercept", "bias",
    "limit_lower", "limit_upper", "tost_lower", "tost_upper", "tost_p", "equivalent",
    "rank_flips", "rank_pairs", "worst_error", NULL};
enum { SCALE_REALS = sizeof scale_reals / sizeof scale_reals[0] - 1,
       WORST_SIZE = STORE_NAME_SIZE + STORE_VARIANT_SIZE + 2 };

static void scale_row(const struct analysis_scale *s, char *worst,
                      const char *texts[4], double reals[SCALE_REALS])
{
    const struct analysis_scale_point *p = s->point + s->worst;
    snprintf(worst, WORST_SIZE, "%s%s%s", p->problem, p->problem[0] != '\0' ? " " : "",
             p->variant);
    const char *const all[] = {s->machine, s->mode, s->subject, worst};
    const double numbers[SCALE_REALS] = {
        s->from, s->to, (double)s->n_points, (double)s->n_problems, s->r2.value, s->r2.lower,
        s->r2.upper, s->r2_fisher.lower, s->r2_fisher.upper, s->r2_pooled, s->kendall_tau.value,
        s->spearman.value, s->ccc, s->slope.value, s->intercept.value, s->bias.value,
        s->limit_lower, s->limit_upper, s->tost.lower, s->tost.upper, s->tost.p,
        s->tost.equivalent ? 1 : 0, (double)s->rank_flips, (double)s->rank_pairs,
        s->worst_error};
    memcpy(texts, all, sizeof all);
    memcpy(reals, numbers, sizeof numbers);
}

static int print_csv(const struct analysis_scales *scales)
{
    const char *keys[4 + SCALE_REALS + 1] = {NULL};
    memcpy(keys, scale_texts, 4 * sizeof *keys);
    memcpy(keys + 4, scale_reals, SCALE_REALS * sizeof *keys);
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < scales->count; i++) {
        const char *texts[4];
        double reals[SCALE_REALS];
        char worst[WORST_SIZE], machine[ANALYSIS_MACHINE_SIZE];
        scale_row(scales->scale + i, worst, texts, reals);
        texts[0] = analysis_scales_machine(scales, scales->scale + i, machine);
        for (size_t j = 0; j < 4; j++)
            table_text(t, texts[j]);
        for (size_t j = 0; j < SCALE_REALS; j++)
            table_real(t, reals[j], 17);
    }
    return cmd_print(t, FORMAT_CSV);
}

static bool has_problem(const struct analysis_scale *s, const char *problem)
{
    for (size_t i = 0; i < s->n_points; i++)
        if (strcmp(s->point[i].problem, problem) == 0)
            return true;
    return false;
}

static bool same_setting(const struct analysis_scale *a, const struct analysis_scale *b)
{
    return strcmp(a->simulator, b->simulator) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0;
}

/* Whether a scale is of the two largest rungs of a problem that does not reach the chosen two,
 * which then is in *problem. */
static bool is_own_ladder(const struct correlate_arguments *a, const struct analysis_scales *all,
                          const struct analysis_scale *s, const struct analysis_scale *chosen,
                          const char **problem)
{
    if (a->o.from > 0 || a->o.to > 0 || isnan(s->from))
        return false;
    for (size_t i = 0; i < s->n_points; i++) {
        bool largest = true;
        *problem = s->point[i].problem;
        for (size_t k = 0; k < all->count && largest; k++) {
            const struct analysis_scale *o = all->scale + k;
            bool above = o->to > s->to || (o->to == s->to && o->from > s->from);
            bool is_chosen = o->from == chosen->from && o->to == chosen->to;
            largest = !((above || is_chosen) && same_setting(o, s) && has_problem(o, *problem));
        }
        if (largest)
            return true;
    }
    return false;
}

/* What people want to compare of several scales. */
static int print_scales(const struct correlate_arguments *a, const struct analysis_scales *scales,
                        const struct analysis_scale *chosen)
{
    static const char *const keys[] = {"machine", "mode", "subject", "from", "to", "n", "R2",
                                       "lower", "upper", "pooled", "tau", "flips", "worst",
                                       "variant", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < scales->count; i++) {
        const struct analysis_scale *s = scales->scale + i;
        char machine[ANALYSIS_MACHINE_SIZE];
        bool same_pair = isnan(s->from) || (s->from == chosen->from && s->to == chosen->to);
        const char *problem;
        if (a->matrix ? !s->overall
                      : !same_pair && !is_own_ladder(a, scales, s, chosen, &problem))
            continue;
        table_text(t, analysis_scales_machine(scales, s, machine));
        table_text(t, s->mode);
        table_text(t, s->subject);
        table_number(t, s->from);
        table_number(t, s->to);
        table_uint(t, s->n_points);
        table_real(t, s->r2.value, 4);
        table_real(t, s->r2.lower, 4);
        table_real(t, s->r2.upper, 4);
        table_real(t, s->r2_pooled, 4);
        table_real(t, s->kendall_tau.value, 3);
        table_uint(t, s->rank_flips);
        table_percent(t, s->worst_error, 3);
        table_text(t, s->point[s->worst].variant);
    }
    return cmd_print(t, FORMAT_TEXT);
}

static int print_text(const struct correlate_arguments *a, const struct analysis_scales *scales,
                      const struct analysis_scale *chosen)
{
    int status = 0;
    char machine[ANALYSIS_MACHINE_SIZE];
    if (chosen == NULL)
        return 0;
    if (!a->matrix) {
        analysis_scales_machine(scales, chosen, machine);
        if (chosen->to > 0)
            printf("%s%s%s%s%s: n = %g against n = %g, ", chosen->subject,
                   machine[0] != '\0' ? " " : "", machine, chosen->mode[0] != '\0' ? " " : "",
                   chosen->mode, chosen->from, chosen->to);
        else
            printf("%s against %s, ", a->pairs.x, a->pairs.y);
        printf("%zu point%s of %zu problem%s%s\n\n", chosen->n_points,
               chosen->n_points == 1 ? "" : "s", chosen->n_problems,
               chosen->n_problems == 1 ? "" : "s",
               chosen->logarithms ? ", logarithms of ratios" : "");
        status = print_statistics(chosen);
    }
    if (status == 0 && scales->count > 1) {
        if (!a->matrix)
            putchar('\n');
        status = print_scales(a, scales, chosen);
    }
    return status;
}

/* ---- JSON ---- */

static void set_estimate(json_t *object, const char *name, const char *ci,
                         struct stats_estimate e)
{
    json_object_set_new(object, name, json_number(e.value));
    json_object_set_new(object, ci, json_interval(e.lower, e.upper));
}

static json_t *json_of_scale(const struct analysis_scale *s)
{
    const struct analysis_scale_point *w = s->point + s->worst;
    const struct stats_tost *t = &s->tost;
    json_t *o = json_pack(
        "{ss ss ss ss so so sI sI sb so so so so}", "simulator", s->simulator, "machine",
        s->machine, "mode", s->mode, "subject", s->subject, "from", json_number(s->from), "to",
        json_number(s->to), "n", (json_int_t)s->n_points, "problems", (json_int_t)s->n_problems,
        "logarithms", s->logarithms, "r2", json_number(s->r2.value), "r2_ci_fisher",
        json_interval(s->r2_fisher.lower, s->r2_fisher.upper), "r2_ci_bca",
        json_interval(s->r2.lower, s->r2.upper), "r2_pooled", json_number(s->r2_pooled));
    set_estimate(o, "kendall_tau", "kendall_tau_ci", s->kendall_tau);
    set_estimate(o, "spearman", "spearman_ci", s->spearman);
    json_object_set_new(o, "ccc", json_number(s->ccc));
    set_estimate(o, "slope", "slope_ci", s->slope);
    set_estimate(o, "intercept", "intercept_ci", s->intercept);
    json_object_set_new(
        o, "bland_altman",
        json_pack("{so so so so}", "bias", json_number(s->bias.value), "bias_ci",
                  json_interval(s->bias.lower, s->bias.upper), "lower",
                  json_number(s->limit_lower), "upper", json_number(s->limit_upper)));
    json_object_set_new(
        o, "tost",
        json_pack("{so so so so so so sb}", "value", json_number(t->value), "lower",
                  json_number(t->lower), "upper", json_number(t->upper), "p", json_number(t->p),
                  "alpha", json_number(t->alpha), "tolerance", json_number(t->tolerance),
                  "equivalent", t->equivalent));
    json_object_set_new(o, "rank_flips", json_integer((json_int_t)s->rank_flips));
    json_object_set_new(o, "rank_pairs", json_integer((json_int_t)s->rank_pairs));
    json_object_set_new(o, "worst",
                        json_pack("{ss ss so}", "problem", w->problem, "variant", w->variant,
                                  "error", json_number(s->worst_error)));
    json_object_set_new(o, "level", json_number(s->level));
    json_object_set_new(o, "bootstrap",
                        json_pack("{ss sI sI}", "unit",
                                  s->clusters ? "problems" : "variants", "seed",
                                  (json_int_t)s->seed, "resamples", (json_int_t)s->resamples));
    json_object_set_new(o, "warnings", fit_json_warnings(&s->warnings));
    return o;
}

static json_t *json_of_points(const struct analysis_scale *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_points; i++) {
        const struct analysis_scale_point *p = s->point + i;
        json_array_append_new(
            list, json_pack("{ss ss sb so so so so}", "problem", p->problem, "variant",
                            p->variant, "base", p->base, "from", json_number(p->cpi_from), "to",
                            json_number(p->cpi_to), "x", json_number(p->x), "y",
                            json_number(p->y)));
    }
    return list;
}

static int print_json(const struct analysis_scales *scales, const struct analysis_scale *chosen)
{
    /* The keys of the chosen scale stand at the top, all of them again in "scales". */
    json_t *root = chosen != NULL ? json_of_scale(chosen) : json_object();
    json_t *list = json_array(), *warnings = fit_json_warnings(&scales->warnings);
    for (size_t i = 0; i < scales->count; i++)
        json_array_append_new(list, json_of_scale(scales->scale + i));
    if (chosen != NULL)
        json_object_set_new(root, "points", json_of_points(chosen));
    json_array_extend(warnings, json_object_get(root, "warnings"));
    json_object_set_new(root, "warnings", warnings);
    json_object_set_new(root, "scales", list);
    return cmd_print_json(root);
}

static void warn_all(const struct analysis_warnings *w, const struct analysis_scale *s)
{
    for (size_t i = 0; i < w->count; i++)
        if (s == NULL)
            cmd_warn("%s", w->item[i].text);
        else
            cmd_warn("%s: %s", s->subject, w->item[i].text);
}

/* Problems that the chosen scale says nothing of, for they do not have its rungs. */
static void warn_own_ladders(const struct correlate_arguments *a,
                             const struct analysis_scales *scales,
                             const struct analysis_scale *chosen)
{
    for (size_t i = 0; i < scales->count && !a->matrix; i++) {
        const struct analysis_scale *s = scales->scale + i;
        const char *problem;
        if (s->overall && is_own_ladder(a, scales, s, chosen, &problem))
            cmd_warn("%s: no three variants at n = %g and n = %g: compared at its two largest, "
                     "%g and %g, in a row of its own",
                     problem, chosen->from, chosen->to, s->from, s->to);
    }
}

int correlate_print(const struct correlate_arguments *a, const struct analysis_scales *scales,
                    const struct analysis_scale *chosen)
{
    warn_all(&scales->warnings, NULL);
    if (chosen != NULL)
        warn_all(&chosen->warnings, chosen);
    if (chosen != NULL)
        warn_own_ladders(a, scales, chosen);
    int status = a->format == FORMAT_JSON  ? print_json(scales, chosen)
                 : a->format == FORMAT_CSV ? print_csv(scales)
                                           : print_text(a, scales, chosen);
    if (status == ERR_NOMEM) {
        struct err err = {0};
        err_set(&err, ERR_NOMEM, "no memory for a table");
        status = cmd_fail(&err);
    }
    return status;
}

int correlate_save(const struct correlate_arguments *a, const struct analysis_scales *scales,
                   struct err *err)
{
    const struct store_value values[] = {
        {"level", NULL, a->o.level},       {"alpha", NULL, a->o.alpha},
        {"tolerance", NULL, a->o.tolerance}, {"seed", NULL, (double)a->o.seed},
        {"resamples", NULL, (double)a->o.resamples},
    };
    struct save s;
    char worst[WORST_SIZE];
    int status = save_init(&s, "fits/scales", (const char *const[]){"machine", "mode", "subject",
                                                                    NULL},
                           scale_reals, scales->count);
    for (size_t i = 0; status == 0 && i < scales->count; i++) {
        const char *texts[4];
        double reals[SCALE_REALS];
        scale_row(scales->scale + i, worst, texts, reals);
        /* The last text, the worst variant's, is of this loop alone: its error is kept. */
        save_row(&s, i, texts, reals);
    }
    if (status == 0)
        status = save_write(&s, a->path, values, sizeof values / sizeof values[0], err);
    save_release(&s);
    return status;
}
