noinst_LIBRARIES += stats/libstats.a
stats_libstats_a_SOURCES = \
	stats/stats.h \
	stats/agree.c stats/agree.h \
	stats/boot.c stats/boot.h \
	stats/dist.c stats/dist.h \
	stats/ladder.c stats/ladder.h \
	stats/lm.c stats/lm.h \
	stats/real.c stats/real.h
stats_libstats_a_CPPFLAGS = $(AM_CPPFLAGS) $(GSL_CFLAGS)

check_PROGRAMS += tests/unit/test_stats
tests_unit_test_stats_SOURCES = tests/unit/test_stats.c tests/unit/unit.h
tests_unit_test_stats_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_stats_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS) $(CUNIT_LIBS)
