/* 128-bit integers and long double, which is software on AArch64. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

typedef unsigned __int128 u128;
typedef __int128 i128;

static void print(u128 v)
{
    char text[48];
    int n = 47;

    text[n] = 0;
    do {
        text[--n] = (char)('0' + (int)(v % 10));
        v /= 10;
    } while (v != 0);
    puts(text + n);
}

int main(void)
{
    u128 f = 1;
    i128 s = -1;

    for (int i = 1; i <= 34; i++) {
        f *= (unsigned)i;
        s = s * 3 - i;
        if (i % 5 == 0) {
            print(f);
            print(f / 12345678901234567u);
            print(f % ((u128)1 << 70 | 12345));
            printf("%lld %lld\n", (long long)(s >> 30), (long long)(s / 1000003));
        }
    }
    printf("%.10g %.10g\n", (double)f, (double)s);
    long double x = 1.0L / 3, y = 1;
    for (int i = 0; i < 40; i++)
        y = y * x + (long double)i / 7;
    printf("%.30Lg %.30Lg %La\n", x, y, x);
    printf("%.25Lg %.25Lg %.25Lg\n", sqrtl(2), expl(1), logl(10));
    printf("%d %d %lld %.20Lg\n", x < y, x == x, (long long)(y * 1e6L), (long double)UINT64_MAX);
    return 0;
}
