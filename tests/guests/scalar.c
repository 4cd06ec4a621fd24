/* Scalar work of many kinds, printed as checksums for comparison with another emulator:
 * integer arithmetic of all widths, divisions, bit fields, conversions, float and double
 * arithmetic with edges, structures, recursion, indirect calls. */
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int byte, size_t len);
void *memcpy(void *to, const void *from, size_t len);
_Noreturn void start(void);

static uint64_t state = 88172645463325252u, sum;

static long system_call(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

void *memset(void *to, int byte, size_t len)
{
    volatile unsigned char *p = to;
    while (len-- > 0)
        *p++ = (unsigned char)byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t len)
{
    volatile unsigned char *p = to;
    const unsigned char *q = from;
    while (len-- > 0)
        *p++ = *q++;
    return to;
}

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void mix(uint64_t v)
{
    sum = (sum ^ v) * 0x9e3779b97f4a7c15u;
    sum ^= sum >> 29;
}

static void mix_double(double v)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &v, 8);
    mix(bits);
}

static void mix_float(float v)
{
    uint32_t bits;
    __builtin_memcpy(&bits, &v, 4);
    mix(bits);
}

static void report(const char *name)
{
    char line[64];
    size_t n = 0;
    while (*name)
        line[n++] = *name++;
    line[n++] = ' ';
    for (int i = 60; i >= 0; i -= 4)
        line[n++] = "0123456789abcdef"[sum >> i & 15];
    line[n++] = '\n';
    system_call(64, 1, (long)line, (long)n);
    sum = 0;
}

#define INTEGERS(name, type, utype)                                                            \
    static void name(void)                                                                     \
    {                                                                                          \
        for (int i = 0; i < 300; i++) {                                                        \
            type a = (type)(next() >> (next() & 63)), b = (type)(next() >> (next() & 63));     \
            unsigned s = (unsigned)next() % (8 * sizeof(type));                                \
            mix((uint64_t)((utype)a + (utype)b));                                              \
            mix((uint64_t)((utype)a * (utype)b));                                              \
            mix((uint64_t)(b ? (b == (type)-1 ? (utype)a : (utype)(a / b)) : 1));              \
            mix((uint64_t)(b ? (b == (type)-1 ? 0 : (utype)(a % b)) : 2));                     \
            mix((uint64_t)((utype)a << s | (utype)a >> ((8 * sizeof(type) - s) % (8 * sizeof(type))))); \
            mix((uint64_t)(a >> s));                                                           \
            mix((uint64_t)(a < b) | (uint64_t)(a <= b) << 1 | (uint64_t)(a == b) << 2);        \
            mix((uint64_t)((a & ~b) ^ (a | b)));                                               \
            mix((uint64_t)(a > b ? a - b : b));                                                \
        }                                                                                      \
        report(#name);                                                                         \
    }
INTEGERS(signed8, int8_t, uint8_t)
INTEGERS(unsigned8, uint8_t, uint8_t)
INTEGERS(signed16, int16_t, uint16_t)
INTEGERS(signed32, int32_t, uint32_t)
INTEGERS(unsigned32, uint32_t, uint32_t)
INTEGERS(signed64, int64_t, uint64_t)
INTEGERS(unsigned64, uint64_t, uint64_t)

static void bits(void)
{
    for (int i = 0; i < 300; i++) {
        uint64_t a = next() >> (next() & 63) | 1;
        mix((uint64_t)__builtin_clzll(a) << 8 | (uint64_t)__builtin_ctzll(a));
        mix(__builtin_bswap64(a) ^ __builtin_bswap32((uint32_t)a) ^ __builtin_bswap16((uint16_t)a));
        mix((a >> 7 & 0x1ff) | (a << 13 & 0xff0000));
        mix((uint64_t)((int64_t)(a << 20) >> 40));
        mix((uint64_t)(((__int128)(int64_t)a * (int64_t)next()) >> 64));
        mix((uint64_t)(((unsigned __int128)a * next()) >> 64));
    }
    report("bits");
}

/* Any bits at all: normal numbers, zeros, infinities, NaNs, subnormals. */
static double any_double(void)
{
    static const uint64_t edge[] = {0, 1u, 0x000fffffffffffffu, 0x0010000000000000u,
                                    0x3ff0000000000000u, 0x3ff8000000000000u,
                                    0x41dfffffffe00000u, 0x43e0000000000000u,
                                    0x7fefffffffffffffu, 0x7ff0000000000000u,
                                    0x7ff8000000000001u, 0x7ff0000000000123u};
    uint64_t r = next(), v = next();
    double d;
    if ((r & 3) == 0)
        v = edge[(r >> 8) % (sizeof edge / sizeof edge[0])] | (r >> 4 & 1) << 63;
    else if ((r & 3) == 1)
        v = (v & 0x800fffffffffffffu) | (0x3c0u + (r >> 8 & 0x7f)) << 52;
    __builtin_memcpy(&d, &v, 8);
    return d;
}

static float any_float(void)
{
    static const uint32_t edge[] = {0,          1u,          0x007fffffu, 0x00800000u, 0x3f800000u,
                                    0x3fc00000u, 0x4f000000u, 0x5f000000u, 0x7f7fffffu, 0x7f800000u,
                                    0x7fc00001u, 0x7f800123u};
    uint64_t r = next();
    uint32_t v = (uint32_t)next();
    float f;
    if ((r & 3) == 0)
        v = edge[(r >> 8) % (sizeof edge / sizeof edge[0])] | (uint32_t)(r >> 4 & 1) << 31;
    else if ((r & 3) == 1)
        v = (v & 0x807fffffu) | (uint32_t)(0x60u + (r >> 8 & 0x3f)) << 23;
    __builtin_memcpy(&f, &v, 4);
    return f;
}

#define FLOATS(name, type, any, mix_type, suffix)                                              \
    static void name(void)                                                                     \
    {                                                                                          \
        for (int i = 0; i < 2000; i++) {                                                       \
            type a = any(), b = any(), c = any();                                              \
            mix_type(a + b);                                                                   \
            mix_type(a - b);                                                                   \
            mix_type(a * b);                                                                   \
            mix_type(a / b);                                                                   \
            mix_type(__builtin_fma##suffix(a, b, c));                                          \
            mix_type(__builtin_fma##suffix(-a, b, c));                                         \
            mix_type(__builtin_fma##suffix(a, b, -c));                                         \
            mix_type(-__builtin_fma##suffix(a, b, c));                                         \
            mix_type(__builtin_sqrt##suffix(a));                                               \
            mix_type(__builtin_fabs##suffix(a));                                               \
            mix_type(__builtin_floor##suffix(a));                                              \
            mix_type(__builtin_ceil##suffix(a));                                               \
            mix_type(__builtin_trunc##suffix(a));                                              \
            mix_type(__builtin_round##suffix(a));                                              \
            mix_type(__builtin_rint##suffix(a));                                               \
            mix_type(__builtin_fmax##suffix(a, b));                                            \
            mix_type(__builtin_fmin##suffix(a, b));                                            \
            mix_type(a > b ? a : c);                                                           \
            mix((uint64_t)(a < b) | (uint64_t)(a <= b) << 1 | (uint64_t)(a == b) << 2 |        \
                (uint64_t)(a != b) << 3 | (uint64_t)__builtin_isunordered(a, b) << 4 |         \
                (uint64_t)__builtin_isless(a, b) << 5);                                        \
            mix((uint64_t)(int64_t)a ^ (uint64_t)(uint32_t)(int32_t)a << 7);                   \
            mix((uint64_t)a ^ (uint64_t)(uint32_t)a << 9);                                     \
            mix_type((type)(int64_t)next());                                                   \
            mix_type((type)next());                                                            \
            mix_type((type)(int32_t)next());                                                   \
            mix_type((type)(uint32_t)next());                                                  \
            mix_double((double)a);                                                             \
            mix_float((float)a);                                                               \
            uint64_t fpsr;                                                                     \
            __asm__ volatile("mrs %0, fpsr\n\tmsr fpsr, xzr" : "=r"(fpsr));                    \
            mix(fpsr);                                                                         \
        }                                                                                      \
        report(#name);                                                                         \
    }
FLOATS(doubles, double, any_double, mix_double, )
FLOATS(floats, float, any_float, mix_float, f)

struct node {
    struct node *left, *right;
    int32_t key;
    double weight;
};

static struct node nodes[200];

static struct node *insert(struct node *root, struct node *n)
{
    if (root == NULL)
        return n;
    if (n->key < root->key)
        root->left = insert(root->left, n);
    else
        root->right = insert(root->right, n);
    return root;
}

static double walk(const struct node *n, int depth)
{
    if (n == NULL)
        return 0;
    double left = walk(n->left, depth + 1);
    mix((uint64_t)(uint32_t)n->key);
    return left + n->weight * depth + walk(n->right, depth + 1);
}

static int64_t op_add(int64_t a, int64_t b) { return a + b; }
static int64_t op_sub(int64_t a, int64_t b) { return a - b; }
static int64_t op_xor(int64_t a, int64_t b) { return a ^ b; }

static void structures(void)
{
    int64_t (*const volatile ops[])(int64_t, int64_t) = {op_add, op_sub, op_xor};
    struct node *root = NULL;
    int64_t total = 0;
    for (int i = 0; i < 200; i++) {
        nodes[i].key = (int32_t)next();
        nodes[i].weight = (double)(int32_t)next() / 1024;
        root = insert(root, &nodes[i]);
    }
    mix_double(walk(root, 0));
    for (int i = 0; i < 1000; i++)
        total = ops[next() % 3](total, (int64_t)next());
    mix((uint64_t)total);
    for (int i = 0; i < 400; i++) {
        switch (next() % 9) {
        case 0: mix(1); break;
        case 1: mix(22); break;
        case 2: mix(333); break;
        case 3: mix(4444); break;
        case 4: mix(5); break;
        case 5: mix(66); break;
        case 6: mix(777); break;
        default: mix(8888);
        }
    }
    report("structures");
}

_Noreturn void start(void)
{
    signed8();
    unsigned8();
    signed16();
    signed32();
    unsigned32();
    signed64();
    unsigned64();
    bits();
    doubles();
    floats();
    structures();
    for (;;)
        system_call(94, 17, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tb start\n");
