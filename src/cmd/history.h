/* What the files behind `rung history` share. */
#ifndef CMD_HISTORY_H
#define CMD_HISTORY_H

#include "analysis/history.h"
#include "cmd/commands.h"
#include "store/history.h"

#define HISTORY_FILE "history.h5" /* where no other is named */

/* argv[0] is the verb; they return exit statuses. */
int history_add(int argc, char **argv);
int history_list(int argc, char **argv);
int history_check(int argc, char **argv);
int history_baseline(int argc, char **argv);
int history_report(int argc, char **argv);
int history_export(int argc, char **argv);

/* Options that choose what is looked at, the same for several verbs. */
#define HISTORY_LONG_SELECT                              \
    {"history", required_argument, NULL, 'H'},           \
    {"host", required_argument, NULL, HISTORY_HOST},     \
    {"problem", required_argument, NULL, HISTORY_PROBLEM}, \
    {"machine", required_argument, NULL, HISTORY_MACHINE}, \
    {"mode", required_argument, NULL, HISTORY_MODE}
/* How a commit is judged. */
#define HISTORY_LONG_JUDGE                                 \
    {"against", required_argument, NULL, HISTORY_AGAINST}, \
    {"best", required_argument, NULL, HISTORY_BEST},       \
    {"busy", required_argument, NULL, HISTORY_BUSY},       \
    {"commit", required_argument, NULL, HISTORY_COMMIT},   \
    {"growth", required_argument, NULL, HISTORY_GROWTH},   \
    {"last", required_argument, NULL, HISTORY_LAST},       \
    {"level", required_argument, NULL, HISTORY_LEVEL},     \
    {"tolerance", required_argument, NULL, HISTORY_TOLERANCE}
enum {
    HISTORY_HOST = CMD_OPTION_LONG,
    HISTORY_PROBLEM,
    HISTORY_MACHINE,
    HISTORY_MODE,
    HISTORY_AGAINST,
    HISTORY_BEST,
    HISTORY_BUSY,
    HISTORY_COMMIT,
    HISTORY_GROWTH,
    HISTORY_LAST,
    HISTORY_LEVEL,
    HISTORY_TOLERANCE,
    HISTORY_OPTION /* the first one of a verb's own */
};
/* Takes optarg into `o` or `*path`; false: it is none of these. */
bool history_select(int opt, const char **path, struct analysis_history_options *o);
/* The same for how a commit is judged: 0, an exit status, or CMD_GO_ON where it is none of
 * these. */
int history_judge(int opt, struct analysis_history_options *o);

#endif
