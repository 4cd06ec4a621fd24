/* The check "error": the largest rung against what those below it predict. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cause.h"
#include "analysis/checks_priv.h"
#include "analysis/plan.h"

/* Nobody runs more rungs besides than this, and none of them would know more than those there. */
static const double rungs_more_max = 12;

enum analysis_verdict checks_judge_error(const struct checks_input *in,
                                         const struct analysis_check *c, unsigned flags)
{
    enum analysis_verdict v = checks_judge(c, -in->t->error, in->t->error, in->t->point);
    return v == ANALYSIS_PASS && flags != 0 ? ANALYSIS_INCONCLUSIVE : v;
}

void checks_among(char words[CHECKS_WORDS], size_t variants)
{
    words[0] = '\0';
    if (variants > 1)
        analysis_format(words, CHECKS_WORDS, "worst of %zu: ", variants);
}

void checks_others(char words[CHECKS_WORDS], size_t passes, size_t variants)
{
    words[0] = '\0';
    if (passes > 0)
        analysis_format(words, CHECKS_WORDS, "; %zu of %zu variants pass", passes, variants);
}

/* Pass, fail or neither of one fit. */
static enum analysis_verdict judge_error(const struct checks_input *in,
                                         const struct analysis_fit *fit)
{
    const struct analysis_held_out *h = &fit->held_out;
    struct analysis_check c = {
        .value = h->error, .lower = h->error_lower, .upper = h->error_upper};
    if (!h->valid)
        return ANALYSIS_INCONCLUSIVE;
    return checks_judge_error(in, &c, h->prediction.flags);
}

/* The least and the largest size of an error within the interval that is judged. */
static void error_bounds(const struct checks_input *in, const struct analysis_fit *fit,
                         double *least, double *most)
{
    const struct analysis_held_out *h = &fit->held_out;
    double lower = in->t->point ? h->error : h->error_lower;
    double upper = in->t->point ? h->error : h->error_upper;
    *most = fmax(fabs(lower), fabs(upper));
    *least = lower <= 0 && upper >= 0 ? 0 : fmin(fabs(lower), fabs(upper));
}

/* Which of two fits of one problem is the worse.  The verdicts come first: an interval that is
 * wider but says less must not stand before one that surely fails.  Of equal ones, those with a
 * prediction, for they have something to show; then the one whose bound next to the tolerance
 * is the worse: the inner bound of failures, the outer one of passes, one after the other of
 * those between. */
static bool worse(const struct checks_input *in, const struct analysis_fit *a,
                  const struct analysis_fit *b)
{
    enum analysis_verdict v = judge_error(in, a), w = judge_error(in, b);
    if (v != w)
        return analysis_verdict_rank(v) > analysis_verdict_rank(w);
    if (!a->held_out.valid || !b->held_out.valid)
        return a->held_out.valid && !b->held_out.valid;
    double least[2], most[2];
    error_bounds(in, a, &least[0], &most[0]);
    error_bounds(in, b, &least[1], &most[1]);
    return v != ANALYSIS_PASS && least[0] != least[1] ? least[0] > least[1]
                                                      : most[0] > most[1];
}

/* Why no growth law is for a series at all, or NULL. */
static const char *without_law(const struct analysis_fit *fit)
{
    for (size_t i = 0; i < fit->warnings.count; i++)
        if (strcmp(fit->warnings.item[i].code, "not-positive") == 0)
            return fit->warnings.item[i].text;
    return NULL;
}

/* What the verdict needs.  Where something is known to stand between the rungs, others on the
 * far side of it; else more of those at hand, were they as good.  Where the mean itself is
 * outside, or so near the tolerance or so badly known that hundreds would be needed, no number of
 * these does. */
static void plan_error(struct analysis_check *c, const struct analysis_fit *fit,
                       const struct analysis_cause *cause)
{
    double half = (c->upper - c->lower) / 2, rungs = (double)fit->n_points;
    c->unit = "rungs";
    c->have = rungs;
    if (c->verdict == ANALYSIS_PASS) {
        c->need = rungs;
    } else if (without_law(fit) != NULL) {
        c->need = INFINITY;
    } else if (!fit->held_out.valid) {
        c->need = fmax(CAUSE_RUNGS + 1, rungs + 1);
    } else if (cause->flag != 0) {
        c->unit = cause->unit;
        c->have = cause->have;
        c->need = cause->need;
    } else {
        c->need = 1 + analysis_plan_root(half, c->threshold - fabs(c->value), rungs - 1);
        if (c->need > rungs + rungs_more_max)
            c->need = INFINITY;
    }
}

/* Why more rungs of this kind do not help, and what does. */
static int advise_other(struct checks_input *in, struct analysis_check *c,
                        const struct analysis_fit *fit, const char *others)
{
    const struct analysis_held_out *h = &fit->held_out;
    double half = (c->upper - c->lower) / 2, middle = fabs(c->value);
    double sd = fit->without_top->model[0].residual_sd;
    bool scatter = middle < c->threshold && sd > half / 8;
    bool replicated = fit->n_observations > fit->n_points;
    char known[96], why[200];
    analysis_format(known, sizeof known,
                    "the prediction from %zu rungs is known to within %+.1f ... %+.1f %% only",
                    fit->n_points - 1, 100 * h->error_lower, 100 * h->error_upper);
    if (middle >= c->threshold)
        analysis_format(why, sizeof why, "its middle is outside");
    else if (c->threshold - middle < c->threshold / 10)
        analysis_format(why, sizeof why, "its middle, %+.2g %%, is next to the threshold",
                        100 * c->value);
    else if (scatter)
        analysis_format(why, sizeof why,
                        "the rungs scatter about every law (by %.2g %% about the likeliest)",
                        100 * sd);
    else
        analysis_format(why, sizeof why, "laws that explain these rungs alike part ways there");
    return checks_advise(in, c,
                         "%s, and %s: more rungs like these do not help, but %s, or a sampled look "
                         "at n = %g do%s",
                         known, why,
                         scatter && !replicated
                             ? "layouts of each (they average what addresses do), larger ones"
                             : "larger ones, nearer to it",
                         h->prediction.n, others);
}

/* `others` says where CPI grows and how many of the other variants pass, as far as there is
 * something to say. */
static int advise_error(struct checks_input *in, struct analysis_check *c,
                        const struct analysis_fit *fit, const struct analysis_cause *cause,
                        const char *others)
{
    const struct analysis_held_out *h = &fit->held_out;
    double more = c->need - c->have;
    if (c->verdict == ANALYSIS_PASS)
        return checks_advise(in, c, "%s", "");
    if (without_law(fit) != NULL)
        return checks_advise(in, c, "%s%s", without_law(fit), others);
    if (!h->valid)
        return checks_advise(in, c, "%zu rung%s too few to predict one from the others: add %g%s",
                             fit->n_points, fit->n_points == 1 ? " is" : "s are", more, others);
    double top = h->prediction.n;
    if (cause->flag != 0)
        return checks_advise(in, c, "%s: %s%s", cause->text, cause->advice, others);
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(in, c, "the rungs below do not speak for n = %g: simulate it, or take "
                                    "a sampled look at it%s",
                             top, others);
    if (isfinite(c->need))
        return checks_advise(in, c, "the prediction from %zu rungs is known to within %+.1f ... "
                                    "%+.1f %% only: add rungs below n = %g (about %g if they are as "
                                    "good)%s",
                             fit->n_points - 1, 100 * h->error_lower, 100 * h->error_upper, top,
                             fmax(1, more), others);
    return advise_other(in, c, fit, others);
}

/* What is needed, and why.  A prediction that holds is doubted for what it crosses alone, whatever
 * CPI does. */
static int explain_error(struct checks_input *in, struct analysis_check *c,
                         const struct analysis_fit *fit, const char *others)
{
    struct analysis_cause cause;
    struct analysis_growth growth = {0};
    struct err why = {0};
    char text[GROWTH_TEXT], tail[GROWTH_TEXT + 80];
    bool holds = checks_judge(c, -in->t->error, in->t->error, in->t->point) == ANALYSIS_PASS;
    int status = 0;
    if (fit->held_out.valid && !holds)
        status = analysis_growth_find(&growth, in->rows, fit, &why);
    /* The summary is enough for a verdict: what is lost with a run is its explanation. */
    if (status == ERR_DATA)
        status = analysis_warn(&in->out->warnings, "lost-stack",
                               "where CPI grows is not known: %s", why.text);
    if (status < 0)
        return err_set(in->err, status, "no memory for a check");
    analysis_growth_text(&growth, text);
    analysis_format(tail, sizeof tail, "%s%s%s", text[0] != '\0' ? "; " : "", text, others);
    status = analysis_cause_init(&cause, fit, &growth);
    if (status < 0)
        return err_set(in->err, status, "no memory for a check");
    plan_error(c, fit, &cause);
    status = advise_error(in, c, fit, &cause, tail);
    analysis_cause_release(&cause);
    return status;
}

/* The fits of one problem in one setting: its worst variant stands for it. */
int checks_error(struct checks_input *in, const struct analysis_fit *first)
{
    const struct analysis_fit *worst = first;
    size_t variants = 0, passes = 0;
    for (size_t i = 0; i < in->fits->count; i++) {
        const struct analysis_fit *f = in->fits->fit + i;
        if (checks_same_setting(&f->key, &first->key) &&
            strcmp(f->key.problem, first->key.problem) == 0) {
            worst = worse(in, f, worst) ? f : worst;
            variants++;
            passes += judge_error(in, f) == ANALYSIS_PASS;
        }
    }
    struct analysis_check *c = checks_add(in, "error", in->t->error);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    const struct analysis_held_out *h = &worst->held_out;
    const struct analysis_key *key = &worst->key;
    double top = worst->n_points > 0 ? worst->point[worst->n_points - 1].n : NAN;
    char among[CHECKS_WORDS], others[CHECKS_WORDS], machine[ANALYSIS_MACHINE_SIZE];
    c->of = *key;
    checks_among(among, variants);
    checks_others(others, passes, variants);
    analysis_format(c->subject, sizeof c->subject, "%s %s %s at %g (%s%s)", key->problem,
                    analysis_fits_machine(in->fits, key, machine), key->mode, top, among,
                    key->variant);
    c->fraction = true;
    c->value = h->error;
    c->lower = h->error_lower;
    c->upper = h->error_upper;
    c->verdict = judge_error(in, worst);
    int status = explain_error(in, c, worst, others);
    return status == 0 ? checks_mixed(in, c, key, key->problem, NULL) : status;
}
