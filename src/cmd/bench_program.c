/* rung bench: guest programs that do one thing again and again, and running others. */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/path.h"
#include "base/str.h"
#include "cmd/bench.h"

extern char **environ;

enum { BASE = 0x400000, BRANCH_REACH = (1 << 18) - 16 };

static void add_word(struct str *code, uint32_t word)
{
    str_add_mem(code, (const char *)&word, sizeof(word));
}

/* movz and movk: 16 bits each. */
static void add_constant(struct str *code, unsigned reg, uint64_t value)
{
    for (unsigned i = 0; i < 3; i++)
        add_word(code, (i == 0 ? 0xd2800000u : 0xf2800000u) | i << 21 |
                           (uint32_t)(value >> 16 * i & 0xffff) << 5 | reg);
}

static void add_loop(struct str *code, const uint32_t *words, size_t n, size_t repeats,
                     uint64_t iterations)
{
    add_constant(code, 9, iterations);
    for (size_t i = 0; i < repeats; i++)
        for (size_t k = 0; k < n; k++)
            add_word(code, words[k]);
    uint32_t back = (uint32_t)(repeats * n + 1);
    add_word(code, 0xf1000529u);                                 /* subs x9, x9, #1 */
    add_word(code, 0x54000001u | ((0u - back) & 0x7ffffu) << 5); /* b.ne */
    add_word(code, 0xd2800000u);                                 /* mov x0, #0 */
    add_word(code, 0xd2800ba8u);                                 /* mov x8, #93: exit */
    add_word(code, 0xd4000001u);                                 /* svc #0 */
}

int bench_write_program(const char *path, const uint32_t *code, size_t n_code, size_t repeats,
                        uint64_t iterations, struct err *err)
{
    struct str text, file;
    str_init(&text);
    str_init(&file);
    if (repeats == 0 || repeats * n_code > BRANCH_REACH)
        repeats = BRANCH_REACH / n_code;
    add_loop(&text, code, n_code, repeats, iterations);
    Elf64_Ehdr head = {.e_type = ET_EXEC,
                       .e_machine = EM_AARCH64,
                       .e_version = EV_CURRENT,
                       .e_entry = BASE + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
                       .e_phoff = sizeof(Elf64_Ehdr),
                       .e_ehsize = sizeof(Elf64_Ehdr),
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 1};
    memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_ident[EI_VERSION] = EV_CURRENT;
    uint64_t size = sizeof(head) + sizeof(Elf64_Phdr) + text.len;
    Elf64_Phdr segment = {.p_type = PT_LOAD,
                          .p_flags = PF_R | PF_X,
                          .p_vaddr = BASE,
                          .p_paddr = BASE,
                          .p_filesz = size,
                          .p_memsz = size,
                          .p_align = 0x10000};
    str_add_mem(&file, (const char *)&head, sizeof(head));
    str_add_mem(&file, (const char *)&segment, sizeof(segment));
    str_add_mem(&file, text.data, text.len);
    int rc = str_failed(&text) || str_failed(&file)
                 ? err_set(err, ERR_NOMEM, "out of memory")
                 : path_write_atomic(path, file.data, file.len, err);
    str_release(&file);
    str_release(&text);
    return rc;
}

int bench_spawn(const char *const *argv, const char *out, const char *errors, int *status,
                struct err *err)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int ended = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out != NULL ? out : "/dev/null",
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, errors != NULL ? errors : "/dev/null",
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int number = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (number != 0)
        return err_set_errno(err, ERR_CONFIG, number, "cannot run '%s'", argv[0]);
    while (waitpid(pid, &ended, 0) < 0)
        if (errno != EINTR)
            return err_set_errno(err, ERR_IO, errno, "cannot wait for '%s'", argv[0]);
    *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
    return 0;
}
