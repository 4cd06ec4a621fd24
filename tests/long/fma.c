/* Fused multiply-adds that the source asks for, in all their signs, precisions and rounding
 * modes, in plain code and in loops that compilers vectorise: fma SEED ROUNDS.  It prints a
 * hash for each kernel and mode, and prints every value with "-v"; NaNs print alike, for their
 * sign and payload are the machine's choice (IEEE 754-2019, 6.2).
 *
 * Built for two machines with -ffp-contract=off, at any level, all print the same. */
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 64 };

static uint64_t state, hash;
static int verbose;
static double a[N], b[N], c[N], r[N];
static float fa[N], fb[N], fc[N], fr[N];

static uint64_t next(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

static void put(uint64_t bits)
{
    hash = (hash ^ bits) * UINT64_C(0x100000001b3);
    if (verbose)
        printf("  %016" PRIx64 "\n", bits);
}

static void put_double(double x)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000);

    if (x == x)
        memcpy(&bits, &x, sizeof(bits));
    put(bits);
}

static void put_float(float x)
{
    uint32_t bits = UINT32_C(0x7fc00000);

    if (x == x)
        memcpy(&bits, &x, sizeof(bits));
    put(bits);
}

/* Any bits; near 1; subnormal or tiny; few bits, so that sums cancel and tie; specials. */
static double some_double(void)
{
    static const double special[] = {0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, 0x1p-1074,
                                     0x1.fffffffffffffp1023, 0x1p-1022, NAN};
    uint64_t bits = next();
    double x;

    switch (next() % 5) {
    case 0:
        break;
    case 1:
        bits = (bits & UINT64_C(0x800fffffffffffff)) | (1013 + next() % 20) << 52;
        break;
    case 2:
        bits = (bits & UINT64_C(0x800fffffffffffff)) | (next() % 3) << 52;
        break;
    case 3:
        return (double)((int64_t)bits >> 40) * (next() % 2 ? 0x1p-30 : 0x1p-520);
    default:
        return special[bits % (sizeof(special) / sizeof(special[0]))];
    }
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static float some_float(void)
{
    static const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY, 0x1p-149f,
                                    0x1.fffffep127f, 0x1p-126f, NAN};
    uint32_t bits = (uint32_t)(next() >> 32);
    float x;

    switch (next() % 5) {
    case 0:
        break;
    case 1:
        bits = (bits & UINT32_C(0x807fffff)) | (uint32_t)(117 + next() % 20) << 23;
        break;
    case 2:
        bits = (bits & UINT32_C(0x807fffff)) | (uint32_t)(next() % 3) << 23;
        break;
    case 3:
        return (float)((int32_t)bits >> 20) * (next() % 2 ? 0x1p-20f : 0x1p-70f);
    default:
        return special[bits % (sizeof(special) / sizeof(special[0]))];
    }
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        a[i] = some_double();
        b[i] = some_double();
        c[i] = next() % 3 ? some_double() : -(a[i] * b[i]); /* leaves the product's error */
        fa[i] = some_float();
        fb[i] = some_float();
        fc[i] = next() % 3 ? some_float() : -(fa[i] * fb[i]);
    }
}

static void put_all(void)
{
    for (int i = 0; i < N; i++) {
        put_double(r[i]);
        put_float(fr[i]);
    }
}

/* The four signs, in whole arrays, which vectorises.  Not -fma(), which compilers make one
 * instruction of: the sign of its zeros is then their choice. */
static void signs(void)
{
#define EACH(expression)                                                                       \
    for (int i = 0; i < N; i++)                                                                \
        expression;                                                                            \
    put_all();
#define SIGN(s, t)                                                                             \
    EACH((r[i] = fma(s a[i], b[i], t c[i]), fr[i] = fmaf(s fa[i], fb[i], t fc[i])))
    SIGN(, )
    SIGN(, -)
    SIGN(-, )
    SIGN(-, -)
    /* accumulating, by one element, and together with other roundings */
    EACH((r[i] = fma(a[i], b[7], r[i]), fr[i] = fmaf(fa[i], fb[3], fr[i])))
    EACH((r[i] = fma(a[i], b[i], c[i]) * a[i] + b[i], fr[i] = fmaf(fa[i], fb[i], fc[i]) / fb[i]))
    EACH((r[i] = fma((double)fa[i], (double)fb[i], c[i]), fr[i] = (float)fma(a[i], b[i], c[i])))
#undef SIGN
#undef EACH
}

/* Chains: Horner's scheme, a dot product, its error term (TwoProduct of Ogita, Rump and Oishi,
 * 2005), a square root's residual, a complex product. */
static void chains(void)
{
    double p = 0, dot = 0, low = 0;
    float pf = 0, dotf = 0;

    for (int i = 0; i < N; i++) {
        double x = 0.5 + 0x1p-10 * (double)(i % 7), y = (double)(next() >> 11) * 0x1p-53;
        p = fma(p, x, y);
        double product = x * y, error = fma(x, y, -product);
        low += error;
        dot = fma(x, y, dot);
        pf = fmaf(pf, (float)x, (float)y);
        dotf = fmaf((float)x, -(float)y, dotf);
        double root = sqrt(y);
        put_double(fma(root, root, -y));
        put_double(fma(a[i], c[i], -(b[i] * x)));
        put_double(fma(-a[i], x, -(b[i] * c[i])));
        put_double(fma(-a[i], x, -y));
    }
    put_double(p);
    put_double(dot);
    put_double(low);
    put_float(pf);
    put_float(dotf);
}

int main(int argc, char **argv)
{
    static const int mode[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static const char *const name[] = {"nearest", "up", "down", "zero"};

    verbose = argc == 4 && !strcmp(argv[3], "-v");
    if (argc != 3 && !verbose)
        return 2;
    state = strtoull(argv[1], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (long round = strtol(argv[2], NULL, 0); round > 0; round--) {
        for (int m = 0; m < 4; m++) {
            hash = UINT64_C(0xcbf29ce484222325);
            fesetround(FE_TONEAREST);
            fill();
            fesetround(mode[m]);
            signs();
            chains();
            printf("%ld %s %016" PRIx64 "\n", round, name[m], hash);
        }
    }
    return 0;
}
