/* What the files of the dashboard share. */
#ifndef REPORT_HISTORY_PRIV_H
#define REPORT_HISTORY_PRIV_H

#include "report/figure.h"
#include "report/history.h"
#include "report/tsv.h"

struct dashboard {
    struct analysis_history *h;
    const struct report_history_options *o;
    struct analysis_checks *checks;
    struct analysis_history_reference reference;
    struct figures figures;
    char *data; /* folder of the tables */
    struct str files;
};

/* Parts of the page, in their order. */
int dashboard_verdict(struct dashboard *d, struct str *html, struct err *err);
int dashboard_regressions(struct dashboard *d, struct str *html, struct err *err);
int dashboard_changes(struct dashboard *d, struct str *html, struct err *err);
int dashboard_modes(struct dashboard *d, struct str *html, struct err *err);
int dashboard_accuracy(struct dashboard *d, struct str *html, struct err *err);
int dashboard_trends(struct dashboard *d, struct str *html, struct err *err);
int dashboard_commits(struct dashboard *d, struct str *html, struct err *err);

/* The check of that name for a line, NULL: it was not measured. */
const struct analysis_check *dashboard_check(const struct dashboard *d, const char *name,
                                             const struct analysis_history_line *l);
/* A commit, shortened, with its tag, and linked where a URL is known; its whole name stands in the
 * title. */
void dashboard_commit(const struct dashboard *d, struct str *html, size_t point);
/* The point of a commit of that name; n_points: the host has not seen it. */
size_t dashboard_find(const struct dashboard *d, const char *commit);
/* Whether the commit that is judged is the last one. */
bool dashboard_is_latest(const struct dashboard *d);
/* The last point that is, or was, set as baseline and is in force; n_points: none. */
size_t dashboard_baseline(const struct dashboard *d);
/* Writes and releases a table, and takes its name into the list of files. */
int dashboard_table(struct dashboard *d, struct tsv *t, const char *name, struct err *err);

/* A cell with a percentage and its sign, for a change may go either way. */
void dashboard_change(struct str *html, double fraction);

/* A group of lines of one simulator, machine and mode: "m2 timing". */
void dashboard_group(char *name, size_t size, const struct analysis_history_line *l);

#endif
