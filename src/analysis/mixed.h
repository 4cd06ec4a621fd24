/* Runs under one name that are not of one making.
 *
 * A store keeps old runs until new ones take their place.  Where a program, a machine or the
 * models change and only a part of a study is run again, because it was interrupted, was left
 * to some of its runs, or does not ask for all of the old ones any more, runs of both kinds
 * stand side by side under the same names: neither a ladder nor variants of one machine. */
#ifndef ANALYSIS_MIXED_H
#define ANALYSIS_MIXED_H

#include "analysis/analysis.h"

struct analysis_mix {
    const struct store_row *row; /* one of those that differ: of this machine and mode */
    bool problem;                /* of the row's problem alone: its program; else of all */
    char *text;                  /* what differs, and what to do */
};

struct analysis_mixes {
    struct analysis_mix *item;
    size_t count;
};

/* Looks at the runs of rung that ended well and are of the selection (problem, machine, mode,
 * up to `to`), a mix for each machine and mode, and for each problem there, at most.  What is
 * not known of a run, as in tables, differs from nothing.  Release also after a failure. */
int analysis_mixes_init(struct analysis_mixes *m, const struct analysis_rows *rows,
                        const struct analysis_options *o, struct err *err);
void analysis_mixes_release(struct analysis_mixes *m);

/* Whether it is of runs of that setting, and of that problem where it is of one alone; NULL: of no
 * problem in particular. */
bool analysis_mix_is_of(const struct analysis_mix *m, const char *simulator, const char *machine,
                        const char *mode, const char *problem);

/* Each of them as a warning ("mixed-runs"). */
int analysis_mixes_warn(const struct analysis_mixes *m, struct analysis_warnings *warnings,
                        struct err *err);

#endif
