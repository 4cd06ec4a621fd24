/* Notes: static executables (ET_EXEC) and static position-independent ones (ET_DYN without
 * an interpreter, which relocate themselves) are loaded.  Symbols come from SHT_SYMTAB; a
 * damaged symbol table is as good as none, for nothing but messages needs it. */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/elf_file.h"

/* Where position-independent programs go. */
#define PIE_BASE UINT64_C(0x10000000)

enum { MAX_FILE = 1 << 30, MARKER = (int)0xd5032ddf };

static int read_file(struct elf_file *f, const char *path, struct err *err)
{
    FILE *in = fopen(path, "rb");
    size_t room = 1 << 16;
    int rc = 0;

    if (in == NULL)
        return err_set_errno(err, ERR_DATA, errno, "'%s': can't open", path);
    for (;;) {
        uint8_t *grown = realloc(f->bytes, room);
        if (grown == NULL) {
            rc = err_set(err, ERR_NOMEM, "'%s': no memory to read it", path);
            break;
        }
        f->bytes = grown;
        f->size += fread(f->bytes + f->size, 1, room - f->size, in);
        if (ferror(in)) {
            rc = err_set_errno(err, ERR_DATA, errno, "'%s': can't read", path);
            break;
        }
        if (f->size < room)
            break;
        if (room >= MAX_FILE) {
            rc = err_set(err, ERR_DATA, "'%s': larger than 1 GiB", path);
            break;
        }
        room *= 2;
    }
    fclose(in);
    return rc;
}

static bool within(const struct elf_file *f, uint64_t offset, uint64_t length)
{
    return offset <= f->size && length <= f->size - offset;
}

static int check_header(const struct elf_file *f, const char *path, Elf64_Ehdr *h,
                        struct err *err)
{
    if (f->size < sizeof(*h) || memcmp(f->bytes, ELFMAG, SELFMAG) != 0)
        return err_set(err, ERR_DATA, "'%s': not an ELF file", path);
    memcpy(h, f->bytes, sizeof(*h));
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
        h->e_machine != EM_AARCH64)
        return err_set(err, ERR_DATA,
                       "'%s': not a little-endian AArch64 program: build it with a compiler for "
                       "that, as 'aarch64-linux-gnu-gcc -static'",
                       path);
    if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
        return err_set(err, ERR_DATA, "'%s': not an executable (ELF type %u)%s", path, h->e_type,
                       h->e_type == ET_REL ? ": link it with '-static'" : "");
    /* Linux takes no more than 64 KiB of them. */
    if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 ||
        h->e_phnum > 65536 / sizeof(Elf64_Phdr) ||
        !within(f, h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr)))
        return err_set(err, ERR_DATA, "'%s': damaged program headers", path);
    return 0;
}

static Elf64_Phdr program_header(const struct elf_file *f, const Elf64_Ehdr *h, unsigned i)
{
    Elf64_Phdr p;

    memcpy(&p, f->bytes + h->e_phoff + i * sizeof(p), sizeof(p));
    return p;
}

static bool holds_marker(const uint8_t *code, uint64_t length)
{
    for (uint64_t i = 0; i + 4 <= length; i += 4) {
        uint32_t word;
        memcpy(&word, code + i, 4);
        if (word == (uint32_t)MARKER)
            return true;
    }
    return false;
}

static int load_segment(struct elf_file *f, const char *path, const Elf64_Phdr *p,
                        uint64_t bias, struct memory *m, struct err *err)
{
    uint64_t address = p->p_vaddr + bias, page = MEMORY_PAGE - 1;

    if ((p->p_filesz > 0 && !within(f, p->p_offset, p->p_filesz)) ||
        p->p_filesz > p->p_memsz)
        return err_set(err, ERR_DATA, "'%s': a segment reaches beyond the file", path);
    if (p->p_memsz == 0)
        return 0;
    if (address < MEMORY_PAGE || address >= MEMORY_LIMIT / 2 ||
        p->p_memsz > MEMORY_LIMIT / 2 - address)
        return err_set(err, ERR_DATA, "'%s': a segment at 0x%llx is outside of guest memory",
                       path, (unsigned long long)address);
    uint64_t start = address & ~page, end = (address + p->p_memsz + page) & ~page;
    /* Segments may share a page: what an earlier one put there stays, and may be used as
     * either wants. */
    int shared = memory_prot(m, start);
    for (uint64_t at = start; at < end; at += MEMORY_PAGE) {
        uint64_t stop = memory_same_until(m, at);
        bool fresh = memory_prot(m, at) < 0;
        stop = stop < end ? stop : end;
        if ((fresh ? memory_map : memory_protect)(m, at, stop - at,
                                                  MEMORY_READ | MEMORY_WRITE) < 0)
            return err_set(err, ERR_NOMEM, "'%s': no memory for a segment", path);
        at = stop - MEMORY_PAGE;
    }
    if (p->p_filesz > 0)
        memcpy(m->base + address, f->bytes + p->p_offset, p->p_filesz);
    int prot = (p->p_flags & PF_R ? MEMORY_READ : 0) | (p->p_flags & PF_W ? MEMORY_WRITE : 0) |
               (p->p_flags & PF_X ? MEMORY_EXEC | MEMORY_READ : 0);
    if (memory_protect(m, start, end - start, prot) < 0)
        return err_set(err, ERR_NOMEM, "'%s': can't protect a segment", path);
    if (shared > 0 && memory_protect(m, start, MEMORY_PAGE, prot | shared) < 0)
        return err_set(err, ERR_NOMEM, "'%s': can't protect a segment", path);
    if ((p->p_flags & PF_X) && p->p_filesz > 0)
        f->has_marker |= holds_marker(f->bytes + p->p_offset, p->p_filesz);
    if (end > f->end)
        f->end = end;
    return 0;
}

static int compare_symbols(const void *a, const void *b)
{
    const struct elf_symbol *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->size < y->size ? -1 : x->size > y->size;
}

static void load_symbols(struct elf_file *f, const Elf64_Ehdr *h, uint64_t bias)
{
    Elf64_Shdr table, strings;
    bool found = false;

    if (h->e_shentsize != sizeof(table) ||
        !within(f, h->e_shoff, (uint64_t)h->e_shnum * sizeof(table)))
        return;
    for (unsigned i = 0; i < h->e_shnum && !found; i++) {
        memcpy(&table, f->bytes + h->e_shoff + i * sizeof(table), sizeof(table));
        found = table.sh_type == SHT_SYMTAB;
    }
    if (!found || table.sh_link >= h->e_shnum || !within(f, table.sh_offset, table.sh_size))
        return;
    memcpy(&strings, f->bytes + h->e_shoff + table.sh_link * sizeof(strings), sizeof(strings));
    if (strings.sh_size == 0 || !within(f, strings.sh_offset, strings.sh_size) ||
        f->bytes[strings.sh_offset + strings.sh_size - 1] != 0)
        return;
    size_t count = table.sh_size / sizeof(Elf64_Sym);
    f->symbol = calloc(count + 1, sizeof(f->symbol[0]));
    if (f->symbol == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        Elf64_Sym s;
        memcpy(&s, f->bytes + table.sh_offset + i * sizeof(s), sizeof(s));
        unsigned type = ELF64_ST_TYPE(s.st_info);
        const char *name = (const char *)f->bytes + strings.sh_offset + s.st_name;
        /* Mapping symbols ($x, $d) and undefined ones name no function. */
        if ((type != STT_FUNC && type != STT_NOTYPE) || s.st_shndx == SHN_UNDEF ||
            s.st_shndx >= SHN_LORESERVE || s.st_name >= strings.sh_size || *name == 0 ||
            *name == '$')
            continue;
        f->symbol[f->n_symbols++] = (struct elf_symbol){s.st_value + bias, s.st_size, name};
    }
    qsort(f->symbol, f->n_symbols, sizeof(f->symbol[0]), compare_symbols);
}

int elf_file_load(struct elf_file *f, const char *path, struct memory *m, struct err *err)
{
    Elf64_Ehdr h;

    *f = (struct elf_file){0};
    int rc = read_file(f, path, err);
    if (rc == 0)
        rc = check_header(f, path, &h, err);
    if (rc < 0)
        return rc;
    uint64_t bias = h.e_type == ET_DYN ? PIE_BASE : 0;
    for (unsigned i = 0; i < h.e_phnum; i++) {
        Elf64_Phdr p = program_header(f, &h, i);
        if (p.p_type == PT_INTERP)
            return err_set(err, ERR_DATA,
                           "'%s': dynamically linked; only static programs can be run: link it "
                           "with '-static'",
                           path);
        if (p.p_type != PT_LOAD)
            continue;
        rc = load_segment(f, path, &p, bias, m, err);
        if (rc < 0)
            return rc;
        if (h.e_phoff >= p.p_offset && h.e_phoff - p.p_offset < p.p_filesz)
            f->phdr = p.p_vaddr + bias + (h.e_phoff - p.p_offset);
    }
    if (f->end == 0)
        return err_set(err, ERR_DATA, "'%s': nothing to load", path);
    f->bias = bias;
    f->phnum = h.e_phnum;
    f->entry = h.e_entry + bias;
    load_symbols(f, &h, bias);
    return 0;
}

void elf_file_release(struct elf_file *f)
{
    free(f->bytes);
    free(f->symbol);
    *f = (struct elf_file){0};
}

const struct elf_symbol *elf_file_symbol(const struct elf_file *f, uint64_t address)
{
    size_t low = 0, high = f->n_symbols;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->symbol[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    /* Assembler labels have no size and reach up to the next symbol. */
    for (size_t i = low; i > 0 && low - i < 8; i--) {
        const struct elf_symbol *s = &f->symbol[i - 1];
        if (s->size == 0 || address - s->address < s->size)
            return address < f->end ? s : NULL;
    }
    return NULL;
}

static bool code_of_sections(const struct elf_file *f, const Elf64_Ehdr *h, size_t *skip,
                             uint64_t *address, uint64_t *length)
{
    Elf64_Shdr s;

    if (h->e_shentsize != sizeof(s) || !within(f, h->e_shoff, (uint64_t)h->e_shnum * sizeof(s)))
        return false;
    for (unsigned i = 0; i < h->e_shnum; i++) {
        memcpy(&s, f->bytes + h->e_shoff + i * sizeof(s), sizeof(s));
        if (s.sh_type != SHT_PROGBITS || !(s.sh_flags & SHF_EXECINSTR) || (*skip)-- != 0)
            continue;
        *address = s.sh_addr + f->bias;
        *length = s.sh_size;
        return true;
    }
    return false;
}

bool elf_file_code(const struct elf_file *f, size_t i, uint64_t *address, uint64_t *length)
{
    Elf64_Ehdr h;
    size_t skip = i;

    memcpy(&h, f->bytes, sizeof(h));
    if (code_of_sections(f, &h, &skip, address, length))
        return true;
    if (skip != i) /* there were sections */
        return false;
    for (unsigned k = 0; k < f->phnum; k++) {
        Elf64_Phdr p = program_header(f, &h, k);
        if (p.p_type != PT_LOAD || !(p.p_flags & PF_X) || skip-- != 0)
            continue;
        *address = p.p_vaddr + f->bias;
        *length = p.p_filesz;
        return true;
    }
    return false;
}
