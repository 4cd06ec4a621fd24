/* sort: quicksort of n^3 random numbers, uint32.
 *
 * Hoare's partition around the median of three, insertion sort for parts of 16 and less, the
 * larger part kept for later on a small stack.  Every level of the recursion streams through
 * its part from both ends; once a part fits a cache it stays there.  The comparisons with
 * the pivot are branches that go either way.
 *
 * The result has to ascend, and the sum of the numbers and the sum of their squares have to
 * be those of the input. */
#include "rt.h"

enum { SMALL = 16, DEPTH = 64 };

const char rt_name[] = "sort";

static inline void swap(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;
    *a = *b;
    *b = t;
}

static inline void insertion(uint32_t *a, long lo, long hi)
{
    for (long i = lo + 1; i <= hi; i++) {
        uint32_t x = a[i];
        long j = i;
        for (; j > lo && a[j - 1] > x; j--)
            a[j] = a[j - 1];
        a[j] = x;
    }
}

/* Moves small ones to the left: afterwards a[lo .. j] <= pivot <= a[j + 1 .. hi]. */
static inline long partition(uint32_t *a, long lo, long hi)
{
    long mid = lo + (hi - lo) / 2, i = lo - 1, j = hi + 1;
    if (a[mid] < a[lo])
        swap(&a[mid], &a[lo]);
    if (a[hi] < a[lo])
        swap(&a[hi], &a[lo]);
    if (a[hi] < a[mid])
        swap(&a[hi], &a[mid]);
    uint32_t pivot = a[mid];
    for (;;) {
        do
            i++;
        while (a[i] < pivot);
        do
            j--;
        while (a[j] > pivot);
        if (i >= j)
            return j;
        swap(&a[i], &a[j]);
    }
}

RT_KERNEL kernel(uint32_t *a, long count)
{
    long later[DEPTH][2], depth = 0, lo = 0, hi = count - 1;
    for (;;) {
        while (hi - lo >= SMALL) {
            long j = partition(a, lo, hi);
            long left = j - lo < hi - j - 1; /* the left part is the smaller one */
            later[depth][0] = left ? j + 1 : lo;
            later[depth++][1] = left ? hi : j;
            if (left)
                hi = j;
            else
                lo = j + 1;
        }
        insertion(a, lo, hi);
        if (depth == 0)
            return;
        lo = later[--depth][0];
        hi = later[depth][1];
    }
}

int problem(long n)
{
    uint32_t *a = rt_array(n, 3, sizeof *a);
    long count = n * n * n;
    uint64_t state = 18, sum = 0, squares = 0, checksum = 0;
    for (long i = 0; i < count; i++) {
        a[i] = (uint32_t)rt_random(&state);
        sum += a[i];
        squares += (uint64_t)a[i] * a[i];
    }
    rt_roi_begin();
    kernel(a, count);
    rt_roi_end();
    for (long i = 0; i < count; i++) {
        if (i > 0 && a[i - 1] > a[i])
            return rt_wrong("order", i);
        sum -= a[i];
        squares -= (uint64_t)a[i] * a[i];
    }
    if (sum != 0 || squares != 0)
        return rt_wrong("sum of the numbers", 0);
    for (long i = 0; i < n * n; i++)
        checksum = rt_mix(checksum, a[i * n]);
    rt_checksum(n, checksum);
    return 0;
}
