/* Notes:
 * - A function is its name and the file that declares it: static functions of one name in two
 *   files are two, a function that was compiled or inlined many times is one.
 * - Where code was moved by the optimiser, the line tables say which function an instruction
 *   came from; some instructions serve two, and are given to one.
 * - Inline functions of the compiler's own headers, which stand for an instruction each, belong
 *   to the function that uses them.
 * - Files without DWARF give their exported functions alone; what is static in them counts as
 *   the library.
 */
#include "config.h"

#include "profile/symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { MAX_INLINE = 64, TABLE_START = 1024 };

/* A range of code and the function that it was compiled for; addresses as the process had. */
struct range {
    uint64_t low, high;
    Dwarf_Addr bias;
    Dwarf_Die die, unit;
};

/* What is known of an address already. */
struct known {
    uint64_t pc; /* 0: free */
    size_t first, n;
};

struct symbols {
    Dwfl *dwfl;
    struct range *range;
    size_t n_ranges, max_ranges;
    struct symbols_function *function;
    size_t n_functions, max_functions;
    struct symbols_frame *frame; /* of all known addresses, one after the other */
    size_t n_frames, max_frames;
    struct known *known; /* a hash table with free places, size a power of two */
    size_t n_known, max_known;
    char **text; /* what the functions' texts are, to be freed */
    size_t n_texts, max_texts;
    bool failed;
};

/* ---- growing arrays ------------------------------------------------------------------------
 */

/* Makes room for one more; false when memory is short. */
static bool reserve(void *array, size_t n, size_t *max, size_t size)
{
    void **at = array;
    if (n < *max)
        return true;
    size_t more = *max + *max / 2 + 256;
    void *grown = realloc(*at, more * size);
    if (grown == NULL)
        return false;
    *at = grown;
    *max = more;
    return true;
}

static const char *keep(struct symbols *s, char *text)
{
    if (text == NULL || !reserve(&s->text, s->n_texts, &s->max_texts, sizeof(*s->text))) {
        free(text);
        s->failed = true;
        return "";
    }
    s->text[s->n_texts++] = text;
    return text;
}

/* ---- functions -----------------------------------------------------------------------------
 */

/* The part of a path from the tree's own folders on: "src/timing/cache.h" of
 * "/home/me/rung/src/timing/cache.h".  Where a build is must not show. */
static const char *within_tree(const char *path)
{
    static const char *const top[] = {"src/", "stats/", "tests/"};
    for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++) {
        const char *found = strncmp(path, top[i], strlen(top[i])) == 0 ? path : NULL;
        char within[16];
        snprintf(within, sizeof(within), "/%s", top[i]);
        for (const char *at = strstr(path, within); at != NULL; at = strstr(at + 1, within))
            found = at + 1;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* "timing" of "src/timing/cache.h", "stats" of "stats/fit.c". */
static char *module_of_file(const char *file)
{
    const char *begin = strncmp(file, "src/", 4) == 0 ? file + 4 : file;
    return str_format("%.*s", (int)strcspn(begin, "/"), begin);
}

/* "libc" of "/lib/x86_64-linux-gnu/libc.so.6". */
static char *module_of_object(const char *object)
{
    const char *slash = strrchr(object, '/'), *name = slash != NULL ? slash + 1 : object;
    const char *end = strstr(name, ".so");
    return str_format("%.*s", end != NULL ? (int)(end - name) : (int)strlen(name), name);
}

/* A table of which the file that includes it makes functions: they are that file's. */
static bool is_table(const char *file)
{
    size_t len = strlen(file);
    return len > 4 && strcmp(file + len - 4, ".def") == 0;
}

/* The number of this function; takes it in when it is new.  `file` NULL: not known. */
static size_t enter(struct symbols *s, const char *name, const char *file, const char *object)
{
    const char *tree = file != NULL ? within_tree(file) : NULL;
    if (file != NULL && tree == NULL)
        tree = strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;
    if (tree == NULL)
        tree = "";
    for (size_t i = 0; i < s->n_functions; i++)
        if (strcmp(s->function[i].name, name) == 0 && strcmp(s->function[i].file, tree) == 0)
            return i;
    if (!reserve(&s->function, s->n_functions, &s->max_functions, sizeof(*s->function))) {
        s->failed = true;
        return 0;
    }
    bool own = file != NULL && within_tree(file) != NULL;
    s->function[s->n_functions] = (struct symbols_function){
        .name = keep(s, str_format("%s", name)),
        .file = keep(s, str_format("%s", tree)),
        .module = keep(s, own ? module_of_file(tree) : module_of_object(object))};
    return s->n_functions++;
}

/* ---- reading the files ---------------------------------------------------------------------
 */

static int no_debug_file(Dwfl_Module *m, void **data, const char *name, Dwarf_Addr base,
                         const char *file, const char *link, GElf_Word crc, char **result)
{
    (void)m, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc;
    (void)result;
    return -1; /* what the files say themselves is enough: nothing is sought elsewhere */
}

static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf,
                                         .find_debuginfo = no_debug_file};

/* Mapped files alone: "[vdso]" and the like would be sought in a process that has ended. */
static char *maps_of_files(const char *maps)
{
    struct str text;
    str_init(&text);
    while (*maps != '\0') {
        size_t len = strcspn(maps, "\n");
        const char *slash = memchr(maps, '/', len);
        if (slash != NULL && slash[-1] == ' ' && maps[len] == '\n')
            str_add_mem(&text, maps, len + 1);
        maps += len + (maps[len] == '\n');
    }
    char *found = str_detach(&text);
    str_release(&text);
    return found;
}

static int report_files(struct symbols *s, const char *maps, struct err *err)
{
    char *text = maps_of_files(maps);
    FILE *file = text != NULL && text[0] != '\0' ? fmemopen(text, strlen(text), "r") : NULL;
    int rc = 0;
    s->dwfl = dwfl_begin(&callbacks);
    if (file == NULL || s->dwfl == NULL)
        rc = err_set(err, ERR_DATA, "a profile does not say what was loaded where");
    if (rc == 0) {
        dwfl_report_begin(s->dwfl);
        int number = dwfl_linux_proc_maps_report(s->dwfl, file);
        if (number != 0 || dwfl_report_end(s->dwfl, NULL, NULL) != 0)
            rc = err_set(err, ERR_DATA, "the files of a profile cannot be read: %s",
                         number > 0 ? strerror(number) : dwfl_errmsg(-1));
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return rc;
}

/* ---- ranges of functions --------------------------------------------------------------------
 */

static void add_ranges(struct symbols *s, Dwarf_Die *die, Dwarf_Die *unit, Dwarf_Addr bias)
{
    Dwarf_Addr base, low, high;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &low, &high)) > 0;) {
        if (!reserve(&s->range, s->n_ranges, &s->max_ranges, sizeof(*s->range))) {
            s->failed = true;
            return;
        }
        s->range[s->n_ranges++] = (struct range){low + bias, high + bias, bias, *die, *unit};
    }
}

static int add_module(Dwfl_Module *m, void **data, const char *name, Dwarf_Addr start,
                      void *arg)
{
    (void)data, (void)name, (void)start;
    Dwarf_Die *unit = NULL, die;
    Dwarf_Addr bias;
    while ((unit = dwfl_module_nextcu(m, unit, &bias)) != NULL) {
        if (dwarf_child(unit, &die) != 0)
            continue;
        do
            if (dwarf_tag(&die) == DW_TAG_subprogram)
                add_ranges(arg, &die, unit, bias);
        while (dwarf_siblingof(&die, &die) == 0);
    }
    return DWARF_CB_OK;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

static const struct range *find_range(const struct symbols *s, uint64_t pc)
{
    size_t low = 0, high = s->n_ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->range[middle].low <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && pc < s->range[low - 1].high ? &s->range[low - 1] : NULL;
}

int symbols_alloc(struct symbols **out, const char *maps, struct err *err)
{
    struct symbols *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = report_files(s, maps, err);
    if (rc == 0)
        dwfl_getmodules(s->dwfl, add_module, s, 0);
    if (rc == 0 && s->n_ranges > 0)
        qsort(s->range, s->n_ranges, sizeof(*s->range), compare_ranges);
    s->max_known = TABLE_START;
    s->known = calloc(s->max_known, sizeof(*s->known));
    if (rc == 0 && (s->failed || s->known == NULL))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        *out = s;
    else
        symbols_free(s);
    return rc;
}

void symbols_free(struct symbols *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_texts; i++)
        free(s->text[i]);
    free(s->text);
    free(s->function);
    free(s->frame);
    free(s->known);
    free(s->range);
    if (s->dwfl != NULL)
        dwfl_end(s->dwfl);
    free(s);
}

/* ---- addresses -----------------------------------------------------------------------------
 */

/* The child of `die` that holds `pc`: an inlined function or a block of lines. */
static bool child_at(Dwarf_Die *die, Dwarf_Addr pc, Dwarf_Die *found)
{
    Dwarf_Die child;
    if (dwarf_child(die, &child) != 0)
        return false;
    do {
        int tag = dwarf_tag(&child);
        if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
            dwarf_haspc(&child, pc) > 0) {
            *found = child;
            return true;
        }
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

static int number_of(Dwarf_Die *die, unsigned attribute)
{
    Dwarf_Attribute a;
    Dwarf_Word value;
    return dwarf_attr_integrate(die, attribute, &a) != NULL && dwarf_formudata(&a, &value) == 0
               ? (int)value
               : 0;
}

static void add_frame(struct symbols *s, size_t function, int line)
{
    if (!reserve(&s->frame, s->n_frames, &s->max_frames, sizeof(*s->frame))) {
        s->failed = true;
        return;
    }
    s->frame[s->n_frames++] = (struct symbols_frame){function, line};
}

/* The file that declares a function.  Clang gives those of the unit's own file the number 0, as
 * DWARF 5 has it, which libdw (0.188) takes for none. */
static const char *file_of(Dwarf_Die *die, Dwarf_Die *unit)
{
    Dwarf_Attribute a;
    const char *file = dwarf_decl_file(die);
    if (file == NULL && dwarf_attr_integrate(die, DW_AT_decl_file, &a) != NULL)
        file = dwarf_diename(unit);
    return file;
}

/* Frames of a function with DWARF: the chain of functions that were put into each other. */
static void add_inlined(struct symbols *s, const struct range *range, uint64_t pc,
                        const char *object)
{
    Dwarf_Die chain[MAX_INLINE], die = range->die, child;
    Dwarf_Addr at = pc - range->bias;
    size_t n = 0;
    chain[n++] = die;
    while (n < MAX_INLINE && child_at(&die, at, &child)) {
        if (dwarf_tag(&child) == DW_TAG_inlined_subroutine)
            chain[n++] = child;
        die = child;
    }
    Dwarf_Die unit = range->unit;
    Dwarf_Line *found = dwarf_getsrc_die(&unit, at);
    int line = 0;
    if (found != NULL)
        dwarf_lineno(found, &line);
    while (n-- > 0) {
        const char *name = dwarf_diename(&chain[n]), *file = file_of(&chain[n], &unit);
        bool own = n == 0 || file == NULL || within_tree(file) != NULL;
        if (file != NULL && is_table(file))
            file = file_of(&chain[0], &unit);
        if (own)
            add_frame(s, enter(s, name != NULL ? name : "?", file, object), line);
        line = n > 0 ? number_of(&chain[n], DW_AT_call_line) : 0;
    }
}

static void add_plain(struct symbols *s, uint64_t pc)
{
    Dwfl_Module *m = dwfl_addrmodule(s->dwfl, pc);
    Dwarf_Addr start = 0;
    const char *object =
        m != NULL ? dwfl_module_info(m, NULL, &start, NULL, NULL, NULL, NULL, NULL) : NULL;
    GElf_Off offset;
    GElf_Sym symbol;
    const char *name =
        m != NULL ? dwfl_module_addrinfo(m, pc, &offset, &symbol, NULL, NULL, NULL) : NULL;
    if (object == NULL)
        object = "[kernel or generated]";
    char text[256];
    const char *slash = strrchr(object, '/');
    snprintf(text, sizeof(text), "[%s]", slash != NULL ? slash + 1 : object);
    bool inside = name != NULL && (symbol.st_size == 0 || offset < symbol.st_size);
    add_frame(s, enter(s, inside ? name : text, NULL, object), 0);
}

static void add_address(struct symbols *s, uint64_t pc)
{
    const struct range *range = find_range(s, pc);
    Dwfl_Module *m = range != NULL ? dwfl_addrmodule(s->dwfl, pc) : NULL;
    const char *object =
        m != NULL ? dwfl_module_info(m, NULL, NULL, NULL, NULL, NULL, NULL, NULL) : NULL;
    if (range != NULL)
        add_inlined(s, range, pc, object != NULL ? object : "");
    else
        add_plain(s, pc);
}

/* The place of an address in the table, used or free. */
static struct known *place_of(struct known *table, size_t size, uint64_t pc)
{
    size_t i = (pc * 0x9e3779b97f4a7c15u) >> 32 & (size - 1);
    while (table[i].pc != 0 && table[i].pc != pc)
        i = (i + 1) & (size - 1);
    return &table[i];
}

static bool grow_table(struct symbols *s)
{
    size_t size = 2 * s->max_known;
    struct known *table = calloc(size, sizeof(*table));
    if (table == NULL)
        return false;
    for (size_t i = 0; i < s->max_known; i++)
        if (s->known[i].pc != 0)
            *place_of(table, size, s->known[i].pc) = s->known[i];
    free(s->known);
    s->known = table;
    s->max_known = size;
    return true;
}

const struct symbols_frame *symbols_find(struct symbols *s, uint64_t pc, bool is_return,
                                         size_t *n)
{
    pc -= is_return && pc > 0;
    if (2 * s->n_known >= s->max_known && !grow_table(s))
        return NULL;
    struct known *known = place_of(s->known, s->max_known, pc != 0 ? pc : 1);
    if (known->pc == 0) {
        *known = (struct known){.pc = pc != 0 ? pc : 1, .first = s->n_frames};
        s->n_known++;
        add_address(s, pc);
        known->n = s->n_frames - known->first;
    }
    *n = known->n;
    return s->failed || known->n == 0 ? NULL : s->frame + known->first;
}

size_t symbols_count(const struct symbols *s)
{
    return s->n_functions;
}

const struct symbols_function *symbols_function(const struct symbols *s, size_t i)
{
    return &s->function[i];
}

struct lines_sought {
    const char *program;
    bool found;
};

static int has_lines(Dwfl_Module *m, void **data, const char *name, Dwarf_Addr start, void *arg)
{
    (void)data, (void)start;
    struct lines_sought *sought = arg;
    Dwarf_Addr bias;
    if (strcmp(name, sought->program) == 0)
        sought->found = dwfl_module_nextcu(m, NULL, &bias) != NULL;
    return DWARF_CB_OK;
}

bool symbols_has_lines(const struct symbols *s, const char *program)
{
    struct lines_sought sought = {program, false};
    dwfl_getmodules(s->dwfl, has_lines, &sought, 0);
    return sought.found;
}
