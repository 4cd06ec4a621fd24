/* Output of `rung check`. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/check.h"
#include "cmd/cmd.h"
#include "cmd/fit.h"
#include "cmd/save.h"

/* ---- tables ---- */

static void add_number(struct table *t, double value, bool fraction)
{
    if (fraction)
        table_percent(t, value, 4);
    else
        table_real(t, value, 4);
}

static int print_table(const struct check_arguments *a, const struct analysis_checks *c)
{
    static const char *const keys[] = {"name", "subject", "value", "ci_lower", "ci_upper",
                                       "threshold", "verdict", "advice", NULL};
    static const char *const titles[] = {"check", "subject", "value", "from", "to", "threshold",
                                         "verdict", "advice", NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        table_text(t, k->name);
        table_text(t, k->subject);
        add_number(t, k->value, k->fraction);
        add_number(t, k->lower, k->fraction);
        add_number(t, k->upper, k->fraction);
        add_number(t, k->threshold, k->fraction);
        table_text(t, analysis_verdict_text(k->verdict));
        table_text(t, k->advice);
    }
    int status = cmd_print(t, a->format == CHECK_CSV ? FORMAT_CSV : FORMAT_TEXT);
    if (status == 0 && a->format == CHECK_TEXT)
        printf("\nverdict: %s%s\n", analysis_verdict_text(c->verdict),
               a->point ? " (by point values, not intervals)" : "");
    return status;
}

/* ---- JSON ---- */

static json_t *json_of_plan(const struct analysis_check *k)
{
    return json_pack("{ss so so so}", "unit", k->unit, "have", json_number(k->have), "need",
                     json_number(k->need), "reachable",
                     json_boolean(isfinite(k->need)));
}

static json_t *json_of_thresholds(const struct analysis_thresholds *t)
{
    return json_pack("{so so so so so}", "r2", json_number(t->r2), "error",
                     json_number(t->error), "velocity", json_number(t->velocity), "speed_loss",
                     json_number(t->speed_loss), "equivalence", json_number(t->equivalence));
}

json_t *check_json_list(const struct analysis_checks *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        json_array_append_new(
            list, json_pack("{ss ss so so so ss ss so}", "name", k->name, "subject", k->subject,
                            "value", json_number(k->value), "ci",
                            json_interval(k->lower, k->upper), "threshold",
                            json_number(k->threshold), "verdict",
                            analysis_verdict_text(k->verdict), "advice", k->advice, "plan",
                            json_of_plan(k)));
    }
    return list;
}

json_t *check_json_warnings(const struct analysis_checks *c)
{
    return fit_json_warnings(&c->warnings);
}

static int print_json(const struct analysis_checks *c)
{
    json_t *list = check_json_list(c);
    const struct analysis_thresholds *t = &c->thresholds;
    json_t *root = json_pack("{so ss ss so so sI sI sI so}", "checks", list, "verdict",
                             analysis_verdict_text(c->verdict), "bound",
                             t->point ? "point" : "interval", "level", json_number(t->level),
                             "thresholds", json_of_thresholds(t), "seed", (json_int_t)c->seed,
                             "resamples", (json_int_t)c->resamples, "failed_runs",
                             (json_int_t)c->failed_runs, "warnings",
                             fit_json_warnings(&c->warnings));
    return cmd_print_json(root);
}

/* ---- formats of other tools ---- */

/* "0.9731 (0.92 ... 0.99), threshold 0.95" */
static void sentence(const struct analysis_check *k, char *text, size_t size)
{
    double unit = k->fraction ? 100 : 1;
    const char *sign = k->fraction ? " %" : "";
    if (isnan(k->value))
        snprintf(text, size, "no value, threshold %.6g%s", unit * k->threshold, sign);
    else if (isnan(k->lower))
        snprintf(text, size, "%.4g%s, threshold %.6g%s", unit * k->value, sign,
                 unit * k->threshold, sign);
    else
        snprintf(text, size, "%.4g%s (%.4g ... %.4g%s), threshold %.6g%s", unit * k->value, sign,
                 unit * k->lower, unit * k->upper, sign, unit * k->threshold, sign);
}

static void put_xml(const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", stdout);
            break;
        case '<':
            fputs("&lt;", stdout);
            break;
        case '>':
            fputs("&gt;", stdout);
            break;
        case '"':
            fputs("&quot;", stdout);
            break;
        default:
            /* Other control characters do not exist in XML 1.0. */
            putchar((unsigned char)*text < ' ' ? ' ' : *text);
        }
}

static size_t count_of(const struct analysis_checks *c, enum analysis_verdict v)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        count += c->check[i].verdict == v;
    return count;
}

/* A doubt is an error there, not a skipped test: a build must not go green on it. */
static void print_junit(const struct check_arguments *a, const struct analysis_checks *c)
{
    char text[256];
    printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"%s ",
           a->title);
    put_xml(a->path);
    printf("\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\">\n", c->count,
           count_of(c, ANALYSIS_FAIL), count_of(c, ANALYSIS_INCONCLUSIVE));
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        const char *element = k->verdict == ANALYSIS_FAIL ? "failure" : "error";
        sentence(k, text, sizeof text);
        printf("  <testcase classname=\"rung.%s\" name=\"", k->name);
        put_xml(k->subject);
        printf("\">\n");
        if (k->verdict != ANALYSIS_PASS) {
            printf("    <%s type=\"%s\" message=\"", element, analysis_verdict_text(k->verdict));
            put_xml(k->advice);
            printf("\">");
            put_xml(text);
            printf("</%s>\n", element);
        } else {
            printf("    <system-out>");
            put_xml(text);
            printf("</system-out>\n");
        }
        printf("  </testcase>\n");
    }
    printf("</testsuite>\n");
}

static void put_cell(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '|')
            fputs("\\|", stdout);
        else
            putchar(*text == '\n' ? ' ' : *text);
}

static void print_markdown(const struct check_arguments *a, const struct analysis_checks *c)
{
    char text[256];
    printf("**%s: %s**%s\n\n| check | subject | result | verdict | advice |\n"
           "|---|---|---|---|---|\n", a->title,
           analysis_verdict_text(c->verdict), a->point ? " (by point values)" : "");
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        sentence(k, text, sizeof text);
        printf("| %s | ", k->name);
        put_cell(k->subject);
        printf(" | ");
        put_cell(text);
        printf(" | %s | ", analysis_verdict_text(k->verdict));
        put_cell(k->advice);
        printf(" |\n");
    }
}

static void print_tap(const struct analysis_checks *c)
{
    char text[256];
    printf("TAP version 13\n1..%zu\n", c->count);
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        sentence(k, text, sizeof text);
        printf("%s %zu - %s ", k->verdict == ANALYSIS_PASS ? "ok" : "not ok", i + 1, k->name);
        /* '#' would begin a directive. */
        for (const char *p = k->subject; *p != '\0'; p++)
            putchar(*p == '#' ? '_' : *p);
        printf("\n  ---\n  verdict: %s\n  result: \"%s\"\n  advice: '",
               analysis_verdict_text(k->verdict), text);
        for (const char *p = k->advice; *p != '\0'; p++) {
            if (*p == '\'')
                putchar('\'');
            putchar(*p);
        }
        printf("'\n  ...\n");
    }
}

/* A command of GitHub's runners: percent, line ends, and in properties ':' and ','. */
static void put_command(const char *text, bool property)
{
    for (; *text != '\0'; text++)
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (property && (*text == ':' || *text == ',')))
            printf("%%%02X", (unsigned)*text);
        else
            putchar(*text);
}

/* One annotation for each check that is not a pass. */
static void print_github(const struct check_arguments *a, const struct analysis_checks *c)
{
    char text[256];
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        if (k->verdict == ANALYSIS_PASS)
            continue;
        sentence(k, text, sizeof text);
        printf("::%s title=", k->verdict == ANALYSIS_FAIL ? "error" : "warning");
        put_command(a->title, true);
        printf(" %s", analysis_verdict_text(k->verdict));
        printf("::%s ", k->name);
        put_command(k->subject, false);
        printf(": ");
        put_command(text, false);
        printf("; ");
        put_command(k->advice, false);
        putchar('\n');
    }
    printf("::notice title=");
    put_command(a->title, true);
    printf("::%zu check%s: %s\n", c->count, c->count == 1 ? "" : "s",
           analysis_verdict_text(c->verdict));
}

int check_parse_format(const struct command *command, const char *text,
                       enum check_format *format)
{
    static const char *const names[] = {
#define X(name, text) text,
        CHECK_FORMATS(X)
#undef X
    };
    enum { COUNT = sizeof names / sizeof names[0] };
    struct str all;
    str_init(&all);
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(text, names[i]) == 0) {
            *format = (enum check_format)i;
            str_release(&all);
            return 0;
        }
        str_addf(&all, "%s%s", i == 0 ? "" : i + 1 < COUNT ? ", " : " or ", names[i]);
    }
    int status = cmd_bad_value(command, "--format", text, all.data);
    str_release(&all);
    return status;
}

int check_print(const struct check_arguments *a, const struct analysis_checks *c)
{
    for (size_t i = 0; i < c->warnings.count; i++)
        cmd_warn("%s", c->warnings.item[i].text);
    switch (a->format) {
    case CHECK_JSON:
        return print_json(c);
    case CHECK_JUNIT:
        print_junit(a, c);
        return 0;
    case CHECK_MARKDOWN:
        print_markdown(a, c);
        return 0;
    case CHECK_TAP:
        print_tap(c);
        return 0;
    case CHECK_GITHUB:
        print_github(a, c);
        return 0;
    case CHECK_TEXT:
    case CHECK_CSV:
        break;
    }
    return print_table(a, c);
}

/* ---- into the study file ---- */

int check_save(const struct check_arguments *a, const struct analysis_checks *c,
               struct err *err)
{
    static const char *const texts[] = {"name", "subject", "verdict", "advice", NULL};
    static const char *const reals[] = {"value", "ci_lower", "ci_upper", "threshold", NULL};
    const struct analysis_thresholds *t = &c->thresholds;
    const struct store_value values[] = {
        {"verdict", analysis_verdict_text(c->verdict), 0},
        {"bound", a->point ? "point" : "interval", 0},
        {"level", NULL, t->level},
        {"alpha", NULL, a->o.alpha},
        {"seed", NULL, (double)c->seed},
        {"resamples", NULL, (double)c->resamples},
        {"r2", NULL, t->r2},
        {"error", NULL, t->error},
        {"velocity", NULL, t->velocity},
        {"speed_loss", NULL, t->speed_loss},
        {"equivalence", NULL, t->equivalence},
    };
    struct save s;
    int status = save_init(&s, "checks", texts, reals, c->count);
    for (size_t i = 0; status == 0 && i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        const char *const row[] = {k->name, k->subject, analysis_verdict_text(k->verdict),
                                   k->advice};
        const double numbers[] = {k->value, k->lower, k->upper, k->threshold};
        save_row(&s, i, row, numbers);
    }
    if (status == 0)
        status = save_write(&s, a->path, values, sizeof values / sizeof values[0], err);
    save_release(&s);
    return status;
}
