/* The tree of a profile as lines, one a stack: what flame graphs are drawn from. */
#ifndef PROFILE_FOLD_H
#define PROFILE_FOLD_H

#include "profile/profile.h"

struct profile_stack {
    char *frames;  /* "timing:run;timing:try_load;timing:take_port": module and function,
                      outermost  first */
    uint64_t self; /* samples */
};

/* Frames that have less than the share `least` of all samples are a part of what called them;
 * those above the first fork, which are in every stack, are left out but for the last.  Heap;
 * the counts add up to p->samples.  ERR_NOMEM. */
int profile_fold(const struct profile *p, double least, struct profile_stack **out, size_t *n,
                 struct err *err);
void profile_fold_free(struct profile_stack *stack, size_t n);

#endif
