/* Checks of the agreement between two rungs, "r2" and "equivalence": which there are, and of which
 * problems. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks_priv.h"

/* `subject` names the problems; NULL: the scale does, if there is one. */
static int add_checks(struct checks_input *in, const struct analysis_key *key,
                      const struct analysis_scale *s, const char *subject, double from, double to)
{
    int status = 0;
    char machine[ANALYSIS_MACHINE_SIZE];
    analysis_fits_machine(in->fits, key, machine);
    subject = subject != NULL ? subject : s != NULL ? s->subject : "";
    for (int i = 0; status == 0 && i < 2; i++) {
        double threshold = i == 0 ? in->t->r2 : in->t->equivalence;
        if (isnan(threshold))
            continue;
        struct analysis_check *c = checks_add(in, i == 0 ? "r2" : "equivalence", threshold);
        if (c == NULL)
            return err_set(in->err, ERR_NOMEM, "no memory for a check");
        if (from > 0)
            analysis_format(c->subject, sizeof c->subject, "%s%s%s %s %g -> %g", subject,
                            subject[0] != '\0' ? " " : "", machine, key->mode, from, to);
        else
            analysis_format(c->subject, sizeof c->subject, "%s%s%s %s at %g", subject,
                            subject[0] != '\0' ? " " : "", machine, key->mode, to);
        if (from > 0)
            status = i == 0 ? checks_judge_r2(in, c, s) : checks_judge_equivalence(in, c, s);
        else
            status = checks_advise(in, c, "one rung alone: there is nothing to compare, add "
                                          "rungs");
        if (status == 0)
            status = checks_mixed(in, c, key, NULL, s);
    }
    return status;
}

/* A problem of a setting with the rungs that its checks are about. */
struct ladder {
    const char *problem;
    double from, to;
    bool done;
};

struct ladders {
    const struct analysis_key *key; /* the setting */
    struct ladder *ladder;
    size_t count;
    bool several; /* not all have the same two rungs */
};

static bool same_rungs(const struct ladder *a, const struct ladder *b)
{
    return a->from == b->from && a->to == b->to;
}

/* Whether a problem of the setting has a run at n. */
static bool ran_at(const struct checks_input *in, const struct analysis_key *key,
                   const char *problem, double n)
{
    for (size_t i = 0; i < in->fits->count; i++) {
        const struct analysis_fit *f = in->fits->fit + i;
        for (size_t j = 0; j < f->n_points; j++)
            if (f->point[j].n == n && checks_same_setting(&f->key, key) &&
                strcmp(f->key.problem, problem) == 0)
                return true;
    }
    return false;
}

static int warn_left_out(struct checks_input *in, const char *problem, double from, double to)
{
    return analysis_warn(&in->out->warnings, "no-points",
                         "'%s' is in no check of R2 or equivalence: it has no three variants at "
                         "both n = %g and n = %g",
                         problem, from, to) < 0
               ? err_set(in->err, ERR_NOMEM, "no memory for a warning")
               : 0;
}

/* Problems that lack a rung that was asked for are left out with a warning, unless all do. */
static int find_ladders(struct checks_input *in, struct ladders *l)
{
    const struct analysis_options *o = in->o;
    int status = 0;
    size_t usable = 0;
    l->ladder = calloc(in->fits->count + 1, sizeof *l->ladder);
    if (l->ladder == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for the rungs");
    for (size_t i = 0; i < in->fits->count; i++) {
        const struct analysis_key *key = &in->fits->fit[i].key;
        if (!checks_same_setting(key, l->key) || checks_seen_before(in->fits, i, true))
            continue;
        struct ladder *n = l->ladder + l->count++;
        n->problem = key->problem;
        checks_rungs(in, l->key, n->problem, &n->from, &n->to);
        n->done = (o->from > 0 && !ran_at(in, key, n->problem, n->from)) ||
                  (o->to > 0 && !ran_at(in, key, n->problem, n->to)) ||
                  (n->from > 0 && n->from >= n->to);
        usable += !n->done;
    }
    for (size_t i = 0; i < l->count && usable == 0; i++)
        l->ladder[i].done = i > 0;
    if (usable == 0 && l->count > 0)
        checks_rungs(in, l->key, NULL, &l->ladder[0].from, &l->ladder[0].to);
    for (size_t i = 0; status == 0 && i < l->count && usable > 0; i++) {
        if (l->ladder[i].done)
            status = warn_left_out(in, l->ladder[i].problem, l->ladder[i].from, l->ladder[i].to);
        for (size_t j = 0; j < i; j++)
            l->several = l->several || (!l->ladder[i].done && !l->ladder[j].done &&
                                        !same_rungs(l->ladder + i, l->ladder + j));
    }
    return status;
}

/* "gemm, lu and 3 more": the problems that share the rungs of the first of them. */
static void name_group(const struct ladders *l, size_t first, char *text, size_t size)
{
    enum { NAMES_MAX = 4 };
    size_t count = 0, shown = 0, used = 0;
    for (size_t i = first; i < l->count; i++)
        count += !l->ladder[i].done && same_rungs(l->ladder + first, l->ladder + i);
    for (size_t i = first; i < l->count && shown < NAMES_MAX; i++) {
        if (l->ladder[i].done || !same_rungs(l->ladder + first, l->ladder + i))
            continue;
        analysis_format(text + used, size - used, "%s%s", shown++ > 0 ? ", " : "",
                        l->ladder[i].problem);
        used = strlen(text);
    }
    if (count > shown)
        analysis_format(text + used, size - used, " and %zu more", count - shown);
}

/* The runs of the problems that share the rungs of the first of them. */
static int rows_of_group(const struct checks_input *in, const struct ladders *l, size_t first,
                         struct analysis_rows *rows)
{
    *rows = (struct analysis_rows){.row = calloc(in->rows->count + 1, sizeof *rows->row),
                                   .store = in->rows->store};
    if (rows->row == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for %zu runs", in->rows->count);
    for (size_t i = 0; i < in->rows->count; i++)
        for (size_t j = first; j < l->count; j++)
            if (!l->ladder[j].done && same_rungs(l->ladder + first, l->ladder + j) &&
                strcmp(l->ladder[j].problem, in->rows->row[i]->problem) == 0)
                rows->row[rows->count++] = in->rows->row[i];
    return 0;
}

static bool has_points(const struct analysis_scale *s, const char *problem)
{
    for (size_t i = 0; i < s->n_points; i++)
        if (strcmp(s->point[i].problem, problem) == 0)
            return true;
    return false;
}

/* A scale's problems that it has no points of: a row of their own, or a warning where the rungs
 * are those that were asked for. */
static int tell_missing(struct checks_input *in, const struct ladders *l, size_t first,
                        const struct analysis_scale *s)
{
    int status = 0;
    for (size_t i = first; status == 0 && s != NULL && i < l->count; i++) {
        const struct ladder *n = l->ladder + i;
        if (n->done || !same_rungs(l->ladder + first, n) || has_points(s, n->problem))
            continue;
        status = in->o->from > 0 || in->o->to > 0
                     ? warn_left_out(in, n->problem, n->from, n->to)
                     : add_checks(in, l->key, NULL, n->problem, n->from, n->to);
    }
    return status;
}

static int check_group(struct checks_input *in, const struct ladders *l, size_t first)
{
    const struct analysis_key *key = l->key;
    struct analysis_options o = *in->o;
    struct analysis_scales *scales = NULL;
    struct analysis_rows rows;
    struct err cause = {0};
    char names[ANALYSIS_SUBJECT_SIZE / 2] = "";
    o.from = l->ladder[first].from;
    o.to = l->ladder[first].to;
    o.machine = key->machine;
    o.mode = key->mode;
    o.tolerance = isnan(in->t->equivalence) ? o.tolerance : in->t->equivalence;
    int status = rows_of_group(in, l, first, &rows);
    if (status < 0)
        return status;
    status = analysis_scales_alloc(&scales, &rows, &o, &cause);
    analysis_rows_release(&rows);
    /* No CPI at all is as good as no variants: the check says what is missing. */
    if (status < 0 && status != ERR_DATA)
        return err_set(in->err, status, "%s", cause.text);
    if (scales != NULL && scales->by_cycles &&
        !analysis_warned(&in->out->warnings, "no-instructions") &&
        analysis_warn(&in->out->warnings, "no-instructions", "%s", scales->warnings.item[0].text) <
            0) {
        analysis_scales_free(scales);
        return err_set(in->err, ERR_NOMEM, "no memory for a warning");
    }
    const struct analysis_scale *found = NULL;
    for (size_t i = 0; scales != NULL && i < scales->count && found == NULL; i++)
        if (scales->scale[i].overall && strcmp(scales->scale[i].simulator, key->simulator) == 0)
            found = scales->scale + i;
    if (l->several)
        name_group(l, first, names, sizeof names);
    status = add_checks(in, key, found, l->several ? names : NULL, o.from, o.to);
    if (status == 0)
        status = tell_missing(in, l, first, found);
    analysis_scales_free(scales);
    return status;
}

int checks_scales(struct checks_input *in, const struct analysis_key *key)
{
    struct ladders l = {.key = key};
    int status = find_ladders(in, &l);
    for (size_t i = 0; status == 0 && i < l.count; i++) {
        if (l.ladder[i].done)
            continue;
        status = check_group(in, &l, i);
        for (size_t j = l.count; j-- > i;)
            l.ladder[j].done = l.ladder[j].done || same_rungs(l.ladder + i, l.ladder + j);
    }
    free(l.ladder);
    return status;
}

bool checks_unvaried(const struct checks_input *in, const struct analysis_key *key)
{
    double from, to;
    checks_rungs(in, key, NULL, &from, &to);
    for (size_t i = 0; i < in->fits->count; i++)
        if (checks_same_setting(&in->fits->fit[i].key, key) &&
            strcmp(in->fits->fit[i].key.variant, key->variant) != 0)
            return false;
    return from > 0;
}

/* "m2 fast-timing, m2 timing": the settings without variants. */
static size_t name_unvaried(const struct checks_input *in, char *text, size_t size)
{
    enum { NAMES_MAX = 4 };
    size_t count = 0, used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < in->fits->count; i++) {
        const struct analysis_key *key = &in->fits->fit[i].key;
        char machine[ANALYSIS_MACHINE_SIZE];
        if (checks_seen_before(in->fits, i, false) || !checks_unvaried(in, key))
            continue;
        analysis_fits_machine(in->fits, key, machine);
        if (count++ < NAMES_MAX && used < size) {
            analysis_format(text + used, size - used, "%s%s%s%s", count > 1 ? ", " : "", machine,
                            machine[0] != '\0' ? " " : "", key->mode);
            used = strlen(text);
        }
    }
    if (count > NAMES_MAX && used < size)
        analysis_format(text + used, size - used, " and %zu more", count - NAMES_MAX);
    return count;
}

int checks_no_variants(struct checks_input *in)
{
    static const char *const names[] = {"r2", "equivalence"};
    const double threshold[] = {in->t->r2, in->t->equivalence};
    char settings[ANALYSIS_SUBJECT_SIZE];
    int status = 0;
    if (name_unvaried(in, settings, sizeof settings) == 0)
        return 0;
    for (int i = 0; status == 0 && i < 2; i++) {
        if (isnan(threshold[i]))
            continue;
        struct analysis_check *c = checks_add(in, names[i], threshold[i]);
        if (c == NULL)
            return err_set(in->err, ERR_NOMEM, "no memory for a check");
        c->fraction = i == 1;
        c->unit = "variants";
        c->have = 1;
        c->need = CHECKS_POINTS_MIN;
        analysis_format(c->subject, sizeof c->subject, "%s", settings);
        status = checks_advise(in, c,
                               "no variants of the machine: whether a small rung shows what "
                               "changes of it do at the largest cannot be asked; vary parameters "
                               "in the study (five variants at least), or leave this out (--%s "
                               "none)",
                               names[i]);
    }
    return status;
}
