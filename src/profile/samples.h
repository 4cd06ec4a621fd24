/* Raw CPU profiles as gperftools writes them (its document "cpuprofile-fileformat"): machine
 * words, then the text of /proc/self/maps. */
#ifndef PROFILE_SAMPLES_H
#define PROFILE_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sample {
    uint64_t count;     /* times that this stack was seen */
    size_t depth;       /* at least 1 */
    const uint64_t *pc; /* where it was, then the addresses to which it would return */
};

struct samples {
    double period; /* seconds between two samples */
    size_t n;
    struct sample *sample;
    uint64_t total;   /* the counts added up */
    const char *maps; /* what was loaded where */
    char *text;       /* of the file, which the others point into */
};

/* ERR_DATA with the file's name when it is missing, cut or no such profile.  Release it in
 * any case. */
int samples_load(struct samples *samples, const char *path, struct err *err);
void samples_release(struct samples *samples);

#endif
