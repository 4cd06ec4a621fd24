#include "config.h"

#include "cmd/physics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/yaml.h"
#include "cmd/cmd.h"
#include "study/problem.h"
#include "study/study.h"

struct cmd_physics {
    struct analysis_physics physics;
    struct problem_table *table; /* these own the formulas of a store's problems */
    struct study *study;
    struct analysis_problem *problem;
    struct expr *footprint, *stride; /* those that came as text */
};

/* Those that the study describes, then rung's own: the first one of a name is found. */
static int gather_problems(struct cmd_physics *p, struct err *err)
{
    size_t described = p->study != NULL ? p->study->n_problems : 0;
    size_t known = p->table != NULL ? p->table->n : 0, n = 0;
    p->problem = calloc(described + known + 1, sizeof *p->problem);
    if (p->problem == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu problems", described + known);
    for (size_t i = 0; i < described; i++) {
        const struct study_problem *from = p->study->problem + i;
        if (from->own)
            p->problem[n++] =
                (struct analysis_problem){from->name, from->footprint, from->stride};
    }
    for (size_t i = 0; i < known; i++) {
        const struct problem *from = p->table->problem + i;
        p->problem[n++] = (struct analysis_problem){from->name, from->footprint, from->stride};
    }
    p->physics.problem = p->problem;
    p->physics.n_problems = n;
    return 0;
}

/* The text of a study that was imported is a name, without problems. */
static void read_study(struct cmd_physics *p, struct store *s)
{
    static const char *const name = "study_yaml";
    const char *text = store_study_yaml(s);
    struct yaml_document *document = NULL;
    struct err cause = {0};
    int rc = text != NULL ? yaml_parse(&document, name, text, strlen(text), &cause) : 0;
    if (rc == 0 && document != NULL && document->root->kind == YAML_MAP &&
        yaml_get(document->root, "problems") != NULL)
        rc = study_parse(&p->study, name, text, &cause);
    if (rc != 0)
        cmd_warn("the study's own problems are not tested against caches: %s", cause.text);
    yaml_document_free(document);
}

int cmd_physics_alloc(struct cmd_physics **out, struct store *s, struct err *err)
{
    struct err cause = {0};
    *out = NULL;
    struct cmd_physics *p = calloc(1, sizeof *p);
    if (p == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the problem table");
    if (problem_table_alloc(&p->table, &cause) < 0)
        cmd_warn("rung's own problems are not tested against caches: %s", cause.text);
    read_study(p, s);
    int status = gather_problems(p, err);
    if (status == 0)
        status =
            analysis_machines_from_store(&p->physics.machine, &p->physics.n_machines, s, err);
    if (status < 0) {
        cmd_physics_free(p);
        return status;
    }
    *out = p;
    return 0;
}

/* One of "SIZE[/WAYS[/LINE]]". */
static int parse_cache(struct machine_cache *cache, const char *text, size_t length,
                       struct err *err)
{
    char copy[96], *part[3] = {copy, NULL, NULL};
    uint64_t value[3] = {0, 0, 64};
    int parts = 1;
    if (length >= sizeof copy)
        return err_set(err, ERR_CONFIG, "'%s' is no list of caches", text);
    memcpy(copy, text, length);
    copy[length] = '\0';
    for (char *slash = strchr(copy, '/'); slash != NULL; slash = strchr(slash, '/')) {
        *slash++ = '\0';
        if (parts == 3)
            return err_set(err, ERR_CONFIG, "'%.*s' has more parts than SIZE/WAYS/LINE",
                           (int)length, text);
        part[parts++] = slash;
    }
    for (int i = 0; i < parts; i++) {
        int status = i == 1 ? units_parse_uint64(part[i], &value[i])
                            : units_parse_bytes(part[i], &value[i]);
        if (status < 0 || value[i] == 0 || value[i] > UINT64_C(1) << 40)
            return err_set(err, ERR_CONFIG, "'%s' in '%.*s' is no %s", part[i], (int)length,
                           text,
                           i == 0   ? "size"
                           : i == 1 ? "number of ways"
                                    : "line size");
    }
    uint64_t way = value[1] * value[2];
    if (value[1] > 0 && (value[1] > 65536 || value[2] > 65536 || value[0] % way != 0))
        return err_set(err, ERR_CONFIG, "'%.*s': the ways do not divide the size", (int)length,
                       text);
    *cache = (struct machine_cache){.size = value[0],
                                    .ways = (unsigned)value[1],
                                    .line = (unsigned)value[2],
                                    .sets = value[1] > 0 ? value[0] / way : 0};
    return 0;
}

static int parse_caches(struct analysis_machine *machine, const char *text, struct err *err)
{
    static const char *const names[ANALYSIS_CACHES_MAX] = {
        "the first cache", "the second cache", "the third cache", "the fourth cache"};
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (machine->n_caches == ANALYSIS_CACHES_MAX)
            return err_set(err, ERR_CONFIG, "'%s' has more than %d caches", text,
                           ANALYSIS_CACHES_MAX);
        struct machine_cache *cache = machine->cache + machine->n_caches;
        int status = parse_cache(cache, at, length, err);
        if (status < 0)
            return status;
        cache->name = names[machine->n_caches++];
        at += length;
        if (*at == '\0')
            return 0;
    }
}

static int parse_formula(struct expr **out, const char *option, const char *text,
                         struct err *err)
{
    struct err cause = {0};
    int status = text == NULL ? 0 : expr_alloc(out, text, &cause);
    return status < 0 ? err_set(err, ERR_CONFIG, "%s: %s", option, cause.text) : 0;
}

int cmd_physics_from_text(struct cmd_physics **out, const char *footprint, const char *stride,
                          const char *caches, struct err *err)
{
    *out = NULL;
    struct cmd_physics *p = calloc(1, sizeof *p);
    int status = ERR_NOMEM;
    if (p == NULL)
        goto out;
    p->problem = calloc(1, sizeof *p->problem);
    p->physics.machine = calloc(1, sizeof *p->physics.machine);
    if (p->problem == NULL || p->physics.machine == NULL)
        goto out;
    status = parse_formula(&p->footprint, "--footprint", footprint, err);
    if (status == 0)
        status = parse_formula(&p->stride, "--stride", stride, err);
    if (status == 0 && caches != NULL)
        status = parse_caches(p->physics.machine, caches, err);
    *p->problem = (struct analysis_problem){NULL, p->footprint, p->stride};
    p->physics.problem = p->problem;
    p->physics.n_problems = p->physics.n_machines = 1;
out:
    if (status == 0) {
        *out = p;
        return 0;
    }
    cmd_physics_free(p);
    return status == ERR_NOMEM ? err_set(err, status, "no memory for the caches") : status;
}

void cmd_physics_free(struct cmd_physics *p)
{
    if (p == NULL)
        return;
    expr_free(p->footprint);
    expr_free(p->stride);
    free(p->problem);
    free(p->physics.machine);
    problem_table_free(p->table);
    study_free(p->study);
    free(p);
}

const struct analysis_physics *cmd_physics_get(const struct cmd_physics *p)
{
    return p == NULL ? NULL : &p->physics;
}
