/* Printed and parsed floating-point numbers: shortest and longest, subnormal, hexadecimal. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    static const double v[] = {0.1, -0.0, 1e-310, DBL_MAX, DBL_MIN, 5e-324, 123456.789, 1.0 / 3,
                               INFINITY, -INFINITY, 2.5, 3.5, 1e22, 1e23, 9007199254740993.0};

    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        printf("%g %.17g %e %.3f %a %10.4g|%-12.2e|%+.0f\n", v[i], v[i], v[i], v[i], v[i], v[i],
               v[i], v[i]);
    for (int i = -20; i <= 20; i++)
        printf("%.15g %.15g %.15g %.15g\n", pow(1.7, i), exp(i / 3.0), sin(i), atan2(i, 3));
    static const char *const text[] = {"1e400", "0x1.8p-1074", "  -12.5e3tail", "nan", ".5",
                                       "2.2250738585072011e-308", "179769313486231580793e289"};
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
        char *end;
        double d = strtod(text[i], &end);
        printf("%s -> %.17g, rest '%s'\n", text[i], d, end);
    }
    float sum = 0;
    for (int i = 1; i <= 100000; i++)
        sum += 1.0f / (float)i;
    printf("%.9g %d %ld %lu\n", sum, (int)-2.9, lrint(2.5), (unsigned long)1e19);
    return 3;
}
