noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_SOURCES = \
	src/report/accuracy.c src/report/accuracy.h \
	src/report/between.c \
	src/report/calibration.c \
	src/report/draw.c \
	src/report/figure.c src/report/figure.h \
	src/report/flame.c src/report/flame.h \
	src/report/files.c src/report/files.h \
	src/report/frame.c src/report/frame.h \
	src/report/gather.c \
	src/report/history.c src/report/history.h src/report/history_priv.h \
	src/report/history_page.c src/report/history_trends.c \
	src/report/html.c src/report/html.h \
	src/report/ladders.c src/report/ladders.h \
	src/report/look.c \
	src/report/machines.c \
	src/report/matrix.c \
	src/report/memory.c \
	src/report/modes.c \
	src/report/pages.c src/report/pages.h \
	src/report/pdf.c \
	src/report/problems.c \
	src/report/profile.c \
	src/report/provenance.c \
	src/report/report.c src/report/report.h src/report/report_priv.h \
	src/report/rungs.c \
	src/report/series.c \
	src/report/simulators.c \
	src/report/speaks.c \
	src/report/template.c src/report/template.h \
	src/report/text.c \
	src/report/traces.c \
	src/report/tsv.c src/report/tsv.h \
	src/report/velocity.c \
	src/report/verdict.c

# Writes made-up studies for the shell tests; no test itself.
noinst_PROGRAMS += tests/unit/make_study
tests_unit_make_study_SOURCES = \
	tests/unit/make_study.c tests/unit/made_study.c tests/unit/made_study.h
tests_unit_make_study_LDADD = src/store/libstore.a src/trace/libtrace.a src/base/libbase.a \
	$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)

check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = \
	tests/unit/test_report.c tests/unit/made_study.c tests/unit/made_study.h tests/unit/unit.h
tests_unit_test_report_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_report_LDADD = \
	src/report/libreport.a src/analysis/libanalysis.a stats/libstats.a src/timing/libtiming.a \
	src/store/libstore.a src/trace/libtrace.a src/isa/libisa.a src/base/libbase.a \
	$(GSL_LIBS) $(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)

dist_check_SCRIPTS += tests/shell/report.sh tests/shell/report-ladders.sh
EXTRA_DIST += tests/shell/check_page.py tests/bench/report.sh
