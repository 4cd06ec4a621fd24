/* The figures of a report: a gnuplot script that draws all of them in one process, written
 * line by line, and the running of it.
 *
 * The script reads the scripts in plots/ and the tables in data/ beside it and writes into
 * figures/; all paths are relative to the report's folder, so that the folder can be moved
 * and redrawn with `gnuplot -d draw.gp`.  Each figure is drawn for light and dark paper. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum { FIGURE_WIDTH = 460, FIGURE_HEIGHT = 330, FIGURE_NAME_SIZE = 160 };

struct figures {
    struct str script;
    char (*name)[FIGURE_NAME_SIZE]; /* without folder, theme and suffix */
    size_t count, room;
    int height; /* of the figure under way */
    const char *kind;
};

void figures_init(struct figures *f, const char *level);
void figures_release(struct figures *f);

/* A file name of letters, digits, '-', '.', '_' that resembles `text`. */
void figure_slug(char *slug, size_t size, const char *text);

/* Begins figure `slug`-`kind`, drawn by plots/`kind`.gp.  `kind` must outlive figure_end. */
int figure_begin(struct figures *f, const char *slug, const char *kind, const char *heading,
                 int height, struct err *err);
/* Variables for the script.  Texts come out letter by letter, whatever is in them. */
void figure_text(struct figures *f, const char *variable, const char *text);
void figure_real(struct figures *f, const char *variable, double value);
void figure_array(struct figures *f, const char *variable, const char *const *text, size_t n);
/* Ends the figure; adds an HTML figure with these texts to `html`.  `data` is the name of
 * its table in data/ (NULL: no link). */
void figure_end(struct figures *f, struct str *html, const char *alt, const char *caption,
                const char *data);

/* Writes DIRECTORY/draw.gp, copies the scripts in the folder `plots` to DIRECTORY/plots,
 * and runs gnuplot, whose messages go to stderr.  ERR_RUN when it cannot be started, fails,
 * or leaves a figure unfinished; ERR_DATA and ERR_IO for files. */
int figures_draw(const struct figures *f, const char *directory, const char *plots,
                 struct err *err);

/* A gnuplot literal in single quotes, in which gnuplot interprets nothing.  Control
 * characters become blanks. */
void figure_quote(struct str *s, const char *text);

#endif
