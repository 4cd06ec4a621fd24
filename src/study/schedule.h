/* Which run of a plan to start next: the longest first, never more at once than memory holds;
 * and how long the rest takes. */
#ifndef STUDY_SCHEDULE_H
#define STUDY_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "study/forecast.h"
#include "study/plan.h"

struct schedule;

/* `task` are numbers of runs; `memory` in bytes, infinite: no limit.  The forecast is borrowed
 * and learns from what ends; it may be NULL. */
int schedule_alloc(struct schedule **out, const struct plan *plan, const size_t *task,
                   size_t n_tasks, struct forecast *forecast, double memory, struct err *err);
void schedule_free(struct schedule *s);

/* Takes the next run that fits beside those under way; false: none does now, or none is left.
 * Where the longest one has to wait for memory, shorter ones go before it that fit beside it
 * too, so that it does not wait for ever. */
bool schedule_next(struct schedule *s, size_t *task);
/* A run that was taken ended: its memory is free.  `row` says what it took; NULL: nothing is
 * learned. */
void schedule_end(struct schedule *s, size_t task, const struct store_row *row);

/* Forecast seconds of a run, of all that were not taken yet, and of the longest of these. */
double schedule_cost(const struct schedule *s, size_t task);
double schedule_waiting(const struct schedule *s, double *longest);

/* Finds the first run that needs more than `memory` bytes; ERR_CONFIG says which and how much
 * it needs. */
int schedule_check_memory(const struct plan *plan, const size_t *task, size_t n_tasks,
                          double memory, struct err *err);

#endif
