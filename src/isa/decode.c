/* From the table to a decoder: rows are gathered in buckets by bits 31:21, which tell A64's
 * encoding classes apart best (the low bits hold registers). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"
#include "isa/isa_priv.h"

enum {
    LD = ISA_LOAD,
    ST = ISA_STORE,
    WB = ISA_WRITEBACK,
    BR = ISA_BRANCH,
    ORD = ISA_ORDERED,
    SER = ISA_SERIALIZE,
    RNZ = ISA_READS_NZCV,
    WNZ = ISA_WRITES_NZCV,
    RFP = ISA_READS_FPSR,
    WFP = ISA_WRITES_FPSR,
    RDST = ISA_READS_DST,
    ENDS = ISA_ENDS,
    NO8 = ISA_NO_8,
    NO16 = ISA_NO_16,
    NO32 = ISA_NO_32,
    NO64 = ISA_NO_64
};

static const struct isa_row rows[] = {
#define A64(name, pattern, o1, o2, o3, o4, o5, cls, bytes, flags, exec)                        \
    {name,                                                                                     \
     pattern,                                                                                  \
     {ISA_OPR_##o1, ISA_OPR_##o2, ISA_OPR_##o3, ISA_OPR_##o4, ISA_OPR_##o5},                   \
     ISA_CLASS_##cls,                                                                          \
     bytes,                                                                                    \
     flags,                                                                                    \
     ISA_EXEC_##exec},
#include "isa/a64.def"
#undef A64
};

/* What the architecture allocates but this table has no rows for (yet). */
static const char *const later[] = {
#define LATER(pattern, what) pattern,
#include "isa/a64_later.def"
#undef LATER
};

enum {
    N_ROWS = sizeof(rows) / sizeof(rows[0]),
    N_LATER = sizeof(later) / sizeof(later[0]),
    BUCKET_SHIFT = 21,
    N_BUCKETS = 1 << (32 - BUCKET_SHIFT)
};

const struct isa_operand_info isa_operand_info[ISA_OPR_MAX] = {
    [ISA_OPR__] = {"", 0, ISA_FILE_NONE, ISA_ROLE_NONE, ISA_SOURCE_NONE, ISA_FORM_NONE},
#define REG(name, bit, file, role)                                                             \
    [ISA_OPR_##name] = {#name, bit, ISA_FILE_##file, ISA_ROLE_##role, ISA_SOURCE_NONE,         \
                        ISA_FORM_NONE},
#define VEC(name, bit, source, form, role)                                                     \
    [ISA_OPR_##name] = {#name, bit, ISA_FILE_V, ISA_ROLE_##role, ISA_SOURCE_##source,          \
                        ISA_FORM_##form},
#define OTHER(name)                                                                            \
    [ISA_OPR_##name] = {#name, 0, ISA_FILE_NONE, ISA_ROLE_NONE, ISA_SOURCE_NONE, ISA_FORM_NONE},
#include "isa/operand.def"
#undef REG
#undef VEC
#undef OTHER
};

struct pattern {
    uint32_t match, mask;
};

struct isa_decoder {
    struct pattern row[N_ROWS], later[N_LATER];
    uint32_t first[N_BUCKETS + 1]; /* into candidate */
    uint16_t *candidate;
};

static int parse_pattern(const char *text, struct pattern *p, struct err *err)
{
    int bits = 0;

    *p = (struct pattern){0, 0};
    for (const char *s = text; *s; s++) {
        if (*s == ' ')
            continue;
        p->match = p->match << 1 | (*s == '1');
        p->mask = p->mask << 1 | (*s == '1' || *s == '0');
        bits++;
    }
    if (bits != 32)
        return err_set(err, ERR_INTERNAL, "pattern '%s' has %d bits", text, bits);
    return 0;
}

/* The buckets that a pattern reaches, by counting through its free bits; at the end the
 * carry runs out of the bucket number. */
static uint32_t next_bucket(const struct pattern *p, uint32_t bucket)
{
    uint32_t fixed = p->mask >> BUCKET_SHIFT;

    return (((bucket | fixed) + 1) & ~fixed) | (p->match >> BUCKET_SHIFT);
}

static int fill_buckets(struct isa_decoder *d)
{
    uint32_t fill[N_BUCKETS + 1] = {0};

    for (size_t i = 0; i < N_ROWS; i++)
        for (uint32_t b = d->row[i].match >> BUCKET_SHIFT; b < N_BUCKETS;
             b = next_bucket(&d->row[i], b))
            fill[b + 1]++;
    for (size_t b = 0; b < N_BUCKETS; b++)
        fill[b + 1] += fill[b];
    memcpy(d->first, fill, sizeof(fill));
    d->candidate = malloc(fill[N_BUCKETS] * sizeof(d->candidate[0]) + 1);
    if (d->candidate == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < N_ROWS; i++)
        for (uint32_t b = d->row[i].match >> BUCKET_SHIFT; b < N_BUCKETS;
             b = next_bucket(&d->row[i], b))
            d->candidate[fill[b]++] = (uint16_t)i;
    return 0;
}

int isa_decoder_alloc(struct isa_decoder **out, struct err *err)
{
    struct isa_decoder *d = calloc(1, sizeof(*d));
    int rc = 0;

    *out = NULL;
    if (d == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the instruction decoder");
    for (size_t i = 0; i < N_ROWS && rc == 0; i++)
        rc = parse_pattern(rows[i].pattern, &d->row[i], err);
    for (size_t i = 0; i < N_LATER && rc == 0; i++)
        rc = parse_pattern(later[i], &d->later[i], err);
    if (rc == 0 && fill_buckets(d) < 0)
        rc = err_set(err, ERR_NOMEM, "no memory for the instruction decoder");
    if (rc < 0) {
        isa_decoder_free(d);
        return rc;
    }
    *out = d;
    return 0;
}

void isa_decoder_free(struct isa_decoder *d)
{
    if (d == NULL)
        return;
    free(d->candidate);
    free(d);
}

size_t isa_row_count(void)
{
    return N_ROWS;
}

const struct isa_row *isa_row(size_t i)
{
    return i < N_ROWS ? &rows[i] : NULL;
}

uint32_t isa_row_match(const struct isa_decoder *d, size_t i)
{
    return d->row[i].match;
}

uint32_t isa_row_mask(const struct isa_decoder *d, size_t i)
{
    return d->row[i].mask;
}

enum isa_status isa_decode(const struct isa_decoder *d, uint32_t word, uint64_t pc,
                           struct isa_insn *insn)
{
    uint32_t bucket = word >> BUCKET_SHIFT;

    for (uint32_t c = d->first[bucket]; c < d->first[bucket + 1]; c++) {
        size_t i = d->candidate[c];
        if ((word & d->row[i].mask) != d->row[i].match)
            continue;
        *insn = (struct isa_insn){&rows[i], word, pc, 0, 0};
        return isa_extract(insn) ? ISA_OK : ISA_UNALLOCATED;
    }
    for (size_t i = 0; i < N_LATER; i++)
        if ((word & d->later[i].mask) == d->later[i].match)
            return ISA_NOT_IMPLEMENTED;
    return ISA_UNALLOCATED;
}
