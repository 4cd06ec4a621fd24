/* How the agreement between two rungs is judged, planned and put into words. */
#include "config.h"

#include <math.h>

#include "analysis/checks_priv.h"
#include "analysis/plan.h"
#include "stats/agree.h"

/* How many points (or problems) would settle it, as advice and as numbers. */
static void plan_r2(struct analysis_check *c, const struct analysis_scale *s, double threshold)
{
    /* Each problem's own mean costs a degree of freedom. */
    double n = (double)(s->n_points - s->n_problems + 1);
    c->unit = s->clusters ? "problems" : "design points";
    c->have = s->clusters ? (double)s->n_problems : (double)s->n_points;
    if (c->verdict == ANALYSIS_PASS) {
        c->need = c->have;
        return;
    }
    double need = analysis_plan_r2_points(c->value, c->lower, threshold, s->clusters ? c->have : n);
    if (s->slope.upper <= 0 || s->slope.value <= 0)
        need = INFINITY;
    else if (s->slope.lower <= 0)
        need = fmax(need, analysis_plan_root(s->slope.value - s->slope.lower, s->slope.value,
                                             s->clusters ? c->have : n));
    c->need = s->clusters ? need : need + (double)(s->n_problems - 1);
    /* So few tell nothing yet, not even that no number helps. */
    if (s->n_points < CHECKS_POINTS_MIN && !(isfinite(c->need) && c->need > CHECKS_POINTS_MIN))
        c->need = CHECKS_POINTS_MIN;
}

/* "; R2 rests on gemm rob=96 (0.21 without it)", or "": then many others that matter little do
 * not help, whatever their number. */
static int name_carriers(const struct checks_input *in, const struct analysis_scale *s, char *text,
                         size_t size)
{
    struct checks_carriers c;
    text[0] = '\0';
    if (checks_find_carriers(s, in->t->r2, &c) < 0)
        return err_set(in->err, ERR_NOMEM, "no memory for what R2 rests on");
    const struct analysis_scale_point *a = s->point + c.point[0], *b = s->point + c.point[1];
    if (c.count == 1)
        analysis_format(text, size,
                        "; R2 rests on %s %s (%.2f without it): add some that matter as much",
                        a->problem, a->variant, c.without);
    else if (c.count == 2)
        analysis_format(text, size,
                        "; R2 rests on %s %s and %s %s (%.2f without them): add some that matter "
                        "as much",
                        a->problem, a->variant, b->problem, b->variant, c.without);
    return 0;
}

static int advise_r2(struct checks_input *in, struct analysis_check *c,
                     const struct analysis_scale *s)
{
    const struct analysis_scale_point *worst = s->point + s->worst;
    char carriers[2 * (STORE_NAME_SIZE + STORE_VARIANT_SIZE) + 96];
    if (isnan(s->r2.value))
        return checks_advise(in, c, "the variants do not differ: vary parameters that matter "
                                    "here");
    if (s->n_points < CHECKS_POINTS_MIN && !in->t->point)
        return checks_advise(in, c, "%zu design points are too few: add %.0f variants",
                             s->n_points, c->need - c->have);
    if (isnan(c->lower) && !in->t->point)
        return checks_advise(in, c,
                             "%zu design points of %zu problem%s are too few for an interval: add "
                             "variants",
                             s->n_points, s->n_problems, s->n_problems == 1 ? "" : "s");
    if (c->verdict == ANALYSIS_PASS)
        return checks_advise(in, c, "%s", "");
    if (c->verdict == ANALYSIS_FAIL && (in->t->point ? s->slope.value : s->slope.upper) <= 0)
        return checks_advise(in, c, "the order is reversed: slope %.1f; what is better at n = %g "
                                    "is worse at n = %g, whatever R2",
                             s->slope.value, s->from, s->to);
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(in, c, "n = %g does not rank and scale the variants as n = %g does; "
                                    "worst is %s %s at %+.1f %%",
                             s->from, s->to, worst->problem, worst->variant,
                             100 * s->worst_error);
    int status = name_carriers(in, s, carriers, sizeof carriers);
    if (status < 0)
        return status;
    if (s->slope.upper > 0 && s->slope.lower <= 0)
        return checks_advise(in, c, "whether the order is kept or reversed is open: slope %.2g "
                                    "(%.2g to %.2g): add variants that matter more here%s",
                             s->slope.value, s->slope.lower, s->slope.upper, carriers);
    if (isfinite(c->need) && c->need > c->have)
        return checks_advise(in, c, "%zu design points leave the interval across the threshold: "
                                    "add variants (about %.0f more %s if R2 stays as it is); worst "
                                    "is %s %s at %+.1f %%%s",
                             s->n_points, c->need - c->have, c->unit, worst->problem,
                             worst->variant, 100 * s->worst_error, carriers);
    return checks_advise(in, c, "%zu design points leave the interval across the threshold, "
                                "R2 itself is below it: more of such variants do not help, take a "
                                "larger small rung; worst is %s %s at %+.1f %%",
                         s->n_points, worst->problem, worst->variant, 100 * s->worst_error);
}

/* Where the true R2 is the threshold, the bootstrap's lower bound alone lies above it in 5
 * to 7 % of samples of some ten to twenty points, Fisher's in up to 10 % of heavy-tailed
 * ones, but both hardly ever (nominal: 2.5 %).  A gate takes the wider one; each problem's
 * own mean costs Fisher's a point. */
static void gate_interval(const struct analysis_scale *s, double level, double *lower,
                          double *upper)
{
    struct stats_estimate fisher;
    stats_fisher_r2(s->r2.value, (double)(s->n_points - s->n_problems + 1), level, &fisher);
    *lower = fmin(s->r2.lower, isnan(fisher.lower) ? INFINITY : fisher.lower);
    *upper = fmax(s->r2.upper, isnan(fisher.upper) ? -INFINITY : fisher.upper);
    if (isnan(s->r2.lower))
        *lower = *upper = NAN;
}

/* R2, a square, is as high where the small rung turns the order of the variants round: it
 * counts only where the slope of the large rung on the small one lies above 0. */
static enum analysis_verdict judge_order(const struct analysis_check *r2,
                                         const struct analysis_scale *s, double threshold,
                                         bool point)
{
    double lower = point ? s->slope.value : s->slope.lower;
    double upper = point ? s->slope.value : s->slope.upper;
    if (isnan(s->r2.value) || (s->n_points < CHECKS_POINTS_MIN && !point))
        return ANALYSIS_INCONCLUSIVE;
    if (upper <= 0)
        return ANALYSIS_FAIL;
    enum analysis_verdict v = checks_judge(r2, threshold, INFINITY, point);
    return v == ANALYSIS_PASS && !(lower > 0) ? ANALYSIS_INCONCLUSIVE : v;
}

/* As checks_judge_r2(), for any scale; no threshold is passed by all. */
enum analysis_verdict analysis_scale_r2(const struct analysis_scale *s,
                                        const struct analysis_thresholds *t,
                                        struct stats_estimate *judged)
{
    struct analysis_check r2 = {.value = s->r2.value};
    gate_interval(s, t->level, &r2.lower, &r2.upper);
    if (judged != NULL)
        *judged = (struct stats_estimate){r2.value, r2.lower, r2.upper};
    if (isnan(t->r2))
        return isnan(r2.value) || (s->n_points < CHECKS_POINTS_MIN && !t->point)
                   ? ANALYSIS_INCONCLUSIVE
                   : checks_judge(&r2, 0, INFINITY, t->point);
    return judge_order(&r2, s, t->r2, t->point);
}

enum analysis_verdict analysis_scale_speaks(const struct analysis_scale *s,
                                            const struct analysis_thresholds *t,
                                            double tolerance)
{
    struct analysis_check equal = {
        .value = s->tost.value, .lower = s->tost.lower, .upper = s->tost.upper};
    enum analysis_verdict a = analysis_scale_r2(s, t, NULL);
    enum analysis_verdict b = checks_judge(&equal, -tolerance, tolerance, t->point);
    if (s->n_points < CHECKS_POINTS_MIN && !t->point)
        return ANALYSIS_INCONCLUSIVE;
    if (a == ANALYSIS_FAIL || b == ANALYSIS_FAIL)
        return ANALYSIS_FAIL;
    return a == ANALYSIS_PASS ? b : a;
}

int checks_judge_r2(struct checks_input *in, struct analysis_check *c,
                    const struct analysis_scale *s)
{
    if (s == NULL)
        return checks_advise(in, c, "fewer than three variants have both rungs: vary parameters "
                                    "of the machine in the study");
    c->value = s->r2.value;
    gate_interval(s, in->t->level, &c->lower, &c->upper);
    c->verdict = judge_order(c, s, in->t->r2, in->t->point);
    plan_r2(c, s, in->t->r2);
    return advise_r2(in, c, s);
}

int checks_judge_equivalence(struct checks_input *in, struct analysis_check *c,
                             const struct analysis_scale *s)
{
    double bound = in->t->equivalence;
    c->fraction = true;
    if (s == NULL)
        return checks_advise(in, c, "fewer than three variants have both rungs: vary parameters "
                                    "of the machine in the study");
    const struct analysis_scale_point *worst = s->point + s->worst;
    double n = isnan(s->tost.df) ? 0 : s->tost.df + 1;
    c->value = s->tost.value;
    c->lower = s->tost.lower;
    c->upper = s->tost.upper;
    c->verdict = checks_judge(c, -bound, bound, in->t->point);
    c->unit = s->clusters ? "problems" : "variants";
    c->have = s->clusters ? (double)s->n_problems : (double)(s->n_points - s->n_problems);
    double half = (c->upper - c->lower) / 2, room = bound - fabs(c->value);
    c->need = c->verdict == ANALYSIS_PASS ? c->have
              : room > 0                  ? c->have - n + analysis_plan_root(half, room, n)
                                          : INFINITY;
    if (c->verdict == ANALYSIS_PASS)
        return checks_advise(in, c, "%s", "");
    if (isnan(c->lower))
        return checks_advise(in, c, "too few variants beside the base: add some");
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(in, c, "the effects of variants at n = %g are off on average; worst "
                                    "is %s %s at %+.1f %%",
                             s->from, worst->problem, worst->variant, 100 * s->worst_error);
    if (isfinite(c->need))
        return checks_advise(in, c, "not shown to be equivalent: add about %.0f more %s; worst is "
                                    "%s %s at %+.1f %%",
                             c->need - c->have, c->unit, worst->problem, worst->variant,
                             100 * s->worst_error);
    return checks_advise(in, c, "not shown to be equivalent, and the mean itself is outside: "
                                "take a larger small rung; worst is %s %s at %+.1f %%",
                         worst->problem, worst->variant, 100 * s->worst_error);
}
