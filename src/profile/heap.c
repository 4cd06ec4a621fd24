#include "config.h"

#include "profile/heap.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "profile/symbols.h"

enum { MAX_FILE = 64 << 20, MAX_DEPTH = 256, PROFILES = HEAP_PHASE_MAX };

/* One line of a heap profile: "n: bytes [n: bytes] @ 0x1 0x2 ...". */
struct bucket {
    double live, allocations, bytes;
    size_t depth;
    uint64_t pc[MAX_DEPTH];
};

const char *heap_phase_name(enum heap_phase phase)
{
    static const char *const names[] = {"loading", "first_half", "third_quarter",
                                        "last_quarter"};
    return names[phase];
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory for a heap profile");
}

static bool parse_bucket(const char *line, struct bucket *b)
{
    double objects;
    int used = 0;
    if (sscanf(line, " %lf: %lf [ %lf: %lf] @%n", &objects, &b->live, &b->allocations,
               &b->bytes, &used) != 4 ||
        used == 0)
        return false;
    b->depth = 0;
    for (const char *at = line + used; b->depth < MAX_DEPTH;) {
        char *end;
        uint64_t pc = strtoull(at, &end, 16);
        if (end == at || memchr(at, '\n', (size_t)(end - at)) != NULL)
            break;
        b->pc[b->depth++] = pc;
        at = end;
    }
    return b->depth > 0;
}

/* ---- sites ---------------------------------------------------------------------------------
 */

/* The line that is to blame: the innermost one of rung itself, for libraries allocate for their
 * callers.  False for the profiler's own. */
static bool find_site(struct symbols *s, const struct bucket *b, struct heap_site *site,
                      bool *failed)
{
    bool found = false;
    *site = (struct heap_site){.function = "?", .file = "", .caller = ""};
    for (size_t i = 0; i < b->depth; i++) {
        size_t n;
        const struct symbols_frame *frame = symbols_find(s, b->pc[i], true, &n);
        if (frame == NULL) {
            *failed = true;
            return false;
        }
        for (size_t k = 0; k < n; k++) {
            const struct symbols_function *f = symbols_function(s, frame[k].function);
            if (strcmp(f->name, "take_profile") == 0)
                return false;
            if (found && site->caller[0] == '\0')
                site->caller = f->name;
            if (found || (f->file[0] == '\0' && i + 1 < b->depth))
                continue;
            site->function = f->name;
            site->file = f->file;
            site->line = frame[k].line;
            found = true;
        }
    }
    return true;
}

static struct heap_site *site_of(struct heap *heap, const struct heap_site *like, size_t *max)
{
    for (size_t i = 0; i < heap->n_sites; i++) {
        struct heap_site *s = &heap->site[i];
        if (s->line == like->line && strcmp(s->function, like->function) == 0 &&
            strcmp(s->file, like->file) == 0 && strcmp(s->caller, like->caller) == 0)
            return s;
    }
    if (heap->n_sites == *max) {
        size_t more = 2 * *max + 64;
        struct heap_site *grown = realloc(heap->site, more * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        heap->site = grown;
        *max = more;
    }
    heap->site[heap->n_sites] = *like;
    return &heap->site[heap->n_sites++];
}

/* What profile `which` has counted since the beginning: it belongs to the phase that it ends,
 * less what belongs to the phases before, of which the profiles have told already. */
static void add(struct heap_counts phase[HEAP_PHASE_MAX], size_t which, const struct bucket *b)
{
    phase[which].allocations += b->allocations;
    phase[which].bytes += b->bytes;
    if (which + 1 < HEAP_PHASE_MAX) {
        phase[which + 1].allocations -= b->allocations;
        phase[which + 1].bytes -= b->bytes;
    }
}

static int add_profile(struct heap *heap, const char *text, size_t which, size_t *max,
                       struct err *err)
{
    struct bucket *b = malloc(sizeof(*b));
    bool failed = b == NULL;
    /* The first line has the sums, of which the profiler's own are a part. */
    for (const char *at = strchr(text, '\n'); !failed && at != NULL; at = strchr(at, '\n')) {
        struct heap_site like, *site;
        if (!parse_bucket(++at, b) || !find_site(heap->symbols, b, &like, &failed))
            continue;
        site = site_of(heap, &like, max);
        failed = failed || site == NULL;
        if (failed)
            break;
        add(site->phase, which, b);
        add(heap->phase, which, b);
        if (which + 1 == PROFILES) {
            site->live_bytes += b->live;
            heap->live_bytes += b->live;
        }
    }
    free(b);
    return failed ? no_memory(err) : 0;
}

static int compare_sites(const void *a, const void *b)
{
    const struct heap_site *x = a, *y = b;
    static const enum heap_phase order_of[] = {HEAP_STEADY, HEAP_ENDING, HEAP_GROWING,
                                               HEAP_LOADING};
    for (int i = 0; i < HEAP_PHASE_MAX; i++) {
        double of_x = x->phase[order_of[i]].allocations;
        double of_y = y->phase[order_of[i]].allocations;
        if (of_x != of_y)
            return of_x > of_y ? -1 : 1;
    }
    int order = strcmp(x->file, y->file);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static int load_one(struct heap *heap, const char *prefix, size_t which, size_t *max,
                    struct err *err)
{
    static const char *const names[PROFILES] = {"begin", "half", "quarters", "end"};
    static const char head[] = "heap profile:", maps_head[] = "MAPPED_LIBRARIES:\n";
    char *path = str_format("%s.%s.heap", prefix, names[which]), *text = NULL;
    int rc = path != NULL ? path_read(path, MAX_FILE, &text, NULL, err) : no_memory(err);
    const char *maps = rc == 0 ? strstr(text, maps_head) : NULL;
    if (rc == 0 && (strncmp(text, head, strlen(head)) != 0 || maps == NULL))
        rc = err_set(err, ERR_DATA, "'%s': is cut, or no heap profile", path);
    if (rc == 0 && heap->symbols == NULL)
        rc = symbols_alloc(&heap->symbols, maps + strlen(maps_head), err);
    if (rc == 0)
        rc = add_profile(heap, text, which, max, err);
    free(text);
    free(path);
    return rc;
}

int heap_load(struct heap *heap, const char *prefix, struct err *err)
{
    size_t max = 0;
    int rc = 0;
    *heap = (struct heap){0};
    for (size_t i = 0; rc == 0 && i < PROFILES; i++)
        rc = load_one(heap, prefix, i, &max, err);
    if (rc == 0 && heap->n_sites > 0)
        qsort(heap->site, heap->n_sites, sizeof(*heap->site), compare_sites);
    return rc;
}

void heap_release(struct heap *heap)
{
    symbols_free(heap->symbols);
    free(heap->site);
    *heap = (struct heap){0};
}
