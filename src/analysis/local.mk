noinst_LIBRARIES += src/analysis/libanalysis.a
src_analysis_libanalysis_a_SOURCES = \
	src/analysis/analysis.h src/analysis/analysis_priv.h \
	src/analysis/agreement.c \
	src/analysis/calib.h src/analysis/calib_baseline.c \
	src/analysis/calib_accuracy.c src/analysis/calib_accuracy.h \
	src/analysis/calib_log.c src/analysis/calib_log.h \
	src/analysis/calib_tune.c src/analysis/calib_tune.h src/analysis/calib_tune_priv.h \
	src/analysis/calib_tune_review.c src/analysis/calib_tune_surrogate.c \
	src/analysis/carriers.c \
	src/analysis/cause.c src/analysis/cause.h \
	src/analysis/check_agreement.c src/analysis/check_error.c src/analysis/check_look.c \
	src/analysis/check_scales.c src/analysis/check_speed.c \
	src/analysis/checks.c src/analysis/checks_priv.h \
	src/analysis/data.c src/analysis/data.h \
	src/analysis/fidelity.c \
	src/analysis/fit.c src/analysis/fits.c src/analysis/fit_warn.c \
	src/analysis/formula.c src/analysis/formula.h \
	src/analysis/growth.c src/analysis/growth.h \
	src/analysis/history.c src/analysis/history.h src/analysis/history_check.c \
	src/analysis/history_compare.c src/analysis/history_exact.c src/analysis/history_priv.h \
	src/analysis/linear.c src/analysis/linear.h \
	src/analysis/look.c \
	src/analysis/pairs.c src/analysis/pairs.h \
	src/analysis/machines.c \
	src/analysis/mixed.c src/analysis/mixed.h \
	src/analysis/physics.c \
	src/analysis/plan.c src/analysis/plan.h \
	src/analysis/predict.c src/analysis/predict.h \
	src/analysis/predict_doubts.c src/analysis/predict_priv.h \
	src/analysis/rows.c \
	src/analysis/scales.c \
	src/analysis/scope.c src/analysis/scope.h \
	src/analysis/sheet.c src/analysis/sheet.h \
	src/analysis/warnings.c

check_PROGRAMS += tests/unit/test_analysis
tests_unit_test_analysis_SOURCES = tests/unit/test_analysis.c tests/unit/unit.h
tests_unit_test_analysis_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_analysis_LDADD = \
	src/analysis/libanalysis.a stats/libstats.a src/store/libstore.a \
	src/trace/libtrace.a src/base/libbase.a \
	$(GSL_LIBS) $(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += tests/unit/test_fits
tests_unit_test_fits_SOURCES = tests/unit/test_fits.c tests/unit/unit.h
tests_unit_test_fits_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_fits_LDADD = $(tests_unit_test_analysis_LDADD)

check_PROGRAMS += tests/unit/test_scales
tests_unit_test_scales_SOURCES = tests/unit/test_scales.c tests/unit/unit.h
tests_unit_test_scales_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_scales_LDADD = $(tests_unit_test_analysis_LDADD)

# Study files from tables of runs, for shell tests.
noinst_PROGRAMS += tests/tools/make_store
tests_tools_make_store_SOURCES = tests/tools/make_store.c
tests_tools_make_store_LDADD = src/store/libstore.a src/trace/libtrace.a src/base/libbase.a \
	$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)

# Digits of certified regression values.
noinst_PROGRAMS += tests/bench/certified
tests_bench_certified_SOURCES = tests/bench/certified.c
tests_bench_certified_LDADD = \
	src/analysis/libanalysis.a stats/libstats.a src/store/libstore.a \
	src/trace/libtrace.a src/base/libbase.a \
	$(GSL_LIBS) $(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)

# Verdicts on ladders whose full scale is known.
noinst_PROGRAMS += tests/bench/verdicts
tests_bench_verdicts_SOURCES = tests/bench/verdicts.c
tests_bench_verdicts_LDADD = $(tests_bench_certified_LDADD)

EXTRA_DIST += \
	data/strd/certified.csv data/strd/Filip.csv data/strd/Longley.csv data/strd/NoInt1.csv \
	data/strd/NoInt2.csv data/strd/Norris.csv data/strd/Pontius.csv data/strd/Wampler1.csv \
	data/strd/Wampler2.csv data/strd/Wampler3.csv data/strd/Wampler4.csv data/strd/Wampler5.csv

dist_check_SCRIPTS += tests/shell/regime.sh
dist_check_SCRIPTS += tests/shell/fit.sh tests/shell/fit-data.sh tests/shell/check.sh \
	tests/shell/correlate.sh tests/shell/predict.sh tests/shell/verdicts.sh

check_PROGRAMS += tests/unit/test_calib
tests_unit_test_calib_SOURCES = tests/unit/test_calib.c tests/unit/unit.h
tests_unit_test_calib_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_calib_LDADD = $(tests_unit_test_analysis_LDADD)
dist_check_SCRIPTS += tests/shell/calibrate.sh
EXTRA_DIST += tests/shell/m2-baselines.csv

check_PROGRAMS += tests/unit/test_tune
tests_unit_test_tune_SOURCES = tests/unit/test_tune.c tests/unit/unit.h
tests_unit_test_tune_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_tune_LDADD = $(tests_unit_test_analysis_LDADD)
dist_check_SCRIPTS += tests/shell/calibrate-tune.sh
long_tests += tests/long/accuracy.sh tests/long/calibrate.sh

dist_check_SCRIPTS += tests/shell/history.sh tests/shell/history-report.sh
EXTRA_DIST += tests/shell/planted.py tests/bench/slowdown.sh

# How often predictions of real ladders hold.
EXTRA_DIST += tests/bench/reach.py

# Histories with planted changes, for shell tests.
noinst_PROGRAMS += tests/tools/make_history
tests_tools_make_history_SOURCES = tests/tools/make_history.c
tests_tools_make_history_LDADD = \
	stats/libstats.a src/store/libstore.a src/trace/libtrace.a src/base/libbase.a \
	$(GSL_LIBS) $(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)

check_PROGRAMS += tests/unit/test_history
tests_unit_test_history_SOURCES = tests/unit/test_history.c tests/unit/history_trials.c \
	tests/unit/history_trials.h tests/unit/unit.h
tests_unit_test_history_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_history_LDADD = $(tests_unit_test_analysis_LDADD)

# Verdicts on sessions drawn from measured ones, with tests/bench/slowdown.sh.
noinst_PROGRAMS += tests/bench/history_trials
tests_bench_history_trials_SOURCES = tests/bench/history_trials.c tests/unit/history_trials.c \
	tests/unit/history_trials.h
tests_bench_history_trials_LDADD = $(tests_bench_certified_LDADD)
