#include "config.h"

#include <dirent.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/calib_log.h"
#include "base/path.h"
#include "base/str.h"
#include "tests/unit/made_study.h"
#include "report/figure.h"
#include "report/html.h"
#include "report/report.h"
#include "report/template.h"
#include "report/tsv.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/rung-report.XXXXXX";
static char file[64], directory[64];

static char *slurp(const char *name)
{
    char *path = str_format("%s/%s", directory, name), *text = NULL;
    size_t len;
    struct err err = {0};
    if (path_read(path, 1 << 24, &text, &len, &err) != 0)
        printf("  %s\n", err.text);
    free(path);
    return text != NULL ? text : calloc(1, 1);
}

static bool has_file(const char *name)
{
    char *path = str_format("%s/%s", directory, name);
    bool there = path_exists(path);
    free(path);
    return there;
}

static void remove_report(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

/* Makes the study anew and its report over what the folder holds. */
static int report_over(const struct made_study *m, const char *plots,
                       struct report_result *result, struct err *err)
{
    struct report_options o = {.directory = directory, .plots = plots};
    struct store *store = NULL;
    analysis_options_init(&o.analysis);
    analysis_thresholds_init(&o.thresholds);
    o.analysis.resamples = 200;
    CU_ASSERT_EQUAL_FATAL(made_study_write(file, m, err), 0);
    CU_ASSERT_EQUAL_FATAL(store_open(&store, file, err), 0);
    int status = report_write(store, &o, result, err);
    store_close(store);
    return status;
}

/* Makes the study and its report from scratch. */
static int report(const struct made_study *m, const char *plots, struct report_result *result,
                  struct err *err)
{
    remove_report();
    return report_over(m, plots, result, err);
}

/* ---- blocks ----------------------------------------------------------------------------- */

static void check_text(const char *text, const char *want)
{
    struct str s;
    str_init(&s);
    html_text(&s, text);
    CU_ASSERT_STRING_EQUAL(s.data, want);
    str_release(&s);
}

static void test_escape(void)
{
    check_text("plain Ünï", "plain Ünï");
    check_text("<a href=\"x\">'&'</a>",
               "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    check_text("a\tb\nc", "a\tb\nc");
    /* Not UTF-8: a lone tail, a cut head, an overlong slash, a surrogate, beyond the end. */
    check_text("\x80|\xc3|\xc0\xaf|\xed\xa0\x80|\xf5",
               "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd"
               "\xef\xbf\xbd|\xef\xbf\xbd");
    check_text("\x01\x7f\x1b[0m", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd[0m");
}

static void test_numbers(void)
{
    char b[80];
    CU_ASSERT_STRING_EQUAL(html_format_real(b, sizeof b, 0.66312345, 4), "0.6631");
    CU_ASSERT_STRING_EQUAL(html_format_real(b, sizeof b, -2.5, 3), "−2.50");
    CU_ASSERT_STRING_EQUAL(html_format_real(b, sizeof b, 0, 3), "0.00");
    CU_ASSERT_STRING_EQUAL(html_format_real(b, sizeof b, 1.5e-9, 3), "1.50e-09");
    CU_ASSERT_STRING_EQUAL(html_format_real(b, sizeof b, NAN, 3), "–");
    CU_ASSERT_STRING_EQUAL(html_format_real(b, sizeof b, -INFINITY, 3), "−∞");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, 0.0132, 3), "1.32\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, -0.00001, 3), "> −0.01\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, 8861.76412607737), "8861.8");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, 9876), "9876");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, 0.99984, 3), "> 99.9\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, 0.9990, 3), "99.9\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, 1, 3), "100\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, 0.00001, 3), "< 0.01\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, 0.0001, 3), "0.0100\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, -8.88e-16, 3), "0.00\xc2\xa0%");
    CU_ASSERT_STRING_EQUAL(html_format_percent(b, sizeof b, NAN, 3), "–");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, 9999), "9999");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, 16777216), "16.78\xc2\xa0M");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, 999960), "1.000\xc2\xa0M");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, -2.18e9), "−2.180\xc2\xa0G");
    CU_ASSERT_STRING_EQUAL(html_format_count(b, sizeof b, NAN), "–");
    CU_ASSERT_STRING_EQUAL(html_format_fixed(b, sizeof b, -3.9e-7, 3), "−0.000");
    CU_ASSERT_STRING_EQUAL(html_format_fixed(b, sizeof b, 0.99712, 3), "0.997");
    CU_ASSERT_STRING_EQUAL(html_format_fixed(b, sizeof b, NAN, 3), "–");
    struct str s;
    str_init(&s);
    html_real(&s, 0.1, 3);
    CU_ASSERT_STRING_EQUAL(s.data, "<data value=\"0.10000000000000001\">0.100</data>");
    str_clear(&s);
    html_percent(&s, NAN, 3);
    CU_ASSERT_STRING_EQUAL(s.data, "<span title=\"not available\">–</span>");
    str_clear(&s);
    html_badge(&s, ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_STRING_EQUAL(s.data, "<span class=\"badge inconclusive\">? inconclusive</span>");
    str_release(&s);
}

static void test_tsv(void)
{
    struct tsv t;
    struct err err = {0};
    tsv_init(&t, "n value name");
    tsv_real(&t, 64);
    tsv_real(&t, -INFINITY);
    tsv_text(&t, "a\tb\nc\"d");
    tsv_end_row(&t);
    CU_ASSERT_STRING_EQUAL(t.text.data, "n\tvalue\tname\n64\tNaN\ta b c\"d\n");
    CU_ASSERT_EQUAL(tsv_write(&t, "/dev/null", "x.tsv", &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "/dev/null/x.tsv");
    tsv_release(&t);
}

static void test_template(void)
{
    const struct template_value values[] = {{"a", "{{b}}"}, {"b", "B"}};
    struct str s;
    struct err err = {0};
    str_init(&s);
    CU_ASSERT_EQUAL(template_fill(&s, "f", "x{{a}}-{{b}}{y}", values, 2, &err), 0);
    CU_ASSERT_STRING_EQUAL(s.data, "x{{b}}-B{y}");
    CU_ASSERT_EQUAL(template_fill(&s, "f", "1\n2 {{c}}", values, 2, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f':2: unknown placeholder 'c'");
    err_clear(&err);
    CU_ASSERT_EQUAL(template_fill(&s, "f", "\n\n{{a\n}}", values, 2, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f':3: '{{' without '}}'");
    str_release(&s);
}

static void test_names(void)
{
    char slug[32];
    struct figures f;
    struct str s;
    struct err err = {0};
    figure_slug(slug, sizeof slug, "gemm · m2");
    CU_ASSERT_STRING_EQUAL(slug, "gemm-m2");
    figure_slug(slug, sizeof slug, "../../etc/passwd");
    CU_ASSERT_STRING_EQUAL(slug, "etc-passwd");
    figure_slug(slug, sizeof slug, "'\"$(rm)`");
    CU_ASSERT_STRING_EQUAL(slug, "rm");
    figure_slug(slug, sizeof slug, "ü");
    CU_ASSERT_STRING_EQUAL(slug, "x");
    str_init(&s);
    figure_quote(&s, "it's\n\\n `id`");
    CU_ASSERT_STRING_EQUAL(s.data, "'it''s \\n `id`'");
    str_release(&s);
    figures_init(&f, "95 %");
    CU_ASSERT_EQUAL(figure_begin(&f, "a", "cpi", "", 1, &err), 0);
    CU_ASSERT_EQUAL(figure_begin(&f, "A", "cpi", "", 1, &err), 0);
    CU_ASSERT_EQUAL(figure_begin(&f, "a", "cpi", "", 1, &err), 0);
    CU_ASSERT_STRING_EQUAL(f.figure[0].name, "a-cpi");
    CU_ASSERT_STRING_EQUAL(f.figure[1].name, "A-2-cpi");
    CU_ASSERT_STRING_EQUAL(f.figure[2].name, "a-3-cpi");
    figures_release(&f);
}

/* ---- whole reports ---------------------------------------------------------------------- */

/* All pages, one after the other. */
static char *slurp_pages(void)
{
    char pattern[300];
    glob_t found;
    struct str all;
    str_init(&all);
    snprintf(pattern, sizeof pattern, "%s/*.html", directory);
    CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *page = slurp(found.gl_pathv[i] + strlen(directory) + 1);
        str_add(&all, page);
        free(page);
    }
    globfree(&found);
    return str_detach(&all);
}

/* The number stands on the page with all its digits. */
static void check_number(const char *page, double value)
{
    char text[64];
    snprintf(text, sizeof text, "<data value=\"%.17g\">", value);
    CHECK_STRING_CONTAINS(page, text);
}

static void test_full(void)
{
    struct made_study m = {.problem = {"gemm", "stencil7"},
                           .rung = {64, 96, 128, 192, 256},
                           .variants = 8,
                           .seeds = 2};
    struct err err = {0};
    struct report_result result = {0};
    CU_ASSERT_EQUAL_FATAL(report(&m, NULL, &result, &err), 0);
    /* Five figures, two traces and a thumbnail a problem; two for each of the four smaller
     * rungs; matrix, ranks, time and errors over all. */
    CU_ASSERT_EQUAL(result.figures, 2 * 8 + 4 * 2 + 4);
    CU_ASSERT_EQUAL(result.gaps, 0);
    char *page = slurp_pages();
    for (size_t p = 0; p < 2; p++)
        for (int i = 0; i < 5; i++) {
            double n = m.rung[i], instructions = made_instructions(p, n), cycles = 0;
            for (size_t s = 0; s < 2; s++)
                cycles += floor(made_cpi(&m, p, n, 0, s) * instructions);
            check_number(page, instructions);
            check_number(page, cycles / 2);
            check_number(page, cycles / 2 / instructions);
            check_number(page, cycles / 2 / (n * n * n));
        }
    CHECK_STRING_CONTAINS(page, "figures/gemm-m2-timing-ladder.svg");
    CHECK_STRING_CONTAINS(page, "rung run made.yaml -o ");
    CHECK_STRING_CONTAINS(page, "badge ");
    CHECK_STRING_CONTAINS(page, "made.c:17, 0x400600, 6 instructions");
    free(page);
    char *svg = slurp("figures/gemm-m2-timing-ladder.svg");
    CHECK_STRING_CONTAINS(svg, "gemm · m2 · timing");
    CHECK_STRING_CONTAINS(svg, "held out");
    CHECK_STRING_CONTAINS(svg, "prediction 95 %");
    free(svg);
    CU_ASSERT_TRUE(has_file("figures/gemm-m2-timing-ladder-dark.svg"));
    CU_ASSERT_TRUE(has_file("figures/held-out-overview.svg"));
    CU_ASSERT_TRUE(has_file("data/gemm-m2-timing-stack.tsv"));
    CU_ASSERT_TRUE(has_file("plots/style.gp"));
    CU_ASSERT_TRUE(has_file("draw.gp"));
}

/* The same store makes the same bytes. */
static void test_repeatable(void)
{
    struct made_study m = {.problem = {"gemm"}, .rung = {64, 96, 128, 192}, .variants = 3};
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(report(&m, NULL, NULL, &err), 0);
    char *first = slurp("machines.html"), *first_svg = slurp("figures/gemm-m2-timing-cpi.svg");
    CU_ASSERT_EQUAL_FATAL(report(&m, NULL, NULL, &err), 0);
    char *second = slurp("machines.html"), *second_svg = slurp("figures/gemm-m2-timing-cpi.svg");
    CU_ASSERT_TRUE(strlen(first) > 1000 && strlen(first_svg) > 1000);
    /* The study file is made anew and has another time of creation. */
    char *a = strstr(first, "<dt>Created"), *b = strstr(second, "<dt>Created");
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    CU_ASSERT_STRING_EQUAL(strstr(a, "</dd>"), strstr(b, "</dd>"));
    *a = *b = '\0';
    CU_ASSERT_STRING_EQUAL(first, second);
    CU_ASSERT_STRING_EQUAL(first_svg, second_svg);
    free(first);
    free(second);
    free(first_svg);
    free(second_svg);
}

static void test_names_everywhere(void)
{
    /* Each hurts something: SQL-ish quoting, shells, gnuplot's strings, macros and enhanced
     * mode, HTML, file systems. */
    struct made_study m = {
        .problem = {"it's \"q\" `touch x` $(touch x) @m", "a_b^{2} #} \\n %s %d ü", "..",
                    "<script>alert(1)</script>&amp;", "x/../../y", "Gemm", "gemm", "\xff\x01"},
        .rung = {64, 96, 128, 192, 256},
        .variants = 2,
        .variant = {"l2=\"1'\t<b>", "{/Symbol a}"},
        .machine = "m'2\"{}",
        .name = "</title><script>"};
    struct err err = {0};
    struct report_result result = {0};
    CU_ASSERT_EQUAL_FATAL(report(&m, NULL, &result, &err), 0);
    CU_ASSERT_EQUAL(result.gaps, 0);
    char *page = slurp_pages();
    CU_ASSERT_PTR_NULL(strstr(page, "<script>alert"));
    CU_ASSERT_PTR_NULL(strstr(page, "</title><script"));
    CHECK_STRING_CONTAINS(page, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;");
    CHECK_STRING_CONTAINS(page, "it&#39;s &quot;q&quot; `touch x` $(touch x) @m");
    free(page);
    CU_ASSERT_FALSE(has_file("x"));
    char *svg = slurp("figures/a_b-2-n-s-d-m-2-timing-cpi.svg");
    CHECK_STRING_CONTAINS(svg, "a_b^{2} #} \\n %s %d ü · m'2\"{} · timing");
    free(svg);
    CU_ASSERT_TRUE(has_file("figures/Gemm-m-2-timing-cpi.svg"));
    CU_ASSERT_TRUE(has_file("figures/gemm-m-2-timing-2-cpi.svg"));
}

/* Makes a report with this many gaps, whose page has this text. */
static void check_gap(const struct made_study *m, size_t gaps, const char *text)
{
    struct err err = {0};
    struct report_result result = {0};
    int status = report(m, NULL, &result, &err);
    CU_ASSERT_EQUAL(status, 0);
    if (status != 0)
        printf("  %s\n", err.text);
    CU_ASSERT_EQUAL(result.gaps, gaps);
    char *page = slurp_pages();
    if (strstr(page, text) == NULL || result.gaps != gaps)
        printf("  '%s': %zu gaps\n", text, result.gaps);
    CHECK_STRING_CONTAINS(page, text);
    CHECK_STRING_CONTAINS(page, "</html>");
    free(page);
}

static void test_gaps(void)
{
    const struct made_study plain = {
        .problem = {"gemm"}, .rung = {64, 96, 128, 192, 256}, .variants = 3};
    struct made_study m = plain;
    m.problem[0] = NULL;
    check_gap(&m, 2, "No verdict: the study has no runs yet.");
    m = plain;
    m.rung[1] = 0;
    check_gap(&m, 2, "One rung only: nothing can be said about scaling.");
    m = plain;
    m.variants = 0;
    check_gap(&m, 1, "The study has no variants of its machines");
    m = plain;
    m.no_stacks = true;
    check_gap(&m, 1, "The study file has no CPI stacks of these runs.");
    m = plain;
    m.no_traces = true;
    check_gap(&m, 1, "The study file has no traces of these runs.");
    m = plain;
    m.one_fails = true;
    check_gap(&m, 1, "segmentation fault at 0x400123 (&lt;main+0x23&gt;)");
    m = plain;
    m.top_fails = true;
    check_gap(&m, 3, "4 of 20 runs failed");
    check_gap(&m, 3, "No run at the largest rung, n = 256, ended well");
    check_gap(&m, 3, "Too few rungs to hold the largest one out");
    m = plain;
    m.all_fail = true;
    check_gap(&m, 4, "No run of the base machine ended well: there is nothing to draw.");
    m = plain;
    m.mode = "emulation";
    check_gap(&m, 2, "These runs count instructions only");
    m = plain;
    m.rung[3] = 0;
    check_gap(&m, 1, "Too few rungs for a fit.");
    m = plain;
    m.infinite = true;
    check_gap(&m, 2, "1 of 20 runs have no finite number of cycles and are left out.");
    m = plain;
    m.no_work = true;
    check_gap(&m, 0, "not available");
}

/* ---- failures --------------------------------------------------------------------------- */

static const struct made_study small = {
    .problem = {"gemm"}, .rung = {64, 96, 128}, .variants = 0};

/* A copy of the scripts in which FILE is replaced by `text`. */
static char *changed_plots(const char *name, const char *text)
{
    char *to = str_format("%s/plots", folder), command[512];
    struct err err = {0};
    /* The sources may be such as nobody can write to. */
    snprintf(command, sizeof command,
             "rm -rf '%s' && cp -r '%s/plots' '%s' && chmod -R u+w '%s'", to, RUNG_SOURCE_DIR,
             to, to);
    CU_ASSERT_EQUAL(system(command), 0);
    char *path = str_format("%s/%s", to, name);
    CU_ASSERT_EQUAL(path_write_atomic(path, text, strlen(text), &err), 0);
    free(path);
    return to;
}

/* Fails with this code and message, and leaves no page. */
static void check_failure(const char *plots, int code, const char *text)
{
    struct err err = {0};
    CU_ASSERT_EQUAL(report(&small, plots, NULL, &err), code);
    CHECK_STRING_CONTAINS(err.text, text);
    if (strstr(err.text, text) == NULL)
        printf("  %s\n", err.text);
    CU_ASSERT_FALSE(has_file("index.html"));
}

static void test_failing_scripts(void)
{
    char *plots = changed_plots("cpi.gp", "nonsense\n");
    check_failure(plots, ERR_RUN, "gnuplot failed with exit status 1 on '");
    free(plots);
    plots = changed_plots("cpi.gp", "\n");
    check_failure(plots, ERR_RUN, "gnuplot left no figure: ");
    free(plots);
    plots = changed_plots("cpi.gp", "load plots.'style.gp'\nset table output\nplot x\n");
    check_failure(plots, ERR_RUN, "unfinished");
    free(plots);
    plots = changed_plots("cpi.gp", "system('kill -9 $PPID')\n");
    check_failure(plots, ERR_RUN, "gnuplot was ended by signal 9");
    free(plots);
    plots = changed_plots("page.html", "<html>\n{{main}}\n{{mian}}");
    check_failure(plots, ERR_CONFIG, "page.html':3: unknown placeholder 'mian'");
    char command[128];
    snprintf(command, sizeof command, "rm '%s/cpi.gp'", plots);
    CU_ASSERT_EQUAL(system(command), 0);
    check_failure("/nowhere/plots", ERR_DATA, "/nowhere/plots/page.html");
    free(plots);
    /* With the scripts of the house all is well again, page and all. */
    struct err err = {0};
    CU_ASSERT_EQUAL(report(&small, NULL, NULL, &err), 0);
    CU_ASSERT_TRUE(has_file("index.html"));
}

static void test_changed_script(void)
{
    char *plots = changed_plots("cpi.gp", "load plots.'style.gp'\nplot x title 'my own'\n");
    struct err err = {0};
    CU_ASSERT_EQUAL(report(&small, plots, NULL, &err), 0);
    char *svg = slurp("figures/gemm-m2-timing-cpi.svg");
    CHECK_STRING_CONTAINS(svg, "my own");
    free(svg);
    free(plots);
    /* The copy beside the report serves as well. */
    plots = str_format("%s/plots-copy", folder);
    char command[256];
    snprintf(command, sizeof command, "cp -r '%s/plots' '%s'", directory, plots);
    CU_ASSERT_EQUAL(system(command), 0);
    CU_ASSERT_EQUAL(report(&small, plots, NULL, &err), 0);
    svg = slurp("figures/gemm-m2-timing-cpi-dark.svg");
    CHECK_STRING_CONTAINS(svg, "my own");
    free(svg);
    free(plots);
}

/* Files of an earlier report go, those of the user stay, whatever the list says. */
static void test_stale_files(void)
{
    struct made_study m = {.problem = {"gemm", "old"}, .rung = {64, 96, 128}};
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(report(&m, NULL, NULL, &err), 0);
    CU_ASSERT_TRUE(has_file("figures/old-m2-timing-cpi.svg"));
    CU_ASSERT_TRUE(has_file("data/old-m2-timing-ladder.tsv"));
    CU_ASSERT_TRUE(has_file("problem-old-m2-timing.html"));
    static const char *const own[] = {"notes.html", "figures/mine.svg", "mine.txt", "list.txt"};
    char path[400];
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, own[i]);
        CU_ASSERT_EQUAL(path_write_atomic(path, "mine", 4, &err), 0);
    }
    snprintf(path, sizeof path, "printf 'mine.txt\n../made.h5\nfigures/../mine.txt\n"
                                "list.txt\n/etc/x.html\n' >>'%s/files.txt'",
             directory);
    CU_ASSERT_EQUAL(system(path), 0);
    m.problem[1] = NULL;
    CU_ASSERT_EQUAL(report_over(&m, NULL, NULL, &err), 0);
    CU_ASSERT_FALSE(has_file("figures/old-m2-timing-cpi.svg"));
    CU_ASSERT_FALSE(has_file("figures/old-m2-timing-cpi-dark.svg"));
    CU_ASSERT_FALSE(has_file("data/old-m2-timing-ladder.tsv"));
    CU_ASSERT_FALSE(has_file("problem-old-m2-timing.html"));
    CU_ASSERT_TRUE(has_file("figures/gemm-m2-timing-cpi.svg"));
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_TRUE(has_file(own[i]));
    CU_ASSERT_TRUE(has_file("../made.h5"));
}

static void test_no_gnuplot(void)
{
    char *path = strdup(getenv("PATH"));
    struct report_options o = {.directory = directory};
    struct store *store = NULL;
    struct err err = {0};
    analysis_options_init(&o.analysis);
    analysis_thresholds_init(&o.thresholds);
    o.analysis.resamples = 200;
    CU_ASSERT_EQUAL_FATAL(made_study_write(file, &small, &err), 0);
    CU_ASSERT_EQUAL_FATAL(store_open(&store, file, &err), 0);
    setenv("PATH", "/nowhere", 1);
    CU_ASSERT_EQUAL(report_write(store, &o, NULL, &err), ERR_RUN);
    CHECK_STRING_CONTAINS(err.text, "cannot start 'gnuplot': No such file");
    setenv("PATH", path, 1);
    CU_ASSERT_FALSE(has_file("index.html"));

    /* A folder that cannot be made: its name is taken by a file. */
    char *beneath = str_format("%s/x", file);
    o.directory = beneath;
    err_clear(&err);
    CU_ASSERT_EQUAL(report_write(store, &o, NULL, &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, file);
    free(beneath);
    store_close(store);
    free(path);
}

/* ---- accuracy --------------------------------------------------------------------------- */

/* Two programs, whose errors are given in per cent; what is not given is NaN. */
static int save_accuracy(const char *commit, const char *machine, double first, double second,
                         struct err *err)
{
    static const struct analysis_baseline hardware[] = {
        {.name = "additions", .category = "micro", .problem = "", .latency = {1.6, 1.5, 1.7}},
        {.name = "gemm <&>", .category = "kernel", .problem = "gemm", .latency = {40, 38, 42}},
    };
    struct analysis_accuracy_size size[] = {{1, 2, 1.5, first / 100}, {2, 4, 1.7, NAN}};
    struct analysis_accuracy_program program[] = {
        {.hardware = &hardware[0], .cycles = 20, .instructions = 23, .n = 8000, .nominal = 20,
         .simulated_ns = 2, .error = first / 100, .lower = first / 100 - 0.01,
         .upper = first / 100 + 0.01, .left_out = NAN, .n_sizes = 2, .size = size,
         .drift = {0.01, -0.01, 0.03}},
        {.hardware = &hardware[1], .cycles = 90, .instructions = 99, .n = 2, .nominal = NAN,
         .simulated_ns = 41, .error = second / 100, .lower = NAN, .upper = NAN, .left_out = NAN,
         .drift = {NAN, NAN, NAN}},
    };
    double mean = (fabs(first) + fabs(second)) / 200;
    struct analysis_accuracy_group group[] = {
        {.name = "all", .count = 2, .error = {mean, mean / 2, mean * 2}, .left_out = NAN,
         .drift = {0.01, NAN, NAN}, .worst = first / 100, .worst_program = "additions"},
        {.name = "micro", .count = 1, .error = {fabs(first) / 100, NAN, NAN}, .left_out = NAN,
         .drift = {0.01, NAN, NAN}, .worst = first / 100, .worst_program = "additions"},
        {.name = "kernel", .count = 1, .error = {fabs(second) / 100, NAN, NAN}, .left_out = NAN,
         .drift = {NAN, NAN, NAN}, .worst = second / 100, .worst_program = "gemm <&>"},
    };
    struct analysis_accuracy a = {.hertz = {3.2e9, 3.1e9, 3.3e9}, .count = 2,
                                  .program = program, .n_groups = 3, .group = group};
    analysis_accuracy_options_init(&a.options);
    struct analysis_log_mark mark = {commit,  "0.1", "2026-01-02T03:04:05Z", "m2-times",
                                     machine, "timing", "base", "estimate"};
    return analysis_log_save(file, &a, &mark, err);
}

static void test_accuracy(void)
{
    struct made_study m = {.problem = {"gemm"}, .rung = {64, 96, 128}};
    struct err err = {0};
    struct report_options o = {.directory = directory};
    struct store *store = NULL;
    analysis_options_init(&o.analysis);
    analysis_thresholds_init(&o.thresholds);
    o.analysis.resamples = 200;
    remove_report();
    CU_ASSERT_EQUAL_FATAL(made_study_write(file, &m, &err), 0);
    CU_ASSERT_EQUAL_FATAL(save_accuracy("aaaaaaa", "m2", 55, -12.5, &err), 0);
    CU_ASSERT_EQUAL_FATAL(save_accuracy("bbbbbbb", "m2", 77, 1.25, &err), 0);
    CU_ASSERT_EQUAL_FATAL(save_accuracy("aaaaaaa", "small", 33, 4, &err), 0);
    /* The same commit once more takes the place of what it said before. */
    CU_ASSERT_EQUAL_FATAL(save_accuracy("bbbbbbb", "m2", 22.5, 1.25, &err), 0);
    CU_ASSERT_EQUAL_FATAL(store_open(&store, file, &err), 0);
    struct analysis_log log;
    CU_ASSERT_EQUAL_FATAL(analysis_log_read(&log, store, &err), 0);
    CU_ASSERT_EQUAL(log.n_programs, 3 * 2);
    CU_ASSERT_EQUAL(log.n_categories, 3 * 3);
    CU_ASSERT_EQUAL(log.n_sizes, 3 * 2);
    if (log.n_programs == 6) {
        CU_ASSERT_STRING_EQUAL(log.program[0].mark.commit, "aaaaaaa");
        CU_ASSERT_STRING_EQUAL(log.program[1].program, "gemm <&>");
        CU_ASSERT_EQUAL(log.program[1].error, -0.125);
        CU_ASSERT_EQUAL(log.program[4].error, 0.225);
        CU_ASSERT_TRUE(isnan(log.program[4].left_out));
        CU_ASSERT_STRING_EQUAL(log.category[8].category, "kernel");
        CU_ASSERT_EQUAL(log.category[8].clock_hz, 3.2e9);
        CU_ASSERT_EQUAL(log.size[4].measured_ns, 1.5);
    }
    analysis_log_release(&log);
    /* The runs are as they were. */
    CU_ASSERT_EQUAL(store_count(store), 3);
    struct report_result result;
    CU_ASSERT_EQUAL_FATAL(report_write(store, &o, &result, &err), 0);
    store_close(store);
    char *page = slurp("accuracy.html");
    check_number(page, 0.225);
    check_number(page, 0.55);
    check_number(page, (22.5 + 1.25) / 200);
    check_number(page, 0.33);
    CU_ASSERT_PTR_NULL(strstr(page, "0.77"));
    CHECK_STRING_CONTAINS(page, "gemm &lt;&amp;&gt;");
    CHECK_STRING_CONTAINS(page, "One commit so far (aaaaaaa)");
    CHECK_STRING_CONTAINS(page, "<details><summary>Program by program over the commits");
    free(page);
    char *svg = slurp("figures/m2-timing-clock-estimate-history.svg");
    CHECK_STRING_CONTAINS(svg, "bbbbbbb");
    CHECK_STRING_CONTAINS(svg, "all, with its 95 % interval");
    free(svg);
    CU_ASSERT_TRUE(has_file("figures/m2-timing-clock-estimate-drift.svg"));
    CU_ASSERT_TRUE(has_file("figures/small-timing-clock-estimate-accuracy.svg"));
    CU_ASSERT_FALSE(has_file("figures/small-timing-clock-estimate-history.svg"));
    char *index = slurp("index.html");
    CHECK_STRING_CONTAINS(index, "href=\"accuracy.html\"");
    free(index);
    CU_ASSERT_EQUAL(unlink(file), 0);
    CU_ASSERT_EQUAL(save_accuracy("aaaaaaa", "m2", 1, 1, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, file);
}

/* One row of a table of a profile: the five columns that lead, then `texts`, then `reals`. */
static void write_profile_table(const char *name, const char *id, const char *const *texts,
                                const char *const *reals)
{
    static const char *const lead[] = {"id", "problem", "mode", "machine", "variant"};
    static const char *const value[] = {"gemm", "timing", "m2", "base"};
    static const char *const word[] = {"main"};
    static const double one[] = {1};
    struct store_column column[16] = {{.name = NULL}};
    size_t n = 0;
    struct err err = {0};
    for (size_t i = 0; i < 5; i++)
        column[n++] = (struct store_column){.name = lead[i], .text = i == 0 ? &id : &value[i - 1]};
    for (; *texts != NULL; texts++)
        column[n++] = (struct store_column){.name = *texts, .text = word};
    for (; *reals != NULL; reals++)
        column[n++] = (struct store_column){.name = *reals, .real = one};
    const struct store_table table = {
        .name = name, .n_rows = 1, .n_columns = n, .column = column};
    CU_ASSERT_EQUAL(store_write_tables(file, &table, 1, &err), 0);
    CU_ASSERT_STRING_EQUAL(err.text, "");
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void write_profile(const char *id)
{
    write_profile_table("profile/runs", id, NAMES(NULL),
                        NAMES("n", "samples", "seconds", "instructions", "allocations",
                              "peak_memory"));
    write_profile_table("profile/stages", id, NAMES("stage"), NAMES("n", "self"));
    write_profile_table("profile/functions", id, NAMES("function", "file"),
                        NAMES("n", "self", "total"));
    write_profile_table("profile/sites", id, NAMES("function", "file", "caller"),
                        NAMES("n", "line", "allocations_third_quarter",
                              "allocations_first_half", "bytes_first_half",
                              "bytes_third_quarter"));
    write_profile_table("profile/stacks", id, NAMES("stack"), NAMES("n", "self"));
}

static int report_of_file(struct report_result *result, struct err *err)
{
    struct report_options o = {.directory = directory};
    struct store *store = NULL;
    analysis_options_init(&o.analysis);
    analysis_thresholds_init(&o.thresholds);
    o.analysis.resamples = 200;
    remove_report();
    CU_ASSERT_EQUAL_FATAL(store_open(&store, file, err), 0);
    int status = report_write(store, &o, result, err);
    store_close(store);
    return status;
}

/* The tables of a profile are what somebody's file says: an id in them becomes a file's name. */
static void test_profile(void)
{
    struct made_study m = {.problem = {"gemm"}, .rung = {64, 96, 128}};
    struct report_result result = {0};
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(made_study_write(file, &m, &err), 0);
    write_profile("0123456789abcdef");
    CU_ASSERT_EQUAL(report_of_file(&result, &err), 0);
    CU_ASSERT_TRUE(has_file("figures/flame-0123456789abcdef.svg"));
    static const char *const bad[] = {"../../../tmp/evil", "0123456789abcde", "0123456789abcdeg",
                                      "0123456789abcdef0", "../456789abcdef0", ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err_clear(&err);
        write_profile(bad[i]);
        CU_ASSERT_EQUAL(report_of_file(&result, &err), ERR_DATA);
        CU_ASSERT_STRING_EQUAL(err.text,
                               "the table 'profile/runs' holds what is no run's id");
    }
    err_clear(&err);
    write_profile("0123456789abcdef");
    size_t gaps = result.gaps;
    write_profile_table("profile/stacks", "0123456789abcdef", NAMES("stack"), NAMES("n"));
    CU_ASSERT_EQUAL(report_of_file(&result, &err), 0);
    CU_ASSERT_TRUE(result.gaps > gaps);
    char *page = slurp("profile.html");
    CHECK_STRING_CONTAINS(page, "The profile cannot be read: the table &#39;profile/stacks&#39; "
                                "lacks a column.");
    free(page);
}

/* Commands to do it again can be pasted into a shell, whatever files are called. */
static void test_commands(void)
{
    struct made_study m = {.rung = {64}};
    struct report_result result = {0};
    struct err err = {0};
    char plain[sizeof file];
    CU_ASSERT_EQUAL_FATAL(made_study_write(file, &m, &err), 0);
    snprintf(plain, sizeof plain, "%s", file);
    snprintf(file, sizeof file, "%s/it's $HOME.h5", folder);
    CU_ASSERT_EQUAL_FATAL(rename(plain, file), 0);
    CU_ASSERT_EQUAL(report_of_file(&result, &err), 0);
    char *page = slurp_pages(), *want = str_format(
        "rung run made.yaml -o &#39;it&#39;\\&#39;&#39;s $HOME.h5&#39;");
    CHECK_STRING_CONTAINS(page, want);
    if (strstr(page, want) == NULL)
        printf("%s\n", strstr(page, "rung run") != NULL ? strstr(page, "rung run") : page);
    free(page);
    free(want);
    snprintf(file, sizeof file, "%s", plain);
}

static const struct unit_test tests[] = {
    {"text is escaped", test_escape},
    {"numbers for people", test_numbers},
    {"tables", test_tsv},
    {"templates", test_template},
    {"names of figures", test_names},
    {"a full report", test_full},
    {"the same report twice", test_repeatable},
    {"awkward names", test_names_everywhere},
    {"what is missing is said", test_gaps},
    {"accuracy over commits", test_accuracy},
    {"a profile", test_profile},
    {"commands for a shell", test_commands},
    {"failing scripts and templates", test_failing_scripts},
    {"scripts of the user's own", test_changed_script},
    {"remains of earlier reports", test_stale_files},
    {"no gnuplot, no folder", test_no_gnuplot},
};

int main(int argc, char **argv)
{
    if (mkdtemp(folder) == NULL)
        return 99;
    snprintf(file, sizeof file, "%s/made.h5", folder);
    snprintf(directory, sizeof directory, "%s/report", folder);
    int status = unit_main("report", tests, sizeof tests / sizeof tests[0], argc, argv);
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? status : 99;
}
