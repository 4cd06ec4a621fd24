# Guest programs: static, freestanding AArch64, the same for every host.  Debug information
# gives the hot blocks their source lines; the prefix map keeps the build's path, and with it
# the place of the build, out of the file and its hash.
GUEST_PROBLEMS = problems/gemm.elf
GUEST_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -O2 -g -march=armv8-a \
	-ffreestanding -fno-pie -fno-stack-protector -fno-tree-loop-distribute-patterns \
	-ffile-prefix-map=$(abs_top_srcdir)=. -ffile-prefix-map=$(abs_top_builddir)=. \
	-I$(abs_top_srcdir)/problems/runtime
GUEST_LINK = -static -nostdlib -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
GUEST_RUNTIME = $(top_srcdir)/problems/runtime/start.S $(top_srcdir)/problems/runtime/rt.c

problems/%.elf: $(top_srcdir)/problems/%.c $(GUEST_RUNTIME) $(top_srcdir)/problems/runtime/rt.h
	@$(MKDIR_P) problems
	$(AM_V_GEN)$(GUEST_CC) $(GUEST_CFLAGS) $(GUEST_LINK) -o $@.tmp $(GUEST_RUNTIME) $< && mv $@.tmp $@

problemsdir = $(pkgdatadir)/problems
problems_DATA = $(GUEST_PROBLEMS)
dist_problems_DATA = problems/problems.yaml
CLEANFILES += $(GUEST_PROBLEMS)
EXTRA_DIST += problems/gemm.c problems/runtime/rt.c problems/runtime/rt.h problems/runtime/start.S
