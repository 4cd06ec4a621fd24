noinst_LIBRARIES += src/timing/libtiming.a
src_timing_libtiming_a_SOURCES = src/timing/machine.c src/timing/machine.h src/timing/model.c src/timing/model.h
