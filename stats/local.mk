noinst_LIBRARIES += stats/libstats.a
stats_libstats_a_SOURCES = \
	stats/stats.h \
	stats/adjust.c stats/adjust.h \
	stats/agree.c stats/agree.h \
	stats/boot.c stats/boot.h \
	stats/change.c stats/change.h stats/change_priv.h \
	stats/change_energy.c stats/change_pelt.c \
	stats/dist.c stats/dist.h \
	stats/input.c stats/input_priv.h \
	stats/fidelity.c stats/fidelity.h \
	stats/ladder.c stats/ladder.h stats/ladder_priv.h stats/ladder_rungs.c \
	stats/lm.c stats/lm.h \
	stats/means.c stats/means.h stats/nls.c stats/nls.h \
	stats/rank.h stats/rank_cor.c stats/rank_sum.c \
	stats/real.c stats/real.h \
	stats/regime.c stats/regime.h \
	stats/small.c stats/small.h \
	stats/transfer.c stats/transfer.h
stats_libstats_a_CPPFLAGS = $(AM_CPPFLAGS) $(GSL_CFLAGS)

check_PROGRAMS += tests/unit/test_stats
tests_unit_test_stats_SOURCES = tests/unit/test_stats.c tests/unit/unit.h
tests_unit_test_stats_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_stats_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS) $(CUNIT_LIBS)

# Coverage of intervals, and false alarms, by simulation.
noinst_PROGRAMS += tests/bench/coverage tests/bench/regime
tests_bench_coverage_SOURCES = tests/bench/coverage.c tests/bench/laws.h
tests_bench_coverage_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS)
tests_bench_regime_SOURCES = tests/bench/regime.c tests/bench/laws.h
tests_bench_regime_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS)

check_PROGRAMS += tests/unit/test_stats_ladder
tests_unit_test_stats_ladder_SOURCES = tests/unit/test_stats_ladder.c tests/unit/unit.h
tests_unit_test_stats_ladder_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_stats_ladder_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS) $(CUNIT_LIBS)

dist_check_SCRIPTS += tests/shell/coverage.sh

check_PROGRAMS += tests/unit/test_ranks
tests_unit_test_ranks_SOURCES = tests/unit/test_ranks.c tests/unit/unit.h
tests_unit_test_ranks_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_ranks_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += tests/unit/test_change
tests_unit_test_change_SOURCES = tests/unit/test_change.c tests/unit/unit.h
tests_unit_test_change_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_change_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS) $(CUNIT_LIBS)

EXTRA_PROGRAMS += tests/bench/changes
tests_bench_changes_SOURCES = tests/bench/changes.c
tests_bench_changes_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS)
CLEANFILES += tests/bench/changes$(EXEEXT)

# Against R.
EXTRA_PROGRAMS += tests/long/rank_cases
tests_long_rank_cases_SOURCES = tests/long/rank_cases.c
tests_long_rank_cases_LDADD = stats/libstats.a src/base/libbase.a $(GSL_LIBS)
LONG_HELPERS += tests/long/rank_cases$(EXEEXT)
long_tests += tests/long/r-oracle-ranks.sh tests/long/r-oracle-lm.sh
