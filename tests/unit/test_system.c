/* Linux system calls: arguments good and bad, the folder that a guest can't leave, clocks,
 * signals; and the list of mapped memory. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/stack.h"
#include "emu/syscall.h"
#include "tests/unit/unit.h"

/* A guest of one mapped page at PAGE, with writable memory, and one that is read only. */
#define PAGE UINT64_C(0x100000)
#define READONLY (PAGE + MEMORY_PAGE)
#define UNMAPPED (PAGE + 2 * MEMORY_PAGE)

enum {
    GETCWD = 17,
    DUP = 23,
    DUP3 = 24,
    FCNTL = 25,
    IOCTL = 29,
    MKDIRAT = 34,
    UNLINKAT = 35,
    RENAMEAT = 38,
    FTRUNCATE = 46,
    FACCESSAT = 48,
    OPENAT = 56,
    CLOSE = 57,
    GETDENTS64 = 61,
    LSEEK = 62,
    READ = 63,
    WRITE = 64,
    READV = 65,
    WRITEV = 66,
    PREAD64 = 67,
    PWRITE64 = 68,
    READLINKAT = 78,
    NEWFSTATAT = 79,
    FSTAT = 80,
    FSYNC = 82,
    EXIT_GROUP = 94,
    SET_TID_ADDRESS = 96,
    FUTEX = 98,
    NANOSLEEP = 101,
    CLOCK_GETTIME = 113,
    CLOCK_GETRES = 114,
    CLOCK_NANOSLEEP = 115,
    SCHED_GETAFFINITY = 123,
    KILL = 129,
    TGKILL = 131,
    SIGALTSTACK = 132,
    SIGACTION = 134,
    SIGPROCMASK = 135,
    SIGPENDING = 136,
    SIGRETURN = 139,
    TIMES = 153,
    UNAME = 160,
    GETRUSAGE = 165,
    UMASK = 166,
    GETTIMEOFDAY = 169,
    GETPID = 172,
    GETUID = 174,
    SYSINFO = 179,
    BRK = 214,
    MUNMAP = 215,
    MREMAP = 216,
    MMAP = 222,
    MPROTECT = 226,
    MINCORE = 232,
    MADVISE = 233,
    PRLIMIT64 = 261,
    GETRANDOM = 278,
    RSEQ = 293
};

#define CWD ((uint64_t)-100)

struct guest {
    struct memory memory;
    struct system system;
    struct cpu *cpu;
};

static struct guest *guest_alloc(struct emu_options *o)
{
    struct guest *g = calloc(1, sizeof(*g));
    struct err err = {0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    g->cpu = aligned_alloc(64, (sizeof(*g->cpu) + 63) / 64 * 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(g->cpu);
    memset(g->cpu, 0, sizeof(*g->cpu));
    CU_ASSERT_EQUAL_FATAL(memory_init(&g->memory, &err), 0);
    CU_ASSERT_EQUAL_FATAL(system_init(&g->system, &g->memory, o, &err), 0);
    g->system.brk_start = g->system.brk = 0x400000;
    g->system.mmap_top = UINT64_C(0x80000000);
    CU_ASSERT_EQUAL(memory_map(&g->memory, PAGE, MEMORY_PAGE, MEMORY_READ | MEMORY_WRITE), 0);
    CU_ASSERT_EQUAL(memory_map(&g->memory, READONLY, MEMORY_PAGE, MEMORY_READ), 0);
    return g;
}

static struct guest *plain_guest(void)
{
    struct emu_options o = {.out_fd = -1, .err_fd = -1};

    return guest_alloc(&o);
}

static void guest_free(struct guest *g)
{
    system_release(&g->system);
    memory_release(&g->memory);
    free(g->cpu);
    free(g);
}

static int64_t call6(struct guest *g, uint64_t number, const uint64_t *x)
{
    memcpy(g->cpu->r, x, 6 * sizeof(x[0]));
    g->cpu->r[8] = number;
    system_call(&g->system, g->cpu);
    return (int64_t)g->cpu->r[0];
}

#define call(g, ...) call_(g, (const uint64_t[8]){__VA_ARGS__})
static int64_t call_(struct guest *g, const uint64_t *x)
{
    return call6(g, x[0], x + 1);
}

static void *at(struct guest *g, uint64_t address)
{
    return g->memory.base + address;
}

/* A text in guest memory, at a place of its own for up to four of them. */
static uint64_t text(struct guest *g, const char *s)
{
    static unsigned next;
    uint64_t address = PAGE + 1024 + next++ % 4 * 512;

    strcpy(at(g, address), s);
    return address;
}

static void test_memory_list(void)
{
    struct guest *g = plain_guest();
    struct memory *m = &g->memory;
    const int rw = MEMORY_READ | MEMORY_WRITE;

    CU_ASSERT_EQUAL(memory_map(m, 0x200000, 0x3000, rw), 0);
    CU_ASSERT_EQUAL(memory_map(m, 0x203000, 0x1000, rw), 0);
    CU_ASSERT_EQUAL(memory_region_end(m, 0x200000), 0x204000); /* they were joined */
    CU_ASSERT_EQUAL(m->mapped, 2 * MEMORY_PAGE + 0x4000);
    CU_ASSERT_EQUAL(memory_unmap(m, 0x201000, 0x1000), 0);
    CU_ASSERT_TRUE(memory_is_free(m, 0x201000, 0x1000));
    CU_ASSERT_FALSE(memory_is_free(m, 0x200fff, 2));
    CU_ASSERT_EQUAL(memory_same_until(m, 0x201000), 0x202000);
    CU_ASSERT_EQUAL(memory_same_until(m, 0x204000), MEMORY_LIMIT);
    CU_ASSERT_EQUAL(memory_protect(m, 0x203000, 0x1000, MEMORY_READ), 0);
    CU_ASSERT_EQUAL(memory_same_until(m, 0x202000), 0x204000);
    CU_ASSERT_TRUE(memory_allows(m, 0x202000, 0x2000, MEMORY_READ));
    CU_ASSERT_FALSE(memory_allows(m, 0x202000, 0x2000, MEMORY_WRITE));
    CU_ASSERT_FALSE(memory_allows(m, 0x200000, 0x4000, 0));
    CU_ASSERT_FALSE(memory_allows(m, UINT64_MAX - 3, 8, 0));
    CU_ASSERT_EQUAL(memory_protect(m, 0x200000, 0x4000, rw), ERR_NOMEM);
    CU_ASSERT_EQUAL(memory_map(m, 0x200001, 0x1000, rw), ERR_NOMEM);
    CU_ASSERT_EQUAL(memory_map(m, MEMORY_LIMIT - 0x1000, 0x2000, rw), ERR_NOMEM);
    CU_ASSERT_EQUAL(memory_find_gap(m, 0x204000, 0x1000), 0x201000);
    CU_ASSERT_EQUAL(memory_find_gap(m, 0x204000, 0x2000), 0x1fe000);
    *(char *)at(g, 0x202fff) = 'x';
    uint64_t peak = m->peak;
    CU_ASSERT_EQUAL(memory_move(m, 0x202000, 0x1000, 0x300000), 0);
    CU_ASSERT_EQUAL(*(char *)at(g, 0x300fff), 'x');
    CU_ASSERT_EQUAL(m->peak, peak);
    CU_ASSERT_EQUAL(memory_prot(m, 0x202000), -1);
    CU_ASSERT_EQUAL(memory_move(m, 0x202000, 0x1000, 0x400000), ERR_NOMEM);
    guest_free(g);
}

static void test_brk_and_mmap(void)
{
    struct guest *g = plain_guest();
    const uint64_t rw = 3, private = 0x22, fixed = 0x32, keep = 0x100022;

    CU_ASSERT_EQUAL(call(g, BRK, 0), 0x400000);
    CU_ASSERT_EQUAL(call(g, BRK, 0x401234), 0x401234);
    *(char *)at(g, 0x401fff) = 'x';
    CU_ASSERT_EQUAL(call(g, BRK, 0x400000), 0x400000);
    CU_ASSERT_EQUAL(call(g, BRK, 0x402000), 0x402000);
    CU_ASSERT_EQUAL(*(char *)at(g, 0x401fff), 0);
    CU_ASSERT_EQUAL(call(g, BRK, 0x300000), 0x402000);
    CU_ASSERT_EQUAL(call(g, BRK, UINT64_MAX), 0x402000);

    int64_t a = call(g, MMAP, 0, 5000, rw, private, UINT64_MAX, 0);
    CU_ASSERT_EQUAL(a, 0x80000000 - 0x2000);
    CU_ASSERT_EQUAL(call(g, MMAP, 0x500000, 4096, rw, private, UINT64_MAX, 0), 0x500000);
    /* a hint that is taken, too low, or no page */
    CU_ASSERT_EQUAL(call(g, MMAP, 0x500000, 4096, rw, private, 0, 0), a - 0x1000);
    CU_ASSERT_EQUAL(call(g, MMAP, 0x1000, 4096, rw, private, 0, 0), a - 0x2000);
    CU_ASSERT_EQUAL(call(g, MMAP, 0x600123, 4096, rw, private, 0, 0), 0x600000);
    CU_ASSERT_EQUAL(call(g, MMAP, 0x500000, 4096, rw, fixed, 0, 0), 0x500000);
    CU_ASSERT_EQUAL(call(g, MMAP, 0x500000, 4096, rw, keep, 0, 0), -EEXIST);
    CU_ASSERT_EQUAL(call(g, MMAP, 0x500001, 4096, rw, fixed, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 4096, rw, fixed, 0, 0), -EPERM);
    CU_ASSERT_EQUAL(call(g, MMAP, MEMORY_LIMIT, 4096, rw, fixed, 0, 0), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 0, rw, private, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, UINT64_MAX, rw, private, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, UINT64_C(1) << 60, rw, private, 0, 0), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 4096, rw, 0x20, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 4096, rw, 2, 77, 0), -EBADF);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 4096, rw, 2, 1, 0), -ENODEV);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 4096, rw, private, 0, 1), -EINVAL);

    CU_ASSERT_EQUAL(call(g, MPROTECT, 0x500000, 4096, 0), 0);
    CU_ASSERT_EQUAL(call(g, WRITE, 1, 0x500000, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, MPROTECT, 0x500001, 4096, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MPROTECT, 0x501000, 4096, 0), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, MPROTECT, 0x501000, UINT64_MAX, 0), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, MPROTECT, 0x501000, 0, 0), 0);
    CU_ASSERT_EQUAL(call(g, MUNMAP, 0x500000, 4096), 0);
    CU_ASSERT_EQUAL(call(g, MUNMAP, 0x500000, 4096), 0);
    CU_ASSERT_EQUAL(call(g, MUNMAP, 0x500001, 4096), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MUNMAP, 0x500000, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MINCORE, (uint64_t)a, 4096, PAGE), 0);
    CU_ASSERT_EQUAL(call(g, MINCORE, 0x500000, 4096, PAGE), -ENOMEM);
    guest_free(g);
}

static void test_mremap(void)
{
    struct guest *g = plain_guest();
    const uint64_t rw = 3, fixed = 0x32, a = 0x1000000;

    CU_ASSERT_EQUAL(call(g, MMAP, a, 0x3000, rw, fixed, 0, 0), (int64_t)a);
    *(char *)at(g, a) = '1';
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x3000, 0x2000, 0), (int64_t)a);
    CU_ASSERT_EQUAL(memory_prot(&g->memory, a + 0x2000), -1);
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x2000, 0x4000, 0), (int64_t)a); /* in place */
    CU_ASSERT_EQUAL(call(g, MMAP, a + 0x4000, 0x1000, rw, fixed, 0, 0), (int64_t)a + 0x4000);
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x4000, 0x5000, 0), -ENOMEM);
    int64_t b = call(g, MREMAP, a, 0x4000, 0x5000, 1);
    CU_ASSERT_EQUAL(b, 0x80000000 - 0x5000);
    CU_ASSERT_EQUAL(*(char *)at(g, (uint64_t)b), '1');
    CU_ASSERT_EQUAL(*(char *)at(g, (uint64_t)b + 0x4fff), 0);
    CU_ASSERT_EQUAL(memory_prot(&g->memory, a), -1);
    CU_ASSERT_EQUAL(call(g, MREMAP, (uint64_t)b, 0x5000, 0x6000, 3, a), (int64_t)a);
    CU_ASSERT_EQUAL(*(char *)at(g, a), '1');
    CU_ASSERT_TRUE(memory_allows(&g->memory, a, 0x6000, 3));
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x6000, 0x6000, 3, a + 0x1000), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x1000, 0x1000, 2, a + 0x100000), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MREMAP, a + 1, 0x1000, 0x1000, 1), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x1000, 0, 1), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x7000, 0x8000, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, MREMAP, a, 0x1000, UINT64_C(1) << 50, 1), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, MADVISE, a, 0x6000, 3), 0); /* WILLNEED */
    CU_ASSERT_EQUAL(*(char *)at(g, a), '1');
    CU_ASSERT_EQUAL(call(g, MADVISE, a, 0x6000, 4), 0); /* DONTNEED */
    CU_ASSERT_EQUAL(*(char *)at(g, a), 0);
    CU_ASSERT_EQUAL(call(g, MADVISE, a, 0x7000, 4), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, MADVISE, a + 1, 0x1000, 4), -EINVAL);
    guest_free(g);
}

static void test_streams(void)
{
    int fds[2];
    char got[32] = "";

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    struct emu_options o = {.out_fd = fds[1], .err_fd = -1};
    struct guest *g = guest_alloc(&o);
    uint64_t hello = text(g, "hello "), world = text(g, "world\n");
    CU_ASSERT_EQUAL(call(g, WRITE, 1, hello, 6), 6);
    uint64_t *part = at(g, PAGE);
    part[0] = hello, part[1] = 2, part[2] = world, part[3] = 6, part[4] = UNMAPPED, part[5] = 1;
    CU_ASSERT_EQUAL(call(g, WRITEV, 1, PAGE, 2), 8);
    CU_ASSERT_EQUAL(call(g, WRITEV, 1, PAGE, 3), 8); /* what came before the bad one */
    CU_ASSERT_EQUAL(call(g, WRITEV, 1, PAGE + 32, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, WRITEV, 1, UNMAPPED, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, WRITEV, 1, PAGE, 1025), -EINVAL);
    CU_ASSERT_EQUAL(call(g, WRITEV, 9, PAGE, 1), -EBADF);
    CU_ASSERT_EQUAL(read(fds[0], got, sizeof(got)), 22);
    CU_ASSERT_STRING_EQUAL(got, "hello heworld\nheworld\n");
    CU_ASSERT_EQUAL(call(g, WRITE, 2, hello, 6), 6); /* discarded */
    CU_ASSERT_EQUAL(call(g, WRITE, 0, hello, 6), -EBADF);
    CU_ASSERT_EQUAL(call(g, WRITE, 3, hello, 6), -EBADF);
    CU_ASSERT_EQUAL(call(g, WRITE, 1, UNMAPPED, 6), -EFAULT);
    CU_ASSERT_EQUAL(call(g, WRITE, 1, READONLY + 4090, 7), -EFAULT);
    CU_ASSERT_EQUAL(call(g, WRITE, 1, UINT64_MAX, 7), -EFAULT);
    CU_ASSERT_EQUAL(call(g, READ, 0, PAGE, 100), 0); /* empty */
    CU_ASSERT_EQUAL(call(g, READ, 1, PAGE, 100), -EBADF);
    CU_ASSERT_EQUAL(call(g, READ, 0, READONLY, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, READV, 0, PAGE, 2), 0);
    CU_ASSERT_FALSE(g->system.had_input);
    CU_ASSERT_EQUAL(call(g, LSEEK, 1, 0, 1), -ESPIPE);
    CU_ASSERT_EQUAL(call(g, PREAD64, 0, PAGE, 1, 0), -ESPIPE);
    CU_ASSERT_EQUAL(call(g, PWRITE64, 1, PAGE, 1, UINT64_MAX), -EINVAL);
    CU_ASSERT_EQUAL(call(g, FSTAT, 1, PAGE), 0);
    CU_ASSERT_EQUAL(((uint32_t *)at(g, PAGE))[4] & S_IFMT, S_IFIFO);
    CU_ASSERT_EQUAL(call(g, FSTAT, 1, UNMAPPED), -EFAULT);
    CU_ASSERT_EQUAL(call(g, FSTAT, 5, PAGE), -EBADF);
    CU_ASSERT_EQUAL(call(g, IOCTL, 1, 0x5401, PAGE), -ENOTTY);
    CU_ASSERT_EQUAL(call(g, IOCTL, 5, 0x5401, PAGE), -EBADF);
    CU_ASSERT_EQUAL(call(g, DUP, 1), 3);
    CU_ASSERT_EQUAL(call(g, DUP3, 1, 10, 0), 10);
    CU_ASSERT_EQUAL(call(g, DUP3, 1, 1, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, DUP3, 1, 1000, 0), -EBADF);
    CU_ASSERT_EQUAL(call(g, FCNTL, 1, 0, 5), 5);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 1), 0);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 2, 1), 0);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 1), 1);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 3), O_WRONLY);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 99), -EINVAL);
    CU_ASSERT_EQUAL(call(g, CLOSE, 1), 0);
    CU_ASSERT_EQUAL(call(g, CLOSE, 1), -EBADF);
    CU_ASSERT_EQUAL(call(g, WRITE, 10, hello, 6), 6); /* the host's is still open */
    for (int i = 0; i < FILES_MAX; i++)
        call(g, DUP, 10);
    CU_ASSERT_EQUAL(call(g, DUP, 10), -EMFILE);
    close(fds[0]);
    close(fds[1]);
    guest_free(g);
}

static void put_file(const char *folder, const char *name, const char *content)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(content, f);
    fclose(f);
}

/* DIR/in/{file,sub/deep}, DIR/secret, and links that lead out of DIR/in. */
static char *make_folder(char *folder)
{
    char path[256], target[256];

    strcpy(folder, "system-test.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    put_file(folder, "secret", "secret");
    const char *const made[] = {"in", "in/sub"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
        CU_ASSERT_EQUAL_FATAL(mkdir(path, 0755), 0);
    }
    put_file(folder, "in/file", "content\n");
    put_file(folder, "in/sub/deep", "deep");
    const char *const link[][2] = {{"up", "../secret"},    {"upup", "../"},
                                   {"proc", "/proc/self"}, {"mem", "/proc/self/mem"},
                                   {"within", "sub/deep"}, {"tricky", "sub/../../secret"}};
    for (size_t i = 0; i < sizeof(link) / sizeof(link[0]); i++) {
        snprintf(path, sizeof(path), "%s/in/%s", folder, link[i][0]);
        CU_ASSERT_EQUAL_FATAL(symlink(link[i][1], path), 0);
    }
    snprintf(path, sizeof(path), "%s/in/absolute", folder);
    char *whole = realpath(folder, NULL);
    snprintf(target, sizeof(target), "%s/secret", whole);
    free(whole);
    CU_ASSERT_EQUAL_FATAL(symlink(target, path), 0);
    snprintf(path, sizeof(path), "%s/in/pipe", folder);
    CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
    return folder;
}

static void remove_folder(const char *folder)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

/* Where the host has no openat2 (Linux before 5.6, qemu), every guest walks. */
static struct guest *guest_in(const char *folder, bool walks)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/in", folder);
    struct emu_options o = {.out_fd = -1, .err_fd = -1, .files = path};
    struct guest *g = guest_alloc(&o);
    g->system.files.walks |= walks;
    return g;
}

static void check_inside(const char *folder, bool walks)
{
    struct guest *g = guest_in(folder, walks);
    char whole[FILES_PATH_MAX + 8];

    walks = g->system.files.walks;
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "file"), 0, 0), 3);
    CU_ASSERT_TRUE(g->system.had_input);
    CU_ASSERT_EQUAL(call(g, READ, 3, PAGE, 100), 8);
    CU_ASSERT_EQUAL(memcmp(at(g, PAGE), "content\n", 8), 0);
    CU_ASSERT_EQUAL(call(g, LSEEK, 3, 3, 0), 3);
    CU_ASSERT_EQUAL(call(g, READ, 3, PAGE, 2), 2);
    CU_ASSERT_EQUAL(memcmp(at(g, PAGE), "te", 2), 0);
    CU_ASSERT_EQUAL(call(g, LSEEK, 3, UINT64_MAX, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, WRITE, 3, PAGE, 2), -EBADF);
    CU_ASSERT_EQUAL(call(g, PREAD64, 3, PAGE, 3, 4), 3);
    CU_ASSERT_EQUAL(call(g, FTRUNCATE, 3, 1), -EINVAL);
    /* mapped: the file, then zeros */
    int64_t a = call(g, MMAP, 0, 4096, 1, 2, 3, 0);
    CU_ASSERT_TRUE_FATAL(a > 0);
    CU_ASSERT_EQUAL(memcmp(at(g, (uint64_t)a), "content\n\0", 10), 0);
    CU_ASSERT_EQUAL(call(g, MMAP, 0, 4096, 3, 1, 3, 0), -ENODEV);
    CU_ASSERT_EQUAL(call(g, FSTAT, 3, PAGE), 0);
    CU_ASSERT_EQUAL(((int64_t *)at(g, PAGE))[6], 8);
    CU_ASSERT_EQUAL(call(g, NEWFSTATAT, 3, text(g, ""), PAGE, 0x1000), 0);
    CU_ASSERT_EQUAL(call(g, NEWFSTATAT, CWD, text(g, ""), PAGE, 0), -ENOENT);
    CU_ASSERT_EQUAL(call(g, NEWFSTATAT, CWD, text(g, "within"), PAGE, 0x100), 0);
    CU_ASSERT_EQUAL(((uint32_t *)at(g, PAGE))[4] & S_IFMT, S_IFLNK);
    CU_ASSERT_EQUAL(call(g, CLOSE, 3), 0);

    /* a folder, and names relative to it */
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "./sub//"), 0x4000, 0), 3);
    CU_ASSERT_TRUE(call(g, GETDENTS64, 3, PAGE, 1024) >= 3 * 24);
    CU_ASSERT_EQUAL(call(g, GETDENTS64, 1, PAGE, 1024), -ENOTDIR);
    CU_ASSERT_EQUAL(call(g, OPENAT, 3, text(g, "deep"), 0, 0), 4);
    CU_ASSERT_EQUAL(call(g, OPENAT, 3, text(g, "../../secret"), 0, 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, OPENAT, 1, text(g, "deep"), 0, 0), -ENOTDIR);
    CU_ASSERT_EQUAL(call(g, OPENAT, 44, text(g, "deep"), 0, 0), -EBADF);

    /* written, moved, removed */
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "new"), O_CREAT | O_RDWR | O_EXCL, 0644), 5);
    CU_ASSERT_EQUAL(call(g, WRITE, 5, text(g, "12345"), 5), 5);
    CU_ASSERT_EQUAL(call(g, PWRITE64, 5, text(g, "x"), 1, 0), 1);
    CU_ASSERT_EQUAL(call(g, FTRUNCATE, 5, 3), 0);
    CU_ASSERT_EQUAL(call(g, FSYNC, 5), 0);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 4, O_APPEND), 0);
    CU_ASSERT_EQUAL(call(g, FCNTL, 5, 3), O_RDWR | O_APPEND);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "new"), O_CREAT | O_EXCL, 0644), -EEXIST);
    CU_ASSERT_EQUAL(call(g, FACCESSAT, CWD, text(g, "new"), R_OK), 0);
    CU_ASSERT_EQUAL(call(g, FACCESSAT, CWD, text(g, "old"), F_OK), -ENOENT);
    CU_ASSERT_EQUAL(call(g, FACCESSAT, CWD, text(g, "old"), 8), -EINVAL);
    CU_ASSERT_EQUAL(call(g, MKDIRAT, CWD, text(g, "made/"), 0755), 0);
    CU_ASSERT_EQUAL(call(g, RENAMEAT, CWD, text(g, "new"), CWD, text(g, "made/moved")), 0);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "made"), 0x200), -ENOTEMPTY);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "made/moved"), 0), 0);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "made"), 0x200), 0);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "made"), 1), -EINVAL);

    /* by the whole name, as getcwd tells it */
    int64_t n = call(g, GETCWD, PAGE, 1024);
    CU_ASSERT_TRUE_FATAL(n > 0 && n < 1000);
    CU_ASSERT_EQUAL(call(g, GETCWD, PAGE, (uint64_t)n - 1), -ERANGE);
    snprintf(whole, sizeof(whole), "%s/file", (char *)at(g, PAGE));
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, whole), 0, 0), 6);
    CU_ASSERT_EQUAL(call(g, READLINKAT, CWD, text(g, "within"), PAGE, 5), 5);
    CU_ASSERT_EQUAL(memcmp(at(g, PAGE), "sub/d", 5), 0);
    CU_ASSERT_EQUAL(call(g, READLINKAT, CWD, text(g, "file"), PAGE, 5), -EINVAL);
    CU_ASSERT_EQUAL(call(g, READLINKAT, CWD, text(g, "within"), PAGE, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, READLINKAT, CWD, text(g, "within"), UNMAPPED, 5), -EFAULT);
    /* the kernel follows links that stay inside; the walk follows none */
    int64_t fd = call(g, OPENAT, CWD, text(g, "within"), 0, 0);
    CU_ASSERT_EQUAL(fd, walks ? -ELOOP : 7);
    guest_free(g);
}

static void test_files_inside(void)
{
    char folder[32];

    make_folder(folder);
    check_inside(folder, false);
    check_inside(folder, true);
    remove_folder(folder);
}

/* Each way out that there is; every call is refused, and nothing outside is changed. */
static void check_escapes(const char *folder, bool walks)
{
    static const char *const ways[] = {"../secret",
                                       "..",
                                       "sub/../../secret",
                                       "up",
                                       "upup",
                                       "upup/secret",
                                       "tricky",
                                       "absolute",
                                       "proc/mem",
                                       "proc/cwd",
                                       "mem",
                                       "/etc/passwd",
                                       "/",
                                       "//",
                                       "/proc/self/mem",
                                       "/proc/self/cwd/secret",
                                       "/dev/null",
                                       "/dev/stdin",
                                       "./../secret",
                                       "sub/../sub/../../in/../secret",
                                       "proc/../self/maps"};
    struct guest *g = guest_in(folder, walks);
    char whole[FILES_PATH_MAX + 32];

    walks = g->system.files.walks;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        uint64_t name = text(g, ways[i]);
        CU_ASSERT_TRUE(call(g, OPENAT, CWD, name, 0, 0) < 0);
        CU_ASSERT_TRUE(call(g, OPENAT, CWD, name, O_RDWR | O_CREAT | O_TRUNC, 0644) < 0);
        CU_ASSERT_TRUE(call(g, NEWFSTATAT, CWD, name, PAGE, 0) < 0);
        CU_ASSERT_TRUE(call(g, FACCESSAT, CWD, name, 0) < 0);
        CU_ASSERT_TRUE(call(g, MKDIRAT, CWD, name, 0755) < 0);
        CU_ASSERT_TRUE(call(g, RENAMEAT, CWD, text(g, "file"), CWD, text(g, "../file")) < 0);
        CU_ASSERT_TRUE(call(g, RENAMEAT, CWD, text(g, "../secret"), CWD, text(g, "got")) < 0);
    }
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "../secret"), 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "upup/secret"), 0),
                    walks ? -ENOTDIR : -EACCES);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "sub/.."), 0x200), -EACCES);
    /* the folder's own name, followed by a way out of it or by more of the name */
    CU_ASSERT_TRUE(call(g, GETCWD, PAGE, 1024) > 0);
    snprintf(whole, sizeof(whole), "%s/../secret", (char *)at(g, PAGE));
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, whole), 0, 0), -EACCES);
    snprintf(whole, sizeof(whole), "%sx", (char *)at(g, PAGE));
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, whole), 0, 0), -EACCES);
    /* what is no file: does not wait for the pipe's other end */
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "pipe"), 0, 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "sub"), 0x400000, 0), -EOPNOTSUPP);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, UNMAPPED, 0, 0), -EFAULT);
    memset(at(g, PAGE), 'a', MEMORY_PAGE);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, PAGE, 0, 0), -ENAMETOOLONG);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, READONLY + 4095, 0, 0), -ENOENT);
    CU_ASSERT_PTR_NULL(files_find(&g->system.files, 3));
    guest_free(g);
}

/* What may only be read: no call changes anything, and the folder is all that there is. */
static void test_files_read_only(void)
{
    char folder[32], path[256], name[256];
    make_folder(folder);
    snprintf(path, sizeof(path), "%s/in", folder);
    snprintf(name, sizeof(name), "%s/in/file", folder);
    struct emu_options o = {
        .out_fd = -1, .err_fd = -1, .files = path, .files_read_only = true, .input = name};
    struct guest *g = guest_alloc(&o);
    static const unsigned changes[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_CREAT | O_EXCL};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "file"), changes[i], 0644), -EROFS);
    CU_ASSERT_EQUAL(call(g, UNLINKAT, CWD, text(g, "file"), 0), -EROFS);
    CU_ASSERT_EQUAL(call(g, MKDIRAT, CWD, text(g, "made"), 0755), -EROFS);
    CU_ASSERT_EQUAL(call(g, RENAMEAT, CWD, text(g, "file"), CWD, text(g, "made")), -EROFS);
    CU_ASSERT_EQUAL(call(g, FACCESSAT, CWD, text(g, "file"), W_OK), -EROFS);
    CU_ASSERT_EQUAL(call(g, FACCESSAT, CWD, text(g, "file"), R_OK), 0);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "/file"), 0, 0), 3);
    CU_ASSERT_EQUAL(call(g, READ, 3, PAGE, 100), 8);
    CU_ASSERT_EQUAL(call(g, FTRUNCATE, 3, 1), -EINVAL);
    CU_ASSERT_EQUAL(call(g, WRITE, 3, PAGE, 2), -EBADF);
    CU_ASSERT_EQUAL(call(g, GETCWD, PAGE, 1024), 2);
    CU_ASSERT_EQUAL(memcmp(at(g, PAGE), "/", 2), 0);
    CU_ASSERT_TRUE(call(g, OPENAT, CWD, text(g, "/etc/passwd"), 0, 0) < 0);
    CU_ASSERT_TRUE(call(g, OPENAT, CWD, text(g, "/../secret"), 0, 0) < 0);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, name), 0, 0), -ENOENT);
    /* standard input is the file, from its beginning, for whoever runs it again */
    CU_ASSERT_EQUAL(call(g, READ, 0, PAGE, 100), 8);
    CU_ASSERT_EQUAL(memcmp(at(g, PAGE), "content\n", 8), 0);
    CU_ASSERT_EQUAL(call(g, READ, 0, PAGE, 100), 0);
    CU_ASSERT_EQUAL(call(g, LSEEK, 0, 0, 0), -ESPIPE);
    CU_ASSERT_FALSE(g->system.had_input);
    guest_free(g);
    remove_folder(folder);

    struct system s;
    struct err err = {0};
    struct memory none = {0};
    o.input = "/nowhere/input";
    CU_ASSERT_EQUAL(system_init(&s, &none, &o, &err), ERR_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cannot open '/nowhere/input'"));
    system_release(&s);
}

static void test_files_outside(void)
{
    char folder[32], path[64], content[16] = "";
    struct stat st;

    make_folder(folder);
    check_escapes(folder, false);
    check_escapes(folder, true);
    snprintf(path, sizeof(path), "%s/secret", folder);
    FILE *f = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fread(content, 1, sizeof(content), f), 6);
    fclose(f);
    CU_ASSERT_STRING_EQUAL(content, "secret");
    snprintf(path, sizeof(path), "%s/file", folder);
    CU_ASSERT_EQUAL(stat(path, &st), -1);
    remove_folder(folder);
}

static void test_files_of_proc(void)
{
    struct emu_options o = {.out_fd = -1, .err_fd = -1, .files = "/"};
    char mem[32];

    if (access("/proc/self/mem", F_OK) != 0)
        return; /* no procfs here */
    struct guest *g = guest_alloc(&o);
    snprintf(mem, sizeof(mem), "/proc/%ld/mem", (long)getpid());
    for (int walks = g->system.files.walks; walks < 2; walks++) {
        int refused = walks ? -ENOTDIR : -EACCES; /* a link on the way, to who walks */
        g->system.files.walks = walks;
        CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "proc/self/mem"), O_RDWR, 0), refused);
        CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "/proc/self/maps"), 0, 0), refused);
        CU_ASSERT_EQUAL(call(g, READLINKAT, CWD, text(g, "/proc/self/exe"), PAGE, 100),
                        refused);
        CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, mem), O_RDWR, 0), -EACCES);
    }
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "/dev/null"), 0, 0), -EACCES);
    CU_ASSERT_TRUE(call(g, NEWFSTATAT, CWD, text(g, "/"), PAGE, 0) == 0);
    CU_ASSERT_EQUAL(call(g, GETCWD, PAGE, 2), 2);
    CU_ASSERT_STRING_EQUAL((char *)at(g, PAGE), "/");
    guest_free(g);
}

static void test_no_files(void)
{
    struct guest *g = plain_guest();
    struct emu_options o = {.out_fd = -1, .err_fd = -1, .files = "/nonexistent/folder"};
    struct err err = {0};
    struct system s;

    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "/etc/passwd"), 0, 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, OPENAT, CWD, text(g, "file"), O_CREAT | O_RDWR, 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, NEWFSTATAT, CWD, text(g, "/"), PAGE, 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, FACCESSAT, CWD, text(g, "/"), 0), -EACCES);
    CU_ASSERT_EQUAL(call(g, READLINKAT, CWD, text(g, "/proc/self/exe"), PAGE, 9), -EACCES);
    CU_ASSERT_EQUAL(call(g, GETCWD, PAGE, 100), 2);
    CU_ASSERT_STRING_EQUAL((char *)at(g, PAGE), "/");
    CU_ASSERT_EQUAL(system_init(&s, &g->memory, &o, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "'/nonexistent/folder'");
    system_release(&s);
    guest_free(g);
}

static void test_clocks(void)
{
    struct guest *g = plain_guest();
    int64_t *t = at(g, PAGE);

    g->system.retired = 2500000000;
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 1, PAGE), 0);
    CU_ASSERT_EQUAL(t[0], 2);
    CU_ASSERT_EQUAL(t[1], 500000000);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 0, PAGE), 0);
    CU_ASSERT_EQUAL(t[0], 946684802);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 99, PAGE), -EINVAL);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 1, READONLY), -EFAULT);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETRES, 1, PAGE), 0);
    CU_ASSERT_EQUAL(t[1], 1);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETRES, 1, 0), 0);
    t[0] = 7, t[1] = 1;
    CU_ASSERT_EQUAL(call(g, NANOSLEEP, PAGE, 0), 0);
    CU_ASSERT_EQUAL(system_ticks(&g->system), 9500000001);
    t[0] = 20, t[1] = 0;
    CU_ASSERT_EQUAL(call(g, CLOCK_NANOSLEEP, 1, 1, PAGE), 0);
    CU_ASSERT_EQUAL(call(g, CLOCK_NANOSLEEP, 1, 1, PAGE), 0);
    CU_ASSERT_EQUAL(system_ticks(&g->system), 20000000000);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 2, PAGE), 0); /* sleeping is no work */
    CU_ASSERT_EQUAL(t[0], 2);
    CU_ASSERT_EQUAL(call(g, GETTIMEOFDAY, PAGE, PAGE + 16), 0);
    CU_ASSERT_EQUAL(t[0], 946684820);
    CU_ASSERT_EQUAL(call(g, TIMES, PAGE), 2000);
    CU_ASSERT_EQUAL(t[0], 250);
    CU_ASSERT_EQUAL(call(g, GETRUSAGE, 0, PAGE), 0);
    CU_ASSERT_EQUAL(t[1], 500000);
    CU_ASSERT_EQUAL(call(g, GETRUSAGE, 5, PAGE), -EINVAL);
    t[0] = -1;
    CU_ASSERT_EQUAL(call(g, NANOSLEEP, PAGE, 0), -EINVAL);
    t[0] = INT64_MAX, t[1] = 999999999;
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(call(g, NANOSLEEP, PAGE, 0), 0);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 0, PAGE), 0);
    CU_ASSERT_TRUE(t[0] > 4000000000);
    guest_free(g);

    struct emu_options o = {.out_fd = -1, .err_fd = -1, .host_clock = true};
    g = guest_alloc(&o);
    t = at(g, PAGE);
    CU_ASSERT_EQUAL(call(g, CLOCK_GETTIME, 0, PAGE), 0);
    CU_ASSERT_TRUE(t[0] > 1700000000);
    uint64_t before = system_ticks(&g->system);
    t[0] = 0, t[1] = 3000000;
    CU_ASSERT_EQUAL(call(g, NANOSLEEP, PAGE, 0), 0);
    CU_ASSERT_TRUE(system_ticks(&g->system) - before >= 3000000);
    guest_free(g);
}

static void test_processes(void)
{
    struct guest *g = plain_guest(), *other = plain_guest();
    uint64_t *x = at(g, PAGE);

    CU_ASSERT_EQUAL(call(g, GETPID), 1000);
    CU_ASSERT_EQUAL(call(g, SET_TID_ADDRESS, PAGE), 1000);
    CU_ASSERT_EQUAL(call(g, GETUID), 1000);
    CU_ASSERT_EQUAL(call(g, UNAME, PAGE), 0);
    CU_ASSERT_STRING_EQUAL((char *)at(g, PAGE + 4 * 65), "aarch64");
    CU_ASSERT_EQUAL(call(g, UNAME, UNMAPPED - 65), -EFAULT);
    CU_ASSERT_EQUAL(call(g, GETRANDOM, PAGE, 13, 0), 13);
    CU_ASSERT_EQUAL(call(other, GETRANDOM, PAGE, 13, 0), 13);
    CU_ASSERT_EQUAL(memcmp(at(g, PAGE), at(other, PAGE), 13), 0);
    CU_ASSERT_EQUAL(call(g, GETRANDOM, PAGE, 13, 0), 13);
    CU_ASSERT_NOT_EQUAL(memcmp(at(g, PAGE), at(other, PAGE), 13), 0);
    CU_ASSERT_EQUAL(call(g, GETRANDOM, READONLY, 1, 0), -EFAULT);
    CU_ASSERT_EQUAL(call(g, GETRANDOM, PAGE, 1, 99), -EINVAL);
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 0, 3, 0, PAGE), 0);
    CU_ASSERT_EQUAL(x[0], 8 << 20);
    x[0] = 1 << 20, x[1] = 2 << 20;
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 0, 3, PAGE, 0), 0);
    x[1] = 3 << 20;
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 0, 3, PAGE, 0), -EPERM);
    x[0] = 4 << 20;
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 0, 3, PAGE, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 0, 3, UNMAPPED, 0), -EFAULT);
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 0, 16, PAGE, 0), -EINVAL);
    CU_ASSERT_EQUAL(call(g, PRLIMIT64, 1, 3, PAGE, 0), -ESRCH);
    CU_ASSERT_EQUAL(call(g, SCHED_GETAFFINITY, 0, 128, PAGE), 8);
    CU_ASSERT_EQUAL(x[0], 1);
    CU_ASSERT_EQUAL(call(g, SCHED_GETAFFINITY, 0, 4, PAGE), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SYSINFO, PAGE), 0);
    CU_ASSERT_EQUAL(x[4], MEMORY_LIMIT);
    CU_ASSERT_EQUAL(call(g, UMASK, 027), 022);
    CU_ASSERT_EQUAL(call(g, RSEQ, 0), -ENOSYS);
    CU_ASSERT_EQUAL(g->system.n_unknown, 0);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(call(g, 220), -ENOSYS);
        CU_ASSERT_EQUAL(call(g, UINT64_MAX), -ENOSYS);
    }
    CU_ASSERT_EQUAL(g->system.n_unknown, 2);
    CU_ASSERT_STRING_EQUAL(system_call_name(g->system.unknown[0]), "clone");
    CU_ASSERT_PTR_NULL(system_call_name(g->system.unknown[1]));
    CU_ASSERT_EQUAL(g->system.state, SYSTEM_RUNNING);
    call(g, EXIT_GROUP, 0x1ff);
    CU_ASSERT_EQUAL(g->system.state, SYSTEM_EXITED);
    CU_ASSERT_EQUAL(g->system.exit_code, 255);
    guest_free(g);
    guest_free(other);
}

static void test_futex(void)
{
    struct guest *g = plain_guest();
    uint32_t *word = at(g, PAGE);
    int64_t *span = at(g, PAGE + 16);

    *word = 5;
    CU_ASSERT_EQUAL(call(g, FUTEX, PAGE, 0, 4, 0), -EAGAIN);
    CU_ASSERT_EQUAL(call(g, FUTEX, PAGE, 129, 1), 0); /* nobody to wake */
    CU_ASSERT_EQUAL(call(g, FUTEX, UNMAPPED, 129, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, FUTEX, UNMAPPED, 0, 1), -EFAULT);
    CU_ASSERT_EQUAL(call(g, FUTEX, PAGE + 1, 0, 1), -EINVAL);
    CU_ASSERT_EQUAL(call(g, FUTEX, PAGE, 3, 1), -ENOSYS);
    span[0] = 2, span[1] = 0;
    CU_ASSERT_EQUAL(call(g, FUTEX, PAGE, 128, 5, PAGE + 16), -ETIMEDOUT);
    CU_ASSERT_EQUAL(g->system.slept, 2000000000);
    CU_ASSERT_EQUAL(call(g, FUTEX, PAGE, 9, 5, UNMAPPED), -EFAULT);
    CU_ASSERT_EQUAL(g->system.state, SYSTEM_RUNNING);
    call(g, FUTEX, PAGE, 128, 5, 0);
    CU_ASSERT_EQUAL(g->system.state, SYSTEM_STUCK);
    CHECK_STRING_CONTAINS(g->system.text, "futex at 0x100000");
    guest_free(g);
}

/* A handler is entered as Linux enters it, and its return restores everything. */
static void test_handlers(void)
{
    struct guest *g = plain_guest();
    struct system *s = &g->system;
    struct cpu *c = g->cpu;
    uint64_t *action = at(g, PAGE), stack = UINT64_C(0x700000);

    CU_ASSERT_EQUAL(memory_map(&g->memory, stack, 0x10000, MEMORY_READ | MEMORY_WRITE), 0);
    action[0] = 0x5000, action[1] = 4, action[2] = 0, action[3] = 1 << 1; /* blocks SIGINT */
    CU_ASSERT_EQUAL(call(g, SIGACTION, 10, PAGE, 0, 8), 0);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 10, 0, PAGE + 64, 8), 0);
    CU_ASSERT_EQUAL(memcmp(action, at(g, PAGE + 64), 32), 0);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 9, PAGE, 0, 8), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 0, PAGE, 0, 8), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 65, PAGE, 0, 8), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 10, PAGE, 0, 4), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 10, UNMAPPED, 0, 8), -EFAULT);
    CU_ASSERT_EQUAL(call(g, SIGACTION, 10, 0, READONLY, 8), -EFAULT);

    c->r[R_SP] = stack + 0x8008;
    c->r[7] = 77;
    c->r[29] = 29, c->r[30] = 30;
    c->r[R_V0 + 5] = 1234567;
    cpu_set_nzcv(c, 0xa);
    c->fpcr = 1 << 24;
    s->next_pc = 0x6000;
    CU_ASSERT_EQUAL(call(g, TGKILL, 1000, 1000, 10), 10); /* X0 is the handler's argument */
    CU_ASSERT_EQUAL(s->next_pc, 0x5000);
    CU_ASSERT_EQUAL(c->r[30], STACK_TOP);
    CU_ASSERT_EQUAL(c->r[R_SP] % 16, 0);
    CU_ASSERT_TRUE(c->r[R_SP] < stack + 0x8008);
    CU_ASSERT_EQUAL(*(int32_t *)at(g, c->r[1]), 10);
    CU_ASSERT_EQUAL(s->blocked, 1 << 1 | 1 << 9);
    CU_ASSERT_EQUAL(memory_prot(&g->memory, STACK_TOP), MEMORY_READ | MEMORY_EXEC);
    c->r[7] = c->r[29] = c->r[R_V0 + 5] = 0;
    cpu_set_nzcv(c, 0);
    c->fpcr = 0;
    s->next_pc = STACK_TOP + 8;
    c->r[8] = SIGRETURN;
    system_call(s, c);
    CU_ASSERT_EQUAL(s->next_pc, 0x6000);
    CU_ASSERT_EQUAL(c->r[0], 0); /* what tgkill returned */
    CU_ASSERT_EQUAL(c->r[7], 77);
    CU_ASSERT_EQUAL(c->r[29], 29);
    CU_ASSERT_EQUAL(c->r[30], 30);
    CU_ASSERT_EQUAL(c->r[R_SP], stack + 0x8008);
    CU_ASSERT_EQUAL(c->r[R_V0 + 5], 1234567);
    CU_ASSERT_EQUAL(cpu_nzcv(c), 0xa);
    CU_ASSERT_EQUAL(c->fpcr, 1 << 24);
    CU_ASSERT_EQUAL(s->blocked, 0);

    /* no room for the frame */
    c->r[R_SP] = stack + 64;
    call(g, TGKILL, 1000, 1000, 10);
    CU_ASSERT_EQUAL(s->state, SYSTEM_KILLED);
    CU_ASSERT_EQUAL(s->signal, 10);
    /* a frame that is none */
    s->state = SYSTEM_RUNNING;
    c->r[8] = SIGRETURN;
    c->r[R_SP] = stack + 0x4000;
    system_call(s, c);
    CU_ASSERT_EQUAL(s->state, SYSTEM_KILLED);
    CU_ASSERT_EQUAL(s->signal, 11);
    guest_free(g);
}

static void test_signals(void)
{
    struct guest *g = plain_guest();
    struct system *s = &g->system;
    uint64_t *set = at(g, PAGE);

    *set = UINT64_MAX;
    CU_ASSERT_EQUAL(call(g, SIGPROCMASK, 0, PAGE, PAGE + 8, 8), 0);
    CU_ASSERT_EQUAL(set[1], 0);
    CU_ASSERT_EQUAL(s->blocked, ~(UINT64_C(1) << 8 | UINT64_C(1) << 18));
    CU_ASSERT_EQUAL(call(g, KILL, 1000, 6), 0);
    CU_ASSERT_EQUAL(call(g, KILL, 0, 17), 0);
    CU_ASSERT_EQUAL(call(g, KILL, 1, 6), -ESRCH);
    CU_ASSERT_EQUAL(call(g, KILL, 1000, 65), -EINVAL);
    CU_ASSERT_EQUAL(call(g, KILL, 1000, 0), 0);
    CU_ASSERT_EQUAL(call(g, TGKILL, 1000, 5, 6), -ESRCH);
    CU_ASSERT_EQUAL(call(g, SIGPENDING, PAGE + 16, 8), 0);
    CU_ASSERT_EQUAL(set[2], 1 << 5 | 1 << 16);
    CU_ASSERT_EQUAL(call(g, SIGPENDING, UNMAPPED, 8), -EFAULT);
    CU_ASSERT_EQUAL(call(g, SIGPROCMASK, 3, PAGE, 0, 8), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SIGPROCMASK, 0, PAGE, 0, 4), -EINVAL);
    CU_ASSERT_EQUAL(call(g, SIGPROCMASK, 0, UNMAPPED, 0, 8), -EFAULT);
    *set = 1 << 16; /* SIGCHLD does nothing */
    CU_ASSERT_EQUAL(call(g, SIGPROCMASK, 1, PAGE, 0, 8), 0);
    CU_ASSERT_EQUAL(s->state, SYSTEM_RUNNING);
    set[0] = PAGE, set[1] = 0, set[2] = 8192;
    CU_ASSERT_EQUAL(call(g, SIGALTSTACK, PAGE, PAGE + 32), 0);
    CU_ASSERT_EQUAL(((uint32_t *)at(g, PAGE + 32))[2], 2); /* there was none */
    set[2] = 100;
    CU_ASSERT_EQUAL(call(g, SIGALTSTACK, PAGE, 0), -ENOMEM);
    CU_ASSERT_EQUAL(call(g, SIGALTSTACK, UNMAPPED, 0), -EFAULT);
    set[1] = 2;
    CU_ASSERT_EQUAL(call(g, SIGALTSTACK, PAGE, 0), 0);
    CU_ASSERT_EQUAL(s->stack_bytes, 0);
    *set = 0;
    call(g, SIGPROCMASK, 2, PAGE, 0, 8);
    CU_ASSERT_EQUAL(s->state, SYSTEM_KILLED);
    CU_ASSERT_EQUAL(s->signal, 6);
    guest_free(g);
}

/* Any call with any arguments ends with a result. */
static void test_noise(void)
{
    static const uint64_t likely[] = {0,
                                      1,
                                      2,
                                      8,
                                      16,
                                      100,
                                      4096,
                                      PAGE,
                                      PAGE + 8,
                                      READONLY,
                                      UNMAPPED,
                                      UNMAPPED - 4,
                                      0x400000,
                                      0x7fff0000,
                                      UINT64_MAX,
                                      (uint64_t)-100,
                                      UINT64_C(1) << 40,
                                      MEMORY_LIMIT,
                                      MEMORY_LIMIT - 4096,
                                      INT64_MAX,
                                      UINT64_C(1) << 63};
    char folder[32];
    uint64_t state = 7;
    unsigned done = 0;

    make_folder(folder);
    struct guest *g = guest_in(folder, false);
    for (int i = 0; i < 60000; i++) {
        uint64_t x[6];
        for (int k = 0; k < 6; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            x[k] = state >> 60 == 0 ? state >> 3 : likely[(state >> 33) % (sizeof(likely) / 8)];
        }
        uint64_t number = state % 450;
        if (number == 93 || number == 94)
            continue;
        call6(g, number, x);
        if (g->system.state != SYSTEM_RUNNING)
            g->system.state = SYSTEM_RUNNING;
        if (memory_prot(&g->memory, PAGE) != 3)
            memory_map(&g->memory, PAGE, MEMORY_PAGE, MEMORY_READ | MEMORY_WRITE);
        done++;
    }
    CU_ASSERT_TRUE(done > 50000);
    CU_ASSERT_TRUE(g->system.n_unknown == SYSTEM_UNKNOWN);
    guest_free(g);
    remove_folder(folder);
}

static const struct unit_test tests[] = {
    {"the list of mapped memory", test_memory_list},
    {"brk, mmap, mprotect", test_brk_and_mmap},
    {"mremap and madvise", test_mremap},
    {"standard streams", test_streams},
    {"files inside the folder", test_files_inside},
    {"every way out of the folder", test_files_outside},
    {"a folder and standard input that are only read", test_files_read_only},
    {"files of procfs", test_files_of_proc},
    {"no folder", test_no_files},
    {"clocks", test_clocks},
    {"processes", test_processes},
    {"futex", test_futex},
    {"signal handlers", test_handlers},
    {"signals", test_signals},
    {"any call with any arguments", test_noise},
};

UNIT_MAIN("system calls", tests)
