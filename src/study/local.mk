noinst_LIBRARIES += src/study/libstudy.a
src_study_libstudy_a_SOURCES = \
	src/study/design.h src/study/design_points.c src/study/design_read.c \
	src/study/driver.c src/study/driver.h \
	src/study/external.c src/study/external.h \
	src/study/external_run.c src/study/external_run.h \
	src/study/filter.c src/study/filter.h \
	src/study/import.c src/study/import.h src/study/import_details.c src/study/import_details.h \
	src/study/import_rows.c src/study/input.c src/study/input.h \
	src/study/forecast.c src/study/forecast.h \
	src/study/launch.c src/study/launch.h \
	src/study/lost.c src/study/lost.h \
	src/study/numbers.c src/study/numbers.h \
	src/study/signals.c src/study/signals.h \
	src/study/slurm.c src/study/slurm.h \
	src/study/outcome.c src/study/outcome.h \
	src/study/plan.c src/study/plan.h src/study/plan_external.c src/study/plan_external.h \
	src/study/plan_problems.c src/study/plan_problems.h \
	src/study/problem.c src/study/problem.h \
	src/study/same.c src/study/same.h \
	src/study/stale.c src/study/stale.h \
	src/study/schedule.c src/study/schedule.h \
	src/study/study.c src/study/study.h src/study/study_priv.h \
	src/study/study_items.c src/study/study_ladder.c src/study/study_problem.c \
	src/study/variants.c src/study/variants.h \
	src/study/task.c src/study/task.h \
	src/study/words.c src/study/words.h \
	src/study/worker.c src/study/worker.h
src_study_libstudy_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(YAML_CFLAGS)

# The commit that a study was made with, and how it was built; looked up at each make, written
# when it changed.
BUILT_SOURCES += src/study/commit.h
CLEANFILES += src/study/commit.h
src/study/commit.h: FORCE
	@$(MKDIR_P) src/study
	@$(SHELL) $(top_srcdir)/src/study/commit.sh $(top_srcdir) >$@.tmp; \
	commit=`sed -n 1p $@.tmp` hash=`sed -n 2p $@.tmp` date=`sed -n 3p $@.tmp`; \
	compiler=`$(CC) --version 2>/dev/null | sed '1q' | sed 's/[\\"]//g'`; \
	flags=`echo '$(CFLAGS) $(SANITIZE_CFLAGS) $(SLOWDOWN_CPPFLAGS)' | sed 's/[\\"]//g; s/  */ /g; s/ $$//'`; \
	{ echo "/* Made by make: the commit, and what this tree was built with. */"; \
	echo "#define RUNG_COMMIT \"$$commit\""; \
	echo "#define RUNG_COMMIT_HASH \"$$hash\""; \
	echo "#define RUNG_COMMIT_DATE \"$$date\""; \
	echo "#define RUNG_COMPILER \"$$compiler\""; \
	echo "#define RUNG_FLAGS \"$$flags\""; } >$@.tmp; \
	if cmp -s $@.tmp $@; then rm $@.tmp; else mv $@.tmp $@; fi
FORCE:
.PHONY: FORCE
EXTRA_DIST += src/study/commit.sh
dist-hook:
	$(SHELL) $(srcdir)/src/study/commit.sh $(srcdir) >$(distdir)/.commit

studiesdir = $(pkgdatadir)/studies
dist_studies_DATA = data/studies/first.yaml data/studies/standard.yaml data/studies/full.yaml \
	data/studies/between-scales.yaml data/studies/performance.yaml

check_PROGRAMS += tests/unit/test_study
tests_unit_test_study_SOURCES = tests/unit/test_study.c tests/unit/unit.h
tests_unit_test_study_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(YAML_CFLAGS)
tests_unit_test_study_LDADD = \
	src/study/libstudy.a src/store/libstore.a src/sim/libsim.a src/timing/libtiming.a \
	src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a src/base/libbase.a \
	$(HDF5_LIBS) $(DW_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += tests/unit/test_import
tests_unit_test_import_SOURCES = tests/unit/test_import.c tests/unit/unit.h
tests_unit_test_import_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_import_LDADD = $(tests_unit_test_study_LDADD)

dist_check_SCRIPTS += tests/shell/exchange.sh tests/shell/simulators.sh tests/shell/examples.sh tests/shell/slurm.sh
long_tests += tests/long/slurm.sh
dist_check_SCRIPTS += tests/shell/run.sh tests/shell/inputs.sh tests/shell/resume.sh tests/shell/store.sh \
	tests/shell/man.sh tests/shell/verify.sh tests/shell/merge.sh \
	tests/shell/kill.sh
long_tests += tests/long/kill.sh
