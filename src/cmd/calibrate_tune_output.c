/* What `rung calibrate tune` prints, and the machine that it writes. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/calib_accuracy.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/calibrate_tune.h"
#include "cmd/fit.h"

/* What a search at the largest rung would have cost, over what this one did: search and climb,
 * or with validation as well.  By instructions, which no other load on the host changes. */
static double saving(const struct calibration_result *r, bool validation)
{
    const struct calibration_cost *cost = r->cost, *full = cost + r->c->n_rungs - 1;
    double spent = 0, search = (double)cost[0].search_points;
    for (size_t i = 0; i < r->c->n_rungs; i++)
        spent += cost[i].instructions;
    if (!validation)
        spent -= cost[0].instructions * (1 - search / (double)cost[0].points);
    double points = validation ? (double)cost[0].points : search;
    return points * full->instructions / (double)full->points / spent;
}

static double program_error(const struct calibration_result *r,
                            const struct analysis_tune_point *p, size_t i)
{
    return analysis_accuracy_error(p->log_cycles[i] - r->tuning->input.log_time[i] -
                                   log(p->hertz));
}

/* ---- tables ---- */

static struct table *parameters_table(const struct calibration_result *r)
{
    static const char *const keys[] = {"parameter",
                                       "start",
                                       "tuned",
                                       "lower",
                                       "upper",
                                       "sensitivity",
                                       "sensitivity_lower",
                                       "sensitivity_upper",
                                       "strongest",
                                       "change",
                                       "varied",
                                       NULL};
    static const char *const titles[] = {"parameter", "start",       "tuned",    "lower",
                                         "upper",     "sensitivity", "lower",    "upper",
                                         "most",      "change",      "left out", NULL};
    const struct analysis_tuning *x = r->tuning;
    struct table *t = table_alloc(keys, titles);
    for (size_t k = 0; k < r->c->n_parameters; k++) {
        const struct calibration_parameter *p = r->c->parameter + k;
        const struct analysis_tune_effect *e = x->effect + k;
        table_text(t, p->name);
        table_text(t, p->text[p->start]);
        table_text(t, p->text[x->best.level[k]]);
        table_real(t, calibration_value(p, e->lower), 3);
        table_real(t, calibration_value(p, e->upper), 3);
        table_percent(t, e->sensitivity.value, 2);
        table_percent(t, e->sensitivity.lower, 2);
        table_percent(t, e->sensitivity.upper, 2);
        table_text(t, e->identified ? x->input.program[e->strongest] : "");
        table_percent(t, e->strongest_change, 2);
        table_uint(t, e->varied);
    }
    return t;
}

static struct table *programs_table(const struct calibration_result *r)
{
    static const char *const keys[] = {"program",  "start",          "tuned",
                                       "left_out", "start_left_out", NULL};
    static const char *const titles[] = {"program",  "error before", "after",
                                         "left out", "before",       NULL};
    const struct analysis_tuning *x = r->tuning;
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < x->input.n_programs; i++) {
        table_text(t, x->input.program[i]);
        table_percent(t, program_error(r, &x->start, i), 3);
        table_percent(t, program_error(r, &x->best, i), 3);
        table_percent(t, x->held_out[i].error, 3);
        table_percent(t, x->held_out[i].start, 3);
    }
    return t;
}

static struct table *rungs_table(const struct calibration_result *r)
{
    static const char *const keys[] = {"part",         "points",  "error",           "worst",
                                       "instructions", "seconds", "seconds_a_point", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < r->c->n_rungs; i++) {
        const struct analysis_tune_rung *rung = r->tuning->rung + i;
        const struct analysis_tune_point *best = rung->point + rung->best;
        table_percent(t, r->c->rung[i], 3);
        table_uint(t, r->cost[i].points);
        table_percent(t, best->error, 3);
        table_percent(t, best->worst, 3);
        table_real(t, r->cost[i].instructions, 4);
        table_real(t, r->cost[i].seconds, 3);
        table_real(t, r->cost[i].seconds / (double)r->cost[i].points, 3);
    }
    return t;
}

int calibration_print_csv(const struct calibration_result *r)
{
    return cmd_print(parameters_table(r), FORMAT_CSV);
}

int calibration_print_text(const struct calibration_result *r)
{
    const struct analysis_tuning *x = r->tuning;
    int status = cmd_print(parameters_table(r), FORMAT_TEXT);
    if (status == 0 && putchar('\n') != EOF)
        status = cmd_print(programs_table(r), FORMAT_TEXT);
    if (status == 0 && putchar('\n') != EOF)
        status = cmd_print(rungs_table(r), FORMAT_TEXT);
    if (status != 0)
        return status;
    printf("\nclock %.4g GHz, %s\n", x->best.hertz / 1e9,
           r->c->clock_tuned ? "tuned" : "given");
    printf("mean error %.1f %% -> %.1f %%, largest %.1f %% -> %.1f %%\n", x->start.error * 100,
           x->best.error * 100, fabs(x->start.worst) * 100, fabs(x->best.worst) * 100);
    printf("programs left out: %.1f %% -> %.1f %%: %s\n", x->start_error * 100,
           x->cross_error * 100, analysis_verdict_text(x->verdict));
    if (r->c->n_rungs > 1) {
        printf("the rungs %s; the search alone at the largest would take %.3g times as many\n"
               "instructions, %.3g times with validation\n",
               x->agree ? "end at the same point" : "do not agree", saving(r, false),
               saving(r, true));
    }
    return 0;
}

/* ---- JSON ---- */

static json_t *json_of_value(const struct calibration_parameter *p, size_t level)
{
    return json_pack("{ss so}", "text", p->text[level], "value", json_number(p->value[level]));
}

static json_t *json_of_parameter(const struct calibration_result *r, size_t k)
{
    const struct analysis_tuning *x = r->tuning;
    const struct calibration_parameter *p = r->c->parameter + k;
    const struct analysis_tune_effect *e = x->effect + k;
    return json_pack(
        "{ss so so so so sb so so ss so sI}", "name", p->name, "start",
        json_of_value(p, p->start), "tuned", json_of_value(p, x->best.level[k]), "largest_rung",
        json_of_value(p, x->climbed[k]), "interval",
        json_interval(calibration_value(p, e->lower), calibration_value(p, e->upper)),
        "identified", (int)e->identified, "sensitivity", json_number(e->sensitivity.value),
        "sensitivity_ci", json_interval(e->sensitivity.lower, e->sensitivity.upper),
        "strongest", e->identified ? x->input.program[e->strongest] : "", "strongest_change",
        json_number(e->strongest_change), "varied", (json_int_t)e->varied);
}

static json_t *json_of_program(const struct calibration_result *r, size_t i)
{
    const struct analysis_tuning *x = r->tuning;
    return json_pack("{ss so so so so}", "name", x->input.program[i], "start",
                     json_number(program_error(r, &x->start, i)), "tuned",
                     json_number(program_error(r, &x->best, i)), "left_out",
                     json_number(x->held_out[i].error), "start_left_out",
                     json_number(x->held_out[i].start));
}

static json_t *json_of_rung(const struct calibration_result *r, size_t i)
{
    const struct analysis_tune_rung *rung = r->tuning->rung + i;
    const struct analysis_tune_point *best = rung->point + rung->best;
    return json_pack("{so sI so so so so}", "part", json_number(r->c->rung[i]), "points",
                     (json_int_t)r->cost[i].points, "error", json_number(best->error), "worst",
                     json_number(best->worst), "instructions",
                     json_number(r->cost[i].instructions), "seconds",
                     json_number(r->cost[i].seconds));
}

int calibration_print_json(const struct calibration_result *r)
{
    const struct analysis_tuning *x = r->tuning;
    json_t *parameters = json_array(), *programs = json_array(), *rungs = json_array();
    json_t *fixed = json_array();
    for (size_t k = 0; k < r->c->n_parameters; k++)
        json_array_append_new(parameters, json_of_parameter(r, k));
    for (size_t i = 0; i < x->input.n_programs; i++)
        json_array_append_new(programs, json_of_program(r, i));
    for (size_t i = 0; i < r->c->n_rungs; i++)
        json_array_append_new(rungs, json_of_rung(r, i));
    for (size_t i = 0; i < r->c->n_fixed; i++)
        json_array_append_new(fixed, json_pack("{ss ss}", "name", r->c->fixed[i].name, "source",
                                               r->c->fixed[i].source));
    json_t *root = json_pack(
        "{ss ss so so so so so so so so so so sb sI so so ss so}", "calibration", r->c->name,
        "machine", machine_name(r->c->machine), "parameters", parameters, "fixed", fixed,
        "programs", programs, "rungs", rungs, "clock_ghz", json_number(x->best.hertz / 1e9),
        "start_error", json_number(x->start.error), "error", json_number(x->best.error),
        "worst", json_number(x->best.worst), "cross_error", json_number(x->cross_error),
        "start_cross_error", json_number(x->start_error), "agree", (int)x->agree,
        "search_points", (json_int_t)x->search_runs, "saving", json_number(saving(r, false)),
        "saving_with_validation", json_number(saving(r, true)), "verdict",
        analysis_verdict_text(x->verdict), "warnings", fit_json_warnings(&x->warnings));
    return cmd_print_json(root);
}

/* ---- the machine ---- */

static void write_provenance(struct str *s, const struct calibration_result *r)
{
    const struct analysis_tuning *x = r->tuning;
    str_addf(s,
             "# Machine '%s', tuned against the times '%s' by the calibration '%s'\n"
             "# (rung " PACKAGE_VERSION ", model version %d, mode %s, smallest rung %g of the "
             "smallest\n# measured sizes, %zu programs).\n"
             "# Mean error %.2f %% before, %.2f %% after; of programs left out %.2f %% and "
             "%.2f %%.\n"
             "# Clock of the times: %.4g GHz, %s.\n#\n",
             machine_name(r->c->machine), r->c->hardware != NULL ? r->c->hardware : "m2-times",
             r->c->name, timing_mode_version(r->c->mode), timing_mode_name(r->c->mode),
             r->c->rung[0], x->input.n_programs, x->start.error * 100, x->best.error * 100,
             x->start_error * 100, x->cross_error * 100, x->best.hertz / 1e9,
             r->c->clock_tuned ? "tuned" : "given");
    for (size_t k = 0; k < r->c->n_parameters; k++) {
        const struct calibration_parameter *p = r->c->parameter + k;
        const struct analysis_tune_effect *e = x->effect + k;
        str_addf(s,
                 "# tuned: %s from %s to %s, %s to %s tried; 95 %% interval %.3g to %.3g%s\n",
                 p->name, p->text[p->start], p->text[x->best.level[k]], p->text[0],
                 p->text[p->levels - 1], calibration_value(p, e->lower),
                 calibration_value(p, e->upper),
                 e->identified ? "" : " (the times say nothing of it)");
    }
    for (size_t i = 0; i < r->c->n_fixed; i++)
        str_addf(s, "# fixed: %s, %s\n", r->c->fixed[i].name, r->c->fixed[i].source);
}

/* The name of a machine that is written to this path: "dir/m2-tuned.yaml" is m2-tuned. */
static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    size_t len = strcspn(base, ".");
    return len == 0 ? strdup("tuned") : strndup(base, len);
}

int calibration_write_machine(const struct calibration_result *r, const char *path,
                              struct err *err)
{
    struct machine *machine = NULL, *check = NULL;
    struct str text;
    char *name = name_of(path);
    str_init(&text);
    int rc = name == NULL ? err_set(err, ERR_NOMEM, "no memory for '%s'", path)
                          : machine_copy(&machine, r->c->machine, err);
    for (size_t k = 0; rc == 0 && k < r->c->n_parameters; k++)
        rc = machine_set(machine, r->c->parameter[k].name,
                         r->c->parameter[k].text[r->tuning->best.level[k]], err);
    if (rc == 0) {
        const char *all = machine_text(machine), *line = strstr(all, "name:"), *rest;
        write_provenance(&text, r);
        rest = line == NULL ? all : line + strcspn(line, "\n");
        if (line != NULL)
            str_add_mem(&text, all, (size_t)(line - all));
        str_addf(&text, "name: %s%s", name, rest);
        rc = str_failed(&text) ? err_set(err, ERR_NOMEM, "no memory for '%s'", path)
                               : machine_parse(&check, path, text.data, text.len, err);
    }
    if (rc == 0)
        rc = path_write_atomic(path, text.data, text.len, err);
    machine_free(check);
    machine_free(machine);
    str_release(&text);
    free(name);
    return rc;
}
