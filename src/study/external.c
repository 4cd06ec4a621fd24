#include "config.h"

#include "study/external.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "study/design.h"
#include "study/words.h"

enum { MAX_REPETITIONS = 1000, MAX_VARIANTS = 10000, OWN_WORDS = 7 };

static const char *const own_words[OWN_WORDS] = {"n",    "problem",    "elf",  "args",
                                                 "seed", "repetition", "study"};

static void *array(size_t n, size_t size, struct err *err)
{
    void *a = calloc(n + 1, size);
    if (a == NULL)
        err_set(err, ERR_NOMEM, "out of memory");
    return a;
}

/* ---- names ------------------------------------------------------------------------------ */

/* A text that is stored with each run; the key may be missing. */
static int read_label(const struct yaml_node *map, const char *key, const char **text,
                      struct err *err)
{
    const struct yaml_node *node = yaml_get(map, key);
    if (node == NULL)
        return 0;
    int rc = yaml_text(node, text, err);
    if (rc != 0)
        return rc;
    size_t len = strlen(*text);
    if (len == 0 || len >= STORE_NAME_SIZE)
        return yaml_error(node, err, "'%s' has 1 to %d bytes, not %zu", key,
                          STORE_NAME_SIZE - 1, len);
    for (const char *at = *text; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            return yaml_error(node, err, "'%s' has control characters", key);
    return 0;
}

/* ---- parameters and design points ------------------------------------------------------- */

static size_t find_parameter(const struct external *e, const char *name)
{
    size_t i = 0;
    while (i < e->n_parameters && strcmp(e->parameter[i], name) != 0)
        i++;
    return i;
}

/* "name: value" lines and a place in the list. */
static int describe(const struct external *e, struct external_variant *v, struct err *err)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < e->n_parameters; i++)
        str_addf(&text, "%s: %s\n", e->parameter[i], v->text[i]);
    v->description = str_detach(&text);
    str_release(&text);
    return v->description != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

/* Takes a copy of the text over the old one. */
static int set_text(struct external_variant *v, size_t place, const char *text, struct err *err)
{
    char *copy = str_format("%s", text);
    if (copy == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    free(v->text[place]);
    v->text[place] = copy;
    return 0;
}

static void release_variant(const struct external *e, struct external_variant *v)
{
    for (size_t i = 0; v->text != NULL && i < e->n_parameters; i++)
        free(v->text[i]);
    free(v->text);
    free(v->name);
    free(v->description);
}

/* Makes one more variant, whose texts are those of the first; NULL leaves a message. */
static struct external_variant *add_variant(struct external *e, const struct yaml_node *node,
                                            struct err *err)
{
    if (e->n_variants == MAX_VARIANTS) {
        yaml_error(node, err, "'%s' has more than %d design points", e->name, MAX_VARIANTS);
        return NULL;
    }
    struct external_variant *grown =
        realloc(e->variant, (e->n_variants + 1) * sizeof(*e->variant));
    char **text = array(e->n_parameters, sizeof(*text), err);
    if (grown != NULL)
        e->variant = grown;
    if (grown == NULL || text == NULL) {
        free(text);
        err_set(err, ERR_NOMEM, "out of memory");
        return NULL;
    }
    struct external_variant *v = &e->variant[e->n_variants++];
    *v = (struct external_variant){.text = text};
    for (size_t i = 0; i < e->n_parameters && e->n_variants > 1; i++)
        if (set_text(v, i, e->variant[0].text[i], err) != 0)
            return NULL;
    return v;
}

static bool is_there(const struct external *e, const struct external_variant *v)
{
    for (const struct external_variant *old = e->variant; old < v; old++)
        if (strcmp(old->name, v->name) == 0)
            return true;
    return false;
}

/* The name says what differs from the base. */
static int name_variant(const struct external *e, struct external_variant *v,
                        const struct yaml_node *node, struct err *err)
{
    struct str name;
    str_init(&name);
    for (size_t i = 0; i < e->n_parameters; i++)
        if (strcmp(v->text[i], e->variant[0].text[i]) != 0)
            str_addf(&name, "%s%s=%s", name.len > 0 ? " " : "", e->parameter[i], v->text[i]);
    if (name.len == 0)
        str_add(&name, "base");
    v->name = str_detach(&name);
    str_release(&name);
    if (v->name == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (strlen(v->name) >= STORE_VARIANT_SIZE)
        return yaml_error(node, err, "'%s' is too long for a variant's name", v->name);
    return describe(e, v, err);
}

/* Two design points of the same name would be one run. */
static int add_point(void *context, const struct design_setting *setting, size_t n, bool skip,
                     struct err *err)
{
    struct external *e = context;
    const struct yaml_node *node = setting[n - 1].node;
    struct external_variant *v = add_variant(e, node, err);
    int rc = v != NULL ? 0 : err->code;
    for (size_t i = 0; i < n && rc == 0; i++) {
        size_t place = find_parameter(e, setting[i].name);
        rc = place < e->n_parameters
                 ? set_text(v, place, setting[i].text, err)
                 : yaml_error(setting[i].factor->node, err,
                              "'%s' is not one of the parameters of '%s'", setting[i].name,
                              e->name);
    }
    if (rc == 0)
        rc = name_variant(e, v, node, err);
    if (rc != 0 || !is_there(e, v))
        return rc;
    if (!skip)
        return yaml_error(node, err, "the design point '%s' stands here twice", v->name);
    release_variant(e, v);
    e->n_variants--;
    return 0;
}

/* A number and what is behind it: its unit, or nothing. */
static int split_number(const struct design_factor *factor, const char *text, double *number,
                        const char **unit, struct err *err)
{
    char *end;
    *number = strtod(text, &end);
    *unit = end;
    return end > text && isfinite(*number)
               ? 0
               : yaml_error(factor->node, err, "'%s': '%s' is no number", factor->name, text);
}

/* Parameters of others have no type: a range is one of whole numbers when it is written with
 * such, and has one unit. */
static int find_bounds(void *context, const struct design_factor *factor,
                       struct design_bounds *b, struct err *err)
{
    const char *low_unit = "", *high_unit = "", *step_unit = "";
    (void)context;
    int rc = split_number(factor, factor->low, &b->low, &low_unit, err);
    if (rc == 0)
        rc = split_number(factor, factor->high, &b->high, &high_unit, err);
    if (rc == 0 && factor->step != NULL)
        rc = split_number(factor, factor->step, &b->step, &step_unit, err);
    if (rc != 0)
        return rc;
    if (strcmp(low_unit, high_unit) != 0 ||
        (factor->step != NULL && strcmp(low_unit, step_unit) != 0))
        return yaml_error(factor->node, err, "'%s': the numbers of a range have one unit",
                          factor->name);
    if (factor->step != NULL && !(b->step > 0))
        return yaml_error(factor->node, err, "'%s': '%s' is no step", factor->name,
                          factor->step);
    b->unit = low_unit;
    b->whole = floor(b->low) == b->low && floor(b->high) == b->high &&
               strpbrk(factor->low, ".eE") == NULL && strpbrk(factor->high, ".eE") == NULL &&
               floor(b->step) == b->step;
    if (b->whole && factor->step == NULL)
        b->step = 1;
    return 0;
}

/* One factor at a time, each combination, or drawn. */
static int read_points(struct external *e, const struct yaml_node *map, struct err *err)
{
    struct design design;
    struct design_user user = {e, find_bounds, add_point};
    int rc = design_read(&design, map, err);
    if (rc == 0 && design_size(&design) >= MAX_VARIANTS)
        rc = yaml_error(map, err, "'%s' has more than %d design points", e->name, MAX_VARIANTS);
    if (rc == 0)
        rc = design_points(&design, &user, err);
    design_release(&design);
    return rc;
}

static int read_parameters(struct external *e, const struct yaml_node *map, struct err *err)
{
    const char *text;
    const struct yaml_node *node = yaml_get(map, "parameters");
    size_t n = node != NULL ? node->count : 0;
    if (node != NULL && node->kind != YAML_MAP)
        return yaml_error(node, err, "'parameters' must be a map from names to values");
    e->parameter = array(n, sizeof(*e->parameter), err);
    if (e->parameter == NULL)
        return ERR_NOMEM;
    for (; e->n_parameters < n; e->n_parameters++) {
        const struct yaml_node *child = node->child[e->n_parameters];
        int rc = yaml_text(child, &text, err);
        if (rc != 0)
            return rc;
        for (int w = 0; w < OWN_WORDS; w++)
            if (strcmp(own_words[w], child->key) == 0)
                return yaml_error(child, err, "a parameter cannot be called '%s'", child->key);
        e->parameter[e->n_parameters] = child->key;
    }
    struct external_variant *base = add_variant(e, map, err);
    if (base == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        int rc = set_text(base, i, node->child[i]->text, err);
        if (rc != 0)
            return rc;
    }
    return name_variant(e, base, map, err);
}

/* ---- where numbers are found ------------------------------------------------------------ */

/* What a unit is of the field's own: seconds and bytes have theirs, the rest is counted. */
static int unit_scale(const struct yaml_node *node, const struct store_field *field,
                      double *scale, struct err *err)
{
    const char *text;
    char *one = NULL;
    uint64_t bytes;
    int rc = yaml_text(node, &text, err);
    if (rc != 0)
        return rc;
    one = str_format("1%s", text);
    if (one == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    size_t len = strlen(field->name);
    bool seconds = len > 8 && strcmp(field->name + len - 8, "_seconds") == 0;
    bool of_bytes =
        strcmp(field->name, "peak_memory") == 0 || strncmp(field->name, "dram_bytes", 10) == 0;
    if (seconds && units_parse_seconds(one, scale) == 0) {
        rc = 0;
    } else if (of_bytes && units_parse_bytes(one, &bytes) == 0) {
        *scale = (double)bytes;
    } else if (seconds || of_bytes) {
        rc = yaml_error(node, err, "'%s' is no unit of '%s'", text, field->name);
    } else {
        rc = yaml_error(node, err, "'%s' has no unit: give a 'scale'", field->name);
    }
    free(one);
    return rc;
}

static int read_scale(const struct yaml_node *map, struct external_number *number,
                      struct err *err)
{
    const struct yaml_node *unit = yaml_get(map, "unit"), *scale = yaml_get(map, "scale");
    int rc = 0;
    number->scale = 1;
    if (unit != NULL && scale != NULL)
        return yaml_error(scale, err, "'unit' and 'scale' exclude each other");
    if (unit != NULL)
        rc = unit_scale(unit, number->field, &number->scale, err);
    if (scale != NULL)
        rc = yaml_double(scale, &number->scale, err);
    if (rc == 0 && scale != NULL && !(number->scale > 0))
        rc = yaml_error(scale, err, "'scale' must be above 0, not %s", scale->text);
    return rc;
}

/* Files are below the run's own folder. */
static int read_from(const struct yaml_node *map, struct external_number *number,
                     struct err *err)
{
    const struct yaml_node *node = yaml_get(map, "from");
    number->from = "stdout";
    if (node == NULL)
        return 0;
    int rc = yaml_text(node, &number->from, err);
    if (rc == 0 && (number->from[0] == '/' || number->from[0] == '\0' ||
                    strstr(number->from, "..") != NULL))
        rc = yaml_error(node, err, "'%s' is no file in the run's own folder", number->from);
    return rc;
}

static int read_form(const struct yaml_node *map, struct external_number *number,
                     struct err *err)
{
    const struct yaml_node *node = NULL;
    for (int f = 0; f < NUMBERS_FORM_MAX; f++) {
        const struct yaml_node *other = yaml_get(map, numbers_form_key((enum numbers_form)f));
        if (other == NULL)
            continue;
        if (node != NULL)
            return yaml_error(other, err, "'%s' and '%s' exclude each other", node->key,
                              other->key);
        node = other;
        number->form = (enum numbers_form)f;
    }
    if (node == NULL)
        return yaml_error(map, err, "'%s' is found by one of regex, json, stats, perf and csv",
                          number->field->name);
    struct err cause = {0};
    int rc = yaml_text(node, &number->key, err);
    if (rc == 0 && numbers_check_key(number->form, number->key, &cause) != 0)
        rc = yaml_error(node, err, "%s", cause.text);
    return rc;
}

/* What is measured; the rest of a row says which run it is. */
static bool is_measured(const struct store_field *field)
{
    static const char *const not [] = {"n", "work", "footprint"};
    bool found = field->kind == STORE_REAL;
    for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
        found = found && strcmp(field->name, not [i]) != 0;
    return found;
}

static int read_number(const struct yaml_node *map, struct external_number *number,
                       struct err *err)
{
    static const char *const known[] = {"regex", "json", "stats", "perf",  "csv",
                                        "from",  "dump", "unit",  "scale", NULL};
    const char *nearest = NULL;
    uint64_t dump = 0;
    number->field = store_row_field(map->key, &nearest);
    if (number->field == NULL && nearest != NULL)
        return yaml_error(map, err, "runs have no '%s' (did you mean '%s'?)", map->key,
                          nearest);
    if (number->field == NULL || !is_measured(number->field))
        return yaml_error(map, err, "runs have no '%s' that is measured", map->key);
    int rc = yaml_check_keys(map, known, err);
    if (rc == 0)
        rc = read_form(map, number, err);
    if (rc == 0)
        rc = read_from(map, number, err);
    const struct yaml_node *node = rc == 0 ? yaml_get(map, "dump") : NULL;
    if (node != NULL)
        rc = yaml_uint64(node, &dump, err);
    if (rc == 0 && node != NULL &&
        (number->form != NUMBERS_STATS || dump == 0 || dump > 1000000))
        rc = yaml_error(node, err, "'dump' is a number from 1, and for 'stats'");
    number->dump = (unsigned)dump;
    return rc == 0 ? read_scale(map, number, err) : rc;
}

static int read_numbers(struct external *e, const struct yaml_node *map, struct err *err)
{
    const struct yaml_node *node = yaml_get(map, "numbers");
    int rc = 0;
    if (node == NULL)
        return 0;
    if (node->kind != YAML_MAP)
        return yaml_error(node, err, "'numbers' must be a map from columns to their places");
    e->number = array(node->count, sizeof(*e->number), err);
    if (e->number == NULL)
        return ERR_NOMEM;
    for (; e->n_numbers < node->count && rc == 0; e->n_numbers++)
        rc = read_number(node->child[e->n_numbers], &e->number[e->n_numbers], err);
    return rc;
}

/* ---- one simulator ---------------------------------------------------------------------- */

static int read_rest(struct external *e, const struct yaml_node *map, struct err *err)
{
    const struct yaml_node *shell = yaml_get(map, "shell"), *timeout = yaml_get(map, "timeout");
    const struct yaml_node *repetitions = yaml_get(map, "repetitions");
    int rc = 0;
    e->timeout = INFINITY;
    e->repetitions = 1;
    if (shell != NULL)
        rc = yaml_bool(shell, &e->shell, err);
    if (rc == 0 && timeout != NULL)
        rc = yaml_seconds(timeout, &e->timeout, err);
    if (rc == 0 && timeout != NULL && !(e->timeout > 0))
        rc = yaml_error(timeout, err, "'timeout' must be above 0, not %s", timeout->text);
    if (rc == 0 && repetitions != NULL)
        rc = yaml_uint64(repetitions, &e->repetitions, err);
    if (rc == 0 && (e->repetitions == 0 || e->repetitions > MAX_REPETITIONS))
        rc = yaml_error(repetitions, err, "'repetitions' must be from 1 to %d, not %s",
                        MAX_REPETITIONS, repetitions->text);
    return rc;
}

static int read_command(struct external *e, const struct yaml_node *map, struct err *err)
{
    e->command = yaml_get(map, "command");
    if (e->command == NULL)
        return yaml_error(map, err, "'command' is missing");
    if (e->shell && e->command->kind != YAML_SCALAR)
        return yaml_error(e->command, err, "a command for the shell is one text");
    if (e->command->kind == YAML_MAP ||
        (e->command->kind == YAML_LIST ? e->command->count == 0 : e->command->text[0] == '\0'))
        return yaml_error(e->command, err, "'command' must be text or a list");
    return 0;
}

/* "gem5", or "gem5/o3": where results are shown by machine and mode, those of two simulators
 * stay apart. */
static int read_machine(struct external *e, const struct yaml_node *map, struct err *err)
{
    const char *machine = NULL;
    int rc = read_label(map, "machine", &machine, err);
    if (rc != 0)
        return rc;
    e->machine = machine != NULL ? str_format("%s/%s", e->name, machine)
                                 : str_format("%s", e->name);
    if (e->machine == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (strlen(e->machine) >= STORE_NAME_SIZE)
        return yaml_error(map, err, "'%s' has more than %d bytes", e->machine,
                          STORE_NAME_SIZE - 1);
    return 0;
}

static int read_one(const struct yaml_node *map, struct external *e, struct err *err)
{
    static const char *const known[] = {"name",    "command",     "shell", "timeout",
                                        "machine", "mode",        "vary",  "grid",
                                        "sample",  "parameters",  "numbers", "repetitions",
                                        NULL};
    e->node = map;
    e->mode = "timing";
    int rc = yaml_check_keys(map, known, err);
    if (rc == 0)
        rc = read_label(map, "name", &e->name, err);
    if (rc == 0 && e->name == NULL)
        rc = yaml_error(map, err, "'name' is missing");
    if (rc == 0 && strcmp(e->name, "rung") == 0)
        rc = yaml_error(yaml_get(map, "name"), err, "'rung' is this simulator's own name");
    if (rc == 0)
        rc = read_machine(e, map, err);
    if (rc == 0)
        rc = read_label(map, "mode", &e->mode, err);
    if (rc == 0)
        rc = read_rest(e, map, err);
    if (rc == 0)
        rc = read_command(e, map, err);
    if (rc == 0)
        rc = read_parameters(e, map, err);
    if (rc == 0)
        rc = read_points(e, map, err);
    if (rc == 0)
        rc = read_numbers(e, map, err);
    return rc;
}

int external_read(const struct yaml_node *node, struct external **out, size_t *n,
                  struct err *err)
{
    int rc = 0;
    *out = NULL;
    *n = 0;
    if (node == NULL)
        return 0;
    if (node->kind != YAML_LIST || node->count == 0)
        return yaml_error(node, err, "'simulators' must be a list of simulators");
    *out = array(node->count, sizeof(**out), err);
    if (*out == NULL)
        return ERR_NOMEM;
    while (*n < node->count && rc == 0) {
        struct external *e = &(*out)[(*n)++];
        rc = read_one(node->child[*n - 1], e, err);
        for (size_t i = 0; i + 1 < *n && rc == 0; i++)
            if (strcmp((*out)[i].name, e->name) == 0)
                rc = yaml_error(e->node, err, "simulator '%s' stands here twice", e->name);
    }
    return rc;
}

void external_free(struct external *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t v = 0; v < list[i].n_variants; v++)
            release_variant(&list[i], &list[i].variant[v]);
        free(list[i].variant);
        free(list[i].machine);
        free(list[i].parameter);
        free(list[i].number);
    }
    free(list);
}

/* ---- the command ------------------------------------------------------------------------ */

/* For the shell: the one text behind "sh -c". */
static int shell_command(const struct external *e, const struct words_value *value, size_t n,
                         char ***argv, struct err *err)
{
    char **list = array(3, sizeof(*list), err);
    if (list == NULL)
        return ERR_NOMEM;
    list[0] = str_format("/bin/sh");
    list[1] = str_format("-c");
    int rc = list[0] != NULL && list[1] != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = words_fill(e->command, e->command->text, strlen(e->command->text), value, n,
                        &list[2], err);
    if (rc == 0)
        *argv = list;
    else
        words_free(list);
    return rc;
}

int external_command(const struct external *e, size_t variant,
                     const struct external_point *point, char ***argv, struct err *err)
{
    char size[32], seed[24], repetition[24];
    size_t n = 0;
    struct words_value *value = array(OWN_WORDS + e->n_parameters, sizeof(*value), err);
    if (value == NULL)
        return ERR_NOMEM;
    snprintf(size, sizeof(size), "%.0f", point->n);
    snprintf(seed, sizeof(seed), "%" PRIu64, point->seed);
    snprintf(repetition, sizeof(repetition), "%" PRIu64, point->repetition);
    value[n++] = (struct words_value){.name = "n", .text = size};
    value[n++] = (struct words_value){.name = "problem", .text = point->problem};
    value[n++] = (struct words_value){.name = "study", .text = point->folder};
    value[n++] = (struct words_value){.name = "seed", .text = seed};
    value[n++] = (struct words_value){.name = "repetition", .text = repetition};
    value[n++] = (struct words_value){.name = "args", .list = point->arguments};
    if (point->elf != NULL)
        value[n++] = (struct words_value){.name = "elf", .text = point->elf};
    for (size_t i = 0; i < e->n_parameters; i++)
        value[n++] =
            (struct words_value){.name = e->parameter[i], .text = e->variant[variant].text[i]};
    int rc = e->shell ? shell_command(e, value, n, argv, err)
                      : words_expand(e->command, value, n, argv, err);
    free(value);
    return rc;
}

char *external_numbers_text(const struct external *e)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < e->n_numbers; i++) {
        const struct external_number *number = &e->number[i];
        str_addf(&text, "%s %s %zu %s %zu %s %u %.17g\n", number->field->name,
                 numbers_form_key(number->form), strlen(number->key), number->key,
                 strlen(number->from), number->from, number->dump, number->scale);
    }
    char *result = str_detach(&text);
    str_release(&text);
    return result;
}
