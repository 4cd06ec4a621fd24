/* rung calibrate baseline: latency and overhead from hardware times at several sizes. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/calibrate.h"
#include "cmd/fit.h"

enum { OPT_GATE = CMD_OPTION_LONG, OPT_LEVEL, OPT_PROGRAM, OPT_TIME, OPT_WEIGHTS, OPT_X };

struct arguments {
    enum format format;
    const char *times;
    struct analysis_baseline_options o;
};

static int take_option(void *arguments, int opt)
{
    struct arguments *a = arguments;
    const struct command *c = &cmd_calibrate_command;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case OPT_GATE:
        return cmd_parse_between(c, "--gate", optarg, 1, &a->o.gate);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->o.level);
    case OPT_PROGRAM:
        a->o.program = optarg;
        return 0;
    case OPT_TIME:
        a->o.time = optarg;
        return 0;
    case OPT_X:
        a->o.x = optarg;
        return 0;
    default:
        return cmd_parse_either(c, "--weights", optarg, "none", "relative", &a->o.relative);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"gate", required_argument, NULL, OPT_GATE},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"program", required_argument, NULL, OPT_PROGRAM},
        {"time", required_argument, NULL, OPT_TIME},
        {"weights", required_argument, NULL, OPT_WEIGHTS},
        {"x", required_argument, NULL, OPT_X},
        CMD_LONG_HELP,
    };
    const struct command *c = &cmd_calibrate_command;
    int status = cmd_options(c, argc, argv, "f:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 0, 1, "a table of times");
    if (status != 0)
        return status;
    a->times = argv[optind];
    return CMD_GO_ON;
}

/* ---- text and CSV ---- */

/* People get the warnings as sentences, and what fits a line. */
static void add_baseline(struct table *t, const struct analysis_baseline *s, bool text)
{
    const struct stats_estimate *l = &s->latency;
    table_text(t, s->name);
    if (!text)
        table_text(t, s->category);
    table_uint(t, s->n_sizes);
    table_real(t, l->value, 5);
    table_real(t, l->lower, 5);
    table_real(t, l->upper, 5);
    table_percent(t, (l->upper - l->lower) / 2 / l->value, 2);
    table_real(t, s->overhead.value, 4);
    table_real(t, s->r2, 6);
    table_percent(t, s->curvature, 2);
    table_real(t, s->test[ANALYSIS_BASELINE_CURVED].p, 2);
    if (!text)
        table_real(t, s->test[ANALYSIS_BASELINE_UNFIT].p, 2);
    table_real(t, s->test[ANALYSIS_BASELINE_OUTLYING].p, 2);
    table_text(t, analysis_verdict_text(s->verdict));
    if (!text) {
        char *codes = calibrate_codes(&s->warnings);
        table_text(t, codes);
        free(codes);
    }
}

static int print_table(const struct arguments *a, const struct analysis_baselines *b)
{
    static const char *const keys[] = {"program",   "category",  "sizes",      "latency_ns",
                                       "ci_lower",  "ci_upper",  "half_width", "overhead_ms",
                                       "r2",        "curvature", "p_curved",   "p_lack_of_fit",
                                       "p_outlier", "verdict",   "warnings",   NULL};
    static const char *const titles[] = {"program",   "sizes",    "ns", "lower",     "upper",
                                         "+-",        "start ms", "R2", "curvature", "p",
                                         "p outlier", "gate",     NULL};
    bool text = a->format == FORMAT_TEXT;
    struct table *t = table_alloc(text ? titles : keys, NULL);
    for (size_t i = 0; i < b->count; i++)
        add_baseline(t, b->item + i, text);
    return cmd_print(t, a->format);
}

/* How many series a test rejects. */
static size_t rejected(const struct analysis_baselines *b, size_t test, bool adjusted)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct analysis_baseline_test *t = b->item[i].test + test;
        n += (adjusted ? t->p_adjusted : t->p) < 1 - b->options.level;
    }
    return n;
}

static void print_summary(const struct analysis_baselines *b)
{
    static const char *const names[] = {"not linear (quadratic term)",
                                        "not linear (lack of fit)", "with an outlier"};
    size_t failed = 0, open = 0, made;
    for (size_t i = 0; i < b->count; i++) {
        failed += b->item[i].verdict == ANALYSIS_FAIL;
        open += b->item[i].verdict == ANALYSIS_INCONCLUSIVE;
    }
    printf("\nR2 > %g: %s; %zu of %zu programs fail", b->options.gate,
           analysis_verdict_text(b->verdict), failed, b->count);
    if (open > 0)
        printf(", %zu inconclusive", open);
    puts("");
    for (size_t test = 0; test < ANALYSIS_BASELINE_TESTS; test++) {
        made = 0;
        for (size_t i = 0; i < b->count; i++)
            made += b->item[i].test[test].p >= 0;
        if (made > 0)
            printf("%s at %g %%: %zu of %zu, %zu after Holm's correction\n", names[test],
                   (1 - b->options.level) * 100, rejected(b, test, false), made,
                   rejected(b, test, true));
    }
}

/* ---- JSON ---- */

static json_t *json_of_test(const struct analysis_baseline *s, size_t test, const char *key,
                            double value)
{
    const struct analysis_baseline_test *t = s->test + test;
    return json_pack("{so so so}", key, json_number(value), "p", json_number(t->p),
                     "p_adjusted", json_number(t->p_adjusted));
}

static json_t *json_of_baseline(const struct analysis_baseline *s)
{
    const struct stats_estimate *l = &s->latency, *o = &s->overhead;
    json_t *outlier =
        json_of_test(s, ANALYSIS_BASELINE_OUTLYING, "studentised", s->studentised);
    json_object_set_new(outlier, "size", json_number(s->x[s->outlier]));
    json_t *sizes = json_array();
    for (size_t i = 0; i < s->n_points; i++)
        if (i == 0 || s->x[i] != s->x[i - 1])
            json_array_append_new(sizes, json_number(s->x[i]));
    return json_pack(
        "{ss ss ss so sI so so so so so so so so so so ss so}", "name", s->name, "category",
        s->category, "problem", s->problem, "sizes", sizes, "rows", (json_int_t)s->n_points,
        "latency_ns", json_number(l->value), "latency_ci", json_interval(l->lower, l->upper),
        "overhead_ms", json_number(o->value), "overhead_ci", json_interval(o->lower, o->upper),
        "r2", json_number(s->r2), "residual_sd", json_number(s->residual_sd), "df",
        json_number(s->df), "curvature",
        json_of_test(s, ANALYSIS_BASELINE_CURVED, "slope_change", s->curvature), "lack_of_fit",
        json_of_test(s, ANALYSIS_BASELINE_UNFIT, "f", s->lack_of_fit), "outlier", outlier,
        "verdict", analysis_verdict_text(s->verdict), "warnings",
        fit_json_warnings(&s->warnings));
}

static int print_json(const struct analysis_baselines *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < b->count; i++)
        json_array_append_new(list, json_of_baseline(b->item + i));
    json_t *root = json_pack(
        "{so ss so so ss ss}", "programs", list, "verdict", analysis_verdict_text(b->verdict),
        "gate", json_number(b->options.gate), "level", json_number(b->options.level), "x",
        b->options.x, "weights", b->options.relative ? "relative" : "none");
    return cmd_print_json(root);
}

static int print_baselines(const struct arguments *a, const struct analysis_baselines *b)
{
    if (a->format == FORMAT_JSON)
        return print_json(b);
    for (size_t i = 0; i < b->count; i++)
        for (size_t k = 0; k < b->item[i].warnings.count; k++)
            cmd_warn("%s: %s", b->item[i].name, b->item[i].warnings.item[k].text);
    int status = print_table(a, b);
    if (status == 0 && a->format == FORMAT_TEXT)
        print_summary(b);
    return status;
}

int calibrate_baseline(int argc, char **argv)
{
    struct arguments a = {.format = FORMAT_TEXT};
    struct csv *data = NULL;
    struct analysis_baselines *baselines = NULL;
    struct err err = {0};
    analysis_baseline_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    status = calibrate_load(&data, a.times, &err);
    if (status == 0)
        status = analysis_baselines_alloc(&baselines, data, &a.o, &err);
    if (status < 0)
        status = cmd_fail(&err);
    else
        status = print_baselines(&a, baselines);
    if (status == 0)
        status = calibrate_status(baselines->verdict);
    analysis_baselines_free(baselines);
    csv_free(data);
    return status;
}
