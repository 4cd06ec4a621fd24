#include "config.h"

#include "base/progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/err.h"
#include "base/str.h"
#include "base/units.h"

/* Redrawing more often than people see would only cost time on slow terminals. */
static const double redraw_seconds = 0.1;

enum { BAR_WIDTH = 24 };

struct progress {
    FILE *stream;
    double total;
    double start; /* wall time */
    double drawn; /* wall time of the last drawing; 0: none is on the screen */
    bool quiet, bar, colour;
    double done;
    double left; /* seconds that the caller foresees; below 0: none */
    struct str what, line;
};

int progress_alloc(struct progress **out, FILE *stream, double total, bool quiet)
{
    struct progress *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return ERR_NOMEM;
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    bool terminal = isatty(fileno(stream)) && term != NULL && strcmp(term, "dumb") != 0;
    p->stream = stream;
    p->total = total;
    p->start = cpu_wall_seconds();
    p->left = -1;
    p->quiet = quiet;
    p->bar = terminal && !quiet;
    /* https://no-color.org: set and not empty */
    p->colour = p->bar && (no_color == NULL || *no_color == '\0');
    str_init(&p->what);
    str_init(&p->line);
    *out = p;
    return 0;
}

/* Back to the first column, the rest of the line erased (ECMA-48 EL). */
static void erase(struct progress *p)
{
    if (p->bar && p->drawn > 0)
        fputs("\r\033[K", p->stream);
    p->drawn = 0;
}

void progress_free(struct progress *p)
{
    if (p == NULL)
        return;
    erase(p);
    fflush(p->stream);
    str_release(&p->what);
    str_release(&p->line);
    free(p);
}

static size_t terminal_width(const struct progress *p)
{
    struct winsize size;
    if (ioctl(fileno(p->stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

/* "[######----]  42 %  1 min 20 s left  gemm 256 timing, 112 MIPS" */
static void draw(struct progress *p, double now)
{
    double fraction = p->total > 0 ? p->done / p->total : 0;
    if (!(fraction >= 0))
        fraction = 0;
    if (fraction > 1)
        fraction = 1;
    int full = (int)(fraction * BAR_WIDTH);
    size_t width = terminal_width(p);
    str_clear(&p->line);
    str_add_char(&p->line, '[');
    for (int i = 0; i < BAR_WIDTH; i++)
        str_add_char(&p->line, i < full ? '#' : '-');
    str_addf(&p->line, "] %3d %%", (int)(fraction * 100));
    if (fraction > 0 && fraction < 1) {
        char left[32];
        double spent = now - p->start;
        units_format_seconds(left, sizeof(left),
                             p->left >= 0 ? p->left : spent / fraction - spent);
        str_addf(&p->line, "  %s left", left);
    }
    if (p->what.len > 0)
        str_addf(&p->line, "  %s", p->what.data);
    if (str_failed(&p->line))
        return; /* a bar is not worth an error: the next drawing may succeed */
    /* One column stays free: a full last column makes some terminals wrap. */
    size_t len = p->line.len < width ? p->line.len : width - 1;
    size_t bar = len < BAR_WIDTH + 2 ? len : BAR_WIDTH + 2;
    erase(p);
    if (p->colour)
        fprintf(p->stream, "\033[32m%.*s\033[0m%.*s", (int)bar, p->line.data, (int)(len - bar),
                p->line.data + bar);
    else
        fprintf(p->stream, "%.*s", (int)len, p->line.data);
    fflush(p->stream);
    p->drawn = now;
}

void progress_update(struct progress *p, double done, const char *what)
{
    p->done = done;
    if (!p->bar)
        return;
    str_clear(&p->what);
    str_add(&p->what, what != NULL ? what : "");
    double now = cpu_wall_seconds();
    if (p->drawn == 0 || now - p->drawn >= redraw_seconds || done >= p->total)
        draw(p, now);
}

void progress_left(struct progress *p, double seconds)
{
    p->left = seconds;
}

void progress_line(struct progress *p, const char *format, ...)
{
    if (p->quiet)
        return;
    bool again = p->drawn > 0;
    erase(p);
    va_list args;
    va_start(args, format);
    vfprintf(p->stream, format, args);
    va_end(args);
    fputc('\n', p->stream);
    if (again)
        draw(p, cpu_wall_seconds());
    fflush(p->stream);
}
