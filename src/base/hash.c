#include "config.h"

#include "base/hash.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <nettle/version.h>
#include <stdint.h>
#include <stdio.h>

static void finish(struct sha256_ctx *context, char text[HASH_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest); i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * sizeof(digest)] = '\0';
}

void hash_bytes(const void *bytes, size_t len, char text[HASH_TEXT_SIZE])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, len, bytes);
    finish(&context, text);
}

int hash_file(const char *path, char text[HASH_TEXT_SIZE], struct err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return err_set_errno(err, ERR_DATA, errno, "cannot open '%s'", path);
    struct sha256_ctx context;
    sha256_init(&context);
    uint8_t buffer[16384];
    size_t got;
    while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
        sha256_update(&context, got, buffer);
    int status = 0;
    if (ferror(file))
        status = err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", path);
    else
        finish(&context, text);
    fclose(file);
    return status;
}

void hash_library(char *text, size_t size)
{
    snprintf(text, size, "nettle %d.%d", nettle_version_major(), nettle_version_minor());
}
