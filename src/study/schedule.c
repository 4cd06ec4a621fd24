#include "config.h"

#include "study/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/units.h"

/* Forecasts of what waits are made anew at most so often. */
static const double renew_seconds = 1;

struct schedule {
    const struct plan *plan;
    struct forecast *forecast;
    size_t *queue;  /* run numbers, longest first */
    bool *taken;    /* by place in the queue */
    size_t n, head; /* all before `head` are taken */
    double *cost;   /* by run number */
    double waiting; /* seconds of what is not taken */
    double memory, in_use;
    double renewed; /* wall time */
};

struct queued {
    size_t task;
    double cost;
};

static int order_longest_first(const void *first, const void *second)
{
    const struct queued *a = first, *b = second;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return (a->task > b->task) - (a->task < b->task);
}

static int fill_queue(struct schedule *s, const size_t *task)
{
    struct queued *sorted = malloc((s->n + 1) * sizeof(*sorted));
    if (sorted == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n; i++)
        sorted[i] = (struct queued){task[i], s->plan->run[task[i]].cost};
    qsort(sorted, s->n, sizeof(*sorted), order_longest_first);
    for (size_t i = 0; i < s->n; i++) {
        s->queue[i] = sorted[i].task;
        s->waiting += sorted[i].cost;
    }
    free(sorted);
    return 0;
}

int schedule_alloc(struct schedule **out, const struct plan *plan, const size_t *task,
                   size_t n_tasks, struct forecast *forecast, double memory, struct err *err)
{
    struct schedule *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    s->plan = plan;
    s->forecast = forecast;
    s->memory = memory;
    s->n = n_tasks;
    s->renewed = cpu_wall_seconds();
    s->queue = malloc((n_tasks + 1) * sizeof(*s->queue));
    s->taken = calloc(n_tasks + 1, sizeof(*s->taken));
    s->cost = malloc((plan->n_runs + 1) * sizeof(*s->cost));
    if (s->queue == NULL || s->taken == NULL || s->cost == NULL || fill_queue(s, task) != 0) {
        schedule_free(s);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < plan->n_runs; i++)
        s->cost[i] = plan->run[i].cost;
    *out = s;
    return 0;
}

void schedule_free(struct schedule *s)
{
    if (s == NULL)
        return;
    free(s->queue);
    free(s->taken);
    free(s->cost);
    free(s);
}

static double memory_of(const struct schedule *s, size_t place)
{
    return s->plan->run[s->queue[place]].memory;
}

static void take(struct schedule *s, size_t place, size_t *task)
{
    *task = s->queue[place];
    s->taken[place] = true;
    s->in_use += memory_of(s, place);
    s->waiting -= s->cost[*task];
    while (s->head < s->n && s->taken[s->head])
        s->head++;
}

bool schedule_next(struct schedule *s, size_t *task)
{
    if (s->head == s->n)
        return false;
    double first = memory_of(s, s->head);
    if (s->in_use <= 0 || s->in_use + first <= s->memory) {
        take(s, s->head, task);
        return true;
    }
    for (size_t i = s->head + 1; i < s->n; i++) {
        double need = memory_of(s, i);
        if (!s->taken[i] && s->in_use + need <= s->memory && first + need <= s->memory) {
            take(s, i, task);
            return true;
        }
    }
    return false;
}

static void renew(struct schedule *s)
{
    s->waiting = 0;
    for (size_t i = 0; i < s->plan->n_runs; i++)
        s->cost[i] = forecast_seconds(s->forecast, s->plan, &s->plan->run[i]);
    for (size_t i = s->head; i < s->n; i++)
        s->waiting += s->taken[i] ? 0 : s->cost[s->queue[i]];
    s->renewed = cpu_wall_seconds();
}

void schedule_end(struct schedule *s, size_t task, const struct store_row *row)
{
    s->in_use -= s->plan->run[task].memory;
    if (s->forecast == NULL || row == NULL)
        return;
    /* Without memory for what it learned, the forecast stays as it is. */
    if (forecast_learn(s->forecast, row) == 0 &&
        cpu_wall_seconds() - s->renewed >= renew_seconds)
        renew(s);
}

double schedule_cost(const struct schedule *s, size_t task)
{
    return s->cost[task];
}

double schedule_waiting(const struct schedule *s, double *longest)
{
    /* The first that waits was the longest when the order was made. */
    *longest = s->head < s->n ? s->cost[s->queue[s->head]] : 0;
    return s->waiting > 0 ? s->waiting : 0;
}

int schedule_check_memory(const struct plan *plan, const size_t *task, size_t n_tasks,
                          double memory, struct err *err)
{
    const struct plan_run *largest = NULL;
    char name[512], need[32], limit[32];
    size_t n = 0;
    for (size_t i = 0; i < n_tasks; i++) {
        const struct plan_run *run = &plan->run[task[i]];
        if (run->memory <= memory)
            continue;
        n++;
        if (largest == NULL || run->memory > largest->memory)
            largest = run;
    }
    if (largest == NULL)
        return 0;
    units_format_bytes(need, sizeof(need), (uint64_t)largest->memory);
    units_format_bytes(limit, sizeof(limit), (uint64_t)memory);
    plan_describe(plan, largest, name, sizeof(name));
    if (n == 1)
        return err_set(err, ERR_CONFIG, "'%s' needs %s of memory, but there may be used %s",
                       name, need, limit);
    return err_set(err, ERR_CONFIG,
                   "'%s' needs %s of memory, but there may be used %s, which is too little "
                   "for %zu runs",
                   name, need, limit, n);
}
