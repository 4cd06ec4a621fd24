/* What the pages of a report share. */
#ifndef REPORT_PRIV_H
#define REPORT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/calib_log.h"
#include "analysis/mixed.h"
#include "base/str.h"
#include "report/figure.h"
#include "report/report.h"
#include "report/tsv.h"

enum {
    REPORT_LEVELS = 6,     /* L1D, L2, system cache, branch predictor; prefetches of L1D, L2 */
    REPORT_BINS = 100,     /* of a trace in normalised time */
    REPORT_HOT = 6,        /* blocks shown */
    REPORT_TABLE_NAME_SIZE = FIGURE_NAME_SIZE + 32
};

/* Counters as events per instruction in equal parts of a run; NaN where there are none. */
struct report_bins {
    double cpi[REPORT_BINS], misses[REPORT_BINS]; /* of L1D */
};

enum { REPORT_CURVE = 100 }; /* points of a curve of misses over sizes */

/* One rung of a series on the base machine. */
struct report_rung {
    double n;
    size_t replicates;   /* runs that ended well */
    double instructions; /* means over these runs */
    double cycles, cpi, work, footprint, instructions_per_second;
    double misses[REPORT_LEVELS]; /* or prefetches, per instruction; NaN: not counted */
    double seconds;               /* processor time of all runs at this size, variants too */
    bool has_stack;
    double stack[CPI_PART_MAX]; /* cycles per instruction, of the first run */
    struct report_bins *bins;   /* of the first run; NULL: no trace */
    double *curve; /* share of its accesses that miss in a cache of report_curve_size(i) bytes,
                    * REPORT_CURVE of them; NULL: reuse distances were not measured */
};

/* Where the footprint outgrows a cache. */
struct report_crossing {
    double n;     /* where it fills the cache */
    double first; /* the first whole size that does not fit */
    const char *cache;
    double size; /* bytes */
    char text[48];
};

/* The runs of one problem on one machine in one mode of one simulator.  Texts are borrowed
 * from the store. */
struct report_series {
    const char *simulator, *problem, *problem_class, *machine, *mode;
    char title[4 * STORE_NAME_SIZE + 16];
    char slug[4 * STORE_NAME_SIZE + 16];
    char page[FIGURE_NAME_SIZE];         /* file name of its page */
    const struct store_row *const *row;  /* a stretch of report.row */
    size_t n_rows, n_failed, n_variants; /* variants beside the base */
    size_t n_infinite; /* runs that ended well and have no finite number of cycles */
    struct report_rung *rung;
    size_t n_rungs;
    bool has_cycles;
    double top;                     /* its largest size with cycles, NaN when there is none */
    double compared; /* the largest size at which enough variants ran for smaller ones to be
                      * compared with it; `top` where there is none */
    const struct analysis_fit *fit; /* of cycles on the base machine, or NULL */
    struct report_crossing crossing[ANALYSIS_CACHES_MAX];
    size_t n_crossings;
    const struct analysis_machine *caches; /* of the base machine, NULL: not known */
    struct store_run top_run;              /* the first base run of the largest rung */
    bool has_top_run;
    char elf_hash[65]; /* of the base machine's runs, "" when unknown */
    char machine_hash[65];
    char *machine_text;
    char gap[256]; /* why stack or hashes are not there, "" when they are */
    char runs_table[REPORT_TABLE_NAME_SIZE]; /* of its figures, "" before they are drawn */
    char fit_table[REPORT_TABLE_NAME_SIZE];  /* "" where there is no fit */
};

/* Whether a rung speaks for the largest comparable one: for one problem. */
struct report_voice {
    const struct analysis_scale *scale; /* NULL: cannot be compared */
    enum analysis_verdict verdict;  /* of these two rungs */
    enum analysis_verdict speaks;   /* passes where those of all rungs between do, too */
    enum analysis_verdict r2;       /* of R2 alone, as the check judges it */
    struct stats_estimate judged;   /* by this interval */
};

struct report {
    struct store *store;
    const struct report_options *options;
    const struct store_row **row; /* by simulator, problem, machine, mode, n, variant, seed */
    size_t n_rows, n_failed;
    struct report_series *series;
    size_t n_series;
    bool one_simulator, one_machine, one_mode; /* no need to tell which */
    struct analysis_rows rows;
    struct analysis_mixes mixes;
    struct analysis_fits *fits;     /* NULL: none, and why */
    struct analysis_scales *scales; /* the same */
    struct analysis_checks *checks; /* the same */
    char fits_gap[512], scales_gap[512], checks_gap[512];
    struct analysis_log accuracy;   /* against hardware; empty where none was kept */
    double top;     /* the largest size with cycles, NaN when there is none */
    double largest; /* the largest size of all, be it that every run there failed */
    char level[16]; /* "95 %" */
    struct figures figures;
    char *data_directory;
    struct str files; /* what is written into the folder, one name a line */
    size_t gaps;
    struct str told;   /* the first of the gaps, in words */
    struct str missing; /* runs that are not there, and that do not go together; may be empty */
    const char *about; /* what is being written about: a problem, a page; may be NULL */
};

/* Fills the report with what its pages are about.  The store is borrowed, as the options are.  A
 * fit or check that cannot be made is no error: `*_gap` says why.  Release it in any case. */
int report_gather(struct report *r, struct store *s, const struct report_options *o,
                  struct err *err);
void report_release(struct report *r);

/* The folder of scripts and templates, a heap string. */
char *report_plots(const struct report_options *o);

/* Of the base variant; went well. */
bool report_is_base(const struct store_row *row);
bool report_is_ok(const struct store_row *row);
/* Cycles per instruction, NaN where the run has none. */
double report_cpi(const struct store_row *row);
/* Reads the run behind `row` for what the summary does not hold; keeps it as the series' top
 * run. */
void report_look(struct report *r, struct report_series *s, struct report_rung *rung,
                 const struct store_row *row);
/* Where the footprint outgrows the caches of the base machine. */
void report_find_crossings(const struct report *r, struct report_series *s);
double report_curve_size(size_t i);
const char *report_level_name(size_t level);
/* A note on the page that something is missing, counted in the result. */
void report_gap(struct report *r, struct str *html, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct report_result;
void report_result_fill(struct report_result *result, const struct report *r);
/* One that the page words otherwise: a sentence. */
void report_count_gap(struct report *r, const char *text);
/* Series by how much is wrong with them, worst first: a heap array of pointers. */
const struct report_series **report_worst_first(const struct report *r);
/* The name by which a series is told from the others: its problem, with machine, mode and
 * simulator where they differ. */
char *report_series_name(char *buffer, size_t size, const struct report *r,
                         const struct report_series *s);
/* Parts of a name with dots between, without those that are "". */
char *report_join(char *buffer, size_t size, const char *const *part, size_t n);
/* "rung · small · timing": all but the problem. */
char *report_setting_name(char *buffer, size_t size, const struct report_series *s);
void report_series_link(struct str *html, const struct report *r,
                        const struct report_series *s);
/* Begins a row of a table: its first cell is that link. */
void report_series_row(struct str *html, const struct report *r, const struct report_series *s);

/* Effects of variants are the same within this fraction: the study's, or 2 %. */
double report_tolerance(const struct report *r);
/* The same simulator, machine and mode. */
bool report_same_setting(const struct report_series *a, const struct report_series *b);
/* Sets `compared` of a series from the report's scales. */
void report_find_compared(const struct report *r, struct report_series *s);
/* The scale of one problem from rung `from` to the largest one that can be compared. */
struct report_voice report_voice(const struct report *r, const struct report_series *s,
                                 double from);
/* The smallest rung that speaks for the largest comparable one, NaN when none does; the verdict
 * of the one below that, without which none speaks, in *best (may be NULL). */
double report_sufficient(const struct report *r, const struct report_series *s,
                         enum analysis_verdict *best);
/* The sentence that answers the study's question, and why where the answer is no. */
void report_answer(struct report *r, struct str *text);
void report_reasons(struct report *r, struct str *html);
enum analysis_verdict report_verdict_of(const struct report *r);

/* How a check is read, as plain text. */
const char *report_check_title(const struct analysis_check *c);
char *report_check_value(char *buffer, size_t size, const struct analysis_check *c,
                         double value);
/* "≥ 0.95" */
char *report_check_threshold(char *buffer, size_t size, const struct analysis_check *c);

/* Tables are named after their figure, which has a name of its own. */
void report_table_name(const struct report *r, char *name, const char *suffix);
void report_table_variable(struct report *r, const char *variable, const char *name);
/* Begins a figure (see figure_begin()) of a table of its own, which is written, released in any
 * case and known to the script as `variable`; `name` becomes its name. */
int report_figure_table(struct report *r, const char *slug, const char *kind,
                        const char *heading, struct tsv *t, const char *variable, char *name,
                        struct err *err);
/* Writes and releases a table, and takes its name into the list of files. */
int report_write_table(struct report *r, struct tsv *t, const char *name,
                       struct err *err);

/* One page each: adds to its content and to the figures. */
int report_page_verdict(struct report *r, struct str *html, struct err *err);
int report_page_problem(struct report *r, struct report_series *s, struct str *html,
                        struct err *err);
int report_page_between(struct report *r, struct str *html, struct err *err);
int report_page_traces(struct report *r, struct str *html, struct err *err);
int report_page_accuracy(struct report *r, struct str *html, struct err *err);
int report_page_simulators(struct report *r, struct str *html, struct err *err);
int report_page_velocity(struct report *r, struct str *html, struct err *err);
int report_page_machines(struct report *r, struct str *html, struct err *err);
int report_page_failures(struct report *r, struct str *html, struct err *err);
int report_page_profile(struct report *r, struct str *html, struct err *err);
bool report_has_profile(const struct report *r);

/* Whether there is something for a page that not every report has. */
bool report_has_simulators(const struct report *r);
bool report_has_accuracy(const struct report *r);
bool report_has_failures(const struct report *r);

/* Parts of pages. */
int report_series_figures(struct report *r, struct report_series *series, struct str *html,
                          struct err *err);
int report_memory_figures(struct report *r, const struct report_series *s, struct str *html,
                          struct err *err);
void report_crossings_variables(struct report *r, const struct report_series *s);
int report_thumb(struct report *r, const struct report_series *s, struct str *html,
                 struct err *err);
int report_machines(struct report *r, struct str *html, struct err *err);
/* The base machine's CPI: of the rungs against the largest, a table for each ladder, and of the
 * modes against timing. */
int report_rungs(struct report *r, struct str *html, struct err *err);
void report_rungs_text(const struct report *r, unsigned columns, struct str *out);
/* So many letters of a text, with blanks behind; SIZE_MAX: all of it and none. */
void report_text_cell(struct str *out, const char *text, size_t width);
int report_modes(struct report *r, struct str *html, struct err *err);
/* The rung of size n, NULL: there is none. */
const struct report_rung *report_rung_at(const struct report_series *s, double n);
/* The smallest rung from which on the base machine's CPI stays within the tolerance of the
 * largest one's; NaN: none. */
double report_settled(const struct report_series *s, double tolerance);
bool report_is_detailed(const struct report_series *s); /* in the mode others are measured by */

/* The PDF's script, from the verdict and all figures. */
void report_make_pdf(struct report *r);

#endif
