/* Why the rungs below the largest one do not speak for it, as far as that is known. */
#ifndef ANALYSIS_CAUSE_H
#define ANALYSIS_CAUSE_H

#include "analysis/growth.h"

/* So many rungs admit a candidate law. */
enum { CAUSE_RUNGS = 4 };

struct analysis_cause {
    unsigned flag;      /* one of ANALYSIS_REGIME, ...; 0: nothing is known, and all else empty */
    char *text;         /* as a fit warns of it, with its code and those of further causes */
    const char *advice; /* static: what to do */
    const char *unit;   /* static: what follows counts rungs below the largest one on its side */
    double have, need;  /* need: infinity where it is the rungs at hand that do harm */
};

/* Of several causes, the largest cache that is outgrown comes first, then set conflicts, then a
 * change of regime, which is what such things look like from afar.  Where it is known how CPI
 * grows, and caches and memory have no part in that, theirs are no causes.  ERR_NOMEM. */
int analysis_cause_init(struct analysis_cause *cause, const struct analysis_fit *fit,
                        const struct analysis_growth *growth);
void analysis_cause_release(struct analysis_cause *cause);

#endif
