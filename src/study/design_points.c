#include "config.h"

#include "study/design.h"

#include <math.h>
#include <stdlib.h>

#include "base/str.h"

static struct design_setting value_of(const struct design_factor *factor, size_t v)
{
    return (struct design_setting){factor->name, factor->value[v]->text, factor,
                                   factor->value[v]};
}

static int add_varied(const struct design *d, const struct design_user *user, struct err *err)
{
    int rc = 0;
    for (size_t f = 0; f < d->n_vary && rc == 0; f++)
        for (size_t v = 0; v < d->vary[f].n_values && rc == 0; v++) {
            struct design_setting setting = value_of(&d->vary[f], v);
            rc = user->add(user->context, &setting, 1, false, err);
        }
    return rc;
}

/* ---- the grid --------------------------------------------------------------------------- */

static double grid_size(const struct design *d)
{
    double n = d->n_grid > 0 ? 1 : 0;
    for (size_t f = 0; f < d->n_grid; f++)
        n *= (double)d->grid[f].n_values;
    return n;
}

static int add_grid(const struct design *d, const struct design_user *user, struct err *err)
{
    int rc = 0;
    size_t points = (size_t)grid_size(d);
    struct design_setting *setting = calloc(d->n_grid + 1, sizeof(*setting));
    if (setting == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t point = 0; point < points && rc == 0; point++) {
        size_t rest = point;
        for (size_t f = d->n_grid; f-- > 0;) {
            setting[f] = value_of(&d->grid[f], rest % d->grid[f].n_values);
            rest /= d->grid[f].n_values;
        }
        rc = user->add(user->context, setting, d->n_grid, true, err);
    }
    free(setting);
    return rc;
}

/* ---- the sample ------------------------------------------------------------------------- */

/* SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double next_unit(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

int design_draw(uint64_t seed, size_t factor, bool latin, double *place, size_t n)
{
    uint64_t state = seed ^ (UINT64_C(0xd1342543de82ef95) * (factor + 1));
    size_t *part = malloc((n + 1) * sizeof(*part));
    if (part == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        part[i] = i;
    for (size_t i = n; i > 1; i--) { /* Fisher and Yates */
        size_t k = (size_t)(next_unit(&state) * (double)i), held = part[i - 1];
        part[i - 1] = part[k];
        part[k] = held;
    }
    for (size_t i = 0; i < n; i++) {
        double unit = next_unit(&state);
        place[i] = latin ? ((double)part[i] + unit) / (double)n : unit;
    }
    free(part);
    return 0;
}

/* The value at a place of the range, as machine_set() reads it. */
static char *range_text(const struct design_factor *factor, const struct design_bounds *b,
                        double place)
{
    /* The borders of a stepped range are hit as often as what lies between. */
    double low = b->low, high = b->high, value;
    if (factor->log)
        value = low * pow(high / low, place);
    else if (b->step > 0)
        value = low + (high - low + b->step) * place - b->step / 2;
    else
        value = low + (high - low) * place;
    if (b->step > 0)
        value = low + floor((value - low) / b->step + 0.5) * b->step;
    value = fmin(fmax(value, low), high);
    if (b->bytes && fmod(value, 1 << 20) == 0)
        return str_format("%.0fMiB", value / (1 << 20));
    if (b->bytes && fmod(value, 1 << 10) == 0)
        return str_format("%.0fKiB", value / (1 << 10));
    return str_format("%.*g%s", b->whole ? 17 : 9, value, b->unit != NULL ? b->unit : "");
}

static int find_bounds(const struct design_user *user, const struct design_factor *factor,
                       struct design_bounds *b, struct err *err)
{
    int rc = user->bounds(user->context, factor, b, err);
    if (rc != 0)
        return rc;
    if (!(b->low < b->high))
        return yaml_error(factor->node, err, "'%s': %s is not below %s", factor->name,
                          factor->low, factor->high);
    if (factor->log && !(b->low > 0))
        return yaml_error(factor->node, err, "'%s': a logarithmic range begins above 0",
                          factor->name);
    return 0;
}

/* The n values of factor f, heap texts. */
static int draw_factor(const struct design_sample *sample, size_t f,
                       const struct design_user *user, char **text, struct err *err)
{
    const struct design_factor *factor = &sample->factor[f];
    struct design_bounds bounds = {0};
    double *place = malloc((sample->n + 1) * sizeof(*place));
    int rc = place == NULL || design_draw(sample->seed, f, sample->latin, place, sample->n)
                 ? err_set(err, ERR_NOMEM, "out of memory")
                 : 0;
    if (rc == 0 && factor->value == NULL)
        rc = find_bounds(user, factor, &bounds, err);
    for (size_t i = 0; i < sample->n && rc == 0; i++) {
        size_t v = (size_t)(place[i] * (double)factor->n_values);
        text[i] = factor->value == NULL ? range_text(factor, &bounds, place[i])
                                        : str_format("%s", factor->value[v]->text);
        if (text[i] == NULL)
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    free(place);
    return rc;
}

static int add_sample(const struct design_sample *sample, const struct design_user *user,
                      struct err *err)
{
    size_t factors = sample->n_factors, n = sample->n;
    char **text = calloc(factors * n + 1, sizeof(*text)); /* factor by factor */
    struct design_setting *setting = calloc(factors + 1, sizeof(*setting));
    int rc = text != NULL && setting != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (size_t f = 0; f < factors && rc == 0; f++)
        rc = draw_factor(sample, f, user, text + f * n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        for (size_t f = 0; f < factors; f++)
            setting[f] = (struct design_setting){sample->factor[f].name, text[f * n + i],
                                                 &sample->factor[f], sample->factor[f].node};
        rc = user->add(user->context, setting, factors, true, err);
    }
    for (size_t i = 0; text != NULL && i < factors * n; i++)
        free(text[i]);
    free(setting);
    free(text);
    return rc;
}

/* ---- all of them ------------------------------------------------------------------------ */

double design_size(const struct design *d)
{
    double n = grid_size(d) + (double)d->sample.n;
    for (size_t f = 0; f < d->n_vary; f++)
        n += (double)d->vary[f].n_values;
    return n;
}

int design_points(const struct design *d, const struct design_user *user, struct err *err)
{
    int rc = add_varied(d, user, err);
    if (rc == 0)
        rc = add_grid(d, user, err);
    if (rc == 0)
        rc = add_sample(&d->sample, user, err);
    return rc;
}
