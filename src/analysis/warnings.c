#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"

int analysis_warnv(struct analysis_warnings *w, const char *code, const char *format,
                   va_list args)
{
    struct analysis_warning *item = realloc(w->item, (w->count + 1) * sizeof *item);
    if (item == NULL)
        return ERR_NOMEM;
    w->item = item;
    item[w->count].code = code;
    item[w->count].text = str_formatv(format, args);
    if (item[w->count].text == NULL)
        return ERR_NOMEM;
    w->count++;
    return 0;
}

int analysis_warn(struct analysis_warnings *w, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int status = analysis_warnv(w, code, format, args);
    va_end(args);
    return status;
}

bool analysis_warned(const struct analysis_warnings *w, const char *code)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, code) == 0)
            return true;
    return false;
}

void analysis_unwarn(struct analysis_warnings *w, const char *code)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, code) == 0)
            free(w->item[i].text);
        else
            w->item[kept++] = w->item[i];
    w->count = kept;
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
