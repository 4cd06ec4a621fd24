#include "config.h"

#include "stats/input_priv.h"

#include <math.h>

int stats_input_values(const double *x, size_t n, size_t least, const char *name,
                       struct err *err)
{
    if (n == 0)
        return err_set(err, ERR_DATA, "%s: it is empty", name);
    if (n < least)
        return err_set(err, ERR_DATA, "%s: %zu value%s too few (at least %zu)", name, n,
                       n == 1 ? " is" : "s are", least);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return err_set(err, ERR_DATA, "%s: value %zu is not a finite number", name, i + 1);
    return 0;
}

int stats_input_level(double level, const char *name, struct err *err)
{
    if (!(level > 0 && level < 1))
        return err_set(err, ERR_CONFIG, "%s %g is not between 0 and 1", name, level);
    return 0;
}
