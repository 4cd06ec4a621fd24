/* `rung check --plan`: what verdicts need. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "analysis/plan.h"
#include "base/table.h"
#include "cmd/check.h"
#include "cmd/cmd.h"

static int print(const struct check_arguments *a, struct table *t)
{
    return cmd_print(t, a->format == CHECK_JSON  ? FORMAT_JSON
                        : a->format == CHECK_CSV ? FORMAT_CSV
                                                 : FORMAT_TEXT);
}

/* What is missing of checks that were made. */
static int print_missing(const struct check_arguments *a, const struct analysis_checks *c)
{
    static const char *const keys[] = {"name", "subject", "value", "threshold", "verdict", "have",
                                       "need", "more", "unit", "advice", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        table_text(t, k->name);
        table_text(t, k->subject);
        table_real(t, k->value, 4);
        table_real(t, k->threshold, 4);
        table_text(t, analysis_verdict_text(k->verdict));
        table_number(t, k->have);
        table_number(t, isfinite(k->need) ? k->need : NAN);
        table_number(t, isfinite(k->need) ? fmax(0, k->need - k->have) : NAN);
        table_text(t, isinf(k->need) ? "no number helps" : k->unit);
        table_text(t, k->advice);
    }
    return print(a, t);
}

static void add_row(struct table *t, const char *name, double threshold, double given,
                    const char *what, double need, const char *unit)
{
    table_text(t, name);
    table_real(t, threshold, 4);
    table_number(t, given);
    table_text(t, what);
    if (need == floor(need))
        table_number(t, need);
    else
        table_real(t, need, 4);
    table_text(t, unit);
}

/* What verdicts need before anything is run. */
static int print_needs(const struct check_arguments *a, const struct analysis_thresholds *t)
{
    static const char *const keys[] = {"name", "threshold", "given", "of", "need", "unit", NULL};
    static const double points[] = {6, 8, 10, 12, 15, 20, 30, 40, 60, 100};
    static const double spreads[] = {0.01, 0.02, 0.05};
    const double power = 0.8;
    const struct {
        const char *name;
        double tolerance, alpha;
    } equal[] = {{"equivalence", t->equivalence, a->o.alpha},
                 {"speed", t->speed_loss, (1 - t->level) / 2}};
    struct table *table = table_alloc(keys, NULL);
    for (size_t i = 0; !isnan(t->r2) && i < sizeof points / sizeof points[0]; i++)
        add_row(table, "r2", t->r2, points[i], "design points",
                analysis_plan_r2(t->r2, points[i], t->level), "observed R2");
    if (!isnan(t->error))
        add_row(table, "error", t->error, 1, "problem", 5, "rungs at least");
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; !isnan(equal[k].tolerance) && i < 3; i++)
            add_row(table, equal[k].name, equal[k].tolerance, 100 * spreads[i],
                    "% standard deviation",
                    analysis_plan_equivalence(spreads[i], equal[k].tolerance, equal[k].alpha,
                                              power),
                    k == 0 ? "variants, for a chance of 80 % to pass where nothing differs"
                           : "pairs of runs, for a chance of 80 % to pass where nothing differs");
    return print(a, table);
}

int check_print_plan(const struct check_arguments *a, const struct analysis_thresholds *t,
                     const struct analysis_checks *c)
{
    return c != NULL ? print_missing(a, c) : print_needs(a, t);
}
