/* What the parts of test_base share. */
#ifndef TESTS_UNIT_TEST_BASE_H
#define TESTS_UNIT_TEST_BASE_H

#include <stdio.h>

/* Allocation number `nth` from now on (from 0) fails, and so do all that follow it; a negative
 * number ends that.  The program is linked so that every allocation of libbase and of jansson
 * passes here. */
void alloc_fail_at(long nth);

/* A path below the program's private directory; the string lives until the next call but 7. */
const char *scratch(const char *name);
void write_file(const char *path, const char *text);
/* Everything written into `file` so far as a string (static buffer). */
const char *contents(FILE *file);

void test_path_data(void);
void test_path_read(void);
void test_path_write(void);
void test_path_directory(void);
void test_hash(void);
void test_yaml_tree(void);
void test_yaml_refused(void);
void test_yaml_keys(void);
void test_yaml_values(void);
void test_yaml_limits(void);
void test_yaml_memory(void);
void test_table_text(void);
void test_table_data(void);
void test_table_errors(void);
void test_table_memory(void);
void test_json(void);
void test_progress_plain(void);
void test_progress_bar(void);

#endif
