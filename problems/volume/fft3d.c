/* fft3d: the discrete Fourier transform of an n x n x n grid of complex floats, in place.
 *
 * One-dimensional transforms along x, y and z.  Those along y and z copy eight lines at a
 * time, one cache line wide, into a buffer and back, as NPB's FT does: every eighth-line
 * block is touched twice with a stride of n * 8 or n^2 * 8 bytes, which for a power of two
 * is a few sets of every cache.  The transform itself is Stockham's, radix 2 while it
 * divides and any odd factor after that, from buffer to buffer.
 *
 * The input is two plane waves of amplitude 1 and 2 and two single points of 8 n: the waves
 * become single points of n^3 and 2 n^3, and the points waves.  A random sample of n^2 modes
 * is compared with that, within 1e-6 of a peak, elsewhere within 1e-6 of 2 n^2.5: the
 * rounding errors of a peak's line before its last transform spread over that line.  The
 * energy (Parseval) is compared within 1e-5.  Built without contraction, so that the bits are
 * the same everywhere. */
#include "rt.h"
#include "circle.h"

enum { BLOCK = 8, POINT = 8 };

struct cell {
    float re, im;
};

const char rt_name[] = "fft3d";

static inline struct cell times(struct cell a, struct cell b)
{
    return (struct cell){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline struct cell plus(struct cell a, struct cell b)
{
    return (struct cell){a.re + b.re, a.im + b.im};
}

static inline struct cell minus(struct cell a, struct cell b)
{
    return (struct cell){a.re - b.re, a.im - b.im};
}

/* One pass: `done` transforms of length `left` become done * radix of length left / radix.
 * root[k] is exp(-2 pi i k / n). */
static void pass2(long done, long half, const struct cell *root, const struct cell *from,
                  struct cell *to)
{
    for (long p = 0; p < half; p++)
        for (long q = 0; q < done; q++) {
            struct cell a = from[q + done * p], b = from[q + done * (p + half)];
            to[q + done * 2 * p] = plus(a, b);
            to[q + done * (2 * p + 1)] = times(minus(a, b), root[done * p]);
        }
}

static void pass_any(long done, long radix, long rest, const struct cell *root,
                     const struct cell *from, struct cell *to)
{
    long n = done * radix * rest;
    for (long p = 0; p < rest; p++)
        for (long q = 0; q < done; q++)
            for (long k = 0; k < radix; k++) {
                struct cell sum = from[q + done * p];
                for (long j = 1; j < radix; j++)
                    sum = plus(sum, times(from[q + done * (p + rest * j)],
                                          root[n / radix * (j * k % radix)]));
                to[q + done * (radix * p + k)] = times(sum, root[done * p * k]);
            }
}

/* The transform of `line`; the result is where the return value says, line or spare. */
static struct cell *transform(long n, const struct cell *root, struct cell *line,
                              struct cell *spare)
{
    for (long done = 1, left = n, radix = 2; left > 1;) {
        if (left % radix != 0) {
            radix += radix == 2 ? 1 : 2;
            continue;
        }
        left /= radix;
        if (radix == 2)
            pass2(done, left, root, line, spare);
        else
            pass_any(done, radix, left, root, line, spare);
        done *= radix;
        struct cell *swap = line;
        line = spare;
        spare = swap;
    }
    return line;
}

/* `width` neighbouring lines, whose cells are `stride` apart. */
static inline void transform_lines(long n, long width, long stride, struct cell *a,
                                   const struct cell *root, struct cell *buffer)
{
    struct cell *result[BLOCK];
    for (long i = 0; i < n; i++)
        for (long b = 0; b < width; b++)
            buffer[b * n + i] = a[i * stride + b];
    for (long b = 0; b < width; b++)
        result[b] = transform(n, root, buffer + b * n, buffer + (BLOCK + b) * n);
    for (long i = 0; i < n; i++)
        for (long b = 0; b < width; b++)
            a[i * stride + b] = result[b][i];
}

RT_KERNEL kernel(long n, struct cell *a, const struct cell *root, struct cell *buffer)
{
    for (long row = 0; row < n * n; row++) {
        struct cell *line = a + row * n, *result = transform(n, root, line, buffer);
        for (long i = 0; result != line && i < n; i++)
            line[i] = result[i];
    }
    for (long i = 0; i < n; i++)
        for (long x = 0; x < n; x += BLOCK) {
            long width = n - x < BLOCK ? n - x : BLOCK;
            transform_lines(n, width, n, a + i * n * n + x, root, buffer);
        }
    for (long i = 0; i < n; i++)
        for (long x = 0; x < n; x += BLOCK) {
            long width = n - x < BLOCK ? n - x : BLOCK;
            transform_lines(n, width, n * n, a + i * n + x, root, buffer);
        }
}

/* Where the waves peak and where the points stand; z, y, x, all below n. */
static const int place[4][3] = {{3, 1, 5}, {2, 7, 4}, {1, 6, 2}, {9, 3, 8}};

static inline long phase(long n, int which, long z, long y, long x)
{
    return (place[which][0] * z + place[which][1] * y + place[which][2] * x) % n;
}

static int is_at(long n, int which, long z, long y, long x)
{
    return z == place[which][0] % n && y == place[which][1] % n && x == place[which][2] % n;
}

static int check(long n, const struct cell *a, const struct cell *root, double energy)
{
    double got = 0, cells = (double)n * (double)n * (double)n, point = (double)(POINT * n);
    double line = 4 * cells * (double)n * (double)n + energy;
    uint64_t checksum = 0, state = 11;
    for (long i = 0; i < n * n * n; i++)
        got += (double)a[i].re * (double)a[i].re + (double)a[i].im * (double)a[i].im;
    double ratio = got / (energy * cells);
    if (!(ratio > 1 - 1e-5 && ratio < 1 + 1e-5))
        return rt_wrong("energy", 0);
    for (long i = 0; i < n * n + 4; i++) {
        long z = rt_random_below(&state, n), y = rt_random_below(&state, n);
        long x = rt_random_below(&state, n);
        if (i < 4)
            z = place[i][0] % n, y = place[i][1] % n, x = place[i][2] % n;
        double re = -(double)a[(z * n + y) * n + x].re, im = -(double)a[(z * n + y) * n + x].im;
        checksum = rt_mix(checksum, rt_double_bits(re) + rt_double_bits(im));
        double peak = 0;
        for (int which = 0; which < 2; which++)
            peak += is_at(n, which, z, y, x) ? cells * (which + 1) : 0;
        re += peak;
        for (int which = 2; which < 4; which++) {
            re += point * (double)root[phase(n, which, z, y, x)].re;
            im += point * (double)root[phase(n, which, z, y, x)].im;
        }
        if (!(re * re + im * im < 1e-12 * (peak * peak + line)))
            return rt_wrong("mode", (z * n + y) * n + x);
    }
    rt_checksum(n, checksum);
    return 0;
}

int problem(long n)
{
    struct cell *a = rt_array(n, 3, sizeof *a);
    struct cell *root = rt_array(n, 1, sizeof *root);
    struct cell *buffer = rt_array(n, 1, 2 * BLOCK * sizeof *buffer);
    double energy = 0;
    for (long i = 0; i < n; i++) {
        double cosine, sine;
        circle_point(i, n, &cosine, &sine);
        root[i] = (struct cell){(float)cosine, (float)-sine};
    }
    for (long z = 0, i = 0; z < n; z++)
        for (long y = 0; y < n; y++)
            for (long x = 0; x < n; x++, i++) {
                struct cell one = root[phase(n, 0, z, y, x)], two = root[phase(n, 1, z, y, x)];
                a[i] = (struct cell){one.re + 2 * two.re, -one.im - 2 * two.im};
                for (int which = 2; which < 4; which++)
                    a[i].re += is_at(n, which, z, y, x) ? (float)(POINT * n) : 0;
                energy += (double)a[i].re * (double)a[i].re + (double)a[i].im * (double)a[i].im;
            }
    rt_roi_begin();
    kernel(n, a, root, buffer);
    rt_roi_end();
    return check(n, a, root, energy);
}
