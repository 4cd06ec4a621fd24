/* The remarks of a machine's file: where its numbers come from.
 *
 * The YAML reader drops comments, so the lines are read once more.  A parameter has the remark
 * behind it on its line; where that names no source, also what stands at the head of its
 * group: a remark behind the group's key, or comment lines right above the group.  Where none
 * does, what the head of the file says of everything "without a remark". */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "timing/machine_priv.h"

enum { FILE_SIZE_MAX = 1 << 20, SHORT = 60 };

struct machine_remarks {
    struct machine *machine;
    char *text;  /* of the file, cut into lines */
    char **line; /* from 0, where libyaml counts from 1 */
    size_t n_lines;
    struct str head;
    char *rest; /* of what has no remark, NULL: the head has no word on it */
    char *remark[MACHINE_PARAM_MAX];
};

static size_t indent_of(const char *line)
{
    return strspn(line, " ");
}

/* What stands behind a '#' that begins a comment, or NULL. */
static const char *comment_of(const char *line)
{
    char quote = '\0';
    for (const char *p = line; *p != '\0'; p++) {
        if (quote != '\0')
            quote = *p == quote ? '\0' : quote;
        else if (*p == '#' && (p == line || p[-1] == ' '))
            return p + 1 + strspn(p + 1, " ");
        else if ((*p == '"' || *p == '\'') && p > line && strchr(" {[,:", p[-1]) != NULL)
            quote = *p;
    }
    return NULL;
}

static bool is_comment(const char *line)
{
    return line[indent_of(line)] == '#';
}

static bool is_blank(const char *line)
{
    return line[indent_of(line)] == '\0';
}

static bool names_source(const char *text)
{
    return strchr(text, '[') != NULL || strstr(text, "estimate") != NULL;
}

/* Adds the comments of lines first ... last as one line of text. */
static void join(struct str *out, const struct machine_remarks *r, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        const char *comment = comment_of(r->line[i]);
        if (comment != NULL && *comment != '\0')
            str_addf(out, "%s%s", out->len > 0 ? " " : "", comment);
    }
}

/* The remark behind a line and in the deeper comment lines that go on with it. */
static void add_own(struct str *out, const struct machine_remarks *r, size_t line)
{
    size_t last = line;
    if (comment_of(r->line[line]) == NULL)
        return;
    while (last + 1 < r->n_lines && is_comment(r->line[last + 1]) &&
           indent_of(r->line[last + 1]) > indent_of(r->line[line]))
        last++;
    join(out, r, line, last);
}

static void add_group(struct str *out, const struct machine_remarks *r, size_t line)
{
    size_t level = indent_of(r->line[line]);
    for (size_t i = line; i-- > 0;) {
        const char *text = r->line[i];
        size_t indent = indent_of(text);
        if (is_blank(text)) {
            if (level == 0)
                return;
        } else if (is_comment(text)) {
            size_t first = i;
            if (indent > level)
                continue;
            while (first > 0 && is_comment(r->line[first - 1]))
                first--;
            if (first > 0) /* else it is the head of the file */
                join(out, r, first, i);
            return;
        } else if (indent < level) {
            level = indent;
            add_own(out, r, i);
            if (out->len > 0)
                return;
        } else if (level == 0) {
            return;
        }
    }
}

static bool is_tag(const char *p, size_t len)
{
    return len > 2 && len < 12 && memchr(p, ' ', len) == NULL;
}

/* What is said of a whole group, cut down to its sources where it is long. */
static void shorten(struct str *out, const char *text)
{
    if (strlen(text) <= SHORT || !names_source(text)) {
        str_add(out, text);
        return;
    }
    size_t from = out->len;
    for (const char *p = strchr(text, '['); p != NULL; p = strchr(p + 1, '[')) {
        size_t len = strcspn(p, "]") + 1;
        if (p[len - 1] == ']' && is_tag(p, len))
            str_addf(out, "%s%.*s", out->len > from ? ", " : "", (int)len, p);
    }
    if (strstr(text, "estimate") != NULL)
        str_addf(out, "%sestimate", out->len > from ? ", " : "");
}

/* A unit in front of a source says what the value says already. */
static const char *skip_unit(const char *text)
{
    static const char *const units[] = {"cycles", "bytes", "entries", "instructions"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t len = strlen(units[i]);
        if (strncmp(text, units[i], len) == 0 && (text[len] == ';' || text[len] == ':') &&
            names_source(text))
            return text + len + 1 + strspn(text + len + 1, " ");
    }
    return text;
}

static char *make_remark(const struct machine_remarks *r, size_t line)
{
    struct str own, group;
    char *text = NULL;
    str_init(&own);
    str_init(&group);
    add_own(&own, r, line);
    if (own.len == 0 || !names_source(own.data)) {
        add_group(&group, r, line);
        const char *more = group.len > 0 ? group.data : r->rest;
        if (more != NULL) {
            str_add(&own, own.len > 0 ? "; " : "");
            shorten(&own, more);
        }
    }
    if (!str_failed(&own) && !str_failed(&group))
        text = strdup(skip_unit(own.data));
    str_release(&own);
    str_release(&group);
    return text;
}

static int cut_lines(struct machine_remarks *r)
{
    size_t n = 1;
    for (const char *p = r->text; *p != '\0'; p++)
        n += *p == '\n';
    r->line = calloc(n, sizeof *r->line);
    if (r->line == NULL)
        return ERR_NOMEM;
    for (char *p = r->text; p != NULL;) {
        r->line[r->n_lines++] = p;
        p = strchr(p, '\n');
        if (p != NULL)
            *p++ = '\0';
    }
    return 0;
}

/* "estimate: everything without a remark is ..." names what such parameters rest on. */
static int read_head(struct machine_remarks *r)
{
    for (size_t i = 0; i < r->n_lines && is_comment(r->line[i]); i++) {
        const char *hash = strchr(r->line[i], '#') + 1, *text = hash + strspn(hash, " ");
        str_addf(&r->head, "%s\n", *hash == ' ' ? hash + 1 : hash);
        size_t len = strcspn(text, ":");
        if (strstr(text, "without a remark") != NULL && text[len] == ':' && r->rest == NULL &&
            (r->rest = strndup(text, len)) == NULL)
            return ERR_NOMEM;
    }
    return str_failed(&r->head) ? ERR_NOMEM : 0;
}

static int read_all(struct machine_remarks *r)
{
    if (cut_lines(r) != 0 || read_head(r) != 0)
        return ERR_NOMEM;
    for (size_t i = 0; i < MACHINE_PARAM_MAX; i++) {
        size_t line = (size_t)r->machine->line[i];
        r->remark[i] = line == 0           ? strdup("default")
                       : line > r->n_lines ? strdup("")
                                           : make_remark(r, line - 1);
        if (r->remark[i] == NULL)
            return ERR_NOMEM;
    }
    return 0;
}

int machine_remarks_alloc(struct machine_remarks **out, const char *name_or_path,
                          struct err *err)
{
    struct machine_remarks *r = calloc(1, sizeof *r);
    size_t len;
    *out = NULL;
    if (r == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for a machine");
    str_init(&r->head);
    int rc = machine_load(&r->machine, name_or_path, err);
    if (rc == 0)
        rc = path_read(r->machine->path, FILE_SIZE_MAX, &r->text, &len, err);
    if (rc == 0 && read_all(r) != 0)
        rc = err_set(err, ERR_NOMEM, "out of memory for a machine");
    if (rc != 0) {
        machine_remarks_free(r);
        return rc;
    }
    *out = r;
    return 0;
}

void machine_remarks_free(struct machine_remarks *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < MACHINE_PARAM_MAX; i++)
        free(r->remark[i]);
    machine_free(r->machine);
    str_release(&r->head);
    free(r->rest);
    free(r->line);
    free(r->text);
    free(r);
}

const struct machine *machine_remarks_machine(const struct machine_remarks *r)
{
    return r->machine;
}

const char *machine_remarks_head(const struct machine_remarks *r)
{
    return r->head.data;
}

const char *machine_remark(const struct machine_remarks *r, size_t index)
{
    return index < MACHINE_PARAM_MAX ? r->remark[index] : "";
}
