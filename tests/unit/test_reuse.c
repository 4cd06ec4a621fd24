/* sim: reuse distances against a stack that is searched line by line, and sampled ones
 * against exact ones. */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/reuse.h"
#include "tests/unit/unit.h"

/* A stream of addresses; its lines are numbered from some base up. */
struct stream {
    uint64_t *address;
    size_t n, max;
};

static void add(struct stream *s, uint64_t address)
{
    if (s->n == s->max) {
        s->max = 2 * s->max + 1024;
        s->address = realloc(s->address, s->max * sizeof s->address[0]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s->address);
    }
    s->address[s->n++] = address;
}

static uint64_t draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static struct stream cyclic(size_t lines, size_t rounds, size_t stride)
{
    struct stream s = {0};
    for (size_t i = 0; i < lines * rounds; i++)
        add(&s, 0x10000 + i % lines * stride);
    return s;
}

static struct stream random_lines(size_t lines, size_t n)
{
    struct stream s = {0};
    uint64_t seed = 1;
    for (size_t i = 0; i < n; i++)
        add(&s, 0x200000 + draw(&seed) % lines * 64 + i % 64);
    return s;
}

/* C += A B on matrices of doubles, innermost over k, C in memory. */
static struct stream matrices(size_t n)
{
    struct stream s = {0};
    uint64_t a = 0x1000000, b = a + 8 * n * n + 4096, c = b + 8 * n * n + 4096;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++) {
                add(&s, a + 8 * (i * n + k));
                add(&s, b + 8 * (k * n + j));
                add(&s, c + 8 * (i * n + j));
            }
    return s;
}

/* Mattson's stack, written down: the lines by last touch, newest first. */
static void by_stack(const struct stream *s, struct distance_histogram *h)
{
    uint64_t *stack = malloc((s->n + 1) * sizeof *stack);
    size_t depth = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
    memset(h, 0, sizeof *h);
    for (size_t i = 0; i < s->n; i++) {
        uint64_t line = s->address[i] / DISTANCE_LINE;
        size_t at = 0;
        while (at < depth && stack[at] != line)
            at++;
        if (at == depth) {
            h->cold++;
            depth++;
        } else {
            h->count[distance_bin(at)]++;
        }
        memmove(stack + 1, stack, at * sizeof *stack);
        stack[0] = line;
    }
    free(stack);
}

static void measure(const struct stream *s, unsigned rate, size_t batch, bool portable,
                    struct distance_histogram *h)
{
    struct reuse *r = reuse_alloc(rate);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    if (portable)
        reuse_be_portable(r);
    for (size_t i = 0; i < s->n; i += batch)
        CU_ASSERT_EQUAL(reuse_take(r, s->address + i, s->n - i < batch ? s->n - i : batch), 0);
    reuse_result(r, h);
    reuse_free(r);
}

static void bins_follow_each_other(void)
{
    for (unsigned bin = 0; bin + 1 < DISTANCE_BINS; bin++) {
        uint64_t from = distance_bin_from(bin), to = distance_bin_from(bin + 1);
        CU_ASSERT_TRUE(from < to);
        CU_ASSERT_EQUAL(distance_bin(from), bin);
        CU_ASSERT_EQUAL(distance_bin(to - 1), bin);
    }
    CU_ASSERT_EQUAL(distance_bin(UINT64_MAX), DISTANCE_BINS - 1);
    struct distance_histogram h = {.accesses = 100, .count = {[0] = 50, [8] = 40}, .cold = 10};
    h.n_bins = 9;
    CU_ASSERT_DOUBLE_EQUAL(distance_misses(&h, 0), 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(distance_misses(&h, 1), 0.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(distance_misses(&h, 9), 0.3, 1e-12); /* half of bin 8 */
    CU_ASSERT_DOUBLE_EQUAL(distance_misses(&h, 10), 0.1, 1e-12);
}

/* Short streams are not sampled, and must be exact. */
static void is_exact_on_short_streams(void)
{
    struct stream streams[] = {cyclic(300, 40, 64),  cyclic(2000, 3, 4096), cyclic(7, 500, 8),
                               random_lines(900, 20000), matrices(18)};
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        struct distance_histogram want, got, portable;
        by_stack(&streams[i], &want);
        measure(&streams[i], REUSE_RATE, 777, false, &got);
        measure(&streams[i], REUSE_RATE, 1000, true, &portable);
        CU_ASSERT_EQUAL(got.accesses, streams[i].n);
        CU_ASSERT_EQUAL(got.rate, 1);
        CU_ASSERT_EQUAL(got.cold, want.cold);
        CU_ASSERT_EQUAL(memcmp(got.count, want.count, sizeof got.count), 0);
        CU_ASSERT_EQUAL(memcmp(&got, &portable, sizeof got), 0);
        free(streams[i].address);
    }
}

/* A cycle of so many lines: every access but the first round has the same distance. */
static void knows_a_cycle(void)
{
    struct distance_histogram h;
    struct stream s = cyclic(3000, 40, 64);
    measure(&s, 1, 4096, false, &h);
    CU_ASSERT_EQUAL(h.count[distance_bin(2999)], 39 * 3000);
    CU_ASSERT_EQUAL(h.cold, 3000);
    CU_ASSERT_EQUAL(distance_misses(&h, 4096), 3000.0 / (40 * 3000));
    free(s.address);
}

/* Where lines are sampled: the counts add up, misses at any capacity are those of the exact
 * histogram within `tolerance` of all accesses, where distances are blurred by `blur`; and
 * both ways to get there give the same. */
static void compare_sampled(struct stream s, double tolerance, double blur)
{
    struct distance_histogram exact, sampled, portable;
    double sum = 0, error = 0;
    measure(&s, 1, 8192, false, &exact);
    measure(&s, REUSE_RATE, 8192, false, &sampled);
    measure(&s, REUSE_RATE, 8192, true, &portable);
    CU_ASSERT_EQUAL(memcmp(&portable, &sampled, sizeof sampled), 0);
    CU_ASSERT_TRUE(sampled.rate < 1 && sampled.rate >= 1.0 / REUSE_RATE);
    for (unsigned i = 0; i < DISTANCE_BINS; i++) {
        sum += sampled.count[i];
        error += sampled.error[i];
    }
    CU_ASSERT_DOUBLE_EQUAL(sum + sampled.cold, (double)s.n, 1e-6 * (double)s.n);
    CU_ASSERT_TRUE(error > 0);
    for (uint64_t lines = 1; lines < 1 << 16; lines *= 2) {
        double got = distance_misses(&sampled, lines);
        double most = distance_misses(&exact, (uint64_t)((double)lines * (1 - blur)));
        double least = distance_misses(&exact, (uint64_t)((double)lines * (1 + blur)) + 1);
        if (got > most + tolerance || got < least - tolerance)
            fprintf(stderr, "%zu accesses, %lu lines: %g, not %g..%g\n", s.n,
                    (unsigned long)lines, got, least, most);
        CU_ASSERT_TRUE(got <= most + tolerance && got >= least - tolerance);
    }
    free(s.address);
}

static void is_close_on_long_streams(void)
{
    compare_sampled(cyclic(20000, 60, 64), 0.01, 0.25);
    compare_sampled(cyclic(5000, 200, 2048), 0.01, 0.25);
    compare_sampled(random_lines(30000, 1500000), 0.01, 0.25);
    compare_sampled(matrices(96), 0.03, 0.25);
}

/* The stated error: over streams whose lines are not the same the estimate of the distant
 * accesses is off by no more than three standard errors in nearly every bin. */
static void states_its_error(void)
{
    unsigned within = 0, bins = 0;
    for (size_t k = 0; k < 8; k++) {
        struct distance_histogram exact, sampled;
        struct stream s = {0};
        uint64_t seed = k;
        /* Lines of very different popularity. */
        for (size_t i = 0; i < 400000; i++) {
            uint64_t x = draw(&seed) % 8192, y = draw(&seed) % 8192;
            add(&s, (k << 24) + x * y / 2048 * 64);
        }
        measure(&s, 1, 8192, false, &exact);
        measure(&s, REUSE_RATE, 8192, false, &sampled);
        for (unsigned i = 32; i < exact.n_bins; i += 4) { /* one power of two at a time */
            double a = 0, b = 0, e = 0;
            for (unsigned j = i; j < i + 4; j++) {
                a += exact.count[j];
                b += sampled.count[j];
                e += sampled.error[j];
            }
            if (a < 0.01 * (double)s.n)
                continue;
            bins++;
            within += fabs(a - b) <= 3 * e;
        }
        free(s.address);
    }
    CU_ASSERT_TRUE(bins >= 16);
    CU_ASSERT_TRUE(within * 10 >= bins * 9);
}

/* However many lines there are, the sample stays small. */
static void holds_a_bounded_sample(void)
{
    struct reuse *r = reuse_alloc(REUSE_RATE);
    struct distance_histogram h;
    uint64_t batch[8192], line = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    for (size_t i = 0; i < 4000; i++) {
        for (size_t j = 0; j < 8192; j++)
            batch[j] = line++ * 64;
        CU_ASSERT_EQUAL(reuse_take(r, batch, 8192), 0);
    }
    reuse_result(r, &h);
    /* 32 million lines, each once: halved from 1/64 until fewer than 65536 are kept. */
    CU_ASSERT_EQUAL(h.rate, 1.0 / 512);
    CU_ASSERT_DOUBLE_EQUAL(h.cold, (double)line, 1e-9 * (double)line);
    CU_ASSERT_EQUAL(h.n_bins, 0);
    reuse_free(r);
}

static void nothing_is_nothing(void)
{
    struct reuse *r = reuse_alloc(REUSE_RATE);
    struct distance_histogram h;
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(reuse_take(r, NULL, 0), 0);
    reuse_result(r, &h);
    CU_ASSERT_EQUAL(h.accesses, 0);
    CU_ASSERT_EQUAL(h.n_bins, 0);
    CU_ASSERT_EQUAL(h.cold, 0);
    reuse_free(r);
    reuse_free(NULL);
}

static const struct unit_test tests[] = {
    {"bins follow each other", bins_follow_each_other},
    {"is exact on short streams", is_exact_on_short_streams},
    {"knows a cycle", knows_a_cycle},
    {"is close on long streams", is_close_on_long_streams},
    {"states its error", states_its_error},
    {"holds a bounded sample", holds_a_bounded_sample},
    {"nothing is nothing", nothing_is_nothing},
};

int main(int argc, char **argv)
{
    return unit_main("reuse", tests, sizeof tests / sizeof tests[0], argc, argv);
}
