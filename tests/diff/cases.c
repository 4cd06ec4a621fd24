/* Makes the cases of the differential tests, and compares two runs of them.
 *
 *   cases make PER_ROW SEED          writes PER_ROW random words for every row
 *   cases sequences EACH SEED        writes EACH random cases for every fusion, every pair of
 *                                    flags and condition, every branch and system instruction
 *   cases list PER_ROW SEED WORDS    writes PER_ROW words of every row to the file WORDS, and
 *                                    their disassembly, as if they stood at 0, 4, ...
 *   cases compare CASES.S A B        compares the hashes that two emulators wrote; prints
 *                                    the kinds with differences and their first cases
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

void case_begin(void)
{
    puts("9:  bl enter");
}

void case_end(const struct case_words *k, bool edges, const char *label)
{
    printf("    bl save\n    entry %d", edges);
    for (size_t i = 0; i < CASE_WORDS; i++)
        printf(", 0x%08" PRIx32 ", %u", i < k->n ? k->word[i] : 0, i < k->n ? k->flags[i] : 0);
    printf(" // %s\n", label);
}

static void prologue(void)
{
    puts("    .macro entry edges, words:vararg\n    .pushsection .rodata.cases, \"a\"\n"
         "    .word 9b - case_code, \\edges, \\words\n    .popsection\n    .endm\n"
         "    .section .rodata.cases, \"a\"\n    .balign 8\n"
         "    .globl case_table\ncase_table:\n"
         "    .section .text.cases, \"ax\"\n    .globl case_code\ncase_code:");
}

static void epilogue(void)
{
    printf("    .section .rodata.cases\n    .globl case_table_end\ncase_table_end:\n");
}

static int make(struct words *w, unsigned long per_row)
{
    for (size_t row = 0; row < isa_row_count(); row++) {
        char label[96];
        if (!words_suitable(isa_row(row)))
            continue;
        snprintf(label, sizeof(label), "%s %s", isa_row(row)->name, isa_row(row)->pattern);
        for (unsigned long k = 0; k < per_row; k++) {
            struct case_words one = {.n = 1};
            struct isa_insn insn;
            if (words_of_row(w, row, &insn, &one.flags[0]) < 0) {
                fprintf(stderr, "cases: no usable word for %s\n", label);
                return 1;
            }
            one.word[0] = insn.word;
            case_begin();
            printf("    .inst 0x%08" PRIx32 "\n", insn.word);
            case_end(&one, false, label);
        }
    }
    return 0;
}

/* Words for a disassembler: of all rows, with any fields. */
static int list_words(struct words *w, unsigned long per_row, const char *path)
{
    FILE *f = fopen(path, "wb");
    uint64_t pc = 0;

    if (f == NULL)
        return 99;
    for (size_t row = 0; row < isa_row_count(); row++) {
        for (unsigned long k = 0; k < per_row; k++) {
            struct isa_insn i;
            char text[128];
            uint32_t word = isa_row_match(w->decoder, row) |
                            (words_next(w) & ~isa_row_mask(w->decoder, row));
            if (isa_decode(w->decoder, word, pc, &i) != ISA_OK)
                continue;
            if (fwrite(&word, 4, 1, f) != 1)
                break;
            printf("%s\n", isa_print(&i, text, sizeof(text)));
            pc += 4;
        }
    }
    return fclose(f) == 0 ? 0 : 99;
}

/* The next entry of a file of cases: its words and its label. */
static bool read_entry(FILE *f, struct case_words *k, char *label, size_t size)
{
    char line[256];

    while (fgets(line, sizeof(line), f) != NULL) {
        char *comment = strstr(line, " // ");
        if (strncmp(line, "    entry ", 10) != 0 || comment == NULL)
            continue;
        *comment = 0;
        *k = (struct case_words){.n = 0};
        for (char *at = strchr(line, ','); at != NULL && k->n < CASE_WORDS;) {
            k->word[k->n] = (uint32_t)strtoul(at + 1, &at, 16);
            at = *at == ',' ? strchr(at + 1, ',') : NULL;
            k->n += k->word[k->n] != 0;
        }
        snprintf(label, size, "%.*s", (int)strcspn(comment + 4, "\n"), comment + 4);
        return true;
    }
    return false;
}

static void show(const struct isa_decoder *d, size_t number, const struct case_words *k,
                 const char *label)
{
    printf("%zu: %s:", number, label);
    for (size_t i = 0; i < k->n; i++) {
        char text[96];
        printf(" 0x%08" PRIx32 " %s;", k->word[i],
               isa_disassemble(d, k->word[i], 0, text, sizeof(text)));
    }
    printf("\n");
}

static int compare(const struct isa_decoder *d, const char *cases, const char *a_path,
                   const char *b_path)
{
    size_t count = 0, different = 0, kinds = 0, in_kind = 0;
    FILE *list = fopen(cases, "r"), *a = fopen(a_path, "rb"), *b = fopen(b_path, "rb");
    char label[128], shown[128] = "";
    struct case_words k;

    if (list == NULL || a == NULL || b == NULL) {
        fprintf(stderr, "cases: can't read the files to compare\n");
        return 99;
    }
    for (; read_entry(list, &k, label, sizeof(label)); count++) {
        uint64_t x = 0, y = 0;
        if (fread(&x, 8, 1, a) != 1 || fread(&y, 8, 1, b) != 1) {
            printf("case %zu: a run ended early\n", count);
            different++;
            break;
        }
        if (x == y)
            continue;
        different++;
        if (strcmp(label, shown) != 0) {
            kinds++;
            in_kind = 0;
            memcpy(shown, label, sizeof(shown));
        }
        if (in_kind++ < 3)
            show(d, count, &k, label);
    }
    printf("%zu cases, %zu differences in %zu kinds\n", count, different, kinds);
    fclose(list);
    fclose(a);
    fclose(b);
    return count == 0 || different != 0;
}

int main(int argc, char **argv)
{
    struct isa_decoder *d = NULL;
    struct err err = {0};
    int status = 2;

    if (isa_decoder_alloc(&d, &err) < 0) {
        fprintf(stderr, "cases: %s\n", err.text);
        return 99;
    }
    bool makes = argc == 4 && (!strcmp(argv[1], "make") || !strcmp(argv[1], "sequences"));
    bool lists = argc == 5 && !strcmp(argv[1], "list");
    if (makes || lists) {
        struct words w = {d, strtoull(argv[3], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) | 1};
        unsigned long count = strtoul(argv[2], NULL, 0);
        if (lists) {
            status = list_words(&w, count, argv[4]);
        } else {
            prologue();
            status = !strcmp(argv[1], "make") ? make(&w, count) : sequences_make(&w, count);
            epilogue();
        }
    } else if (argc == 5 && !strcmp(argv[1], "compare")) {
        status = compare(d, argv[2], argv[3], argv[4]);
    } else {
        fprintf(stderr, "usage: cases make PER_ROW SEED | cases sequences EACH SEED | "
                        "cases list PER_ROW SEED WORDS | cases compare CASES.S A B\n");
    }
    isa_decoder_free(d);
    return status;
}
