#include "config.h"

#include "study/study.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/store.h"

enum { MAX_LAYOUTS = 1000, MAX_JOBS = 4096, MAX_RUNGS = 256 };

void study_check_defaults(struct study_check *check)
{
    *check = (struct study_check){
        .r2 = 0.95, .error = 0.02, .velocity = 3, .speed_loss = 0.05, .equivalence = NAN,
        .level = 0.95};
}

/* ---- helpers -------------------------------------------------------------------------- */

/* A list, or a single value that stands for a list of one. */
struct items {
    size_t n;
    struct yaml_node *const *item;
    struct yaml_node *single;
};

static size_t items_of(const struct yaml_node *node, struct items *items)
{
    items->n = 1;
    items->single = (struct yaml_node *)node;
    items->item = &items->single;
    if (node->kind == YAML_LIST) {
        items->n = node->count;
        items->item = node->child;
    }
    return items->n;
}

/* The items of a key that must be there and not be empty. */
static int need_items(const struct yaml_node *root, const char *key, struct items *items,
                      struct err *err)
{
    const struct yaml_node *node = yaml_get(root, key);
    if (node == NULL)
        return yaml_error(root, err, "'%s' is missing", key);
    if (items_of(node, items) == 0)
        return yaml_error(node, err, "'%s' is empty", key);
    return 0;
}

static void *allocate(size_t n, size_t size, struct err *err)
{
    void *array = calloc(n + 1, size);
    if (array == NULL)
        err_set(err, ERR_NOMEM, "out of memory");
    return array;
}

/* A name that is stored with each run. */
static int read_name(const struct yaml_node *node, const char **name, struct err *err)
{
    int rc = yaml_text(node, name, err);
    if (rc != 0)
        return rc;
    size_t len = strlen(*name);
    if (len == 0 || len >= STORE_NAME_SIZE)
        return yaml_error(node, err, "a name has 1 to %d bytes, '%s' has %zu",
                          STORE_NAME_SIZE - 1, *name, len);
    for (const char *at = *name; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            return yaml_error(node, err, "a name has no control characters");
    return 0;
}

static int read_expr(const struct yaml_node *map, const char *key, struct expr **out,
                     struct err *err)
{
    const struct yaml_node *node = yaml_get(map, key);
    const char *text;
    if (node == NULL)
        return 0;
    struct err cause = {0};
    int rc = yaml_text(node, &text, err);
    if (rc == 0 && expr_alloc(out, text, &cause) != 0)
        rc = yaml_error(node, err, "'%s': %s", key, cause.text);
    return rc;
}

/* A number of `key` within limits; the key may be missing. */
static int read_count(const struct yaml_node *root, const char *key, uint64_t least,
                      uint64_t most, uint64_t *value, struct err *err)
{
    const struct yaml_node *node = yaml_get(root, key);
    if (node == NULL)
        return 0;
    int rc = yaml_uint64(node, value, err);
    if (rc == 0 && (*value < least || *value > most))
        rc = yaml_error(node, err, "'%s' must be from %llu to %llu, not %llu", key,
                        (unsigned long long)least, (unsigned long long)most,
                        (unsigned long long)*value);
    return rc;
}

/* ---- problems ------------------------------------------------------------------------- */

/* "/path/to/own.elf" is called "own". */
static const char *default_name(const struct yaml_node *elf)
{
    const char *slash = strrchr(elf->text, '/');
    return slash != NULL ? slash + 1 : elf->text;
}

static int check_args(const struct yaml_node *node, struct err *err)
{
    struct items items;
    const char *text;
    int rc = 0;
    items_of(node, &items);
    for (size_t i = 0; i < items.n && rc == 0; i++)
        rc = yaml_text(items.item[i], &text, err);
    return rc;
}

static int read_own_problem(const struct yaml_node *map, struct study_problem *problem,
                            struct err *err)
{
    static const char *const known[] = {"name", "elf",       "args", "class",
                                        "work", "footprint", NULL};
    int rc = yaml_check_keys(map, known, err);
    if (rc != 0)
        return rc;
    const struct yaml_node *elf = yaml_get(map, "elf"), *name = yaml_get(map, "name");
    const struct yaml_node *class = yaml_get(map, "class");
    if (elf == NULL)
        return yaml_error(map, err, "'elf' is missing: a problem is a name or has an 'elf'");
    rc = yaml_text(elf, &problem->elf, err);
    if (rc == 0 && name != NULL)
        rc = read_name(name, &problem->name, err);
    else if (rc == 0)
        problem->name = default_name(elf);
    if (rc == 0 && class != NULL)
        rc = read_name(class, &problem->problem_class, err);
    problem->args = yaml_get(map, "args");
    if (rc == 0 && problem->args != NULL)
        rc = check_args(problem->args, err);
    if (rc == 0)
        rc = read_expr(map, "work", &problem->work, err);
    if (rc == 0)
        rc = read_expr(map, "footprint", &problem->footprint, err);
    if (rc == 0 && strlen(problem->name) >= STORE_NAME_SIZE)
        rc = yaml_error(elf, err, "'%s' is too long for a problem's name: give it a 'name'",
                        problem->name);
    return rc;
}

static int read_problems(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct items items;
    int rc = need_items(root, "problems", &items, err);
    if (rc != 0)
        return rc;
    s->problem = allocate(items.n, sizeof(*s->problem), err);
    if (s->problem == NULL)
        return ERR_NOMEM;
    for (; s->n_problems < items.n; s->n_problems++) {
        struct study_problem *problem = &s->problem[s->n_problems];
        const struct yaml_node *node = items.item[s->n_problems];
        problem->node = node;
        problem->problem_class = "";
        rc = node->kind == YAML_MAP ? read_own_problem(node, problem, err)
                                    : read_name(node, &problem->name, err);
        for (size_t i = 0; i < s->n_problems && rc == 0; i++)
            if (strcmp(s->problem[i].name, problem->name) == 0)
                rc = yaml_error(node, err, "problem '%s' stands here twice", problem->name);
        if (rc != 0) {
            s->n_problems++; /* its formulas are to be freed too */
            return rc;
        }
    }
    return 0;
}

/* ---- sizes, modes, machines ------------------------------------------------------------ */

static int read_ladder(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct items items;
    int rc = need_items(root, "ladder", &items, err);
    if (rc != 0)
        return rc;
    if (items.n > MAX_RUNGS)
        return yaml_error(yaml_get(root, "ladder"), err, "'ladder' has more than %d rungs",
                          MAX_RUNGS);
    s->rung = allocate(items.n, sizeof(*s->rung), err);
    s->rung_node = allocate(items.n, sizeof(*s->rung_node), err);
    if (s->rung == NULL || s->rung_node == NULL)
        return ERR_NOMEM;
    for (; s->n_rungs < items.n; s->n_rungs++) {
        const struct yaml_node *node = items.item[s->n_rungs];
        uint64_t n;
        rc = yaml_uint64(node, &n, err);
        if (rc != 0)
            return rc;
        /* Sizes are stored as numbers of double precision. */
        if (n == 0 || n > UINT64_C(1) << 53)
            return yaml_error(node, err, "a rung must be from 1 to 2^53, not %s", node->text);
        s->rung[s->n_rungs] = (double)n;
        s->rung_node[s->n_rungs] = node;
        if (s->n_rungs > 0 && s->rung[s->n_rungs - 1] >= (double)n)
            return yaml_error(node, err, "'ladder' must ascend, but %s follows %s", node->text,
                              s->rung_node[s->n_rungs - 1]->text);
    }
    return 0;
}

static int read_mode(const struct yaml_node *node, enum timing_mode *mode, struct err *err)
{
    const char *text, *names[TIMING_MODE_MAX + 1];
    int rc = yaml_text(node, &text, err);
    if (rc != 0 || timing_mode_parse(text, mode) == 0)
        return rc;
    struct str known;
    str_init(&known);
    for (int i = 0; i < TIMING_MODE_MAX; i++) {
        names[i] = timing_mode_name((enum timing_mode)i);
        str_addf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    names[TIMING_MODE_MAX] = NULL;
    const char *nearest = str_nearest(text, names);
    if (nearest != NULL)
        rc = yaml_error(node, err, "unknown mode '%s' (did you mean '%s'?)", text, nearest);
    else
        rc = yaml_error(node, err, "unknown mode '%s' (there are %s)", text, known.data);
    str_release(&known);
    return rc;
}

static int read_modes(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct items items;
    int rc = need_items(root, "modes", &items, err);
    if (rc != 0)
        return rc;
    s->mode = allocate(items.n, sizeof(*s->mode), err);
    if (s->mode == NULL)
        return ERR_NOMEM;
    for (; s->n_modes < items.n; s->n_modes++) {
        const struct yaml_node *node = items.item[s->n_modes];
        rc = read_mode(node, &s->mode[s->n_modes], err);
        for (size_t i = 0; i < s->n_modes && rc == 0; i++)
            if (s->mode[i] == s->mode[s->n_modes])
                rc = yaml_error(node, err, "mode '%s' stands here twice", node->text);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static bool is_timed(const struct study *s)
{
    for (size_t i = 0; i < s->n_modes; i++)
        if (s->mode[i] != TIMING_MODE_emulation)
            return true;
    return false;
}

static int read_machines(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct items items = {0};
    const struct yaml_node *node = yaml_get(root, "machines");
    int rc = 0;
    if (is_timed(s))
        rc = need_items(root, "machines", &items, err);
    else if (node != NULL)
        items_of(node, &items);
    if (rc != 0)
        return rc;
    s->machine = allocate(items.n, sizeof(*s->machine), err);
    if (s->machine == NULL)
        return ERR_NOMEM;
    for (; s->n_machines < items.n; s->n_machines++) {
        struct study_machine *machine = &s->machine[s->n_machines];
        machine->node = items.item[s->n_machines];
        rc = yaml_text(machine->node, &machine->name, err);
        for (size_t i = 0; i < s->n_machines && rc == 0; i++)
            if (strcmp(s->machine[i].name, machine->name) == 0)
                rc = yaml_error(machine->node, err, "machine '%s' stands here twice",
                                machine->name);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* ---- variants -------------------------------------------------------------------------- */

static int read_factor(const struct yaml_node *node, struct study_factor *factor,
                       struct err *err)
{
    struct items items;
    const char *text;
    int rc = 0;
    factor->name = node->key;
    factor->node = node;
    if (items_of(node, &items) == 0)
        return yaml_error(node, err, "'%s' has no values", node->key);
    factor->value = allocate(items.n, sizeof(*factor->value), err);
    if (factor->value == NULL)
        return ERR_NOMEM;
    for (; factor->n_values < items.n && rc == 0; factor->n_values++) {
        const struct yaml_node *value = items.item[factor->n_values];
        factor->value[factor->n_values] = value;
        rc = yaml_text(value, &text, err);
        for (size_t i = 0; i < factor->n_values && rc == 0; i++)
            if (strcmp(factor->value[i]->text, text) == 0)
                rc = yaml_error(value, err, "'%s' has the value '%s' twice", node->key, text);
        if (rc == 0 && strlen(node->key) + 1 + strlen(text) >= STORE_VARIANT_SIZE)
            rc = yaml_error(value, err, "'%s=%s' is too long for a variant's name", node->key,
                            text);
    }
    return rc;
}

static int read_vary(struct study *s, const struct yaml_node *root, struct err *err)
{
    const struct yaml_node *vary = yaml_get(root, "vary");
    int rc = 0;
    if (vary == NULL)
        return 0;
    if (vary->kind != YAML_MAP)
        return yaml_error(vary, err, "'vary' must be a map from parameters to values");
    if (!is_timed(s))
        return yaml_error(vary, err, "'vary' changes machines, but emulation has none");
    s->factor = allocate(vary->count, sizeof(*s->factor), err);
    if (s->factor == NULL)
        return ERR_NOMEM;
    while (s->n_factors < vary->count && rc == 0) {
        rc = read_factor(vary->child[s->n_factors], &s->factor[s->n_factors], err);
        s->n_factors++;
    }
    return rc;
}

/* ---- checks ---------------------------------------------------------------------------- */

static int read_threshold(const struct yaml_node *map, const char *key, bool fraction,
                          double above, double most, double *value, struct err *err)
{
    const struct yaml_node *node = yaml_get(map, key);
    if (node == NULL)
        return 0;
    int rc = fraction ? yaml_fraction(node, value, err) : yaml_double(node, value, err);
    if (rc == 0 && !(*value > above && *value <= most))
        rc = yaml_error(node, err, "'%s' must be above %g and at most %g, not %s", key, above,
                        most, node->text);
    return rc;
}

static int read_check(struct study *s, const struct yaml_node *root, struct err *err)
{
    static const char *const known[] = {"r2", "error", "velocity", "speed-loss", "equivalence",
                                        "level", NULL};
    const struct yaml_node *map = yaml_get(root, "check");
    struct study_check *check = &s->check;
    study_check_defaults(check);
    if (map == NULL)
        return 0;
    int rc = yaml_check_keys(map, known, err);
    if (rc == 0)
        rc = read_threshold(map, "r2", true, 0, 1, &check->r2, err);
    if (rc == 0)
        rc = read_threshold(map, "error", true, 0, 1, &check->error, err);
    if (rc == 0)
        rc = read_threshold(map, "velocity", false, 0, 1e9, &check->velocity, err);
    if (rc == 0)
        rc = read_threshold(map, "speed-loss", true, 0, 1, &check->speed_loss, err);
    if (rc == 0)
        rc = read_threshold(map, "equivalence", true, 0, 1, &check->equivalence, err);
    if (rc == 0)
        rc = read_threshold(map, "level", true, 0.5, 0.9999, &check->level, err);
    return rc;
}

/* ---- the whole ------------------------------------------------------------------------- */

static int read_study(struct study *s, struct err *err)
{
    static const char *const known[] = {"study", "problems", "ladder", "modes", "machines",
                                        "vary",  "layouts",  "jobs",   "check", NULL};
    const struct yaml_node *root = s->document->root;
    int rc = yaml_check_keys(root, known, err);
    if (rc != 0)
        return rc;
    const struct yaml_node *name = yaml_get(root, "study");
    s->layouts = 1;
    rc = name != NULL ? read_name(name, &s->name, err)
                      : yaml_error(root, err, "'study' (its name) is missing");
    if (rc == 0)
        rc = read_problems(s, root, err);
    if (rc == 0)
        rc = read_ladder(s, root, err);
    if (rc == 0)
        rc = read_modes(s, root, err);
    if (rc == 0)
        rc = read_machines(s, root, err);
    if (rc == 0)
        rc = read_vary(s, root, err);
    if (rc == 0)
        rc = read_count(root, "layouts", 1, MAX_LAYOUTS, &s->layouts, err);
    if (rc == 0)
        rc = read_count(root, "jobs", 1, MAX_JOBS, &s->jobs, err);
    if (rc == 0)
        rc = read_check(s, root, err);
    return rc;
}

/* Takes the document over. */
static int from_document(struct study **out, struct yaml_document *document, struct err *err)
{
    struct study *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        yaml_document_free(document);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    s->document = document;
    int rc = read_study(s, err);
    if (rc == 0)
        *out = s;
    else
        study_free(s);
    return rc;
}

int study_load(struct study **out, const char *path, struct err *err)
{
    struct yaml_document *document = NULL;
    int rc = yaml_load(&document, path, err);
    return rc != 0 ? rc : from_document(out, document, err);
}

int study_parse(struct study **out, const char *name, const char *text, struct err *err)
{
    struct yaml_document *document = NULL;
    int rc = yaml_parse(&document, name, text, strlen(text), err);
    return rc != 0 ? rc : from_document(out, document, err);
}

void study_free(struct study *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_problems; i++) {
        expr_free(s->problem[i].work);
        expr_free(s->problem[i].footprint);
    }
    for (size_t i = 0; i < s->n_factors; i++)
        free(s->factor[i].value);
    free(s->problem);
    free(s->rung);
    free(s->rung_node);
    free(s->mode);
    free(s->machine);
    free(s->factor);
    yaml_document_free(s->document);
    free(s);
}
