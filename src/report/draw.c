/* Runs gnuplot over a report's figures. */
#include "config.h"

#include "report/figure.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"

enum { SCRIPT_SIZE_MAX = 1 << 20, FIGURE_SIZE_MAX = 64 << 20 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory for the figures");
}

static int copy_file(const char *from, const char *to, const char *name, struct err *err)
{
    char *text = NULL, *source = str_format("%s/%s", from, name);
    char *target = str_format("%s/%s", to, name);
    size_t len = 0;
    int status = source != NULL && target != NULL
                     ? path_read(source, SCRIPT_SIZE_MAX, &text, &len, err)
                     : no_memory(err);
    if (status == 0)
        status = path_write_atomic(target, text, len, err);
    free(text);
    free(source);
    free(target);
    return status;
}

/* Copies what the figures are made with.  The page's template goes along, so that the copy
 * serves for `rung report --plots` as it is. */
static int copy_scripts(const char *from, const char *to, struct err *err)
{
    DIR *folder = opendir(from);
    if (folder == NULL)
        return err_set_errno(err, ERR_DATA, errno, "cannot open the folder '%s'", from);
    int status = path_make_directory(to, err);
    const struct dirent *entry;
    while (status == 0 && (entry = readdir(folder)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || dot == entry->d_name)
            continue;
        if (strcmp(dot, ".gp") == 0 || strcmp(dot, ".html") == 0 || strcmp(dot, ".css") == 0 ||
            strcmp(dot, ".js") == 0)
            status = copy_file(from, to, entry->d_name, err);
    }
    closedir(folder);
    return status;
}

/* In the child: becomes gnuplot, or tells through `report` why it could not. */
static void become_gnuplot(const char *directory, int report)
{
    /* The program ignores this signal, and ignoring is inherited. */
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDONLY);
    /* Names are UTF-8 whatever the user's locale is; C.UTF-8 comes with the C library. */
    setenv("LC_ALL", "C.UTF-8", 1);
    if (chdir(directory) == 0 && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
        dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
        /* -d: the user's own start-up files would change the figures. */
        execlp("gnuplot", "gnuplot", "-d", "draw.gp", (char *)NULL);
    int number = errno;
    ssize_t put = write(report, &number, sizeof number);
    _exit(put == (ssize_t)sizeof number ? 127 : 126);
}

static int run_gnuplot(const char *directory, struct err *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return err_set_errno(err, ERR_IO, errno, "cannot make a pipe");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child < 0) {
        int number = errno;
        close(ends[0]);
        close(ends[1]);
        return err_set_errno(err, ERR_RUN, number, "cannot start 'gnuplot'");
    }
    if (child == 0)
        become_gnuplot(directory, ends[1]);
    close(ends[1]);
    int number = 0, state = 0;
    ssize_t got;
    do
        got = read(ends[0], &number, sizeof number);
    while (got < 0 && errno == EINTR);
    close(ends[0]);
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR)
            return err_set_errno(err, ERR_RUN, errno, "cannot wait for 'gnuplot'");
    if (got == (ssize_t)sizeof number)
        return err_set_errno(err, ERR_RUN, number, "cannot start 'gnuplot'");
    if (WIFSIGNALED(state))
        return err_set(err, ERR_RUN,
                       "gnuplot was ended by signal %d while it drew '%s/draw.gp'",
                       WTERMSIG(state), directory);
    if (WEXITSTATUS(state) != 0)
        return err_set(err, ERR_RUN,
                       "gnuplot failed with exit status %d on '%s/draw.gp'; its messages stand "
                       "above",
                       WEXITSTATUS(state), directory);
    return 0;
}

static const struct drawing {
    const char *theme, *format, *suffix;
    const char *end; /* of a whole file */
    size_t end_size;
} drawings[] = {
    {"light", "svg", ".svg", "</svg>", 6},
    {"dark", "svg", "-dark.svg", "</svg>", 6},
    {"light", "png", ".png", "IEND", 4},
};

static size_t count_drawings(const struct figures *f, const struct figure *figure)
{
    return f->png && !figure->small ? 3 : 2;
}

void figures_list(const struct figures *f, struct str *names)
{
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < count_drawings(f, &f->figure[i]); k++)
            str_addf(names, "figures/%s%s\n", f->figure[i].name, drawings[k].suffix);
    str_add(names, "draw.gp\n");
    if (f->tail.len > 0)
        str_add(names, "report.pdf\n");
}

static bool contains(const char *text, size_t len, const char *part, size_t part_len)
{
    /* It stands near the end, so search from there. */
    for (size_t at = len; at >= part_len; at--)
        if (memcmp(text + at - part_len, part, part_len) == 0)
            return true;
    return false;
}

/* gnuplot does not notice a full disk, and a script may forget to write: every figure must
 * be there and be complete. */
static int check_file(const char *directory, const char *name, const char *suffix,
                      const char *end, size_t end_size, struct err *err)
{
    char *text = NULL, *path = str_format("%s/%s%s", directory, name, suffix);
    if (path == NULL)
        return no_memory(err);
    size_t len = 0;
    struct err cause = {0};
    int status = path_read(path, FIGURE_SIZE_MAX, &text, &len, &cause);
    if (status != 0)
        status = err_set(err, ERR_RUN, "gnuplot left no figure: %s", cause.text);
    else if (!contains(text, len, end, end_size))
        status = err_set(err, ERR_RUN, "gnuplot left the figure '%s' unfinished", path);
    free(text);
    free(path);
    return status;
}

static int check_figures(const struct figures *f, const char *figures, const char *directory,
                         struct err *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < f->count; i++)
        for (size_t k = 0; status == 0 && k < count_drawings(f, &f->figure[i]); k++)
            status = check_file(figures, f->figure[i].name, drawings[k].suffix, drawings[k].end,
                                drawings[k].end_size, err);
    if (status == 0 && f->tail.len > 0)
        status = check_file(directory, "report", ".pdf", "%%EOF", 5, err);
    return status;
}

static void add_figure(struct str *script, const struct figure *figure)
{
    str_addf(script, "\n# %s\n%swidth = %d\nheight = %d\n", figure->name,
             figure->variables.data, figure->width, figure->height);
    script->failed = script->failed || str_failed(&figure->variables);
}

static void make_script(const struct figures *f, struct str *script)
{
    str_addf(script, "# Draws every figure of this report again: gnuplot -d draw.gp\n"
                     "# The scripts are in plots/, the tables that they read in data/.\n"
                     "plots = 'plots/'\n%s",
             f->head.data);
    for (size_t i = 0; i < f->count; i++) {
        const struct figure *figure = &f->figure[i];
        add_figure(script, figure);
        for (size_t k = 0; k < count_drawings(f, figure); k++)
            str_addf(script,
                     "theme = '%s'; format = '%s'; output = 'figures/%s%s'\nload "
                     "plots.'%s.gp'\nset output\n",
                     drawings[k].theme, drawings[k].format, figure->name, drawings[k].suffix,
                     figure->kind);
    }
    str_add(script, f->tail.data);
    script->failed = script->failed || str_failed(&f->head) || str_failed(&f->tail);
}

static int write_script(const struct str *script, const char *directory, struct err *err)
{
    char *draw = str_format("%s/draw.gp", directory);
    int status = draw != NULL && !str_failed(script)
                     ? path_write_atomic(draw, script->data, script->len, err)
                     : no_memory(err);
    free(draw);
    return status;
}

int figures_draw(const struct figures *f, const char *directory, const char *plots,
                 struct err *err)
{
    struct str script;
    char *copies = str_format("%s/plots", directory);
    char *figures = str_format("%s/figures", directory);
    int status = 0;
    str_init(&script);
    if (copies == NULL || figures == NULL) {
        status = no_memory(err);
        goto out;
    }
    make_script(f, &script);
    if ((status = write_script(&script, directory, err)) == 0 &&
        (status = copy_scripts(plots, copies, err)) == 0 &&
        (status = path_make_directory(figures, err)) == 0 && f->count > 0)
        status = run_gnuplot(directory, err);
    if (status == 0)
        status = check_figures(f, figures, directory, err);
out:
    str_release(&script);
    free(copies);
    free(figures);
    return status;
}

static int read_text(const char *directory, struct str *out, struct err *err)
{
    char *text = NULL, *path = str_format("%s/" FIGURES_TEXT, directory);
    size_t len;
    int status =
        path != NULL ? path_read(path, FIGURE_SIZE_MAX, &text, &len, err) : no_memory(err);
    /* Form feeds part the figures, and blanks fill their lines. */
    for (size_t i = 0; status == 0 && i < len;) {
        size_t end = i, next = i;
        while (next < len && text[next] != '\n' && text[next] != '\f')
            if (text[next++] != ' ')
                end = next;
        str_add_mem(out, text + i, end - i);
        if (next < len && text[next] == '\n')
            str_add_char(out, '\n');
        i = next + 1;
    }
    free(text);
    free(path);
    return status;
}

int figures_print(const struct figures *f, const size_t *list, size_t n, unsigned columns,
                  const char *directory, const char *plots, struct str *out, struct err *err)
{
    if (n == 0)
        return 0;
    /* gnuplot runs in the folder of the tables. */
    char *folder = realpath(plots, NULL);
    if (folder == NULL)
        return err_set_errno(err, ERR_DATA, errno, "cannot open the folder '%s'", plots);
    struct str script;
    str_init(&script);
    char *slashed = str_format("%s/", folder);
    if (slashed != NULL)
        figure_set_text(&script, "plots", slashed);
    str_addf(&script,
             "%stheme = 'light'; format = 'text'; columns = %u\nset output '" FIGURES_TEXT "'\n",
             f->head.data, columns);
    for (size_t i = 0; i < n; i++) {
        add_figure(&script, &f->figure[list[i]]);
        str_addf(&script, "load plots.'%s.gp'\n", f->figure[list[i]].kind);
    }
    str_add(&script, "set output\n");
    script.failed = script.failed || slashed == NULL;
    int status = write_script(&script, directory, err);
    if (status == 0)
        status = run_gnuplot(directory, err);
    if (status == 0)
        status = read_text(directory, out, err);
    str_release(&script);
    free(slashed);
    free(folder);
    return status;
}
