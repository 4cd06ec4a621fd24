/* malloc, realloc and free of all sizes: the heap grows, mappings move and shrink. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;

static size_t noise(size_t range)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % range;
}

int main(void)
{
    enum { SLOTS = 500 };
    static unsigned char *slot[SLOTS];
    static size_t size[SLOTS];
    unsigned long sum = 0, wrong = 0;

    for (int round = 0; round < 40000; round++) {
        size_t i = noise(SLOTS), n = 1 + noise(round % 100 == 0 ? 600000 : 3000);
        for (size_t k = 0; k < size[i]; k += 511)
            wrong += slot[i][k] != (unsigned char)(i + k);
        if (noise(3) == 0) {
            free(slot[i]);
            slot[i] = NULL;
            size[i] = 0;
            continue;
        }
        slot[i] = realloc(slot[i], n);
        if (slot[i] == NULL)
            return 1;
        size[i] = n;
        for (size_t k = 0; k < n; k++)
            slot[i][k] = (unsigned char)(i + k);
        sum += n;
    }
    unsigned char *big = NULL;
    for (size_t n = 1 << 16; n <= (size_t)64 << 20; n *= 2) {
        big = realloc(big, n);
        if (big == NULL)
            return 1;
        big[n - 1] = (unsigned char)(n >> 16);
        sum += big[n / 2 - 1];
    }
    big = realloc(big, 1 << 20);
    void *aligned = NULL;
    if (posix_memalign(&aligned, 4096, 10000) != 0 || (uintptr_t)aligned % 4096 != 0)
        return 2;
    char *zero = calloc(1000, 1000);
    for (size_t k = 0; k < 1000000; k++)
        wrong += zero[k] != 0;
    free(zero);
    free(aligned);
    free(big);
    printf("%lu bytes asked for, %lu wrong; an absurd size %s\n", sum, wrong,
           malloc(SIZE_MAX / 2) == NULL ? "is refused" : "is given");
    return wrong != 0;
}
