#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *format, ...)
{
    if (err != NULL && err->code == 0) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        err->code = code;
    }
    return code;
}

int err_set_errno(struct err *err, int code, int number, const char *format, ...)
{
    if (err != NULL && err->code == 0) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        char buffer[128];
        size_t len = strlen(err->text);
        snprintf(err->text + len, sizeof(err->text) - len, ": %s",
                 strerror_r(number, buffer, sizeof(buffer)));
        err->code = code;
    }
    return code;
}

void err_prefix(struct err *err, const char *format, ...)
{
    if (err == NULL || err->code == 0)
        return;
    char old[sizeof(err->text)];
    memcpy(old, err->text, sizeof(old));
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    size_t len = strlen(err->text);
    size_t room = sizeof(err->text) - len - 1;
    size_t take = strnlen(old, sizeof(old) - 1);
    if (take > room)
        take = room;
    memcpy(err->text + len, old, take);
    err->text[len + take] = '\0';
}

void err_clear(struct err *err)
{
    err->code = 0;
    err->text[0] = '\0';
}

static const struct {
    int code, status;
    const char *text;
} map[] = {{0, 0, "success"},
#define X(name, value, status, text) {name, status, text},
           ERR_MAP(X)
#undef X
};

enum { MAP_COUNT = sizeof(map) / sizeof(map[0]) };

const char *err_text(int code)
{
    for (int i = 0; i < MAP_COUNT; i++)
        if (map[i].code == code)
            return map[i].text;
    return "unknown error";
}

int err_exit_status(int code)
{
    for (int i = 0; i < MAP_COUNT; i++)
        if (map[i].code == code)
            return map[i].status;
    return err_exit_status(ERR_INTERNAL);
}
