noinst_LIBRARIES += src/trace/libtrace.a
src_trace_libtrace_a_SOURCES = src/trace/counters.c src/trace/counters.h \
	src/trace/distance.c src/trace/distance.h src/trace/record.h
