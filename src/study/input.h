/* What a guest of a study reads: a file as its standard input, or a folder of files.  It
 * belongs to what decides a run's result, and so to the run's id, by its content alone. */
#ifndef STUDY_INPUT_H
#define STUDY_INPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/hash.h"

enum input_kind { INPUT_FILE, INPUT_FOLDER };

struct input {
    enum input_kind kind;
    char *path;                /* resolved; heap; NULL: there is none */
    char hash[HASH_TEXT_SIZE]; /* of the content; of a folder, of names and contents below it */
    char stamp[HASH_TEXT_SIZE]; /* of sizes and times: changes with the content, and takes no
                                   reading to find */
};

/* ERR_DATA when something of it is missing, of another kind or cannot be read.  Release it in
 * any case. */
int input_init(struct input *input, const char *path, enum input_kind kind, struct err *err);
void input_release(struct input *input);
/* ERR_DATA when there is one, and it is not what it was when the stamp was taken. */
int input_check(const struct input *input, struct err *err);

#endif
