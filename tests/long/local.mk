# Other builds: compilers and sanitizers, the tarball as shipped, an old processor, an AArch64 host.
long_tests += tests/long/builds.sh tests/long/dist.sh tests/long/oldcpu.sh tests/long/arm64.sh

# Random programs, the decoder and fused multiply-adds against qemu, objdump and x86-64: here at
# length, and by the scripts of the same names in tests/shell a little.
EXTRA_PROGRAMS += tests/long/decode_words
tests_long_decode_words_SOURCES = tests/long/decode_words.c
tests_long_decode_words_LDADD = src/isa/libisa.a src/base/libbase.a
check_DATA += tests/long/decode_words$(EXEEXT)
LONG_HELPERS += tests/long/decode_words$(EXEEXT)
long_tests += tests/long/problems.sh tests/long/csmith.sh tests/long/decode.sh tests/long/emu_diff.sh tests/long/fma.sh
EXTRA_DIST += tests/long/system.sh tests/long/decode.awk tests/long/decode.explained tests/long/fma.c
dist_check_SCRIPTS += tests/shell/csmith.sh tests/shell/decode.sh tests/shell/fma.sh

# The speed of emulation against qemu's: tests/bench/emulate.sh prints the table.
EXTRA_PROGRAMS += tests/bench/user_seconds
tests_bench_user_seconds_SOURCES = tests/bench/user_seconds.c
CLEANFILES += tests/bench/user_seconds$(EXEEXT)
EXTRA_DIST += tests/bench/emulate.sh tests/bench/simd_int.c
CLEANFILES += tests/bench/simd_int.elf
tests/bench/simd_int.elf: $(top_srcdir)/tests/bench/simd_int.c $(guest_common)
	@$(MKDIR_P) tests/bench
	$(AM_V_GEN)$(GUEST_CC) -O3 $(EMU_GUEST_CFLAGS) $(EMU_GUEST_LINK) \
		-I$(top_srcdir)/problems/runtime -o $@ $(top_srcdir)/problems/runtime/start.S \
		$(top_srcdir)/problems/runtime/rt.c $(top_srcdir)/tests/bench/simd_int.c
bench-emulate: all tests/bench/emulate$(EXEEXT) tests/bench/user_seconds$(EXEEXT) \
		tests/bench/simd_int.elf
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/emulate.sh $(BENCH_RUNS)
.PHONY: bench-emulate
