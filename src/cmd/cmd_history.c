/* rung history: the simulator's speed, commit by commit. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/history.h"

static int run_history(int argc, char **argv);

const struct command cmd_history_command = {
    .name = "history",
    .summary = "keep the simulator's speed commit by commit, and judge the latest",
    .usage =
        "rung history add [-q] [-H HISTORY] [--commit COMMIT] [--date DATE] [--host NAME]\n"
        "         [--tag TAG] STUDY...\n"
        "rung history list [-f FORMAT] [-H HISTORY] [--host NAME] [--problem NAME]\n"
        "         [--machine NAME] [--mode MODE] [--lines]\n"
        "rung history check [-f FORMAT] [-H HISTORY] [--host NAME] [--problem NAME]\n"
        "         [--machine NAME] [--mode MODE] [--against REFERENCE] [--best K] [--bisect]\n"
        "         [--busy R] [--commit COMMIT] [--growth E] [--last K] [--level P]\n"
        "         [--tolerance E]\n"
        "rung history baseline set [-H HISTORY] [--note TEXT] COMMIT\n"
        "rung history baseline show [-f FORMAT] [-H HISTORY]\n"
        "rung history report [-q] [-H HISTORY] [-o DIR] [--host NAME] [--problem NAME]\n"
        "         [--machine NAME] [--mode MODE] [--against REFERENCE] [--best K] [--busy R]\n"
        "         [--commit COMMIT] [--growth E] [--last K] [--level P] [--tolerance E]\n"
        "         [--accuracy NAME=E]... [--commit-url URL] [--force] [--plots DIR]\n"
        "         [--title TEXT]\n"
        "rung history export [-f FORMAT] [-H HISTORY]",
    .options =
        "-H, --history HISTORY  the file (default history.h5)\n"
        "-f, --format FORMAT    text (default), json, csv; check also junit, markdown, tap,\n"
        "                       github\n"
        "    --host NAME        only this host (default: the one that was added last);\n"
        "                       add: call the host so\n"
        "    --problem NAME     only this problem; likewise --machine, --mode\n"
        "\n"
        "    --commit COMMIT    add: instead of the one that the study was run with;\n"
        "                       check, report: judge this one instead of the latest\n"
        "    --date DATE        of that commit, ISO 8601\n"
        "    --tag TAG          name of the release\n"
        "-q, --quiet            add, report: say nothing when all went well\n"
        "    --lines            list what is measured, instead of commits\n"
        "\n"
        "    --against REF      baseline (default where there is one), last, or a commit\n"
        "    --best K           of every K sessions of a commit the fastest counts (default 1)\n"
        "    --bisect           exit with 0, 1 or, where nothing can be said, 125\n"
        "    --busy R           runs whose wall time is above R times their processor time\n"
        "                       do not count (default 1.25), or none\n"
        "    --growth E         largest growth of the peak memory (default 10%)\n"
        "    --last K           commits that 'last' means, at most (default 10)\n"
        "    --level P          confidence level (default 95%)\n"
        "    --tolerance E      largest slow-down (default 5%)\n"
        "    --note TEXT        why the baseline was set\n"
        "\n"
        "-o, --output DIR       the dashboard's folder (default history-report)\n"
        "    --accuracy NAME=E  error to hardware of a machine and mode ('m2 timing=9%')\n"
        "    --commit-url URL   https://... with {commit} in it: where commits are shown\n"
        "    --force            write into a folder that holds other files, too\n"
        "    --plots DIR        gnuplot scripts and page templates of your own\n"
        "    --title TEXT       instead of 'Speed of' the simulator\n",
    .run = run_history,
};

bool history_select(int opt, const char **path, struct analysis_history_options *o)
{
    switch (opt) {
    case 'H':
        *path = optarg;
        return true;
    case HISTORY_HOST:
        o->host = optarg;
        return true;
    case HISTORY_PROBLEM:
        o->problem = optarg;
        return true;
    case HISTORY_MACHINE:
        o->machine = optarg;
        return true;
    case HISTORY_MODE:
        o->mode = optarg;
        return true;
    default:
        return false;
    }
}

static int parse_busy(struct analysis_history_options *o)
{
    const struct command *c = &cmd_history_command;
    if (strcmp(optarg, "none") == 0) {
        o->busy = INFINITY;
        return 0;
    }
    int status = cmd_parse_double(c, "--busy", optarg, &o->busy);
    if (status == 0 && !(o->busy >= 1))
        return cmd_bad_value(c, "--busy", optarg, "at least 1, or none");
    return status;
}

static int parse_count(const char *option, uint64_t most, size_t *count)
{
    uint64_t number = 0;
    int status = cmd_parse_uint(&cmd_history_command, option, optarg, 1, most, &number);
    *count = (size_t)number;
    return status;
}

int history_judge(int opt, struct analysis_history_options *o)
{
    const struct command *c = &cmd_history_command;
    switch (opt) {
    case HISTORY_AGAINST:
        o->against = optarg;
        return 0;
    case HISTORY_BEST:
        return parse_count("--best", 1000, &o->best);
    case HISTORY_BUSY:
        return parse_busy(o);
    case HISTORY_COMMIT:
        o->commit = optarg;
        return 0;
    case HISTORY_GROWTH:
        return cmd_parse_between(c, "--growth", optarg, 1, &o->growth);
    case HISTORY_LAST:
        return parse_count("--last", 50, &o->last);
    case HISTORY_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &o->level);
    case HISTORY_TOLERANCE:
        return cmd_parse_between(c, "--tolerance", optarg, 1, &o->tolerance);
    default:
        return CMD_GO_ON;
    }
}

static int run_history(int argc, char **argv)
{
    static const struct cmd_verb verbs[] = {
        {"add", history_add},           {"list", history_list},
        {"check", history_check},       {"baseline", history_baseline},
        {"report", history_report},     {"export", history_export},
        {NULL, NULL},
    };
    return cmd_run_verb(&cmd_history_command, verbs, argc, argv);
}
