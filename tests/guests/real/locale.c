/* Wide characters and UTF-8 in the C.UTF-8 locale. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

int main(void)
{
    printf("%s\n", setlocale(LC_ALL, "C.UTF-8") ? setlocale(LC_ALL, NULL) : "none");
    const char *text = "Gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80";
    wchar_t wide[32];
    size_t n = mbstowcs(wide, text, 32);
    if (n > 32)
        n = 0; /* the C locale knows no such bytes */
    printf("%zu of %zu:", n, strlen(text));
    for (size_t i = 0; i < n; i++)
        printf(" %x%s", (unsigned)wide[i], iswalpha((wint_t)wide[i]) ? "a" : "");
    printf("\n%ls|%5lc|\n", wide, (wint_t)0xe9);
    wchar_t line[64];
    swprintf(line, 64, L"%d %ls %.2f", 7, L"sieben", 7.25);
    char bytes[64];
    printf("%zu %s %d\n", wcstombs(bytes, line, sizeof(bytes)), bytes, wcscmp(L"abc", L"abd"));
    printf("%ld %lc\n", wcstol(L"-77", NULL, 8), towupper(0xe4));
    printf("%d\n", (int)mblen("\xff", 1));
    return 0;
}
