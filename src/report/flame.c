/* Notes:
 * - Width is the share of the samples, the callers stand above what they call, and children are
 *   in alphabetical order, so that two graphs can be laid side by side.
 * - Colours tell modules apart and nothing else; texts are dark on light frames (contrast above
 *   7 to 1), in light and dark surroundings alike.
 */
#include "config.h"

#include "report/flame.h"

#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { WIDTH = 1200, ROW = 18, TOP = 28, MARGIN = 4 };

static const double character = 6.7; /* width of one at 11 px, about */

struct frame {
    const char *name; /* borrowed from the stacks, `length` bytes */
    size_t length, child, sibling, depth;
    double self, total;
};

struct flame {
    struct frame *frame; /* 0 is the whole */
    size_t n, max, depth;
};

/* Of frames with the same parent: the place of this name among them, in alphabetical order. */
static size_t child_of(struct flame *f, size_t parent, const char *name, size_t length)
{
    size_t *link = &f->frame[parent].child;
    int order = -1;
    while (*link != 0) {
        const struct frame *at = &f->frame[*link];
        size_t common = at->length < length ? at->length : length;
        order = memcmp(at->name, name, common);
        if (order == 0)
            order = at->length < length ? -1 : at->length > length;
        if (order >= 0)
            break;
        link = &f->frame[*link].sibling;
    }
    if (*link != 0 && order == 0)
        return *link;
    if (f->n == f->max)
        return 0;
    f->frame[f->n] = (struct frame){
        .name = name, .length = length, .sibling = *link, .depth = f->frame[parent].depth + 1};
    *link = f->n;
    if (f->frame[f->n].depth > f->depth)
        f->depth = f->frame[f->n].depth;
    return f->n++;
}

static void add_stack(struct flame *f, const struct flame_stack *stack)
{
    size_t at = 0;
    f->frame[0].total += stack->self;
    for (const char *name = stack->frames; *name != '\0';) {
        size_t length = strcspn(name, ";"), next = child_of(f, at, name, length);
        if (next == 0)
            break;
        at = next;
        f->frame[at].total += stack->self;
        name += length + (name[length] == ';');
    }
    f->frame[at].self += stack->self;
}

/* A colour for the module, always the same for the same name. */
static const char *colour_of(const struct frame *frame)
{
    static const char *const colours[] = {"#f7c77e", "#a9d6f5", "#b6e3a8", "#f5b5b0",
                                          "#d7c2f0", "#f2e394", "#a5e0d6", "#e8c9b0"};
    static const char *const known[] = {"timing", "emu",   "sim",  "isa",
                                        "libc",   "trace", "base", "store"};
    size_t length = 0;
    unsigned hash = 5381;
    while (length < frame->length && frame->name[length] != ':')
        hash = 33 * hash + (unsigned char)frame->name[length++];
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i]) == length && memcmp(known[i], frame->name, length) == 0)
            return colours[i];
    return colours[hash % (sizeof(colours) / sizeof(colours[0]))];
}

static void add_name(struct str *out, const char *name, size_t length)
{
    char *copy = str_format("%.*s", (int)length, name);
    if (copy == NULL)
        out->failed = true;
    else
        html_text(out, copy);
    free(copy);
}

static void draw_frame(struct str *out, const struct flame *f, const struct frame *frame,
                       double x)
{
    double scale = (WIDTH - 2 * MARGIN) / f->frame[0].total, width = frame->total * scale;
    double y = TOP + (double)(frame->depth - 1) * ROW;
    const char *colon = memchr(frame->name, ':', frame->length);
    size_t skip = colon != NULL ? (size_t)(colon - frame->name) + 1 : 0;
    size_t length = frame->length - skip, room = (size_t)(width / character);
    str_add(out, "<g><title>");
    add_name(out, frame->name, frame->length);
    str_addf(out, ": %.2f %%, of its own %.2f %%</title>",
             100 * frame->total / f->frame[0].total, 100 * frame->self / f->frame[0].total);
    str_addf(out, "<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>",
             MARGIN + x * scale, y, width > 2 ? width - 0.7 : width, ROW - 1, colour_of(frame));
    if (room >= 4) {
        str_addf(out, "<text x=\"%.2f\" y=\"%.0f\">", MARGIN + x * scale + 3, y + ROW - 5);
        add_name(out, frame->name + skip, length <= room ? length : room - 1);
        str_add(out, length <= room ? "</text>" : "…</text>");
    }
    str_add(out, "</g>\n");
}

/* All below frame `at`, from the place `x` on; what is narrower than a third of a pixel is left
 * out. */
static void draw_below(struct str *out, const struct flame *f, size_t at, double x)
{
    for (size_t i = f->frame[at].child; i != 0; i = f->frame[i].sibling) {
        if (f->frame[i].total / f->frame[0].total * WIDTH >= 0.33) {
            draw_frame(out, f, &f->frame[i], x);
            draw_below(out, f, i, x);
        }
        x += f->frame[i].total;
    }
}

static size_t count_frames(const struct flame_stack *stack, size_t n)
{
    size_t count = 1;
    for (size_t i = 0; i < n; i++) {
        count++;
        for (const char *at = stack[i].frames; *at != '\0'; at++)
            count += *at == ';';
    }
    return count;
}

int flame_draw(struct str *out, const char *id, const char *title,
               const struct flame_stack *stack, size_t n, struct err *err)
{
    struct flame f = {.n = 1, .max = count_frames(stack, n)};
    f.frame = calloc(f.max, sizeof(*f.frame));
    if (f.frame == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for a flame graph");
    for (size_t i = 0; i < n; i++)
        if (stack[i].self > 0)
            add_stack(&f, &stack[i]);
    int rc = 0;
    if (!(f.frame[0].total > 0))
        rc = err_set(err, ERR_DATA, "a flame graph has no samples");
    if (rc == 0) {
        int height = TOP + (int)f.depth * ROW + MARGIN;
        str_addf(out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                 "width=\"100%%\" role=\"img\" aria-labelledby=\"%s-title %s-text\" "
                 "font-family=\"monospace\" font-size=\"11\" fill=\"#1a1a1a\">\n",
                 WIDTH, height, id, id);
        str_addf(out, "<title id=\"%s-title\">", id);
        html_text(out, title);
        str_addf(out,
                 "</title>\n<desc id=\"%s-text\">Flame graph: each frame is a function, as "
                 "wide as its share of the time; what it called stands below it.</desc>\n",
                 id);
        str_addf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, height);
        str_addf(out, "<text x=\"%d\" y=\"18\" font-size=\"13\">", MARGIN);
        html_text(out, title);
        str_add(out, "</text>\n");
        draw_below(out, &f, 0, 0);
        str_add(out, "</svg>\n");
        if (str_failed(out))
            rc = err_set(err, ERR_NOMEM, "out of memory for a flame graph");
    }
    free(f.frame);
    return rc;
}
