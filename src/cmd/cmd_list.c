/* rung list: the problems, machines and studies that come with rung. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/commands.h"
#include "study/problem.h"
#include "study/study.h"
#include "timing/machine.h"
#include "timing/model.h"

static int run_list(int argc, char **argv);

const struct command cmd_list_command = {
    .name = "list",
    .summary = "list the problems, machines, modes and studies that rung knows",
    .usage = "rung list [-f FORMAT] problems|machines|modes|studies\n"
             "rung list [-f FORMAT] machine MACHINE",
    .options = "-f, --format FORMAT  text (default), json, csv\n",
    .run = run_list,
};

/* ---- problems ------------------------------------------------------------------------------
 */

static int list_problems(enum format format, struct err *err)
{
    static const char *const keys[] = {"problem",   "class", "work",        "footprint",
                                       "largest_n", "built", "description", NULL};
    static const char *const titles[] = {
        "problem",   "class", "work",        "footprint in bytes",
        "largest n", "built", "description", NULL};
    struct problem_table *problems = NULL;
    int rc = problem_table_alloc(&problems, err);
    if (rc != 0)
        return rc;
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *p = &problems->problem[i];
        table_text(t, p->name);
        table_text(t, p->problem_class);
        table_text(t, expr_text(p->work));
        table_text(t, expr_text(p->footprint));
        if (isfinite(p->max))
            table_uint(t, (uint64_t)p->max);
        else
            table_text(t, "");
        table_bool(t, path_exists(p->elf));
        table_text(t, p->text);
    }
    rc = table_finish(t, format, stdout, err);
    problem_table_free(problems);
    return rc;
}

/* ---- modes ---------------------------------------------------------------------------------
 */

static int list_modes(enum format format, struct err *err)
{
    static const char *const keys[] = {"mode", "description", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (int i = 0; i < TIMING_MODE_MAX; i++) {
        table_text(t, timing_mode_name((enum timing_mode)i));
        table_text(t, timing_mode_text((enum timing_mode)i));
    }
    return table_finish(t, format, stdout, err);
}

/* ---- files of a folder ---------------------------------------------------------------------
 */

static int is_yaml(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

/* Calls `add` for each YAML file of that kind, in alphabetical order. */
static int for_each_file(const char *kind,
                         int (*add)(void *list, const char *name, const char *path,
                                    struct err *err),
                         void *list, struct err *err)
{
    struct dirent **entry = NULL;
    char *folder = path_data(kind, "");
    if (folder == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = 0, n = scandir(folder, &entry, is_yaml, alphasort);
    if (n < 0)
        rc = err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", folder);
    for (int i = 0; i < n; i++) {
        char *name = str_format("%.*s", (int)strlen(entry[i]->d_name) - 5, entry[i]->d_name);
        char *path = path_data(kind, entry[i]->d_name);
        if (rc == 0)
            rc = name != NULL && path != NULL ? add(list, name, path, err)
                                              : err_set(err, ERR_NOMEM, "out of memory");
        free(path);
        free(name);
        free(entry[i]);
    }
    free(entry);
    free(folder);
    return rc;
}

static int add_machine(void *list, const char *name, const char *path, struct err *err)
{
    struct table *t = list;
    struct machine *machine = NULL;
    int rc = machine_load(&machine, path, err);
    if (rc != 0)
        return rc;
    table_text(t, name);
    table_text(t, machine_description(machine));
    table_text(t, path);
    machine_free(machine);
    return 0;
}

static int add_study(void *list, const char *name, const char *path, struct err *err)
{
    struct table *t = list;
    struct study *study = NULL;
    struct str rungs;
    int rc = study_load(&study, path, err);
    if (rc != 0)
        return rc;
    str_init(&rungs);
    for (size_t i = 0; i < study->ladder.n; i++)
        str_addf(&rungs, "%s%.0f", i > 0 ? " " : "", study->ladder.rung[i]);
    table_text(t, name);
    table_uint(t, study->n_problems);
    table_text(t, rungs.data);
    table_text(t, path);
    str_release(&rungs);
    study_free(study);
    return 0;
}

/* For programs: each machine with all that it is made of. */
static int add_machine_json(void *list, const char *name, const char *path, struct err *err)
{
    struct machine_remarks *remarks = NULL;
    int rc = machine_remarks_alloc(&remarks, path, err);
    if (rc != 0)
        return rc;
    const struct machine *machine = machine_remarks_machine(remarks);
    json_t *parameters = json_object(), *object = json_object(), *sources = json_object();
    int failed = json_object_set_new(object, "machine", json_string(name));
    failed |= json_object_set_new(object, "description",
                                  json_string(machine_description(machine)));
    failed |= json_object_set_new(object, "file", json_string(path));
    struct machine_param param;
    for (size_t i = 0; i < machine_param_count() && machine_param(i, &param) == 0; i++) {
        char text[64];
        bool word = strcmp(param.unit, "word") == 0;
        json_t *value = word ? json_string(machine_param_format(machine, i, text, sizeof text))
                             : json_number(machine_value(machine, param.name));
        failed |= json_object_set_new(parameters, param.name, value);
        failed |= json_object_set_new(sources, param.name,
                                      json_string(machine_remark(remarks, i)));
    }
    failed |= json_object_set_new(object, "parameters", parameters);
    failed |= json_object_set_new(object, "sources", sources);
    failed |= json_array_append_new(list, object);
    machine_remarks_free(remarks);
    return failed == 0 ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

static int list_machines_json(struct err *err)
{
    json_t *list = json_array();
    int rc = for_each_file("machines", add_machine_json, list, err);
    if (rc == 0)
        rc = json_write(list, stdout, err);
    json_decref(list);
    return rc;
}

/* One machine, a parameter a row; values for people in text, as machine files have them else. */
static int list_machine(const char *name, enum format format, struct err *err)
{
    static const char *const keys[] = {"parameter", "value", "unit",   "least",
                                       "most",      "text",  "source", NULL};
    struct machine_remarks *remarks = NULL;
    int rc = machine_remarks_alloc(&remarks, name, err);
    if (rc != 0)
        return rc;
    const struct machine *machine = machine_remarks_machine(remarks);
    struct table *t = table_alloc(keys, NULL);
    struct machine_param param;
    for (size_t i = 0; machine_param(i, &param) == 0; i++) {
        char text[64];
        table_text(t, param.name);
        table_text(t, format == FORMAT_TEXT
                          ? machine_param_show(i, machine_value(machine, param.name), text,
                                               sizeof text)
                          : machine_param_format(machine, i, text, sizeof text));
        table_text(t, param.unit);
        const double bound[] = {param.min, param.max};
        for (int k = 0; k < 2; k++)
            if (format == FORMAT_TEXT && param.words == NULL)
                table_text(t, machine_param_show(i, bound[k], text, sizeof text));
            else
                table_number(t, param.words == NULL ? bound[k] : NAN);
        table_text(t, param.text);
        table_text(t, machine_remark(remarks, i));
    }
    rc = table_finish(t, format, stdout, err);
    machine_remarks_free(remarks);
    return rc;
}

static int list_files(const char *kind, enum format format, struct err *err)
{
    static const char *const machine_keys[] = {"machine", "description", "file", NULL};
    static const char *const study_keys[] = {"study", "problems", "ladder", "file", NULL};
    bool machines = strcmp(kind, "machines") == 0;
    struct table *t = table_alloc(machines ? machine_keys : study_keys, NULL);
    int rc = for_each_file(kind, machines ? add_machine : add_study, t, err);
    if (rc == 0)
        return table_finish(t, format, stdout, err);
    table_free(t);
    return rc;
}

/* ---- the command ---------------------------------------------------------------------------
 */

/* Lists `what`, or tells that there is no such thing; the exit status. */
static int list(const char *what, const char *name, enum format format)
{
    static const char *const kinds[] = {"problems", "machines", "machine", "modes",
                                        "studies",  NULL};
    const struct command *c = &cmd_list_command;
    struct err err = {0};
    int rc;
    if (strcmp(what, "machine") == 0 && name == NULL)
        return cmd_usage(c, "a machine is missing");
    if (strcmp(what, "machine") != 0 && name != NULL)
        return cmd_usage(c, "too many arguments");
    if (strcmp(what, "problems") == 0) {
        rc = list_problems(format, &err);
    } else if (strcmp(what, "modes") == 0) {
        rc = list_modes(format, &err);
    } else if (strcmp(what, "machine") == 0) {
        rc = list_machine(name, format, &err);
    } else if (strcmp(what, "machines") == 0 && format == FORMAT_JSON) {
        rc = list_machines_json(&err);
    } else if (strcmp(what, "machines") == 0 || strcmp(what, "studies") == 0) {
        rc = list_files(what, format, &err);
    } else {
        const char *nearest = str_nearest(what, kinds);
        if (nearest != NULL)
            return cmd_usage(c, "nothing to list is called '%s' (did you mean '%s'?)", what,
                             nearest);
        return cmd_usage(c, "nothing to list is called '%s'", what);
    }
    /* What went wrong with stdout itself is reported once, by cmd_finish(). */
    if (rc == ERR_IO)
        return err_exit_status(rc);
    return rc == 0 ? 0 : cmd_fail(&err);
}

static int take_option(void *format, int opt)
{
    (void)opt; /* there is one only */
    return cmd_parse_format(&cmd_list_command, optarg, format);
}

static int run_list(int argc, char **argv)
{
    static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_list_command;
    enum format format = FORMAT_TEXT;
    int status = cmd_options(c, argc, argv, "f:", longs, take_option, &format);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 1, 2,
                           "what to list: problems, machines, studies, or machine NAME");
    if (status != 0)
        return status;
    return list(argv[optind], optind + 1 < argc ? argv[optind + 1] : NULL, format);
}
