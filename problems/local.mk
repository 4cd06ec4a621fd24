# Guest programs.  Which there are, from what sources and with which flags, is read from the
# problem table by problems/build.sh, which also holds the flags that all of them share.
GUEST_RUNTIME = problems/runtime/start.S problems/runtime/rt.c problems/runtime/rt.h \
	problems/runtime/dense.h problems/runtime/circle.h problems/runtime/int32.h \
	problems/runtime/micro.h
problem_table = $(top_srcdir)/problems/problems.yaml
problem_script = $(SHELL) $(top_srcdir)/problems/build.sh

# Used by the rules: what every program is rebuilt for, and how.
guest_common = $(addprefix $(top_srcdir)/,$(GUEST_RUNTIME) problems/build.sh)
guest_build = GUEST_CC='$(GUEST_CC)' $(problem_script) elf $(problem_table)

# GNU make makes this file first and then reads it; the entries are written on the way.
-include problems/rules.mk
problems/rules.mk: $(problem_table) $(top_srcdir)/problems/build.sh
	@$(MKDIR_P) problems
	$(AM_V_GEN)$(problem_script) rules $(problem_table) problems >$@.tmp && mv $@.tmp $@
problems/%.entry:
	@$(problem_script) rules $(problem_table) problems >/dev/null

problemsdir = $(pkgdatadir)/problems
problems_DATA = $(GUEST_PROBLEMS)
dist_problems_DATA = problems/problems.yaml
CLEANFILES += $(GUEST_PROBLEMS) problems/*.entry problems/rules.mk
EXTRA_DIST += $(GUEST_SOURCES) $(GUEST_RUNTIME) problems/runtime/native.c problems/build.sh
dist_check_SCRIPTS += tests/shell/problems.sh tests/shell/problems_sim.sh
