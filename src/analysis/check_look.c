/* The check "error" where a cheaper mode has looked at a size above all rungs: what the law of
 * the rungs says there against what the look saw. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks_priv.h"

/* The largest look above the rungs that tells how well it knows; NULL when there is none. */
static const struct analysis_fidelity *look_of(const struct analysis_fit *fit)
{
    const struct analysis_fidelity *found = NULL;
    for (size_t i = 0; i < fit->n_fidelities; i++) {
        const struct analysis_fidelity *f = fit->fidelity + i;
        if (f->by_look && isnan(f->observed) && isfinite(f->look.ci_lower))
            found = f;
    }
    return found;
}

/* Judges the law of a fit by its look.  Both have intervals: as logarithms their halves add in
 * squares. */
static void judge_look(const struct checks_input *in, const struct analysis_fit *fit,
                       const struct analysis_fidelity *f, struct analysis_check *c)
{
    struct analysis_prediction p;
    analysis_fit_predict(fit, f->n, &p);
    double off = log(p.value / f->look.value);
    double down = hypot(log(p.value / p.ci_lower), log(f->look.ci_upper / f->look.value));
    double up = hypot(log(p.ci_upper / p.value), log(f->look.value / f->look.ci_lower));
    c->value = expm1(off);
    c->lower = expm1(off - down);
    c->upper = expm1(off + up);
    c->verdict = checks_judge_error(in, c, p.flags);
}

/* How bad a verdict is; of equal ones the mean that is further off is worse. */
static bool worse(const struct analysis_check *a, const struct analysis_check *b)
{
    int more = analysis_verdict_rank(a->verdict) - analysis_verdict_rank(b->verdict);
    return more != 0 ? more > 0 : fabs(a->value) > fabs(b->value);
}

static int advise_look(struct checks_input *in, struct analysis_check *c,
                       const struct analysis_fit *fit, const struct analysis_fidelity *f,
                       size_t passes, size_t variants)
{
    char others[CHECKS_WORDS], saw[64];
    double known = 100 * (f->look.ci_upper / f->look.value - 1);
    if (known > 0)
        analysis_format(saw, sizeof saw, "%.6g cycles within %.2g %%", f->look.value, known);
    else
        analysis_format(saw, sizeof saw, "%.6g cycles, timed in full", f->look.value);
    checks_others(others, passes, variants);
    if (c->verdict == ANALYSIS_PASS)
        return checks_advise(in, c, "%s", "");
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(in, c,
                             "the rungs up to n = %g do not speak for n = %g: take what the look "
                             "saw (%s), or rungs nearer to it%s",
                             fit->point[fit->n_points - 1].n, f->n, saw, others);
    return checks_advise(in, c,
                         "the law of the rungs is not known to be within the threshold of what "
                         "the look saw (%s): believe the look, or add rungs nearer to it%s",
                         saw, others);
}

int checks_look(struct checks_input *in, const struct analysis_fit *first)
{
    const struct analysis_fit *worst = NULL;
    struct analysis_check judged = {0};
    size_t variants = 0, passes = 0;
    for (size_t i = 0; i < in->fits->count; i++) {
        const struct analysis_fit *fit = in->fits->fit + i;
        const struct analysis_fidelity *f = look_of(fit);
        struct analysis_check c = {0};
        if (f == NULL || !checks_same_setting(&fit->key, &first->key) ||
            strcmp(fit->key.problem, first->key.problem) != 0)
            continue;
        judge_look(in, fit, f, &c);
        variants++;
        passes += c.verdict == ANALYSIS_PASS;
        if (worst == NULL || worse(&c, &judged)) {
            worst = fit;
            judged = c;
        }
    }
    if (worst == NULL)
        return 0;
    struct analysis_check *c = checks_add(in, "error", in->t->error);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    const struct analysis_fidelity *f = look_of(worst);
    const struct analysis_key *key = &worst->key;
    char among[CHECKS_WORDS], machine[ANALYSIS_MACHINE_SIZE];
    checks_among(among, variants);
    analysis_format(c->subject, sizeof c->subject, "%s %s %s at %g, %s look (%s%s)",
                    key->problem, analysis_fits_machine(in->fits, key, machine), key->mode, f->n,
                    f->mode, among, key->variant);
    c->fraction = true;
    c->value = judged.value;
    c->lower = judged.lower;
    c->upper = judged.upper;
    c->verdict = judged.verdict;
    c->unit = "rungs";
    c->have = (double)worst->n_points;
    c->need = c->verdict == ANALYSIS_PASS ? c->have : NAN;
    int status = advise_look(in, c, worst, f, passes, variants);
    return status == 0 ? checks_mixed(in, c, key, key->problem, NULL) : status;
}

bool checks_only_looks(const struct analysis_fits *fits, const struct analysis_fit *of,
                       bool by_problem)
{
    for (size_t i = 0; i < fits->count; i++) {
        const struct analysis_fit *fit = fits->fit + i;
        if (checks_same_setting(&fit->key, &of->key) && !fit->look &&
            (!by_problem || strcmp(fit->key.problem, of->key.problem) == 0))
            return false;
    }
    return true;
}
