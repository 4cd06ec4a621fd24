/* The JSON output of `rung fit`; rung-fit(1) lists its keys. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "cmd/fit.h"

json_t *fit_json_warnings(const struct analysis_warnings *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->count; i++)
        json_array_append_new(
            list, json_pack("{ss ss}", "code", w->item[i].code, "text", w->item[i].text));
    return list;
}

static json_t *json_of_flags(unsigned flags)
{
    json_t *list = json_array();
    for (unsigned flag = ANALYSIS_REGIME; flag <= ANALYSIS_CONFLICT; flag *= 2)
        if (flags & flag)
            json_array_append_new(list, json_string(analysis_flag_code(flag)));
    return list;
}

json_t *fit_json_prediction(const struct analysis_prediction *p)
{
    return json_pack("{so so so so so so}", "at", json_number(p->n), "value",
                     json_number(p->value), "se", json_number(p->se), "ci",
                     json_interval(p->ci_lower, p->ci_upper), "pi",
                     json_interval(p->pi_lower, p->pi_upper), "flags", json_of_flags(p->flags));
}

static json_t *json_of_model(const struct analysis_model *m)
{
    json_t *terms = json_array();
    for (size_t i = 0; i < m->n_terms; i++) {
        const struct analysis_term *t = m->term + i;
        json_array_append_new(terms,
                              json_pack("{ss so so so so so}", "term", t->name, "estimate",
                                        json_number(t->estimate), "se", json_number(t->se), "t",
                                        json_number(t->t), "p", json_number(t->p), "ci",
                                        json_interval(t->lower, t->upper)));
    }
    return json_pack("{ss so so so so so so sb so so so so}", "model", m->formula, "terms",
                     terms, "weight", json_number(m->weight), "prior", json_number(m->prior),
                     "aicc", json_number(m->aicc), "bic", json_number(m->bic), "r2",
                     json_number(m->r2), "r2_centred", (int)m->r2_centred, "r2_adjusted",
                     json_number(m->r2_adjusted), "r2_predicted", json_number(m->r2_predicted),
                     "residual_sd", json_number(m->residual_sd), "df", json_number(m->df));
}

static json_t *json_of_points(const struct analysis_fit *fit)
{
    json_t *points = json_array();
    for (size_t i = 0; i < fit->n_points; i++) {
        const struct analysis_point *p = fit->point + i;
        json_array_append_new(
            points, json_pack("{so so sI so so so}", "n", json_number(p->n), "value",
                              json_number(p->value), "replicates", (json_int_t)p->replicates,
                              "sd", json_number(p->sd), "fitted", json_number(p->fitted),
                              "weight", json_number(p->weight)));
    }
    return points;
}

static json_t *json_of_held_out(const struct analysis_held_out *h)
{
    return json_pack("{so so so so so so}", "n", json_number(h->prediction.n), "observed",
                     json_number(h->observed), "predicted", json_number(h->prediction.value),
                     "error", json_number(h->error), "ci",
                     json_interval(h->error_lower, h->error_upper), "flags",
                     json_of_flags(h->prediction.flags));
}

static json_t *json_of_regime(const struct analysis_fit *fit)
{
    const struct stats_regime *r = &fit->regime;
    json_t *exponents = json_array();
    for (size_t i = 0; i < fit->n_exponents; i++) {
        const struct stats_regime_exponent *e = fit->exponent + i;
        json_array_append_new(exponents,
                              json_pack("{so so so so}", "from", json_number(e->from), "to",
                                        json_number(e->to), "exponent", json_number(e->value),
                                        "ci", json_interval(e->lower, e->upper)));
    }
    return json_pack("{sb sb so so so so so}", "tested", (int)r->tested, "found", (int)r->found,
                     "aicc_gain", json_number(r->gain), "between",
                     r->found ? json_interval(r->from, r->to) : json_null(), "kind",
                     r->found ? json_string(r->jump ? "value" : "slope") : json_null(),
                     "change", json_number(r->found ? r->change : NAN), "exponents", exponents);
}

static json_t *json_of_fidelities(const struct analysis_fit *fit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < fit->n_fidelities; i++) {
        const struct analysis_fidelity *f = fit->fidelity + i;
        json_t *o =
            json_pack("{so ss sb sI so so so}", "at", json_number(f->n), "mode", f->mode,
                      "own_counts", (int)f->own_counts, "rungs", (json_int_t)f->n_rungs,
                      "model", f->valid ? json_string(f->formula) : json_null(), "weight",
                      json_number(f->weight), "residual_sd", json_number(f->residual_sd));
        json_object_set_new(o, "counts", fit_json_prediction(&f->counts));
        json_object_set_new(o, "counts_error", json_number(f->counts_error));
        json_object_set_new(o, "size", fit_json_prediction(&f->size));
        json_object_set_new(o, "size_error", json_number(f->size_error));
        json_object_set_new(o, "share", json_number(f->share));
        json_object_set_new(o, "looked", json_number(f->looked));
        json_object_set_new(o, "look_off", json_number(f->look_off));
        json_object_set_new(o, "look_rungs", json_integer((json_int_t)f->look_rungs));
        json_object_set_new(o, "look", fit_json_prediction(&f->look));
        json_object_set_new(o, "by_look", json_boolean(f->by_look));
        json_object_set_new(o, "combined", fit_json_prediction(&f->combined));
        json_object_set_new(o, "observed", json_number(f->observed));
        json_array_append_new(list, o);
    }
    return list;
}

/* The best model's numbers stand at the top of a fit; all candidates follow in `models`. */
static json_t *json_of_fit(const struct analysis_fit *fit, const struct fit_arguments *a)
{
    const struct analysis_key *k = &fit->key;
    json_t *object = json_pack(
        "{ss ss ss ss ss ss so sb}", "simulator", k->simulator, "problem", k->problem,
        "machine", k->machine, "variant", k->variant, "mode", k->mode, "metric", k->metric,
        "level", json_number(fit->level), "deterministic", (int)fit->deterministic);
    json_t *models = json_array(), *predictions = json_array();
    for (size_t i = 0; i < fit->n_models; i++) {
        json_t *m = json_of_model(fit->model + i);
        if (i == 0)
            json_object_update(object, m);
        json_array_append_new(models, m);
    }
    if (fit->n_models == 0)
        json_object_set_new(object, "model", json_null());
    for (size_t i = 0; i < a->n_at; i++) {
        struct analysis_prediction p;
        analysis_fit_predict(fit, a->at[i], &p);
        json_array_append_new(predictions, fit_json_prediction(&p));
    }
    json_object_set_new(object, "observations", json_integer((json_int_t)fit->n_observations));
    json_object_set_new(object, "models", models);
    json_object_set_new(object, "points", json_of_points(fit));
    json_object_set_new(object, "robust", json_boolean(fit->robust));
    json_object_set_new(object, "pure_error", json_number(fit->pure_error));
    json_object_set_new(object, "lack_of_fit_p", json_number(fit->lack_of_fit_p));
    json_object_set_new(object, "regime", json_of_regime(fit));
    json_object_set_new(object, "two_fidelities", json_of_fidelities(fit));
    json_object_set_new(object, "held_out", json_of_held_out(&fit->held_out));
    json_object_set_new(object, "predictions", predictions);
    json_object_set_new(object, "warnings", fit_json_warnings(&fit->warnings));
    return object;
}

int fit_print_json(const struct fit_arguments *a, const struct analysis_fits *fits)
{
    json_t *list = json_array();
    for (size_t i = 0; i < fits->count; i++)
        json_array_append_new(list, json_of_fit(fits->fit + i, a));
    json_t *root =
        json_pack("{so so}", "fits", list, "warnings", fit_json_warnings(&fits->warnings));
    return cmd_print_json(root);
}
