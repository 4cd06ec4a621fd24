#include "config.h"

#include "profile/samples.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

enum { MAX_FILE = 1 << 30, MAX_DEPTH = 1024, HEADER_WORDS = 5 };

/* Counts the records and, when `samples` has room for them, keeps them.  Returns how many words
 * they take with the trailer, or 0 when they are damaged. */
static size_t read_records(const uint64_t *word, size_t n, struct samples *samples)
{
    size_t at = HEADER_WORDS;
    samples->n = 0;
    samples->total = 0;
    while (at + 3 <= n) {
        uint64_t count = word[at], depth = word[at + 1];
        if (count == 0 && depth == 1 && word[at + 2] == 0)
            return at + 3;
        if (count == 0 || depth == 0 || depth > MAX_DEPTH || depth > n - at - 2)
            return 0;
        if (samples->sample != NULL)
            samples->sample[samples->n] = (struct sample){count, depth, word + at + 2};
        samples->n++;
        samples->total += count;
        at += 2 + depth;
    }
    return 0;
}

int samples_load(struct samples *samples, const char *path, struct err *err)
{
    size_t len = 0;
    *samples = (struct samples){0};
    int rc = path_read(path, MAX_FILE, &samples->text, &len, err);
    if (rc != 0)
        return rc;
    /* A heap buffer is aligned for words. */
    const uint64_t *word = (const uint64_t *)(const void *)samples->text;
    size_t n = len / sizeof(*word);
    /* Zero, three more words in the header, version zero, microseconds a sample. */
    if (n < HEADER_WORDS + 3 || word[0] != 0 || word[1] != 3 || word[2] != 0 || word[3] == 0)
        return err_set(err, ERR_DATA, "'%s': is no CPU profile", path);
    size_t used = read_records(word, n, samples);
    if (used == 0)
        return err_set(err, ERR_DATA, "'%s': is cut or damaged", path);
    samples->sample = malloc((samples->n + 1) * sizeof(*samples->sample));
    if (samples->sample == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for %zu samples", samples->n);
    read_records(word, n, samples);
    samples->period = (double)word[3] * 1e-6;
    samples->maps = samples->text + used * sizeof(*word);
    return 0;
}

void samples_release(struct samples *samples)
{
    free(samples->sample);
    free(samples->text);
    *samples = (struct samples){0};
}
