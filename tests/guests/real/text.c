/* The string functions of the C library, at all alignments and lengths. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long check(char *a, char *b, size_t at, size_t length)
{
    unsigned long sum = 0;

    for (size_t i = 0; i < length; i++)
        a[at + i] = (char)('a' + (i * 7 + length) % 26);
    a[at + length] = 0;
    memset(b, '#', 400);
    memcpy(b + at / 2, a + at, length + 1);
    sum = sum * 31 + strlen(b + at / 2);
    sum = sum * 31 + (strcmp(a + at, b + at / 2) == 0);
    sum = sum * 31 + (unsigned)(memchr(a + at, 'q', length) != NULL);
    char *last = strrchr(a + at, 'c');
    sum = sum * 31 + (last != NULL ? (unsigned long)(last - a) : 7);
    memmove(b + at / 2 + 3, b + at / 2, length);
    sum = sum * 31 + (unsigned char)b[at / 2 + 3 + length / 2];
    if (length > 0)
        b[at / 2 + 3 + length - 1] ^= 1;
    int order = memcmp(a + at, b + at / 2 + 3, length);
    sum = sum * 31 + (unsigned)((order > 0) - (order < 0) + 1);
    sum = sum * 31 + strspn(a + at, "abcdefghijklm") + strcspn(a + at, "xyz");
    sum = sum * 31 + strnlen(a + at, length / 2 + 1);
    return sum;
}

int main(void)
{
    static char a[512], b[512];
    unsigned long sum = 0;

    for (size_t at = 0; at < 40; at++)
        for (size_t length = 0; length < 150; length++)
            sum = sum * 1000003 + check(a, b, at, length);
    printf("%lu\n", sum);
    char line[] = "one two,three;;four  five";
    char *rest = NULL;
    for (char *word = strtok_r(line, " ,;", &rest); word; word = strtok_r(NULL, " ,;", &rest)) {
        for (char *p = word; *p; p++)
            *p = (char)toupper((unsigned char)*p);
        printf("%s ", word);
    }
    char *copy = strdup("a longer text that holds a needle in the haystack");
    printf("\n%s\n%s\n", strstr(copy, "needle"), strcasestr(copy, "HAY") ? "yes" : "no");
    printf("%ld %lu %s\n", strtol("-0x7fzz", NULL, 0), strtoul("18446744073709551615", NULL, 10),
           strerror(2));
    free(copy);
    return 0;
}
