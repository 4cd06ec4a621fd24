#include "config.h"

#include "study/study.h"

#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "study/study_priv.h"

enum { MAX_LAYOUTS = 1000, MAX_JOBS = 4096 };

/* ---- modes ------------------------------------------------------------------------------- */

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

static int read_mode_list(const struct study_items *items, enum timing_mode **mode, size_t *n,
                          struct err *err)
{
    *mode = study_array(items->n, sizeof(**mode), err);
    if (*mode == NULL)
        return ERR_NOMEM;
    for (; *n < items->n; ++*n) {
        const struct yaml_node *node = items->item[*n];
        int rc = read_mode(node, &(*mode)[*n], err);
        for (size_t i = 0; i < *n && rc == 0; i++)
            if ((*mode)[i] == (*mode)[*n])
                rc = yaml_error(node, err, "mode '%s' stands here twice", node->text);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int read_modes(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct study_items items;
    if (s->n_simulators > 0 && yaml_get(root, "modes") == NULL)
        return 0; /* a study of others alone */
    int rc = study_need_items(root, "modes", &items, err);
    return rc == 0 ? read_mode_list(&items, &s->mode, &s->n_modes, err) : rc;
}

/* ---- sizes ------------------------------------------------------------------------------- */

/* Sizes alone, or a map with these and modes; problems may have sizes of their own. */
static int read_look_sizes(struct study *s, const struct yaml_node *look, struct err *err)
{
    static const char *const known[] = {"ladder", "modes", NULL};
    if (look == NULL || look->kind != YAML_MAP)
        return look != NULL ? study_read_ladder(look, "look", &s->look, err) : 0;
    int rc = yaml_check_keys(look, known, err);
    const struct yaml_node *sizes = rc == 0 ? yaml_get(look, "ladder") : NULL;
    return sizes != NULL ? study_read_ladder(sizes, "look", &s->look, err) : rc;
}

/* May be missing, where each problem has its own. */
static int read_sizes(struct study *s, const struct yaml_node *root, struct err *err)
{
    const struct yaml_node *node = yaml_get(root, "ladder");
    int rc = node != NULL ? study_read_ladder(node, "ladder", &s->ladder, err) : 0;
    return rc == 0 ? read_look_sizes(s, yaml_get(root, "look"), err) : rc;
}

static int check_sizes(const struct study *s, const struct yaml_node *root, struct err *err)
{
    for (size_t i = 0; i < s->n_problems; i++)
        if (s->problem[i].ladder.n == 0)
            return yaml_error(root, err, "'ladder' is missing");
    return 0;
}

static int read_look_modes(struct study *s, const struct yaml_node *look, struct err *err)
{
    struct yaml_node sampled = {.kind = YAML_SCALAR, .text = (char *)"sampled"};
    struct yaml_node *only = &sampled;
    struct study_items items = {.n = 1, .item = &only};
    int rc = 0;
    if (look != NULL && look->kind == YAML_MAP && yaml_get(look, "modes") != NULL)
        rc = study_need_items(look, "modes", &items, err);
    return rc == 0 ? read_mode_list(&items, &s->look_mode, &s->n_look_modes, err) : rc;
}

static bool has_mode(const struct study *s, enum timing_mode mode)
{
    for (size_t i = 0; i < s->n_modes; i++)
        if (s->mode[i] == mode)
            return true;
    return false;
}

/* A look is no run that the ladder has. */
static int check_look(const struct study *s, const struct study_problem *p, struct err *err)
{
    if (p->look.n > 0 && s->n_modes == 0)
        return yaml_error(p->look.node[0], err, "'look' is for rung's own modes, and there are none");
    for (size_t i = 0; i < p->look.n; i++)
        for (size_t m = 0; m < s->n_look_modes; m++)
            for (size_t r = 0; r < p->ladder.n && has_mode(s, s->look_mode[m]); r++)
                if (p->ladder.rung[r] == p->look.rung[i])
                    return yaml_error(p->look.node[i], err,
                                      "n = %.0f is on the ladder of '%s' in mode '%s' already",
                                      p->look.rung[i], p->name, timing_mode_name(s->look_mode[m]));
    return 0;
}

static int read_looks(struct study *s, const struct yaml_node *root, struct err *err)
{
    const struct yaml_node *look = yaml_get(root, "look");
    size_t sizes = 0;
    int rc = read_look_modes(s, look, err);
    for (size_t i = 0; i < s->n_problems && rc == 0; i++) {
        sizes += s->problem[i].look.n;
        rc = check_look(s, &s->problem[i], err);
    }
    if (rc == 0 && look != NULL && sizes == 0)
        rc = yaml_error(look, err, "'look' has no sizes, and no problem has");
    return rc;
}

/* ---- programs and machines --------------------------------------------------------------- */

/* What we simulate has a program. */
static int check_programs(const struct study *s, struct err *err)
{
    for (size_t i = 0; s->n_modes > 0 && i < s->n_problems; i++)
        if (s->problem[i].own && s->problem[i].elf == NULL)
            return yaml_error(s->problem[i].node, err, "problem '%s' has no 'elf' to simulate",
                              s->problem[i].name);
    return 0;
}

static bool any_timed(const enum timing_mode *mode, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mode[i] != TIMING_MODE_emulation)
            return true;
    return false;
}

/* Whether a mode needs machines. */
static bool is_timed(const struct study *s)
{
    bool looks = false;
    for (size_t i = 0; i < s->n_problems; i++)
        looks |= s->problem[i].look.n > 0;
    return any_timed(s->mode, s->n_modes) || (looks && any_timed(s->look_mode, s->n_look_modes));
}

static int read_machines(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct study_items items = {0};
    const struct yaml_node *node = yaml_get(root, "machines");
    int rc = 0;
    if (is_timed(s))
        rc = study_need_items(root, "machines", &items, err);
    else if (node != NULL)
        study_items_of(node, &items);
    if (rc != 0)
        return rc;
    s->machine = study_array(items.n, sizeof(*s->machine), err);
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

/* ---- checks ---------------------------------------------------------------------------- */

/* Thresholds are taken from here by `rung check`, out of the stored text; here mistakes are found
 * before anything is run. */
static int check_thresholds(const struct yaml_node *root, struct err *err)
{
    static const struct {
        const char *key;
        int (*read)(const struct yaml_node *node, double *value, struct err *err);
        double above, most;
    } thresholds[] = {{"r2", yaml_fraction, 0, 1},          {"error", yaml_fraction, 0, 1},
                      {"velocity", yaml_double, 0, 1e9},    {"speed-loss", yaml_fraction, 0, 1},
                      {"equivalence", yaml_fraction, 0, 1}, {"level", yaml_fraction, 0.5, 0.9999}};
    enum { N = sizeof(thresholds) / sizeof(thresholds[0]) };
    const struct yaml_node *map = yaml_get(root, "check"), *node;
    const char *known[N + 1] = {NULL};
    double value = 0;
    for (size_t i = 0; i < N; i++)
        known[i] = thresholds[i].key;
    int rc = map != NULL ? yaml_check_keys(map, known, err) : 0;
    for (size_t i = 0; i < N && map != NULL && rc == 0; i++) {
        if ((node = yaml_get(map, known[i])) == NULL)
            continue;
        rc = thresholds[i].read(node, &value, err);
        if (rc == 0 && !(value > thresholds[i].above && value <= thresholds[i].most))
            rc = yaml_error(node, err, "'%s' must be above %g and at most %g, not %s", known[i],
                            thresholds[i].above, thresholds[i].most, node->text);
    }
    return rc;
}

/* What a single run may take. */
static int read_limits(struct study *s, const struct yaml_node *root, struct err *err)
{
    const struct yaml_node *time = yaml_get(root, "run_time");
    const struct yaml_node *memory = yaml_get(root, "run_memory");
    uint64_t bytes;
    int rc = 0;
    s->run_time = s->run_memory = INFINITY;
    if (time != NULL)
        rc = yaml_seconds(time, &s->run_time, err);
    if (rc == 0 && time != NULL && !(s->run_time > 0))
        rc = yaml_error(time, err, "'run_time' must be above 0, not %s", time->text);
    if (rc == 0 && memory != NULL)
        rc = yaml_bytes(memory, &bytes, err);
    if (rc == 0 && memory != NULL) {
        s->run_memory = (double)bytes;
        if (bytes == 0)
            rc = yaml_error(memory, err, "'run_memory' must be above 0, not %s", memory->text);
    }
    return rc;
}

/* ---- the whole ------------------------------------------------------------------------- */

static int read_design(struct study *s, const struct yaml_node *root, struct err *err)
{
    static const char *const keys[] = {"vary", "grid", "sample"};
    for (int i = 0; i < 3; i++) {
        const struct yaml_node *node = yaml_get(root, keys[i]);
        if (node != NULL && node->kind == YAML_MAP && !is_timed(s))
            return yaml_error(node, err, "'%s' changes machines, but emulation has none",
                              keys[i]);
    }
    return design_read(&s->design, root, err);
}

static int read_study(struct study *s, struct err *err)
{
    static const char *const known[] = {
        "study",  "problems", "ladder", "look",  "modes",    "machines",   "vary",       "grid",
        "sample", "layouts",  "jobs",   "check", "run_time", "run_memory", "simulators", NULL};
    const struct yaml_node *root = s->document->root;
    int rc = yaml_check_keys(root, known, err);
    if (rc != 0)
        return rc;
    const struct yaml_node *name = yaml_get(root, "study");
    s->layouts = 1;
    rc = name != NULL ? study_read_name(name, &s->name, err)
                      : yaml_error(root, err, "'study' (its name) is missing");
    if (rc == 0)
        rc = read_sizes(s, root, err);
    if (rc == 0)
        rc = study_read_problems(s, root, err);
    if (rc == 0)
        rc = check_sizes(s, root, err);
    if (rc == 0)
        rc = external_read(yaml_get(root, "simulators"), &s->simulator, &s->n_simulators, err);
    if (rc == 0)
        rc = read_modes(s, root, err);
    if (rc == 0)
        rc = read_looks(s, root, err);
    if (rc == 0)
        rc = check_programs(s, err);
    if (rc == 0)
        rc = read_machines(s, root, err);
    if (rc == 0)
        rc = read_design(s, root, err);
    if (rc == 0)
        rc = study_read_count(root, "layouts", 1, MAX_LAYOUTS, &s->layouts, err);
    if (rc == 0)
        rc = study_read_count(root, "jobs", 1, MAX_JOBS, &s->jobs, err);
    if (rc == 0)
        rc = read_limits(s, root, err);
    if (rc == 0)
        rc = check_thresholds(root, err);
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
    struct store *store = NULL;
    struct err none = {0};
    int rc = yaml_load(&document, path, err);
    if (rc == 0)
        return from_document(out, document, err);
    if (store_open(&store, path, &none) == 0) {
        err_clear(err);
        err_set(err, rc, "'%s' has the runs of a study, and is not its text (a YAML file)", path);
        store_close(store);
    }
    return rc;
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
    study_release_problems(s);
    design_release(&s->design);
    study_release_ladder(&s->ladder);
    study_release_ladder(&s->look);
    free(s->look_mode);
    external_free(s->simulator, s->n_simulators);
    free(s->mode);
    free(s->machine);
    yaml_document_free(s->document);
    free(s);
}

char *study_beside(const struct study *study, const char *path)
{
    if (path[0] == '/')
        return str_format("%s", path);
    char *copy = str_format("%s", study->document->name);
    char *joined = copy != NULL ? str_format("%s/%s", dirname(copy), path) : NULL;
    free(copy);
    return joined;
}
