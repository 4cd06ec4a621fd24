/* Counters of the processor and the kernel over this process, switched on and off. */
#ifndef PROFILE_HARDWARE_H
#define PROFILE_HARDWARE_H

#include "profile/record.h"

struct hardware {
    int fd[RECORD_COUNTER_MAX];    /* -1: not to be had, */
    int error[RECORD_COUNTER_MAX]; /* and the errno value why */
};

/* Opens what the kernel gives.  Release it in any case. */
void hardware_init(struct hardware *h);
void hardware_release(struct hardware *h);
void hardware_on(struct hardware *h);
void hardware_off(struct hardware *h);
/* Puts the counts into the report, and why some are missing. */
void hardware_read(const struct hardware *h, struct record_report *report);

#endif
