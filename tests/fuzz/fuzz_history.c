/* Any bytes as a history: refused with a message, or read to its end, and changed. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/history.h"
#include "tests/fuzz/fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The texts of each row, and what its numbers point at: the sanitizers see what is not there. */
static size_t read_all(const struct store_history *h)
{
    size_t sum = 0;
    for (size_t i = 0; i < h->n_entries; i++)
        sum += strlen(h->entry[i].commit) + strlen(h->entry[i].date) + strlen(h->entry[i].host);
    for (size_t i = 0; i < h->n_series; i++)
        sum += strlen(h->series[i].problem) + strlen(h->series[i].mode);
    for (size_t i = 0; i < h->n_samples; i++) {
        const struct store_history_sample *s = &h->sample[i];
        sum += strlen(h->entry[s->entry].commit) + strlen(h->series[s->series].machine);
        sum += h->counters[s->counters].counter[0] > 0;
    }
    for (size_t i = 0; i < h->n_baselines; i++)
        sum += strlen(h->baseline[i].commit) + strlen(h->baseline[i].note);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file(bytes, size);
    static volatile size_t seen;
    struct err err = {0};
    struct store_history *h = NULL;
    const char *found;
    int rc = store_history_open(&h, path, &err);
    if (rc != 0 && err.text[0] == '\0')
        abort();
    if (rc == 0) {
        if (!store_history_is(path))
            abort();
        seen += read_all(h);
        err_clear(&err);
        if (store_history_find_commit(h, "1", &found, &err) != 0 && err.text[0] == '\0')
            abort();
    }
    store_history_close(h);
    return 0;
}
