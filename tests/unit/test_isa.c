/* The instruction table: no overlaps but the listed ones, decoding, printing, dependences. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "isa/isa.h"
#include "tests/unit/unit.h"

static struct isa_decoder *decoder_or_fail(void)
{
    struct isa_decoder *d = NULL;
    struct err err = {0};

    if (isa_decoder_alloc(&d, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        CU_FAIL_FATAL("the table makes no decoder");
    }
    return d;
}

/* Rows that may lie within another: the first names the special case, which stands first
 * in the table. */
static const char *const permitted[][2] = {{"hint", "hint"}, {"sys", "sys"}};

static bool may_overlap(const struct isa_row *a, const struct isa_row *b)
{
    for (size_t i = 0; i < sizeof(permitted) / sizeof(permitted[0]); i++)
        if (!strcmp(a->name, permitted[i][0]) && !strcmp(b->name, permitted[i][1]))
            return true;
    return false;
}

static void test_no_overlap(void)
{
    struct isa_decoder *d = decoder_or_fail();
    size_t n = isa_row_count(), wrong = 0;

    CU_ASSERT_TRUE(n > 500);
    CU_ASSERT_PTR_NULL(isa_row(n));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            uint32_t both = isa_row_mask(d, i) & isa_row_mask(d, k);
            if ((isa_row_match(d, i) ^ isa_row_match(d, k)) & both)
                continue;
            /* the more specific row must come first */
            bool inside = (isa_row_mask(d, i) & ~both) != 0 && (isa_row_mask(d, k) & ~both) == 0;
            if (inside && may_overlap(isa_row(i), isa_row(k)))
                continue;
            fprintf(stderr, "rows overlap: %s %s and %s %s\n", isa_row(i)->name,
                    isa_row(i)->pattern, isa_row(k)->name, isa_row(k)->pattern);
            wrong++;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    isa_decoder_free(d);
}

/* Every row is found through its own words, whatever its free bits hold. */
static void test_rows_decode(void)
{
    struct isa_decoder *d = decoder_or_fail();
    uint32_t noise = 12345;
    size_t wrong = 0;

    for (size_t i = 0; i < isa_row_count(); i++) {
        unsigned decoded = 0;
        for (int k = 0; k < 64; k++) {
            struct isa_insn insn;
            noise = noise * 1664525 + 1013904223;
            uint32_t word = isa_row_match(d, i) | (noise & ~isa_row_mask(d, i));
            enum isa_status status = isa_decode(d, word, 0x400000, &insn);
            if (status == ISA_NOT_IMPLEMENTED)
                wrong++;
            if (status != ISA_OK)
                continue;
            decoded++;
            if (insn.row != isa_row(i) && !may_overlap(insn.row, isa_row(i)))
                wrong++;
        }
        if (decoded == 0) {
            fprintf(stderr, "never decoded: %s %s\n", isa_row(i)->name, isa_row(i)->pattern);
            wrong++;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    isa_decoder_free(d);
}

static void test_rows_are_sound(void)
{
    for (size_t i = 0; i < isa_row_count(); i++) {
        const struct isa_row *r = isa_row(i);
        bool access = (r->flags & (ISA_LOAD | ISA_STORE)) != 0;
        CU_ASSERT_TRUE(r->cls < ISA_CLASS_MAX);
        CU_ASSERT_TRUE(r->exec < ISA_EXEC_MAX);
        CU_ASSERT_TRUE(r->mem_bytes <= 64);
        CU_ASSERT_TRUE(!access || r->mem_bytes > 0 ||
                       isa_list_count((enum isa_operand)r->operand[0]) > 0);
        CU_ASSERT_TRUE(!(r->flags & ISA_WRITEBACK) || access);
    }
}

static void expect_status(enum isa_status want, uint32_t word)
{
    struct isa_decoder *d = decoder_or_fail();
    struct isa_insn insn;
    enum isa_status got = isa_decode(d, word, 0, &insn);

    if (got != want)
        fprintf(stderr, "0x%08x: status %d instead of %d\n", word, got, want);
    CU_ASSERT_EQUAL(got, want);
    isa_decoder_free(d);
}

static void test_status(void)
{
    expect_status(ISA_OK, 0xd503201f);              /* nop */
    expect_status(ISA_UNALLOCATED, 0x00000000);     /* udf */
    expect_status(ISA_UNALLOCATED, 0xffffffff);
    expect_status(ISA_UNALLOCATED, 0x0bc00000);     /* add with a ROR */
    expect_status(ISA_UNALLOCATED, 0x12007c00 | 0x3f << 10); /* and #(all ones) */
    expect_status(ISA_UNALLOCATED, 0x8b201400);     /* add, extended by 5 */
    expect_status(ISA_UNALLOCATED, 0x53408000);     /* ubfm of 32 bits with immr 64 */
    expect_status(ISA_NOT_IMPLEMENTED, 0x04e0e3e0); /* cntd: SVE */
    expect_status(ISA_NOT_IMPLEMENTED, 0x1ee02820); /* fadd of halves */
    expect_status(ISA_NOT_IMPLEMENTED, 0xdac10020); /* pacia */
    expect_status(ISA_NOT_IMPLEMENTED, 0xd4000002); /* hvc */
}

static void expect_text(uint32_t word, const char *want)
{
    struct isa_decoder *d = decoder_or_fail();
    char text[80], small[6];

    isa_disassemble(d, word, 0x400000, text, sizeof(text));
    if (strcmp(text, want) != 0)
        fprintf(stderr, "0x%08x: '%s' instead of '%s'\n", word, text, want);
    CU_ASSERT_STRING_EQUAL(text, want);
    isa_disassemble(d, word, 0x400000, small, sizeof(small));
    CU_ASSERT_EQUAL(strncmp(small, want, sizeof(small) - 1), 0);
    CU_ASSERT_TRUE(strlen(small) < sizeof(small));
    isa_decoder_free(d);
}

static void test_text(void)
{
    expect_text(0x91004020, "add\tx0, x1, #0x10");
    expect_text(0x914043ff, "add\tsp, sp, #0x10, lsl #12");
    expect_text(0xeb0203ff, "subs\txzr, xzr, x2");
    expect_text(0x8b214fe0, "add\tx0, sp, w1, uxtw #3");
    expect_text(0x8b216fe0, "add\tx0, sp, x1, lsl #3");
    expect_text(0x92401c41, "and\tx1, x2, #0xff");
    expect_text(0xd2a24680, "movz\tx0, #0x1234, lsl #16");
    expect_text(0xf8408420, "ldr\tx0, [x1], #8");
    expect_text(0xf81f0fe0, "str\tx0, [sp, #-16]!");
    expect_text(0xfc2578e0, "str\td0, [x7, x5, lsl #3]");
    expect_text(0xb863d841, "ldr\tw1, [x2, w3, sxtw #2]");
    expect_text(0xa9bf7bfd, "stp\tx29, x30, [sp, #-16]!");
    expect_text(0x54ffff61, "b.ne\t0x3fffec");
    expect_text(0x36180040, "tbz\tw0, #3, 0x400008");
    expect_text(0xfa41a824, "ccmp\tx1, #0x1, #0x4, ge");
    expect_text(0x1f410040, "fmadd\td0, d2, d1, d0");
    expect_text(0x1e601000, "fmov\td0, #2.000000000000000000e+00");
    expect_text(0xd53bd041, "mrs\tx1, tpidr_el0");
    expect_text(0xf8e10062, "ldaddal\tx1, x2, [x3]");
    expect_text(0xd5033bbf, "dmb\tish");
    expect_text(0x00000000, ".inst\t0x00000000");
}

static void expect_deps(uint32_t word, unsigned n_addr, const char *want)
{
    struct isa_decoder *d = decoder_or_fail();
    struct isa_insn insn;
    struct isa_deps deps;
    char text[80] = "";
    size_t n = 0;

    CU_ASSERT_EQUAL_FATAL(isa_decode(d, word, 0, &insn), ISA_OK);
    isa_deps(&insn, &deps);
    for (unsigned i = 0; i < deps.n_src; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%u ", deps.src[i]);
    n += (size_t)snprintf(text + n, sizeof(text) - n, ">");
    for (unsigned i = 0; i < deps.n_dst; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " %u", deps.dst[i]);
    if (strcmp(text, want) != 0)
        fprintf(stderr, "0x%08x: '%s' instead of '%s'\n", word, text, want);
    CU_ASSERT_STRING_EQUAL(text, want);
    CU_ASSERT_EQUAL(deps.n_addr, n_addr);
    isa_decoder_free(d);
}

static void test_deps(void)
{
    expect_deps(0x91004020, 0, "1 > 0");           /* add x0, x1, #16 */
    expect_deps(0xeb0203ff, 0, "2 > 64");          /* subs xzr, xzr, x2 */
    expect_deps(0xf8408420, 1, "1 > 0 1");         /* ldr x0, [x1], #8 */
    expect_deps(0xa9bf7bfd, 1, "31 29 30 > 31");   /* stp x29, x30, [sp, #-16]! */
    expect_deps(0xfc2578e0, 2, "7 5 32 >");        /* str d0, [x7, x5, lsl #3] */
    expect_deps(0x1f410040, 0, "34 33 32 > 32");   /* fmadd d0, d2, d1, d0 */
    expect_deps(0xf2824680, 0, "0 > 0");           /* movk x0 */
    expect_deps(0x54ffff61, 0, "64 >");            /* b.ne */
    expect_deps(0x94000000, 0, "> 30");            /* bl */
    expect_deps(0xf8e10062, 1, "3 1 > 2");         /* ldaddal x1, x2, [x3] */
    expect_deps(0xc8e17c62, 1, "3 1 2 > 1");       /* casa x1, x2, [x3] */
    expect_deps(0xc8017c62, 1, "3 2 > 1");         /* stxr w1, x2, [x3] */
    expect_deps(0xd50b7423, 1, "3 >");             /* dc zva, x3 */
    expect_deps(0xfa41a824, 0, "1 64 > 64");       /* ccmp */
}

static void test_bitmask(void)
{
    uint64_t v = 0;
    unsigned valid = 0;

    CU_ASSERT_TRUE(isa_bitmask(1, 7, 0, 64, &v));
    CU_ASSERT_EQUAL(v, 0xff);
    CU_ASSERT_TRUE(isa_bitmask(0, 0x3c, 1, 64, &v)); /* alternating bits, rotated by one */
    CU_ASSERT_EQUAL(v, UINT64_C(0xaaaaaaaaaaaaaaaa));
    CU_ASSERT_TRUE(isa_bitmask(0, 0x3c, 0, 32, &v));
    CU_ASSERT_EQUAL(v, 0x55555555);
    CU_ASSERT_FALSE(isa_bitmask(1, 63, 0, 64, &v)); /* all ones */
    CU_ASSERT_FALSE(isa_bitmask(1, 0, 0, 32, &v));
    for (unsigned i = 0; i < 1 << 13; i++)
        valid += isa_bitmask(i >> 12, i & 63, i >> 6 & 63, 64, &v);
    /* 64 * 63 + 32 * 31 + ... + 2 * 1 distinct values; smaller elements come several times,
     * since immr has bits to spare: size e counts e - 1 values of imms, 64 of immr */
    CU_ASSERT_EQUAL(valid, 64 * (63 + 31 + 15 + 7 + 3 + 1));
}

static void test_immediates(void)
{
    CU_ASSERT_EQUAL(isa_fp64_imm(0x70), UINT64_C(0x3ff0000000000000)); /* 1.0 */
    CU_ASSERT_EQUAL(isa_fp32_imm(0xf0), 0xbf800000);                   /* -1.0 */
    CU_ASSERT_EQUAL(isa_fp16_imm(0x70), 0x3c00);
    CU_ASSERT_EQUAL(isa_fp64_imm(0x00), UINT64_C(0x4000000000000000)); /* 2.0 */
    CU_ASSERT_EQUAL(isa_fp64_imm(0x3f), UINT64_C(0x403f000000000000)); /* 31.0 */
    CU_ASSERT_EQUAL(isa_fp64_imm(0x40), UINT64_C(0x3fc0000000000000)); /* 0.125 */
}

static void test_classes(void)
{
    static const struct {
        const char *name, *text;
    } classes[ISA_CLASS_MAX] = {
#define X(name, text) {#name, text},
        ISA_CLASSES(X)
#undef X
    };
    for (int i = 0; i < ISA_CLASS_MAX; i++) {
        CU_ASSERT_TRUE(strlen(classes[i].name) > 1 && strlen(classes[i].text) > 1);
        for (int k = 0; k < i; k++)
            CU_ASSERT_STRING_NOT_EQUAL(classes[i].name, classes[k].name);
    }
    CU_ASSERT_STRING_EQUAL(classes[ISA_CLASS_fp_fma].name, "fp_fma");
}

static const struct unit_test tests[] = {
    {"no overlapping rows", test_no_overlap},
    {"every row decodes", test_rows_decode},
    {"rows are sound", test_rows_are_sound},
    {"unallocated and not implemented", test_status},
    {"disassembly", test_text},
    {"dependences", test_deps},
    {"bitmask immediates", test_bitmask},
    {"FP immediates", test_immediates},
    {"class names", test_classes},
};
UNIT_MAIN("isa", tests)
