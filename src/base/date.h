/* Points in time as ISO 8601 has them. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdint.h>

enum { DATE_SIZE = 21 }; /* "2026-11-22T18:30:00Z" and the NUL */

/* "2026-11-22", "2026-11-22T18:30:00", with "Z", "+02:00" or "+0200" behind it, or a blank
 * instead of the "T" (as git log --format=%ci prints it): seconds since 1970 in UTC.  Without a
 * zone it is UTC.  0, or ERR_CONFIG for anything else. */
int date_parse(const char *text, int64_t *seconds);
/* In UTC; returns `text`. */
char *date_format(char text[DATE_SIZE], int64_t seconds);

#endif
