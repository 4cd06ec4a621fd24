/* Histograms of reuse distances.
 *
 * The distance of an access is the number of other lines of REUSE_LINE bytes that were touched
 * since its own line was touched last: a fully associative cache of C lines that replaces the
 * least recently used one hits when the distance is below C (R. Mattson and others,
 * "Evaluation techniques for storage hierarchies", IBM Systems Journal 9(2), 1970).  The first
 * access to a line has no distance: it is cold. */
#ifndef TRACE_DISTANCE_H
#define TRACE_DISTANCE_H

#include <stdint.h>

enum { DISTANCE_LINE = 64, DISTANCE_BINS = 160 };

/* Bins of one distance each up to 7, then four for each power of two. */
unsigned distance_bin(uint64_t distance);
uint64_t distance_bin_from(unsigned bin); /* its least distance; that of the next ends it */

/* Counts are of accesses; where lines were sampled they are estimates, and an error is a
 * standard error (not counting that distances are estimates too: one of d lines is known to
 * about sqrt((1 - rate) / (rate * d)) of itself). */
struct distance_histogram {
    uint64_t accesses; /* all, exactly; the counts and `cold` add up to them */
    double count[DISTANCE_BINS], error[DISTANCE_BINS];
    double cold, cold_error;
    double rate;       /* at which lines were sampled at last; 1: everything is exact */
    unsigned n_bins;   /* of which the last is not empty */
};

/* The share of accesses that miss in a fully associative cache of so many lines. */
double distance_misses(const struct distance_histogram *h, uint64_t lines);

#endif
