#include "config.h"

#include "report/template.h"

#include <string.h>

static int line_at(const char *text, const char *p)
{
    int line = 1;
    for (; text < p; text++)
        line += *text == '\n';
    return line;
}

int template_fill(struct str *out, const char *file, const char *text,
                  const struct template_value *values, size_t n, struct err *err)
{
    for (const char *p = text;;) {
        const char *open = strstr(p, "{{");
        if (open == NULL) {
            str_add(out, p);
            return 0;
        }
        str_add_mem(out, p, (size_t)(open - p));
        const char *name = open + 2, *close = strstr(name, "}}");
        if (close == NULL || memchr(name, '\n', (size_t)(close - name)) != NULL)
            return err_set(err, ERR_CONFIG, "'%s':%d: '{{' without '}}'", file,
                           line_at(text, open));
        size_t len = (size_t)(close - name), i = 0;
        while (i < n &&
               (strlen(values[i].name) != len || memcmp(values[i].name, name, len) != 0))
            i++;
        if (i == n)
            return err_set(err, ERR_CONFIG, "'%s':%d: unknown placeholder '%.*s'", file,
                           line_at(text, open), (int)len, name);
        str_add(out, values[i].text);
        p = close + 2;
    }
}
