#include "config.h"

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
    const struct edges_slot *slot = &e->slot[e->at];
    uint32_t edge = slot->edge;
    unsigned outcome = edges_outcome(events);
    if (slot->to != step->block)
        edge = edges_find(e, e->at, step->block, f->core->block[step->block].n_insn);
    if (f->phase == FAST_MEASURE) {
        edges_learn(e, edge, outcome, retire - f->retire);
        f->time += retire - f->retire;
    } else {
        e->count[edge][outcome]++;
    }
    f->retire = retire;
    e->at = edges_slot_of(step);
}

int fast_init(struct fast *f, struct detailed *core)
{
    memset(f, 0, sizeof *f);
    f->core = core;
    f->phase = FAST_WARM;
    f->until = FAST_WARMING;
    core->observer_data = f;
    return edges_init(&f->edges);
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

static struct fast_stack both_windows(const struct fast *f)
{
    struct fast_stack s = f->window;
    s.time += f->before.time;
    s.slots += f->before.slots;
    for (int i = 0; i < 16; i++)
        s.lost[i] += f->before.lost[i];
    return s;
}

/* Prices what was counted since the last window ended. */
static void settle(struct fast *f)
{
    uint64_t covered, time = edges_price(&f->edges, &covered);
    struct fast_stack around = both_windows(f);
    f->time += time;
    f->covered += covered;
    if (around.time == 0) /* no window is over: what the detailed model has seen at all */
        around = fast_stack_of(f->core);
    fast_stack_add(&f->sum, &around, f->time - f->sum.time);
    edges_clear(&f->edges);
}

static void begin_window(struct fast *f)
{
    f->phase = FAST_WARM;
    f->until = f->done + FAST_WARMING;
    detailed_drain(f->core);
    f->retire = f->core->retire;
}

static void end_window(struct fast *f)
{
    struct fast_stack now = fast_stack_of(f->core);
    f->before = f->window;
    f->window = fast_stack_less(&now, &f->begin);
    settle(f);
    edges_fade(&f->edges);
    uint64_t period = f->done / 16;
    if (period < FAST_FIRST_PERIOD)
        period = FAST_FIRST_PERIOD;
    if (period > FAST_PERIOD)
        period = FAST_PERIOD;
    uint64_t gap = period - FAST_WARMING - FAST_MEASURED;
    f->phase = FAST_GAP;
    f->window_end = f->done;
    f->until = f->done + gap - gap / 4 + fast_draw(&f->seed) % (gap / 2);
}

static void next_phase(struct fast *f)
{
    switch (f->phase) {
    case FAST_GAP:
        begin_window(f);
        break;
    case FAST_WARM:
        f->phase = FAST_MEASURE;
        f->until = f->done + FAST_MEASURED;
        f->begin = fast_stack_of(f->core);
        break;
    case FAST_MEASURE:
        end_window(f);
        break;
    }
}

int fast_retire(struct fast *f, const struct record_program *program,
                const struct record_batch *batch)
{
    struct record_batch rest = *batch;
    int rc = edges_reserve(&f->edges, program->n_blocks, batch->n_steps);
    while (rc == 0 && rest.n_steps > 0) {
        struct record_batch part = slice_take(&rest, f->until - f->done, program);
        if (f->phase == FAST_GAP) {
            rc = detailed_warm(f->core, program, &part, true, &f->edges);
        } else {
            f->core->observer = observe;
            rc = detailed_retire(f->core, program, &part);
            f->core->observer = NULL;
        }
        if (rc != 0)
            break;
        slice_advance(&rest, f->core->address_at);
        f->done += part.instructions;
        if (f->phase == FAST_MEASURE) {
            f->measured += part.instructions;
            f->covered += part.instructions;
        }
        if (f->done >= f->until)
            next_phase(f);
        else if (f->phase == FAST_GAP && f->done - f->window_end >= FAST_MEASURED &&
                 edges_unknown(&f->edges) >= FAST_UNKNOWN)
            begin_window(f);
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
        f->phase = FAST_WARM;
        f->until = f->done + FAST_WARMING;
    }
    settle(f);
}

uint64_t fast_time(const struct fast *f, uint64_t *covered)
{
    uint64_t time = edges_price(&f->edges, covered);
    *covered += f->covered;
    return f->time + time;
}

struct fast_stack fast_stack_now(const struct fast *f)
{
    uint64_t covered;
    struct fast_stack sum = f->sum, around = both_windows(f);
    if (around.time == 0)
        around = fast_stack_of(f->core);
    fast_stack_add(&sum, &around, fast_time(f, &covered) - sum.time);
    return sum;
}
