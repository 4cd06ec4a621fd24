/* Standard input: numbers and words, and its end. */
#include <stdio.h>

int main(void)
{
    int n = 0, value;
    long sum = 0;
    char word[32];

    while (scanf("%d", &value) == 1) {
        n++;
        sum += value;
    }
    int got = scanf("%31s", word);
    printf("%d numbers, sum %ld, then %d '%s', end %d\n", n, sum, got, got == 1 ? word : "",
           getchar() == '\n' && getchar() == EOF && feof(stdin));
    fprintf(stderr, "a word on standard error\n");
    return n;
}
