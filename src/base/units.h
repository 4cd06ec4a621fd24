/* Numbers with units, as people write them in study and machine files. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* Each parser takes the whole of `text` (surrounding blanks allowed) and returns
 * 0, or ERR_CONFIG when it is anything else: empty, trailing text, out of range,
 * not finite. */

/* Bytes: "4096", "32KiB", "8MiB", "2GiB", "64kB" (powers of 1000), "64B". */
int units_parse_bytes(const char *text, uint64_t *bytes);
/* Hertz: "3.5GHz", "800MHz", "1e9". */
int units_parse_hertz(const char *text, double *hertz);
/* Seconds: "10s", "250ms", "5min", "2h", "100ns", plain number = seconds. */
int units_parse_seconds(const char *text, double *seconds);
/* Fraction: "2%" is 0.02, "0.02" is 0.02. */
int units_parse_fraction(const char *text, double *fraction);
/* Bytes per second: "100GB/s", "64GiB/s". */
int units_parse_rate(const char *text, double *bytes_per_second);
/* Plain numbers; the integer refuses signs, fractions and overflow. */
int units_parse_double(const char *text, double *value);
int units_parse_uint64(const char *text, uint64_t *value);

/* Text for people, written into `buffer` and returned: "8 MiB", "1.25 GB/s" is
 * not rounded beyond 4 significant digits. */
char *units_format_bytes(char *buffer, size_t size, uint64_t bytes);
char *units_format_count(char *buffer, size_t size, double count); /* "16.8 M" */
char *units_format_seconds(char *buffer, size_t size, double seconds); /* "1 min 20 s" */
/* With the prefix, n to T, that leaves one to three digits before the point: "3.5 GHz". */
char *units_format_prefixed(char *buffer, size_t size, double value, const char *unit);

#endif
