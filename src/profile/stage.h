/* The work of a simulation that a function is a part of: "timing/branch predictor". */
#ifndef PROFILE_STAGE_H
#define PROFILE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

/* NULL when the function is a part of whatever calls it: a maximum of two times, memmove. */
const char *stage_of(const char *name, const char *file);

/* The functions that the stages name by themselves, for a test that they exist; false behind
 * the last. */
bool stage_named(size_t i, const char **name, const char **file);

#endif
