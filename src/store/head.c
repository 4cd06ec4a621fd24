#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/store_priv.h"

static const char SCHEMA[] = "rung-study";
enum { MAX_YAML = 4 << 20 }; /* as base/yaml.h */

static int write_yaml(hid_t file, const char *text)
{
    int rc = -1;
    char sum[HASH_TEXT_SIZE];
    hash_bytes(text, strlen(text), sum);
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), dataset = -1;
    H5Tset_size(type, strlen(text) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    if (store_h5_exists(file, "study_yaml") && H5Ldelete(file, "study_yaml", H5P_DEFAULT) < 0)
        goto out;
    dataset =
        H5Dcreate2(file, "study_yaml", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0)
        goto out;
    /* A scalar has no chunks, hence no checksum of HDF5's own. */
    rc = store_h5_write_text(dataset, "sha256", sum);
out:
    store_h5_close(dataset);
    store_h5_close(space);
    store_h5_close(type);
    return rc;
}

int store_head_write(hid_t file, const struct store_head *head, bool fresh)
{
    int rc = 0;
    if (fresh) {
        char now[32];
        time_t seconds = time(NULL);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm);
        rc |= store_h5_write_text(file, "schema", SCHEMA);
        rc |= store_h5_write_uint(file, "version", STORE_SCHEMA_VERSION);
        rc |= store_h5_write_text(file, "created", now);
        rc |= store_h5_write_text(file, "host", head->host);
    }
    rc |= store_h5_write_text(file, "study", head->study_name);
    rc |= store_h5_write_text(file, "tool_version", head->tool_version);
    rc |= store_h5_write_text(file, "tool_commit", head->tool_commit);
    const struct {
        const char *name, *text;
    } built[] = {{"tool_hash", head->tool_hash},
                 {"tool_date", head->tool_date},
                 {"tool_compiler", head->tool_compiler},
                 {"tool_flags", head->tool_flags}};
    for (size_t i = 0; i < sizeof(built) / sizeof(built[0]); i++)
        if (built[i].text != NULL && built[i].text[0] != '\0')
            rc |= store_h5_write_text(file, built[i].name, built[i].text);
    rc |= write_yaml(file, head->study_yaml != NULL ? head->study_yaml : "");
    return rc;
}

int store_head_open(hid_t *out, const char *path, struct err *err)
{
    int rc = 0;
    char *schema = NULL;
    hid_t file = -1;
    rc = store_h5_open(&file, path, err);
    if (rc != 0)
        return rc;
    schema = store_h5_read_text(file, "schema");
    if (schema == NULL || strcmp(schema, SCHEMA) != 0) {
        rc = err_set(err, ERR_DATA, "'%s' is no rung study", path);
        goto out;
    }
    uint64_t version = store_h5_read_uint(file, "version", 0);
    if (version != STORE_SCHEMA_VERSION)
        rc = err_set(err, ERR_DATA, "'%s': version %" PRIu64 " of the schema is not known here",
                     path, version);
out:
    free(schema);
    H5Eclear2(H5E_DEFAULT);
    if (rc != 0)
        store_h5_close(file);
    else
        *out = file;
    return rc;
}

int store_head_yaml(hid_t file, const char *path, char **out, struct err *err)
{
    int rc = 0;
    char *text = NULL, *stored = NULL, sum[HASH_TEXT_SIZE];
    hid_t dataset = store_h5_dataset(file, "study_yaml"), type = -1, space = -1;
    if (dataset < 0)
        return store_h5_fail(err, ERR_DATA, path, "no study text");
    type = H5Dget_type(dataset);
    space = H5Dget_space(dataset);
    size_t size = type >= 0 && H5Tget_class(type) == H5T_STRING ? H5Tget_size(type) : 0;
    if (size == 0 || size > MAX_YAML + 1 || H5Tis_variable_str(type) != 0 ||
        H5Sget_simple_extent_npoints(space) != 1) {
        rc = err_set(err, ERR_DATA, "'%s': the study text is damaged", path);
        goto out;
    }
    text = calloc(1, size + 1);
    if (text == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0) {
        rc = store_h5_fail(err, ERR_DATA, path, "the study text is damaged");
        goto out;
    }
    stored = store_h5_read_text(dataset, "sha256");
    hash_bytes(text, strlen(text), sum);
    if (stored == NULL || strcmp(stored, sum) != 0) {
        rc = err_set(err, ERR_DATA, "'%s': the study text does not match its checksum", path);
        goto out;
    }
    *out = text;
    text = NULL;
out:
    free(text);
    free(stored);
    store_h5_close(space);
    store_h5_close(type);
    store_h5_close(dataset);
    return rc;
}
