#include "config.h"

#include "trace/counters.h"

static const struct {
    const char *name, *unit, *text;
} counters[COUNTER_MAX] = {
#define X(name, unit, text) {#name, unit, text},
    COUNTERS(X)
#undef X
};

static const struct {
    const char *name, *text;
} parts[CPI_PART_MAX] = {
#define X(name, text) {#name, text},
    CPI_PARTS(X)
#undef X
};

const char *counter_name(enum counter c)
{
    return counters[c].name;
}

const char *counter_unit(enum counter c)
{
    return counters[c].unit;
}

const char *counter_text(enum counter c)
{
    return counters[c].text;
}

const char *cpi_part_name(enum cpi_part p)
{
    return parts[p].name;
}

const char *cpi_part_text(enum cpi_part p)
{
    return parts[p].text;
}
