#include "config.h"

#include "analysis/scope.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/units.h"

static double number_of(const char *text)
{
    uint64_t bytes;
    double value;
    if (units_parse_double(text, &value) == 0)
        return value;
    if (units_parse_bytes(text, &bytes) == 0)
        return (double)bytes;
    if (units_parse_hertz(text, &value) == 0 || units_parse_seconds(text, &value) == 0 ||
        units_parse_rate(text, &value) == 0)
        return value;
    return NAN;
}

static int set(struct scope *s, const char *name, size_t name_len, const char *value,
               size_t value_len)
{
    struct scope_parameter p;
    analysis_format(p.name, sizeof p.name, "%.*s", (int)name_len, name);
    analysis_format(p.text, sizeof p.text, "%.*s", (int)value_len, value);
    p.number = number_of(p.text);
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->parameter[i].name, p.name) == 0) {
            s->parameter[i] = p;
            return 0;
        }
    struct scope_parameter *grown = realloc(s->parameter, (s->count + 1) * sizeof *grown);
    if (grown == NULL)
        return ERR_NOMEM;
    s->parameter = grown;
    grown[s->count++] = p;
    return 0;
}

/* "name: value" lines; what only names the machine is no parameter. */
static int add_machine(struct scope *s, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n"), name = strcspn(text, ":\n");
        if (name < len && strncmp(text, "name:", 5) != 0 &&
            strncmp(text, "description:", 12) != 0) {
            size_t value = name + 1 + strspn(text + name + 1, " ");
            if (set(s, text, name, text + value, value < len ? len - value : 0) < 0)
                return ERR_NOMEM;
        }
        text += len + (text[len] == '\n');
    }
    return 0;
}

/* "name=value" parted by blanks, as studies name variants, or commas; "base" names none. */
static int add_variant(struct scope *s, const char *variant)
{
    while (*variant != '\0') {
        size_t len = strcspn(variant, ", "), name = strcspn(variant, "=, ");
        if (name < len && set(s, variant, name, variant + name + 1, len - name - 1) < 0)
            return ERR_NOMEM;
        variant += len + (variant[len] != '\0');
    }
    return 0;
}

int scope_init(struct scope *s, const char *machine, const char *base, const char *variant)
{
    *s = (struct scope){0};
    if (machine != NULL && machine[0] != '\0')
        return add_machine(s, machine);
    int status = base != NULL ? add_machine(s, base) : 0;
    return status < 0 ? status : add_variant(s, variant);
}

void scope_release(struct scope *s)
{
    free(s->parameter);
    *s = (struct scope){0};
}

const struct scope_parameter *scope_find(const struct scope *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->parameter[i].name, name) == 0)
            return s->parameter + i;
    return NULL;
}

static bool inside(const struct scope_parameter *p, const struct scope *runs, size_t n_runs,
                   char *range, size_t size)
{
    const struct scope_parameter *least = NULL, *most = NULL;
    for (size_t i = 0; i < n_runs; i++) {
        const struct scope_parameter *q = scope_find(runs + i, p->name);
        if (q == NULL)
            continue;
        if (strcmp(q->text, p->text) == 0)
            return true;
        least = least == NULL || q->number < least->number ? q : least;
        most = most == NULL || q->number > most->number ? q : most;
    }
    if (least == NULL)
        analysis_format(range, size, "never set");
    else if (strcmp(least->text, most->text) == 0)
        analysis_format(range, size, "always %s", least->text);
    else
        analysis_format(range, size, "%s ... %s", least->text, most->text);
    return least != NULL && p->number >= least->number && p->number <= most->number;
}

const struct scope_parameter *scope_outside(const struct scope *s, const struct scope *runs,
                                            size_t n_runs, char *range, size_t size)
{
    for (size_t i = 0; i < s->count; i++)
        if (!inside(s->parameter + i, runs, n_runs, range, size))
            return s->parameter + i;
    return NULL;
}

size_t scope_differences(const struct scope *a, const struct scope *b)
{
    size_t count = 0, shared = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct scope_parameter *q = scope_find(b, a->parameter[i].name);
        shared += q != NULL;
        count += q == NULL || strcmp(q->text, a->parameter[i].text) != 0;
    }
    return count + (b->count - shared);
}
