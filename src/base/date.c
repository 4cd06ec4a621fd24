#include "config.h"

#include "base/date.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"

/* `n` digits as a number from `least` to `most`; the rest of the text, or NULL. */
static const char *digits(const char *at, int n, int least, int most, int *value)
{
    *value = 0;
    for (int i = 0; at != NULL && i < n; i++) {
        if (at[i] < '0' || at[i] > '9')
            return NULL;
        *value = 10 * *value + (at[i] - '0');
    }
    return at != NULL && *value >= least && *value <= most ? at + n : NULL;
}

static const char *expect(const char *at, char c)
{
    return at != NULL && *at == c ? at + 1 : NULL;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* "Z", "+02:00" or "+0200" as seconds east of Greenwich. */
static const char *zone(const char *at, int *offset)
{
    int hours = 0, minutes = 0;
    bool west = at != NULL && *at == '-';
    *offset = 0;
    if (at == NULL || *at == '\0' || strcmp(at, "Z") == 0)
        return at != NULL ? at + strlen(at) : NULL;
    if (*at != '+' && *at != '-')
        return NULL;
    at = digits(at + 1, 2, 0, 23, &hours);
    if (at != NULL && *at == ':')
        at++;
    at = digits(at, 2, 0, 59, &minutes);
    *offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return at;
}

int date_parse(const char *text, int64_t *seconds)
{
    struct tm tm = {0};
    int year, month, day, offset = 0;
    const char *at = digits(text, 4, 1970, 9999, &year);
    at = digits(expect(at, '-'), 2, 1, 12, &month);
    at = digits(expect(at, '-'), 2, 1, 31, &day);
    if (at == NULL || day > days_in(year, month))
        return ERR_CONFIG;
    if (*at != '\0') {
        at = *at == ' ' || *at == 'T' ? at + 1 : NULL;
        at = digits(at, 2, 0, 23, &tm.tm_hour);
        at = digits(expect(at, ':'), 2, 0, 59, &tm.tm_min);
        at = digits(expect(at, ':'), 2, 0, 60, &tm.tm_sec);
        if (at != NULL && *at == ' ')
            at++;
        at = zone(at, &offset);
    }
    if (at == NULL || *at != '\0')
        return ERR_CONFIG;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    *seconds = (int64_t)timegm(&tm) - offset;
    return 0;
}

char *date_format(char text[DATE_SIZE], int64_t seconds)
{
    struct tm tm;
    time_t when = (time_t)seconds;
    gmtime_r(&when, &tm);
    if (strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        text[0] = '\0';
    return text;
}
