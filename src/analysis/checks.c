#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks_priv.h"
#include "base/str.h"
#include "base/yaml.h"

int analysis_verdict_rank(enum analysis_verdict v)
{
    static const int rank[] = {
        [ANALYSIS_PASS] = 0, [ANALYSIS_INCONCLUSIVE] = 1, [ANALYSIS_FAIL] = 2};
    return rank[v];
}

const char *analysis_verdict_text(enum analysis_verdict v)
{
    switch (v) {
    case ANALYSIS_PASS:
        return "pass";
    case ANALYSIS_FAIL:
        return "fail";
    case ANALYSIS_INCONCLUSIVE:
        break;
    }
    return "inconclusive";
}

void analysis_thresholds_init(struct analysis_thresholds *t)
{
    *t = (struct analysis_thresholds){
        .r2 = 0.95, .error = 0.02, .velocity = 3, .speed_loss = NAN, .equivalence = NAN,
        .level = 0.95};
}

int analysis_thresholds_from_study(struct analysis_thresholds *t, const char *name,
                                   const char *yaml, struct err *err)
{
    struct yaml_document *doc;
    /* The text of a study that was imported or merged may be empty. */
    if (yaml[0] == '\0')
        return 0;
    int status = yaml_parse(&doc, name, yaml, strlen(yaml), err);
    if (status < 0)
        return status;
    const struct yaml_node *check = yaml_get(doc->root, "check");
    const struct {
        const char *key;
        double *value;
        int (*read)(const struct yaml_node *, double *, struct err *);
    } keys[] = {{"r2", &t->r2, yaml_fraction},
                {"error", &t->error, yaml_fraction},
                {"velocity", &t->velocity, yaml_double},
                {"speed-loss", &t->speed_loss, yaml_fraction},
                {"equivalence", &t->equivalence, yaml_fraction},
                {"level", &t->level, yaml_fraction}};
    for (size_t i = 0; check != NULL && i < sizeof keys / sizeof keys[0] && status == 0; i++) {
        const struct yaml_node *node = yaml_get(check, keys[i].key);
        if (node != NULL)
            status = keys[i].read(node, keys[i].value, err);
        t->velocity_asked = t->velocity_asked || (node != NULL && keys[i].value == &t->velocity);
    }
    yaml_document_free(doc);
    return status;
}

struct analysis_check *checks_add(struct checks_input *in, const char *name, double threshold)
{
    struct analysis_checks *c = in->out;
    struct analysis_check *grown = realloc(c->check, (c->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    c->check = grown;
    grown[c->count] = (struct analysis_check){.name = name,
                                              .value = NAN,
                                              .lower = NAN,
                                              .upper = NAN,
                                              .threshold = threshold,
                                              .unit = "",
                                              .have = NAN,
                                              .need = NAN,
                                              .verdict = ANALYSIS_INCONCLUSIVE};
    return grown + c->count++;
}

int checks_advise(struct checks_input *in, struct analysis_check *check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    check->advice = str_formatv(format, args);
    va_end(args);
    return check->advice == NULL ? err_set(in->err, ERR_NOMEM, "no memory for a check") : 0;
}

static bool is_about(const struct analysis_mix *m, const struct analysis_key *key,
                     const char *problem, const struct analysis_scale *scale)
{
    bool about = analysis_mix_is_of(m, key->simulator, key->machine, key->mode, problem);
    for (size_t i = 0; scale != NULL && i < scale->n_points && !about; i++)
        about = analysis_mix_is_of(m, key->simulator, key->machine, key->mode,
                                   scale->point[i].problem);
    return about;
}

int checks_mixed(struct checks_input *in, struct analysis_check *check,
                 const struct analysis_key *key, const char *problem,
                 const struct analysis_scale *scale)
{
    for (size_t i = 0; i < in->mixes.count; i++) {
        const struct analysis_mix *m = in->mixes.item + i;
        if (!is_about(m, key, problem, scale))
            continue;
        check->verdict = ANALYSIS_INCONCLUSIVE;
        check->need = INFINITY;
        free(check->advice);
        return checks_advise(in, check, "%s", m->text);
    }
    return 0;
}

enum analysis_verdict checks_judge(const struct analysis_check *c, double least, double most,
                                   bool point)
{
    double lower = point ? c->value : c->lower, upper = point ? c->value : c->upper;
    if (isnan(lower) || isnan(upper))
        return ANALYSIS_INCONCLUSIVE;
    if (lower >= least && upper <= most)
        return ANALYSIS_PASS;
    return upper < least || lower > most ? ANALYSIS_FAIL : ANALYSIS_INCONCLUSIVE;
}

bool checks_same_setting(const struct analysis_key *a, const struct analysis_key *b)
{
    return strcmp(a->simulator, b->simulator) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0;
}

void checks_rungs(const struct checks_input *in, const struct analysis_key *key,
                  const char *problem, double *from, double *to)
{
    *from = *to = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < in->fits->count; i++) {
            const struct analysis_fit *f = in->fits->fit + i;
            if (!checks_same_setting(key, &f->key) ||
                (problem != NULL && strcmp(problem, f->key.problem) != 0))
                continue;
            for (size_t j = 0; j < f->n_points; j++) {
                double n = f->point[j].n;
                if (pass == 0)
                    *to = fmax(*to, n);
                else if (n < *to)
                    *from = fmax(*from, n);
            }
            if (pass == 0 && in->o->to > 0)
                *to = in->o->to;
        }
    if (in->o->from > 0)
        *from = in->o->from;
}

static bool selected(const char *wanted, const char *text)
{
    return wanted == NULL || strcmp(wanted, text) == 0;
}

/* The rows of the selection up to full scale, which --to may put below the largest rung. */
static int select_rows(struct analysis_rows *out, const struct checks_input *in,
                       const struct analysis_rows *rows)
{
    const struct analysis_options *o = in->o;
    *out = (struct analysis_rows){.row = calloc(rows->count + 1, sizeof *out->row),
                                  .store = rows->store};
    if (out->row == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for %zu runs", rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *r = rows->row[i];
        if (selected(o->problem, r->problem) && selected(o->machine, r->machine) &&
            selected(o->variant, r->variant) && selected(o->mode, r->mode) &&
            !(o->to > 0 && r->n > o->to))
            out->row[out->count++] = r;
    }
    return 0;
}

static int check_runs(struct checks_input *in)
{
    const struct store_row *first = NULL;
    for (size_t i = 0; i < in->rows->count; i++)
        if (strcmp(in->rows->row[i]->status, "ok") != 0) {
            first = first == NULL ? in->rows->row[i] : first;
            in->out->failed_runs++;
        }
    if (first == NULL)
        return 0;
    if (in->out->failed_runs == in->rows->count)
        return err_set(in->err, ERR_RUN, "every run failed: first is %s at %g, %s (%s)",
                       first->problem, first->n, first->variant, first->status);
    struct analysis_check *c = checks_add(in, "runs", 0);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof c->subject, "failed runs of %zu", in->rows->count);
    c->value = (double)in->out->failed_runs;
    return checks_advise(in, c, "first is %s at %g, %s (%s): see `rung log -v --only status=%s`",
                         first->problem, first->n, first->variant, first->status, first->status);
}

bool checks_seen_before(const struct analysis_fits *fits, size_t at, bool by_problem)
{
    const struct analysis_key *key = &fits->fit[at].key;
    for (size_t i = 0; i < at; i++)
        if (checks_same_setting(&fits->fit[i].key, key) &&
            (!by_problem || strcmp(fits->fit[i].key.problem, key->problem) == 0))
            return true;
    return false;
}

/* A look at one rung in a mode that has no other has nothing to be compared with in that mode:
 * it is held against the costlier one. */
static bool lone_look(const struct checks_input *in, const struct analysis_fit *fit)
{
    bool lone = checks_only_looks(in->fits, fit, false);
    for (size_t i = 0; i < in->fits->count && lone; i++) {
        const struct analysis_key *key = &in->fits->fit[i].key;
        double from, to;
        if (checks_same_setting(key, &fit->key)) {
            checks_rungs(in, key, key->problem, &from, &to);
            lone = !(from > 0);
        }
    }
    return lone;
}

/* Tables of cycles alone have no times. */
static bool any_time(const struct analysis_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->row[i]->wall_seconds > 0 || rows->row[i]->user_seconds > 0)
            return true;
    return false;
}

/* Checks of the ladder, one kind after the other. */
static int check_ladder(struct checks_input *in)
{
    const struct analysis_thresholds *t = in->t;
    if (isnan(t->r2) && isnan(t->equivalence) && isnan(t->error) && isnan(t->velocity))
        return 0;
    int status = analysis_mixes_init(&in->mixes, in->rows, in->o, in->err);
    if (status == 0)
        status = analysis_mixes_warn(&in->mixes, &in->out->warnings, in->err);
    if (status == 0)
        status = analysis_fits_alloc(&in->fits, in->rows, in->o, in->err);
    for (size_t i = 0; status == 0 && i < in->fits->count; i++)
        if ((!isnan(t->r2) || !isnan(t->equivalence)) && !checks_seen_before(in->fits, i, false) &&
            !checks_unvaried(in, &in->fits->fit[i].key) && !lone_look(in, in->fits->fit + i))
            status = checks_scales(in, &in->fits->fit[i].key);
    if (status == 0)
        status = checks_no_variants(in);
    for (size_t i = 0; status == 0 && i < in->fits->count; i++)
        if (!isnan(t->error) && !checks_seen_before(in->fits, i, true) &&
            !checks_only_looks(in->fits, in->fits->fit + i, true)) {
            status = checks_error(in, in->fits->fit + i);
            if (status == 0)
                status = checks_look(in, in->fits->fit + i);
        }
    bool timed = !isnan(t->velocity) && (t->velocity_asked || any_time(in->rows));
    if (status == 0 && !isnan(t->velocity) && !timed &&
        analysis_warn(&in->out->warnings, "no-times",
                      "no run has a time: velocity is not checked") < 0)
        status = err_set(in->err, ERR_NOMEM, "no memory for a warning");
    for (size_t i = 0; status == 0 && i < in->fits->count; i++)
        if (timed && !checks_seen_before(in->fits, i, false) &&
            !lone_look(in, in->fits->fit + i))
            status = checks_velocity(in, &in->fits->fit[i].key);
    return status;
}

static int run_checks(struct checks_input *in)
{
    int status = check_runs(in);
    if (status == 0)
        status = check_ladder(in);
    if (status == 0 && !isnan(in->t->speed_loss) && in->o->baseline != NULL)
        status = checks_speed(in);
    if (status == 0 && !isnan(in->t->speed_loss) && in->o->baseline == NULL &&
        analysis_warn(&in->out->warnings, "no-baseline",
                      "the loss of speed is not checked: there is no baseline") < 0)
        status = err_set(in->err, ERR_NOMEM, "no memory for a warning");
    if (status == 0 && in->out->count == 0 &&
        analysis_warn(&in->out->warnings, "no-checks",
                      "no check is asked for that these runs allow: nothing was judged") < 0)
        status = err_set(in->err, ERR_NOMEM, "no memory for a warning");
    return status;
}

/* Tables need not say machine and mode: what is empty leaves no gap. */
static void close_gaps(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != ' ' || (to > text && to[-1] != ' '))
            *to++ = *from;
    *to = '\0';
}

static void summarise(struct analysis_checks *c)
{
    for (size_t i = 0; i < c->count; i++) {
        close_gaps(c->check[i].subject);
        if (c->check[i].subject[0] == '\0')
            analysis_format(c->check[i].subject, sizeof c->check[i].subject, "all runs");
    }
    c->verdict = c->count == 0 ? ANALYSIS_INCONCLUSIVE : ANALYSIS_PASS;
    for (size_t i = 0; i < c->count; i++)
        if (c->check[i].verdict == ANALYSIS_FAIL ||
            (c->check[i].verdict == ANALYSIS_INCONCLUSIVE && c->verdict == ANALYSIS_PASS))
            c->verdict = c->check[i].verdict;
}

int analysis_checks_alloc(struct analysis_checks **out, const struct analysis_rows *rows,
                          const struct analysis_options *o,
                          const struct analysis_thresholds *t, struct err *err)
{
    struct analysis_options options = *o;
    options.metric = "cycles";
    options.level = t->level;
    struct analysis_rows kept = {0};
    struct checks_input in = {.rows = &kept, .o = &options, .t = t, .err = err};
    *out = NULL;
    in.out = calloc(1, sizeof *in.out);
    if (in.out == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the checks");
    in.out->thresholds = *t;
    in.out->seed = o->seed;
    in.out->resamples = o->resamples;
    stats_init();
    int status = select_rows(&kept, &in, rows);
    if (status == 0)
        status = run_checks(&in);
    if (status == 0) {
        summarise(in.out);
        *out = in.out;
        in.out = NULL;
    }
    analysis_fits_free(in.fits);
    analysis_mixes_release(&in.mixes);
    analysis_checks_free(in.out);
    analysis_rows_release(&kept);
    return status;
}

void analysis_checks_free(struct analysis_checks *checks)
{
    if (checks == NULL)
        return;
    for (size_t i = 0; i < checks->count; i++)
        free(checks->check[i].advice);
    free(checks->check);
    analysis_warnings_release(&checks->warnings);
    free(checks);
}
