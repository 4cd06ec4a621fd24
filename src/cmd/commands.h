/* The subcommands, each in its cmd_NAME.c. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/cmd.h"

extern const struct command cmd_report_command;
extern const struct command cmd_export_command;
extern const struct command cmd_history_command;
extern const struct command cmd_import_command;
extern const struct command cmd_list_command;
extern const struct command cmd_log_command;
extern const struct command cmd_merge_command;
extern const struct command cmd_run_command;
extern const struct command cmd_sim_command;
extern const struct command cmd_fit_command;
extern const struct command cmd_correlate_command;
extern const struct command cmd_predict_command;
extern const struct command cmd_check_command;
extern const struct command cmd_calibrate_command;
extern const struct command cmd_bench_command;
extern const struct command cmd_profile_command;
extern const struct command cmd_profile_worker_command;
extern const struct command cmd_verify_command;
extern const struct command cmd_worker_command;

#endif
