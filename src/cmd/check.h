/* What the files behind `rung check` share. */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include <jansson.h>

#include "analysis/analysis.h"
#include "cmd/cmd.h"

/* X(name, as it is written) */
#define CHECK_FORMATS(X)                                                         \
    X(TEXT, "text")                                                              \
    X(JSON, "json")                                                              \
    X(CSV, "csv")                                                                \
    X(JUNIT, "junit")                                                            \
    X(MARKDOWN, "markdown")                                                      \
    X(TAP, "tap")                                                                \
    X(GITHUB, "github")

enum check_format {
#define X(name, text) CHECK_##name,
    CHECK_FORMATS(X)
#undef X
};

/* "text", "json", ...; an exit status after a message. */
int check_parse_format(const struct command *command, const char *text,
                       enum check_format *format);

struct check_arguments {
    const char *title; /* "rung check" */
    const char *path, *baseline, *columns;
    struct analysis_options o;
    /* NaN: not given; infinity: "none". */
    struct analysis_thresholds given;
    bool point, save, plan;
    enum check_format format;
};

/* The checks, and what they warn of, as JSON arrays.  New references. */
json_t *check_json_list(const struct analysis_checks *c);
json_t *check_json_warnings(const struct analysis_checks *c);
/* Prints the checks; returns the exit status of printing. */
int check_print(const struct check_arguments *a, const struct analysis_checks *c);
/* Prints what their verdicts need, or without checks (NULL) what any would. */
int check_print_plan(const struct check_arguments *a, const struct analysis_thresholds *t,
                     const struct analysis_checks *c);
/* Keeps them in the study file as /checks. */
int check_save(const struct check_arguments *a, const struct analysis_checks *c,
               struct err *err);

#endif
