#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"

int analysis_warn(struct analysis_warnings *w, const char *code, const char *format, ...)
{
    struct analysis_warning *item = realloc(w->item, (w->count + 1) * sizeof *item);
    if (item == NULL)
        return ERR_NOMEM;
    w->item = item;
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    item[w->count].code = code;
    item[w->count].text = str_detach(&text);
    if (item[w->count].text == NULL)
        return ERR_NOMEM;
    w->count++;
    return 0;
}

bool analysis_warned(const struct analysis_warnings *w, const char *code)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, code) == 0)
            return true;
    return false;
}

void analysis_warnings_release(struct analysis_warnings *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->item[i].text);
    free(w->item);
    *w = (struct analysis_warnings){0};
}

void analysis_format(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vsnprintf(buffer, size, format, args) < 0)
        buffer[0] = '\0';
    va_end(args);
}
