#include "config.h"

#include "cmd/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/path.h"
#include "base/yaml.h"
#include "cmd/cmd.h"
#include "sim/lines.h"
#include "stats/stats.h"
#include "store/history.h"
#include "store/store.h"
#include "study/commit.h"
#include "timing/model.h"

static void print_libraries(void)
{
    static void (*const libraries[])(char *text, size_t size) = {
        store_library, stats_library, json_library, yaml_library, hash_library, lines_library};
    fputs("libraries   ", stdout);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        char text[64];
        libraries[i](text, sizeof text);
        printf("%s%s", i > 0 ? ", " : " ", text);
    }
    puts("\nprofilers    " PROFILER_LIBRARY ", " TCMALLOC_LIBRARY ", loaded when wanted");
}

/* The version that most modes have, and those of the others. */
static void print_models(void)
{
    int version = timing_mode_version(TIMING_MODE_timing);
    printf("models       version %d", version);
    for (int i = 0; i < TIMING_MODE_MAX; i++)
        if (timing_mode_version((enum timing_mode)i) != version)
            printf(", %s %d", timing_mode_name((enum timing_mode)i),
                   timing_mode_version((enum timing_mode)i));
    printf(", run by the %s path\n", timing_model_path());
}

int version_print(void)
{
    struct err err = {0};
    char *data = path_data("", "");
    if (data == NULL) {
        err_set(&err, ERR_NOMEM, "out of memory");
        return cmd_fail(&err);
    }
    for (size_t len = strlen(data); len > 1 && data[len - 1] == '/'; len--)
        data[len - 1] = '\0';
    puts("rung " PACKAGE_VERSION);
    printf("commit       %s%s%s\n", RUNG_COMMIT, RUNG_COMMIT_DATE[0] != '\0' ? " of " : "",
           RUNG_COMMIT_DATE);
    puts("compiler     " RUNG_COMPILER "\nflags        " RUNG_FLAGS);
    print_models();
    printf("study files  schema version %d, histories %d\n", STORE_SCHEMA_VERSION,
           STORE_HISTORY_VERSION);
    print_libraries();
    printf("data         %s\n", data);
    puts("License GPL-3.0-or-later; there is no warranty, to the extent permitted by law.");
    free(data);
    return 0;
}
