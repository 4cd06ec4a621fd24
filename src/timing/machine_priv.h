/* A machine as the models read it. */
#ifndef TIMING_MACHINE_PRIV_H
#define TIMING_MACHINE_PRIV_H

#include "base/str.h"
#include "isa/class.h"
#include "timing/machine.h"
#include "timing/params.h"

struct machine {
    char *name, *description;
    double value[MACHINE_PARAM_MAX];
    int line[MACHINE_PARAM_MAX]; /* of its file, where a parameter stands; 0: not there */
    char *path;                  /* of its file; NULL: it comes from none */
    struct str text;
};

static inline uint64_t machine_count(const struct machine *m, enum machine_scalar p)
{
    return (uint64_t)m->value[p];
}

static inline unsigned machine_latency(const struct machine *m, unsigned isa_class)
{
    return (unsigned)m->value[MACHINE_SCALAR_MAX + isa_class * MACHINE_CLASS_PARAMS +
                              MACHINE_CLASS_LATENCY];
}

/* A port group, or -1. */
static inline int machine_port(const struct machine *m, unsigned isa_class)
{
    return (int)m->value[MACHINE_SCALAR_MAX + isa_class * MACHINE_CLASS_PARAMS +
                         MACHINE_CLASS_PORT];
}

static inline unsigned machine_busy(const struct machine *m, unsigned isa_class)
{
    return (unsigned)m->value[MACHINE_SCALAR_MAX + isa_class * MACHINE_CLASS_PARAMS +
                              MACHINE_CLASS_BUSY];
}

#endif
