/* What the files of the checks of a history share. */
#ifndef ANALYSIS_HISTORY_PRIV_H
#define ANALYSIS_HISTORY_PRIV_H

#include "analysis/checks_priv.h"
#include "analysis/history.h"

struct judge {
    struct checks_input in; /* for checks_add() and checks_advise() */
    struct analysis_history *h;
    const struct analysis_history_options *o;
    struct analysis_history_reference *reference;
    size_t now;       /* point that is judged */
    const char *then; /* commit of the reference; NULL: the last ones */
    double *p;        /* of the checks of speed and memory, in their order */
    size_t n_p;
};

/* The line's value at a point, NULL: not measured there. */
const struct analysis_history_value *history_value_at(const struct analysis_history_line *l,
                                                      size_t point);
/* The values of a line that are the reference: from `begin` to `end`, which are equal where
 * there are none. */
int history_reference_of(const struct judge *j, const struct analysis_history_line *l,
                         size_t *begin, size_t *end, struct err *err);

/* Each adds one check, or none where there is nothing to compare. */
int history_check_counters(struct judge *j);
int history_check_allocations(struct judge *j);
int history_check_missing(struct judge *j);
/* What a check of no single line is about: "WORDS COMMIT", the commit shortened. */
void history_set_subject(struct analysis_check *c, const char *words,
                         const struct analysis_history_point *point);

#endif
