#include "config.h"

#include "sim/reuse.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/err.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum {
    LINE_SHIFT = 6,
    GROUPS = 16,       /* of lines, for the errors */
    NEAR_BINS = 16,    /* distances below 32: of what is touched all the time */
    MIN_SLOTS = 1024,
    MIN_ROOM = 1 << 14, /* slots; untouched memory costs nothing */
    PIECE = 4096,      /* accesses that are taken at a time */
    PAST = PIECE + REUSE_NEAR,
    SEEN_BITS = 13     /* twice as many places as REUSE_NEAR */
};

/* A line in the sample.  Its slot tells when it was touched last: later ones have higher
 * numbers. */
struct entry {
    uint32_t line, slot;
    uint64_t at; /* the access, counted from the beginning */
};

/* The lines of the sample, ordered by last touch.  The arrays have room for more slots than
 * are used, for those that are used come and go with the rate. */
struct sample {
    struct entry *table; /* by hash, open addressing; no entry: slot NO_SLOT */
    size_t table_size;   /* a power of two, twice max_slots */
    uint32_t *owner;     /* line of each slot */
    uint64_t *live;      /* a bit for each slot: still the last touch of its line */
    int32_t *tree;       /* Fenwick's, of the live slots in the words of `live` but the last */
    uint32_t n_slots, max_slots, room;
};

struct reuse {
    int (*take)(struct reuse *r, const uint64_t *address, size_t n);
    unsigned shift, least_shift; /* the rate is 2^-shift; the least of a long stream */
    uint64_t accesses;
    double weight; /* of a sampled access */
    struct sample sample, spare; /* a sample that is full is put in order in the other one */
    uint32_t n_lines;
    uint32_t past[PAST];            /* line of access i at i % PAST */
    uint64_t seen[1 << SEEN_BITS];  /* lines, below the number of the count that saw them */
    uint32_t epoch;                 /* of the last count */
    double count[GROUPS][DISTANCE_BINS], cold[GROUPS];
};

#define NO_SLOT UINT32_MAX

/* Two rounds of multiplication: lines in any stride are spread like random ones. */
ALWAYS_INLINE uint32_t hash_line(uint32_t line)
{
    uint32_t h = line * 0x9e3779b1u;
    h ^= h >> 15;
    return h * 0x85ebca6bu;
}

static uint32_t rate_mask(const struct reuse *r)
{
    return r->shift == 0 ? 0 : ~(UINT32_MAX >> r->shift);
}

/* ---- the sample, ordered by last touch --------------------------------------------------- */

ALWAYS_INLINE void tree_add(struct sample *s, uint32_t word, int32_t n)
{
    for (uint32_t i = word + 1; i <= s->max_slots / 64; i += i & -i)
        s->tree[i] += n;
}

ALWAYS_INLINE int32_t tree_sum(const struct sample *s, uint32_t words)
{
    int32_t sum = 0;
    for (uint32_t i = words; i > 0; i -= i & -i)
        sum += s->tree[i];
    return sum;
}

/* Live slots behind `slot`. */
ALWAYS_INLINE uint32_t count_behind(const struct sample *s, uint32_t slot)
{
    uint32_t word = slot / 64, last = (s->n_slots - 1) / 64;
    uint64_t behind = s->live[word] & ~(UINT64_MAX >> (63 - slot % 64));
    uint32_t n = (uint32_t)__builtin_popcountll(behind);
    if (word == last)
        return n;
    n += (uint32_t)(tree_sum(s, last) - tree_sum(s, word + 1));
    return n + (uint32_t)__builtin_popcountll(s->live[last]);
}

ALWAYS_INLINE void kill_slot(struct sample *s, uint32_t slot)
{
    s->live[slot / 64] &= ~((uint64_t)1 << slot % 64);
    if (slot / 64 != (s->n_slots - 1) / 64)
        tree_add(s, slot / 64, -1);
}

/* The next slot, for `line`; there is room for it. */
ALWAYS_INLINE uint32_t new_slot(struct sample *s, uint32_t line)
{
    uint32_t slot = s->n_slots++;
    if (slot % 64 == 0 && slot > 0) /* the word before is complete */
        tree_add(s, slot / 64 - 1, __builtin_popcountll(s->live[slot / 64 - 1]));
    s->live[slot / 64] |= (uint64_t)1 << slot % 64;
    s->owner[slot] = line;
    return slot;
}

ALWAYS_INLINE struct entry *find(const struct sample *s, uint32_t line, uint32_t hash)
{
    size_t at = hash & (s->table_size - 1);
    while (s->table[at].slot != NO_SLOT && s->table[at].line != line)
        at = (at + 1) & (s->table_size - 1);
    return &s->table[at];
}

static void sample_release(struct sample *s)
{
    free(s->table);
    free(s->owner);
    free(s->live);
    free(s->tree);
    *s = (struct sample){.table = NULL};
}

/* Room for so many slots; what the sample held is lost where there was less. */
static int sample_reserve(struct sample *s, uint32_t slots)
{
    if (slots <= s->room)
        return 0;
    sample_release(s);
    s->table = malloc(2 * (size_t)slots * sizeof *s->table);
    s->owner = malloc(slots * sizeof *s->owner);
    s->live = malloc(slots / 64 * sizeof *s->live);
    s->tree = malloc((slots / 64 + 1) * sizeof *s->tree);
    if (s->table == NULL || s->owner == NULL || s->live == NULL || s->tree == NULL) {
        sample_release(s);
        return ERR_NOMEM;
    }
    s->room = slots;
    return 0;
}

/* An empty sample of at most so many slots, which is a power of two. */
static int sample_begin(struct sample *s, uint32_t max_slots)
{
    if (sample_reserve(s, max_slots > MIN_ROOM ? max_slots : MIN_ROOM) != 0)
        return ERR_NOMEM;
    s->n_slots = 0;
    s->max_slots = max_slots;
    s->table_size = 2 * (size_t)max_slots;
    for (size_t i = 0; i < s->table_size; i++)
        s->table[i].slot = NO_SLOT;
    memset(s->live, 0, max_slots / 64 * sizeof *s->live);
    memset(s->tree, 0, (max_slots / 64 + 1) * sizeof *s->tree);
    return 0;
}

/* Puts the lines that the rate admits into new slots, in their order, with room for twice as
 * many.  This happens every thousand accesses to the sample or so, and must not allocate. */
static int rebuild(struct reuse *r)
{
    struct sample *old = &r->sample, *new = &r->spare;
    uint32_t mask = rate_mask(r), kept = 0;
    for (uint32_t i = 0; i < old->n_slots; i++)
        kept += (old->live[i / 64] >> i % 64 & 1) && (hash_line(old->owner[i]) & mask) == 0;
    uint32_t max = MIN_SLOTS;
    while (max < 2 * kept + MIN_SLOTS / 2)
        max *= 2;
    if (sample_begin(new, max) != 0)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < old->n_slots; i++) {
        uint32_t line = old->owner[i], hash = hash_line(line);
        if (!(old->live[i / 64] >> i % 64 & 1) || (hash & mask) != 0)
            continue;
        struct entry *to = find(new, line, hash);
        *to = (struct entry){line, new_slot(new, line), find(old, line, hash)->at};
    }
    struct sample swap = *old;
    *old = *new;
    *new = swap;
    r->n_lines = kept;
    return 0;
}

/* ---- accesses ---------------------------------------------------------------------------- */

/* Other lines among the accesses between `from` and `to`, both not counted, of which `from` is
 * not more than REUSE_NEAR ago. */
static uint64_t count_near(struct reuse *r, uint64_t from, uint64_t to)
{
    uint64_t n = 0, epoch = (uint64_t)++r->epoch << 32;
    for (uint64_t i = from + 1; i < to; i++) {
        uint32_t line = r->past[i % PAST];
        uint32_t place = line * 0x9e3779b1u >> (32 - SEEN_BITS);
        while (r->seen[place] >> 32 == r->epoch && (uint32_t)r->seen[place] != line)
            place = (place + 1) % (1 << SEEN_BITS);
        n += r->seen[place] != (epoch | line);
        r->seen[place] = epoch | line;
    }
    return n;
}

/* Counts an access to a line that was touched before, with `sampled` lines of the sample
 * touched since. */
ALWAYS_INLINE void count_again(struct reuse *r, uint64_t before, uint64_t at, uint32_t sampled,
                               unsigned group)
{
    uint64_t gap = at - before, d = sampled;
    double weight = r->weight;
    uint32_t dice = hash_line((uint32_t)at);
    if (r->shift > 0 && gap <= REUSE_NEAR) {
        /* So few of the long ones that each costs the same on average. */
        uint32_t one_of = (uint32_t)(gap / REUSE_COST) + 1;
        if ((uint64_t)dice * one_of >> 32 != 0)
            return;
        weight *= one_of;
        d = count_near(r, before, at);
    } else if (r->shift > 0) {
        /* Somewhere between what `sampled` lines stand for and what one more would. */
        d = ((uint64_t)sampled << r->shift) + (dice >> (32 - r->shift));
        d = d < gap - 1 ? d : gap - 1;
    }
    r->count[group][distance_bin(d)] += weight;
}

/* A sampled access, the `at`-th of all. */
ALWAYS_INLINE int touch(struct reuse *r, uint32_t line, uint64_t at)
{
    struct sample *s = &r->sample;
    uint32_t hash = hash_line(line);
    unsigned group = hash >> 8 & (GROUPS - 1);
    struct entry *e = find(s, line, hash);
    bool known = e->slot != NO_SLOT, newest = known && e->slot + 1 == s->n_slots;
    if (known)
        count_again(r, e->at, at, newest ? 0 : count_behind(s, e->slot), group);
    else
        r->cold[group] += r->weight;
    e->at = at;
    if (newest)
        return 0;
    if (s->n_slots == s->max_slots) {
        if (rebuild(r) != 0)
            return ERR_NOMEM;
        e = find(s, line, hash);
    }
    if (known)
        kill_slot(s, e->slot);
    r->n_lines += !known;
    *e = (struct entry){line, new_slot(s, line), at};
    return 0;
}

ALWAYS_INLINE int take_one(struct reuse *r, uint64_t address, uint64_t at, uint32_t mask)
{
    uint32_t line = (uint32_t)(address >> LINE_SHIFT);
    r->past[at % PAST] = line;
    return (hash_line(line) & mask) == 0 ? touch(r, line, at) : 0;
}

static int take_portable(struct reuse *r, const uint64_t *address, size_t n)
{
    uint32_t mask = rate_mask(r);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = take_one(r, address[i], r->accesses + i, mask);
    return rc;
}

#if defined(__x86_64__)
/* Eight lines at a time, which go to `line`: a bit for each that is in the sample. */
static inline __attribute__((always_inline, target("avx2"))) unsigned
choose(const uint64_t *address, __m256i mask, uint32_t *line)
{
    __m256i a = _mm256_srli_epi64(_mm256_loadu_si256((const __m256i *)address), LINE_SHIFT);
    __m256i b =
        _mm256_srli_epi64(_mm256_loadu_si256((const __m256i *)(address + 4)), LINE_SHIFT);
    __m256i low = _mm256_castps_si256(
        _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88));
    __m256i h = _mm256_permute4x64_epi64(low, 0xd8);
    _mm256_storeu_si256((__m256i *)line, h);
    h = _mm256_mullo_epi32(h, _mm256_set1_epi32((int)0x9e3779b1u));
    h = _mm256_xor_si256(h, _mm256_srli_epi32(h, 15));
    h = _mm256_mullo_epi32(h, _mm256_set1_epi32((int)0x85ebca6bu));
    h = _mm256_cmpeq_epi32(_mm256_and_si256(h, mask), _mm256_setzero_si256());
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(h));
}

static __attribute__((target("avx2,bmi,bmi2,popcnt"))) int
take_wide(struct reuse *r, const uint64_t *address, size_t n)
{
    uint32_t mask = rate_mask(r), *past = r->past + r->accesses % PAST;
    __m256i masks = _mm256_set1_epi32((int)mask);
    int rc = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (unsigned chosen = choose(address + i, masks, past + i); chosen != 0;
             chosen &= chosen - 1) {
            size_t k = i + (unsigned)__builtin_ctz(chosen);
            rc = touch(r, past[k], r->accesses + k);
            if (rc != 0)
                return rc;
        }
    for (; i < n && rc == 0; i++)
        rc = take_one(r, address[i], r->accesses + i, mask);
    return rc;
}
#endif

/* Lowers the rate where the stream or the sample has grown enough for it. */
static int adapt(struct reuse *r)
{
    unsigned shift = r->shift;
    if (shift < r->least_shift && r->accesses >> shift >= REUSE_EXACT)
        shift++;
    if (r->n_lines > REUSE_LINES && r->least_shift > 0 && shift == r->shift && shift < 30)
        shift++;
    if (shift == r->shift)
        return 0;
    r->shift = shift;
    r->weight *= 2;
    return rebuild(r);
}

int reuse_take(struct reuse *r, const uint64_t *address, size_t n)
{
    int rc = 0;
    while (n > 0 && rc == 0) {
        /* No piece goes over the end of r->past. */
        size_t piece = PAST - r->accesses % PAST;
        piece = piece < PIECE ? piece : PIECE;
        piece = piece < n ? piece : n;
        rc = r->take(r, address, piece);
        r->accesses += piece;
        address += piece;
        n -= piece;
        if (rc == 0)
            rc = adapt(r);
    }
    return rc;
}

struct reuse *reuse_alloc(unsigned rate)
{
    struct reuse *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->weight = 1;
    r->take = take_portable;
    while (1u << r->least_shift < rate)
        r->least_shift++;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
        r->take = take_wide;
#endif
    if (rebuild(r) == 0)
        return r;
    reuse_free(r);
    return NULL;
}

void reuse_be_portable(struct reuse *r)
{
    r->take = take_portable;
}

void reuse_free(struct reuse *r)
{
    if (r == NULL)
        return;
    sample_release(&r->sample);
    sample_release(&r->spare);
    free(r);
}

/* ---- the result -------------------------------------------------------------------------- */

/* The estimate without the lines of group `without` (GROUPS: with all). */
static void estimate(const struct reuse *r, unsigned without, double count[DISTANCE_BINS],
                     double *cold)
{
    double scale = without < GROUPS ? (double)GROUPS / (GROUPS - 1) : 1, near = 0, far = 0;
    double all = (double)r->accesses;
    memset(count, 0, DISTANCE_BINS * sizeof count[0]);
    *cold = 0;
    for (unsigned g = 0; g < GROUPS; g++) {
        if (g == without)
            continue;
        *cold += r->cold[g] * scale;
        for (unsigned i = 0; i < DISTANCE_BINS; i++)
            count[i] += r->count[g][i] * scale;
    }
    for (unsigned i = 0; i < DISTANCE_BINS; i++)
        *(i < NEAR_BINS ? &near : &far) += count[i];
    far += *cold;
    if (near > 0 && far <= all) {
        for (unsigned i = 0; i < NEAR_BINS; i++)
            count[i] *= (all - far) / near;
    } else if (near + far > 0) {
        *cold *= all / (near + far);
        for (unsigned i = 0; i < DISTANCE_BINS; i++)
            count[i] *= all / (near + far);
    }
}

void reuse_result(const struct reuse *r, struct distance_histogram *h)
{
    double left[GROUPS][DISTANCE_BINS], left_cold[GROUPS], mean, sum;
    memset(h, 0, sizeof *h);
    h->accesses = r->accesses;
    h->rate = 1 / r->weight;
    estimate(r, GROUPS, h->count, &h->cold);
    for (unsigned i = 0; i < DISTANCE_BINS; i++)
        if (h->count[i] > 0)
            h->n_bins = i + 1;
    if (r->shift == 0)
        return;
    double factor = (1 - h->rate) * (GROUPS - 1) / GROUPS;
    for (unsigned g = 0; g < GROUPS; g++)
        estimate(r, g, left[g], &left_cold[g]);
    for (unsigned i = 0; i <= DISTANCE_BINS; i++) {
        mean = sum = 0;
        for (unsigned g = 0; g < GROUPS; g++)
            mean += (i < DISTANCE_BINS ? left[g][i] : left_cold[g]) / GROUPS;
        for (unsigned g = 0; g < GROUPS; g++) {
            double off = (i < DISTANCE_BINS ? left[g][i] : left_cold[g]) - mean;
            sum += off * off;
        }
        *(i < DISTANCE_BINS ? &h->error[i] : &h->cold_error) = sqrt(factor * sum);
    }
}
