noinst_LIBRARIES += src/profile/libprofile.a
src_profile_libprofile_a_SOURCES = \
	src/profile/collect.c src/profile/collect.h \
	src/profile/fold.c src/profile/fold.h \
	src/profile/hardware.c src/profile/hardware.h \
	src/profile/heap.c src/profile/heap.h \
	src/profile/profile.c src/profile/profile.h \
	src/profile/record.c src/profile/record.h src/profile/record_priv.h \
	src/profile/record_heap.c src/profile/record_report.c \
	src/profile/samples.c src/profile/samples.h \
	src/profile/stage.c src/profile/stage.h \
	src/profile/symbols.c src/profile/symbols.h
src_profile_libprofile_a_CPPFLAGS = $(AM_CPPFLAGS) $(DW_CFLAGS) $(JANSSON_CFLAGS) \
	$(PROFILER_CFLAGS)
dist_check_SCRIPTS += tests/shell/profile.sh
long_tests += tests/long/profile.sh

check_PROGRAMS += tests/unit/test_profile
tests_unit_test_profile_SOURCES = tests/unit/test_profile.c tests/unit/unit.h
tests_unit_test_profile_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_profile_LDADD = src/profile/libprofile.a src/study/libstudy.a \
	src/store/libstore.a src/sim/libsim.a src/timing/libtiming.a src/emu/libemu.a \
	src/trace/libtrace.a src/isa/libisa.a src/base/libbase.a $(HDF5_LIBS) $(DW_LIBS) \
	$(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)
