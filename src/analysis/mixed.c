#include "config.h"

#include "analysis/mixed.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "analysis/scope.h"
#include "base/str.h"

/* What made a row, as far as it is known. */
struct made {
    const struct store_row *row;
    struct store_origin origin;
};

struct search {
    struct analysis_mixes *out;
    struct made *made;
    size_t count;
    struct err *err;
};

static bool same_setting(const struct store_row *a, const struct store_row *b)
{
    return strcmp(a->machine, b->machine) == 0 && strcmp(a->mode, b->mode) == 0;
}

static bool same_problem(const struct store_row *a, const struct store_row *b)
{
    return same_setting(a, b) && strcmp(a->problem, b->problem) == 0;
}

/* The mix that would be told again. */
static bool known(const struct search *s, const struct store_row *row, bool problem)
{
    for (size_t i = 0; i < s->out->count; i++) {
        const struct analysis_mix *m = s->out->item + i;
        if (m->problem == problem &&
            (problem ? same_problem(m->row, row) : same_setting(m->row, row)))
            return true;
    }
    return false;
}

/* Takes `text` over. */
static int add(struct search *s, const struct store_row *row, bool problem, char *text)
{
    struct analysis_mixes *m = s->out;
    struct analysis_mix *grown = realloc(m->item, (m->count + 1) * sizeof *grown);
    if (grown != NULL)
        m->item = grown;
    if (grown == NULL || text == NULL) {
        free(text);
        return err_set(s->err, ERR_NOMEM, "no memory for what made the runs");
    }
    grown[m->count++] = (struct analysis_mix){.row = row, .problem = problem, .text = text};
    return 0;
}

static const char remedy[] = "run the study to its end, or into a new file";

static int compare_programs(struct search *s, const struct made *first, const struct made *m)
{
    const struct store_row *a = first->row, *b = m->row;
    if (first->origin.elf_hash[0] == '\0' || m->origin.elf_hash[0] == '\0' ||
        strcmp(first->origin.elf_hash, m->origin.elf_hash) == 0 || known(s, b, true))
        return 0;
    char *text =
        a->n != b->n
            ? str_format("%s: its runs at n = %g and n = %g are of different programs: "
                         "they make no ladder; %s",
                         b->problem, a->n, b->n, remedy)
            : str_format("%s: its runs at n = %g are of different programs (those of "
                         "'%s' and '%s'): they cannot be compared; %s",
                         b->problem, a->n, a->variant, b->variant, remedy);
    return add(s, b, true, text);
}

/* Their standard input may go with the size. */
static int compare_inputs(struct search *s, const struct made *first, const struct made *m)
{
    const struct store_row *a = first->row, *b = m->row;
    bool other = strcmp(first->origin.files_hash, m->origin.files_hash) != 0 ||
                 (a->n == b->n && strcmp(first->origin.input_hash, m->origin.input_hash) != 0);
    if (!other || known(s, b, true))
        return 0;
    return add(s, b, true,
               str_format("%s: its runs at n = %g and n = %g (those of '%s' and '%s') read different "
                          "files: they cannot be compared; %s",
                          b->problem, a->n, b->n, a->variant, b->variant, remedy));
}

static int compare_models(struct search *s, const struct made *first, const struct made *m)
{
    uint64_t a = first->origin.model_version, b = m->origin.model_version;
    if (a == 0 || b == 0 || a == b || known(s, m->row, false))
        return 0;
    return add(
        s, m->row, false,
        str_format("%s %s: its runs are of versions %llu and %llu of the models (%s at n = %g "
                   "and %s at n = %g): they cannot be compared; %s",
                   m->row->machine, m->row->mode, (unsigned long long)a, (unsigned long long)b,
                   first->row->problem, first->row->n, m->row->problem, m->row->n, remedy));
}

/* The first parameter by which two machines differ although neither variant says so, or NULL.
 */
static const struct scope_parameter *find_difference(const struct scope *a,
                                                     const struct scope *b,
                                                     const struct scope *change_a,
                                                     const struct scope *change_b)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct scope_parameter *p = a->parameter + i, *q = scope_find(b, p->name);
        if (q != NULL && strcmp(p->text, q->text) != 0 &&
            scope_find(change_a, p->name) == NULL && scope_find(change_b, p->name) == NULL)
            return p;
    }
    return NULL;
}

static int compare_machines(struct search *s, const struct made *first, const struct made *m)
{
    const struct store_row *a = first->row, *b = m->row;
    struct scope scope[4] = {{0}}; /* of both machines, and what their variants change */
    int status = 0;
    if (first->origin.machine_text[0] == '\0' || m->origin.machine_text[0] == '\0' ||
        strcmp(first->origin.machine_text, m->origin.machine_text) == 0 || known(s, b, false))
        return 0;
    if (scope_init(scope, first->origin.machine_text, NULL, "") < 0 ||
        scope_init(scope + 1, m->origin.machine_text, NULL, "") < 0 ||
        scope_init(scope + 2, NULL, NULL, a->variant) < 0 ||
        scope_init(scope + 3, NULL, NULL, b->variant) < 0)
        status = err_set(s->err, ERR_NOMEM, "no memory for the parameters of '%s'", b->machine);
    const struct scope_parameter *p =
        status == 0 ? find_difference(scope, scope + 1, scope + 2, scope + 3) : NULL;
    if (p != NULL)
        status =
            add(s, b, false,
                str_format("%s %s: %s is %s in its run of %s at n = %g (%s), but %s in that at "
                           "n = %g (%s): runs of different machines cannot be compared; %s",
                           b->machine, b->mode, p->name, p->text, a->problem, a->n, a->variant,
                           scope_find(scope + 1, p->name)->text, b->n, b->variant, remedy));
    for (size_t i = 0; i < 4; i++)
        scope_release(scope + i);
    return status;
}

static bool is_selected(const struct store_row *row, const struct analysis_options *o)
{
    return strcmp(row->simulator, "rung") == 0 && strcmp(row->status, "ok") == 0 &&
           (o->problem == NULL || strcmp(o->problem, row->problem) == 0) &&
           (o->machine == NULL || strcmp(o->machine, row->machine) == 0) &&
           (o->mode == NULL || strcmp(o->mode, row->mode) == 0) &&
           !(o->to > 0 && row->n > o->to);
}

/* With what every other run of the setting is compared: the first of its base variants, which
 * changes nothing, else the first run of all. */
static const struct made *reference(const struct search *s, const struct made *of)
{
    const struct made *first = NULL;
    for (size_t i = 0; i < s->count; i++)
        if (same_setting(s->made[i].row, of->row)) {
            if (strcmp(s->made[i].row->variant, "base") == 0)
                return s->made + i;
            first = first == NULL ? s->made + i : first;
        }
    return first;
}

/* Whether an earlier run of the variant has the same machine: it was compared then.  The search
 * goes back from the run, as a variant's last run is that of the rung below. */
static bool compared_before(const struct search *s, const struct made *m)
{
    for (size_t i = (size_t)(m - s->made); i-- > 0;)
        if (strcmp(s->made[i].row->variant, m->row->variant) == 0 &&
            same_setting(s->made[i].row, m->row))
            return strcmp(s->made[i].origin.machine_text, m->origin.machine_text) == 0;
    return false;
}

static const struct made *first_of_rung(const struct search *s, const struct made *of)
{
    const struct made *m = s->made;
    while (m->row->n != of->row->n || !same_problem(m->row, of->row))
        m++;
    return m;
}

static int compare(struct search *s)
{
    const struct made *base = NULL, *first = NULL, *rung = NULL;
    int status = 0;
    for (size_t i = 0; status == 0 && i < s->count; i++) {
        const struct made *m = s->made + i;
        if (base == NULL || !same_setting(base->row, m->row))
            base = reference(s, m);
        if (first == NULL || !same_problem(first->row, m->row)) {
            first = NULL;
            for (size_t j = 0; first == NULL; j++)
                first = same_problem(s->made[j].row, m->row) ? s->made + j : NULL;
        }
        if (rung == NULL || rung->row->n != m->row->n || !same_problem(rung->row, m->row))
            rung = first_of_rung(s, m);
        status = compare_programs(s, first, m);
        if (status == 0)
            status = compare_inputs(s, first, m);
        if (status == 0)
            status = compare_inputs(s, rung, m);
        if (status == 0)
            status = compare_models(s, base, m);
        if (status == 0 && !compared_before(s, m))
            status = compare_machines(s, base, m);
    }
    return status;
}

int analysis_mixes_init(struct analysis_mixes *m, const struct analysis_rows *rows,
                        const struct analysis_options *o, struct err *err)
{
    *m = (struct analysis_mixes){0};
    struct search s = {.out = m, .err = err};
    if (rows->store == NULL)
        return 0;
    s.made = calloc(rows->count + 1, sizeof *s.made);
    if (s.made == NULL)
        return err_set(err, ERR_NOMEM, "no memory for what made %zu runs", rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        struct made *made = s.made + s.count;
        if (!is_selected(rows->row[i], o))
            continue;
        made->row = rows->row[i];
        /* Whoever needs a run that is lost says what is wrong with it. */
        s.count += store_read_origin(rows->store, made->row->id, &made->origin, NULL) == 0;
    }
    int status = compare(&s);
    for (size_t i = 0; i < s.count; i++)
        store_origin_release(&s.made[i].origin);
    free(s.made);
    return status;
}

void analysis_mixes_release(struct analysis_mixes *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->item[i].text);
    free(m->item);
    *m = (struct analysis_mixes){0};
}

bool analysis_mix_is_of(const struct analysis_mix *m, const char *simulator, const char *machine,
                        const char *mode, const char *problem)
{
    return strcmp(m->row->simulator, simulator) == 0 && strcmp(m->row->machine, machine) == 0 &&
           strcmp(m->row->mode, mode) == 0 &&
           (!m->problem || (problem != NULL && strcmp(m->row->problem, problem) == 0));
}

int analysis_mixes_warn(const struct analysis_mixes *m, struct analysis_warnings *warnings,
                        struct err *err)
{
    for (size_t i = 0; i < m->count; i++)
        if (analysis_warn(warnings, "mixed-runs", "%s", m->item[i].text) < 0)
            return err_set(err, ERR_NOMEM, "no memory for a warning");
    return 0;
}
