/* Set-associative caches with true least-recently-used order, also used for translation
 * buffers and the branch target buffer.
 *
 * A set is an array of 8 or 16 tags in order of use, the most recent first: a hit moves
 * its tag to the front, a miss pushes the last one out, and both are the same rotation of
 * a part of the set.  A set of 16 is one host cache line.  There are no other LRU bits.
 *
 * Sets are searched and rotated as vectors where the host has SSE2 or AVX2, else (or with
 * CACHE_PORTABLE defined) word by word, with the same outcome.
 *
 * A tag is 30 bits of (line / sets), whether the line was prefetched and not used yet, and a
 * dirty bit; lines that differ only above that are taken for the same.  With 64 sets of 64
 * bytes this is beyond 42 bits of address.
 */
#ifndef TIMING_CACHE_H
#define TIMING_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

struct cache {
    uint32_t *tag;   /* sets x stride words: (line / sets) << 2 | prefetched << 1 | dirty */
    uint64_t *first; /* the most recently used line of each set, unless it is prefetched */
    uint64_t sets;
    uint64_t mask;   /* sets - 1 when that is a power of two, else 0 */
    unsigned ways, stride;
    unsigned line_bits, set_bits;
    bool odd;        /* the number of sets is no power of two */
    uint64_t unused; /* prefetched lines that were pushed out without having been used */
};

/* What an empty way holds: the tag of a place far from where Linux puts programs, heaps and
 * stacks (low addresses, 0x5555..., 0x7f..., 0xffff...). */
#define CACHE_INVALID 0x92345678u
#define CACHE_NO_VICTIM UINT64_MAX

enum { CACHE_DIRTY = 1, CACHE_PREFETCHED = 2, CACHE_MARKS = 3 };

/* What an access finds: nothing, the line, or a prefetched line that it is the first to use. */
enum cache_found { CACHE_MISS, CACHE_HIT, CACHE_FIRST_USE };

/* Empty cache of `entries` lines of 2^line_bits bytes (0 for tables keyed by anything).
 * `entries` is a multiple of `ways`, 1 to 16.  0 or ERR_NOMEM. */
int cache_init(struct cache *c, uint64_t entries, unsigned ways, unsigned line_bits);
void cache_release(struct cache *c);

static inline uint64_t cache_set(const struct cache *c, uint64_t line)
{
    return __builtin_expect(c->odd, 0) ? line % c->sets : line & c->mask;
}

/* The tag with its marks set, as it is compared. */
static inline uint32_t cache_key(const struct cache *c, uint64_t line)
{
    uint64_t tag = __builtin_expect(c->odd, 0) ? line / c->sets : line >> c->set_bits;
    return (uint32_t)tag << 2 | CACHE_MARKS;
}

static inline uint64_t cache_line(const struct cache *c, uint64_t set, uint32_t tag)
{
    return (uint64_t)(tag >> 2) * c->sets + set;
}

/* Bit i is set when way i holds the key. */
static inline unsigned cache_match(const uint32_t *t, unsigned stride, uint32_t key)
{
#if defined(__AVX2__) && !defined(CACHE_PORTABLE)
    __m256i k = _mm256_set1_epi32((int)key), marks = _mm256_set1_epi32(CACHE_MARKS);
    __m256i a = _mm256_cmpeq_epi32(
        _mm256_or_si256(_mm256_load_si256((const __m256i *)t), marks), k);
    unsigned found = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(a));
    if (stride > 8) {
        __m256i b = _mm256_cmpeq_epi32(
            _mm256_or_si256(_mm256_load_si256((const __m256i *)(t + 8)), marks), k);
        found |= (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(b)) << 8;
    }
    return found;
#elif defined(__SSE2__) && !defined(CACHE_PORTABLE)
    __m128i k = _mm_set1_epi32((int)key), marks = _mm_set1_epi32(CACHE_MARKS);
    unsigned found = 0;
    for (unsigned i = 0; i < stride; i += 8) {
        __m128i a = _mm_load_si128((const __m128i *)(t + i));
        __m128i b = _mm_load_si128((const __m128i *)(t + i + 4));
        a = _mm_cmpeq_epi32(_mm_or_si128(a, marks), k);
        b = _mm_cmpeq_epi32(_mm_or_si128(b, marks), k);
        a = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_setzero_si128());
        found |= (unsigned)_mm_movemask_epi8(a) << i;
    }
    return found;
#else
    unsigned found = 0;
    for (unsigned i = 0; i < stride; i++)
        found |= (unsigned)((t[i] | CACHE_MARKS) == key) << i;
    return found;
#endif
}

/* Shifts ways 0 .. way-1 up by one, over `way`, and puts `tag` first. */
static inline void cache_rotate(uint32_t *t, unsigned stride, unsigned way, uint32_t tag)
{
#if defined(__AVX2__) && !defined(CACHE_PORTABLE)
    const __m256i up = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    const __m256i place = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i low = _mm256_load_si256((const __m256i *)t);
    __m256i low_up = _mm256_permutevar8x32_epi32(low, up);
    __m256i in = _mm256_blend_epi32(low_up, _mm256_castsi128_si256(_mm_cvtsi32_si128((int)tag)),
                                    1);
    __m256i keep = _mm256_cmpgt_epi32(place, _mm256_set1_epi32((int)way));
    _mm256_store_si256((__m256i *)t, _mm256_blendv_epi8(in, low, keep));
    if (stride > 8) {
        __m256i high = _mm256_load_si256((const __m256i *)(t + 8));
        __m256i high_up = _mm256_permutevar8x32_epi32(high, up);
        keep = _mm256_cmpgt_epi32(place, _mm256_set1_epi32((int)way - 8));
        high_up = _mm256_blend_epi32(high_up, low_up, 1);
        _mm256_store_si256((__m256i *)(t + 8), _mm256_blendv_epi8(high_up, high, keep));
    }
#elif defined(__SSE2__) && !defined(CACHE_PORTABLE)
    __m128 in = _mm_castsi128_ps(_mm_cvtsi32_si128((int)tag));
    __m128i place = _mm_setr_epi32(0, 1, 2, 3);
    const __m128i four = _mm_set1_epi32(4), last = _mm_set1_epi32((int)way);
    for (unsigned i = 0; i < stride; i += 4) {
        __m128i old = _mm_load_si128((const __m128i *)(t + i));
        __m128 up = _mm_castsi128_ps(_mm_shuffle_epi32(old, _MM_SHUFFLE(2, 1, 0, 3)));
        __m128i now = _mm_castps_si128(_mm_move_ss(up, in));
        __m128i keep = _mm_cmpgt_epi32(place, last);
        now = _mm_or_si128(_mm_and_si128(keep, old), _mm_andnot_si128(keep, now));
        _mm_store_si128((__m128i *)(t + i), now);
        place = _mm_add_epi32(place, four);
        in = up;
    }
#else
    (void)stride;
    for (unsigned i = way; i > 0; i--)
        t[i] = t[i - 1];
    t[0] = tag;
#endif
}

/* Puts a line that is absent in front; `marks` are 0, CACHE_DIRTY or CACHE_PREFETCHED. */
static inline uint64_t cache_fill(struct cache *c, uint64_t set, uint32_t *t, uint32_t key,
                                  unsigned marks)
{
    uint32_t out = t[c->ways - 1];
    cache_rotate(t, c->stride, c->ways - 1, (key ^ CACHE_MARKS) | marks);
    if (out == CACHE_INVALID)
        return CACHE_NO_VICTIM;
    c->unused += (out & CACHE_PREFETCHED) != 0;
    return cache_line(c, set, out) << 1 | (out & CACHE_DIRTY);
}

/* Looks `line` up and makes it the most recently used, bringing it in when it is absent.
 * `dirty` is 1 when it is written, else 0.  Where it was absent `victim` gets the line pushed
 * out times two plus its dirty bit, or CACHE_NO_VICTIM. */
static __attribute__((noinline, unused)) enum cache_found
cache_access(struct cache *c, uint64_t line, unsigned dirty, uint64_t *victim)
{
    uint64_t set = cache_set(c, line);
    uint32_t *t = c->tag + set * c->stride;
    uint32_t key = cache_key(c, line);
    if ((t[0] | CACHE_DIRTY) == (key ^ CACHE_PREFETCHED)) {
        t[0] |= dirty;
        return CACHE_HIT;
    }
    if (!c->odd)
        c->first[set] = line;
    unsigned found = cache_match(t, c->stride, key);
    if (found != 0) {
        unsigned way = (unsigned)__builtin_ctz(found);
        uint32_t was = t[way];
        cache_rotate(t, c->stride, way, (was & ~(uint32_t)CACHE_PREFETCHED) | dirty);
        return was & CACHE_PREFETCHED ? CACHE_FIRST_USE : CACHE_HIT;
    }
    *victim = cache_fill(c, set, t, key, dirty);
    return CACHE_MISS;
}

/* Makes a line the most recently used when it is there and not a prefetched one that nobody
 * used yet.  Else it returns false and changes nothing: that is for cache_access. */
static inline __attribute__((always_inline)) bool cache_touch(struct cache *c, uint64_t line,
                                                              unsigned dirty)
{
    uint64_t set = cache_set(c, line);
    uint32_t *t = c->tag + set * c->stride;
    unsigned found = cache_match(t, c->stride, cache_key(c, line));
    if (found == 0)
        return false;
    unsigned way = (unsigned)__builtin_ctz(found);
    uint32_t was = t[way];
    if (was & CACHE_PREFETCHED)
        return false;
    if (!c->odd)
        c->first[set] = line;
    cache_rotate(t, c->stride, way, was | dirty);
    return true;
}

/* Brings a line in before it is asked for; false where it is there. */
static inline bool cache_prefetch(struct cache *c, uint64_t line, uint64_t *victim)
{
    uint64_t set = cache_set(c, line);
    uint32_t key = cache_key(c, line), *t = c->tag + set * c->stride;
    if (cache_match(t, c->stride, key) != 0)
        return false;
    if (!c->odd)
        c->first[set] = UINT64_MAX; /* its first use must not go unnoticed */
    *victim = cache_fill(c, set, t, key, CACHE_PREFETCHED);
    return true;
}

/* Whether `line` is the most recently used of its set: reading it again changes nothing.
 * May be false where it is, when the number of sets is no power of two. */
static inline bool cache_is_first(const struct cache *c, uint64_t line)
{
    return __builtin_expect(c->first[line & c->mask] == line, 1);
}

/* Whether the line is there; changes nothing. */
static inline bool cache_holds(const struct cache *c, uint64_t line)
{
    return cache_match(c->tag + cache_set(c, line) * c->stride, c->stride,
                       cache_key(c, line)) != 0;
}

#endif
