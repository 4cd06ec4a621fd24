#include "config.h"

#include "analysis/cause.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"

/* In the order in which they explain. */
static const struct {
    unsigned flag;
    const char *advice, *unit;
    double need;
} kinds[] = {
    {ANALYSIS_CACHE, "choose rungs beyond it, two or more in all, or take a sampled look at the top",
     "rungs beyond the cache", 2},
    {ANALYSIS_CONFLICT, "choose rungs of the same class, or take a sampled look at the top",
     "rungs of the same class", CAUSE_RUNGS},
    {ANALYSIS_REGIME, "choose rungs beyond the change, or take a sampled look at the top",
     "rungs beyond the change", CAUSE_RUNGS},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* The last warning of a kind: caches stand from the first level on. */
static const char *text_of(const struct analysis_warnings *w, unsigned flag)
{
    const char *text = NULL;
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, analysis_flag_code(flag)) == 0)
            text = w->item[i].text;
    return text;
}

static size_t beyond_change(const struct analysis_fit *fit)
{
    const struct analysis_fit *below = fit->without_top;
    const struct stats_regime *r = fit->regime.found ? &fit->regime : &below->regime;
    size_t count = 0;
    for (size_t i = 0; i < below->n_points; i++)
        count += !below->point[i].held_out && below->point[i].n >= r->to;
    return count;
}

int analysis_cause_init(struct analysis_cause *cause, const struct analysis_fit *fit,
                        const struct analysis_growth *growth)
{
    bool cleared = growth->known && !analysis_growth_is_memory(growth);
    struct analysis_warnings w = {0};
    struct str text;
    *cause = (struct analysis_cause){.advice = "", .unit = "", .have = NAN, .need = NAN};
    if (!fit->held_out.valid)
        return 0;
    str_init(&text);
    int status = analysis_fit_warn_of_causes(fit, &w);
    for (int i = 0; status == 0 && i < KINDS; i++) {
        const char *said = text_of(&w, kinds[i].flag);
        if (said == NULL || (cleared && kinds[i].flag != ANALYSIS_REGIME))
            continue;
        if (cause->flag != 0) {
            str_addf(&text, ", %s", analysis_flag_code(kinds[i].flag));
            continue;
        }
        cause->flag = kinds[i].flag;
        cause->advice = kinds[i].advice;
        cause->unit = kinds[i].unit;
        cause->have = (double)(cause->flag == ANALYSIS_REGIME
                                   ? beyond_change(fit)
                                   : analysis_physics_rungs(fit->without_top, cause->flag,
                                                            fit->held_out.prediction.n));
        cause->need = cause->have < kinds[i].need ? kinds[i].need : INFINITY;
        str_addf(&text, "%s (%s", said, analysis_flag_code(cause->flag));
    }
    if (status == 0 && cause->flag != 0) {
        str_addf(&text, ")");
        cause->text = str_detach(&text);
        status = cause->text == NULL ? ERR_NOMEM : 0;
    }
    str_release(&text);
    analysis_warnings_release(&w);
    return status;
}

void analysis_cause_release(struct analysis_cause *cause)
{
    free(cause->text);
    cause->text = NULL;
}
