#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "timing/sampled.h"
#include "timing/slice.h"

void sampled_init(struct sampled *s, struct detailed *core, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->core = core;
    s->seed = seed;
    s->until = SAMPLED_EXACT;
}

void sampled_release(struct sampled *s)
{
    free(s->unit);
}

/* What is known of every instruction, timed or not. */
static void read_covariates(const struct detailed *k, uint64_t x[REGRESS_COVARIATES])
{
    const struct hierarchy_count *c = &k->memory.count;
    const uint64_t now[REGRESS_COVARIATES] = {c->l1d_misses,  c->l2_misses, c->dram_read,
                                              c->dtlb_misses, k->taken,     k->fp_simd,
                                              k->loads};
    memcpy(x, now, sizeof now);
}

/* Draws the place of the next window. */
static void plan_window(struct sampled *s)
{
    uint64_t begin = s->phase == SAMPLED_ALL ? s->done : s->period_end;
    s->period = begin / 20;
    if (s->period < SAMPLED_FIRST_PERIOD)
        s->period = SAMPLED_FIRST_PERIOD;
    if (s->period > SAMPLED_PERIOD)
        s->period = SAMPLED_PERIOD;
    s->period_end = begin + s->period;
    s->window =
        begin + fast_draw(&s->seed) % (s->period - SAMPLED_WARMING - SAMPLED_UNIT);
    if (s->window < s->done) /* the last unit reached over the end of its period */
        s->window = s->done;
    s->phase = SAMPLED_CACHES;
    s->until = s->window > s->done + SAMPLED_PREDICTED ? s->window - SAMPLED_PREDICTED : s->done;
}

static int end_unit(struct sampled *s)
{
    if (s->n_units == s->max_units) {
        size_t max = s->max_units * 2 + 256;
        struct regress_unit *grown = realloc(s->unit, max * sizeof *grown);
        if (grown == NULL)
            return ERR_NOMEM;
        s->unit = grown;
        s->max_units = max;
    }
    struct regress_unit *u = &s->unit[s->n_units++];
    double n = (double)s->unit_of;
    u->weight = (double)s->period;
    u->y = (double)s->now.time / n;
    for (int i = 0; i < REGRESS_COVARIATES; i++)
        u->x[i] = (double)s->unit_known[i] / n;
    fast_stack_add(&s->sum, &s->now, (uint64_t)(u->y * u->weight));
    s->weight += u->weight;
    s->mispredictions += (double)s->mispredicted * u->weight / (double)s->predicted;
    s->predicted = s->mispredicted = 0;
    memset(&s->now, 0, sizeof s->now);
    memset(s->unit_known, 0, sizeof s->unit_known);
    s->unit_of = 0;
    plan_window(s);
    return 0;
}

static int next_phase(struct sampled *s)
{
    switch (s->phase) {
    case SAMPLED_ALL:
        plan_window(s);
        break;
    case SAMPLED_CACHES:
        s->phase = SAMPLED_PREDICT;
        s->until = s->window;
        break;
    case SAMPLED_PREDICT:
        s->phase = SAMPLED_WARM;
        s->until = s->done + SAMPLED_WARMING;
        detailed_drain(s->core);
        break;
    case SAMPLED_WARM:
        s->phase = SAMPLED_MEASURE;
        s->until = s->done + SAMPLED_UNIT;
        break;
    case SAMPLED_MEASURE:
        return end_unit(s);
    }
    return 0;
}

/* Runs a part of a batch that lies in one phase, and puts on record what is known of it. */
static int run_part(struct sampled *s, const struct record_program *program,
                    const struct record_batch *part)
{
    struct detailed *k = s->core;
    uint64_t before[REGRESS_COVARIATES], after[REGRESS_COVARIATES];
    uint64_t mispredictions = k->mispredictions;
    bool timed = s->phase != SAMPLED_CACHES && s->phase != SAMPLED_PREDICT;
    struct fast_stack then = fast_stack_of(k);
    read_covariates(k, before);
    int rc = timed ? detailed_retire(k, program, part)
                   : detailed_warm(k, program, part, s->phase == SAMPLED_PREDICT, NULL);
    if (rc != 0)
        return rc;
    mispredictions = k->mispredictions - mispredictions;
    struct fast_stack now = fast_stack_of(k);
    now = fast_stack_less(&now, &then);
    if (s->phase == SAMPLED_ALL) {
        fast_stack_add(&s->exact, &now, now.time);
        s->exact_mispredictions += mispredictions;
        return 0;
    }
    read_covariates(k, after);
    s->known_of += part->instructions;
    for (int i = 0; i < REGRESS_COVARIATES; i++)
        s->known[i] += after[i] - before[i];
    if (s->phase != SAMPLED_CACHES) {
        s->predicted += part->instructions;
        s->mispredicted += mispredictions;
    }
    if (s->phase == SAMPLED_MEASURE) {
        fast_stack_add(&s->now, &now, now.time);
        s->unit_of += part->instructions;
        for (int i = 0; i < REGRESS_COVARIATES; i++)
            s->unit_known[i] += after[i] - before[i];
    }
    return 0;
}

int sampled_retire(struct sampled *s, const struct record_program *program,
                   const struct record_batch *batch)
{
    struct record_batch rest = *batch;
    int rc = 0;
    while (rc == 0 && rest.n_steps > 0) {
        while (rc == 0 && s->done >= s->until)
            rc = next_phase(s);
        if (rc != 0)
            break;
        struct record_batch part = slice_take(&rest, s->until - s->done, program);
        rc = run_part(s, program, &part);
        slice_advance(&rest, s->core->address_at);
        s->done += part.instructions;
    }
    return rc;
}

/* What lies behind the beginning, by the plain mean of the units; with none, as if it were
 * like the beginning. */
static uint64_t plain_rest(const struct sampled *s)
{
    double exact = (double)(s->done - s->known_of);
    double cost = s->weight > 0 ? (double)s->sum.time / s->weight
                  : exact > 0   ? (double)s->exact.time / exact
                                : 0;
    return (uint64_t)(cost * (double)s->known_of);
}

int sampled_finish(struct sampled *s)
{
    double mean[REGRESS_COVARIATES];
    if (s->known_of == 0 || s->final)
        return 0;
    s->rest = s->error = plain_rest(s); /* of too few units nothing is known */
    if (s->n_units >= 3) {
        double *work = malloc(s->n_units * REGRESS_COLUMNS * sizeof *work);
        if (work == NULL)
            return ERR_NOMEM;
        for (int i = 0; i < REGRESS_COVARIATES; i++)
            mean[i] = (double)s->known[i] / (double)s->known_of;
        struct regress_estimate e = regress(s->unit, s->n_units, mean, work);
        free(work);
        if (e.mean > 0) {
            s->rest = (uint64_t)(e.mean * (double)s->known_of);
            s->error = (uint64_t)(e.half_width * (double)s->known_of);
        }
    }
    s->final = true;
    return 0;
}

uint64_t sampled_time(const struct sampled *s, uint64_t *error)
{
    *error = s->error;
    return s->exact.time + (s->final ? s->rest : plain_rest(s));
}

uint64_t sampled_mispredictions(const struct sampled *s)
{
    double rest = s->weight > 0 ? s->mispredictions * (double)s->known_of / s->weight
                                : (double)s->mispredicted;
    return s->exact_mispredictions + (uint64_t)(rest + 0.5);
}

struct fast_stack sampled_stack(const struct sampled *s)
{
    uint64_t error;
    struct fast_stack all = s->exact;
    const struct fast_stack *like = s->sum.time > 0 ? &s->sum : &s->exact;
    uint64_t rest = sampled_time(s, &error) - s->exact.time;
    fast_stack_add(&all, like, rest);
    return all;
}
