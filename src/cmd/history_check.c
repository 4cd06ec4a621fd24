/* rung history check: is the latest commit slower? */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/check.h"
#include "cmd/history.h"

enum { OPT_BISECT = HISTORY_OPTION };
enum { CANNOT_TELL = 125 }; /* git bisect run: skip this commit */

struct arguments {
    const char *path;
    struct analysis_history_options o;
    enum check_format format;
    bool bisect;
};

/* ---- options ----------------------------------------------------------------------------- */

static int take_option(void *arguments, int opt)
{
    struct arguments *a = arguments;
    const struct command *c = &cmd_history_command;
    switch (opt) {
    case 'f':
        return check_parse_format(c, optarg, &a->format);
    case OPT_BISECT:
        a->bisect = true;
        return 0;
    default:
        if (history_select(opt, &a->path, &a->o))
            return 0;
        return history_judge(opt, &a->o);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct arguments *a)
{
    static const struct option longs[] = {HISTORY_LONG_SELECT,
                                          HISTORY_LONG_JUDGE,
                                          {"format", required_argument, NULL, 'f'},
                                          {"bisect", no_argument, NULL, OPT_BISECT},
                                          CMD_LONG_HELP};
    analysis_history_options_init(&a->o);
    int status = cmd_options(&cmd_history_command, argc, argv, "f:H:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_history_command, argc, 0, 0, "");
    return status != 0 ? status : CMD_GO_ON;
}

/* ---- output ------------------------------------------------------------------------------ */

static void say_reference(const struct analysis_history *h,
                          const struct analysis_history_reference *r)
{
    char now[ANALYSIS_COMMIT_SIZE], then[ANALYSIS_COMMIT_SIZE];
    analysis_commit_short(now, h->point[r->point].entry->commit);
    if (r->commit != NULL)
        fprintf(stderr, "commit %s on host %s against %s%s\n", now, h->host,
                r->is_baseline ? "the baseline " : "", analysis_commit_short(then, r->commit));
    else
        fprintf(stderr, "commit %s on host %s against %zu commit%s before it\n", now, h->host,
                r->n_points, r->n_points == 1 ? "" : "s");
}

/* Levels that changed, the largest slow-down first, as text for people. */
static void say_changes(const struct analysis_history *h)
{
    for (size_t i = 0; i < h->n_lines; i++) {
        const struct analysis_history_line *l = &h->line[i];
        for (size_t k = 0; k < l->n_changes; k++) {
            const struct analysis_history_change *c = &l->change[k];
            const struct analysis_history_point *p = &h->point[l->value[c->value].point];
            char commit[ANALYSIS_COMMIT_SIZE];
            fprintf(stderr, "level of %s changed at %s (%s): %+.1f %% time\n", l->name,
                    analysis_commit_short(commit, p->entry->commit), p->entry->date,
                    100 * (c->ratio.value - 1));
        }
    }
}

static json_t *json_of_changes(const struct analysis_history *h)
{
    json_t *list = json_array();
    for (size_t i = 0; i < h->n_lines; i++) {
        const struct analysis_history_line *l = &h->line[i];
        for (size_t k = 0; k < l->n_changes; k++) {
            const struct analysis_history_change *c = &l->change[k];
            const struct store_history_entry *e = h->point[l->value[c->value].point].entry;
            json_array_append_new(
                list, json_pack("{ss ss ss so so so}", "line", l->name, "commit", e->commit,
                                "date", e->date, "ratio", json_number(c->ratio.value), "ci",
                                json_interval(c->ratio.lower, c->ratio.upper), "p",
                                json_number(c->p)));
        }
    }
    return list;
}

static int print_json(const struct arguments *a, const struct analysis_history *h,
                      const struct analysis_history_reference *r,
                      const struct analysis_checks *c)
{
    json_t *list = check_json_list(c);
    const char *against = r->commit != NULL ? r->commit : "last";
    json_t *root = json_pack(
        "{ss ss ss sb so ss so so so so so so}", "commit", h->point[r->point].entry->commit,
        "host", h->host, "against", against, "baseline", r->is_baseline, "checks", list, "verdict",
        analysis_verdict_text(c->verdict), "level", json_number(a->o.level), "tolerance",
        json_number(a->o.tolerance), "growth", json_number(a->o.growth), "busy",
        json_number(a->o.busy), "changes", json_of_changes(h), "warnings",
        check_json_warnings(c));
    return cmd_print_json(root);
}

static int show(const struct arguments *a, const struct analysis_history *h,
                const struct analysis_history_reference *r, const struct analysis_checks *c)
{
    if (a->format == CHECK_JSON)
        return print_json(a, h, r, c);
    struct check_arguments like = {
        .title = "rung history check", .path = a->path, .format = a->format};
    say_reference(h, r);
    int status = check_print(&like, c);
    say_changes(h);
    return status;
}

static int exit_status(const struct arguments *a, const struct analysis_checks *c)
{
    switch (c->verdict) {
    case ANALYSIS_PASS:
        return 0;
    case ANALYSIS_FAIL:
        return 1;
    case ANALYSIS_INCONCLUSIVE:
        break;
    }
    return a->bisect ? CANNOT_TELL : err_exit_status(ERR_INCONCLUSIVE);
}

int history_check(int argc, char **argv)
{
    struct arguments a = {.path = HISTORY_FILE};
    struct store_history *store = NULL;
    struct analysis_history *h = NULL;
    struct analysis_checks *checks = NULL;
    struct analysis_history_reference reference;
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    status = store_history_open(&store, a.path, &err);
    if (status == 0)
        status = analysis_history_alloc(&h, store, &a.o, &err);
    if (status == 0)
        status = analysis_history_check(&checks, &reference, h, &a.o, &err);
    if (status == 0)
        status = analysis_history_changes(h, &a.o, &err);
    if (status < 0) {
        err_set(&err, status, "%s", err_text(status));
        status = cmd_fail(&err);
        if (a.bisect) /* a commit that cannot be judged is no reason to end the search */
            status = CANNOT_TELL;
    } else {
        status = show(&a, h, &reference, checks);
        if (status == 0)
            status = exit_status(&a, checks);
    }
    analysis_checks_free(checks);
    analysis_history_free(h);
    store_history_close(store);
    return status;
}
