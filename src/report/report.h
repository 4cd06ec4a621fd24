/* Validation reports: one folder with pages, figures and the tables behind them.
 *
 *   DIR/index.html    the verdict, with links to the other pages beside it
 *   DIR/figures/      SVG, each for light and for dark paper, and PNG on demand
 *   DIR/data/         the tables that the figures are drawn from (TSV)
 *   DIR/plots/        the gnuplot scripts and the page template that made it
 *   DIR/draw.gp       draws all figures again: cd DIR && gnuplot -d draw.gp
 *   DIR/report.pdf    on demand
 *   DIR/files.txt     the names of all these, for the next report to remove
 *
 * Nothing comes from a network.  The same store gives the same bytes: nothing on the pages
 * tells when they were made. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/analysis.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store.h"

struct report_options {
    const char *directory;
    const char *plots;       /* scripts and templates; NULL: rung's own */
    const char *const *argv; /* the command that makes this report, for the page */
    size_t argc;             /* its words; 0: not told */
    bool png, pdf;           /* PNG beside the SVG; report.pdf */
    bool force;              /* also into a folder that holds files of others */
    const char *missing;     /* of runs that were planned and are not there; NULL: none are known */
    struct analysis_options analysis;
    struct analysis_thresholds thresholds; /* of the study, or what the user wants instead */
};

enum { REPORT_GAPS_TOLD = 3 };

struct report_result {
    size_t figures; /* drawn, counted once though there are two of each */
    size_t gaps;    /* things that the page says are missing or could not be computed */
    char told[640]; /* the first REPORT_GAPS_TOLD of them, parted by semicolons */
};

/* Makes the folder and what is in it; files of an earlier report, and those alone, are
 * removed.  index.html is written last, so that it is only there when all else is.
 * ERR_CONFIG when the folder holds other things than a report, unless forced; ERR_IO when the
 * folder cannot be written, ERR_DATA when scripts or runs cannot be read, ERR_CONFIG for a
 * faulty template, ERR_RUN when gnuplot fails (its messages are on stderr). */
int report_write(struct store *s, const struct report_options *o, struct report_result *result,
                 struct err *err);

/* The verdict, the checks and the figures that say most, as text of so many columns, added to
 * `out`.  Works in a folder of its own below TMPDIR, which it removes; `directory` of the
 * options is not used. */
int report_print(struct store *s, const struct report_options *o, unsigned columns,
                 struct str *out, struct report_result *result, struct err *err);

#endif
