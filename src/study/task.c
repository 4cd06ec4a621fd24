#include "config.h"

#include "study/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "base/str.h"

enum { PLAN_FORMAT = 1, MAX_PLAN = 1 << 30 };

/* ---- writing ------------------------------------------------------------------------ */

/* Takes the reference. */
static int add_line(struct str *out, json_t *object)
{
    char *text =
        object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    if (text != NULL) {
        str_add(out, text);
        str_add_char(out, '\n');
    }
    json_decref(object);
    free(text);
    return text != NULL && !str_failed(out) ? 0 : -1;
}

static json_t *arguments_json(char *const *arguments)
{
    json_t *list = json_array();
    for (; *arguments != NULL; arguments++)
        json_array_append_new(list, json_string(*arguments));
    return list;
}

/* Takes nothing over; without a path there is no such key. */
static int set_input(json_t *json, const char *key, const struct input *input)
{
    if (input == NULL || input->path == NULL)
        return 0;
    return json_object_set_new(json, key,
                               json_pack("{s:s, s:s, s:s}", "path", input->path, "sha256",
                                         input->hash, "stamp", input->stamp));
}

static json_t *run_json(const struct plan *plan, const struct plan_run *run)
{
    const struct plan_problem *problem = &plan->problem[run->problem];
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:f, s:o, s:o, s:s, s:i, s:I, s:I}", "id", run->id,
        "simulator", plan_simulator(plan, run), "problem", problem->name, "class",
        problem->problem_class, "elf", problem->elf != NULL ? problem->elf : "", "elf_sha256",
        problem->elf_hash, "arguments", arguments_json(run->arguments), "n", run->n, "work",
        json_number(plan_work(plan, run)), "footprint", json_number(plan_footprint(plan, run)),
        "mode", plan_mode(plan, run), "machine", run->machine, "seed", (json_int_t)run->seed,
        "repetition", (json_int_t)run->repetition);
    int rc = json != NULL ? 0 : -1;
    if (rc == 0 && run->simulator == PLAN_OWN) {
        rc |= set_input(json, "files", &problem->files);
        rc |= set_input(json, "stdin", run->input);
    } else if (rc == 0) {
        const struct external *external = plan->simulator[run->simulator].external;
        rc = json_object_set_new(json, "job", external_job_json(external, run->command));
    }
    if (rc == 0)
        return json;
    json_decref(json);
    return NULL;
}

int task_write_plan(const struct plan *plan, const char *store_path, const char *file,
                    struct err *err)
{
    struct str text;
    str_init(&text);
    int failed =
        add_line(&text, json_pack("{s:i, s:s, s:I, s:I}", "rung_plan", PLAN_FORMAT, "store",
                                  store_path, "machines", (json_int_t)plan->n_machines, "runs",
                                  (json_int_t)plan->n_runs));
    for (size_t i = 0; i < plan->n_machines; i++)
        failed |= add_line(&text, json_pack("{s:s, s:s, s:s}", "name", plan->machine[i].name,
                                            "variant", plan->machine[i].variant, "text",
                                            plan->machine[i].text));
    for (size_t i = 0; i < plan->n_runs; i++)
        failed |= add_line(&text, run_json(plan, &plan->run[i]));
    int rc = failed ? err_set(err, ERR_CONFIG,
                              "'%s' cannot be put into a plan: a name or path "
                              "is no UTF-8, or memory is short",
                              store_path)
                    : path_write_atomic(file, text.data, text.len, err);
    str_release(&text);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------ */

/* Line `index` of the text as an object; new reference or NULL. */
static json_t *line_json(const char *text, size_t index)
{
    for (; index > 0; index--) {
        text = strchr(text, '\n');
        if (text == NULL)
            return NULL;
        text++;
    }
    return json_loadb(text, strcspn(text, "\n"), 0, NULL);
}

static double number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int read_arguments(struct task *task, json_t *list)
{
    size_t n = json_array_size(list);
    task->arguments = calloc(n + 1, sizeof(*task->arguments));
    if (task->arguments == NULL || !json_is_array(list))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        task->arguments[i] = text != NULL ? str_format("%s", text) : NULL;
        if (task->arguments[i] == NULL)
            return -1;
    }
    return 0;
}

static int read_input(struct input *input, enum input_kind kind, json_t *json)
{
    const char *path, *hash, *stamp;
    *input = (struct input){.kind = kind};
    if (json == NULL)
        return 0;
    if (json_unpack(json, "{s:s, s:s, s:s}", "path", &path, "sha256", &hash, "stamp", &stamp) != 0)
        return -1;
    snprintf(input->hash, sizeof(input->hash), "%s", hash);
    snprintf(input->stamp, sizeof(input->stamp), "%s", stamp);
    input->path = str_format("%s", path);
    return input->path != NULL ? 0 : -1;
}

static int read_run(struct task *task, json_t *run, int *machine)
{
    const char *id, *simulator, *problem, *class, *elf, *hash, *mode;
    json_t *arguments;
    json_int_t seed, repetition;
    struct store_row *row = &task->row;
    if (json_unpack(run, "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:I, s:I}", "id", &id,
                    "simulator", &simulator, "problem", &problem, "class", &class, "elf", &elf,
                    "elf_sha256", &hash, "mode", &mode, "arguments", &arguments, "machine",
                    machine, "seed", &seed, "repetition", &repetition) != 0)
        return -1;
    store_row_clear(row);
    snprintf(row->id, sizeof(row->id), "%s", id);
    snprintf(row->simulator, sizeof(row->simulator), "%s", simulator);
    snprintf(row->problem, sizeof(row->problem), "%s", problem);
    snprintf(row->problem_class, sizeof(row->problem_class), "%s", class);
    snprintf(row->mode, sizeof(row->mode), "%s", mode);
    snprintf(row->variant, sizeof(row->variant), "base");
    snprintf(task->elf_hash, sizeof(task->elf_hash), "%s", hash);
    row->n = number(run, "n");
    row->work = number(run, "work");
    row->footprint = number(run, "footprint");
    row->seed = (uint64_t)seed;
    row->repetition = (uint64_t)repetition;
    task->elf = str_format("%s", elf);
    json_t *job = json_object_get(run, "job");
    task->is_external = job != NULL;
    if (job != NULL && external_job_read(&task->job, job) != 0)
        return -1;
    if (read_input(&task->files, INPUT_FOLDER, json_object_get(run, "files")) != 0 ||
        read_input(&task->input, INPUT_FILE, json_object_get(run, "stdin")) != 0)
        return -1;
    if (task->elf == NULL || (job == NULL && timing_mode_parse(mode, &task->mode) != 0))
        return -1;
    return read_arguments(task, arguments);
}

static int read_machine(struct task *task, json_t *machine)
{
    const char *name, *variant, *text;
    if (json_unpack(machine, "{s:s, s:s, s:s}", "name", &name, "variant", &variant, "text",
                    &text) != 0)
        return -1;
    snprintf(task->row.machine, sizeof(task->row.machine), "%s", name);
    snprintf(task->row.variant, sizeof(task->row.variant), "%s", variant);
    task->machine_text = str_format("%s", text);
    return task->machine_text != NULL ? 0 : -1;
}

static int read_task(struct task *task, const char *text, size_t index)
{
    int format = 0, machine = PLAN_NO_MACHINE, rc = -1;
    json_int_t machines = 0, runs = 0;
    const char *store;
    json_t *head = line_json(text, 0), *run = NULL, *machine_line = NULL;
    if (json_unpack(head, "{s:i, s:s, s:I, s:I}", "rung_plan", &format, "store", &store,
                    "machines", &machines, "runs", &runs) != 0 ||
        format != PLAN_FORMAT || index >= (size_t)runs)
        goto out;
    task->store_path = str_format("%s", store);
    run = line_json(text, 1 + (size_t)machines + index);
    if (task->store_path == NULL || read_run(task, run, &machine) != 0 || machine >= machines)
        goto out;
    if (machine < 0) {
        task->machine_text = str_format("%s", "");
        rc = task->machine_text != NULL ? 0 : -1;
        goto out;
    }
    machine_line = line_json(text, 1 + (size_t)machine);
    rc = read_machine(task, machine_line);
out:
    json_decref(machine_line);
    json_decref(run);
    json_decref(head);
    return rc;
}

int task_load(struct task *task, const char *file, size_t index, struct err *err)
{
    char *text = NULL;
    memset(task, 0, sizeof(*task));
    int rc = path_read(file, MAX_PLAN, &text, NULL, err);
    if (rc == 0 && read_task(task, text, index) != 0)
        rc = err_set(err, ERR_DATA, "'%s' has no task %zu, or is damaged", file, index);
    free(text);
    return rc;
}

void task_release(struct task *task)
{
    free(task->store_path);
    free(task->elf);
    free(task->machine_text);
    input_release(&task->files);
    input_release(&task->input);
    problem_arguments_free(task->arguments);
    external_job_release(&task->job);
    memset(task, 0, sizeof(*task));
}
