#include "config.h"

#include "study/variants.h"

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "timing/machine.h"

enum { MAX_VARIANTS = 100000 };

/* One parameter of a design point.  `text` is borrowed. */
struct setting {
    const char *name, *text;
    const struct study_factor *factor;
    const struct yaml_node *node; /* of the value, for messages */
};

char *variants_beside_study(const struct study *study, const char *path)
{
    if (path[0] == '/')
        return str_format("%s", path);
    char *copy = str_format("%s", study->document->name);
    char *joined = copy != NULL ? str_format("%s/%s", dirname(copy), path) : NULL;
    free(copy);
    return joined;
}

/* ---- one variant ------------------------------------------------------------------------ */

/* FNV-1a, to tell most machines apart at once. */
static uint64_t digest(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static const struct plan_machine *find_same(const struct plan *plan, uint64_t hash,
                                            const char *text)
{
    for (size_t i = 0; i < plan->n_machines; i++)
        if (plan->machine[i].hash == hash && strcmp(plan->machine[i].text, text) == 0)
            return &plan->machine[i];
    return NULL;
}

/* Takes `variant` over.  Two machines that are the same would be one run under two names: an
 * error, or, with `skip`, the later one is left out. */
static int add_machine(struct plan *plan, const struct machine *machine, char *variant,
                       bool skip, const struct yaml_node *node, struct err *err)
{
    uint64_t hash = digest(machine_text(machine));
    const struct plan_machine *old = find_same(plan, hash, machine_text(machine));
    if (old != NULL && skip) {
        free(variant);
        return 0;
    }
    struct plan_machine *new = &plan->machine[plan->n_machines++];
    new->variant = variant;
    new->hash = hash;
    new->name = str_format("%s", machine_name(machine));
    new->text = str_format("%s", machine_text(machine));
    if (new->variant == NULL || new->name == NULL || new->text == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (strlen(new->name) >= STORE_NAME_SIZE)
        return yaml_error(node, err, "the machine's name has more than %d bytes",
                          STORE_NAME_SIZE - 1);
    if (strlen(new->variant) >= STORE_VARIANT_SIZE)
        return yaml_error(node, err, "'%s' is too long for a variant's name", new->variant);
    if (old != NULL)
        return yaml_error(node, err, "'%s' of '%s' is the same machine as '%s' of '%s'",
                          new->variant, new->name, old->variant, old->name);
    return 0;
}

/* "rob=96 l2.size=8MiB" */
static char *name_of(const struct setting *setting, size_t n)
{
    struct str name;
    str_init(&name);
    for (size_t i = 0; i < n; i++)
        str_addf(&name, "%s%s=%s", i > 0 ? " " : "", setting[i].name, setting[i].text);
    char *text = str_detach(&name);
    str_release(&name);
    return text;
}

/* What machine_set() found wrong, with its place. */
static int blame(const struct machine *machine, const struct setting *setting,
                 const struct err *cause, struct err *err)
{
    /* NaN: there is no such parameter, so the key is wrong and not the value. */
    bool unknown = isnan(machine_value(machine, setting->name));
    int line = unknown ? setting->factor->node->key_line : setting->node->line;
    return err_set(err, cause->code, "'%s':%d: machine '%s': %s", setting->node->document->name,
                   line, machine_name(machine), cause->text);
}

static int add_variant(struct plan *plan, const struct machine *base,
                       const struct setting *setting, size_t n, bool skip, struct err *err)
{
    struct machine *machine = NULL;
    struct err cause = {0};
    const struct yaml_node *node = setting[n - 1].node;
    char *name = name_of(setting, n);
    int rc = machine_copy(&machine, base, err);
    if (rc == 0 && name == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n && rc == 0; i++)
        if (machine_set(machine, setting[i].name, setting[i].text, &cause) != 0)
            rc = blame(machine, &setting[i], &cause, err);
    if (rc == 0 && machine_check(machine, &cause) != 0)
        rc = yaml_error(node, err, "machine '%s' with %s: %s", machine_name(machine), name,
                        cause.text);
    if (rc == 0) {
        rc = add_machine(plan, machine, name, skip, node, err);
        name = NULL;
    }
    free(name);
    machine_free(machine);
    return rc;
}

static struct setting value_of(const struct study_factor *factor, size_t v)
{
    return (struct setting){factor->name, factor->value[v]->text, factor, factor->value[v]};
}

static int add_varied(struct plan *plan, const struct study *study, const struct machine *base,
                      struct err *err)
{
    int rc = 0;
    for (size_t f = 0; f < study->n_factors && rc == 0; f++)
        for (size_t v = 0; v < study->factor[f].n_values && rc == 0; v++) {
            struct setting setting = value_of(&study->factor[f], v);
            rc = add_variant(plan, base, &setting, 1, false, err);
        }
    return rc;
}

/* ---- the grid --------------------------------------------------------------------------- */

static double grid_size(const struct study *study)
{
    double n = study->n_grid > 0 ? 1 : 0;
    for (size_t f = 0; f < study->n_grid; f++)
        n *= (double)study->grid[f].n_values;
    return n;
}

/* The last factor changes fastest. */
static int add_grid(struct plan *plan, const struct study *study, const struct machine *base,
                    struct err *err)
{
    int rc = 0;
    size_t points = (size_t)grid_size(study);
    struct setting *setting = calloc(study->n_grid + 1, sizeof(*setting));
    if (setting == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t point = 0; point < points && rc == 0; point++) {
        size_t rest = point;
        for (size_t f = study->n_grid; f-- > 0;) {
            setting[f] = value_of(&study->grid[f], rest % study->grid[f].n_values);
            rest /= study->grid[f].n_values;
        }
        rc = add_variant(plan, base, setting, study->n_grid, true, err);
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

int variants_draw(uint64_t seed, size_t factor, bool latin, double *place, size_t n)
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

/* A range in the parameter's own unit. */
struct bounds {
    double low, high, step;
    bool whole; /* only whole numbers make sense */
    bool bytes;
};

static int parse_bound(const struct machine *base, const struct study_factor *factor,
                       const char *text, double *value, struct err *err)
{
    struct machine *scratch = NULL;
    struct err cause = {0};
    struct setting setting = {factor->name, text, factor, factor->node};
    int rc = machine_copy(&scratch, base, err);
    if (rc == 0 && machine_set(scratch, factor->name, text, &cause) != 0)
        rc = blame(scratch, &setting, &cause, err);
    if (rc == 0)
        *value = machine_value(scratch, factor->name);
    machine_free(scratch);
    return rc;
}

static const char *unit_of(const char *name)
{
    struct machine_param param;
    for (size_t i = 0; machine_param(i, &param) == 0; i++)
        if (strcmp(param.name, name) == 0)
            return param.unit;
    return "";
}

/* A step may be smaller than any value of the parameter. */
static int parse_step(const struct study_factor *factor, const char *unit, double *step,
                      struct err *err)
{
    uint64_t bytes = 0;
    int rc;
    if (strcmp(unit, "bytes") == 0)
        rc = units_parse_bytes(factor->step, &bytes);
    else if (strcmp(unit, "hertz") == 0)
        rc = units_parse_hertz(factor->step, step);
    else if (strcmp(unit, "seconds") == 0)
        rc = units_parse_seconds(factor->step, step);
    else if (strcmp(unit, "bytes/s") == 0)
        rc = units_parse_rate(factor->step, step);
    else
        rc = units_parse_double(factor->step, step);
    if (strcmp(unit, "bytes") == 0)
        *step = (double)bytes;
    if (rc == 0 && *step > 0)
        return 0;
    return yaml_error(factor->node, err, "'%s': '%s' is no step in %s", factor->name,
                      factor->step, unit);
}

static int find_bounds(const struct machine *base, const struct study_factor *factor,
                       struct bounds *b, struct err *err)
{
    const char *unit = unit_of(factor->name);
    int rc = parse_bound(base, factor, factor->low, &b->low, err);
    if (rc == 0)
        rc = parse_bound(base, factor, factor->high, &b->high, err);
    b->bytes = strcmp(unit, "bytes") == 0;
    b->whole = b->bytes || strcmp(unit, "cycles") == 0 || strcmp(unit, "count") == 0;
    b->step = b->whole ? 1 : 0;
    if (rc == 0 && factor->step != NULL)
        rc = parse_step(factor, unit, &b->step, err);
    if (rc != 0)
        return rc;
    if (strcmp(unit, "word") == 0 || strcmp(unit, "flag") == 0)
        return yaml_error(factor->node, err, "'%s' has no range, but a list of values",
                          factor->name);
    if (!(b->low < b->high))
        return yaml_error(factor->node, err, "'%s': %s is not below %s", factor->name,
                          factor->low, factor->high);
    if (factor->log && !(b->low > 0))
        return yaml_error(factor->node, err, "'%s': a logarithmic range begins above 0",
                          factor->name);
    return 0;
}

/* The value at a place of the range, as machine_set() reads it. */
static char *range_text(const struct study_factor *factor, const struct bounds *b, double place)
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
    return b->whole ? str_format("%.0f", value) : str_format("%.9g", value);
}

/* The n values of one factor, heap texts. */
static int draw_factor(const struct machine *base, const struct study_sample *sample, size_t f,
                       char **text, struct err *err)
{
    const struct study_factor *factor = &sample->factor[f];
    struct bounds bounds = {0};
    double *place = malloc((sample->n + 1) * sizeof(*place));
    int rc = place == NULL || variants_draw(sample->seed, f, sample->latin, place, sample->n)
                 ? err_set(err, ERR_NOMEM, "out of memory")
                 : 0;
    if (rc == 0 && factor->value == NULL)
        rc = find_bounds(base, factor, &bounds, err);
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

static int add_sample(struct plan *plan, const struct study *study, const struct machine *base,
                      struct err *err)
{
    const struct study_sample *sample = &study->sample;
    size_t factors = sample->n_factors, n = sample->n;
    char **text = calloc(factors * n + 1, sizeof(*text)); /* factor by factor */
    struct setting *setting = calloc(factors + 1, sizeof(*setting));
    int rc = text != NULL && setting != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (size_t f = 0; f < factors && rc == 0; f++)
        rc = draw_factor(base, sample, f, text + f * n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        for (size_t f = 0; f < factors; f++)
            setting[f] = (struct setting){sample->factor[f].name, text[f * n + i],
                                          &sample->factor[f], sample->factor[f].node};
        rc = add_variant(plan, base, setting, factors, true, err);
    }
    for (size_t i = 0; text != NULL && i < factors * n; i++)
        free(text[i]);
    free(setting);
    free(text);
    return rc;
}

/* ---- all of them ------------------------------------------------------------------------ */

static int add_variants(struct plan *plan, const struct study *study,
                        const struct study_machine *from, struct err *err)
{
    struct machine *base = NULL;
    struct err cause = {0};
    char *path = NULL;
    if (strchr(from->name, '/') != NULL)
        path = variants_beside_study(study, from->name);
    int rc = machine_load(&base, path != NULL ? path : from->name, &cause);
    if (rc == 0)
        rc = machine_check(base, &cause);
    if (rc != 0) {
        rc = err_set(err, cause.code, "'%s':%d: %s", from->node->document->name,
                     from->node->line, cause.text);
        goto out;
    }
    rc = add_machine(plan, base, str_format("base"), false, from->node, err);
    if (rc == 0)
        rc = add_varied(plan, study, base, err);
    if (rc == 0)
        rc = add_grid(plan, study, base, err);
    if (rc == 0)
        rc = add_sample(plan, study, base, err);
out:
    machine_free(base);
    free(path);
    return rc;
}

int variants_resolve(struct plan *plan, const struct study *study, struct err *err)
{
    double variants = 1 + grid_size(study) + (double)study->sample.n;
    int rc = 0;
    for (size_t f = 0; f < study->n_factors; f++)
        variants += (double)study->factor[f].n_values;
    variants *= (double)study->n_machines;
    if (variants > MAX_VARIANTS)
        return err_set(err, ERR_CONFIG, "'%s' asks for more than %d variants",
                       study->document->name, MAX_VARIANTS);
    plan->machine = calloc((size_t)variants + 1, sizeof(*plan->machine));
    if (plan->machine == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < study->n_machines && rc == 0; i++)
        rc = add_variants(plan, study, &study->machine[i], err);
    return rc;
}
