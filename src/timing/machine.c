#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/units.h"
#include "base/yaml.h"
#include "timing/machine_priv.h"

enum kind {
    KIND_COUNT,
    KIND_CYCLES,
    KIND_BYTES,
    KIND_HERTZ,
    KIND_SECONDS,
    KIND_RATE,
    KIND_FLAG,
    KIND_ISSUE,
    KIND_PREDICTOR,
    KIND_PREFETCH,
    KIND_PORT,
    KIND_MAX
};

static const char *const flag_words[] = {"no", "yes", NULL};
static const char *const issue_words[] = MACHINE_ISSUE_WORDS;
static const char *const predictor_words[] = MACHINE_PREDICTOR_WORDS;
static const char *const prefetch_words[] = MACHINE_PREFETCH_WORDS;
/* "none" comes first: a port's value is its place here minus one. */
static const char *const port_words[] = {
    "none",
#define X(name, parent, text) #name,
    MACHINE_PORTS(X)
#undef X
        NULL};

static const struct {
    const char *unit;
    const char *const *words;
    int first; /* value of the first word */
} kinds[KIND_MAX] = {
    [KIND_COUNT] = {"count", NULL, 0},      [KIND_CYCLES] = {"cycles", NULL, 0},
    [KIND_BYTES] = {"bytes", NULL, 0},      [KIND_HERTZ] = {"hertz", NULL, 0},
    [KIND_SECONDS] = {"seconds", NULL, 0},  [KIND_RATE] = {"bytes/s", NULL, 0},
    [KIND_FLAG] = {"flag", flag_words, 0},  [KIND_ISSUE] = {"word", issue_words, 0},
    [KIND_PREDICTOR] = {"word", predictor_words, 0},
    [KIND_PREFETCH] = {"word", prefetch_words, 0},
    [KIND_PORT] = {"word", port_words, -1},
};

static const struct param {
    const char *name;
    enum kind kind;
    double min, max, standard;
    const char *text;
} params[MACHINE_PARAM_MAX + 1] = {
#define X(id, name, kind, min, max, value, text) {name, KIND_##kind, min, max, value, text},
    MACHINE_SCALARS(X)
#undef X
#define X(name, text)                                                                          \
    {"class." #name ".latency", KIND_CYCLES, 0, 200, MACHINE_REQUIRED,                         \
     "cycles from issue to use: " text},                                                       \
        {"class." #name ".port", KIND_PORT, -1, MACHINE_PORT_MAX - 1, MACHINE_REQUIRED,        \
         "port group: " text},                                                                 \
        {"class." #name ".busy", KIND_CYCLES, 1, 200, 1,                                       \
         "cycles for which the unit takes no other: " text},
        ISA_CLASSES(X)
#undef X
};

static bool required(const struct param *p)
{
    return p->standard == MACHINE_REQUIRED;
}

static int find_param(const char *name)
{
    for (int i = 0; i < MACHINE_PARAM_MAX; i++)
        if (strcmp(params[i].name, name) == 0)
            return i;
    return -1;
}

static int unknown_param(const char *name, struct err *err)
{
    const char *known[MACHINE_PARAM_MAX + 3];
    size_t n = 0;
    known[n++] = "name";
    known[n++] = "description";
    for (size_t i = 0; i < MACHINE_PARAM_MAX; i++)
        known[n++] = params[i].name;
    known[n] = NULL;
    const char *near = str_nearest(name, known);
    if (near != NULL)
        return err_set(err, ERR_CONFIG, "unknown key '%s' (did you mean '%s'?)", name, near);
    return err_set(err, ERR_CONFIG, "unknown key '%s'", name);
}

/* As few digits as read back to the same value. */
static char *format_real(double value, const char *unit, char *buffer, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    size_t len = strlen(buffer);
    snprintf(buffer + len, size - len, "%s", unit);
    return buffer;
}

static char *format_value(const struct param *p, double value, char *buffer, size_t size)
{
    static const struct {
        double factor;
        const char *unit;
    } steps[] = {{1u << 30, "GiB"}, {1u << 20, "MiB"}, {1u << 10, "KiB"}, {1, ""}};
    size_t s = 0;
    if (kinds[p->kind].words != NULL) {
        snprintf(buffer, size, "%s",
                 kinds[p->kind].words[(int)value - kinds[p->kind].first]);
        return buffer;
    }
    switch (p->kind) {
    case KIND_BYTES:
        while (s < 3 && (value == 0 || fmod(value, steps[s].factor) != 0))
            s++;
        snprintf(buffer, size, "%.0f%s", value / steps[s].factor, steps[s].unit);
        break;
    case KIND_HERTZ:
        return format_real(value, "Hz", buffer, size);
    case KIND_SECONDS:
        return format_real(value, "s", buffer, size);
    case KIND_RATE:
        return format_real(value, "B/s", buffer, size);
    default:
        snprintf(buffer, size, "%.0f", value);
        break;
    }
    return buffer;
}

static int parse_word(const struct param *p, const char *text, double *value)
{
    const char *const *words = kinds[p->kind].words;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) {
            *value = i + kinds[p->kind].first;
            return 0;
        }
    if (p->kind == KIND_FLAG && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *value = text[0] == 't';
        return 0;
    }
    return ERR_CONFIG;
}

static int parse_number(const struct param *p, const char *text, double *value)
{
    uint64_t integer = 0;
    int rc;
    switch (p->kind) {
    case KIND_BYTES:
        rc = units_parse_bytes(text, &integer);
        *value = (double)integer;
        return rc;
    case KIND_HERTZ:
        return units_parse_hertz(text, value);
    case KIND_SECONDS:
        return units_parse_seconds(text, value);
    case KIND_RATE:
        return units_parse_rate(text, value);
    default:
        rc = units_parse_uint64(text, &integer);
        *value = (double)integer;
        return rc;
    }
}

static int parse_value(const struct param *p, const char *text, double *value, struct err *err)
{
    if (kinds[p->kind].words != NULL) {
        if (parse_word(p, text, value) == 0)
            return 0;
        char list[160] = "";
        for (const char *const *w = kinds[p->kind].words; *w != NULL; w++) {
            size_t len = strlen(list);
            snprintf(list + len, sizeof list - len, "%s%s", len > 0 ? ", " : "", *w);
        }
        return err_set(err, ERR_CONFIG, "'%s' must be one of %s, not '%.40s'", p->name, list,
                       text);
    }
    if (parse_number(p, text, value) != 0)
        return err_set(err, ERR_CONFIG, "'%s' must be a number (%s), not '%.40s'", p->name,
                       kinds[p->kind].unit, text);
    if (!(*value >= p->min && *value <= p->max)) {
        char low[40], high[40];
        return err_set(err, ERR_CONFIG, "'%s' must be %s to %s (%s), not '%.40s'", p->name,
                       format_value(p, p->min, low, sizeof low),
                       format_value(p, p->max, high, sizeof high), kinds[p->kind].unit, text);
    }
    return 0;
}

static int make_text(struct machine *m, struct err *err)
{
    char value[64];
    str_clear(&m->text);
    str_addf(&m->text, "name: %s\n", m->name);
    for (size_t i = 0; i < MACHINE_PARAM_MAX; i++)
        str_addf(&m->text, "%s: %s\n", params[i].name,
                 format_value(&params[i], m->value[i], value, sizeof value));
    if (str_failed(&m->text))
        return err_set(err, ERR_NOMEM, "out of memory for machine '%s'", m->name);
    return 0;
}

/* What was seen while a file is read. */
struct reader {
    struct machine *m;
    struct err *err;
};

static int read_text(const struct yaml_node *node, char **to, struct err *err)
{
    const char *text;
    int rc = yaml_text(node, &text, err);
    if (rc != 0)
        return rc;
    if (strpbrk(text, "\n\r\t") != NULL)
        return yaml_error(node, err, "'%s' must be one line", node->key);
    char *copy = str_format("%s", text);
    if (copy == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for a machine");
    free(*to);
    *to = copy;
    return 0;
}

static int read_node(struct reader *r, const struct yaml_node *node, const char *prefix)
{
    char name[128];
    int len = snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] != '\0' ? "." : "",
                       node->key);
    if (len >= (int)sizeof name)
        return yaml_error(node, r->err, "the key '%.40s' is too long", node->key);
    if (node->kind == YAML_MAP) {
        for (size_t i = 0; i < node->count; i++) {
            int rc = read_node(r, node->child[i], name);
            if (rc != 0)
                return rc;
        }
        return 0;
    }
    if (strcmp(name, "name") == 0)
        return read_text(node, &r->m->name, r->err);
    if (strcmp(name, "description") == 0)
        return read_text(node, &r->m->description, r->err);
    struct err err = {0};
    int index = find_param(name);
    int rc = 0;
    if (index < 0)
        rc = unknown_param(name, &err);
    else if (node->kind != YAML_SCALAR)
        rc = err_set(&err, ERR_CONFIG, "'%s' must be one value", name);
    else if (r->m->line[index] != 0)
        rc = err_set(&err, ERR_CONFIG, "'%s' stands already in line %d", name, r->m->line[index]);
    else
        rc = parse_value(&params[index], node->text, &r->m->value[index], &err);
    if (rc != 0)
        return yaml_error(node, r->err, "%s", err.text);
    r->m->line[index] = node->line;
    return 0;
}

/* Says where in its file the parameter stands that a message of machine_check() begins with. */
static void add_line(const struct machine *m, const char *file, struct err *err)
{
    char name[128];
    int index = -1;
    size_t len = err->text[0] == '\'' ? strcspn(err->text + 1, "'") : 0;
    if (len > 0 && len < sizeof name) {
        snprintf(name, sizeof name, "%.*s", (int)len, err->text + 1);
        index = find_param(name);
    }
    if (index >= 0 && m->line[index] != 0)
        err_prefix(err, "'%s':%d: ", file, m->line[index]);
    else
        err_prefix(err, "'%s': ", file);
}

static int read_document(struct machine *m, const struct yaml_document *doc, struct err *err)
{
    struct reader r = {.m = m, .err = err};
    const struct yaml_node *root = doc->root;
    if (root == NULL || root->kind != YAML_MAP)
        return err_set(err, ERR_CONFIG, "'%s': a machine is a map of parameters", doc->name);
    for (size_t i = 0; i < root->count; i++) {
        int rc = read_node(&r, root->child[i], "");
        if (rc != 0)
            return rc;
    }
    if (m->name == NULL)
        return err_set(err, ERR_CONFIG, "'%s': 'name' is missing", doc->name);
    if (m->name[0] == '\0' ||
        strspn(m->name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != strlen(m->name))
        return yaml_error(yaml_get(root, "name"), err,
                          "'name' must be of lower case letters, digits, '-', '_', '.', not "
                          "'%.40s'",
                          m->name);
    for (size_t i = 0; i < MACHINE_PARAM_MAX; i++) {
        if (m->line[i] != 0)
            continue;
        if (required(&params[i]))
            return err_set(err, ERR_CONFIG, "'%s': '%s' is missing (%s)", doc->name,
                           params[i].name, params[i].text);
        m->value[i] = params[i].standard;
    }
    int rc = machine_check(m, err);
    if (rc != 0)
        add_line(m, doc->name, err);
    return rc != 0 ? rc : make_text(m, err);
}

static int alloc_empty(struct machine **out, struct err *err)
{
    *out = NULL;
    struct machine *m = calloc(1, sizeof *m);
    if (m == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for a machine");
    str_init(&m->text);
    *out = m;
    return 0;
}

/* Takes the document over. */
static int load_document(struct machine **out, struct yaml_document *doc, struct err *err)
{
    int rc = alloc_empty(out, err);
    if (rc == 0)
        rc = read_document(*out, doc, err);
    if (rc != 0) {
        machine_free(*out);
        *out = NULL;
    }
    yaml_document_free(doc);
    return rc;
}

/* Reads the file. */
static int load_file(struct machine **out, const char *path, struct err *err)
{
    struct yaml_document *doc;
    int rc = yaml_load(&doc, path, err);
    if (rc == 0)
        rc = load_document(out, doc, err);
    if (rc == 0 && ((*out)->path = strdup(path)) == NULL) {
        machine_free(*out);
        *out = NULL;
        rc = err_set(err, ERR_NOMEM, "out of memory for a machine");
    }
    return rc;
}

int machine_parse(struct machine **out, const char *source, const char *text, size_t len,
                  struct err *err)
{
    struct yaml_document *doc;
    *out = NULL;
    int rc = yaml_parse(&doc, source, text, len, err);
    return rc != 0 ? rc : load_document(out, doc, err);
}

int machine_load(struct machine **out, const char *name_or_path, struct err *err)
{
    *out = NULL;
    size_t len = strlen(name_or_path);
    bool is_path = strchr(name_or_path, '/') != NULL ||
                   (len > 5 && strcmp(name_or_path + len - 5, ".yaml") == 0);
    if (is_path)
        return load_file(out, name_or_path, err);
    char *file = str_format("%s.yaml", name_or_path);
    char *path = file != NULL ? path_data("machines", file) : NULL;
    int rc;
    if (path == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory for a machine");
    else if (!path_exists(path))
        rc = err_set(err, ERR_CONFIG, "unknown machine '%s' (there is no '%s')", name_or_path,
                     path);
    else
        rc = load_file(out, path, err);
    free(file);
    free(path);
    return rc;
}

int machine_copy(struct machine **out, const struct machine *from, struct err *err)
{
    int rc = alloc_empty(out, err);
    if (rc != 0)
        return rc;
    struct machine *m = *out;
    memcpy(m->value, from->value, sizeof m->value);
    m->name = str_format("%s", from->name);
    m->description = from->description != NULL ? str_format("%s", from->description) : NULL;
    if (m->name == NULL || (from->description != NULL && m->description == NULL))
        rc = err_set(err, ERR_NOMEM, "out of memory for a machine");
    else
        rc = make_text(m, err);
    if (rc != 0) {
        machine_free(m);
        *out = NULL;
    }
    return rc;
}

void machine_free(struct machine *m)
{
    if (m == NULL)
        return;
    free(m->name);
    free(m->description);
    free(m->path);
    str_release(&m->text);
    free(m);
}

int machine_set(struct machine *m, const char *name, const char *value, struct err *err)
{
    int index = find_param(name);
    if (index < 0)
        return unknown_param(name, err);
    double number;
    int rc = parse_value(&params[index], value, &number, err);
    if (rc != 0)
        return rc;
    m->value[index] = number;
    return make_text(m, err);
}

const char *machine_name(const struct machine *m)
{
    return m->name;
}

const char *machine_description(const struct machine *m)
{
    return m->description != NULL ? m->description : "";
}

const char *machine_text(const struct machine *m)
{
    return m->text.data;
}

double machine_value(const struct machine *m, const char *name)
{
    int index = find_param(name);
    return index < 0 ? NAN : m->value[index];
}

size_t machine_param_count(void)
{
    return MACHINE_PARAM_MAX;
}

int machine_param(size_t index, struct machine_param *param)
{
    if (index >= MACHINE_PARAM_MAX)
        return ERR_DATA;
    const struct param *p = &params[index];
    *param = (struct machine_param){.name = p->name,
                                    .unit = kinds[p->kind].unit,
                                    .text = p->text,
                                    .words = kinds[p->kind].words,
                                    .min = p->min,
                                    .max = p->max,
                                    .standard = required(p) ? NAN : p->standard};
    return 0;
}

char *machine_param_format(const struct machine *m, size_t index, char *buffer, size_t size)
{
    if (index < MACHINE_PARAM_MAX)
        return format_value(&params[index], m->value[index], buffer, size);
    if (size > 0)
        buffer[0] = '\0';
    return buffer;
}

char *machine_param_show(size_t index, double value, char *buffer, size_t size)
{
    if (index >= MACHINE_PARAM_MAX || isnan(value)) {
        if (size > 0)
            buffer[0] = '\0';
        return buffer;
    }
    switch (params[index].kind) {
    case KIND_BYTES:
        return units_format_bytes(buffer, size, (uint64_t)value);
    case KIND_HERTZ:
        return units_format_prefixed(buffer, size, value, "Hz");
    case KIND_RATE:
        return units_format_prefixed(buffer, size, value, "B/s");
    case KIND_SECONDS:
        return units_format_prefixed(buffer, size, value, "s");
    case KIND_CYCLES:
        snprintf(buffer, size, "%.0f cycle%s", value, value == 1 ? "" : "s");
        return buffer;
    default:
        return format_value(&params[index], value, buffer, size);
    }
}
