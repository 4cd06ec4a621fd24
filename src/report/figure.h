/* The figures of a report: a gnuplot script that draws all of them in one process, written
 * line by line, and the running of it.
 *
 * The script reads the scripts in plots/ and the tables in data/ beside it and writes into
 * figures/; all paths are relative to the report's folder, so that the folder can be moved
 * and redrawn with `gnuplot -d draw.gp`.  Each figure is drawn for light and dark paper, and
 * on demand as PNG and on the pages of a PDF as well. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum { FIGURE_WIDTH = 460, FIGURE_HEIGHT = 330, FIGURE_NAME_SIZE = 160 };

#define FIGURES_TEXT "figures.txt"

struct figure {
    char name[FIGURE_NAME_SIZE]; /* without folder, theme and suffix */
    const char *kind;
    int width, height;    /* points */
    bool small;           /* one of many on a page: not for PNG, PDF and text */
    const char *section;  /* heading above it in the PDF; borrowed */
    struct str variables; /* assignments for the script */
};

struct figures {
    struct str head; /* what stands before the first figure */
    struct figure *figure;
    size_t count, room;
    bool png;
    struct str tail;     /* the script of the PDF, "" for none */
    const char *section; /* of the figures that follow */
};

void figures_init(struct figures *f, const char *level);
void figures_release(struct figures *f);

/* A file name of letters, digits, '-', '.', '_' that resembles `text`. */
void figure_slug(char *slug, size_t size, const char *text);

/* Begins figure `slug`-`kind`, drawn by plots/`kind`.gp.  `kind` must outlive the figures. */
int figure_begin(struct figures *f, const char *slug, const char *kind, const char *heading,
                 int height, struct err *err);
/* The figure under way, to change its width; and its name. */
struct figure *figure_last(struct figures *f);
/* Variables for the script.  Texts come out letter by letter, whatever is in them. */
void figure_text(struct figures *f, const char *variable, const char *text);
void figure_real(struct figures *f, const char *variable, double value);
void figure_array(struct figures *f, const char *variable, const char *const *text, size_t n);
void figure_reals(struct figures *f, const char *variable, const double *value, size_t n);
/* Ends the figure; adds an HTML figure with these texts to `html`.  `data` is the name of
 * its table in data/ (NULL: no link). */
void figure_end(struct figures *f, struct str *html, const char *alt, const char *caption,
                const char *data);
/* Ends a small figure; adds its picture alone. */
void figure_end_small(struct figures *f, struct str *html, const char *alt);

/* Writes DIRECTORY/draw.gp, copies the scripts in the folder `plots` to DIRECTORY/plots,
 * and runs gnuplot, whose messages go to stderr.  ERR_RUN when it cannot be started, fails,
 * or leaves a figure unfinished; ERR_DATA and ERR_IO for files. */
int figures_draw(const struct figures *f, const char *directory, const char *plots,
                 struct err *err);
/* Adds the names of the files that figures_draw makes, relative to the folder. */
void figures_list(const struct figures *f, struct str *names);
/* Draws the figures list[0 ... n - 1] as text of so many columns and adds that to `out`; with
 * the scripts in `plots`, in `directory`, where draw.gp and FIGURES_TEXT are left. */
int figures_print(const struct figures *f, const size_t *list, size_t n, unsigned columns,
                  const char *directory, const char *plots, struct str *out, struct err *err);

/* A gnuplot literal in single quotes, in which gnuplot interprets nothing.  Control
 * characters become blanks. */
void figure_quote(struct str *s, const char *text);
/* "name = 'text'" */
void figure_set_text(struct str *s, const char *variable, const char *text);

#endif
