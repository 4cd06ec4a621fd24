noinst_LIBRARIES += src/analysis/libanalysis.a
src_analysis_libanalysis_a_SOURCES = \
	src/analysis/analysis.h src/analysis/analysis_priv.h \
	src/analysis/checks.c \
	src/analysis/fits.c \
	src/analysis/rows.c \
	src/analysis/scales.c \
	src/analysis/warnings.c

check_PROGRAMS += tests/unit/test_analysis
tests_unit_test_analysis_SOURCES = tests/unit/test_analysis.c tests/unit/unit.h
tests_unit_test_analysis_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_analysis_LDADD = \
	src/analysis/libanalysis.a stats/libstats.a src/store/libstore.a \
	src/trace/libtrace.a src/base/libbase.a \
	$(GSL_LIBS) $(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)

# Study files from tables of runs, for shell tests.
noinst_PROGRAMS += tests/tools/make_store
tests_tools_make_store_SOURCES = tests/tools/make_store.c
tests_tools_make_store_LDADD = src/store/libstore.a src/trace/libtrace.a src/base/libbase.a \
	$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)

dist_check_SCRIPTS += tests/shell/fit.sh tests/shell/check.sh
