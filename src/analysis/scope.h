/* Parameters of runs, and the range of each that a set of runs covers. */
#ifndef ANALYSIS_SCOPE_H
#define ANALYSIS_SCOPE_H

#include "analysis/analysis.h"

enum { SCOPE_NAME_SIZE = 64, SCOPE_VALUE_SIZE = 64 };

struct scope_parameter {
    char name[SCOPE_NAME_SIZE];
    char text[SCOPE_VALUE_SIZE];
    double number; /* in base units; NaN for a word */
};

/* One run's parameters: those of its machine's text ("name: value" a line), or else those of
 * `base` (NULL or "": none) changed by what the variant's name says ("rob=192,l2.size=8MiB"). */
struct scope {
    struct scope_parameter *parameter;
    size_t count;
};
int scope_init(struct scope *s, const char *machine, const char *base, const char *variant);
void scope_release(struct scope *s);
const struct scope_parameter *scope_find(const struct scope *s, const char *name);

/* The first parameter of `s` that is outside what the runs have, or NULL: a number outside
 * their range, a word that none has, a parameter that none names.  `range` says which range. */
const struct scope_parameter *scope_outside(const struct scope *s, const struct scope *runs,
                                            size_t n_runs, char *range, size_t size);
/* In how many parameters two differ. */
size_t scope_differences(const struct scope *a, const struct scope *b);

#endif
