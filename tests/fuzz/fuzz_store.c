/* Any bytes as a study file: refused with a message, or read to its end. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "store/store.h"
#include "tests/fuzz/fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_all(struct store *store)
{
    struct store_table table;
    struct store_run run;
    static const char *const tables[] = {"checks", "fits/ladder", "summary"};
    for (size_t i = 0; i < store_count(store); i++) {
        struct err err = {0};
        const struct store_row *row = store_row(store, i);
        int rc = store_read_run(store, row->id, &run, &err);
        if (rc != 0 && err.text[0] == '\0')
            abort();
        store_run_release(&run);
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        struct err err = {0};
        if (store_read_table(store, tables[i], &table, NULL, &err) == 0)
            store_table_release(&table);
        else if (err.text[0] == '\0')
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file(bytes, size);
    struct err err = {0};
    struct store *store = NULL;
    struct store_verified verified;
    int rc = store_open(&store, path, &err);
    if (rc != 0 && err.text[0] == '\0')
        abort();
    if (rc == 0)
        read_all(store);
    store_close(store);
    err_clear(&err);
    rc = store_verify(path, NULL, NULL, NULL, &verified, &err);
    if (rc != 0 && err.text[0] == '\0')
        abort();
    return 0;
}
