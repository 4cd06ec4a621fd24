# CUnit programs, one a module, in tests/unit; shell tests of the program in tests/shell.
# Each part of the project adds its own fragment below tests/unit and tests/shell.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	QEMU_AARCH64='$(QEMU_AARCH64)'; export QEMU_AARCH64; \
	GUEST_CC='$(GUEST_CC)'; export GUEST_CC; \
	GUEST_CXX='$(GUEST_CXX)'; export GUEST_CXX; \
	MANDOC='$(MANDOC)'; export MANDOC;
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
EXTRA_DIST += tests/shell/init.sh tests/unit/unit.h
dist_check_SCRIPTS += tests/layers.sh tests/shell/layers.sh tests/shell/bootstrap.sh
dist_check_SCRIPTS += tests/shell/completion.sh tests/shell/guide.sh tests/shell/foreign.sh tests/shell/readme.sh

# Tests against other implementations, and long ones: one after another, with a summary;
# `make check-long LONG_TESTS=...` runs some of them.  (What is shipped does not hang on that.)
LONG_TESTS = $(long_tests)
EXTRA_DIST += tests/long/run.sh $(long_tests)
dist_check_SCRIPTS += tests/shell/long.sh
CLEANFILES += $(LONG_HELPERS) tests/long/*.log
check-long: all $(LONG_HELPERS)
	@$(AM_TESTS_ENVIRONMENT) cd $(srcdir) && $(SHELL) tests/long/run.sh $(LONG_TESTS)
.PHONY: check-long

include tests/long/local.mk

# Lines and branches of each module that the tests run; `make coverage TESTS=...` for some of them.
EXTRA_DIST += tests/coverage.py
COVERAGE_LEAST = 85
COVERAGE_FLAGS =
if GCOV
clean-local:
	find . \( -name '*.gcda' -o -name '*.gcno' \) -exec rm -f {} +
endif
coverage:
if GCOV
	find . -name '*.gcda' -exec rm -f {} +
	$(MAKE) check; status=$$?; \
	/usr/bin/env python3 $(srcdir)/tests/coverage.py --least $(COVERAGE_LEAST) $(COVERAGE_FLAGS) \
		$(srcdir) . || status=$$?; exit $$status
else
	@echo "make coverage: this tree was configured without --enable-gcov" >&2; exit 2
endif
.PHONY: coverage
