/* The cache against a plain simulator of least-recently-used sets that shares nothing with
 * it: every access must hit or miss alike and push the same line out.  Built twice, with the
 * vector code of the host and without. */
#include "config.h"

#include <stdlib.h>

#include "timing/cache.h"
#include "tests/unit/unit.h"

struct plain_line {
    uint64_t line, used; /* when it was used last; 0: empty */
    unsigned dirty;
};

struct plain {
    struct plain_line *way;
    uint64_t sets, now;
    unsigned ways;
};

static bool plain_access(struct plain *p, uint64_t line, unsigned dirty, uint64_t *victim)
{
    struct plain_line *set = p->way + line % p->sets * p->ways, *oldest = set;
    p->now++;
    for (unsigned i = 0; i < p->ways; i++) {
        if (set[i].used != 0 && set[i].line == line) {
            set[i].used = p->now;
            set[i].dirty |= dirty;
            return true;
        }
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    *victim = oldest->used == 0 ? CACHE_NO_VICTIM : oldest->line << 1 | oldest->dirty;
    *oldest = (struct plain_line){line, p->now, dirty};
    return false;
}

static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth, MMIX */
    return *state >> 33;
}

static void compare(uint64_t entries, unsigned ways)
{
    struct cache c;
    struct plain p = {.sets = entries / ways, .ways = ways};
    uint64_t state = entries * 31 + ways, wrong = 0, hits = 0;
    enum { N = 40000 };
    p.way = calloc(entries, sizeof *p.way);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p.way);
    CU_ASSERT_EQUAL_FATAL(cache_init(&c, entries, ways, 6), 0);
    for (int i = 0; i < N; i++) {
        uint64_t line, got = 1, want = 1;
        unsigned dirty = draw(&state) % 4 == 0;
        if (i % 3 == 0) /* a walk over a little more than fits, */
            line = (uint64_t)i / 3 % (entries + entries / 8 + 1);
        else if (i % 3 == 1) /* one with the stride of the sets, */
            line = 0x1000000 + (uint64_t)i / 3 % (ways + 1) * p.sets;
        else /* and draws from a few sets' worth */
            line = draw(&state) % (2 * entries);
        /* Every other access asks the short way first, which must not touch what is absent. */
        bool touched = i % 2 == 0 && cache_touch(&c, line, dirty);
        bool hit = touched || cache_access(&c, line, dirty, &got);
        bool plain_hit = plain_access(&p, line, dirty, &want);
        wrong += hit != plain_hit || got != want;
        wrong += !cache_holds(&c, line) || (!c.odd && !cache_is_first(&c, line));
        hits += hit;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(hits > N / 20 && hits < N);
    cache_release(&c);
    free(p.way);
}

static void test_against_plain(void)
{
    static const uint64_t sets[] = {1, 2, 3, 16, 48, 64, 256};
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++)
        for (unsigned ways = 1; ways <= 16; ways++)
            if (sets[s] * ways > 2)
                compare(sets[s] * ways, ways);
}

/* What the models rely on to skip an access. */
static void test_first(void)
{
    struct cache c;
    uint64_t victim;
    CU_ASSERT_EQUAL_FATAL(cache_init(&c, 8, 2, 0), 0);
    CU_ASSERT(!cache_is_first(&c, 5));
    CU_ASSERT(!cache_access(&c, 5, 0, &victim));
    CU_ASSERT_EQUAL(victim, CACHE_NO_VICTIM);
    CU_ASSERT(cache_is_first(&c, 5));
    CU_ASSERT(!cache_access(&c, 9, 1, &victim));
    CU_ASSERT(!cache_is_first(&c, 5));
    CU_ASSERT(cache_holds(&c, 5));
    CU_ASSERT(!cache_access(&c, 13, 0, &victim));
    CU_ASSERT_EQUAL(victim, 5 << 1);
    CU_ASSERT(!cache_access(&c, 5, 0, &victim));
    CU_ASSERT_EQUAL(victim, 9 << 1 | 1);
    cache_release(&c);
}

/* A prefetched line is left to the access that counts its first use. */
static void test_touch(void)
{
    struct cache c;
    uint64_t victim;
    CU_ASSERT_EQUAL_FATAL(cache_init(&c, 8, 2, 0), 0);
    CU_ASSERT(cache_prefetch(&c, 5, &victim));
    CU_ASSERT_EQUAL(victim, CACHE_NO_VICTIM);
    CU_ASSERT(!cache_prefetch(&c, 5, &victim));
    CU_ASSERT(!cache_touch(&c, 5, 0));
    CU_ASSERT_EQUAL(cache_access(&c, 5, 0, &victim), CACHE_FIRST_USE);
    CU_ASSERT(cache_touch(&c, 5, 1));
    CU_ASSERT(!cache_touch(&c, 9, 0));
    CU_ASSERT(!cache_holds(&c, 9));
    CU_ASSERT(!cache_access(&c, 9, 0, &victim));
    CU_ASSERT(!cache_is_first(&c, 5));
    CU_ASSERT(cache_touch(&c, 5, 0));
    CU_ASSERT(cache_is_first(&c, 5));
    CU_ASSERT(!cache_access(&c, 13, 0, &victim));
    CU_ASSERT_EQUAL(victim, 9 << 1);
    CU_ASSERT(!cache_access(&c, 9, 0, &victim));
    CU_ASSERT_EQUAL(victim, 5 << 1 | 1); /* the touch wrote it */
    cache_release(&c);
}

static const struct unit_test tests[] = {
    {"every geometry against a plain simulator", test_against_plain},
    {"the most recently used line", test_first},
    {"the short way to a line that is there", test_touch},
};

UNIT_MAIN("cache", tests)
