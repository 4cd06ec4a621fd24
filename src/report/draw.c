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

enum { SCRIPT_SIZE_MAX = 1 << 20, SVG_SIZE_MAX = 64 << 20 };

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
        if (strcmp(dot, ".gp") == 0 || strcmp(dot, ".html") == 0 || strcmp(dot, ".css") == 0)
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

/* gnuplot does not notice a full disk, and a script may forget to write: every figure must
 * be there and be complete. */
static int check_figure(const char *directory, const char *name, const char *theme,
                        struct err *err)
{
    char *text = NULL, *path = str_format("%s/figures/%s%s.svg", directory, name, theme);
    if (path == NULL)
        return no_memory(err);
    size_t len = 0;
    struct err cause = {0};
    int status = path_read(path, SVG_SIZE_MAX, &text, &len, &cause);
    if (status != 0)
        status = err_set(err, ERR_RUN, "gnuplot left no figure: %s", cause.text);
    else if (strstr(text, "</svg>") == NULL)
        status = err_set(err, ERR_RUN, "gnuplot left the figure '%s' unfinished", path);
    free(text);
    free(path);
    return status;
}

/* Figures of an earlier report in the same folder must not pass for new ones. */
static void remove_figure(const char *directory, const char *name, const char *theme)
{
    char *path = str_format("%s/figures/%s%s.svg", directory, name, theme);
    if (path != NULL)
        unlink(path);
    free(path);
}

int figures_draw(const struct figures *f, const char *directory, const char *plots,
                 struct err *err)
{
    char *draw = str_format("%s/draw.gp", directory);
    char *copies = str_format("%s/plots", directory);
    char *figures = str_format("%s/figures", directory);
    int status = 0;
    if (draw == NULL || copies == NULL || figures == NULL || str_failed(&f->script)) {
        status = no_memory(err);
        goto out;
    }
    if ((status = path_write_atomic(draw, f->script.data, f->script.len, err)) != 0 ||
        (status = copy_scripts(plots, copies, err)) != 0 ||
        (status = path_make_directory(figures, err)) != 0)
        goto out;
    for (size_t i = 0; i < f->count; i++) {
        remove_figure(directory, f->name[i], "");
        remove_figure(directory, f->name[i], "-dark");
    }
    if (f->count > 0)
        status = run_gnuplot(directory, err);
    for (size_t i = 0; status == 0 && i < f->count; i++) {
        status = check_figure(directory, f->name[i], "", err);
        if (status == 0)
            status = check_figure(directory, f->name[i], "-dark", err);
    }
out:
    free(draw);
    free(copies);
    free(figures);
    return status;
}
