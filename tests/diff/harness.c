/* The guest of the differential test.  Without arguments it runs every case on a random
 * state of its own and writes a 64-bit hash of what came out of each; `harness N` runs case
 * N alone and prints what went in and out.  The random states depend on the case's number
 * alone, so that two emulators see the same. */
#include <stddef.h>
#include <stdint.h>

struct registers {
    uint64_t x[31], sp;
    uint64_t v[32][2];
    uint64_t nzcv, fpcr, fpsr;
};

enum { CASE_WORDS = 3 };
struct descriptor {
    uint32_t at, edges; /* bytes from case_code */
    struct {
        uint32_t word, flags;
    } use[CASE_WORDS];
};
enum { /* as in words.h */
    HAS_BASE = 1,
    HAS_INDEX = 2,
    ALIGNED = 4,
    POSITIVE_INDEX = 8,
    NEAR_IMM12 = 16,
    NEAR_IMM5 = 32
};

extern const uint8_t case_code[];
extern const struct descriptor case_table[], case_table_end[];
void run_case(const void *code, void *sp);
_Noreturn void harness(const long *stack);

struct registers before, after;
enum { WINDOW = 2048 };
static _Alignas(64) uint64_t window[WINDOW / 8];
static uint64_t state;

static long system_call(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

static void put(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    system_call(64, 1, (long)text, (long)n);
}

static void put_hex(uint64_t v)
{
    char text[18];
    for (int i = 0; i < 16; i++)
        text[i] = "0123456789abcdef"[v >> (60 - 4 * i) & 15];
    text[16] = ' ';
    text[17] = 0;
    put(text);
}

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1du;
}

static uint64_t pick_integer(void)
{
    static const uint64_t edge[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
                                    0x80000000, 0xffffffff, 0x7fffffffffffffff,
                                    0x8000000000000000, 0xffffffffffffffff};
    uint64_t r = next();
    switch (r & 3) {
    case 0:
        return edge[(r >> 8) % (sizeof edge / sizeof edge[0])];
    case 1:
        return next() >> (r >> 8 & 63);
    default:
        return next();
    }
}

/* One 64-bit half of a vector: bytes, edges of integers, or floating-point numbers of the
 * three sizes around what conversions, sums and roundings find hard. */
static uint64_t pick_vector(void)
{
    static const uint64_t doubles[] = {
        0, 1, 0x000fffffffffffff, 0x0010000000000000, 0x3fe0000000000000, 0x3ff0000000000000,
        0x3ff8000000000000, 0x4000000000000000, 0x41dfffffffc00000, 0x41e0000000000000,
        0x41efffffffe00000, 0x43e0000000000000, 0x43dfffffffffffff, 0x7fefffffffffffff,
        0x7ff0000000000000, 0x7ff8000000000000, 0x7ff8000000000abc, 0x7ff0000000000001,
        0x47efffffe0000000, 0x47efffffefffffff, 0x3810000000000000, 0x380fffffffffffff,
        0x36a0000000000000, 0x40effc0000000000, 0x40f0000000000000, 0x3e70000000000000};
    static const uint32_t singles[] = {
        0, 1, 0x007fffff, 0x00800000, 0x3f000000, 0x3f800000, 0x3fc00000, 0x40000000,
        0x4effffff, 0x4f000000, 0x4f7fffff, 0x5f000000, 0x5effffff, 0x7f7fffff, 0x7f800000,
        0x7fc00000, 0x7fc0abcd, 0x7f800001, 0x477fe000, 0x477ff000, 0x33800000, 0x387fc000};
    static const uint16_t halves[] = {0,      1,      0x03ff, 0x0400, 0x3800, 0x3c00,
                                      0x3e00, 0x7bff, 0x7c00, 0x7e00, 0x7e55, 0x7c01};
    uint64_t r = next(), v = 0;
    switch (r & 7) {
    case 0:
        return pick_integer();
    case 1:
        return doubles[(r >> 8) % (sizeof doubles / sizeof doubles[0])] | (r >> 4 & 1) << 63;
    case 2: /* doubles near one another */
        return (next() & 0x800fffffffffffff) | (0x3f8 + (r >> 8 & 15)) << 52;
    case 3:
        for (int i = 0; i < 2; i++, r >>= 16)
            v = v << 32 | singles[(r >> 8) % (sizeof singles / sizeof singles[0])] |
                (r >> 7 & 1) << 31;
        return v;
    case 4:
        return (next() & 0x807fffff807fffff) | (0x78 + (r >> 8 & 15)) << 23 |
               (0x78 + (r >> 16 & 15)) << 55;
    case 5:
        for (int i = 0; i < 4; i++, r >>= 12)
            v = v << 16 | halves[(r >> 8) % (sizeof halves / sizeof halves[0])] |
                (r >> 7 & 1) << 15;
        return v;
    default:
        return next();
    }
}

/* Where comparisons and carries turn over, each with what is one less and one more. */
static uint64_t pick_edge(void)
{
    static const uint64_t edge[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
                                    0x7fffffffffffffff, 0x8000000000000000};
    uint64_t r = next();
    return edge[r & 7] + (r >> 8 & 3) - 1;
}

/* Numbers that compare in every way, as double or as single. */
static uint64_t pick_vector_edge(void)
{
    static const uint64_t edge[] = {0, 0x8000000000000000, 0x3ff0000000000000, 1,
                                    0x7ff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001,
                                    0xbff0000000000000, 0x3f800000, 0xbf800000, 0x7f800000,
                                    0x7fc00000, 0x7f800001, 0x80000000, 0x4000000040000000};
    uint64_t r = next();
    return r & 0x100 ? edge[(r & 255) % (sizeof edge / sizeof edge[0])] : pick_vector();
}

/* Every other register has the value of another one. */
static void put_edges(void)
{
    for (int i = 0; i < 31; i++) {
        uint64_t r = next();
        before.x[i] = r & 1 || i == 0 ? pick_edge() : before.x[(r >> 8) % (uint64_t)i];
    }
    for (int i = 0; i < 32; i++) {
        uint64_t r = next();
        if (r & 1 || i == 0) {
            before.v[i][0] = pick_vector_edge();
            before.v[i][1] = pick_vector_edge();
        } else {
            before.v[i][0] = before.v[(r >> 8) % (uint64_t)i][0];
        }
    }
}

/* One less, equal, one more, or the same of the negative number; in half of the cases that
 * of 32 bits below anything else. */
static void put_near(unsigned reg, uint64_t imm)
{
    uint64_t r = next(), v = (r & 4 ? -imm : imm) + (r & 3) - 1;

    if (reg != 31 && (r >> 4 & 3))
        before.x[reg] = r & 8 ? v : (uint32_t)v | next() << 32;
}

/* The registers that make the address of an access, or meet an immediate. */
static void put_operands(uint32_t word, uint32_t flags, uint64_t r)
{
    unsigned base = word >> 5 & 31, offset = word >> 16 & 31;
    uint64_t middle = (uint64_t)(uintptr_t)window + WINDOW / 2;

    if (flags & NEAR_IMM12)
        put_near(base, (uint64_t)(word >> 10 & 0xfff) << (word >> 22 & 1 ? 12 : 0));
    if (flags & NEAR_IMM5)
        put_near(base, word >> 16 & 31);
    if ((flags & HAS_BASE) && base != 31)
        before.x[base] = middle + (flags & ALIGNED ? 0 : (r >> 16 & 15));
    if (flags & HAS_INDEX) {
        uint64_t index_value = (r >> 24 & 31) - (flags & POSITIVE_INDEX ? 0 : 16);
        if (!(word >> 13 & 1)) /* a 32-bit index may have anything above it */
            index_value = (uint32_t)index_value | (next() & 0xffffffff00000000u);
        if (offset != 31)
            before.x[offset] = index_value;
    }
}

static void prepare(uint64_t index)
{
    const struct descriptor *d = &case_table[index];
    state = (index + 1) * 0x9e3779b97f4a7c15u;
    for (int i = 0; i < WINDOW / 8; i++)
        window[i] = next();
    for (int i = 0; i < 31; i++)
        before.x[i] = pick_integer();
    for (int i = 0; i < 64; i++)
        before.v[i / 2][i & 1] = pick_vector();
    if (d->edges)
        put_edges();
    uint64_t r = next();
    before.nzcv = (r & 15) << 28;
    before.fpcr = r & 0x30 || d->edges ? 0 : (r >> 8 & 31) << 22;
    before.fpsr = r & 0x4000 ? 1u << 27 : 0;
    for (int i = 0; i < CASE_WORDS; i++)
        put_operands(d->use[i].word, d->use[i].flags, r);
    const uint64_t *from = (const uint64_t *)&before;
    for (size_t i = 0; i < sizeof before / 8; i++)
        ((uint64_t *)&after)[i] = from[i];
}

static uint64_t mix(uint64_t hash, const void *words, size_t bytes)
{
    const uint64_t *p = words;
    for (size_t i = 0; i < bytes / 8; i++) {
        hash = (hash ^ p[i]) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static void run(uint64_t index)
{
    prepare(index);
    run_case(case_code + case_table[index].at, window + WINDOW / 16);
    after.x[30] = 0;
}

static void show(const char *name, const struct registers *r)
{
    put(name);
    for (int i = 0; i < 32; i++) {
        if (i % 4 == 0)
            put("\n  x ");
        put_hex(i < 31 ? r->x[i] : r->sp);
    }
    for (int i = 0; i < 32; i++) {
        if (i % 2 == 0)
            put("\n  v ");
        put_hex(r->v[i][1]);
        put_hex(r->v[i][0]);
    }
    put("\n  nzcv fpcr fpsr ");
    put_hex(r->nzcv);
    put_hex(r->fpcr);
    put_hex(r->fpsr);
    put("\n");
}

_Noreturn void harness(const long *stack)
{
    static uint64_t hashes[4096];
    if (stack[0] > 1) {
        uint64_t index = 0;
        for (const char *p = (const char *)stack[2]; *p; p++)
            index = index * 10 + (uint64_t)(*p - '0');
        run(index);
        show("before", &before);
        show("after", &after);
        put("window");
        for (int i = 0; i < WINDOW / 8; i++) {
            if (i % 4 == 0)
                put("\n  ");
            put_hex(window[i]);
        }
        put("\n");
    } else {
        size_t n = 0;
        const uint64_t count = (uint64_t)(case_table_end - case_table);
        for (uint64_t i = 0; i < count; i++) {
            run(i);
            hashes[n++] = mix(mix(i, &after, sizeof after), window, sizeof window);
            if (n == sizeof hashes / sizeof hashes[0] || i + 1 == count) {
                system_call(64, 1, (long)hashes, (long)(n * 8));
                n = 0;
            }
        }
    }
    for (;;)
        system_call(94, 0, 0, 0);
}
