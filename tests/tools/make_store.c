/* make_store STUDY.yaml OUT.h5 < RUNS: a study file from a table of runs, for tests that need
 * stores without simulating.  Each line of RUNS is
 *
 *     problem n mode machine variant seed repetition status instructions cycles seconds
 *
 * parted by blanks; "-" stands for NaN or an empty text.  Two more words may follow: the model
 * version and the machine's parameters ("rob=192;l2.size=8MiB", or "@FILE" for those in a file). */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"
#include "store/store.h"

static double number(const char *text)
{
    return strcmp(text, "-") == 0 ? NAN : strtod(text, NULL);
}

/* "a=1;b=2" as "a: 1" and "b: 2", a line each. */
static void machine_text(char *text, const char *word)
{
    for (; *word != '\0'; word++) {
        *text++ = *word == ';' ? '\n' : *word == '=' ? ':' : *word;
        if (*word == '=')
            *text++ = ' ';
    }
    *text = '\0';
}

static int read_text(const char *path, char *text, size_t size, struct err *err)
{
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return err_set(err, ERR_DATA, "cannot open '%s'", path);
    size_t length = fread(text, 1, size - 1, f);
    fclose(f);
    text[length] = '\0';
    return 0;
}

static int add_run(const char *path, const char *line, size_t index, struct err *err)
{
    char word[13][STORE_NAME_SIZE] = {{0}}, text[1 << 14];
    if (sscanf(line, "%63s %63s %63s %63s %63s %63s %63s %63s %63s %63s %63s %63s %63s", word[0],
               word[1], word[2], word[3], word[4], word[5], word[6], word[7], word[8], word[9],
               word[10], word[11], word[12]) < 11)
        return err_set(err, ERR_DATA, "line %zu does not have eleven words", index + 1);
    struct store_run run = {.created = "2026-01-01T00:00:00Z", .machine_text = text};
    run.model_version = strtoull(word[11], NULL, 10);
    if (word[12][0] != '@')
        machine_text(text, word[12]);
    else if (read_text(word[12] + 1, text, sizeof text, err) < 0)
        return ERR_DATA;
    struct store_row *row = &run.row;
    snprintf(row->id, sizeof row->id, "%016zx", index + 1);
    snprintf(row->simulator, sizeof row->simulator, "rung");
    snprintf(row->problem, sizeof row->problem, "%s", word[0]);
    snprintf(row->problem_class, sizeof row->problem_class, "dense");
    row->n = number(word[1]);
    row->work = row->footprint = NAN;
    snprintf(row->mode, sizeof row->mode, "%s", word[2]);
    snprintf(row->machine, sizeof row->machine, "%s", strcmp(word[3], "-") == 0 ? "" : word[3]);
    snprintf(row->variant, sizeof row->variant, "%s", word[4]);
    row->seed = strtoull(word[5], NULL, 10);
    row->repetition = strtoull(word[6], NULL, 10);
    snprintf(row->status, sizeof row->status, "%s", word[7]);
    for (int i = 0; i < COUNTER_MAX; i++)
        row->counter[i] = NAN;
    row->instructions_total = row->counter[COUNTER_instructions] = number(word[8]);
    row->counter[COUNTER_cycles] = number(word[9]);
    row->wall_seconds = row->user_seconds = number(word[10]);
    row->peak_memory = 1e6;
    return store_write_run(path, &run, err);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct yaml_document *doc = NULL;
    struct store_lock *lock = NULL;
    char line[1024];
    if (argc != 3) {
        fputs("usage: make_store STUDY.yaml OUT.h5 < RUNS\n", stderr);
        return 2;
    }
    int status = yaml_load(&doc, argv[1], &err);
    if (status == 0)
        status = store_lock_alloc(&lock, argv[2], &err);
    for (size_t i = 0; status == 0 && fgets(line, sizeof line, stdin) != NULL; i++)
        status = add_run(argv[2], line, i, &err);
    if (status == 0) {
        struct store_head head = {.study_name = "made",
                                  .study_yaml = doc->text,
                                  .tool_version = PACKAGE_VERSION,
                                  .tool_commit = "",
                                  .host = "test"};
        status = store_assemble(argv[2], &head, NULL, &err);
    }
    if (status < 0)
        fprintf(stderr, "make_store: %s\n", err.text);
    store_lock_free(lock);
    if (doc != NULL)
        yaml_document_free(doc);
    return err_exit_status(status);
}
