/* The output of `rung fit` on a store. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cmd/fit.h"
#include "cmd/save.h"

/* The columns that name a series, first in every table. */
#define KEY_COLUMNS "problem", "machine", "variant", "mode"

static void add_key(struct table *t, const struct analysis_fits *fits,
                    const struct analysis_fit *fit)
{
    char machine[ANALYSIS_MACHINE_SIZE];
    table_text(t, fit->key.problem);
    table_text(t, analysis_fits_machine(fits, &fit->key, machine));
    table_text(t, fit->key.variant);
    table_text(t, fit->key.mode);
}

static struct table *table_of_fits(const struct analysis_fits *fits)
{
    static const char *const keys[] = {
        KEY_COLUMNS,      "rungs",          "model",          "weight",      "r2",
        "r2_centred",     "r2_adjusted",    "r2_predicted",   "residual_sd", "held_out_n",
        "held_out_error", "held_out_lower", "held_out_upper", NULL};
    static const char *const titles[] = {
        KEY_COLUMNS, "rungs",       "best model", "weight", "R2",   "centred", "adjusted",
        "predicted", "residual sd", "held out",   "error",  "from", "to",      NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < fits->count; i++) {
        const struct analysis_fit *f = fits->fit + i;
        const struct analysis_model none = {.formula = "-",
                                            .weight = NAN,
                                            .r2 = NAN,
                                            .r2_adjusted = NAN,
                                            .r2_predicted = NAN,
                                            .residual_sd = NAN};
        const struct analysis_model *m = f->n_models > 0 ? f->model : &none;
        add_key(t, fits, f);
        table_uint(t, f->n_points);
        table_text(t, m->formula);
        table_real(t, m->weight, 3);
        table_real(t, m->r2, 6);
        table_bool(t, m->r2_centred);
        table_real(t, m->r2_adjusted, 6);
        table_real(t, m->r2_predicted, 6);
        table_percent(t, m->residual_sd, 3);
        table_number(t, f->held_out.prediction.n);
        table_percent(t, f->held_out.error, 3);
        table_percent(t, f->held_out.error_lower, 3);
        table_percent(t, f->held_out.error_upper, 3);
    }
    return t;
}

static struct table *table_of_terms(const struct analysis_fits *fits)
{
    static const char *const keys[] = {KEY_COLUMNS, "model", "term",     "estimate", "se",
                                       "t",         "p",     "ci_lower", "ci_upper", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < fits->count; i++) {
        const struct analysis_fit *f = fits->fit + i;
        for (size_t j = 0; f->n_models > 0 && j < f->model->n_terms; j++) {
            const struct analysis_term *term = f->model->term + j;
            add_key(t, fits, f);
            table_text(t, f->model->formula);
            table_text(t, term->name);
            table_real(t, term->estimate, 6);
            table_real(t, term->se, 3);
            table_real(t, term->t, 4);
            table_real(t, term->p, 3);
            table_real(t, term->lower, 6);
            table_real(t, term->upper, 6);
        }
    }
    return t;
}

static struct table *table_of_models(const struct analysis_fits *fits)
{
    static const char *const keys[] = {KEY_COLUMNS,   "model",        "weight",
                                       "prior",       "aicc",         "bic",
                                       "residual_sd", "r2_predicted", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < fits->fit[i].n_models; j++) {
            const struct analysis_model *m = fits->fit[i].model + j;
            add_key(t, fits, fits->fit + i);
            table_text(t, m->formula);
            table_real(t, m->weight, 3);
            table_real(t, m->prior, 3);
            table_real(t, m->aicc, 5);
            table_real(t, m->bic, 5);
            table_percent(t, m->residual_sd, 3);
            table_real(t, m->r2_predicted, 6);
        }
    return t;
}

static struct table *table_of_points(const struct analysis_fits *fits)
{
    static const char *const keys[] = {KEY_COLUMNS, "n",      "value", "replicates",
                                       "sd",        "fitted", "error", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < fits->fit[i].n_points; j++) {
            const struct analysis_point *p = fits->fit[i].point + j;
            add_key(t, fits, fits->fit + i);
            table_number(t, p->n);
            table_real(t, p->value, 8);
            table_uint(t, p->replicates);
            table_real(t, p->sd, 3);
            table_real(t, p->fitted, 8);
            table_percent(t, p->fitted / p->value - 1, 3);
        }
    return t;
}

enum { FLAGS_SIZE = 64 };

/* "regime-change crosses-cache", "-" for none. */
static const char *flags_text(unsigned flags, char *buffer, size_t size)
{
    size_t used = 0;
    snprintf(buffer, size, "-");
    for (unsigned flag = ANALYSIS_REGIME; flag <= ANALYSIS_CONFLICT; flag *= 2)
        if ((flags & flag) && used < size)
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", used > 0 ? " " : "",
                                     analysis_flag_code(flag));
    return buffer;
}

static struct table *table_of_predictions(const struct analysis_fits *fits,
                                const struct fit_arguments *a)
{
    static const char *const keys[] = {KEY_COLUMNS, "n",        "value",    "se",    "ci_lower",
                                       "ci_upper",  "pi_lower", "pi_upper", "flags", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < a->n_at; j++) {
            struct analysis_prediction p;
            char flags[FLAGS_SIZE];
            analysis_fit_predict(fits->fit + i, a->at[j], &p);
            add_key(t, fits, fits->fit + i);
            table_number(t, p.n);
            table_real(t, p.value, 6);
            table_real(t, p.se, 3);
            table_real(t, p.ci_lower, 6);
            table_real(t, p.ci_upper, 6);
            table_real(t, p.pi_lower, 6);
            table_real(t, p.pi_upper, 6);
            table_text(t, flags_text(p.flags, flags, sizeof flags));
        }
    return t;
}

static struct table *table_of_exponents(const struct analysis_fits *fits)
{
    static const char *const keys[] = {KEY_COLUMNS, "from",     "to", "exponent",
                                       "ci_lower",  "ci_upper", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < fits->fit[i].n_exponents; j++) {
            const struct stats_regime_exponent *e = fits->fit[i].exponent + j;
            add_key(t, fits, fits->fit + i);
            table_real(t, e->from, 6);
            table_real(t, e->to, 6);
            table_real(t, e->value, 5);
            table_real(t, e->lower, 5);
            table_real(t, e->upper, 5);
        }
    return t;
}

static struct table *table_of_fidelities(const struct analysis_fits *fits)
{
    static const char *const keys[] = {KEY_COLUMNS,
                                       "n",
                                       "look",
                                       "looked",
                                       "look_off",
                                       "look_rungs",
                                       "rungs",
                                       "counts_model",
                                       "counts",
                                       "counts_lower",
                                       "counts_upper",
                                       "counts_error",
                                       "size",
                                       "size_error",
                                       "share",
                                       "made_from",
                                       "combined",
                                       "ci_lower",
                                       "ci_upper",
                                       "observed",
                                       "error",
                                       "flags",
                                       NULL};
    static const char *const titles[] = {
        KEY_COLUMNS,   "n",     "look",      "saw",         "off below", "at",   "rungs",
        "cycles made of", "by counts", "from", "to",  "error below", "by size",
        "error below", "share", "made from", "combined",    "from",      "to",
        "observed",    "error", "flags",     NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < fits->fit[i].n_fidelities; j++) {
            const struct analysis_fidelity *f = fits->fit[i].fidelity + j;
            char flags[FLAGS_SIZE];
            add_key(t, fits, fits->fit + i);
            table_real(t, f->n, 6);
            table_text(t, f->mode);
            table_real(t, f->looked, 7);
            table_percent(t, f->look_off, 3);
            table_uint(t, f->look_rungs);
            table_uint(t, f->n_rungs);
            table_text(t, f->valid ? f->formula : "-");
            table_real(t, f->counts.value, 6);
            table_real(t, f->counts.ci_lower, 6);
            table_real(t, f->counts.ci_upper, 6);
            table_percent(t, f->counts_error, 3);
            table_real(t, f->size.value, 6);
            table_percent(t, f->size_error, 3);
            table_real(t, f->by_look ? NAN : f->share, 3);
            table_text(t, f->by_look ? "look" : "rungs");
            table_real(t, f->combined.value, 7);
            table_real(t, f->combined.ci_lower, 6);
            table_real(t, f->combined.ci_upper, 6);
            table_real(t, f->observed, 6);
            table_percent(t, f->combined.value / f->observed - 1, 3);
            table_text(t, flags_text(f->combined.flags, flags, sizeof flags));
        }
    return t;
}

static struct table *make_table(enum fit_table which, const struct fit_arguments *a,
                      const struct analysis_fits *fits)
{
    switch (which) {
    case FIT_TABLE_TERMS:
        return table_of_terms(fits);
    case FIT_TABLE_MODELS:
        return table_of_models(fits);
    case FIT_TABLE_POINTS:
        return table_of_points(fits);
    case FIT_TABLE_PREDICTIONS:
        return table_of_predictions(fits, a);
    case FIT_TABLE_EXPONENTS:
        return table_of_exponents(fits);
    case FIT_TABLE_FIDELITIES:
        return table_of_fidelities(fits);
    default:
        return table_of_fits(fits);
    }
}

static int print_table(enum fit_table which, const struct fit_arguments *a,
                       const struct analysis_fits *fits)
{
    return cmd_print(make_table(which, a, fits), a->format);
}

/* Whether they differ in the variant alone. */
static bool same_ladder(const struct analysis_key *a, const struct analysis_key *b)
{
    return strcmp(a->simulator, b->simulator) == 0 && strcmp(a->problem, b->problem) == 0 &&
           strcmp(a->machine, b->machine) == 0 && strcmp(a->mode, b->mode) == 0;
}

/* How many other variants of the fit's ladder have such a warning, those in front of it and
 * those behind. */
static size_t count_likewise(const struct analysis_fits *fits, size_t which, const char *code,
                             size_t *before)
{
    size_t n[2] = {0, 0};
    for (size_t i = 0; i < fits->count; i++)
        if (i != which && same_ladder(&fits->fit[i].key, &fits->fit[which].key))
            n[i > which] += analysis_warned(&fits->fit[i].warnings, code);
    *before = n[0];
    return n[1];
}

/* Tables need not say of what machine or mode a series is, nor of what problem. */
static void print_warning(const struct analysis_fits *fits, const struct analysis_key *key,
                          size_t likewise, const char *text)
{
    char others[64] = "", machine[ANALYSIS_MACHINE_SIZE];
    const char *const names[] = {key->problem, analysis_fits_machine(fits, key, machine),
                                 key->variant, key->mode};
    struct str name;
    str_init(&name);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i][0] != '\0')
            str_addf(&name, "%s%s", name.len > 0 ? " " : "", names[i]);
    if (likewise > 0)
        snprintf(others, sizeof(others), " (and %zu other variant%s likewise)", likewise,
                 likewise > 1 ? "s" : "");
    cmd_warn("%s%s%s%s", name.data, name.len > 0 ? ": " : "", text, others);
    str_release(&name);
}

/* Warnings of text and CSV go to standard error; one that many series share is said once, and
 * one of many variants with the words and figures of the first. */
static void print_warnings(const struct analysis_fits *fits)
{
    for (size_t i = 0; i < fits->warnings.count; i++)
        cmd_warn("%s", fits->warnings.item[i].text);
    for (size_t i = 0; i < fits->count; i++) {
        const struct analysis_fit *f = fits->fit + i;
        for (size_t j = 0; j < f->warnings.count; j++) {
            size_t before = 0;
            size_t likewise = count_likewise(fits, i, f->warnings.item[j].code, &before);
            if (before == 0)
                print_warning(fits, &f->key, likewise, f->warnings.item[j].text);
        }
    }
}

static bool any_fidelity(const struct analysis_fits *fits)
{
    for (size_t i = 0; i < fits->count; i++)
        if (fits->fit[i].n_fidelities > 0)
            return true;
    return false;
}

int fit_print_store(const struct fit_arguments *a, const struct analysis_fits *fits)
{
    int status = 0;
    bool all = a->table == FIT_TABLE_MAX, valid = true;
    if (a->format == FORMAT_JSON) {
        status = fit_print_json(a, fits);
    } else if (!all || a->format == FORMAT_CSV) {
        status = print_table(all ? FIT_TABLE_FITS : a->table, a, fits);
    } else {
        status = print_table(FIT_TABLE_FITS, a, fits);
        if (status == 0 && (putchar('\n') == EOF))
            status = 5;
        if (status == 0)
            status = print_table(FIT_TABLE_TERMS, a, fits);
        if (status == 0 && any_fidelity(fits) && putchar('\n') != EOF)
            status = print_table(FIT_TABLE_FIDELITIES, a, fits);
        if (status == 0 && a->n_at > 0 && putchar('\n') != EOF)
            status = print_table(FIT_TABLE_PREDICTIONS, a, fits);
    }
    if (status != 0)
        return status;
    if (a->format != FORMAT_JSON)
        print_warnings(fits);
    for (size_t i = 0; i < fits->count; i++)
        valid = valid && (fits->fit[i].valid || fits->fit[i].look);
    return valid ? 0 : err_exit_status(ERR_INCONCLUSIVE);
}

/* ---- into the study file ---- */

static void save_fits(struct save *s, const struct analysis_fits *fits)
{
    /* Its text is borrowed until the table is written. */
    static const struct analysis_model none = {
        .weight = NAN, .r2 = NAN, .r2_adjusted = NAN, .r2_predicted = NAN, .residual_sd = NAN};
    for (size_t i = 0; i < fits->count; i++) {
        const struct analysis_fit *f = fits->fit + i;
        const struct analysis_model *m = f->n_models > 0 ? f->model : &none;
        const struct analysis_held_out *h = &f->held_out;
        const char *const texts[] = {f->key.simulator, f->key.problem, f->key.machine,
                                     f->key.variant,   f->key.mode,    f->key.metric,
                                     m->formula};
        const double reals[] = {(double)f->n_points, m->weight,       m->r2,
                                m->r2_centred,       m->r2_adjusted,  m->r2_predicted,
                                m->residual_sd,      h->prediction.n, h->error,
                                h->error_lower,      h->error_upper};
        save_row(s, i, texts, reals);
    }
}

/* Terms of every candidate, with its weight: what a reader needs to predict by himself. */
static void save_terms(struct save *s, const struct analysis_fits *fits)
{
    size_t row = 0;
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < fits->fit[i].n_models; j++)
            for (size_t k = 0; k < fits->fit[i].model[j].n_terms; k++) {
                const struct analysis_key *key = &fits->fit[i].key;
                const struct analysis_model *m = fits->fit[i].model + j;
                const struct analysis_term *t = m->term + k;
                const char *const texts[] = {key->simulator, key->problem, key->machine,
                                             key->variant,   key->mode,    key->metric,
                                             m->formula,     t->name};
                const double reals[] = {m->weight, t->a, t->b, t->estimate, t->se};
                save_row(s, row++, texts, reals);
            }
}

int fit_save_store(const struct fit_arguments *a, const struct analysis_fits *fits,
                   struct err *err)
{
    static const char *const fit_texts[] = {"simulator", "problem", "machine", "variant",
                                            "mode",      "metric",  "model",   NULL};
    static const char *const fit_reals[] = {
        "rungs",          "weight",      "r2",         "r2_centred",     "r2_adjusted",
        "r2_predicted",   "residual_sd", "held_out_n", "held_out_error", "held_out_lower",
        "held_out_upper", NULL};
    static const char *const term_texts[] = {"simulator", "problem", "machine", "variant", "mode",
                                             "metric",    "model",   "term",    NULL};
    static const char *const term_reals[] = {"weight", "a", "b", "estimate", "se", NULL};
    const struct store_value values[] = {{"level", NULL, a->o.level},
                                         {"tolerance", NULL, a->o.tolerance}};
    struct save s[2] = {{.n_text = 0}};
    size_t terms = 0;
    for (size_t i = 0; i < fits->count; i++)
        for (size_t j = 0; j < fits->fit[i].n_models; j++)
            terms += fits->fit[i].model[j].n_terms;
    int status = save_init(&s[0], "fits/ladder", fit_texts, fit_reals, fits->count);
    if (status == 0)
        status = save_init(&s[1], "fits/terms", term_texts, term_reals, terms);
    if (status == 0) {
        save_fits(&s[0], fits);
        save_terms(&s[1], fits);
        struct store_table tables[] = {s[0].table, s[1].table};
        tables[0].value = values;
        tables[0].n_values = sizeof values / sizeof values[0];
        status = store_write_tables(a->path, tables, 2, err);
    }
    save_release(&s[0]);
    save_release(&s[1]);
    return status;
}
