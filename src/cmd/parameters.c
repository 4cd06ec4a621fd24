#include "config.h"

#include "cmd/parameters.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/scope.h"
#include "base/str.h"
#include "timing/machine.h"

/* Names, each once; their texts belong to the list. */
struct names {
    char **name; /* ends with NULL */
    size_t count;
};

static void names_release(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->name[i]);
    free(n->name);
}

static bool has_name(const struct names *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->name[i], name) == 0)
            return true;
    return false;
}

static int add_name(struct names *n, const char *name)
{
    if (has_name(n, name))
        return 0;
    char **grown = realloc(n->name, (n->count + 2) * sizeof(*grown));
    if (grown == NULL)
        return ERR_NOMEM;
    n->name = grown;
    grown[n->count] = strdup(name);
    grown[n->count + 1] = NULL;
    return grown[n->count] != NULL ? (n->count++, 0) : ERR_NOMEM;
}

static int add_scope(struct names *n, const char *machine, const char *variant)
{
    struct scope s;
    int status = scope_init(&s, machine, NULL, variant);
    for (size_t i = 0; status == 0 && i < s.count; i++)
        status = add_name(n, s.parameter[i].name);
    scope_release(&s);
    return status;
}

static int add_known(struct names *varied, struct names *known, const struct runs *study,
                     const struct analysis_origins *origins, bool *own)
{
    const char *last = NULL; /* machines and variants repeat from row to row */
    int status = 0;
    *own = false;
    for (size_t i = 0; status == 0 && i < study->rows.count; i++) {
        const struct store_row *row = study->rows.row[i];
        *own = *own || strcmp(row->simulator, "rung") == 0;
        if (last == NULL || strcmp(last, row->variant) != 0) {
            status = add_scope(varied, NULL, row->variant);
            if (status == 0)
                status = add_scope(known, origins->machine[i], row->variant);
        }
        last = row->variant;
    }
    for (size_t i = 0; *own && status == 0 && i < machine_param_count(); i++) {
        struct machine_param param;
        if (machine_param(i, &param) == 0)
            status = add_name(known, param.name);
    }
    return status;
}

static int refuse(const char *path, const struct runs *small, const struct store_row *row,
                  const char *name, const char *nearest, const struct names *varied,
                  struct err *err)
{
    enum { NAMES_MAX = 12 };
    struct str text;
    str_init(&text);
    str_addf(&text, "'%s':", path);
    if (small->line != NULL)
        str_addf(&text, "%zu:", small->line[row - small->made]);
    str_addf(&text, " variant '%s': unknown parameter '%s'", row->variant, name);
    if (nearest != NULL)
        str_addf(&text, " (did you mean '%s'?)", nearest);
    for (size_t i = 0; i < varied->count && i < NAMES_MAX; i++)
        str_addf(&text, "%s%s", i > 0 ? ", " : "; the study varies ", varied->name[i]);
    if (varied->count > NAMES_MAX)
        str_addf(&text, " and %zu more", varied->count - NAMES_MAX);
    int status = err_set(err, ERR_DATA, "%s", text.data);
    str_release(&text);
    return status;
}

int parameters_check(const char *path, const struct runs *small, const struct runs *study,
                     const struct analysis_origins *study_origins, struct err *err)
{
    struct names varied = {0}, known = {0};
    bool own;
    int status = add_known(&varied, &known, study, study_origins, &own);
    for (size_t i = 0; status == 0 && known.count > 0 && i < small->rows.count; i++) {
        const struct store_row *row = small->rows.row[i];
        struct scope s;
        status = scope_init(&s, NULL, NULL, row->variant);
        for (size_t j = 0; status == 0 && j < s.count; j++) {
            const char *name = s.parameter[j].name;
            if (has_name(&known, name))
                continue;
            const char *nearest = str_nearest(name, (const char *const *)known.name);
            if (own || nearest != NULL)
                status = refuse(path, small, row, name, nearest, &varied, err);
        }
        scope_release(&s);
    }
    names_release(&varied);
    names_release(&known);
    return status == ERR_NOMEM ? err_set(err, status, "no memory for names of parameters") : status;
}
