/* rung history add: sessions from studies. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/hash.h"
#include "cmd/history.h"
#include "cmd/runs.h"

struct add_arguments {
    const char *path, *commit, *date, *host, *tag;
    bool quiet;
};

/* The runs of one study, host by host: one session for each. */
struct sessions {
    struct store_history_addition *item;
    size_t n;
};

static void sessions_release(struct sessions *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free((void *)s->item[i].row);
        free((void *)s->item[i].allocations);
    }
    free(s->item);
    *s = (struct sessions){0};
}

/* Cuts what does not fit: all of these are for people, or digests. */
static void set(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%.*s", (int)size - 1, text);
}

/* Processor and cores tell hosts of one kind from others; memory, which stands behind them,
 * varies a little from boot to boot. */
static void fingerprint(char host[64], const char *text)
{
    char hash[HASH_TEXT_SIZE];
    const char *comma = strrchr(text, ',');
    hash_bytes(text, comma != NULL ? (size_t)(comma - text) : strlen(text), hash);
    snprintf(host, 64, "%.8s", hash);
}

static int parse_date(char text[DATE_SIZE], const char *date, struct err *err)
{
    int64_t seconds;
    if (date_parse(date, &seconds) != 0)
        return err_set(err, ERR_CONFIG, "'%s' is no date (as 2026-11-22T18:30:00Z)", date);
    date_format(text, seconds);
    return 0;
}

/* A commit of rung itself is known to the study; that of another simulator is not. */
static int find_commit(struct store_history_entry *e, const struct add_arguments *a,
                       const struct runs *runs, const char *path, struct err *err)
{
    const char *commit = a->commit;
    bool own = true;
    for (size_t i = 0; i < runs->rows.count; i++)
        own = own && strcmp(runs->rows.row[i]->simulator, "rung") == 0;
    if (commit == NULL && !own)
        return err_set(err, ERR_CONFIG,
                       "'%s' has runs of another simulator: name its commit with --commit", path);
    if (commit == NULL && runs->store != NULL) {
        commit = store_attribute(runs->store, "tool_hash");
        if (commit[0] == '\0')
            commit = store_attribute(runs->store, "tool_commit");
    }
    if (commit == NULL || commit[0] == '\0' || strcmp(commit, "unknown") == 0)
        return err_set(err, ERR_CONFIG, "'%s' does not know its commit: use --commit", path);
    if (strlen(commit) >= sizeof(e->commit))
        return err_set(err, ERR_CONFIG, "'%s' is too long for a commit", commit);
    set(e->commit, sizeof(e->commit), commit);
    return 0;
}

static int find_date(struct store_history_entry *e, const struct add_arguments *a,
                     const struct runs *runs, struct err *err)
{
    char text[DATE_SIZE] = "";
    int status = 0;
    if (a->date != NULL)
        status = parse_date(text, a->date, err);
    else if (a->commit == NULL && runs->store != NULL &&
             store_attribute(runs->store, "tool_date")[0] != '\0')
        status = parse_date(text, store_attribute(runs->store, "tool_date"), err);
    else if (e->measured[0] != '\0')
        status = parse_date(text, e->measured, err);
    else
        date_format(text, (int64_t)time(NULL));
    set(e->date, sizeof(e->date), text);
    return status;
}

/* What all sessions of a study have in common. */
static int describe(struct store_history_entry *e, const struct add_arguments *a,
                    const struct runs *runs, const char *path, struct err *err)
{
    const struct store *s = runs->store;
    bool own = a->commit == NULL; /* built from the commit that is meant */
    int status = find_commit(e, a, runs, path, err);
    if (status < 0)
        return status;
    set(e->tag, sizeof(e->tag), a->tag != NULL ? a->tag : "");
    if (s != NULL) {
        set(e->measured, sizeof(e->measured), store_attribute(s, "created"));
        set(e->study, sizeof(e->study), store_study_name(s));
        set(e->version, sizeof(e->version), store_attribute(s, "tool_version"));
        own = own || strncmp(e->commit, store_attribute(s, "tool_hash"), 7) == 0;
    }
    if (s != NULL && own) {
        set(e->compiler, sizeof(e->compiler), store_attribute(s, "tool_compiler"));
        set(e->flags, sizeof(e->flags), store_attribute(s, "tool_flags"));
    }
    return find_date(e, a, runs, err);
}

static int host_of(const struct runs *runs, const struct store_row *row, char text[160],
                   struct err *err)
{
    struct store_origin origin;
    text[0] = '\0';
    if (runs->store == NULL)
        return 0;
    int status = store_read_origin(runs->store, row->id, &origin, err);
    if (status == 0)
        set(text, 160, origin.host[0] != '\0' ? origin.host
                                              : store_attribute(runs->store, "host"));
    store_origin_release(&origin);
    return status;
}

static struct store_history_addition *session_of(struct sessions *s, const char *host,
                                                 const char *host_text,
                                                 const struct store_history_entry *common,
                                                 size_t room)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->item[i].entry.host, host) == 0)
            return &s->item[i];
    struct store_history_addition *grown = realloc(s->item, (s->n + 1) * sizeof(*grown));
    if (grown == NULL)
        return NULL;
    s->item = grown;
    struct store_history_addition *a = &grown[s->n++];
    *a = (struct store_history_addition){.entry = *common};
    set(a->entry.host, sizeof(a->entry.host), host);
    set(a->entry.host_text, sizeof(a->entry.host_text), host_text);
    a->row = calloc(room + 1, sizeof(*a->row));
    return a->row != NULL ? a : NULL;
}

static int part(struct sessions *s, const struct runs *runs,
                const struct store_history_entry *common, const struct add_arguments *a,
                struct err *err)
{
    for (size_t i = 0; i < runs->rows.count; i++) {
        char text[160], host[64];
        if (strcmp(runs->rows.row[i]->status, "ok") != 0)
            continue;
        int status = host_of(runs, runs->rows.row[i], text, err);
        if (status < 0)
            return status;
        if (a->host == NULL && text[0] == '\0')
            return err_set(err, ERR_CONFIG, "where this was run is not known: use --host");
        if (a->host != NULL)
            set(host, sizeof(host), a->host);
        else
            fingerprint(host, text);
        struct store_history_addition *session =
            session_of(s, host, text, common, runs->rows.count);
        if (session == NULL)
            return err_set(err, ERR_NOMEM, "out of memory");
        ((const struct store_row **)session->row)[session->n++] = runs->rows.row[i];
    }
    if (s->n == 0)
        return err_set(err, ERR_DATA, "no run ended well");
    return 0;
}

/* Allocations of the runs that a profile has counted them for: the study's table /profile/runs. */
static int find_allocations(struct sessions *s, struct store *store, struct err *err)
{
    struct store_table t;
    bool found = false;
    const struct store_column *id = NULL, *count = NULL;
    if (store == NULL)
        return 0;
    int status = store_read_table(store, "profile/runs", &t, &found, err);
    if (!found) {
        err_clear(err);
        return 0;
    }
    for (size_t c = 0; status == 0 && c < t.n_columns; c++) {
        if (strcmp(t.column[c].name, "id") == 0 && t.column[c].text != NULL)
            id = &t.column[c];
        if (strcmp(t.column[c].name, "allocations") == 0 && t.column[c].real != NULL)
            count = &t.column[c];
    }
    for (size_t i = 0; status == 0 && id != NULL && count != NULL && i < s->n; i++) {
        double *allocations = malloc((s->item[i].n + 1) * sizeof(*allocations));
        if (allocations == NULL)
            status = err_set(err, ERR_NOMEM, "out of memory");
        for (size_t k = 0; allocations != NULL && k < s->item[i].n; k++) {
            allocations[k] = NAN;
            for (size_t r = 0; r < t.n_rows; r++)
                if (strcmp(id->text[r], s->item[i].row[k]->id) == 0)
                    allocations[k] = count->real[r];
        }
        s->item[i].allocations = allocations;
    }
    store_table_release(&t);
    return status;
}

static void tell(const struct add_arguments *a, const struct sessions *s)
{
    char commit[ANALYSIS_COMMIT_SIZE];
    for (size_t i = 0; i < s->n && !a->quiet; i++) {
        const struct store_history_entry *e = &s->item[i].entry;
        fprintf(stderr, "'%s': session %llu, %zu run%s of commit %s on host %s\n", a->path,
                (unsigned long long)e->number, s->item[i].n, s->item[i].n == 1 ? "" : "s",
                analysis_commit_short(commit, e->commit), e->host);
    }
}

static int add_study(const struct add_arguments *a, const char *path, struct err *err)
{
    struct runs runs;
    struct sessions sessions = {0};
    struct store_history_entry common;
    memset(&common, 0, sizeof(common));
    int status = runs_open(&runs, path, NULL, err);
    if (status == 0)
        status = describe(&common, a, &runs, path, err);
    if (status == 0) {
        status = part(&sessions, &runs, &common, a, err);
        if (status == 0)
            status = find_allocations(&sessions, runs.store, err);
        if (status == 0)
            status = store_history_add(a->path, sessions.item, sessions.n, err);
        if (status < 0)
            err_prefix(err, "'%s': ", path);
    }
    if (status == 0)
        tell(a, &sessions);
    sessions_release(&sessions);
    runs_close(&runs);
    return status;
}

enum { OPT_DATE = HISTORY_OPTION, OPT_TAG };

static int take_option(void *arguments, int opt)
{
    struct add_arguments *a = arguments;
    switch (opt) {
    case 'H':
        a->path = optarg;
        break;
    case HISTORY_COMMIT: /* AUTO is what happens without the option */
        a->commit = strcmp(optarg, "AUTO") == 0 ? NULL : optarg;
        break;
    case OPT_DATE:
        a->date = optarg;
        break;
    case HISTORY_HOST:
        a->host = optarg;
        break;
    case OPT_TAG:
        a->tag = optarg;
        break;
    default:
        a->quiet = true;
        break;
    }
    return 0;
}

int history_add(int argc, char **argv)
{
    static const struct option longs[] = {{"history", required_argument, NULL, 'H'},
                                          {"commit", required_argument, NULL, HISTORY_COMMIT},
                                          {"date", required_argument, NULL, OPT_DATE},
                                          {"host", required_argument, NULL, HISTORY_HOST},
                                          {"tag", required_argument, NULL, OPT_TAG},
                                          {"quiet", no_argument, NULL, 'q'},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_history_command;
    struct add_arguments a = {.path = HISTORY_FILE};
    struct err err = {0};
    int status = cmd_options(c, argc, argv, "H:q", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 1, argc, "a study file");
    if (status != 0)
        return status;
    for (int i = optind; i < argc && status == 0; i++)
        status = add_study(&a, argv[i], &err);
    return status < 0 ? cmd_fail(&err) : 0;
}
