noinst_LIBRARIES += src/sim/libsim.a
src_sim_libsim_a_SOURCES = \
	src/sim/hot.c src/sim/hot.h \
	src/sim/lines.c src/sim/lines.h \
	src/sim/reuse.c src/sim/reuse.h \
	src/sim/sim.c src/sim/sim.h src/sim/slowdown.h
src_sim_libsim_a_CPPFLAGS = $(AM_CPPFLAGS) $(DW_CFLAGS) $(SLOWDOWN_CPPFLAGS)

check_PROGRAMS += tests/unit/test_sim
tests_unit_test_sim_SOURCES = tests/unit/test_sim.c tests/unit/unit.h
tests_unit_test_sim_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_sim_LDADD = src/sim/libsim.a src/timing/libtiming.a src/emu/libemu.a \
	src/trace/libtrace.a src/isa/libisa.a src/base/libbase.a \
	$(DW_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += tests/unit/test_streams
tests_unit_test_streams_SOURCES = tests/unit/test_streams.c tests/unit/unit.h
tests_unit_test_streams_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_streams_LDADD = $(tests_unit_test_sim_LDADD)

check_PROGRAMS += tests/unit/test_reuse
tests_unit_test_reuse_SOURCES = tests/unit/test_reuse.c tests/unit/unit.h
tests_unit_test_reuse_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_reuse_LDADD = src/sim/libsim.a src/trace/libtrace.a src/base/libbase.a \
	$(CUNIT_LIBS) -lm
dist_check_SCRIPTS += tests/shell/sim.sh tests/shell/sim_linux.sh tests/shell/instructions.sh \
	tests/shell/layout.sh
