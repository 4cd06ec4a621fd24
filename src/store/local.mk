noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/assemble.c \
	src/store/fields.c src/store/fields.h \
	src/store/h5.c \
	src/store/head.c \
	src/store/history.c src/store/history.h src/store/history_add.c \
	src/store/history_priv.h \
	src/store/lock.c \
	src/store/merge.c \
	src/store/read.c \
	src/store/row.c \
	src/store/rows_csv.c src/store/rows_csv.h \
	src/store/run.c \
	src/store/store.h src/store/store_priv.h \
	src/store/table.c \
	src/store/update.c \
	src/store/verify.c \
	src/store/write.c
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS)

check_PROGRAMS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/unit.h
tests_unit_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_unit_test_store_LDADD = src/store/libstore.a src/trace/libtrace.a src/base/libbase.a \
	$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)

# What storing costs: `make tests/bench/store`, not part of the tests.
EXTRA_PROGRAMS += tests/bench/store
tests_bench_store_SOURCES = tests/bench/store.c
tests_bench_store_LDADD = src/store/libstore.a src/trace/libtrace.a src/base/libbase.a \
	$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)
