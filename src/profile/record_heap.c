/* Notes:
 * - tcmalloc counts every allocation, with the stack that asked for it; nothing is sampled.
 * - Its profiles add up from the beginning, so what happened between two of them is their
 *   difference.  In the third quarter of a run most blocks have been translated, the trace has
 *   its rows, and tables have grown: whoever allocates there does so again and again.
 * - Taking a profile allocates too; heap.c leaves take_profile() out.
 */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "profile/record_priv.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif

const char *record_no_heap(void)
{
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
    return "rung was built with the address sanitizer, which counts allocations itself";
#else
    return NULL;
#endif
}

struct heap_profiler {
    void (*start)(const char *prefix);
    void (*stop)(void);
    char *(*get)(void);
};

enum { AT_BEGIN, AT_HALF, AT_QUARTERS, AT_END, PROFILES };

struct heap_recording {
    struct heap_profiler profiler;
    uint64_t half, quarters; /* instructions: a half and three quarters of them */
    char *text[PROFILES];    /* heap */
};

static int find_profiler(struct heap_profiler *p, struct err *err)
{
    /* POSIX lets a data pointer become one to a function; C does not say so. */
    *(void **)&p->start = dlsym(RTLD_DEFAULT, "HeapProfilerStart");
    *(void **)&p->stop = dlsym(RTLD_DEFAULT, "HeapProfilerStop");
    *(void **)&p->get = dlsym(RTLD_DEFAULT, "GetHeapProfile");
    if (p->start == NULL || p->stop == NULL || p->get == NULL)
        return err_set(err, ERR_CONFIG, "the heap profiler '%s' was not loaded",
                       TCMALLOC_LIBRARY);
    return 0;
}

/* The first of each kind: a program may be run twice, to find its region. */
static __attribute__((noinline)) void take_profile(struct heap_recording *r, int which)
{
    if (r->text[which] == NULL)
        r->text[which] = r->profiler.get();
}

static void guest_begins(void *data)
{
    take_profile(data, AT_BEGIN);
}

static void guest_goes_on(void *data, uint64_t instructions)
{
    struct heap_recording *r = data;
    if (instructions >= r->half)
        take_profile(r, AT_HALF);
    if (instructions >= r->quarters)
        take_profile(r, AT_QUARTERS);
}

static void guest_ends(void *data)
{
    take_profile(data, AT_END);
}

static int write_profiles(const struct heap_recording *r, const char *prefix, struct err *err)
{
    static const char *const names[PROFILES] = {"begin", "half", "quarters", "end"};
    int rc = 0;
    for (int i = 0; rc == 0 && i < PROFILES; i++) {
        char *path = str_format("%s.%s.heap", prefix, names[i]);
        if (path == NULL || r->text[i] == NULL)
            rc = err_set(err, ERR_NOMEM, "out of memory for a heap profile");
        else
            rc = path_write_atomic(path, r->text[i], strlen(r->text[i]), err);
        free(path);
    }
    return rc;
}

int record_heap(const struct task *task, const char *prefix, double instructions,
                struct record_report *report, struct err *err)
{
    struct heap_recording r = {.half = (uint64_t)(instructions / 2),
                               .quarters = (uint64_t)(instructions * 3 / 4)};
    struct sim_watch watch = {guest_begins, guest_goes_on, guest_ends, &r};
    record_report_clear(report);
    int rc = find_profiler(&r.profiler, err);
    if (rc != 0)
        return rc;
    struct record_hush hush;
    record_hush_begin(&hush);
    r.profiler.start(prefix);
    record_hush_end(&hush);
    rc = record_run_once(task, &watch, report, err);
    r.profiler.stop();
    if (rc == 0)
        rc = write_profiles(&r, prefix, err);
    for (int i = 0; i < PROFILES; i++)
        free(r.text[i]);
    return rc;
}
