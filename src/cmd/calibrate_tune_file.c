/* Calibration files. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "base/units.h"
#include "cmd/calibrate_tune.h"

enum { MAX_LEVELS = 256 };

static const char *const keys[] = {"calibration", "hardware",   "machine", "mode",  "programs",
                                   "clock",       "parameters", "fixed",   "rungs", "points",
                                   "seed",        "candidates", "loss",    "keep",  NULL};

/* ---- parameters ---- */

static int add_level(struct calibration *c, struct calibration_parameter *p, const char *text,
                     const struct yaml_node *node, struct err *err)
{
    struct err cause = {0};
    struct machine *machine = NULL;
    if (p->levels == MAX_LEVELS)
        return yaml_error(node, err, "'%s' has more than %d values", p->name, MAX_LEVELS);
    int rc = machine_copy(&machine, c->machine, err);
    if (rc == 0 && machine_set(machine, p->name, text, &cause) < 0)
        rc = yaml_error(node, err, "%s", cause.text);
    char **texts = NULL;
    double *values = NULL;
    if (rc == 0) {
        texts = realloc(p->text, (p->levels + 1) * sizeof *texts);
        if (texts != NULL)
            p->text = texts;
        values = realloc(p->value, (p->levels + 1) * sizeof *values);
        if (values != NULL)
            p->value = values;
        if (texts == NULL || values == NULL || (p->text[p->levels] = strdup(text)) == NULL)
            rc = err_set(err, ERR_NOMEM, "no memory for '%s'", p->name);
        else
            p->value[p->levels++] = machine_value(machine, p->name);
    }
    machine_free(machine);
    return rc;
}

static int read_range(struct calibration *c, struct calibration_parameter *p,
                      const struct yaml_node *node, struct err *err)
{
    static const char *const known[] = {"from", "to", "step", NULL};
    uint64_t from = 0, to = 0, step = 1;
    int rc = yaml_check_keys(node, known, err);
    if (rc == 0 && (yaml_get(node, "from") == NULL || yaml_get(node, "to") == NULL))
        rc = yaml_error(node, err, "'%s' needs from and to", p->name);
    if (rc == 0)
        rc = yaml_uint64(yaml_get(node, "from"), &from, err);
    if (rc == 0)
        rc = yaml_uint64(yaml_get(node, "to"), &to, err);
    if (rc == 0 && yaml_get(node, "step") != NULL)
        rc = yaml_uint64(yaml_get(node, "step"), &step, err);
    if (rc == 0 && (from >= to || step == 0))
        rc = yaml_error(node, err, "'%s': from has to be below to, and step above 0", p->name);
    for (uint64_t v = from; rc == 0 && v <= to; v += step) {
        char *text = str_format("%llu", (unsigned long long)v);
        rc = text == NULL ? err_set(err, ERR_NOMEM, "no memory for '%s'", p->name)
                          : add_level(c, p, text, node, err);
        free(text);
        if (v > UINT64_MAX - step)
            break;
    }
    return rc;
}

static int read_list(struct calibration *c, struct calibration_parameter *p,
                     const struct yaml_node *node, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const char *text;
        rc = yaml_text(node->child[i], &text, err);
        if (rc == 0)
            rc = add_level(c, p, text, node->child[i], err);
        if (rc == 0 && i > 0 && !(p->value[i] > p->value[i - 1]))
            rc = yaml_error(node->child[i], err, "'%s': values have to ascend", p->name);
    }
    return rc;
}

static int read_parameter(struct calibration *c, const struct yaml_node *node, struct err *err)
{
    struct calibration_parameter *p = c->parameter + c->n_parameters++;
    p->name = node->key;
    double now = machine_value(c->machine, p->name);
    if (isnan(now))
        return yaml_error(node, err, "machine '%s' has no parameter '%s'",
                          machine_name(c->machine), p->name);
    int rc = node->kind == YAML_LIST ? read_list(c, p, node, err)
             : node->kind == YAML_MAP
                 ? read_range(c, p, node, err)
                 : yaml_error(node, err, "'%s' needs {from, to} or a list of values", p->name);
    if (rc != 0)
        return rc;
    if (p->levels < 2)
        return yaml_error(node, err, "'%s' has one value only: there is nothing to tune",
                          p->name);
    for (p->start = 0; p->start < p->levels && p->value[p->start] != now; p->start++)
        ;
    if (p->start == p->levels)
        return yaml_error(node, err,
                          "'%s' is %g in machine '%s', which is not among the values to try",
                          p->name, now, machine_name(c->machine));
    return 0;
}

static int read_parameters(struct calibration *c, struct err *err)
{
    const struct yaml_node *root = c->document->root, *map = yaml_get(root, "parameters");
    if (map == NULL || map->kind != YAML_MAP || map->count == 0)
        return yaml_error(map == NULL ? root : map, err, "'parameters' names none");
    c->parameter = calloc(map->count, sizeof *c->parameter);
    if (c->parameter == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the parameters");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < map->count; i++)
        rc = read_parameter(c, map->child[i], err);
    return rc;
}

static int read_fixed(struct calibration *c, struct err *err)
{
    const struct yaml_node *map = yaml_get(c->document->root, "fixed");
    if (map == NULL)
        return 0;
    if (map->kind != YAML_MAP)
        return yaml_error(map, err, "'fixed' is a map of parameters and their sources");
    c->fixed = calloc(map->count + 1, sizeof *c->fixed);
    if (c->fixed == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the parameters");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < map->count; i++) {
        struct calibration_fixed *f = c->fixed + c->n_fixed++;
        f->name = map->child[i]->key;
        rc = yaml_text(map->child[i], &f->source, err);
        if (rc == 0 && isnan(machine_value(c->machine, f->name)))
            rc = yaml_error(map->child[i], err, "machine '%s' has no parameter '%s'",
                            machine_name(c->machine), f->name);
        for (size_t k = 0; rc == 0 && k < c->n_parameters; k++)
            if (strcmp(c->parameter[k].name, f->name) == 0)
                rc = yaml_error(map->child[i], err, "'%s' is both fixed and to be tuned",
                                f->name);
    }
    return rc;
}

/* ---- the rest ---- */

static int read_clock(struct calibration *c, struct err *err)
{
    static const char *const known[] = {"from", "to", NULL};
    const struct yaml_node *node = yaml_get(c->document->root, "clock");
    c->clock_lower = c->clock_upper = machine_value(c->machine, "clock");
    if (node == NULL)
        return 0;
    int rc = 0;
    if (node->kind == YAML_SCALAR) {
        rc = yaml_hertz(node, &c->clock_lower, err);
        c->clock_upper = c->clock_lower;
    } else {
        rc = yaml_check_keys(node, known, err);
        if (rc == 0 && (yaml_get(node, "from") == NULL || yaml_get(node, "to") == NULL))
            rc = yaml_error(node, err, "'clock' needs from and to");
        if (rc == 0)
            rc = yaml_hertz(yaml_get(node, "from"), &c->clock_lower, err);
        if (rc == 0)
            rc = yaml_hertz(yaml_get(node, "to"), &c->clock_upper, err);
    }
    if (rc == 0 && !(c->clock_lower > 0 && c->clock_lower <= c->clock_upper))
        rc = yaml_error(node, err, "'clock': from has to be below to, and above 0");
    c->clock_tuned = c->clock_lower < c->clock_upper;
    return rc;
}

int calibration_add_rung(struct calibration *c, double part)
{
    if (c->n_rungs == CALIBRATE_RUNGS || !(part > 0) || !isfinite(part) ||
        (c->n_rungs > 0 && part <= c->rung[c->n_rungs - 1]))
        return ERR_CONFIG;
    c->rung[c->n_rungs++] = part;
    return 0;
}

static int read_rungs(struct calibration *c, struct err *err)
{
    const struct yaml_node *list = yaml_get(c->document->root, "rungs");
    double part;
    if (list == NULL) {
        c->n_rungs = 2;
        c->rung[0] = 0.004;
        c->rung[1] = 0.04;
        return 0;
    }
    if (list->kind != YAML_LIST || list->count == 0)
        return yaml_error(list, err, "'rungs' is a list of parts, as [0.4%%, 4%%]");
    for (size_t i = 0; i < list->count; i++) {
        int rc = yaml_fraction(list->child[i], &part, err);
        if (rc != 0)
            return rc;
        if (calibration_add_rung(c, part) < 0)
            return yaml_error(list->child[i], err,
                              "'rungs' ascend from above 0, and are at most %d",
                              CALIBRATE_RUNGS);
    }
    return 0;
}

static int read_count(struct calibration *c, const char *key, uint64_t least, uint64_t *value,
                      struct err *err)
{
    const struct yaml_node *node = yaml_get(c->document->root, key);
    int rc = node == NULL ? 0 : yaml_uint64(node, value, err);
    if (rc == 0 && node != NULL && (*value < least || *value > 100000))
        rc = yaml_error(node, err, "'%s' is not within %llu and 100000", key,
                        (unsigned long long)least);
    return rc;
}

static int read_text(struct calibration *c, const char *key, const char **text, struct err *err)
{
    const struct yaml_node *node = yaml_get(c->document->root, key);
    return node == NULL ? 0 : yaml_text(node, text, err);
}

static int read_settings(struct calibration *c, struct err *err)
{
    const struct yaml_node *root = c->document->root, *node;
    const char *mode = "timing", *loss = "absolute";
    int rc = read_text(c, "mode", &mode, err);
    if (rc == 0 && (timing_mode_parse(mode, &c->mode) != 0 || c->mode == TIMING_MODE_emulation))
        rc = yaml_error(yaml_get(root, "mode"), err, "unknown mode '%s', or one without cycles",
                        mode);
    if (rc == 0)
        rc = read_text(c, "loss", &loss, err);
    c->squares = strcmp(loss, "squares") == 0;
    if (rc == 0 && !c->squares && strcmp(loss, "absolute") != 0)
        rc = yaml_error(yaml_get(root, "loss"), err, "unknown loss '%s' (absolute, squares)",
                        loss);
    if (rc == 0)
        rc = read_count(c, "points", 1, &c->points, err);
    if (rc == 0)
        rc = read_count(c, "seed", 0, &c->seed, err);
    if (rc == 0)
        rc = read_count(c, "candidates", 1, &c->candidates, err);
    if (rc == 0 && (node = yaml_get(root, "keep")) != NULL)
        rc = yaml_fraction(node, &c->keep, err);
    c->programs = yaml_get(root, "programs");
    if (rc == 0 && c->programs != NULL &&
        (c->programs->kind != YAML_LIST || c->programs->count == 0))
        rc = yaml_error(c->programs, err, "'programs' is a list of names");
    return rc;
}

/* A machine's file stands beside the calibration's, or is one of rung's own. */
static int load_machine(struct calibration *c, const char *path, struct err *err)
{
    const char *name = "m2", *slash = strrchr(path, '/');
    int rc = read_text(c, "machine", &name, err);
    if (rc != 0)
        return rc;
    bool relative =
        (strchr(name, '/') != NULL || strstr(name, ".yaml") != NULL) && name[0] != '/';
    char *beside = relative && slash != NULL
                       ? str_format("%.*s/%s", (int)(slash - path), path, name)
                       : strdup(name);
    rc = beside == NULL ? err_set(err, ERR_NOMEM, "no memory for '%s'", name)
                        : machine_load(&c->machine, beside, err);
    free(beside);
    return rc;
}

int calibration_load(struct calibration *c, const char *path, struct err *err)
{
    *c = (struct calibration){
        .name = "calibration", .points = 40, .seed = 1, .candidates = 3, .keep = 0.001};
    int rc = yaml_load(&c->document, path, err);
    if (rc == 0)
        rc = yaml_check_keys(c->document->root, keys, err);
    if (rc == 0)
        rc = read_text(c, "calibration", &c->name, err);
    if (rc == 0)
        rc = read_text(c, "hardware", &c->hardware, err);
    if (rc == 0)
        rc = load_machine(c, path, err);
    if (rc == 0)
        rc = read_settings(c, err);
    if (rc == 0)
        rc = read_clock(c, err);
    if (rc == 0)
        rc = read_rungs(c, err);
    if (rc == 0)
        rc = read_parameters(c, err);
    if (rc == 0)
        rc = read_fixed(c, err);
    return rc;
}

void calibration_release(struct calibration *c)
{
    for (size_t i = 0; i < c->n_parameters; i++) {
        for (size_t k = 0; k < c->parameter[i].levels; k++)
            free(c->parameter[i].text[k]);
        free(c->parameter[i].text);
        free(c->parameter[i].value);
    }
    free(c->parameter);
    free(c->fixed);
    machine_free(c->machine);
    yaml_document_free(c->document);
}

double calibration_value(const struct calibration_parameter *p, double level)
{
    double last = (double)(p->levels - 1), at = fmax(0, fmin(last, level));
    size_t below = (size_t)fmin(floor(at), last - 1);
    return p->value[below] + (p->value[below + 1] - p->value[below]) * (at - (double)below);
}
