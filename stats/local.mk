noinst_LIBRARIES += stats/libstats.a
stats_libstats_a_SOURCES = stats/stats.c stats/stats.h
stats_libstats_a_CPPFLAGS = $(AM_CPPFLAGS) $(GSL_CFLAGS)
