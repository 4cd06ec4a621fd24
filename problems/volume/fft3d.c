/* fft3d: the discrete Fourier transform of an n x n x n grid of complex floats, in place.
 *
 * One-dimensional transforms along x, y and z, eight neighbouring lines at a time, copied
 * into a buffer and back, as NPB's FT does.  Eight cells of y and z lines are one cache line
 * of 64 bytes, met with a stride of n * 8 or n^2 * 8 bytes, which for a power of two is a few
 * sets of every cache.  The buffer keeps real and imaginary parts apart, a lane a line, so
 * that the vector unit works on lines side by side and none is shuffled within.  The
 * transform itself is Stockham's, radix 2 while it divides and any odd factor after that,
 * from buffer to buffer: 128 n bytes in all.
 *
 * The input is two plane waves of amplitude 1 and 2 and two single points of 8 n: the waves
 * become single points of n^3 and 2 n^3, and the points waves.  A random sample of n^2 modes
 * is compared with that, within 1e-6 of a peak, elsewhere within 1e-6 of 2 n^2.5: the
 * rounding errors of a peak's line before its last transform spread over that line.  The
 * energy (Parseval) is compared within 1e-5.  Built without contraction, so that the bits are
 * the same everywhere. */
#include "rt.h"
#include "circle.h"

enum { LANES = 8, POINT = 8 };

struct cell {
    float re, im;
};

const char rt_name[] = "fft3d";

/* The cells at one place of LANES lines. */
struct lanes {
    float re[LANES], im[LANES];
};

/* sum = a + b and product = (a - b) * root, each lane for itself. */
static inline void butterfly(const struct lanes *restrict a, const struct lanes *restrict b,
                             struct cell root, struct lanes *restrict sum,
                             struct lanes *restrict product)
{
    for (int k = 0; k < LANES; k++) {
        float re = a->re[k] - b->re[k], im = a->im[k] - b->im[k];
        sum->re[k] = a->re[k] + b->re[k];
        sum->im[k] = a->im[k] + b->im[k];
        product->re[k] = re * root.re - im * root.im;
        product->im[k] = re * root.im + im * root.re;
    }
}

/* sum += a * root */
static inline void add_times(struct lanes *restrict sum, const struct lanes *restrict a,
                             struct cell root)
{
    for (int k = 0; k < LANES; k++) {
        sum->re[k] += a->re[k] * root.re - a->im[k] * root.im;
        sum->im[k] += a->re[k] * root.im + a->im[k] * root.re;
    }
}

/* One pass: `done` transforms of length `left` become done * radix of length left / radix.
 * root[k] is exp(-2 pi i k / n). */
static void pass2(long done, long half, const struct cell *root, const struct lanes *from,
                  struct lanes *to)
{
    for (long p = 0; p < half; p++)
        for (long q = 0; q < done; q++)
            butterfly(&from[q + done * p], &from[q + done * (p + half)], root[done * p],
                      &to[q + done * 2 * p], &to[q + done * (2 * p + 1)]);
}

static void pass_any(long done, long radix, long rest, const struct cell *root,
                     const struct lanes *from, struct lanes *to)
{
    long n = done * radix * rest;
    for (long p = 0; p < rest; p++)
        for (long q = 0; q < done; q++)
            for (long k = 0; k < radix; k++) {
                struct lanes sum = from[q + done * p];
                struct lanes *turned = &to[q + done * (radix * p + k)];
                for (long j = 1; j < radix; j++)
                    add_times(&sum, &from[q + done * (p + rest * j)],
                              root[n / radix * (j * k % radix)]);
                *turned = (struct lanes){0};
                add_times(turned, &sum, root[done * p * k]);
            }
}

/* The transforms of the lines in `line`; the results are where the return value says, line
 * or spare. */
static struct lanes *transform(long n, const struct cell *root, struct lanes *line,
                               struct lanes *spare)
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
        struct lanes *swap = line;
        line = spare;
        spare = swap;
    }
    return line;
}

/* `width` lines, `apart` cells from one another, whose cells are `stride` apart. */
static inline void transform_lines(long n, long width, long apart, long stride, struct cell *a,
                                   const struct cell *root, struct lanes *buffer)
{
    for (long i = 0; i < n; i++)
        for (long b = 0; b < width; b++) {
            buffer[i].re[b] = a[i * stride + b * apart].re;
            buffer[i].im[b] = a[i * stride + b * apart].im;
        }
    const struct lanes *result = transform(n, root, buffer, buffer + n);
    for (long i = 0; i < n; i++)
        for (long b = 0; b < width; b++)
            a[i * stride + b * apart] = (struct cell){result[i].re[b], result[i].im[b]};
}

/* `count` lines, full blocks with a width that the compiler knows. */
static inline void transform_all(long n, long count, long apart, long stride, struct cell *a,
                                 const struct cell *root, struct lanes *buffer)
{
    long at = 0;
    for (; at + LANES <= count; at += LANES)
        transform_lines(n, LANES, apart, stride, a + at * apart, root, buffer);
    if (at < count)
        transform_lines(n, count - at, apart, stride, a + at * apart, root, buffer);
}

RT_KERNEL kernel(long n, struct cell *a, const struct cell *root, struct lanes *buffer)
{
    transform_all(n, n * n, n, 1, a, root, buffer);
    for (long z = 0; z < n; z++)
        transform_all(n, n, 1, n, a + z * n * n, root, buffer);
    for (long y = 0; y < n; y++)
        transform_all(n, n, 1, n * n, a + y * n, root, buffer);
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

/* Fills the grid and returns its energy. */
static double fill(long n, struct cell *a, const struct cell *root)
{
    double energy = 0;
    for (long z = 0, i = 0; z < n; z++)
        for (long y = 0; y < n; y++)
            for (long x = 0; x < n; x++, i++) {
                struct cell one = root[phase(n, 0, z, y, x)], two = root[phase(n, 1, z, y, x)];
                a[i] = (struct cell){one.re + 2 * two.re, -one.im - 2 * two.im};
                for (int which = 2; which < 4; which++)
                    a[i].re += is_at(n, which, z, y, x) ? (float)(POINT * n) : 0;
                energy += (double)a[i].re * (double)a[i].re + (double)a[i].im * (double)a[i].im;
            }
    return energy;
}

int problem(long n)
{
    struct cell *a = rt_array(n, 3, sizeof *a);
    struct cell *root = rt_array(n, 1, sizeof *root);
    struct lanes *buffer = rt_array(n, 1, 2 * sizeof *buffer);
    for (long i = 0; i < n; i++) {
        double cosine, sine;
        circle_point(i, n, &cosine, &sine);
        root[i] = (struct cell){(float)cosine, (float)-sine};
    }
    double energy = fill(n, a, root);
    rt_roi_begin();
    kernel(n, a, root, buffer);
    rt_roi_end();
    return check(n, a, root, energy);
}
