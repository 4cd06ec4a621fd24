#include "config.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "timing/fast.h"
#include "timing/slice.h"

/* A step of the detailed model: its price is learned, or it is counted as one to price. */
static void observe(void *data, const struct record_step *step, uint64_t retire,
                    unsigned events)
{
    struct fast *f = data;
    struct edges *e = &f->edges;
    const struct detailed_block *block = &f->core->block[step->block];
    uint64_t time = retire - f->retire;
    uint32_t edge = edges_step(e, step->block, step->taken != 0, block->backward,
                               block->n_insn, edges_outcome(e, events));
    f->retire = retire;
    if (f->phase == FAST_MEASURE) {
        f->foreseen += edges_estimate(e, edge, (double)time);
        edges_learn(e, edge, time);
        f->time += time;
    } else if (f->learn_new && edges_scarce(e, edge)) {
        edges_learn(e, edge, time);
        e->count[edge]++;
    } else {
        e->count[edge]++;
    }
}

int fast_init(struct fast *f, struct detailed *core)
{
    memset(f, 0, sizeof *f);
    f->core = core;
    f->phase = FAST_MEASURE;
    f->until = FAST_MEASURED;
    f->begin = fast_stack_of(core);
    core->observer_data = f;
    return edges_init(&f->edges, &core->memory.count.l1d_misses, core->rob);
}

void fast_release(struct fast *f)
{
    edges_release(&f->edges);
}

uint64_t fast_draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u; /* Knuth, MMIX */
    return *seed >> 33;
}

struct fast_stack fast_stack_of(const struct detailed *k)
{
    struct fast_stack s = {.time = detailed_now(k), .slots = detailed_slots(k)};
    memcpy(s.lost, k->lost, sizeof s.lost);
    return s;
}

struct fast_stack fast_stack_less(const struct fast_stack *a, const struct fast_stack *b)
{
    struct fast_stack s = {.time = a->time - b->time, .slots = a->slots - b->slots};
    for (int i = 0; i < 16; i++)
        s.lost[i] = a->lost[i] - b->lost[i];
    return s;
}

void fast_stack_add(struct fast_stack *sum, const struct fast_stack *window, uint64_t time)
{
    double scale = window->time > 0 ? (double)time / (double)window->time : 0;
    sum->time += time;
    sum->slots += (uint64_t)((double)window->slots * scale);
    for (int i = 0; i < 16; i++)
        sum->lost[i] += (uint64_t)((double)window->lost[i] * scale);
}

struct fast_stack fast_stack_both(const struct fast_stack *a, const struct fast_stack *b)
{
    struct fast_stack s = {.time = a->time + b->time, .slots = a->slots + b->slots};
    for (int i = 0; i < 16; i++)
        s.lost[i] = a->lost[i] + b->lost[i];
    return s;
}

/* Prices what was counted before the window that is over, and adds it and the window up. */
static void settle(struct fast *f)
{
    uint64_t covered, time = edges_price(&f->edges, f->edges.count, &covered);
    struct fast_stack around = fast_stack_both(&f->window, &f->before);
    f->time += time;
    f->covered += covered;
    if (around.time == 0) /* no window is over: what the detailed model has seen at all */
        around = fast_stack_of(f->core);
    if (f->phase == FAST_MEASURE)
        fast_stack_add(&f->sum, &f->window, f->window.time);
    fast_stack_add(&f->sum, &around, f->time - f->sum.time);
    edges_clear(&f->edges);
}

static void begin_window(struct fast *f)
{
    f->phase = FAST_WARM;
    f->mark = f->done;
    f->until = f->done + FAST_SETTLED;
    f->retire = f->core->retire;
}

/* Instructions from this window to the next. */
static uint64_t next_period(struct fast *f)
{
    double off = 100 * fabs(f->foreseen / (double)f->window.time - 1);
    uint64_t share = f->done / FAST_SHARE;
    uint64_t period = share < FAST_PERIOD ? share : FAST_PERIOD;
    if (off > FAST_SURPRISE && off > 2 * f->usually_off)
        f->haste = FAST_HASTE;
    else if (f->haste > 0)
        f->haste--;
    f->usually_off += (off - f->usually_off) / 8;
    period >>= f->haste;
    return period > FAST_FIRST_PERIOD ? period : FAST_FIRST_PERIOD;
}

static void begin_measuring(struct fast *f)
{
    f->phase = FAST_MEASURE;
    f->until = f->done + FAST_MEASURED;
    f->begin = fast_stack_of(f->core);
    f->foreseen = 0;
}

static void end_window(struct fast *f)
{
    struct fast_stack now = fast_stack_of(f->core);
    f->before = f->window;
    f->window = fast_stack_less(&now, &f->begin);
    edges_fade(&f->edges);
    settle(f);
    if (f->done < FAST_EXACT) {
        begin_measuring(f);
        return;
    }
    uint64_t gap = next_period(f) - FAST_WARMING - FAST_MEASURED;
    f->phase = FAST_GAP;
    f->learn_new = false;
    f->look = f->done + FAST_MEASURED;
    gap += fast_draw(&f->seed) % (gap / 2) - gap / 4;
    f->until = f->done + gap;
}

static void next_phase(struct fast *f)
{
    switch (f->phase) {
    case FAST_GAP:
        begin_window(f);
        break;
    case FAST_WARM:
        if (f->learn_new) {
            begin_measuring(f);
        } else {
            f->learn_new = true;
            f->until = f->mark + FAST_WARMING;
        }
        break;
    case FAST_MEASURE:
        end_window(f);
        break;
    }
}

/* A part of a batch that lies in one phase. */
static int run_part(struct fast *f, const struct record_program *program,
                    const struct record_batch *part)
{
    struct detailed *k = f->core;
    int rc;
    if (f->phase == FAST_GAP) {
        rc = detailed_warm(k, program, part, true, &f->edges);
    } else {
        k->observer = observe;
        rc = detailed_retire(k, program, part);
        k->observer = NULL;
    }
    if (rc != 0)
        return rc;
    f->done += part->instructions;
    if (f->phase == FAST_MEASURE)
        f->covered += part->instructions;
    return 0;
}

int fast_retire(struct fast *f, const struct record_program *program,
                const struct record_batch *batch)
{
    struct record_batch rest = *batch;
    int rc = edges_reserve(&f->edges, batch->n_steps);
    while (rc == 0 && rest.n_steps > 0) {
        while (f->done >= f->until)
            next_phase(f);
        /* All phases begin and end at numbers of instructions, wherever batches end. */
        bool looks = f->phase == FAST_GAP && f->look < f->until;
        struct record_batch part =
            slice_take(&rest, (looks ? f->look : f->until) - f->done, program);
        rc = run_part(f, program, &part);
        if (rc != 0)
            break;
        slice_advance(&rest, f->core->address_at);
        if (looks && f->done >= f->look) {
            f->look = f->done + FAST_LOOK;
            if (edges_unknown(&f->edges) >= FAST_UNKNOWN)
                f->until = f->done;
        }
    }
    return rc;
}

void fast_enter(struct fast *f)
{
    edges_cut(&f->edges);
    f->core->memory.events = 0;
    f->retire = f->core->retire;
    /* The stack of a window under way starts anew: the empty pipeline has moved its time. */
    if (f->phase == FAST_MEASURE)
        f->begin = fast_stack_of(f->core);
}

void fast_finish(struct fast *f)
{
    if (f->phase == FAST_MEASURE) {
        struct fast_stack now = fast_stack_of(f->core);
        f->before = f->window;
        f->window = fast_stack_less(&now, &f->begin);
    }
    edges_fade(&f->edges);
    settle(f);
    f->begin = fast_stack_of(f->core); /* of what may come still */
}

uint64_t fast_time(const struct fast *f, uint64_t *covered)
{
    uint64_t time = edges_price(&f->edges, f->edges.count, covered);
    *covered += f->covered;
    return f->time + time;
}

struct fast_stack fast_stack_now(const struct fast *f)
{
    uint64_t covered;
    struct fast_stack sum = f->sum, around = fast_stack_both(&f->window, &f->before);
    if (around.time == 0)
        around = fast_stack_of(f->core);
    fast_stack_add(&sum, &around, fast_time(f, &covered) - sum.time);
    return sum;
}
