noinst_LIBRARIES += src/timing/libtiming.a
src_timing_libtiming_a_SOURCES = \
	src/timing/machine.c src/timing/machine.h \
	src/timing/machine_check.c src/timing/machine_priv.h \
	src/timing/model.c src/timing/model.h \
	src/timing/params.h

machinesdir = $(pkgdatadir)/machines
dist_machines_DATA = data/machines/m2.yaml data/machines/m2sim.yaml data/machines/small.yaml

check_PROGRAMS += tests/unit/test_machine
tests_unit_test_machine_SOURCES = tests/unit/test_machine.c
tests_unit_test_machine_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_machine_LDADD = src/timing/libtiming.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a $(YAML_LIBS) $(CUNIT_LIBS)
