#include "config.h"

#include "sim/lines.h"

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_UNITS = 100000 };

struct lines {
    int fd;
    Dwarf *dwarf;
};

struct lines *lines_alloc(const char *elf)
{
    struct lines *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    l->fd = open(elf, O_RDONLY | O_CLOEXEC);
    if (l->fd >= 0)
        l->dwarf = dwarf_begin(l->fd, DWARF_C_READ);
    if (l->dwarf != NULL)
        return l;
    lines_free(l);
    return NULL;
}

void lines_free(struct lines *l)
{
    if (l == NULL)
        return;
    dwarf_end(l->dwarf);
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}

static Dwarf_Line *find(Dwarf *dwarf, uint64_t pc)
{
    Dwarf_Off at = 0, next;
    size_t header;
    for (int i = 0; i < MAX_UNITS; i++) {
        Dwarf_Die unit;
        if (dwarf_nextcu(dwarf, at, &next, &header, NULL, NULL, NULL) != 0)
            return NULL;
        if (dwarf_offdie(dwarf, at + header, &unit) != NULL) {
            Dwarf_Line *line = dwarf_getsrc_die(&unit, pc);
            if (line != NULL)
                return line;
        }
        at = next;
    }
    return NULL;
}

void lines_find(const struct lines *l, uint64_t pc, char *text, size_t size)
{
    int number = 0;
    char place[16];
    text[0] = '\0';
    Dwarf_Line *line = l != NULL ? find(l->dwarf, pc) : NULL;
    const char *name = line != NULL ? dwarf_linesrc(line, NULL, NULL) : NULL;
    if (name == NULL || dwarf_lineno(line, &number) != 0 || number <= 0)
        return;
    if (strncmp(name, "./", 2) == 0)
        name += 2;
    int digits = snprintf(place, sizeof place, ":%d", number);
    size_t room = size - 1 - (size_t)digits, length = strlen(name);
    snprintf(text, size, "%s%s", length > room ? name + length - room : name, place);
}

void lines_library(char *text, size_t size)
{
    snprintf(text, size, "elfutils %s", dwfl_version(NULL));
}
