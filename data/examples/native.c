/* The product of two n x n matrices on the processor at hand, for native.yaml:
 * cc -O2 -o native native.c */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    double *a = calloc(3 * n * n + 1, sizeof *a), *b = a + n * n, *c = b + n * n, sum = 0;
    if (n == 0 || a == NULL) {
        fprintf(stderr, "usage: native N\n");
        return 2;
    }
    for (size_t i = 0; i < n * n; i++) {
        a[i] = (double)(i % 7);
        b[i] = (double)(i % 5);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
    for (size_t i = 0; i < n * n; i++)
        sum += c[i];
    printf("%.17g\n", sum);
    free(a);
    return 0;
}
