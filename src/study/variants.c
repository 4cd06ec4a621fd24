#include "config.h"

#include "study/variants.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "base/units.h"
#include "timing/machine.h"

enum { MAX_VARIANTS = 100000 };

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
static char *name_of(const struct design_setting *setting, size_t n)
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
static int blame(const struct machine *machine, const struct design_setting *setting,
                 const struct err *cause, struct err *err)
{
    /* NaN: there is no such parameter, so the key is wrong and not the value. */
    bool unknown = isnan(machine_value(machine, setting->name));
    int line = unknown ? setting->factor->node->key_line : setting->node->line;
    return err_set(err, cause->code, "'%s':%d: machine '%s': %s", setting->node->document->name,
                   line, machine_name(machine), cause->text);
}

/* Whose design points are made. */
struct making {
    struct plan *plan;
    const struct machine *base;
};

static int add_variant(void *context, const struct design_setting *setting, size_t n, bool skip,
                       struct err *err)
{
    const struct making *making = context;
    const struct machine *base = making->base;
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
        rc = add_machine(making->plan, machine, name, skip, node, err);
        name = NULL;
    }
    free(name);
    machine_free(machine);
    return rc;
}

static int parse_bound(const struct machine *base, const struct design_factor *factor,
                       const char *text, double *value, struct err *err)
{
    struct machine *scratch = NULL;
    struct err cause = {0};
    struct design_setting setting = {factor->name, text, factor, factor->node};
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
static int parse_step(const struct design_factor *factor, const char *unit, double *step,
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

static int find_bounds(void *context, const struct design_factor *factor,
                       struct design_bounds *b, struct err *err)
{
    const struct machine *base = ((const struct making *)context)->base;
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
    return 0;
}

/* ---- all of them ------------------------------------------------------------------------ */

/* Names are those of machines that come with rung, all else is a file. */
static bool is_file(const char *name)
{
    size_t len = strlen(name);
    return strchr(name, '/') != NULL || (len > 5 && strcmp(name + len - 5, ".yaml") == 0);
}

/* A machine that cannot be had; a file of that name beside the study was meant perhaps. */
static int blame_machine(const struct study *study, const struct study_machine *from,
                         const struct err *cause, struct err *err)
{
    char hint[STORE_NAME_SIZE + 64] = "";
    char *file = is_file(from->name) ? NULL : str_format("%s.yaml", from->name);
    char *path = file != NULL ? study_beside(study, file) : NULL;
    if (path != NULL && path_exists(path))
        snprintf(hint, sizeof(hint), "; did you mean the file '%s'?", file);
    else if (file != NULL)
        snprintf(hint, sizeof(hint), "; see 'rung list machines'");
    free(path);
    free(file);
    return err_set(err, cause->code, "'%s':%d: %s%s", from->node->document->name,
                   from->node->line, cause->text, hint);
}

static int add_variants(struct plan *plan, const struct study *study,
                        const struct study_machine *from, struct err *err)
{
    struct machine *base = NULL;
    struct err cause = {0};
    char *path = NULL;
    if (is_file(from->name))
        path = study_beside(study, from->name);
    int rc = machine_load(&base, path != NULL ? path : from->name, &cause);
    if (rc == 0)
        rc = machine_check(base, &cause);
    if (rc != 0) {
        rc = blame_machine(study, from, &cause, err);
        goto out;
    }
    rc = add_machine(plan, base, str_format("base"), false, from->node, err);
    if (rc == 0) {
        struct making making = {plan, base};
        struct design_user user = {&making, find_bounds, add_variant};
        rc = design_points(&study->design, &user, err);
    }
out:
    machine_free(base);
    free(path);
    return rc;
}

int variants_resolve(struct plan *plan, const struct study *study, struct err *err)
{
    double variants = (1 + design_size(&study->design)) * (double)study->n_machines;
    int rc = 0;
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
