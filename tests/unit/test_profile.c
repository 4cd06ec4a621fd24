/* profile: raw profiles and what is wrong with them, symbols, stages, stacks. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "profile/fold.h"
#include "profile/heap.h"
#include "profile/record.h"
#include "profile/samples.h"
#include "profile/stage.h"
#include "profile/symbols.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/rung-profile.XXXXXX";

static char *in_folder(const char *name)
{
    char *path = str_format("%s/%s", folder, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    return path;
}

/* Three stacks of functions of this very program. */
static __attribute__((noinline)) int inner(int x)
{
    return x * 3 + 1;
}

static __attribute__((noinline)) int outer(int x)
{
    return inner(x) + inner(x + 1);
}

static char *own_maps(void)
{
    char *text = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(path_read("/proc/self/maps", 1 << 20, &text, NULL, &err), 0);
    return text;
}

static void write_profile(const char *path, const uint64_t *word, size_t n, const char *maps)
{
    struct str bytes;
    struct err err = {0};
    str_init(&bytes);
    str_add_mem(&bytes, (const char *)word, n * sizeof(*word));
    str_add(&bytes, maps);
    CU_ASSERT_EQUAL_FATAL(path_write_atomic(path, bytes.data, bytes.len, &err), 0);
    str_release(&bytes);
}

static uint64_t address(int (*f)(int))
{
    uint64_t pc;
    memcpy(&pc, &f, sizeof(pc));
    return pc + 1;
}

static void adds_up_samples(void)
{
    char *path = in_folder("a.prof"), *maps = own_maps();
    uint64_t in = address(inner), out = address(outer);
    uint64_t word[] = {0, 3, 0, 4000, 0, 6, 2, in, out, 3, 1, out, 1, 2, in, 1, 0, 1, 0};
    struct profile p;
    struct err err = {0};
    write_profile(path, word, sizeof(word) / sizeof(word[0]), maps);
    CU_ASSERT_EQUAL_FATAL(profile_load(&p, path, "/proc/self/exe", &err), 0);
    CU_ASSERT_EQUAL(p.samples, 10);
    CU_ASSERT_STRING_EQUAL(p.function[0].name, "inner");
    CU_ASSERT_EQUAL(p.function[0].self, 7);
    CU_ASSERT_EQUAL(p.function[0].total, 7);
    CU_ASSERT_STRING_EQUAL(p.function[1].name, "outer");
    CU_ASSERT_EQUAL(p.function[1].self, 3);
    CU_ASSERT_EQUAL(p.function[1].total, 9);
    CU_ASSERT_STRING_EQUAL(p.function[0].file, "tests/unit/test_profile.c");
    CU_ASSERT_STRING_EQUAL(p.module[0].name, "tests");
    CU_ASSERT_EQUAL(p.module[0].self, 10);
    CU_ASSERT_EQUAL(p.module[0].total, 10);
    /* Nothing here belongs to a stage: the module stands for it. */
    CU_ASSERT_EQUAL(p.n_stages, 1);
    CU_ASSERT_STRING_EQUAL(p.stage[0].name, "tests");
    profile_release(&p);
    free(maps);
    free(path);
}

static void folds_stacks(void)
{
    char *path = in_folder("f.prof"), *maps = own_maps();
    uint64_t in = address(inner), out = address(outer);
    uint64_t word[] = {0, 3, 0, 4000, 0, 96, 2, in, out, 3, 1, out, 1, 2, 1, out, 0, 1, 0};
    struct profile p;
    struct profile_stack *stack;
    struct err err = {0};
    size_t n;
    write_profile(path, word, sizeof(word) / sizeof(word[0]), maps);
    CU_ASSERT_EQUAL_FATAL(profile_load(&p, path, "/proc/self/exe", &err), 0);
    CU_ASSERT_EQUAL_FATAL(profile_fold(&p, 0, &stack, &n, &err), 0);
    uint64_t sum = 0;
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        sum += stack[i].self;
        found = found || (strcmp(stack[i].frames, "tests:outer;tests:inner") == 0 &&
                          stack[i].self == 96);
    }
    CU_ASSERT_EQUAL(sum, 100);
    CU_ASSERT_TRUE(found);
    profile_fold_free(stack, n);
    /* What has less than 2 % goes to its caller. */
    CU_ASSERT_EQUAL_FATAL(profile_fold(&p, 0.02, &stack, &n, &err), 0);
    CU_ASSERT_EQUAL(n, 2);
    sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += stack[i].self;
    CU_ASSERT_EQUAL(sum, 100);
    profile_fold_free(stack, n);
    profile_release(&p);
    free(maps);
    free(path);
}

/* Every beginning of a profile, and words that cannot be. */
static void refuses_damage(void)
{
    char *path = in_folder("d.prof"), *maps = own_maps();
    uint64_t word[] = {0, 3, 0, 4000, 0, 6, 2, address(inner), address(outer), 0, 1, 0};
    size_t n = sizeof(word) / sizeof(word[0]);
    struct samples s;
    struct err err = {0};
    for (size_t i = 0; i < n; i++) {
        err_clear(&err);
        write_profile(path, word, i, "");
        CU_ASSERT_EQUAL(samples_load(&s, path, &err), ERR_DATA);
        samples_release(&s);
    }
    write_profile(path, word, n, maps);
    CU_ASSERT_EQUAL(samples_load(&s, path, &err), 0);
    CU_ASSERT_EQUAL(s.n, 1);
    CU_ASSERT_EQUAL(s.total, 6);
    CU_ASSERT_DOUBLE_EQUAL(s.period, 0.004, 1e-12);
    CU_ASSERT_EQUAL(strncmp(s.maps, maps, 20), 0);
    samples_release(&s);
    static const size_t bad[] = {0, 1, 2, 3, 5, 6};
    static const uint64_t with[] = {1, 2, 7, 0, 0, 1 << 20};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t saved = word[bad[i]];
        err_clear(&err);
        word[bad[i]] = with[i];
        write_profile(path, word, n, maps);
        CU_ASSERT_EQUAL(samples_load(&s, path, &err), ERR_DATA);
        samples_release(&s);
        word[bad[i]] = saved;
    }
    struct profile p;
    err_clear(&err);
    uint64_t empty[] = {0, 3, 0, 4000, 0, 0, 1, 0};
    write_profile(path, empty, 8, maps);
    CU_ASSERT_EQUAL(profile_load(&p, path, "rung", &err), ERR_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "holds no sample"));
    profile_release(&p);
    err_clear(&err);
    write_profile(path, word, n, "nothing\n");
    CU_ASSERT_EQUAL(profile_load(&p, path, "rung", &err), ERR_DATA);
    profile_release(&p);
    err_clear(&err);
    CU_ASSERT_EQUAL(samples_load(&s, "/nowhere", &err), ERR_DATA);
    samples_release(&s);
    free(maps);
    free(path);
}

static void write_heap(const char *name, const char *text, const char *maps)
{
    struct err err = {0};
    char *path = in_folder(name), *whole = str_format("%s%s", text, maps);
    CU_ASSERT_EQUAL_FATAL(path_write_atomic(path, whole, strlen(whole), &err), 0);
    free(whole);
    free(path);
}

/* The same stack, counted at the beginning, at a half, at three quarters and at the end. */
static void tells_phases_of_the_heap(void)
{
    static const char *const names[] = {"h.begin.heap", "h.half.heap", "h.quarters.heap",
                                        "h.end.heap"};
    static const unsigned counts[] = {2, 5, 5, 12};
    char *prefix = in_folder("h"), *maps = own_maps(), text[512];
    char *with_head = str_format("MAPPED_LIBRARIES:\n%s", maps);
    struct heap heap;
    struct err err = {0};
    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof(text),
                 "heap profile:      1:       10 [    %u:      %u] @ heapprofile\n"
                 "     1:       10 [    %u:      %u] @ 0x%llx 0x%llx\n\n",
                 counts[i], counts[i] * 10, counts[i], counts[i] * 10,
                 (unsigned long long)address(inner) + 1,
                 (unsigned long long)address(outer) + 1);
        write_heap(names[i], text, with_head);
    }
    CU_ASSERT_EQUAL_FATAL(heap_load(&heap, prefix, &err), 0);
    CU_ASSERT_EQUAL(heap.n_sites, 1);
    CU_ASSERT_STRING_EQUAL(heap.site[0].function, "inner");
    CU_ASSERT_STRING_EQUAL(heap.site[0].caller, "outer");
    CU_ASSERT_EQUAL(heap.site[0].phase[HEAP_LOADING].allocations, 2);
    CU_ASSERT_EQUAL(heap.site[0].phase[HEAP_GROWING].allocations, 3);
    CU_ASSERT_EQUAL(heap.site[0].phase[HEAP_STEADY].allocations, 0);
    CU_ASSERT_EQUAL(heap.site[0].phase[HEAP_ENDING].allocations, 7);
    CU_ASSERT_EQUAL(heap.phase[HEAP_ENDING].bytes, 70);
    CU_ASSERT_EQUAL(heap.live_bytes, 10);
    heap_release(&heap);
    write_heap("h.end.heap", "nothing", "");
    CU_ASSERT_EQUAL(heap_load(&heap, prefix, &err), ERR_DATA);
    heap_release(&heap);
    err_clear(&err);
    free(prefix);
    prefix = in_folder("missing");
    CU_ASSERT_EQUAL(heap_load(&heap, prefix, &err), ERR_DATA);
    heap_release(&heap);
    free(with_head);
    free(maps);
    free(prefix);
}

/* A function that is renamed would leave its stage unseen. */
static void stages_name_what_is_there(void)
{
    const char *name, *file;
    size_t n = 0;
    for (; stage_named(n, &name, &file); n++) {
        char *path = str_format("%s/%s", RUNG_SOURCE_DIR, file), *text = NULL, call[96];
        struct err err = {0};
        CU_ASSERT_EQUAL_FATAL(path_read(path, 1 << 20, &text, NULL, &err), 0);
        snprintf(call, sizeof(call), "%.*s", (int)strcspn(name, "*"), name);
        if (strchr(name, '*') == NULL) {
            snprintf(call, sizeof(call), " %s(", name);
            char *star = str_format("*%s(", name);
            bool found = strstr(text, call) != NULL || strstr(text, star) != NULL;
            /* A declaration that is broken behind its type. */
            char *start = str_format("\n%s(", name);
            found = found || strstr(text, start) != NULL;
            if (!found)
                fprintf(stderr, "src/profile/stage.c names '%s', which '%s' has not\n", name,
                        file);
            CU_ASSERT_TRUE(found);
            free(start);
            free(star);
        }
        free(text);
        free(path);
    }
    CU_ASSERT_TRUE(n > 30);
    CU_ASSERT_STRING_EQUAL(stage_of("anything", "src/timing/predictor.h"),
                           "timing/branch predictor");
    CU_ASSERT_STRING_EQUAL(stage_of("warm", "src/timing/detailed_warm.c"), "timing/warming");
    CU_ASSERT_STRING_EQUAL(stage_of("end_block", "src/timing/detailed_run.c"),
                           "timing/branch predictor");
    CU_ASSERT_STRING_EQUAL(stage_of("body_ld_vd_w", "src/emu/dispatch.h"),
                           "emu/loads and stores");
    CU_ASSERT_STRING_EQUAL(stage_of("cpu_dispatch_plain", "src/emu/dispatch.h"),
                           "emu/dispatch");
    CU_ASSERT_PTR_NULL(stage_of("clock_max", "src/timing/clock.h"));
    CU_ASSERT_PTR_NULL(stage_of("str_add", "src/base/str.c"));
    CU_ASSERT_PTR_NULL(stage_of("memmove", ""));
}

static void reports_travel(void)
{
    struct record_report a = {.error = -4, .message = "it \"failed\"", .runs = 3}, b;
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        a.counter[i] = i == 1 ? NAN : 1e9 + i;
    a.instructions = 1.5e12;
    a.user_seconds = 2.25;
    snprintf(a.no_counters, sizeof(a.no_counters), "why");
    char *line = record_report_format(&a);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_EQUAL(record_report_parse(line, &b), 0);
    CU_ASSERT_EQUAL(b.error, -4);
    CU_ASSERT_STRING_EQUAL(b.message, a.message);
    CU_ASSERT_EQUAL(b.runs, 3);
    CU_ASSERT_EQUAL(b.instructions, a.instructions);
    CU_ASSERT_EQUAL(b.user_seconds, 2.25);
    CU_ASSERT_TRUE(isnan(b.counter[1]));
    CU_ASSERT_EQUAL(b.counter[2], a.counter[2]);
    CU_ASSERT_STRING_EQUAL(b.no_counters, "why");
    free(line);
    CU_ASSERT_EQUAL(record_report_parse("{}", &b), ERR_DATA);
    CU_ASSERT_EQUAL(record_report_parse("no JSON", &b), ERR_DATA);
}

static const struct unit_test tests[] = {
    {"adds up samples", adds_up_samples},
    {"folds stacks", folds_stacks},
    {"refuses damage", refuses_damage},
    {"tells phases of the heap", tells_phases_of_the_heap},
    {"stages name what is there", stages_name_what_is_there},
    {"reports travel", reports_travel},
};

int main(int argc, char **argv)
{
    if (mkdtemp(folder) == NULL || outer(1) == 0)
        return 99;
    int status = unit_main("profile", tests, sizeof(tests) / sizeof(tests[0]), argc, argv);
    char *command = str_format("rm -rf '%s'", folder);
    if (command == NULL || system(command) != 0)
        status = 99;
    free(command);
    return status;
}
