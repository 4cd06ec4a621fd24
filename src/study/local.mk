noinst_LIBRARIES += src/study/libstudy.a
src_study_libstudy_a_SOURCES = \
	src/study/driver.c src/study/driver.h \
	src/study/filter.c src/study/filter.h \
	src/study/launch.c src/study/launch.h \
	src/study/plan.c src/study/plan.h \
	src/study/problem.c src/study/problem.h \
	src/study/study.c src/study/study.h \
	src/study/task.c src/study/task.h \
	src/study/worker.c src/study/worker.h
src_study_libstudy_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(YAML_CFLAGS)

# The commit that a study was made with; looked up at each make, written when it changed.
BUILT_SOURCES += src/study/commit.h
CLEANFILES += src/study/commit.h
src/study/commit.h: FORCE
	@$(MKDIR_P) src/study
	@commit=`cd $(top_srcdir) && test -e .git && git describe --always --dirty 2>/dev/null || echo unknown`; \
	echo "#define RUNG_COMMIT \"$$commit\"" >$@.tmp; \
	if cmp -s $@.tmp $@; then rm $@.tmp; else mv $@.tmp $@; fi
FORCE:
.PHONY: FORCE
