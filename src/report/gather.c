/* Gathers what a report is about: series of runs, fits, correlations, checks. */
#include "config.h"

#include "report/report_priv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "report/html.h"

bool report_is_base(const struct store_row *row)
{
    return row->variant[0] == '\0' || strcmp(row->variant, "base") == 0;
}

bool report_is_ok(const struct store_row *row)
{
    return strcmp(row->status, "ok") == 0;
}

double report_cpi(const struct store_row *row)
{
    double cycles = row->counter[COUNTER_cycles];
    double instructions = row->counter[COUNTER_instructions];
    bool known = report_is_ok(row) && isfinite(cycles) && cycles > 0 && instructions > 0;
    return known ? cycles / instructions : NAN;
}

static int compare_series(const struct store_row *a, const struct store_row *b)
{
    int order = strcmp(a->simulator, b->simulator);
    if (order == 0)
        order = strcmp(a->problem, b->problem);
    if (order == 0)
        order = strcmp(a->machine, b->machine);
    return order != 0 ? order : strcmp(a->mode, b->mode);
}

static int compare_rows(const void *left, const void *right)
{
    const struct store_row *a = *(const struct store_row *const *)left;
    const struct store_row *b = *(const struct store_row *const *)right;
    int order = compare_series(a, b);
    if (order == 0)
        order = (a->n > b->n) - (a->n < b->n);
    if (order == 0)
        order = report_is_base(b) - report_is_base(a);
    if (order == 0)
        order = strcmp(a->variant, b->variant);
    if (order == 0)
        order = (a->seed > b->seed) - (a->seed < b->seed);
    return order != 0 ? order : strcmp(a->id, b->id);
}

/* Processor time where it is known, for it is free of what else the host did. */
static double seconds_of(const struct store_row *row)
{
    return row->user_seconds > 0 ? row->user_seconds
           : row->wall_seconds > 0 ? row->wall_seconds
                                   : 0;
}

static const struct miss_level {
    enum counter counter;
    const char *name;
} miss_levels[REPORT_LEVELS] = {{COUNTER_l1d_misses, "l1d"},
                                {COUNTER_l2_misses, "l2"},
                                {COUNTER_slc_misses, "slc"},
                                {COUNTER_mispredictions, "branches"},
                                {COUNTER_l1d_prefetches, "l1d_prefetches"},
                                {COUNTER_l2_prefetches, "l2_prefetches"}};

const char *report_level_name(size_t level)
{
    return miss_levels[level].name;
}

/* Means over the base machine's runs at one size, and a look into the first of them. */
static void make_rung(struct report *r, struct report_series *s, struct report_rung *rung,
                      size_t from, size_t to)
{
    double instructions = 0, cycles = 0, speed = 0, misses[REPORT_LEVELS] = {0};
    const struct store_row *first = NULL;
    rung->n = s->row[from]->n;
    rung->work = rung->footprint = NAN;
    for (size_t i = from; i < to; i++) {
        const struct store_row *row = s->row[i];
        rung->seconds += seconds_of(row);
        if (!report_is_base(row) || !report_is_ok(row))
            continue;
        if (first == NULL)
            first = row;
        rung->replicates++;
        rung->work = row->work;
        rung->footprint = row->footprint;
        instructions += row->counter[COUNTER_instructions];
        cycles += row->counter[COUNTER_cycles];
        speed += row->instructions_total / row->wall_seconds;
        for (size_t k = 0; k < REPORT_LEVELS; k++)
            misses[k] += row->counter[miss_levels[k].counter];
    }
    double count = (double)rung->replicates;
    rung->instructions = instructions / count; /* 0 / 0 is the NaN that is wanted */
    rung->cycles = cycles > 0 && isfinite(cycles) ? cycles / count : NAN;
    rung->cpi = rung->cycles / rung->instructions;
    rung->instructions_per_second = speed / count;
    for (size_t k = 0; k < REPORT_LEVELS; k++)
        rung->misses[k] = misses[k] / instructions;
    if (first != NULL)
        report_look(r, s, rung, first);
    if (isfinite(rung->cycles)) {
        s->has_cycles = true;
        s->top = rung->n;
        if (!(r->top >= rung->n))
            r->top = rung->n;
    }
}

static int make_rungs(struct report *r, struct report_series *s, struct err *err)
{
    s->rung = calloc(s->n_rows, sizeof *s->rung);
    if (s->rung == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0, from = 0; i < s->n_rows; i++) {
        if (i + 1 < s->n_rows && s->row[i + 1]->n == s->row[i]->n)
            continue;
        make_rung(r, s, &s->rung[s->n_rungs++], from, i + 1);
        from = i + 1;
    }
    return 0;
}

/* A simulator of others without machines of its own stands as a machine, too. */
static bool names_itself(const struct report_series *s)
{
    return strcmp(s->simulator, s->machine) == 0;
}

char *report_join(char *buffer, size_t size, const char *const *part, size_t n)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++)
        if (part[i][0] != '\0')
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", used > 0 ? " · " : "",
                                     part[i]);
    return buffer;
}

static void name_series(const struct report *r, struct report_series *s)
{
    const char *parts[] = {s->problem, s->machine, s->mode,
                           r->one_simulator || names_itself(s) ? "" : s->simulator};
    report_join(s->title, sizeof s->title, parts, sizeof parts / sizeof parts[0]);
    if (s->title[0] == '\0')
        snprintf(s->title, sizeof s->title, "unnamed");
    figure_slug(s->slug, sizeof s->slug, s->title);
    /* Different titles may have the same slug; file systems may not tell cases apart. */
    bool taken = true;
    for (unsigned i = 1; taken; i++) {
        if (i == 1)
            snprintf(s->page, sizeof s->page, "problem-%.120s.html", s->slug);
        else
            snprintf(s->page, sizeof s->page, "problem-%.120s-%u.html", s->slug, i);
        taken = false;
        for (const struct report_series *other = r->series; other < s; other++)
            taken = taken || strcasecmp(other->page, s->page) == 0;
    }
}

char *report_series_name(char *buffer, size_t size, const struct report *r,
                         const struct report_series *s)
{
    const char *parts[] = {s->problem[0] != '\0' ? s->problem : "unnamed",
                           r->one_machine ? "" : s->machine, r->one_mode ? "" : s->mode,
                           r->one_simulator || names_itself(s) ? "" : s->simulator};
    return report_join(buffer, size, parts, sizeof parts / sizeof parts[0]);
}

char *report_setting_name(char *buffer, size_t size, const struct report_series *s)
{
    const char *parts[] = {names_itself(s) ? "" : s->simulator, s->machine, s->mode};
    return report_join(buffer, size, parts, sizeof parts / sizeof parts[0]);
}

void report_series_link(struct str *html, const struct report *r, const struct report_series *s)
{
    char name[4 * STORE_NAME_SIZE + 16];
    str_addf(html, "<a href=\"%s\">", s->page);
    html_text(html, report_series_name(name, sizeof name, r, s));
    str_add(html, "</a>");
}

void report_series_row(struct str *html, const struct report *r, const struct report_series *s)
{
    html_row(html);
    str_add(html, "<th scope=\"row\">");
    report_series_link(html, r, s);
    str_add(html, "</th>");
}

static size_t count_variants(const struct report_series *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->n_rows; i++) {
        size_t j = 0;
        while (j < i && strcmp(s->row[j]->variant, s->row[i]->variant) != 0)
            j++;
        count += j == i && !report_is_base(s->row[i]);
    }
    return count;
}

static int make_series(struct report *r, struct err *err)
{
    size_t count = 0;
    r->one_simulator = r->one_machine = r->one_mode = true;
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct store_row *row = r->row[i], *first = r->row[0];
        count += i == 0 || compare_series(r->row[i - 1], row) != 0;
        r->one_simulator = r->one_simulator && strcmp(row->simulator, first->simulator) == 0;
        r->one_machine = r->one_machine && strcmp(row->machine, first->machine) == 0;
        r->one_mode = r->one_mode && strcmp(row->mode, first->mode) == 0;
    }
    r->series = calloc(count + 1, sizeof *r->series);
    if (r->series == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0, from = 0; i < r->n_rows; i++) {
        if (i + 1 < r->n_rows && compare_series(r->row[i], r->row[i + 1]) == 0)
            continue;
        struct report_series *s = &r->series[r->n_series++];
        s->row = r->row + from;
        s->n_rows = i + 1 - from;
        s->top = s->compared = NAN;
        s->simulator = r->row[from]->simulator;
        s->problem = r->row[from]->problem;
        s->problem_class = r->row[from]->problem_class;
        s->machine = r->row[from]->machine;
        s->mode = r->row[from]->mode;
        for (size_t j = 0; j < s->n_rows; j++)
            if (!report_is_ok(s->row[j]))
                s->n_failed++;
            else
                s->n_infinite += !isfinite(s->row[j]->counter[COUNTER_cycles]);
        if (!(r->largest >= s->row[s->n_rows - 1]->n))
            r->largest = s->row[s->n_rows - 1]->n;
        s->n_variants = count_variants(s);
        name_series(r, s);
        int status = make_rungs(r, s, err);
        if (status != 0)
            return status;
        r->n_failed += s->n_failed;
        from = i + 1;
    }
    return 0;
}

/* Results that cannot be computed are no failure of the report: the page tells why.
 * Anything but missing data, or numbers that don't allow it, is a failure. */
static int tolerate(int status, struct err *cause, char *gap, size_t size, struct err *err)
{
    if (status == 0)
        return 0;
    if (status != ERR_DATA && status != ERR_NUMERIC && status != ERR_INCONCLUSIVE &&
        status != ERR_RUN)
        return err_set(err, status, "%s", cause->text);
    snprintf(gap, size, "%.500s", cause->text);
    return 0;
}

static bool is_base_of(const struct analysis_key *key, const struct report_series *s)
{
    return strcmp(key->simulator, s->simulator) == 0 && strcmp(key->problem, s->problem) == 0 &&
           strcmp(key->machine, s->machine) == 0 && strcmp(key->mode, s->mode) == 0 &&
           (key->variant[0] == '\0' || strcmp(key->variant, "base") == 0);
}

static int analyse(struct report *r, struct err *err)
{
    const struct report_options *o = r->options;
    struct err cause = {0};
    int status = analysis_rows_from_store(&r->rows, r->store);
    if (status != 0)
        return err_set(err, status, "cannot gather the runs for analysis");
    status = analysis_mixes_init(&r->mixes, &r->rows, &o->analysis, err);
    if (status != 0)
        return status;
    for (size_t i = 0; i < r->mixes.count; i++)
        str_addf(&r->missing, "%s%s", r->missing.len > 0 ? ". " : "", r->mixes.item[i].text);
    status = tolerate(analysis_fits_alloc(&r->fits, &r->rows, &o->analysis, &cause), &cause,
                      r->fits_gap, sizeof r->fits_gap, err);
    if (status != 0)
        return status;
    err_clear(&cause);
    status = tolerate(analysis_scales_alloc(&r->scales, &r->rows, &o->analysis, &cause), &cause,
                      r->scales_gap, sizeof r->scales_gap, err);
    if (status != 0)
        return status;
    err_clear(&cause);
    status = tolerate(
        analysis_checks_alloc(&r->checks, &r->rows, &o->analysis, &o->thresholds, &cause),
        &cause, r->checks_gap, sizeof r->checks_gap, err);
    for (size_t i = 0; status == 0 && r->fits != NULL && i < r->n_series; i++) {
        struct report_series *s = &r->series[i];
        for (size_t k = 0; k < r->fits->count && s->fit == NULL; k++)
            if (is_base_of(&r->fits->fit[k].key, s))
                s->fit = &r->fits->fit[k];
    }
    for (size_t i = 0; status == 0 && i < r->n_series; i++) {
        report_find_crossings(r, &r->series[i]);
        report_find_compared(r, &r->series[i]);
    }
    return status;
}

int report_gather(struct report *r, struct store *s, const struct report_options *o,
                  struct err *err)
{
    memset(r, 0, sizeof *r);
    r->store = s;
    r->options = o;
    r->top = r->largest = NAN;
    snprintf(r->level, sizeof r->level, "%.4g %%", 100 * o->analysis.level);
    figures_init(&r->figures, r->level);
    r->figures.png = o->png;
    str_init(&r->files);
    str_init(&r->told);
    str_init(&r->missing);
    if (o->missing != NULL)
        str_add(&r->missing, o->missing);
    r->data_directory = str_format("%s/data", o->directory);
    r->n_rows = store_count(s);
    r->row = calloc(r->n_rows + 1, sizeof *r->row);
    if (r->row == NULL || r->data_directory == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0; i < r->n_rows; i++)
        r->row[i] = store_row(s, i);
    qsort(r->row, r->n_rows, sizeof *r->row, compare_rows);
    int status = make_series(r, err);
    if (status == 0)
        status = analysis_log_read(&r->accuracy, s, err);
    if (status == 0 && r->n_rows > 0)
        status = analyse(r, err);
    return status;
}

void report_release(struct report *r)
{
    for (size_t i = 0; i < r->n_series; i++) {
        for (size_t k = 0; k < r->series[i].n_rungs; k++) {
            free(r->series[i].rung[k].bins);
            free(r->series[i].rung[k].curve);
        }
        free(r->series[i].rung);
        free(r->series[i].machine_text);
        if (r->series[i].has_top_run)
            store_run_release(&r->series[i].top_run);
    }
    free(r->series);
    free(r->row);
    analysis_fits_free(r->fits);
    analysis_scales_free(r->scales);
    analysis_checks_free(r->checks);
    analysis_mixes_release(&r->mixes);
    analysis_rows_release(&r->rows);
    analysis_log_release(&r->accuracy);
    figures_release(&r->figures);
    str_release(&r->files);
    str_release(&r->told);
    str_release(&r->missing);
    free(r->data_directory);
}

static double badness(const struct report_series *s)
{
    /* What cannot be tested at all stands before what was tested, by its error. */
    if (s->fit == NULL || !s->fit->held_out.valid || !isfinite(s->fit->held_out.error))
        return s->n_failed > 0 ? INFINITY : -1;
    return fabs(s->fit->held_out.error);
}

static int compare_badness(const void *left, const void *right)
{
    const struct report_series *a = *(const struct report_series *const *)left;
    const struct report_series *b = *(const struct report_series *const *)right;
    double x = badness(a), y = badness(b);
    return x != y ? (x < y) - (x > y) : (a > b) - (a < b);
}

const struct report_series **report_worst_first(const struct report *r)
{
    const struct report_series **list = calloc(r->n_series + 1, sizeof *list);
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < r->n_series; i++)
        list[i] = &r->series[i];
    qsort(list, r->n_series, sizeof *list, compare_badness);
    return list;
}

/* "gemm · m2 · timing: too few rungs for a fit" */
void report_count_gap(struct report *r, const char *text)
{
    size_t len = strlen(text);
    if (r->gaps++ >= REPORT_GAPS_TOLD)
        return;
    if (r->told.len > 0)
        str_add(&r->told, "; ");
    if (r->about != NULL)
        str_addf(&r->told, "%s: ", r->about);
    if (len > 0 && text[len - 1] == '.')
        len--;
    if (len > 0)
        str_add_char(&r->told, (char)tolower((unsigned char)text[0]));
    str_addf(&r->told, "%.*s", (int)(len > 0 ? len - 1 : 0), text + 1);
}

void report_result_fill(struct report_result *result, const struct report *r)
{
    *result = (struct report_result){.figures = r->figures.count, .gaps = r->gaps};
    snprintf(result->told, sizeof result->told, "%s", r->told.data);
}

void report_gap(struct report *r, struct str *html, const char *format, ...)
{
    va_list args;
    struct str text;
    str_init(&text);
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    html_note(html, "%s", text.data);
    report_count_gap(r, text.data);
    str_release(&text);
}
