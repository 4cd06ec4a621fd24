/* rung history list, baseline, export: what a history holds. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/history.h"

/* Of all three. */
struct arguments {
    const char *path, *note;
    struct analysis_history_options o;
    enum format format;
    bool formatted, lines;
};

enum { OPT_LINES = HISTORY_OPTION, OPT_NOTE };

static int take_option(void *arguments, int opt)
{
    struct arguments *a = arguments;
    switch (opt) {
    case 'f':
        a->formatted = true;
        return cmd_parse_format(&cmd_history_command, optarg, &a->format);
    case OPT_LINES:
        a->lines = true;
        return 0;
    case OPT_NOTE:
        a->note = optarg;
        return 0;
    default:
        history_select(opt, &a->path, &a->o);
        return 0;
    }
}

/* ---- list -------------------------------------------------------------------------------- */

static size_t runs_at(const struct analysis_history *h, size_t point, size_t *lines)
{
    size_t runs = 0;
    *lines = 0;
    for (size_t i = 0; i < h->n_lines; i++)
        for (size_t k = 0; k < h->line[i].n_values; k++)
            if (h->line[i].value[k].point == point) {
                ++*lines;
                runs += h->line[i].value[k].n_runs;
            }
    return runs;
}

static int list_commits(const struct analysis_history *h, enum format format)
{
    static const char *const keys[] = {"commit", "date",  "tag",      "sessions", "lines",
                                       "runs",   "build", "baseline", NULL};
    const struct store_history *s = h->store;
    const char *baseline = s->n_baselines > 0 ? s->baseline[s->n_baselines - 1].commit : "";
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < h->n_points; i++) {
        const struct store_history_entry *e = h->point[i].entry;
        char commit[ANALYSIS_COMMIT_SIZE], build[400];
        size_t lines, runs = runs_at(h, i, &lines);
        snprintf(build, sizeof(build), "%s%s%s", e->compiler, e->flags[0] != '\0' ? ", " : "",
                 e->flags);
        table_text(t, format == FORMAT_TEXT ? analysis_commit_short(commit, e->commit) : e->commit);
        table_text(t, e->date);
        table_text(t, e->tag);
        table_uint(t, h->point[i].n_entries);
        table_uint(t, lines);
        table_uint(t, runs);
        table_text(t, build);
        table_text(t, strcmp(e->commit, baseline) == 0 ? "now"
                      : h->point[i].baseline           ? "before"
                                                       : "");
    }
    return cmd_print(t, format);
}

static int list_lines(const struct analysis_history *h, enum format format)
{
    static const char *const keys[] = {"line",    "commits", "commit", "instructions_per_second",
                                       "cpi",     "wall_seconds", "peak_memory", "allocations",
                                       NULL};
    static const char *const titles[] = {"line", "commits", "latest", "instructions/s", "CPI",
                                         "wall s", "memory", "allocations", NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < h->n_lines; i++) {
        const struct analysis_history_line *l = &h->line[i];
        const struct analysis_history_value *v = &l->value[l->n_values - 1];
        const char *commit = h->point[v->point].entry->commit;
        char text[ANALYSIS_COMMIT_SIZE];
        table_text(t, l->name);
        table_uint(t, l->n_values);
        table_text(t, format == FORMAT_TEXT ? analysis_commit_short(text, commit) : commit);
        table_real(t, v->speed, 4);
        table_real(t, v->cpi, 5);
        table_real(t, v->wall_seconds, 4);
        table_number(t, v->peak_memory);
        table_real(t, v->allocations, 4);
    }
    return cmd_print(t, format);
}

int history_list(int argc, char **argv)
{
    static const struct option longs[] = {HISTORY_LONG_SELECT,
                                          {"format", required_argument, NULL, 'f'},
                                          {"lines", no_argument, NULL, OPT_LINES},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_history_command;
    struct arguments a = {.path = HISTORY_FILE};
    struct store_history *store = NULL;
    struct analysis_history *h = NULL;
    struct err err = {0};
    analysis_history_options_init(&a.o);
    int status = cmd_options(c, argc, argv, "f:H:", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 0, 0, "");
    if (status != 0)
        return status;
    status = store_history_open(&store, a.path, &err);
    if (status == 0)
        status = analysis_history_alloc(&h, store, &a.o, &err);
    if (status < 0)
        status = cmd_fail(&err);
    else
        status = a.lines ? list_lines(h, a.format) : list_commits(h, a.format);
    if (h != NULL && status == 0 && a.format == FORMAT_TEXT)
        fprintf(stderr, "host %s: %s\n", h->host, h->host_text);
    analysis_history_free(h);
    store_history_close(store);
    return status;
}

/* ---- baseline ---------------------------------------------------------------------------- */

static int show_baselines(const char *path, enum format format)
{
    static const char *const keys[] = {"set", "commit", "note", NULL};
    struct store_history *s = NULL;
    struct err err = {0};
    if (store_history_open(&s, path, &err) < 0)
        return cmd_fail(&err);
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = s->n_baselines; i-- > 0;) {
        char commit[ANALYSIS_COMMIT_SIZE];
        const char *whole = s->baseline[i].commit;
        table_text(t, s->baseline[i].set);
        table_text(t, format == FORMAT_TEXT ? analysis_commit_short(commit, whole) : whole);
        table_text(t, s->baseline[i].note);
    }
    int status = cmd_print(t, format);
    store_history_close(s);
    return status;
}

static int set_baseline(const char *path, const char *commit, const char *note)
{
    struct store_history_baseline b = {{0}, {0}, {0}};
    struct err err = {0};
    if (strlen(commit) >= sizeof(b.commit) || strlen(note) >= sizeof(b.note))
        return cmd_usage(&cmd_history_command, "'%s' is too long",
                         strlen(note) >= sizeof(b.note) ? note : commit);
    memcpy(b.commit, commit, strlen(commit));
    memcpy(b.note, note, strlen(note));
    int status = store_history_set_baseline(path, &b, &err);
    return status < 0 ? cmd_fail(&err) : 0;
}

int history_baseline(int argc, char **argv)
{
    static const struct option longs[] = {{"history", required_argument, NULL, 'H'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"note", required_argument, NULL, OPT_NOTE},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_history_command;
    struct arguments a = {.path = HISTORY_FILE};
    int status = cmd_options(c, argc, argv, "f:H:", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 1, 2, "what to do with it (set, show)");
    if (status != 0)
        return status;
    if (strcmp(argv[optind], "show") == 0) {
        if (a.note != NULL)
            return cmd_usage(c, "'--note' is for 'baseline set'");
        return argc - optind > 1 ? cmd_usage(c, "too many arguments")
                                 : show_baselines(a.path, a.format);
    }
    if (strcmp(argv[optind], "set") != 0)
        return cmd_usage(c, "unknown word '%s' (set, show)", argv[optind]);
    if (a.formatted)
        return cmd_usage(c, "'--format' is for 'baseline show'");
    if (argc - optind < 2)
        return cmd_usage(c, "a commit is missing");
    return set_baseline(a.path, argv[optind + 1], a.note != NULL ? a.note : "");
}

/* ---- export ------------------------------------------------------------------------------ */

static const char *const export_keys[] = {
    "session",  "commit",  "date",    "tag",       "host",         "compiler",
    "flags",    "study",   "measured", "simulator", "problem",     "n",
    "mode",     "machine", "variant", "seed",      "repetition",   "id",
    "instructions", "cycles", "cpi",  "wall_seconds", "user_seconds", "instructions_per_second",
    "peak_memory", "allocations", NULL};

static void add_sample(struct table *t, const struct store_history *s,
                       const struct store_history_sample *r)
{
    const struct store_history_entry *e = &s->entry[r->entry];
    const struct store_history_series *k = &s->series[r->series];
    const double *counter = s->counters[r->counters].counter;
    double cycles = counter[COUNTER_cycles];
    const char *const texts[] = {e->commit, e->date,  e->tag,      e->host,      e->compiler,
                                 e->flags,  e->study, e->measured, k->simulator, k->problem};
    table_uint(t, e->number);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        table_text(t, texts[i]);
    table_number(t, k->n);
    table_text(t, k->mode);
    table_text(t, k->machine);
    table_text(t, k->variant);
    table_uint(t, k->seed);
    table_uint(t, r->repetition);
    table_text(t, r->id);
    table_number(t, r->instructions);
    table_number(t, cycles > 0 ? cycles : NAN);
    table_real(t, cycles > 0 ? cycles / counter[COUNTER_instructions] : NAN, 6);
    table_real(t, r->wall_seconds, 6);
    table_real(t, r->user_seconds, 6);
    table_real(t, 1 / analysis_history_time(r), 6);
    table_number(t, r->peak_memory);
    table_real(t, r->allocations, 6);
}

int history_export(int argc, char **argv)
{
    static const struct option longs[] = {{"history", required_argument, NULL, 'H'},
                                          {"format", required_argument, NULL, 'f'},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_history_command;
    struct arguments a = {.path = HISTORY_FILE, .format = FORMAT_CSV};
    struct store_history *s = NULL;
    struct err err = {0};
    int status = cmd_options(c, argc, argv, "f:H:", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 0, 0, "");
    if (status != 0)
        return status;
    if (store_history_open(&s, a.path, &err) < 0)
        return cmd_fail(&err);
    struct table *t = table_alloc(export_keys, NULL);
    for (size_t i = 0; i < s->n_samples; i++)
        add_sample(t, s, &s->sample[i]);
    status = cmd_print(t, a.format);
    store_history_close(s);
    return status;
}
