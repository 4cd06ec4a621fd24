/* Any bytes as a study, a machine or the table of problems: refused with a message that names
 * the text, or read and released.  The first byte chooses which. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "study/problem.h"
#include "study/study.h"
#include "timing/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_study(const char *text, struct err *err, int *rc)
{
    struct study *study = NULL;
    *rc = study_parse(&study, "fuzz.yaml", text, err);
    if ((*rc == 0) != (study != NULL))
        abort();
    for (size_t i = 0; study != NULL && i < study->n_problems; i++)
        if (study->problem[i].ladder.n == 0 || study->problem[i].name == NULL)
            abort();
    study_free(study);
}

static void read_machine(const char *text, struct err *err, int *rc)
{
    struct machine *machine = NULL, *again = NULL;
    *rc = machine_parse(&machine, "fuzz.yaml", text, strlen(text), err);
    if (*rc != 0)
        return;
    /* What it is written as is the same machine. */
    const char *written = machine_text(machine);
    if (machine_parse(&again, "fuzz.yaml", written, strlen(written), err) != 0 ||
        strcmp(machine_text(again), written) != 0)
        abort();
    machine_free(again);
    machine_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct err err = {0};
    struct problem_table *table = NULL;
    int rc = 0;
    if (size == 0)
        return 0;
    char *text = malloc(size);
    if (text == NULL)
        return 0;
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    switch (bytes[0] % 3) {
    case 0:
        read_study(text, &err, &rc);
        break;
    case 1:
        read_machine(text, &err, &rc);
        break;
    default:
        rc = problem_table_parse(&table, "fuzz.yaml", text, &err);
        if (rc == 0)
            problem_table_free(table);
    }
    if (rc != 0 && (err.code != rc || err.text[0] == '\0'))
        abort();
    free(text);
    return 0;
}
