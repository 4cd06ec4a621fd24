/* Deep and branching recursion; queens, Ackermann and Hanoi. */
#include <stdio.h>

static unsigned long ackermann(unsigned long m, unsigned long n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static unsigned queens(unsigned all, unsigned columns, unsigned left, unsigned right)
{
    unsigned found = 0;

    if (columns == all)
        return 1;
    for (unsigned free = all & ~(columns | left | right); free != 0; free &= free - 1) {
        unsigned bit = free & -free;
        found += queens(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return found;
}

static unsigned hanoi(int n, int from, int to)
{
    return n == 0 ? 0 : hanoi(n - 1, from, 6 - from - to) + 1 + hanoi(n - 1, 6 - from - to, to);
}

static int depth(volatile char *above, int n)
{
    volatile char frame[100];

    frame[0] = (char)(above[0] + 1);
    return n == 0 ? frame[0] : depth(frame, n - 1) + (frame[0] & 1);
}

int main(void)
{
    volatile char start[1] = {0};

    printf("%lu %u %u %d\n", ackermann(2, 300), queens(255, 0, 0, 0), hanoi(16, 1, 3),
           depth(start, 30000));
    return 0;
}
