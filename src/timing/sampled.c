#include "config.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "timing/sampled.h"
#include "timing/slice.h"

enum {
    MEMORY = 16, /* units over which costs are compared with what was foreseen */
    PRIOR = 4,
    SURPRISE = 3,   /* per cent that a unit takes more or less, */
    HASTE = 3,      /* and the halvings of the period that follow, one less each unit */
    UNKNOWN = 2000, /* instructions on unknown edges that end a stratum */
    LOOK = 4000     /* instructions after which these are counted */
};

/* A step of the detailed model: its price is learned, or it is counted as one to price. */
static void observe(void *data, const struct record_step *step, uint64_t retire,
                    unsigned events)
{
    struct sampled *s = data;
    struct edges *e = &s->edges;
    const struct detailed_block *block = &s->core->block[step->block];
    uint64_t time = retire - s->retire;
    uint32_t edge = edges_step(e, step->block, step->taken != 0, block->backward, block->n_insn,
                               edges_outcome(e, events));
    s->retire = retire;
    if (s->phase == SAMPLED_TIME) {
        edges_learn(e, edge, time);
        s->time += (double)time;
        s->timed += time;
    } else if (s->phase == SAMPLED_MEASURE) {
        edges_learn(e, edge, time);
        s->unit_time += time;
        if (edges_known(e, edge)) {
            e->unit[edge]++;
            s->unit_known += time;
        }
        s->timed += time;
    } else {
        if (s->phase == SAMPLED_WARM && edges_scarce(e, edge))
            edges_learn(e, edge, time);
        e->count[edge]++;
    }
}

int sampled_init(struct sampled *s, struct detailed *core, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->core = core;
    s->seed = seed;
    s->phase = SAMPLED_TIME;
    s->until = SAMPLED_UNIT;
    s->begin = fast_stack_of(core);
    core->observer_data = s;
    int rc = edges_init(&s->edges, &core->memory.count.l1d_misses, core->rob);
    s->edges.events &= ~(unsigned)HIERARCHY_MISPREDICTED;
    return rc;
}

void sampled_want(struct sampled *s, double error)
{
    s->wanted = error;
}

void sampled_release(struct sampled *s)
{
    edges_release(&s->edges);
}

/* ---- the estimate --------------------------------------------------------------------- */

/* Of the stratum under way, 256ths of a cycle. */
struct estimate {
    double foreseen;  /* for the unit's steps on known edges, */
    double time;      /* and the time of all such so far; */
    double guessed;   /* the steps on edges that are not known */
    double off, rest; /* what the rest comes to by how far the unit was off; instructions */
};

/* How much more units took lately than kinds of steps had said; as if PRIOR units before had
 * taken what was said. */
static double level(const struct sampled *s)
{
    double prior = PRIOR * SAMPLED_UNIT * s->time / (double)s->settled;
    return s->foreseen > 0 ? (s->taken + prior) / (s->foreseen + prior) : 1;
}

static struct estimate estimate(const struct sampled *s)
{
    uint64_t others;
    struct estimate x = {.rest = (double)(s->done - s->settled - s->unit_insns)};
    double rest = level(s) * (double)edges_price_known(&s->edges, s->edges.count, &others);
    x.guessed = (double)others;
    x.time = (double)s->unit_time + rest;
    if (s->measured) {
        x.foreseen = (double)edges_price_known(&s->edges, s->edges.unit, &others);
        x.off =
            ((double)s->unit_known - level(s) * x.foreseen) / (double)s->unit_insns * x.rest;
        x.time += x.off;
    }
    return x;
}

/* Puts it on record how far the unit was from what was foreseen. */
static void doubt(struct sampled *s, const struct estimate *x)
{
    struct sampled_doubt *d = &s->doubt;
    double off2 = x->off * x->off, percent;
    d->off2 += off2;
    d->off4 += off2 * off2;
    d->rest2 += x->rest * x->rest;
    d->units++;
    percent =
        s->unit_known > 0 ? 100 * fabs(level(s) * x->foreseen / (double)s->unit_known - 1) : 0;
    if (percent > SURPRISE && percent > 2 * s->usually_off)
        s->haste = HASTE;
    else if (s->haste > 0)
        s->haste--;
    s->usually_off += (percent - s->usually_off) / 8;
    s->taken += (double)s->unit_known - s->taken / MEMORY;
    s->foreseen += x->foreseen - s->foreseen / MEMORY;
}

/* The stacks of a stratum: that of its unit, and for the rest those of the units around. */
static void add_stack(const struct sampled *s, struct fast_stack *sum, double time)
{
    struct fast_stack around = fast_stack_both(&s->window, &s->before);
    if (around.time == 0) /* none: what the detailed model has seen at all */
        around = fast_stack_of(s->core);
    uint64_t whole = time > 0 ? (uint64_t)llround(time) : 0;
    if (s->measured)
        fast_stack_add(sum, &s->window, s->window.time);
    if (whole >= sum->time) {
        fast_stack_add(sum, &around, whole - sum->time);
    } else {
        struct fast_stack all = *sum;
        memset(sum, 0, sizeof *sum);
        fast_stack_add(sum, &all, whole);
    }
}

/* The stratum is over: it counts, and what it has taught is known from now on. */
static void settle(struct sampled *s)
{
    struct estimate x = estimate(s);
    s->time += x.time;
    add_stack(s, &s->sum, s->time);
    if (s->measured)
        doubt(s, &x);
    else
        s->doubt.blind2 += x.rest * x.rest;
    s->mispredictions = sampled_mispredictions(s);
    s->settled = s->done;
    s->predicted = s->mispredicted = 0;
    s->unit_insns = s->unit_time = s->unit_known = 0;
    s->measured = false;
    edges_clear_known(&s->edges);
    edges_fade(&s->edges);
    /* What has become known counts from its first step on. */
    uint64_t others;
    s->time += (double)edges_price_known(&s->edges, s->edges.count, &others);
    edges_clear_known(&s->edges);
    s->carried = edges_unknown(&s->edges);
}

static double variance(const struct sampled *s)
{
    const struct sampled_doubt *d = &s->doubt;
    return d->off2 + (d->rest2 > 0 ? d->off2 / d->rest2 * d->blind2 : 0);
}

/* ---- strata and phases ---------------------------------------------------------------- */

/* The part of the run so far that a stratum may be for the error to come to what is wanted. */
static double wanted_share(const struct sampled *s)
{
    const struct sampled_doubt *d = &s->doubt;
    double z = sampled_student((double)d->units), now = s->time;
    double aim = s->wanted * SAMPLED_AIM / 100, rest = (now - (double)s->timed) / now;
    double allowed = aim * aim - pow(rest * SAMPLED_ALLOWANCE / 1000., 2);
    if (allowed <= 0 || d->rest2 <= 0)
        return 0;
    double unit2 = d->off2 / d->rest2 * ((double)s->settled * (double)s->settled) / (now * now);
    double stands = z * z * variance(s) / (now * now) / allowed;
    return unit2 > 0 ? 2 * allowed / (z * z * unit2 * (stands > 1 ? stands : 1)) : 1;
}

static uint64_t units_of_next(const struct sampled *s)
{
    uint64_t run = s->done / SAMPLED_UNIT, n = run / SAMPLED_SHARE;
    n = (n < SAMPLED_UNITS_MOST ? n : SAMPLED_UNITS_MOST) >> s->haste;
    n = n > SAMPLED_UNITS_LEAST ? n : SAMPLED_UNITS_LEAST;
    if (s->wanted > 0 && s->doubt.units >= SAMPLED_ENOUGH) {
        double most = (double)run * wanted_share(s);
        if (most < SAMPLED_UNITS_LEAST)
            n = 1;
        else if (most < (double)n)
            n = (uint64_t)most;
    }
    return n;
}

/* A stratum of `units` from `begin` on; its unit is not one of the first `skipped`. */
static struct sampled_stratum draw_stratum(struct sampled *s, uint64_t begin, uint64_t units,
                                           uint64_t skipped)
{
    uint64_t which = skipped + fast_draw(&s->seed) % (units - skipped);
    return (struct sampled_stratum){.begin = begin,
                                    .end = begin + units * SAMPLED_UNIT,
                                    .unit = begin + which * SAMPLED_UNIT};
}

/* The detailed model rests. */
static bool is_functional(enum sampled_phase phase)
{
    return phase == SAMPLED_GAP || phase == SAMPLED_PREDICT || phase == SAMPLED_TRUST;
}

/* The phase for the instructions from here to the next unit, and where it ends. */
static void choose_phase(struct sampled *s)
{
    static const struct {
        enum sampled_phase phase;
        uint64_t before; /* instructions before the unit at which it ends */
    } phases[] = {{SAMPLED_GAP, SAMPLED_PREDICTED + SAMPLED_WARMING},
                  {SAMPLED_PREDICT, SAMPLED_PREDICTED / 2 + SAMPLED_WARMING},
                  {SAMPLED_TRUST, SAMPLED_WARMING},
                  {SAMPLED_SETTLE, SAMPLED_WARMING - SAMPLED_SETTLED},
                  {SAMPLED_WARM, 0}};
    uint64_t unit = s->measured ? s->next.unit : s->now.unit;
    enum sampled_phase before = s->phase;
    s->retire = s->core->retire;
    if (s->done < s->learn) {
        uint64_t settled = s->learn - (SAMPLED_WARMING - SAMPLED_SETTLED);
        s->phase = s->done < settled ? SAMPLED_SETTLE : SAMPLED_WARM;
        s->until = s->done < settled ? settled : s->learn;
        return;
    }
    s->phase = SAMPLED_MEASURE;
    s->until = s->done + SAMPLED_UNIT;
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
        if (s->done + phases[i].before < unit) {
            s->phase = phases[i].phase;
            s->until = unit - phases[i].before;
            break;
        }
    if (s->measured && s->until > s->now.end)
        s->until = s->now.end;
    if (s->phase == SAMPLED_MEASURE)
        s->begin = fast_stack_of(s->core);
    if (is_functional(s->phase) && !is_functional(before))
        s->look = s->done + LOOK;
}

static void end_window(struct sampled *s)
{
    struct fast_stack now = fast_stack_of(s->core);
    s->before = s->window;
    s->window = fast_stack_less(&now, &s->begin);
    double lost = (double)(s->window.lost[CAUSE_MISPREDICT] +
                           s->window.lost[CAUSE_MISPREDICT | CAUSE_L1]);
    s->branchy += (100 * lost / (double)s->window.time - s->branchy) / 8;
    if (s->branchy >= SAMPLED_BRANCHY) {
        s->predicts = true;
        s->edges.events |= HIERARCHY_MISPREDICTED;
    }
}

/* The next of the first instructions, or their end. */
static void go_on_timing(struct sampled *s)
{
    end_window(s);
    s->measured = true;
    add_stack(s, &s->sum, s->time);
    s->measured = false;
    s->begin = fast_stack_of(s->core);
    edges_fade(&s->edges);
    s->mispredictions = sampled_mispredictions(s);
    s->predicted = s->mispredicted = 0;
    s->settled = s->done;
    s->until = s->done + SAMPLED_UNIT;
    if (s->done >= SAMPLED_EXACT) {
        s->now = draw_stratum(s, s->done, units_of_next(s), 0);
        choose_phase(s);
    }
}

static void next_phase(struct sampled *s)
{
    if (s->phase == SAMPLED_TIME) {
        go_on_timing(s);
        return;
    }
    if (s->phase == SAMPLED_MEASURE) {
        end_window(s);
        s->measured = true;
        uint64_t begin = s->done > s->now.end ? s->done : s->now.end;
        s->next = draw_stratum(s, begin, units_of_next(s), 0);
    }
    if (s->measured && s->done >= s->now.end) {
        settle(s);
        s->now = s->next;
    }
    choose_phase(s);
}

/* Too much runs on edges that were never measured: they are learned, and a stratum begins, with
 * a unit behind the first. */
static void begin_anew(struct sampled *s)
{
    settle(s);
    s->haste = HASTE;
    s->learn = s->done + SAMPLED_WARMING;
    s->now = draw_stratum(s, s->done, SAMPLED_UNITS_NEW, 1);
    choose_phase(s);
}

/* Whether much has run on edges that were never measured, since the stratum began. */
static bool is_unknown(struct sampled *s)
{
    uint64_t unknown = edges_unknown(&s->edges);
    if (unknown < s->carried) /* some are known now */
        s->carried = unknown;
    return unknown - s->carried >= UNKNOWN;
}

/* A part of a batch that lies in one phase. */
static int run_part(struct sampled *s, const struct record_program *program,
                    const struct record_batch *part)
{
    struct detailed *k = s->core;
    uint64_t mispredictions = k->mispredictions;
    int rc;
    if (is_functional(s->phase)) {
        rc = detailed_warm(k, program, part, s->predicts || s->phase != SAMPLED_GAP, &s->edges);
    } else {
        k->observer = observe;
        rc = detailed_retire(k, program, part);
        k->observer = NULL;
    }
    if (rc != 0)
        return rc;
    s->done += part->instructions;
    if (s->phase == SAMPLED_MEASURE)
        s->unit_insns += part->instructions;
    if (s->predicts || (s->phase != SAMPLED_GAP && s->phase != SAMPLED_PREDICT)) {
        s->predicted += part->instructions;
        s->mispredicted += k->mispredictions - mispredictions;
    }
    return 0;
}

int sampled_retire(struct sampled *s, const struct record_program *program,
                   const struct record_batch *batch)
{
    struct record_batch rest = *batch;
    int rc = edges_reserve(&s->edges, batch->n_steps);
    while (rc == 0 && rest.n_steps > 0) {
        while (s->done >= s->until)
            next_phase(s);
        /* All phases begin and end at numbers of instructions, wherever batches end. */
        bool looks = is_functional(s->phase) && s->look < s->until;
        struct record_batch part =
            slice_take(&rest, (looks ? s->look : s->until) - s->done, program);
        rc = run_part(s, program, &part);
        if (rc != 0)
            break;
        slice_advance(&rest, s->core->address_at);
        if (looks && s->done >= s->look) {
            s->look = s->done + LOOK;
            if (is_unknown(s))
                begin_anew(s);
        }
    }
    return rc;
}

void sampled_enter(struct sampled *s)
{
    edges_cut(&s->edges);
    s->core->memory.events = 0;
    s->retire = s->core->retire;
    /* The stack of a unit under way starts anew: the empty pipeline has moved its time. */
    if (s->phase == SAMPLED_MEASURE || s->phase == SAMPLED_TIME)
        s->begin = fast_stack_of(s->core);
}

/* ---- what is known --------------------------------------------------------------------- */

void sampled_finish(struct sampled *s)
{
    if (s->phase == SAMPLED_TIME || s->phase == SAMPLED_MEASURE) {
        end_window(s);
        /* A unit that was cut short counts as what it took, and speaks for the stratum only
         * where it went on for long enough. */
        s->measured = s->phase == SAMPLED_TIME || s->unit_insns >= SAMPLED_UNIT / 2;
    }
    if (s->phase == SAMPLED_TIME) {
        add_stack(s, &s->sum, s->time);
        s->measured = false;
        s->settled = s->done;
    } else {
        settle(s);
    }
    s->begin = fast_stack_of(s->core); /* of what may come still */
}

double sampled_mispredictions(const struct sampled *s)
{
    double since = (double)(s->done - s->settled);
    if (s->predicted > 0)
        return s->mispredictions + (double)s->mispredicted * since / (double)s->predicted;
    return s->settled == 0 ? 0 : s->mispredictions * (1 + since / (double)s->settled);
}

/* After M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.7.5, from five
 * degrees of freedom on; below, where that is too small, their table 26.10. */
double sampled_student(double freedom)
{
    static const double few[] = {12.706, 4.303, 3.182, 2.776};
    const double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    if (freedom < 5)
        return few[freedom < 1 ? 0 : (int)freedom - 1];
    return z + (z3 + z) / (4 * freedom) +
           (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

/* Of a time of `time`, of which `guessed` is that on edges which are not known. */
static uint64_t half_width(const struct sampled *s, uint64_t time, double guessed)
{
    const struct sampled_doubt *d = &s->doubt;
    double rest = (double)(time - s->timed), half = 0;
    if (rest <= 0)
        return 0;
    if (d->units == 0)
        return (uint64_t)rest;
    if (d->off2 > 0) {
        double freedom = 3 * d->off2 * d->off2 / d->off4;
        freedom = freedom < d->units ? freedom : d->units;
        half = sampled_student(freedom) * sqrt(variance(s));
    }
    half = hypot(half, rest * SAMPLED_ALLOWANCE / 1000.);
    half = hypot(half, guessed * SAMPLED_GUESS);
    return (uint64_t)(half < rest ? half : rest);
}

uint64_t sampled_time(const struct sampled *s, uint64_t *error)
{
    double sum = s->time;
    struct estimate x = {0};
    if (s->phase != SAMPLED_TIME) {
        x = estimate(s);
        sum += x.time + x.guessed;
    }
    uint64_t time = sum > (double)s->timed ? (uint64_t)(sum + 0.5) : s->timed;
    *error = half_width(s, time, x.guessed);
    return time;
}

struct fast_stack sampled_stack(const struct sampled *s)
{
    uint64_t error;
    struct fast_stack sum = s->sum;
    add_stack(s, &sum, (double)sampled_time(s, &error));
    return sum;
}
