/* Validation reports: one folder with pages, figures and the tables behind them.
 *
 *   DIR/index.html    the page: no scripts, nothing from a network
 *   DIR/figures/      SVG, each for light and for dark paper
 *   DIR/data/         the tables that the figures are drawn from (TSV)
 *   DIR/plots/        the gnuplot scripts and the page template that made it
 *   DIR/draw.gp       draws all figures again: cd DIR && gnuplot -d draw.gp
 *
 * The same store gives the same bytes: nothing on the page tells when it was made. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stddef.h>

#include "analysis/analysis.h"
#include "base/err.h"
#include "store/store.h"

struct report_options {
    const char *directory;
    const char *plots;       /* scripts and templates; NULL: rung's own */
    const char *const *argv; /* the command that makes this report, for the page */
    size_t argc;             /* its words; 0: not told */
    struct analysis_options analysis;
    struct analysis_thresholds thresholds; /* of the study, or what the user wants instead */
};

struct report_result {
    size_t figures; /* drawn, counted once though there are two of each */
    size_t gaps;    /* things that the page says are missing or could not be computed */
};

/* Makes the folder and what is in it; what is there under these names is replaced.  The page
 * is written last, so that it is only there when all its figures are.
 * ERR_IO when the folder cannot be written, ERR_DATA when scripts or runs cannot be read,
 * ERR_CONFIG for a faulty template, ERR_RUN when gnuplot fails (its messages are on stderr). */
int report_write(struct store *s, const struct report_options *o, struct report_result *result,
                 struct err *err);

#endif
