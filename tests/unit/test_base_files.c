#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "base/yaml.h"
#include "tests/unit/test_base.h"
#include "tests/unit/unit.h"

/* ---- hash ---- */

void test_hash(void)
{
    char text[HASH_TEXT_SIZE], million[HASH_TEXT_SIZE];
    struct err err = {0};
    hash_bytes("", 0, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_bytes("abc", 3, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /* A million times "a": the third example of FIPS 180-2. */
    char *bytes = malloc(1000001);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    memset(bytes, 'a', 1000000);
    bytes[1000000] = '\0';
    hash_bytes(bytes, 1000000, million);
    CU_ASSERT_STRING_EQUAL(million,
                           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    const char *path = scratch("million");
    write_file(path, bytes);
    free(bytes);
    CU_ASSERT_EQUAL(hash_file(path, text, &err), 0);
    CU_ASSERT_STRING_EQUAL(text, million);
    CU_ASSERT_EQUAL(hash_file("/nowhere/x", text, &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot open '/nowhere/x': No such file or directory");
    err_clear(&err);
    CU_ASSERT_EQUAL(hash_file("/", text, &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot read '/': Is a directory");
}

/* ---- path ---- */

static void check_data(const char *kind, const char *name, const char *expected)
{
    char *path = path_data(kind, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    CU_ASSERT_STRING_EQUAL(path, expected);
    free(path);
}

void test_path_data(void)
{
    unsetenv("RUNG_DATADIR");
    check_data("machines", "m2.yaml", RUNG_SOURCE_DIR "/data/machines/m2.yaml");
    check_data("studies", "first.yaml", RUNG_SOURCE_DIR "/data/studies/first.yaml");
    check_data("plots", "x.gp", RUNG_SOURCE_DIR "/plots/x.gp");
    check_data("problems", "local.mk", RUNG_SOURCE_DIR "/problems/local.mk");
    check_data("problems", "no-such", RUNG_BUILD_DIR "/problems/no-such");
    for (long nth = 0; nth < 2; nth++) {
        alloc_fail_at(nth);
        CU_ASSERT_PTR_NULL(path_data("problems", "no-such"));
        alloc_fail_at(-1);
    }
    setenv("RUNG_DATADIR", "/elsewhere", 1);
    check_data("problems", "gemm.elf", "/elsewhere/problems/gemm.elf");
    setenv("RUNG_DATADIR", "", 1);
    check_data("machines", "m2.yaml", RUNG_SOURCE_DIR "/data/machines/m2.yaml");
    unsetenv("RUNG_DATADIR");

    /* A copy of this program in another place is an installed one. */
    const char *copy = scratch("installed");
    char *command = str_format("cp /proc/%ld/exe %s && %s path-data machines m2.yaml",
                               (long)getpid(), copy, copy);
    FILE *pipe = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    char line[512] = "";
    CU_ASSERT_PTR_NOT_NULL(fgets(line, sizeof(line), pipe));
    CU_ASSERT_EQUAL(pclose(pipe), 0);
    CU_ASSERT_STRING_EQUAL(line, RUNG_DATA_DIR "/machines/m2.yaml\n");
    free(command);
}

void test_path_read(void)
{
    struct err err = {0};
    char *text = NULL;
    size_t len = 0;
    const char *path = scratch("read");
    write_file(path, "0123456789");
    CU_ASSERT_EQUAL_FATAL(path_read(path, 10, &text, &len, &err), 0);
    CU_ASSERT_EQUAL(len, 10);
    CU_ASSERT_STRING_EQUAL(text, "0123456789");
    free(text);
    CU_ASSERT_EQUAL_FATAL(path_read(path, 100, &text, NULL, &err), 0);
    free(text);
    CU_ASSERT_EQUAL(path_read(path, 9, &text, &len, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "/read' is larger than 9 bytes");
    err_clear(&err);
    alloc_fail_at(0);
    CU_ASSERT_EQUAL(path_read(path, 100, &text, &len, &err), ERR_NOMEM);
    alloc_fail_at(-1);
    CHECK_STRING_CONTAINS(err.text, "out of memory while reading '");
    err_clear(&err);
    CU_ASSERT_EQUAL(path_read("/nowhere/x", 9, &text, &len, &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot open '/nowhere/x': No such file or directory");
    err_clear(&err);
    CU_ASSERT_EQUAL(path_read("/", 9, &text, &len, &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot read '/': Is a directory");
}

/* How many files of the scratch directory have names that begin with `start`. */
static int count_files(const char *start)
{
    char *command = str_format("ls -d %s* | wc -l", scratch(start));
    FILE *pipe = popen(command, "r");
    int count = -1;
    CU_ASSERT_EQUAL(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    free(command);
    return count;
}

void test_path_write(void)
{
    struct err err = {0};
    struct stat info;
    char *text = NULL;
    const char *path = scratch("written");
    mode_t mask = umask(022);
    CU_ASSERT_EQUAL(path_write_atomic(path, "first", 5, &err), 0);
    umask(mask);
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0644);
    /* A leftover of a killed process with this one's number is stepped over. */
    char *leftover = str_format("%s.%ld-0.tmp", path, (long)getpid());
    write_file(leftover, "half");
    CU_ASSERT_EQUAL(path_write_atomic(path, "second", 6, &err), 0);
    CU_ASSERT_EQUAL(unlink(leftover), 0);
    free(leftover);
    CU_ASSERT_EQUAL_FATAL(path_read(path, 100, &text, NULL, &err), 0);
    CU_ASSERT_STRING_EQUAL(text, "second");
    free(text);

    CU_ASSERT_EQUAL(path_write_atomic("/nowhere/x", "a", 1, &err), ERR_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot write '/nowhere/x': No such file or directory");
    err_clear(&err);
    alloc_fail_at(0);
    CU_ASSERT_EQUAL(path_write_atomic(path, "a", 1, &err), ERR_IO);
    alloc_fail_at(-1);
    CHECK_STRING_CONTAINS(err.text, "Cannot allocate memory");
    err_clear(&err);

    /* The target is a directory: the rename fails and the temporary file goes. */
    CU_ASSERT_EQUAL(mkdir(scratch("written-dir"), 0777), 0);
    CU_ASSERT_EQUAL(path_write_atomic(scratch("written-dir"), "a", 1, &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "/written-dir': Is a directory");
    err_clear(&err);

    /* A device is written to and stays one, also behind a link. */
    const char *const device[] = {"/dev/null", "/dev/full"};
    for (int i = 0; i < 2; i++) {
        path = scratch(i == 0 ? "null" : "full");
        CU_ASSERT_EQUAL(symlink(device[i], path), 0);
        CU_ASSERT_TRUE(path_is_special(path));
        CU_ASSERT_EQUAL(path_write_atomic(path, "a", 1, &err), i == 0 ? 0 : ERR_IO);
        CU_ASSERT_TRUE(lstat(path, &info) == 0 && S_ISLNK(info.st_mode));
    }
    CHECK_STRING_CONTAINS(err.text, "/full': No space left on device");
    err_clear(&err);
    path = scratch("written");
    CU_ASSERT_FALSE(path_is_special(path));
    CU_ASSERT_FALSE(path_is_special(scratch("written-dir")));
    CU_ASSERT_FALSE(path_is_special(scratch("nothing")));

    /* The disk is full, as far as this process can tell: the old file stays as it was. */
    struct rlimit old, limit;
    CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = 3;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int status = path_write_atomic(path, "longer", 6, &err);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    CU_ASSERT_EQUAL(status, ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "/written': File too large");
    CU_ASSERT_EQUAL_FATAL(path_read(path, 100, &text, NULL, &err), 0);
    CU_ASSERT_STRING_EQUAL(text, "second");
    free(text);
    CU_ASSERT_EQUAL(count_files("written"), 2); /* the file and the directory */
}

void test_path_directory(void)
{
    struct err err = {0};
    struct stat info;
    CU_ASSERT_EQUAL(path_make_directory(scratch("d/e//f/"), &err), 0);
    CU_ASSERT_EQUAL(stat(scratch("d/e/f"), &info), 0);
    CU_ASSERT_TRUE(S_ISDIR(info.st_mode));
    CU_ASSERT_EQUAL(path_make_directory(scratch("d/e/f"), &err), 0);
    CU_ASSERT_EQUAL(path_make_directory("/", &err), 0);
    CU_ASSERT_TRUE(path_exists(scratch("d/e")));
    CU_ASSERT_FALSE(path_exists(scratch("d/x")));
    write_file(scratch("d/file"), "");
    CU_ASSERT_EQUAL(path_make_directory(scratch("d/file"), &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "/d/file': Not a directory");
    err_clear(&err);
    CU_ASSERT_EQUAL(path_make_directory(scratch("d/file/g"), &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "cannot make directory '");
    CHECK_STRING_CONTAINS(err.text, "/d/file/g': Not a directory");
    err_clear(&err);
    CU_ASSERT_EQUAL(symlink("/nowhere", scratch("d/dangling")), 0);
    CU_ASSERT_EQUAL(path_make_directory(scratch("d/dangling"), &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "No such file");
    err_clear(&err);
    CU_ASSERT_EQUAL(path_make_directory("/proc/rung/x", &err), ERR_IO);
    CHECK_STRING_CONTAINS(err.text, "cannot make directory '/proc/rung/x': ");
    err_clear(&err);
    CU_ASSERT_EQUAL(path_make_directory("", &err), ERR_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot make a directory without a name");
    err_clear(&err);
    alloc_fail_at(0);
    CU_ASSERT_EQUAL(path_make_directory("/tmp", &err), ERR_NOMEM);
    alloc_fail_at(-1);
}

/* ---- yaml ---- */

static int parse(struct yaml_document **doc, const char *text, struct err *err)
{
    *doc = NULL;
    return yaml_parse(doc, "f.yaml", text, strlen(text), err);
}

void test_yaml_tree(void)
{
    static const char text[] = "# a study\n"
                               "study: gemm-ladder\n"
                               "ladder: [64, 128]\n"
                               "vary:\n"
                               "  l2.size: [8MiB]\n"
                               "  rob: \"192\"\n"
                               "list:\n"
                               "  - a\n"
                               "  - b\n"
                               "  - |\n"
                               "    block\n";
    struct yaml_document *doc;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&doc, text, &err), 0);
    CU_ASSERT_STRING_EQUAL(doc->name, "f.yaml");
    CU_ASSERT_STRING_EQUAL(doc->text, text);
    CU_ASSERT_EQUAL(doc->text_len, strlen(text));
    CU_ASSERT_EQUAL(doc->root->kind, YAML_MAP);
    CU_ASSERT_EQUAL(doc->root->count, 4);
    const struct yaml_node *study = yaml_get(doc->root, "study");
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_STRING_EQUAL(study->text, "gemm-ladder");
    CU_ASSERT_STRING_EQUAL(study->key, "study");
    CU_ASSERT_EQUAL(study->line, 2);
    CU_ASSERT_EQUAL(study->key_line, 2);
    CU_ASSERT_EQUAL(study->column, 8);
    CU_ASSERT_FALSE(study->quoted);
    CU_ASSERT_PTR_EQUAL(study->document, doc);
    const struct yaml_node *ladder = yaml_get(doc->root, "ladder");
    CU_ASSERT_PTR_NOT_NULL_FATAL(ladder);
    CU_ASSERT_EQUAL(ladder->kind, YAML_LIST);
    CU_ASSERT_EQUAL_FATAL(ladder->count, 2);
    CU_ASSERT_STRING_EQUAL(ladder->child[1]->text, "128");
    CU_ASSERT_PTR_NULL(ladder->child[1]->key);
    CU_ASSERT_EQUAL(ladder->child[1]->key_line, 0);
    const struct yaml_node *vary = yaml_get(doc->root, "vary");
    CU_ASSERT_PTR_NOT_NULL_FATAL(vary);
    CU_ASSERT_EQUAL(vary->key_line, 4);
    CU_ASSERT_EQUAL(vary->line, 5);
    CU_ASSERT_TRUE(yaml_get(vary, "rob")->quoted);
    CU_ASSERT_STRING_EQUAL(yaml_get(doc->root, "list")->child[2]->text, "block\n");
    CU_ASSERT_PTR_NULL(yaml_get(doc->root, "none"));
    CU_ASSERT_PTR_NULL(yaml_get(study, "none"));
    CU_ASSERT_PTR_NULL(yaml_get(NULL, "none"));
    CU_ASSERT_EQUAL(yaml_error(study, &err, "no %s", "good"), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':2: no good");
    yaml_document_free(doc);
    yaml_document_free(NULL);
}

void test_yaml_refused(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "'f.yaml' is empty"},
        {"# only a comment\n", "'f.yaml' is empty"},
        {"a: [1,2\nb: 3", "'f.yaml':2: not YAML: did not find expected ',' or ']' while "
                          "parsing a flow sequence that begins at line 1"},
        {"a: 1\n b: 2", "'f.yaml':2: not YAML: mapping values are not allowed in this context"},
        {"a: &x 1", "'f.yaml':1: anchors are not supported ('&x')"},
        {"a: &x [1]", "'f.yaml':1: anchors are not supported ('&x')"},
        {"&x a: 1", "'f.yaml':1: anchors are not supported ('&x')"},
        {"a: &x {b: 1}", "'f.yaml':1: anchors are not supported ('&x')"},
        {"a: 1\nb: *x", "'f.yaml':2: aliases are not supported ('*x')"},
        {"*x : 1", "'f.yaml':1: aliases are not supported ('*x')"},
        {"a: !!str 1", "'f.yaml':1: tags are not supported ('tag:yaml.org,2002:str')"},
        {"a: !x [1]", "'f.yaml':1: tags are not supported ('!x')"},
        {"a: 1\nb: 2\na: 3", "'f.yaml':3: key 'a' is given twice (first at line 1)"},
        {"a: 1\n---\nb: 2\n", "'f.yaml':2: a second document begins; one is expected"},
        {"? [1]\n: 2", "'f.yaml':1: a key must be plain text"},
        {"? {a: 1}\n: 2", "'f.yaml':1: a key must be plain text"},
        {"a: 1\nb: \xff", "'f.yaml':2: not UTF-8 text: invalid leading UTF-8 octet"},
        {"a: \"\\0\"", "'f.yaml':1: a value holds a NUL character"},
        {"\"\\0\": 1", "'f.yaml':1: a key holds a NUL character"},
        {"a: 'x", "'f.yaml':1: not YAML: found unexpected end of stream while scanning a "
                  "quoted scalar"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct yaml_document *doc;
        struct err err = {0};
        CU_ASSERT_EQUAL(parse(&doc, cases[i].text, &err), ERR_CONFIG);
        CU_ASSERT_STRING_EQUAL(err.text, cases[i].message);
        CU_ASSERT_PTR_NULL(doc);
    }
}

void test_yaml_keys(void)
{
    static const char *const known[] = {"study", "ladder", "modes", NULL};
    struct yaml_document *doc;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&doc, "study: x\n\n\n\n\nmodes: 1\nladdder:\n  - 1\n", &err),
                          0);
    CU_ASSERT_EQUAL(yaml_check_keys(doc->root, known, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "'f.yaml':7: unknown key 'laddder' (did you mean 'ladder'?)");
    err_clear(&err);
    CU_ASSERT_EQUAL(yaml_check_keys(yaml_get(doc->root, "study"), known, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':1: 'study' must be a map, not 'x'");
    err_clear(&err);
    CU_ASSERT_EQUAL(yaml_check_keys(yaml_get(doc->root, "laddder"), known, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':8: 'laddder' must be a map, not a list");
    yaml_document_free(doc);
    err_clear(&err);
    CU_ASSERT_EQUAL_FATAL(parse(&doc, "study: x\nquux: 1\n", &err), 0);
    CU_ASSERT_EQUAL(yaml_check_keys(doc->root, known, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':2: unknown key 'quux'");
    yaml_document_free(doc);
    err_clear(&err);
    CU_ASSERT_EQUAL_FATAL(parse(&doc, "study: x\nmodes: []\n", &err), 0);
    CU_ASSERT_EQUAL(yaml_check_keys(doc->root, known, &err), 0);
    yaml_document_free(doc);
    CU_ASSERT_EQUAL_FATAL(parse(&doc, "[1, 2]\n", &err), 0);
    CU_ASSERT_EQUAL(yaml_check_keys(doc->root, known, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':1: the document must be a map, not a list");
    yaml_document_free(doc);
}

/* Calls the reader that `type` names on `node`, result in text form. */
static int read_as(const char *type, const struct yaml_node *node, char *result, size_t size,
                   struct err *err)
{
    static const struct {
        const char *name;
        int (*read)(const struct yaml_node *node, double *value, struct err *err);
    } doubles[] = {{"double", yaml_double},
                   {"fraction", yaml_fraction},
                   {"hertz", yaml_hertz},
                   {"seconds", yaml_seconds}};
    for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++)
        if (strcmp(type, doubles[i].name) == 0) {
            double value = 0;
            int status = doubles[i].read(node, &value, err);
            snprintf(result, size, "%g", value);
            return status;
        }
    const char *text = "";
    uint64_t number = 0;
    bool flag = false;
    int status;
    if (strcmp(type, "text") == 0) {
        status = yaml_text(node, &text, err);
        snprintf(result, size, "%s", text);
    } else if (strcmp(type, "bool") == 0) {
        status = yaml_bool(node, &flag, err);
        snprintf(result, size, "%d", flag);
    } else {
        status = strcmp(type, "bytes") == 0 ? yaml_bytes(node, &number, err)
                                            : yaml_uint64(node, &number, err);
        snprintf(result, size, "%llu", (unsigned long long)number);
    }
    return status;
}

void test_yaml_values(void)
{
    static const struct {
        const char *type, *yaml, *result, *message;
    } cases[] = {
        {"text", "k: abc", "abc", NULL},
        {"text", "k: 12", "12", NULL},
        {"text", "k: \"\"", "", NULL},
        {"text", "k: 'null'", "null", NULL},
        {"text", "k:", NULL, "'f.yaml':1: 'k' must be text, but has no value"},
        {"text", "k: ~", NULL, "'f.yaml':1: 'k' must be text, not '~'"},
        {"text", "k: null", NULL, "'f.yaml':1: 'k' must be text, not 'null'"},
        {"text", "k: [a]", NULL, "'f.yaml':1: 'k' must be text, not a list"},
        {"text", "k:\n  a: 1", NULL, "'f.yaml':2: 'k' must be text, not a map"},
        {"double", "k: -1.5", "-1.5", NULL},
        {"double", "k: '1'", NULL, "'f.yaml':1: 'k' must be a number, not '1'"},
        {"double", "k: x", NULL, "'f.yaml':1: 'k' must be a number, not 'x'"},
        {"double", "k: [1]", NULL, "'f.yaml':1: 'k' must be a number, not a list"},
        {"uint64", "k: 7", "7", NULL},
        {"uint64", "k: -7", NULL,
         "'f.yaml':1: 'k' must be a whole number from 0 to 2^64 - 1, not '-7'"},
        {"uint64", "k: {a: 1}", NULL,
         "'f.yaml':1: 'k' must be a whole number from 0 to 2^64 - 1, not a map"},
        {"bool", "k: true", "1", NULL},
        {"bool", "k: yes", "1", NULL},
        {"bool", "k: false", "0", NULL},
        {"bool", "k: no", "0", NULL},
        {"bool", "k: 'true'", NULL, "'f.yaml':1: 'k' must be true or false, not 'true'"},
        {"bool", "k: 1", NULL, "'f.yaml':1: 'k' must be true or false, not '1'"},
        {"bool", "k: []", NULL, "'f.yaml':1: 'k' must be true or false, not a list"},
        {"bytes", "k: 32KiB", "32768", NULL},
        {"bytes", "k: '32KiB'", "32768", NULL},
        {"bytes", "k: 32kib", NULL,
         "'f.yaml':1: 'k' must be a size in bytes such as 32KiB, not '32kib'"},
        {"bytes", "k: []", NULL,
         "'f.yaml':1: 'k' must be a size in bytes such as 32KiB, not a list"},
        {"fraction", "k: 2%", "0.02", NULL},
        {"fraction", "k: 2x", NULL,
         "'f.yaml':1: 'k' must be a fraction such as 0.02 or 2%, not '2x'"},
        {"fraction", "k: []", NULL,
         "'f.yaml':1: 'k' must be a fraction such as 0.02 or 2%, not a list"},
        {"hertz", "k: 3.5GHz", "3.5e+09", NULL},
        {"hertz", "k: 0", NULL, "'f.yaml':1: 'k' must be a frequency such as 3.5GHz, not '0'"},
        {"hertz", "k: []", NULL,
         "'f.yaml':1: 'k' must be a frequency such as 3.5GHz, not a list"},
        {"seconds", "k: 5min", "300", NULL},
        {"seconds", "k: 5m", NULL,
         "'f.yaml':1: 'k' must be a time such as 10s or 5min, not '5m'"},
        {"seconds", "k: []", NULL,
         "'f.yaml':1: 'k' must be a time such as 10s or 5min, not a list"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct yaml_document *doc;
        struct err err = {0};
        char result[64];
        CU_ASSERT_EQUAL_FATAL(parse(&doc, cases[i].yaml, &err), 0);
        int status =
            read_as(cases[i].type, yaml_get(doc->root, "k"), result, sizeof(result), &err);
        if (cases[i].message == NULL) {
            CU_ASSERT_EQUAL(status, 0);
            CU_ASSERT_STRING_EQUAL(result, cases[i].result);
        } else {
            CU_ASSERT_EQUAL(status, ERR_CONFIG);
            CU_ASSERT_STRING_EQUAL(err.text, cases[i].message);
        }
        yaml_document_free(doc);
    }
    struct yaml_document *doc;
    struct err err = {0};
    double value;
    CU_ASSERT_EQUAL_FATAL(parse(&doc, "k:\n  - 1\n  - x\n", &err), 0);
    CU_ASSERT_EQUAL(yaml_double(yaml_get(doc->root, "k")->child[1], &value, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':3: a list item must be a number, not 'x'");
    yaml_document_free(doc);
}

void test_yaml_limits(void)
{
    struct yaml_document *doc = NULL;
    struct err err = {0};
    const char *path = scratch("load.yaml");
    write_file(path, "a: 1\nb: [1\n");
    CU_ASSERT_EQUAL(yaml_load(&doc, path, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "/load.yaml':3: not YAML: ");
    err_clear(&err);
    write_file(path, "a: 1\n");
    CU_ASSERT_EQUAL_FATAL(yaml_load(&doc, path, &err), 0);
    CU_ASSERT_STRING_EQUAL(doc->name, path);
    yaml_document_free(doc);
    CU_ASSERT_EQUAL(yaml_load(&doc, "/nowhere/x.yaml", &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "cannot open '/nowhere/x.yaml': No such file or directory");
    err_clear(&err);

    struct str s;
    str_init(&s);
    for (int i = 0; i < 31; i++)
        str_add(&s, "[");
    str_add(&s, "1");
    for (int i = 0; i < 31; i++)
        str_add(&s, "]");
    CU_ASSERT_EQUAL_FATAL(parse(&doc, s.data, &err), 0); /* 31 lists and the item: 32 levels */
    yaml_document_free(doc);
    char *deeper = str_format("[\n%s]", s.data);
    CU_ASSERT_EQUAL(parse(&doc, deeper, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':2: nested deeper than 32 levels");
    free(deeper);
    err_clear(&err);

    str_clear(&s);
    for (int i = 0; i < 4096; i++)
        str_addf(&s, "k%d: 1\n", i);
    CU_ASSERT_EQUAL_FATAL(parse(&doc, s.data, &err), 0);
    CU_ASSERT_EQUAL(doc->root->count, 4096);
    yaml_document_free(doc);
    str_add(&s, "one: 2\n");
    CU_ASSERT_EQUAL(parse(&doc, s.data, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml':4097: a map has more than 4096 keys");
    err_clear(&err);

    while (s.len <= (size_t)4 << 20)
        str_addf(&s, "# %1000s\n", "x");
    CU_ASSERT_EQUAL(parse(&doc, s.data, &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "'f.yaml' is larger than 4194304 bytes");
    err_clear(&err);
    write_file(path, s.data);
    CU_ASSERT_EQUAL(yaml_load(&doc, path, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "/load.yaml' is larger than 4194304 bytes");
    str_release(&s);
}

void test_yaml_memory(void)
{
    int failures = 0;
    for (long nth = 0;; nth++) {
        struct yaml_document *doc;
        struct err err = {0};
        alloc_fail_at(nth);
        int status = parse(&doc, "a: [1, 2, 3]\nb:\n  c: x\n", &err);
        alloc_fail_at(-1);
        if (status == 0) {
            yaml_document_free(doc);
            break;
        }
        CU_ASSERT_EQUAL(status, ERR_NOMEM);
        CU_ASSERT_STRING_EQUAL(err.text, "out of memory while reading 'f.yaml'");
        failures++;
    }
    /* copy, document, name; 7 nodes, 4 texts, 3 keys, 6 steps of growing child arrays */
    CU_ASSERT_EQUAL(failures, 23);
}
