/* What runs will take: seconds and bytes, from the formulas of the problem table and from what
 * earlier runs took.  Never exact; the order of runs, the time left and the planning of memory
 * depend on it, no result does. */
#ifndef STUDY_FORECAST_H
#define STUDY_FORECAST_H

#include "base/err.h"
#include "store/store.h"
#include "study/plan.h"

struct forecast;

/* NULL when memory is short. */
struct forecast *forecast_alloc(void);
void forecast_free(struct forecast *forecast);

/* Takes in what one run took; rows that did not go well are ignored.  ERR_NOMEM. */
int forecast_learn(struct forecast *forecast, const struct store_row *row);
int forecast_learn_store(struct forecast *forecast, const struct store *store);

/* Seconds on an otherwise idle processor and bytes of memory.  `forecast` may be NULL: nothing
 * is known but the formulas.
 *   Instructions are those of a run of the same problem and size, else those of the formula
 * times the ratio that the nearest size showed, else 7 a unit of work.  Speed is that of the
 * nearest size of the same problem and mode, else of the mode, else the constant of the mode.
 *   Seconds of another simulator are those of the nearest size of the same problem, by work or
 * else by size.
 *   Memory is the largest that a run of this problem and size took, else the footprint and
 * what the simulator itself needs. */
double forecast_seconds(const struct forecast *forecast, const struct plan *plan,
                        const struct plan_run *run);
/* Fills in cost and memory of every run, and whether the cost is a mere guess. */
void forecast_plan(const struct forecast *forecast, struct plan *plan);

#endif
