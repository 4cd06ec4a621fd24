/* What every CUnit program shares: a table of tests and a main that runs it.
 * The exit status is 0 only when every assertion of every test held and at
 * least one assertion was made. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct unit_test {
    const char *name;
    void (*run)(void);
};

#define CHECK_STRING_CONTAINS(text, part) CU_ASSERT_PTR_NOT_NULL(strstr((text), (part)))

/* Rounds of a random test: the usual number, or fewer where RUNG_TEST_ROUNDS says so.  qemu of
 * version 7 keeps some 250 MB of tables for every guest memory of ours that there ever was. */
static inline int unit_rounds(int usual)
{
    const char *text = getenv("RUNG_TEST_ROUNDS");
    int rounds = text != NULL ? atoi(text) : usual;
    return rounds > 0 && rounds < usual ? rounds : usual;
}

/* Is the test among those that were named?  Without names all are. */
static inline bool unit_wanted(const char *name, int argc, char **argv)
{
    bool wanted = argc < 2;
    for (int i = 1; i < argc && !wanted; i++)
        wanted = strcmp(argv[i], name) == 0;
    return wanted;
}

/* Runs the tests that the arguments name, or all; "--list" lists them. */
static inline int unit_main(const char *suite_name, const struct unit_test *tests, size_t count,
                            int argc, char **argv)
{
    bool list = argc == 2 && strcmp(argv[1], "--list") == 0;
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 99;
    CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
    if (suite == NULL)
        return 99;
    for (size_t i = 0; i < count; i++)
        if (list)
            puts(tests[i].name);
        else if (unit_wanted(tests[i].name, argc, argv) &&
                 CU_add_test(suite, tests[i].name, tests[i].run) == NULL)
            return 99;
    if (list)
        return 0;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_ErrorCode ran = CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned asserts = CU_get_number_of_asserts();
    CU_cleanup_registry();
    return ran == CUE_SUCCESS && failed == 0 && asserts > 0 ? 0 : 1;
}

#define UNIT_MAIN(suite, tests)                                                                \
    int main(int argc, char **argv)                                                            \
    {                                                                                          \
        return unit_main((suite), (tests), sizeof(tests) / sizeof((tests)[0]), argc, argv);    \
    }

#endif
