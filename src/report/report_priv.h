/* What the sections of a report share. */
#ifndef REPORT_PRIV_H
#define REPORT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "report/figure.h"
#include "report/report.h"
#include "report/tsv.h"

/* One rung of a series on the unchanged machine. */
struct report_rung {
    double n;
    size_t replicates;   /* runs that ended well */
    double instructions; /* means over these runs */
    double cycles, cpi, work, instructions_per_second;
    bool has_stack;
    double stack[CPI_PART_MAX]; /* cycles per instruction, of the first run */
};

/* The runs of one problem on one machine in one mode.  Texts are borrowed from the store. */
struct report_series {
    const char *problem, *machine, *mode;
    char title[3 * STORE_NAME_SIZE + 16];
    char slug[3 * STORE_NAME_SIZE + 16];
    const struct store_row *const *row;  /* a stretch of report.row */
    size_t n_rows, n_failed, n_variants; /* variants beside the base */
    size_t n_infinite; /* runs that ended well and have no finite number of cycles */
    struct report_rung *rung;
    size_t n_rungs;
    bool has_cycles;
    const struct analysis_fit *fit; /* of cycles on the base machine, or NULL */
    char elf_hash[65];              /* of the base machine's runs, "" when unknown */
    char machine_hash[65];
    char *machine_text;
    char gap[256]; /* why stack or hashes are not there, "" when they are */
};

struct report {
    struct store *store;
    const struct report_options *options;
    const struct store_row **row; /* by problem, machine, mode, n, variant, seed */
    size_t n_rows, n_failed;
    struct report_series *series;
    size_t n_series;
    struct analysis_rows rows;
    struct analysis_fits *fits;     /* NULL: none, and why */
    struct analysis_scales *scales; /* the same */
    struct analysis_checks *checks; /* the same */
    char fits_gap[512], scales_gap[512], checks_gap[512];
    double top;     /* the largest size with cycles, NaN when there is none */
    double largest; /* the largest size of all, be it that every run there failed */
    char level[16]; /* "95 %" */
    struct figures figures;
    char *data_directory;
    size_t gaps;
};

int report_gather(struct report *r, struct store *s, const struct report_options *o,
                  struct err *err);
void report_release(struct report *r);

bool report_is_base(const struct store_row *row);
bool report_is_ok(const struct store_row *row);
/* Cycles per instruction, NaN where the run has none. */
double report_cpi(const struct store_row *row);
/* A note on the page that something is missing, counted in the result. */
void report_gap(struct report *r, struct str *html, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One section each: adds to the page and to the figures. */
int report_verdict(struct report *r, struct str *html, struct err *err);
int report_problems(struct report *r, struct str *html, struct err *err);
int report_between(struct report *r, struct str *html, struct err *err);
int report_failures(struct report *r, struct str *html, struct err *err);
int report_provenance(struct report *r, struct str *html, struct err *err);
/* The figures of one series. */
int report_series_figures(struct report *r, const struct report_series *series,
                          struct str *html, struct err *err);

#endif
