/* Result tables on their way into a study file: filled row by row, written column by column. */
#ifndef CMD_SAVE_H
#define CMD_SAVE_H

#include "store/store.h"

enum { SAVE_COLUMNS_MAX = 32 };

struct save {
    struct store_table table;
    struct store_column column[SAVE_COLUMNS_MAX];
    const char **text; /* borrowed texts, a column after the other */
    double *real;
    size_t n_text;
};

/* `texts` and `reals` name the columns, texts first; both end with NULL and, like `name`,
 * are borrowed.  ERR_NOMEM. */
int save_init(struct save *s, const char *name, const char *const *texts,
              const char *const *reals, size_t n_rows);
void save_release(struct save *s);
/* Fills row `row`, one value for each column. */
void save_row(struct save *s, size_t row, const char *const *texts, const double *reals);
/* Writes the table into the study file `path`, with what made it as attributes. */
int save_write(struct save *s, const char *path, const struct store_value *values,
               size_t n_values, struct err *err);

#endif
