/* Ladders of a report: which problems are compared at the same rungs.
 *
 * Problems of one simulator, machine and mode that a scale over all problems compares with one
 * another are on one ladder; a problem that shares no two rungs with others has one of its
 * own. */
#ifndef REPORT_LADDERS_H
#define REPORT_LADDERS_H

#include "report/report_priv.h"

enum { LADDER_RUNGS_MAX = 64 };

struct report_ladder {
    const struct analysis_scale *like; /* the first of its scales */
    const struct report_series *first, *last; /* of its problems */
    size_t n_problems;
    double rung[LADDER_RUNGS_MAX]; /* that are compared, ascending */
    size_t n_rungs;
    double top[LADDER_RUNGS_MAX];  /* the largest one of each problem, each once, ascending */
    size_t n_tops;
    char name[6 * STORE_NAME_SIZE]; /* "m2 · timing", with its problems if there are several */
    size_t mark;
};

struct report_ladders {
    struct report_ladder *ladder;
    size_t count;
    size_t *of; /* of each scale of the report; SIZE_MAX: none, for it is not of all problems */
    size_t *table; /* of each series: the first ladder of whatever setting that shares a rung with
                    * its own; 0 where it is on none */
};

/* From the report's scales, which must be there, and outlive the ladders.  Release it in any
 * case.  ERR_NOMEM. */
int report_ladders_init(struct report_ladders *all, const struct report *r, struct err *err);
void report_ladders_release(struct report_ladders *all);
/* Adds a size to an ascending list of up to LADDER_RUNGS_MAX, if it is not there. */
void report_ladder_insert(double *list, size_t *n, double value);
/* Whether that is the largest rung of one of its problems. */
bool report_ladder_tops(const struct report_ladder *l, double n);

/* Parts of the page between scales. */
int report_matrices(struct report *r, const struct report_ladders *all, struct str *html,
                    struct err *err);
int report_ranks(struct report *r, const struct report_ladders *all, struct str *html,
                 struct err *err);

#endif
