/* Words for a disassembler, and what the table makes of them, as if they stood at 0, 4, ...
 *
 *   decode_words uniform COUNT SEED WORDS    any words
 *   decode_words rows COUNT SEED WORDS       COUNT words of every row, with any fields, and as
 *                                            many with one of the row's fixed bits turned over
 *
 * Writes the words to the file WORDS, and one line for each: the word, a status ("ok";
 * "later" when the table knows of it but has no row; "none"), and name and operands.  They
 * stand between tabs, the operands after a blank. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"

struct words {
    const struct isa_decoder *decoder;
    FILE *file;
    uint64_t state, pc;
    bool failed;
};

/* xorshift64* of Vigna (2016), the upper half */
static uint32_t next(struct words *w)
{
    w->state ^= w->state >> 12;
    w->state ^= w->state << 25;
    w->state ^= w->state >> 27;
    return (uint32_t)(w->state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

static void emit(struct words *w, uint32_t word)
{
    static const char *const status[] = {[ISA_OK] = "ok", [ISA_UNALLOCATED] = "none",
                                         [ISA_NOT_IMPLEMENTED] = "later"};
    struct isa_insn insn;
    char text[128] = "";
    unsigned char bytes[4] = {(unsigned char)word, (unsigned char)(word >> 8),
                              (unsigned char)(word >> 16), (unsigned char)(word >> 24)};
    enum isa_status s = isa_decode(w->decoder, word, w->pc, &insn);

    if (s == ISA_OK)
        isa_print(&insn, text, sizeof(text));
    char *tab = strchr(text, '\t');
    if (tab)
        *tab = ' ';
    printf("%08" PRIx32 "\t%s\t%s\n", word, status[s], text);
    if (fwrite(bytes, sizeof(bytes), 1, w->file) != 1)
        w->failed = true;
    w->pc += 4;
}

/* One of the bits that the mask fixes. */
static uint32_t fixed_bit(struct words *w, uint32_t mask)
{
    for (;;) {
        uint32_t bit = UINT32_C(1) << (next(w) & 31);
        if (mask & bit)
            return bit;
    }
}

static void rows(struct words *w, unsigned long count)
{
    for (size_t row = 0; row < isa_row_count(); row++) {
        uint32_t match = isa_row_match(w->decoder, row), mask = isa_row_mask(w->decoder, row);
        for (unsigned long k = 0; k < count; k++) {
            emit(w, match | (next(w) & ~mask));
            emit(w, (match | (next(w) & ~mask)) ^ fixed_bit(w, mask));
        }
    }
}

int main(int argc, char **argv)
{
    struct words w = {0};
    struct isa_decoder *decoder = NULL;
    struct err err = {0};

    if (argc != 5 || (strcmp(argv[1], "uniform") && strcmp(argv[1], "rows"))) {
        fprintf(stderr, "usage: decode_words uniform|rows COUNT SEED WORDS\n");
        return 2;
    }
    unsigned long count = strtoul(argv[2], NULL, 0);
    w.state = strtoull(argv[3], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    w.file = fopen(argv[4], "wb");
    if (w.file == NULL) {
        perror(argv[4]);
        return 99;
    }
    if (isa_decoder_alloc(&decoder, &err) < 0) {
        fprintf(stderr, "decode_words: %s\n", err.text);
        fclose(w.file);
        return 99;
    }
    w.decoder = decoder;
    if (!strcmp(argv[1], "rows"))
        rows(&w, count);
    else
        for (unsigned long k = 0; k < count; k++)
            emit(&w, next(&w));
    isa_decoder_free(decoder);
    if (fclose(w.file) != 0 || w.failed) {
        fprintf(stderr, "decode_words: '%s' cannot be written\n", argv[4]);
        return 99;
    }
    return 0;
}
