#include "config.h"

#include "stats/adjust.h"

#include <math.h>
#include <stdlib.h>

struct place {
    double p;
    size_t at;
};

static int by_p(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* The places of p in ascending order. */
static int sorted_places(const double *p, size_t n, struct place **out, struct err *err)
{
    *out = NULL;
    if (n == 0)
        return err_set(err, ERR_DATA, "there are no p-values");
    for (size_t i = 0; i < n; i++)
        if (!(p[i] >= 0 && p[i] <= 1))
            return err_set(err, ERR_DATA, "p-value %zu is %g, not from 0 to 1", i + 1, p[i]);
    struct place *place = malloc(n * sizeof *place);
    if (place == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu p-values", n);
    for (size_t i = 0; i < n; i++)
        place[i] = (struct place){p[i], i};
    qsort(place, n, sizeof *place, by_p);
    *out = place;
    return 0;
}

int stats_adjust_holm(const double *p, size_t n, double *adjusted, struct err *err)
{
    struct place *place;
    int status = sorted_places(p, n, &place, err);
    if (status < 0)
        return status;
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmin(1, fmax(largest, (double)(n - i) * place[i].p));
        adjusted[place[i].at] = largest;
    }
    free(place);
    return 0;
}

int stats_adjust_bh(const double *p, size_t n, double *adjusted, struct err *err)
{
    struct place *place;
    int status = sorted_places(p, n, &place, err);
    if (status < 0)
        return status;
    double smallest = 1;
    for (size_t i = n; i-- > 0;) {
        smallest = fmin(smallest, (double)n / (double)(i + 1) * place[i].p);
        adjusted[place[i].at] = smallest;
    }
    free(place);
    return 0;
}
