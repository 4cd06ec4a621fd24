noinst_LIBRARIES += src/timing/libtiming.a
src_timing_libtiming_a_SOURCES = \
	src/timing/blocks.c src/timing/blocks.h \
	src/timing/cache.c src/timing/cache.h src/timing/clock.h \
	src/timing/detailed.c src/timing/detailed.h src/timing/detailed_handle.h src/timing/detailed_path.h \
	src/timing/detailed_predict.c src/timing/detailed_run.c src/timing/detailed_warm.c \
	src/timing/edges.c src/timing/edges.h \
	src/timing/fast.c src/timing/fast.h \
	src/timing/hierarchy.c src/timing/hierarchy.h src/timing/hierarchy_access.h \
	src/timing/hierarchy_warm.h src/timing/slice.h \
	src/timing/machine.c src/timing/machine.h \
	src/timing/machine_check.c src/timing/machine_priv.h src/timing/machine_remarks.c \
	src/timing/model.c src/timing/model.h \
	src/timing/params.h \
	src/timing/prefetch.c src/timing/prefetch.h \
	src/timing/predictor.c src/timing/predictor.h \
	src/timing/sampled.c src/timing/sampled.h
src_timing_libtiming_a_CPPFLAGS = $(AM_CPPFLAGS) -DDETAILED_RUN=detailed_run_portable \
	-DDETAILED_WARM=detailed_warm_portable -DDETAILED_PREDICT=detailed_predict_portable
# The model's path once more, for hosts with AVX2; which one runs is found out at run time.
if X86_64_V3
src_timing_libtiming_a_CPPFLAGS += -DDETAILED_HAVE_V3
src_timing_libtiming_a_LIBADD = $(src_timing_libtiming_v3_a_OBJECTS)
src_timing_libtiming_a_DEPENDENCIES = src/timing/libtiming_v3.a
noinst_LIBRARIES += src/timing/libtiming_v3.a
src_timing_libtiming_v3_a_SOURCES = src/timing/detailed_predict.c src/timing/detailed_run.c \
	src/timing/detailed_warm.c
src_timing_libtiming_v3_a_CPPFLAGS = $(AM_CPPFLAGS) -DDETAILED_HAVE_V3 \
	-DDETAILED_RUN=detailed_run_v3 -DDETAILED_WARM=detailed_warm_v3 \
	-DDETAILED_PREDICT=detailed_predict_v3
src_timing_libtiming_v3_a_CFLAGS = $(AM_CFLAGS) -march=x86-64-v3
endif

machinesdir = $(pkgdatadir)/machines
dist_machines_DATA = data/machines/icestorm.yaml data/machines/m2.yaml data/machines/m2sim.yaml \
	data/machines/small.yaml

timing_test_libs = src/timing/libtiming.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a $(YAML_LIBS) $(CUNIT_LIBS)
check_PROGRAMS += tests/unit/test_machine tests/unit/test_timing tests/unit/test_models tests/unit/test_fast \
	tests/unit/test_cache tests/unit/test_cache_portable
tests_unit_test_machine_SOURCES = tests/unit/test_machine.c
tests_unit_test_machine_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_machine_LDADD = $(timing_test_libs)
tests_unit_test_timing_SOURCES = tests/unit/test_timing.c tests/unit/timing_kernel.h
tests_unit_test_timing_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_timing_LDADD = $(timing_test_libs)
tests_unit_test_models_SOURCES = tests/unit/test_models.c tests/unit/timing_kernel.h \
	tests/unit/timing_random.h
tests_unit_test_models_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_models_LDADD = $(timing_test_libs)
tests_unit_test_models_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc
tests_unit_test_cache_SOURCES = tests/unit/test_cache.c src/timing/cache.c
tests_unit_test_cache_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cache_LDADD = $(CUNIT_LIBS)
tests_unit_test_cache_portable_SOURCES = tests/unit/test_cache.c src/timing/cache.c
tests_unit_test_cache_portable_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DCACHE_PORTABLE
tests_unit_test_cache_portable_LDADD = $(CUNIT_LIBS)
tests_unit_test_fast_SOURCES = tests/unit/test_fast.c tests/unit/timing_kernel.h \
	tests/unit/timing_random.h
tests_unit_test_fast_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_fast_LDADD = $(timing_test_libs)
tests_unit_test_fast_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc
dist_check_SCRIPTS += tests/shell/modes.sh
# What the modes cost and how far off they are; tests/long/models.sh holds the errors to limits.
long_tests += tests/long/models.sh
EXTRA_DIST += tests/bench/models tests/bench/parts
