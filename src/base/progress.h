/* Progress on stderr: one redrawn bar on a terminal, plain lines elsewhere (one when an
 * item ends).  NO_COLOR and TERM=dumb are respected. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

struct progress;

/* `total` is the expected effort in any unit (the planner uses forecast seconds).  0 or
 * ERR_NOMEM. */
int progress_alloc(struct progress **out, FILE *stream, double total, bool quiet);
void progress_free(struct progress *p); /* clears the bar */
/* Effort done so far, and what is under way, e.g. "gemm 256 timing, 112 MIPS". */
void progress_update(struct progress *p, double done, const char *what);
/* What is shown as time left from the next update on; below 0: as the effort so far says. */
void progress_left(struct progress *p, double seconds);
/* A line that stays, above the bar. */
void progress_line(struct progress *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
