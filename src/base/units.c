#include "config.h"

#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct unit {
    const char *name;
    double factor;
};

static const struct unit hertz_units[] = {
    {"", 1}, {"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}, {NULL, 0},
};

static const struct unit second_units[] = {
    {"", 1},     {"s", 1},    {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9},
    {"min", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0},
};

static const struct unit double_units[] = {{"", 1}, {NULL, 0}};

static const struct unit rate_units[] = {
    {"B/s", 1},
    {"kB/s", 1e3},
    {"MB/s", 1e6},
    {"GB/s", 1e9},
    {"TB/s", 1e12},
    {"KiB/s", 1024.0},
    {"MiB/s", 1048576.0},
    {"GiB/s", 1073741824.0},
    {"TiB/s", 1099511627776.0},
    {NULL, 0},
};

static const struct {
    const char *name;
    uint64_t factor;
} byte_units[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", UINT64_C(1000000000000)},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
};

enum { BYTE_UNITS = sizeof(byte_units) / sizeof(byte_units[0]) };

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

/* Whether `rest`, without blanks around it, is `name`. */
static int is_unit(const char *rest, const char *name)
{
    rest = skip_blanks(rest);
    size_t len = strlen(name);
    return strncmp(rest, name, len) == 0 && *skip_blanks(rest + len) == '\0';
}

/* A decimal number at the start of `text`.  strtod alone would also take hexadecimal,
 * "inf" and "nan". */
static int parse_number(const char *text, double *value, const char **end)
{
    text = skip_blanks(text);
    const char *p = text;
    if (*p == '+' || *p == '-')
        p++;
    if (!isdigit((unsigned char)p[0]) && !(p[0] == '.' && isdigit((unsigned char)p[1])))
        return ERR_CONFIG;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return ERR_CONFIG;
    char *after;
    errno = 0;
    double number = strtod(text, &after);
    if (!isfinite(number) || (errno == ERANGE && number == 0))
        return ERR_CONFIG;
    *value = number;
    *end = after;
    return 0;
}

static int parse_with(const char *text, const struct unit *units, double *value)
{
    double number;
    const char *rest;
    if (parse_number(text, &number, &rest) != 0)
        return ERR_CONFIG;
    for (; units->name != NULL; units++)
        if (is_unit(rest, units->name)) {
            double scaled = number * units->factor;
            if (!isfinite(scaled))
                return ERR_CONFIG;
            *value = scaled;
            return 0;
        }
    return ERR_CONFIG;
}

static int parse_not_negative(const char *text, const struct unit *units, double *value)
{
    double number;
    if (parse_with(text, units, &number) != 0 || number < 0)
        return ERR_CONFIG;
    *value = number;
    return 0;
}

/* Digits at the start of `text` as an integer; exact up to 2^64 - 1. */
static int parse_digits(const char *text, uint64_t *value, const char **end)
{
    text = skip_blanks(text);
    if (!isdigit((unsigned char)*text))
        return ERR_CONFIG;
    char *after;
    errno = 0;
    unsigned long long number = strtoull(text, &after, 10);
    if (errno == ERANGE || number > UINT64_MAX)
        return ERR_CONFIG;
    *value = (uint64_t)number;
    *end = after;
    return 0;
}

int units_parse_bytes(const char *text, uint64_t *bytes)
{
    uint64_t whole;
    double number;
    const char *rest;
    if (parse_digits(text, &whole, &rest) == 0)
        for (size_t i = 0; i < BYTE_UNITS; i++)
            if (is_unit(rest, byte_units[i].name))
                return __builtin_mul_overflow(whole, byte_units[i].factor, bytes) ? ERR_CONFIG
                                                                                  : 0;
    /* "1.5MiB", "1e6": fine as long as it comes to whole bytes that a double holds exactly. */
    if (parse_number(text, &number, &rest) != 0 || number < 0)
        return ERR_CONFIG;
    for (size_t i = 0; i < BYTE_UNITS; i++)
        if (is_unit(rest, byte_units[i].name)) {
            double scaled = number * (double)byte_units[i].factor;
            if (!(scaled <= 9007199254740992.0) || scaled != floor(scaled))
                return ERR_CONFIG;
            *bytes = (uint64_t)scaled;
            return 0;
        }
    return ERR_CONFIG;
}

int units_parse_hertz(const char *text, double *hertz)
{
    double value;
    if (parse_not_negative(text, hertz_units, &value) != 0 || value == 0)
        return ERR_CONFIG;
    *hertz = value;
    return 0;
}

int units_parse_seconds(const char *text, double *seconds)
{
    return parse_not_negative(text, second_units, seconds);
}

int units_parse_fraction(const char *text, double *fraction)
{
    double number;
    const char *rest;
    if (parse_number(text, &number, &rest) != 0 || number < 0)
        return ERR_CONFIG;
    /* Division rounds correctly where a product with 0.01 need not: 7% is 0.07. */
    if (is_unit(rest, "%"))
        *fraction = number / 100;
    else if (is_unit(rest, ""))
        *fraction = number;
    else
        return ERR_CONFIG;
    return 0;
}

int units_parse_rate(const char *text, double *bytes_per_second)
{
    return parse_not_negative(text, rate_units, bytes_per_second);
}

int units_parse_double(const char *text, double *value)
{
    return parse_with(text, double_units, value);
}

int units_parse_uint64(const char *text, uint64_t *value)
{
    uint64_t number;
    const char *rest;
    if (parse_digits(text, &number, &rest) != 0 || !is_unit(rest, ""))
        return ERR_CONFIG;
    *value = number;
    return 0;
}

char *units_format_bytes(char *buffer, size_t size, uint64_t bytes)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    size_t i = 0;
    /* 1023.95 would be shown as 1024 of the smaller unit. */
    while (value >= (i == 0 ? 1024 : 1023.95) && i + 1 < sizeof(names) / sizeof(names[0])) {
        value /= 1024;
        i++;
    }
    snprintf(buffer, size, "%.4g %s", value, names[i]);
    return buffer;
}

char *units_format_count(char *buffer, size_t size, double count)
{
    static const char *const names[] = {"", " k", " M", " G", " T", " P", " E"};
    if (!isfinite(count)) {
        snprintf(buffer, size, "-");
        return buffer;
    }
    size_t i = 0;
    while (fabs(count) >= 999.95 && i + 1 < sizeof(names) / sizeof(names[0])) {
        count /= 1000;
        i++;
    }
    snprintf(buffer, size, "%.4g%s", count, names[i]);
    return buffer;
}

char *units_format_seconds(char *buffer, size_t size, double seconds)
{
    if (!isfinite(seconds))
        snprintf(buffer, size, "-");
    else if (seconds < 0.9995e-6)
        snprintf(buffer, size, "%.3g ns", seconds * 1e9);
    else if (seconds < 0.9995e-3)
        snprintf(buffer, size, "%.3g us", seconds * 1e6);
    else if (seconds < 0.9995)
        snprintf(buffer, size, "%.3g ms", seconds * 1e3);
    else if (seconds < 59.95)
        snprintf(buffer, size, "%.3g s", seconds);
    else {
        double whole = floor(seconds + 0.5);
        double minutes = floor(whole / 60), hours = floor(minutes / 60);
        if (hours >= 1)
            snprintf(buffer, size, "%.0f h %.0f min", hours, minutes - hours * 60);
        else
            snprintf(buffer, size, "%.0f min %.0f s", minutes, whole - minutes * 60);
    }
    return buffer;
}

char *units_format_prefixed(char *buffer, size_t size, double value, const char *unit)
{
    static const struct {
        double factor;
        const char *prefix;
    } steps[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"},
                 {1, ""},     {1e-3, "m"}, {1e-6, "µ"}, {1e-9, "n"}};
    enum { N = sizeof(steps) / sizeof(steps[0]) };
    if (!isfinite(value)) {
        snprintf(buffer, size, "-");
        return buffer;
    }
    size_t i = 0;
    /* 999.96 would be shown as 1000 of the smaller unit. */
    while (value != 0 && i + 1 < N && fabs(value) < 0.99995 * steps[i].factor)
        i++;
    if (value == 0)
        snprintf(buffer, size, "0 %s", unit);
    else
        snprintf(buffer, size, "%.4g %s%s", value / steps[i].factor, steps[i].prefix, unit);
    return buffer;
}
