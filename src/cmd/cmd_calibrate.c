/* rung calibrate: against measured hardware. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "cmd/calibrate.h"

static int run_calibrate(int argc, char **argv);

const struct command cmd_calibrate_command = {
    .name = "calibrate",
    .summary = "compare with measured hardware",
    .usage =
        "rung calibrate baseline [-f FORMAT] [--gate R2] [--level P] [--program COLUMN]\n"
        "         [--time COLUMN] [--weights W] [--x COLUMN] [TIMES]\n"
        "rung calibrate accuracy [-f FORMAT] [-M MACHINE] [-m MODE] [-s PARAMETER=VALUE]...\n"
        "         [--clock C] [--error E] [--figure DIR] [--level P] [--part P] [--programs P,...]\n"
        "         [--save STORE] [--seed N] [--store STORE] [--table NAME] [--variant NAME]\n"
        "         [--worst E] [TIMES]\n"
        "rung calibrate tune [-f FORMAT] [-o MACHINE.yaml] [--rungs P,...] CALIB.yaml",
    .options =
        "-f, --format FORMAT   text (default), json, csv\n"
        "    --gate R2         R2 of a line has to be above this (default 0.997)\n"
        "    --level P         confidence level (default 95%)\n"
        "    --program COLUMN  one series for each text in this column (program)\n"
        "    --time COLUMN     milliseconds (time_ms)\n"
        "    --weights W       none (default), relative (1 / time^2)\n"
        "    --x COLUMN        what a time is divided by (instructions)\n"
        "\n"
        "-M, --machine MACHINE a machine's name or file (default m2)\n"
        "-m, --mode MODE       timing (default), fast-timing, sampled\n"
        "-s, --set PARAMETER=VALUE\n"
        "                      change a parameter of the machine\n"
        "    --clock C         estimate (default), machine, a clock as 3.2GHz, or the\n"
        "                      program whose cycles are certain\n"
        "    --error E         the mean error has to be below this\n"
        "    --figure DIR      draw the programs' errors into this folder\n"
        "    --part P          simulate this part of the smallest measured size (0.4%)\n"
        "    --programs P,...  only these programs\n"
        "    --save STORE      keep the errors in a study file, for its report\n"
        "    --seed N          seed of the bootstrap (default 1)\n"
        "    --store STORE     take the runs of a study file, or a table, instead\n"
        "    --table NAME      only this table: programs, categories, sizes\n"
        "    --variant NAME    of the runs of a study file\n"
        "    --worst E         every program's error has to be below this\n"
        "\n"
        "-o, --output MACHINE.yaml\n"
        "                      write the tuned machine\n"
        "    --rungs P,...     parts of the smallest measured size, instead of the file's\n",
    .run = run_calibrate,
};

int calibrate_load(struct csv **out, const char *name, struct err *err)
{
    if (name == NULL)
        name = CALIBRATE_TIMES;
    if (strpbrk(name, "/.") != NULL || strcmp(name, "-") == 0)
        return csv_load(out, name, err);
    char *file = str_format("%s.csv", name), *path = NULL;
    if (file != NULL)
        path = path_data("hardware", file);
    int status = path == NULL ? err_set(err, ERR_NOMEM, "no memory for '%s'", name) : 0;
    if (status == 0 && !path_exists(path))
        status =
            err_set(err, ERR_CONFIG, "no hardware times '%s' (a file's name has a '.')", name);
    if (status == 0)
        status = csv_load(out, path, err);
    free(file);
    free(path);
    return status;
}

int calibrate_status(enum analysis_verdict verdict)
{
    return verdict == ANALYSIS_PASS   ? 0
           : verdict == ANALYSIS_FAIL ? 1
                                      : err_exit_status(ERR_INCONCLUSIVE);
}

char *calibrate_codes(const struct analysis_warnings *w)
{
    struct str codes;
    str_init(&codes);
    for (size_t i = 0; i < w->count; i++)
        str_addf(&codes, "%s%s", i == 0 ? "" : " ", w->item[i].code);
    if (w->count == 0)
        str_add_mem(&codes, "", 0);
    return str_detach(&codes);
}

int calibrate_machine(struct machine **out, const char *name, const char *const *setting,
                      size_t n_settings, struct err *err)
{
    int rc = machine_load(out, name != NULL ? name : "m2", err);
    for (size_t i = 0; rc == 0 && i < n_settings; i++) {
        const char *equals = strchr(setting[i], '=');
        if (equals == NULL)
            return err_set(err, ERR_USAGE, "--set: '%s' is not NAME=VALUE", setting[i]);
        char *parameter = strndup(setting[i], (size_t)(equals - setting[i]));
        rc = parameter == NULL ? err_set(err, ERR_NOMEM, "out of memory")
                               : machine_set(*out, parameter, equals + 1, err);
        free(parameter);
    }
    return rc == 0 ? machine_check(*out, err) : rc;
}

static int run_calibrate(int argc, char **argv)
{
    static const struct cmd_verb verbs[] = {{"baseline", calibrate_baseline},
                                            {"accuracy", calibrate_accuracy},
                                            {"tune", calibrate_tune},
                                            {NULL, NULL}};
    return cmd_run_verb(&cmd_calibrate_command, verbs, argc, argv);
}
