/* Which rung speaks for the largest one: the answer of a report. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { NAMES_MAX = 6, SETTINGS_MAX = 3, REASONS_MAX = 6 };

double report_tolerance(const struct report *r)
{
    const struct analysis_thresholds *t = &r->options->thresholds;
    return t->equivalence > 0 ? t->equivalence : t->error > 0 ? t->error : 0.02;
}

/* The scale of this problem alone; where a setting has one problem, its overall scale is it. */
static bool is_of(const struct analysis_scale *scale, const struct report_series *s)
{
    return strcmp(scale->simulator, s->simulator) == 0 &&
           strcmp(scale->machine, s->machine) == 0 && strcmp(scale->mode, s->mode) == 0 &&
           scale->n_problems == 1 && scale->n_points > 0 &&
           strcmp(scale->point[0].problem, s->problem) == 0 &&
           (scale->overall || strcmp(scale->subject, s->problem) == 0);
}

void report_find_compared(const struct report *r, struct report_series *s)
{
    double most = NAN;
    for (size_t i = 0; r->scales != NULL && i < r->scales->count; i++)
        if (is_of(&r->scales->scale[i], s))
            most = fmax(most, r->scales->scale[i].to);
    s->compared = isnan(most) ? s->top : most;
}

/* Whether its runs differ in more than they say: then nothing follows from comparing them. */
static bool is_mixed(const struct report *r, const struct report_series *s)
{
    for (size_t i = 0; i < r->mixes.count; i++)
        if (analysis_mix_is_of(&r->mixes.item[i], s->simulator, s->machine, s->mode, s->problem))
            return true;
    return false;
}

static struct report_voice voice_of_pair(const struct report *r, const struct report_series *s,
                                         double from)
{
    for (size_t i = 0; r->scales != NULL && i < r->scales->count; i++) {
        const struct analysis_scale *scale = &r->scales->scale[i];
        if (scale->from != from || scale->to != s->compared || !is_of(scale, s))
            continue;
        struct report_voice v = {.scale = scale};
        v.verdict = analysis_scale_speaks(scale, &r->options->thresholds, report_tolerance(r));
        v.r2 = analysis_scale_r2(scale, &r->options->thresholds, &v.judged);
        if (is_mixed(r, s))
            v.verdict = v.r2 = ANALYSIS_INCONCLUSIVE;
        return v;
    }
    return (struct report_voice){.verdict = ANALYSIS_INCONCLUSIVE, .r2 = ANALYSIS_INCONCLUSIVE};
}

struct report_voice report_voice(const struct report *r, const struct report_series *s,
                                 double from)
{
    struct report_voice v = voice_of_pair(r, s, from);
    v.speaks = v.verdict;
    /* That a rung passes where a larger one does not is chance more often than knowledge. */
    for (size_t i = 0; i < s->n_rungs && v.speaks == ANALYSIS_PASS; i++)
        if (s->rung[i].n > from && s->rung[i].n < s->compared) {
            struct report_voice above = voice_of_pair(r, s, s->rung[i].n);
            if (above.scale != NULL && above.verdict != ANALYSIS_PASS)
                v.speaks = ANALYSIS_INCONCLUSIVE;
        }
    return v;
}

double report_sufficient(const struct report *r, const struct report_series *s,
                         enum analysis_verdict *best)
{
    enum analysis_verdict nearest = ANALYSIS_INCONCLUSIVE;
    double found = NAN;
    for (size_t i = 0; i < s->n_rungs && s->rung[i].n < s->compared; i++) {
        struct report_voice voice = report_voice(r, s, s->rung[i].n);
        if (voice.scale == NULL)
            continue;
        nearest = voice.verdict;
        if (isnan(found) && voice.speaks == ANALYSIS_PASS)
            found = s->rung[i].n;
    }
    if (best != NULL)
        *best = nearest;
    return found;
}

bool report_same_setting(const struct report_series *a, const struct report_series *b)
{
    return strcmp(a->simulator, b->simulator) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0;
}

/* Problems by verdict: of one rung of a setting, or of predictions. */
struct tally {
    const struct report_series **of[3];
    size_t count[3], total;
};

static int tally_init(struct tally *t, size_t n)
{
    memset(t, 0, sizeof *t);
    for (int v = 0; v < 3; v++)
        if ((t->of[v] = calloc(n + 1, sizeof *t->of[v])) == NULL)
            return ERR_NOMEM;
    return 0;
}

static void tally_release(struct tally *t)
{
    for (int v = 0; v < 3; v++)
        free(t->of[v]);
}

static void tally_add(struct tally *t, enum analysis_verdict v, const struct report_series *s)
{
    t->of[v][t->count[v]++] = s;
    t->total++;
}

/* Voices of rung n for the series of a setting that compare with the rung that `like` does. */
static void tally_voices(const struct report *r, const struct report_series *like, double n,
                         struct tally *t)
{
    for (int v = 0; v < 3; v++)
        t->count[v] = 0;
    t->total = 0;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        if (!report_same_setting(s, like) || !(s->compared == like->compared))
            continue;
        struct report_voice voice = report_voice(r, s, n);
        if (voice.scale != NULL)
            tally_add(t, voice.speaks, s);
    }
}

/* The smallest of the rungs that speak for most problems; where none speaks for any, the
 * largest of them. */
static double best_rung(const struct report *r, const struct report_series *like,
                        struct tally *t)
{
    double best = NAN;
    size_t most = 0;
    for (size_t i = 0; i < like->n_rungs; i++) {
        if (!(like->rung[i].n < like->compared))
            continue;
        tally_voices(r, like, like->rung[i].n, t);
        if (t->total > 0 && (most == 0 || t->count[ANALYSIS_PASS] > most))
            best = like->rung[i].n;
        most = t->count[ANALYSIS_PASS] > most ? t->count[ANALYSIS_PASS] : most;
    }
    if (!isnan(best))
        tally_voices(r, like, best, t);
    return best;
}

static size_t count_problems(const struct tally *t)
{
    size_t n = 0;
    for (int v = 0; v < 3; v++)
        for (size_t i = 0; i < t->count[v]; i++) {
            bool seen = false;
            for (int w = 0; w <= v; w++)
                for (size_t j = 0; j < (w < v ? t->count[w] : i) && !seen; j++)
                    seen = strcmp(t->of[w][j]->problem, t->of[v][i]->problem) == 0;
            n += !seen;
        }
    return n;
}

/* " for 3 of 12 problems", or, in several modes or on several machines, of their ladders. */
static void add_share(struct str *text, const struct tally *t)
{
    size_t n = t->count[ANALYSIS_PASS], problems = count_problems(t);
    if (n == 0)
        str_addf(text, " for none of %zu", t->total);
    else if (n == t->total)
        str_addf(text, " for all %zu", n);
    else
        str_addf(text, " for %zu of %zu", n, t->total);
    if (problems == t->total)
        str_add(text, " problems");
    else
        str_addf(text, " ladders of %zu problem%s", problems, problems == 1 ? "" : "s");
}

/* "; for 3 it does not (gemm, lu and fw)" */
static void add_rest(struct str *text, const struct report *r, const struct tally *t,
                     const char *const words[3])
{
    char name[4 * STORE_NAME_SIZE + 16];
    for (int v = 1; v < 3; v++) {
        size_t n = t->count[v];
        if (n == 0)
            continue;
        str_addf(text, "; for %zu %s (", n, words[v]);
        for (size_t i = 0; i < n && i < NAMES_MAX; i++)
            str_addf(text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ",
                     report_series_name(name, sizeof name, r, t->of[v][i]));
        if (n > NAMES_MAX)
            str_addf(text, " and %zu more", n - NAMES_MAX);
        str_add(text, ")");
    }
}

/* Whether others of the setting are compared with another rung: each answer then says whose it
 * is. */
static bool several_ladders(const struct report *r, const struct report_series *like)
{
    for (size_t i = 0; i < r->n_series; i++)
        if (report_same_setting(&r->series[i], like) && !isnan(r->series[i].compared) &&
            r->series[i].compared != like->compared)
            return true;
    return false;
}

/* " of gemm, lu and fw" */
static void add_problems(struct str *text, const struct tally *t)
{
    size_t n = 0;
    for (int v = 0; v < 3; v++)
        for (size_t i = 0; i < t->count[v]; i++, n++)
            if (n < NAMES_MAX)
                str_addf(text, "%s%s",
                         n == 0                                     ? " of "
                         : n + 1 == t->total && t->total <= NAMES_MAX ? " and "
                                                                      : ", ",
                         t->of[v][i]->problem);
    if (n > NAMES_MAX)
        str_addf(text, " and %zu more", n - NAMES_MAX);
}

static void add_comparison(struct str *text, const struct report *r,
                           const struct report_series *like, double from, const struct tally *t)
{
    char small[40], full[40], percent[40];
    html_format_size(small, sizeof small, from);
    html_format_size(full, sizeof full, like->compared);
    html_format_percent(percent, sizeof percent, report_tolerance(r), 1);
    const char *verb = t->count[ANALYSIS_PASS] > 0   ? "speaks"
                       : t->count[ANALYSIS_FAIL] > 0 ? "does not speak"
                                                     : "is not shown to speak";
    str_addf(text, "%sn = %s ", text->len > 0 ? " " : "", small);
    str_addf(text, "%s for n = %s", t->total == 1 ? verb : "speaks", full);
    if (several_ladders(r, like))
        add_problems(text, t);
    if (like->machine[0] != '\0')
        str_addf(text, " on machine %s", like->machine);
    if (!r->one_mode && like->mode[0] != '\0')
        str_addf(text, " (%s)", like->mode);
    if (!r->one_simulator && strcmp(like->simulator, like->machine) != 0)
        str_addf(text, " of %s", like->simulator);
    str_addf(text, " within %s", percent);
    if (t->total == 1) {
        str_add(text, ".");
        return;
    }
    add_share(text, t);
    static const char *const words[] = {"", "it does not", "the runs do not settle it"};
    add_rest(text, r, t, words);
    str_add(text, ".");
}

/* Rungs above those that were compared, which the answer does not cover. */
static void add_uncompared(struct str *text, const struct report *r)
{
    size_t count = 0;
    double least = NAN, most = NAN;
    for (size_t i = 0; i < r->n_series; i++)
        if (r->series[i].compared < r->series[i].top) {
            count++;
            least = fmin(least, r->series[i].top);
            most = fmax(most, r->series[i].top);
        }
    if (count == 0)
        return;
    char size[40];
    str_addf(text, " At the largest rung, n = %s", html_format_size(size, sizeof size, least));
    if (most > least)
        str_addf(text, " to %s", html_format_size(size, sizeof size, most));
    str_addf(text, ", too few variants ran to compare with it (%zu of %zu problems).", count,
             r->n_series);
}

static void add_comparisons(struct str *text, const struct report *r, struct tally *t)
{
    size_t shown = 0;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        bool seen = isnan(s->compared);
        for (size_t j = 0; j < i && !seen; j++)
            seen = report_same_setting(&r->series[j], s) && r->series[j].compared == s->compared;
        double from = seen ? NAN : best_rung(r, s, t);
        if (isnan(from))
            continue;
        if (shown++ < SETTINGS_MAX)
            add_comparison(text, r, s, from, t);
    }
    if (shown > SETTINGS_MAX)
        str_addf(text, " The page on scales has %zu more settings.", shown - SETTINGS_MAX);
    add_uncompared(text, r);
}

static const struct analysis_check *error_check(const struct report *r,
                                                const struct report_series *s)
{
    for (size_t i = 0; r->checks != NULL && i < r->checks->count; i++) {
        const struct analysis_key *of = &r->checks->check[i].of;
        if (strcmp(of->problem, s->problem) == 0 && strcmp(of->machine, s->machine) == 0 &&
            strcmp(of->mode, s->mode) == 0 && strcmp(of->simulator, s->simulator) == 0)
            return &r->checks->check[i];
    }
    return NULL;
}

static void add_predictions(struct str *text, const struct report *r, struct tally *t)
{
    char percent[40];
    for (int v = 0; v < 3; v++)
        t->count[v] = 0;
    t->total = 0;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct analysis_check *c = error_check(r, &r->series[i]);
        if (c != NULL)
            tally_add(t, c->verdict, &r->series[i]);
    }
    if (t->total == 0 || isnan(r->top))
        return;
    html_format_percent(percent, sizeof percent, r->options->thresholds.error, 1);
    str_add(text, text->len > 0 ? " " : "");
    if (t->total == 1) {
        static const char *const words[] = {"are", "are not", "are not shown to be"};
        int v = t->count[1] ? 1 : t->count[2] ? 2 : 0;
        char size[40];
        str_addf(text, "The cycles at n = %s %s predicted within %s by the rungs below.",
                 html_format_size(size, sizeof size, t->of[v][0]->top), words[v], percent);
        return;
    }
    str_addf(text, "Cycles at the largest rung are predicted within %s by the rungs below",
             percent);
    add_share(text, t);
    static const char *const words[] = {"", "they are not", "that is open"};
    add_rest(text, r, t, words);
    str_add(text, ".");
}

void report_answer(struct report *r, struct str *text)
{
    struct tally t;
    if (r->n_rows == 0) {
        str_add(text, "No verdict: the study has no runs yet.");
    } else if (r->checks == NULL) {
        str_addf(text, "No verdict: %s.",
                 r->checks_gap[0] != '\0' ? r->checks_gap : "the checks could not be made");
    } else if (tally_init(&t, r->n_series) != 0) {
        text->failed = true;
        tally_release(&t);
    } else {
        add_comparisons(text, r, &t);
        add_predictions(text, r, &t);
        if (text->len == 0)
            str_add(text, "No verdict: nothing here can be checked against a largest rung.");
        tally_release(&t);
    }
}

enum analysis_verdict report_verdict_of(const struct report *r)
{
    return r->checks != NULL && r->checks->count > 0 ? r->checks->verdict
                                                     : ANALYSIS_INCONCLUSIVE;
}

/* What stands in the way of a series, in the words of its fit's warnings. */
static const char *reason_of(const struct report_series *s)
{
    static const char *const codes[] = {"conflict-class", "crosses-cache", "regime-change"};
    for (size_t k = 0; s->fit != NULL && k < sizeof codes / sizeof codes[0]; k++)
        for (size_t i = 0; i < s->fit->warnings.count; i++)
            if (strcmp(s->fit->warnings.item[i].code, codes[k]) == 0)
                return s->fit->warnings.item[i].text;
    return NULL;
}

/* A check speaks of the variant that did worst, which its subject names last: " (rob=96)",
 * "" for the base. */
static const char *variant_of(const struct analysis_check *c)
{
    const char *variant = strrchr(c->subject, '(');
    return variant == NULL || variant == c->subject || strcmp(variant, "(base)") == 0
               ? ""
               : variant - 1;
}

void report_reasons(struct report *r, struct str *html)
{
    const struct report_series **list = report_worst_first(r);
    size_t shown = 0, left = 0;
    if (list == NULL) {
        html->failed = true;
        return;
    }
    for (size_t i = 0; i < r->n_series; i++) {
        const struct analysis_check *c = error_check(r, list[i]);
        enum analysis_verdict best;
        report_sufficient(r, list[i], &best);
        bool bad = best == ANALYSIS_FAIL || (c != NULL && c->verdict != ANALYSIS_PASS);
        /* The check has looked at what grows; the fit knows sizes alone. */
        bool advised = c != NULL && c->verdict != ANALYSIS_PASS && c->advice != NULL &&
                       c->advice[0] != '\0';
        const char *why = advised ? c->advice : reason_of(list[i]);
        if (!bad || why == NULL)
            continue;
        if (shown == REASONS_MAX) {
            left++;
            continue;
        }
        str_add(html, shown++ == 0 ? "<ul>\n<li>" : "<li>");
        report_series_link(html, r, list[i]);
        html_textf(html, "%s: %s", advised ? variant_of(c) : "", why);
        str_add(html, "</li>\n");
    }
    if (left > 0) {
        str_add(html, "<li>");
        html_textf(html, "%zu more below", left);
        str_add(html, "</li>\n");
    }
    if (shown > 0)
        str_add(html, "</ul>\n");
    free(list);
}
