#include "config.h"

#include "base/json.h"

#include <errno.h>
#include <math.h>

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_interval(double lower, double upper)
{
    return json_pack("[o, o]", json_number(lower), json_number(upper));
}

int json_write(const json_t *value, FILE *out, struct err *err)
{
    size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY;
    if (value == NULL)
        return err_set(err, ERR_NOMEM, "out of memory while making JSON");
    errno = 0;
    if (json_dumpf(value, out, flags) != 0 || fputc('\n', out) == EOF) {
        if (ferror(out))
            return err_set_errno(err, ERR_IO, errno, "cannot write JSON");
        return err_set(err, ERR_NOMEM, "out of memory while writing JSON");
    }
    return 0;
}

void json_library(char *text, size_t size)
{
#if JANSSON_VERSION_HEX >= 0x020d00
    snprintf(text, size, "jansson %s", jansson_version_str());
#else
    snprintf(text, size, "jansson %s", JANSSON_VERSION);
#endif
}
