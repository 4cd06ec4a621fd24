noinst_LIBRARIES += src/emu/libemu.a
src_emu_libemu_a_SOURCES = src/emu/emu.c src/emu/emu.h \
	src/emu/atomic.c src/emu/block.c src/emu/block.h src/emu/cpu.h src/emu/crc.c \
	src/emu/dispatch.h src/emu/dispatch_fma.c src/emu/dispatch_plain.c \
	src/emu/elf_file.c src/emu/elf_file.h src/emu/exec_fp.h src/emu/exec_int.h \
	src/emu/exec_mem.h src/emu/exec_simd.h src/emu/fault.c src/emu/fault.h src/emu/fp.c \
	src/emu/host_fp.h src/emu/lower.c src/emu/lower.h src/emu/memory.c src/emu/memory.h \
	src/emu/simd.h src/emu/simd_fast.c src/emu/simd_fast.h src/emu/simd_fast_fp.c \
	src/emu/simd_fp.c src/emu/simd_int.c src/emu/simd_ldst.c \
	src/emu/simd_misc.c src/emu/simd_move.c \
	src/emu/softfp.c src/emu/softfp.h src/emu/softfp_priv.h src/emu/softfp_recip.c \
	src/emu/stack.c src/emu/stack.h src/emu/syscall.c src/emu/syscall.h \
	src/emu/syscall_file.c src/emu/syscall_memory.c src/emu/syscall_name.c \
	src/emu/syscall_priv.h src/emu/syscall_signal.c src/emu/syscall_time.c \
	src/emu/files.c src/emu/files.h src/emu/fuse.c src/emu/fuse.def src/emu/fuse.h \
	src/emu/sysreg.c src/emu/sysreg.h

# Built with the tests, but no test itself.
EXTRA_PROGRAMS = tests/bench/emulate
tests_bench_emulate_SOURCES = tests/bench/emulate.c
tests_bench_emulate_LDADD = src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a $(JANSSON_LIBS) $(YAML_LIBS) $(NETTLE_LIBS)

# Guests of the tests, freestanding as those in problems/.
EMU_GUESTS = tests/guests/small.elf tests/guests/scalar-O0.elf tests/guests/scalar-O2.elf \
	tests/guests/scalar-O3.elf
EMU_GUEST_CFLAGS = -std=gnu11 -g -march=armv8-a -ffreestanding -fno-math-errno -fno-pie \
	-fno-stack-protector -fno-tree-loop-distribute-patterns
EMU_GUEST_LINK = -static -nostdlib -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
tests/guests/small.elf: $(top_srcdir)/tests/guests/small.S
	@$(MKDIR_P) tests/guests
	$(AM_V_GEN)$(GUEST_CC) $(EMU_GUEST_LINK) -o $@ $(top_srcdir)/tests/guests/small.S
tests/guests/scalar-%.elf: $(top_srcdir)/tests/guests/scalar.c
	@$(MKDIR_P) tests/guests
	$(AM_V_GEN)$(GUEST_CC) -$* $(EMU_GUEST_CFLAGS) $(EMU_GUEST_LINK) -o $@ \
		$(top_srcdir)/tests/guests/scalar.c
check_DATA += $(EMU_GUESTS)
CLEANFILES += $(EMU_GUESTS)
EXTRA_DIST += tests/guests/small.S tests/guests/scalar.c

check_PROGRAMS += tests/unit/test_emu
tests_unit_test_emu_SOURCES = tests/unit/test_emu.c
tests_unit_test_emu_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_emu_LDADD = src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a $(CUNIT_LIBS)
check_PROGRAMS += tests/unit/test_system
tests_unit_test_system_SOURCES = tests/unit/test_system.c
tests_unit_test_system_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_system_LDADD = src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a $(CUNIT_LIBS)
dist_check_SCRIPTS += tests/shell/emu_guests.sh tests/shell/emu_real.sh
EXTRA_DIST += tests/guests/real/exceptions.cc tests/guests/real/files.c \
	tests/guests/real/floats.c tests/guests/real/heap.c tests/guests/real/input.c \
	tests/guests/real/jumps.c tests/guests/real/locale.c tests/guests/real/recursion.c \
	tests/guests/real/signals.c tests/guests/real/sort.c tests/guests/real/text.c \
	tests/guests/real/threads.c tests/guests/real/times.c tests/guests/real/wide.c

# The differential test against qemu-aarch64.
EXTRA_PROGRAMS += tests/diff/cases
tests_diff_cases_SOURCES = tests/diff/cases.c tests/diff/cases.h tests/diff/sequences.c \
	tests/diff/words.c tests/diff/words.h
tests_diff_cases_LDADD = src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a src/base/libbase.a
check_DATA += tests/diff/cases$(EXEEXT)
EXTRA_DIST += tests/diff/enter.S tests/diff/harness.c
LONG_HELPERS += tests/diff/cases$(EXEEXT)
dist_check_SCRIPTS += tests/shell/emu_diff.sh tests/shell/isa_objdump.sh
CLEANFILES += tests/diff/cases$(EXEEXT) tests/bench/emulate$(EXEEXT)
