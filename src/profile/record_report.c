/* What a worker says on its standard output when it is done, and what is not to be seen. */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "profile/record_priv.h"

const char *record_counter_name(enum record_counter c)
{
    static const char *const names[] = {
#define X(name) #name,
        RECORD_COUNTERS(X)
#undef X
    };
    return names[c];
}

void record_report_clear(struct record_report *report)
{
    memset(report, 0, sizeof(*report));
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        report->counter[i] = NAN;
}

char *record_report_format(const struct record_report *report)
{
    json_t *message = json_string(report->message);
    json_t *object = json_pack(
        "{s:i, s:o, s:I, s:o, s:o, s:o, s:o}", "error", report->error, "message",
        message != NULL ? message : json_string("?"), "runs", (json_int_t)report->runs,
        "instructions", json_number(report->instructions), "user_seconds",
        json_number(report->user_seconds), "system_seconds",
        json_number(report->system_seconds), "wall_seconds", json_number(report->wall_seconds));
    json_t *counters = json_object();
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        json_object_set_new(counters, record_counter_name((enum record_counter)i),
                            json_number(report->counter[i]));
    json_object_set_new(object, "counters", counters);
    json_object_set_new(object, "no_counters", json_string(report->no_counters));
    char *line =
        object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(object);
    return line;
}

int record_report_parse(const char *line, struct record_report *report)
{
    const char *message, *reason;
    json_t *counters;
    json_int_t runs;
    int rc = ERR_DATA;
    record_report_clear(report);
    json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
    if (json_unpack(object, "{s:i, s:s, s:I, s:F, s:F, s:F, s:F, s:o, s:s}", "error",
                    &report->error, "message", &message, "runs", &runs, "instructions",
                    &report->instructions, "user_seconds", &report->user_seconds,
                    "system_seconds", &report->system_seconds, "wall_seconds",
                    &report->wall_seconds, "counters", &counters, "no_counters",
                    &reason) == 0) {
        for (int i = 0; i < RECORD_COUNTER_MAX; i++) {
            json_t *value =
                json_object_get(counters, record_counter_name((enum record_counter)i));
            report->counter[i] = json_is_number(value) ? json_number_value(value) : NAN;
        }
        snprintf(report->no_counters, sizeof(report->no_counters), "%s", reason);
        snprintf(report->message, sizeof(report->message), "%s", message);
        report->runs = (uint64_t)runs;
        rc = 0;
    }
    json_decref(object);
    return rc;
}

void record_hush_begin(struct record_hush *hush)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    hush->saved = nowhere >= 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
    if (hush->saved >= 0)
        dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
}

void record_hush_end(struct record_hush *hush)
{
    if (hush->saved < 0)
        return;
    dup2(hush->saved, STDERR_FILENO);
    close(hush->saved);
}
