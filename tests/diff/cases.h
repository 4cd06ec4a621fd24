/* The file of cases that harness.c is linked with.  Between case_begin and case_end the
 * caller prints the case's instructions; local labels 1 to 8 are its own. */
#ifndef DIFF_CASES_H
#define DIFF_CASES_H

#include <stddef.h>

#include "words.h"

enum { CASE_WORDS = 3 }; /* as in harness.c */

/* The words of a case that were made at random, and what they want prepared. */
struct case_words {
    size_t n;
    uint32_t word[CASE_WORDS];
    unsigned flags[CASE_WORDS];
};

void case_begin(void);

/* `edges`: operands at the edges, and equal ones, are more frequent. */
void case_end(const struct case_words *k, bool edges, const char *label);

/* Prints `each` cases of every kind of sequences.c; 0, or 1 when one could not be made. */
int sequences_make(struct words *w, unsigned long each);

#endif
