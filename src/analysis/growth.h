/* Where CPI grows over a ladder: how it divides at the smallest rung and at the largest. */
#ifndef ANALYSIS_GROWTH_H
#define ANALYSIS_GROWTH_H

#include "analysis/analysis.h"

enum { GROWTH_TEXT = 200 };

struct analysis_growth {
    bool known; /* runs of both rungs are there with their CPI stacks, and CPI differs */
    double from, to;           /* rungs, */
    double cpi_from, cpi_to;   /* and CPI there */
    double part[CPI_PART_MAX]; /* by how much each part of it differs, cycles per instruction */
};

/* Of the series that a fit was made from; not known where the rows are not a store's.  ERR_DATA
 * where a run is damaged, ERR_NOMEM. */
int analysis_growth_find(struct analysis_growth *g, const struct analysis_rows *rows,
                         const struct analysis_fit *fit, struct err *err);
/* Whether caches, memory or translation have a part in what differs that is worth naming. */
bool analysis_growth_is_memory(const struct analysis_growth *g);
/* In words: the two rungs, and the parts that make up most of what differs.  "" where it is not
 * known. */
void analysis_growth_text(const struct analysis_growth *g, char text[GROWTH_TEXT]);

#endif
