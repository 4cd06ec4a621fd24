/* Any words as instructions: decoded, printed, their registers told; a word always gives the
 * same. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_word(const struct isa_decoder *d, uint32_t word, uint64_t pc)
{
    struct isa_insn insn, again;
    struct isa_deps deps;
    char text[96], small[8];

    enum isa_status status = isa_decode(d, word, pc, &insn);
    isa_disassemble(d, word, pc, text, sizeof(text));
    isa_disassemble(d, word, pc, small, sizeof(small));
    if (text[0] == 0 || strlen(small) >= sizeof(small))
        abort();
    if (status != isa_decode(d, word, pc, &again))
        abort();
    if (status != ISA_OK)
        return;
    if (insn.row != again.row || insn.imm != again.imm || insn.imm2 != again.imm2 ||
        insn.word != word)
        abort();
    isa_deps(&insn, &deps);
    if (isa_mem_bytes(&insn) > 64)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct isa_decoder *decoder;

    if (decoder == NULL && isa_decoder_alloc(&decoder, NULL) < 0)
        abort();
    for (size_t i = 0; i + 4 <= size; i += 4) {
        uint32_t word;
        memcpy(&word, bytes + i, 4);
        check_word(decoder, word, UINT64_C(0x400000) + i);
    }
    return 0;
}
