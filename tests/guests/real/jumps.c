/* setjmp and longjmp out of deep calls, with callee-saved registers and vectors alive. */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf place;
static double scale = 1.5;

static void dive(int depth, double x)
{
    if (depth == 0)
        longjmp(place, (int)x);
    dive(depth - 1, x * scale + 1);
    printf("never printed\n");
}

int main(void)
{
    volatile int rounds = 0;
    double kept = 0.1, more = 0.2;

    for (int i = 1; i <= 5; i++) {
        kept += scale;
        more *= 3;
        int code = setjmp(place);
        if (code == 0)
            dive(i * 3, i);
        rounds += code;
        printf("%d: %d %g %g\n", i, code, kept, more);
    }
    printf("%d\n", rounds);
    return rounds & 127;
}
