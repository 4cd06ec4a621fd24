/* rung bench: the parts that are measured.
 *
 * Notes:
 * - Executors are measured by guest programs that repeat an instruction 64 times in a loop,
 *   whose two further instructions are not counted; a part is thus some 2 % dearer than it is.
 * - Caches and predictor are compiled here for any host; the models' own copy for x86-64-v3 is
 *   up to a third faster.  The window is the models' own.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/str.h"
#include "cmd/bench.h"
#include "emu/emu.h"
#include "isa/isa.h"
#include "store/store.h"
#include "timing/cache.h"
#include "timing/machine.h"
#include "timing/model.h"
#include "timing/predictor.h"

enum { REPEATS = 64, STEPS = 4096, ADDRESSES = 8192, TRACE_ROWS = 2048 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

/* ---- the emulator --------------------------------------------------------------------------
 */

static int batch_init(struct record_batch *batch)
{
    *batch = (struct record_batch){.max_steps = STEPS, .max_addresses = ADDRESSES};
    batch->step = malloc(STEPS * sizeof(*batch->step));
    batch->address = malloc(ADDRESSES * sizeof(*batch->address));
    return batch->step != NULL && batch->address != NULL ? 0 : ERR_NOMEM;
}

static void batch_release(struct record_batch *batch)
{
    free(batch->step);
    free(batch->address);
}

/* Makes the program and an emulator for it. */
static int start(struct emu **emu, const struct bench_part *part, size_t repeats,
                 uint64_t iterations, struct err *err)
{
    char path[] = "/tmp/rung-bench.XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "'%s': cannot be made", path);
    close(fd);
    const char *argv[] = {"bench"};
    struct emu_options o = {.elf = path, .argc = 1, .argv = argv, .out_fd = -1, .err_fd = -1};
    int rc = bench_write_program(path, part->code, part->n_code, repeats, iterations, err);
    if (rc == 0)
        rc = emu_alloc(emu, &o, err);
    unlink(path);
    return rc;
}

/* Runs to the end; `model` (may be NULL) takes the batches. */
static int run_program(struct emu *emu, struct timing_model *model, double *seconds,
                       struct err *err)
{
    struct record_batch batch;
    int rc = batch_init(&batch);
    double begin = cpu_busy_seconds();
    while (rc == 0 && emu_end(emu)->kind == EMU_RUNNING) {
        rc = emu_next(emu, &batch);
        batch.roi = true;
        if (rc == 0 && model != NULL)
            rc = timing_model_retire(model, emu_program(emu), &batch);
    }
    *seconds = cpu_busy_seconds() - begin;
    batch_release(&batch);
    if (rc != 0)
        return err_set(err, rc, "the program of a part failed: %s", err_text(rc));
    if (emu_end(emu)->kind != EMU_EXITED || emu_end(emu)->exit_code != 0)
        return err_set(err, ERR_INTERNAL, "the program of a part ended badly: %s",
                       emu_end(emu)->text);
    return 0;
}

static int run_emulator(const struct bench_part *part, uint64_t n, uint64_t *done,
                        double *seconds, struct err *err)
{
    struct emu *emu = NULL;
    uint64_t iterations = n / REPEATS + 1;
    int rc = start(&emu, part, REPEATS / part->n_code, iterations, err);
    if (rc == 0)
        rc = run_program(emu, NULL, seconds, err);
    *done = iterations * (REPEATS / part->n_code) * (part->choice ? 1 : part->n_code);
    emu_free(emu);
    return rc;
}

/* Blocks that run once are translated and little else. */
static int run_translation(const struct bench_part *part, uint64_t n, uint64_t *done,
                           double *seconds, struct err *err)
{
    int rc = 0;
    *done = 0;
    *seconds = 0;
    while (rc == 0 && *done < n) {
        struct emu *emu = NULL;
        double once = 0;
        size_t blocks = 8192;
        rc = start(&emu, part, blocks, 1, err);
        if (rc == 0)
            rc = run_program(emu, NULL, &once, err);
        *done += blocks;
        *seconds += once;
        emu_free(emu);
    }
    return rc;
}

static int run_decoder(const struct bench_part *part, uint64_t n, uint64_t *done,
                       double *seconds, struct err *err)
{
    struct isa_decoder *d = NULL;
    struct isa_insn insn;
    uint64_t sum = 0;
    int rc = isa_decoder_alloc(&d, err);
    if (rc != 0)
        return rc;
    double begin = cpu_busy_seconds();
    for (uint64_t i = 0; i < n; i++) {
        sum += isa_decode(d, part->code[i % part->n_code], 0x400000 + 4 * i, &insn) == ISA_OK;
    }
    *seconds = cpu_busy_seconds() - begin;
    *done = n;
    isa_decoder_free(d);
    return sum == n ? 0 : err_set(err, ERR_INTERNAL, "the decoder does not know its words");
}

/* ---- the timing models ---------------------------------------------------------------------
 */

static int load_machine(struct machine **m, const char *width, struct err *err)
{
    int rc = machine_load(m, "m2", err);
    if (rc == 0 && width != NULL)
        rc = machine_set(*m, "width.dispatch", width, err);
    return rc == 0 ? machine_check(*m, err) : rc;
}

/* The same batch again and again: the model alone, without the emulator. */
static int run_window(const struct bench_part *part, uint64_t n, uint64_t *done,
                      double *seconds, struct err *err)
{
    struct emu *emu = NULL;
    struct timing_model *model = NULL;
    struct machine *machine = NULL;
    struct record_batch batch;
    int rc = batch_init(&batch) == 0 ? 0 : no_memory(err);
    *done = 0;
    if (rc == 0)
        rc = load_machine(&machine, part->choice == 1 ? "1" : "8", err);
    if (rc == 0)
        rc = timing_model_alloc(&model, TIMING_MODE_timing, machine, 0, err);
    if (rc == 0)
        rc = start(&emu, part, REPEATS / part->n_code, 1000000, err);
    if (rc == 0 && emu_next(emu, &batch) != 0)
        rc = err_set(err, ERR_INTERNAL, "the program of a part failed");
    batch.roi = true;
    double begin = cpu_busy_seconds();
    for (; rc == 0 && *done < n; *done += batch.instructions)
        if (timing_model_retire(model, emu_program(emu), &batch) != 0)
            rc = err_set(err, ERR_NOMEM, "the timing model failed");
    *seconds = cpu_busy_seconds() - begin;
    timing_model_free(model);
    machine_free(machine);
    emu_free(emu);
    batch_release(&batch);
    return rc;
}

static int run_mode(const struct bench_part *part, uint64_t n, uint64_t *done, double *seconds,
                    struct err *err)
{
    struct emu *emu = NULL;
    struct timing_model *model = NULL;
    struct machine *machine = NULL;
    uint64_t iterations = n / REPEATS + 1;
    int rc = load_machine(&machine, NULL, err);
    if (rc == 0 && part->choice != TIMING_MODE_emulation)
        rc = timing_model_alloc(&model, (enum timing_mode)part->choice, machine, 0, err);
    if (rc == 0)
        rc = start(&emu, part, REPEATS / part->n_code, iterations, err);
    if (rc == 0)
        rc = run_program(emu, model, seconds, err);
    *done = iterations * (REPEATS + 2);
    timing_model_free(model);
    machine_free(machine);
    emu_free(emu);
    return rc;
}

/* `choice` lines of one set of eight ways, in turn: 1 is always in front, 8 are always there,
 * 16 never are. */
static int run_cache(const struct bench_part *part, uint64_t n, uint64_t *done, double *seconds,
                     struct err *err)
{
    struct cache c;
    uint64_t victim, hits = 0, turn = 0, lines = (uint64_t)part->choice;
    if (cache_init(&c, 2048, 8, 6) != 0)
        return no_memory(err);
    double begin = cpu_busy_seconds();
    for (uint64_t i = 0; i < n; i++) {
        hits += cache_access(&c, 100 + turn * c.sets, 0, &victim) != CACHE_MISS;
        turn = turn + 1 < lines ? turn + 1 : 0;
    }
    *seconds = cpu_busy_seconds() - begin;
    *done = n;
    cache_release(&c);
    if (hits != (lines > 8 ? 0 : n - (lines < n ? lines : n)))
        return err_set(err, ERR_INTERNAL, "the cache does not hit as it should");
    return 0;
}

/* `choice` 0: a loop of 16 rounds; 1: what nobody can foresee (xorshift, Marsaglia 2003). */
static int run_predictor(const struct bench_part *part, uint64_t n, uint64_t *done,
                         double *seconds, struct err *err)
{
    struct machine *machine = NULL;
    struct predictor p;
    uint64_t right = 0, x = 88172645463325252u;
    int rc = load_machine(&machine, NULL, err);
    if (rc == 0 && predictor_init(&p, machine) != 0)
        rc = no_memory(err);
    if (rc != 0)
        goto out;
    struct tage_site site[4];
    for (uint64_t i = 0; i < 4; i++)
        site[i] = tage_site(&p.tage, 0x400000 + 64 * i);
    struct tage_folds folds = p.tage.folds;
    double begin = cpu_busy_seconds();
    for (uint64_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bool taken = part->choice ? x >> 63 : i % 16 != 15;
        right += tage_branch(&p.tage, &folds, &site[i % 4], taken);
    }
    *seconds = cpu_busy_seconds() - begin;
    *done = n;
    predictor_release(&p);
    if (n > 100000 && part->choice == 0 && right < n * 9 / 10)
        rc = err_set(err, ERR_INTERNAL, "the predictor does not predict as it should");
out:
    machine_free(machine);
    return rc;
}

/* ---- the store -----------------------------------------------------------------------------
 */

static int run_store(const struct bench_part *part, uint64_t n, uint64_t *done, double *seconds,
                     struct err *err)
{
    (void)part;
    char folder[] = "/tmp/rung-bench.XXXXXX", path[64], file[96];
    uint64_t *trace = calloc((size_t)TRACE_ROWS * COUNTER_MAX, sizeof(*trace));
    struct store_run run = {.n_trace = TRACE_ROWS, .trace = trace, .trace_interval = 1000};
    if (trace == NULL)
        return no_memory(err);
    if (mkdtemp(folder) == NULL) {
        free(trace);
        return err_set(err, ERR_CONFIG, "'%s': cannot be made", folder);
    }
    for (size_t i = 0; i < (size_t)TRACE_ROWS * COUNTER_MAX; i++)
        trace[i] = i / COUNTER_MAX * (i % COUNTER_MAX + 1) * 1000;
    store_row_clear(&run.row);
    snprintf(run.row.id, sizeof(run.row.id), "0123456789abcdef");
    snprintf(run.row.simulator, sizeof(run.row.simulator), "rung");
    snprintf(run.row.status, sizeof(run.row.status), "ok");
    snprintf(path, sizeof(path), "%s/bench.h5", folder);
    int rc = 0;
    double begin = cpu_busy_seconds();
    for (*done = 0; rc == 0 && *done < n; ++*done)
        rc = store_write_alone(path, &run, err);
    *seconds = cpu_busy_seconds() - begin;
    unlink(path);
    snprintf(file, sizeof(file), "%s.lock", path);
    unlink(file);
    rmdir(folder);
    free(trace);
    return rc;
}

/* ---- the list ------------------------------------------------------------------------------
 */

static const uint32_t add[] = {0x8b030041};                  /* add x1, x2, x3 */
static const uint32_t logic[] = {0xca030c41};                /* eor x1, x2, x3, lsl #3 */
static const uint32_t multiply[] = {0x9b037c41};             /* mul x1, x2, x3 */
static const uint32_t divide[] = {0x9ac30841};               /* udiv x1, x2, x3 */
static const uint32_t load[] = {0xf85c03e1};                 /* ldur x1, [sp, #-64] */
static const uint32_t store[] = {0xf81c03e1};                /* stur x1, [sp, #-64] */
static const uint32_t fp_add[] = {0x1e632841};               /* fadd d1, d2, d3 */
static const uint32_t fp_fma[] = {0x1f431041};               /* fmadd d1, d2, d3, d4 */
static const uint32_t vector_add[] = {0x4ea38441};           /* add v1.4s, v2.4s, v3.4s */
static const uint32_t vector_fma[] = {0x4e63cc41};           /* fmla v1.2d, v2.2d, v3.2d */
static const uint32_t jump[] = {0x14000001};                 /* b to the next */
static const uint32_t indirect[] = {0x1000004a, 0xd61f0140}; /* adr x10, next but one; br x10 */
/* Four blocks' worth: three additions and a jump. */
static const uint32_t block[] = {0x8b030041, 0x8b030041, 0x8b030041, 0x14000001};
/* Integer work in which half of the instructions wait for the one before. */
static const uint32_t mix[] = {0x8b030041, 0xca010064, 0xcb0400c6, 0xaa0300e7,
                               0x8b0300a5, 0xca0500c6, 0x9b037d08, 0xcb03014a};

#define CODE(words) words, sizeof(words) / sizeof((words)[0])
#define EMU(name, words)                                           \
    {                                                              \
        name, "instruction", 1000000, run_emulator, CODE(words), 0 \
    }

const struct bench_part bench_parts[] = {
    {"decode", "instruction", 100000, run_decoder, CODE(mix), 0},
    {"translate", "block of 4", 8192, run_translation, CODE(block), 0},
    {"block-cache", "indirect jump", 1000000, run_emulator, CODE(indirect), 1},
    EMU("integer", add),
    EMU("logic", logic),
    EMU("multiply", multiply),
    EMU("divide", divide),
    EMU("load", load),
    EMU("store", store),
    EMU("fp-add", fp_add),
    EMU("fp-fma", fp_fma),
    EMU("vector-add", vector_add),
    EMU("vector-fma", vector_fma),
    EMU("branch", jump),
    {"cache-front", "access", 100000, run_cache, NULL, 0, 1},
    {"cache-hit", "access", 100000, run_cache, NULL, 0, 8},
    {"cache-miss", "access", 100000, run_cache, NULL, 0, 16},
    {"predictor-loop", "branch", 100000, run_predictor, NULL, 0, 0},
    {"predictor-random", "branch", 100000, run_predictor, NULL, 0, 1},
    {"window-1", "instruction", 500000, run_window, CODE(mix), 1},
    {"window-8", "instruction", 500000, run_window, CODE(mix), 8},
    {"alu-emulation", "instruction", 1000000, run_mode, CODE(mix), TIMING_MODE_emulation},
    {"alu-fast-timing", "instruction", 1000000, run_mode, CODE(mix), TIMING_MODE_fast_timing},
    {"alu-timing", "instruction", 500000, run_mode, CODE(mix), TIMING_MODE_timing},
    {"store-write", "run with a trace", 1, run_store, NULL, 0, 0},
};
const size_t bench_n_parts = sizeof(bench_parts) / sizeof(bench_parts[0]);

const struct bench_part *bench_find(const char *name)
{
    for (size_t i = 0; i < bench_n_parts; i++)
        if (strcmp(bench_parts[i].name, name) == 0)
            return &bench_parts[i];
    return NULL;
}
