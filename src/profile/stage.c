/* Notes:
 * - A stage is a set of functions, by file or by name.  The frames of a sample are asked from
 *   the inside out, and the first that belongs to a stage decides: small helpers of all stages
 *   (timing/clock.h, base) belong to none.
 * - The compiler interleaves the instructions of functions that it puts into each other; each
 *   instruction counts where the line tables put it.
 */
#include "config.h"

#include "profile/stage.h"

#include <string.h>

struct rule {
    const char *file, *name; /* name NULL: whatever else is in the file */
    const char *stage;
};

static const char timing[] = "src/timing/", emu[] = "src/emu/", sim[] = "src/sim/";

/* Functions of files that serve several stages, before the files. */
static const struct rule by_name[] = {
    {"src/timing/detailed_run.c", "fetch", "timing/fetch"},
    {"src/timing/detailed_run.c", "fetch_lines", "timing/fetch"},
    {"src/timing/detailed_warm.c", "touch_code", "timing/fetch"},
    {"src/timing/detailed_run.c", "enter", "timing/rename and window"},
    {"src/timing/detailed_handle.h", "dispatch", "timing/rename and window"},
    {"src/timing/detailed_handle.h", "wait_for_registers", "timing/rename and window"},
    {"src/timing/detailed_handle.h", "make_room", "timing/rename and window"},
    {"src/timing/detailed_handle.h", "move_to_front", "timing/rename and window"},
    {"src/timing/detailed_run.c", "take_port", "timing/issue"},
    {"src/timing/detailed_handle.h", "issue", "timing/issue"},
    {"src/timing/detailed_handle.h", "port_search", "timing/issue"},
    {"src/timing/detailed_handle.h", "port_is_free", "timing/issue"},
    {"src/timing/detailed_handle.h", "advance_ring", "timing/issue"},
    {"src/timing/detailed_run.c", "leave", "timing/retire"},
    {"src/timing/detailed_handle.h", "retire", "timing/retire"},
    {"src/timing/detailed_handle.h", "retire_any", "timing/retire"},
    {"src/timing/detailed_handle.h", "enter_queue", "timing/load and store queues"},
    {"src/timing/detailed_handle.h", "forward", "timing/load and store queues"},
    {"src/timing/detailed_handle.h", "is_pending", "timing/load and store queues"},
    {"src/timing/detailed_handle.h", "note_store", "timing/load and store queues"},
    {"src/timing/detailed_handle.h", "write_store", "timing/load and store queues"},
    {"src/timing/detailed_handle.h", "granule_bytes", "timing/load and store queues"},
    {"src/timing/detailed_run.c", "is_near", "timing/memory"},
    {"src/timing/detailed_run.c", "is_flying", "timing/memory"},
    {"src/timing/detailed_run.c", "is_whole", "timing/load and store queues"},
    {"src/timing/detailed_run.c", "wait_for_port", "timing/issue"},
    {"src/timing/detailed_run.c", "wait_for_register", "timing/rename and window"},
    {"src/timing/detailed_handle.h", "is_split", "timing/memory"},
    {"src/timing/detailed_handle.h", "access_memory", "timing/memory"},
    {"src/timing/detailed_handle.h", "load_data", "timing/memory"},
    {"src/timing/detailed_handle.h", "store_line", "timing/memory"},
    {"src/timing/detailed_handle.h", "split_access", "timing/memory"},
    {"src/timing/detailed_warm.c", "touch", "timing/memory"},
    {"src/timing/detailed_warm.c", "touch_any", "timing/memory"},
    {"src/timing/detailed_warm.c", "translate", "timing/memory"},
    {"src/timing/detailed_run.c", "end_block", "timing/branch predictor"},
    {"src/timing/detailed_run.c", "end_badly", "timing/branch predictor"},
    {"src/timing/detailed_warm.c", "count_edges", "timing/prices of edges"},
    {"src/timing/detailed_warm.c", "count_same", "timing/prices of edges"},
    {"src/timing/detailed_warm.c", "touch_all", "timing/memory"},
    {"src/timing/detailed_run.c", "observe", "timing/prices of edges"},
    {"src/emu/dispatch.h", "body_ld_*", "emu/loads and stores"},
    {"src/emu/dispatch.h", "body_st_*", "emu/loads and stores"},
    {"src/sim/sim.c", "take_step", "sim/counting and hashing"},
    {"src/sim/sim.c", "take_steps", "sim/counting and hashing"},
};

/* The longest beginning of the file's path that fits decides. */
static const struct rule by_file[] = {
    {"src/timing/cache.", NULL, "timing/cache lookup"},
    {"src/timing/hierarchy", NULL, "timing/memory"},
    {"src/timing/prefetch.", NULL, "timing/prefetcher"},
    {"src/timing/predictor.", NULL, "timing/branch predictor"},
    {"src/timing/detailed_", NULL, "timing/operands and results"},
    {"src/timing/detailed_warm.", NULL, "timing/warming"},
    {"src/timing/detailed_predict.", NULL, "timing/branch predictor"},
    {"src/timing/detailed.", NULL, "timing/translating blocks"},
    {"src/timing/edges.", NULL, "timing/prices of edges"},
    {"src/timing/fast.", NULL, "timing/prices of edges"},
    {"src/timing/sampled.", NULL, "timing/prices of edges"},
    {"src/timing/blocks.", NULL, "timing/results"},
    {"src/timing/model.", NULL, "timing/results"},
    {"src/emu/exec_int.", NULL, "emu/integer instructions"},
    {"src/emu/exec_fp.", NULL, "emu/floating-point instructions"},
    {"src/emu/fp.", NULL, "emu/floating-point instructions"},
    {"src/emu/host_fp.", NULL, "emu/floating-point instructions"},
    {"src/emu/softfp", NULL, "emu/floating-point instructions"},
    {"src/emu/exec_simd.", NULL, "emu/vector instructions"},
    {"src/emu/simd", NULL, "emu/vector instructions"},
    {"src/emu/exec_mem.", NULL, "emu/loads and stores"},
    {"src/emu/atomic.", NULL, "emu/loads and stores"},
    {"src/emu/memory.", NULL, "emu/guest memory"},
    {"src/emu/dispatch", NULL, "emu/dispatch"},
    {"src/emu/emu.", NULL, "emu/dispatch"},
    {"src/emu/block.", NULL, "emu/decoding blocks"},
    {"src/emu/lower.", NULL, "emu/decoding blocks"},
    {"src/emu/fuse.", NULL, "emu/decoding blocks"},
    {"src/isa/", NULL, "emu/decoding blocks"},
    {"src/emu/syscall", NULL, "emu/system calls"},
    {"src/emu/files.", NULL, "emu/system calls"},
    {"src/sim/reuse.", NULL, "sim/reuse distances"},
    {"src/sim/", NULL, "sim/batches and trace"},
};

enum {
    NAMES = sizeof(by_name) / sizeof(by_name[0]),
    FILES = sizeof(by_file) / sizeof(by_file[0])
};

/* Helpers of all stages of a module. */
static bool is_shared(const char *file)
{
    return strcmp(file, "src/timing/clock.h") == 0 || strcmp(file, "src/emu/cpu.h") == 0 ||
           (strncmp(file, timing, strlen(timing)) != 0 &&
            strncmp(file, emu, strlen(emu)) != 0 && strncmp(file, sim, strlen(sim)) != 0 &&
            strncmp(file, "src/isa/", 8) != 0);
}

/* A name may end with a star. */
static bool fits(const char *pattern, const char *name)
{
    size_t len = strcspn(pattern, "*");
    return pattern[len] == '*' ? strncmp(pattern, name, len) == 0 : strcmp(pattern, name) == 0;
}

const char *stage_of(const char *name, const char *file)
{
    const struct rule *best = NULL;
    if (is_shared(file))
        return NULL;
    for (size_t i = 0; i < NAMES; i++)
        if (fits(by_name[i].name, name) && strcmp(by_name[i].file, file) == 0)
            return by_name[i].stage;
    for (size_t i = 0; i < FILES; i++)
        if (strncmp(by_file[i].file, file, strlen(by_file[i].file)) == 0 &&
            (best == NULL || strlen(by_file[i].file) > strlen(best->file)))
            best = &by_file[i];
    return best != NULL ? best->stage : NULL;
}

bool stage_named(size_t i, const char **name, const char **file)
{
    if (i >= NAMES)
        return false;
    *name = by_name[i].name;
    *file = by_name[i].file;
    return true;
}
