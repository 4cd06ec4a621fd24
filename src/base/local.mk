noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/cpu.c src/base/cpu.h \
	src/base/csv.c src/base/csv.h \
	src/base/date.c src/base/date.h \
	src/base/err.c src/base/err.h \
	src/base/expr.c src/base/expr.h \
	src/base/hash.c src/base/hash.h \
	src/base/json.c src/base/json.h \
	src/base/path.c src/base/path.h \
	src/base/progress.c src/base/progress.h \
	src/base/str.c src/base/str.h \
	src/base/table.c src/base/table.h \
	src/base/units.c src/base/units.h \
	src/base/yaml.c src/base/yaml.h
src_base_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(NETTLE_CFLAGS)

check_PROGRAMS += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c tests/unit/test_base.h \
	tests/unit/test_base_files.c tests/unit/test_base_output.c
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS)
# Allocations pass through the test, which makes them fail one after the other.
tests_unit_test_base_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=reallocarray,--wrap=strdup
tests_unit_test_base_LDADD = src/base/libbase.a \
	$(CUNIT_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)
