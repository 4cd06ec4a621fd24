noinst_LIBRARIES += src/emu/libemu.a
src_emu_libemu_a_SOURCES = src/emu/emu.c src/emu/emu.h \
	src/emu/atomic.c src/emu/block.c src/emu/block.h src/emu/cpu.h src/emu/crc.c \
	src/emu/dispatch.h src/emu/dispatch_fma.c src/emu/dispatch_plain.c \
	src/emu/elf_file.c src/emu/elf_file.h src/emu/exec_fp.h src/emu/exec_int.h \
	src/emu/exec_mem.h src/emu/exec_simd.h src/emu/fault.c src/emu/fault.h src/emu/fp.c \
	src/emu/host_fp.h src/emu/lower.c src/emu/lower.h src/emu/memory.c src/emu/memory.h \
	src/emu/stack.c src/emu/stack.h src/emu/syscall.c src/emu/syscall.h \
	src/emu/sysreg.c src/emu/sysreg.h

# Built with the tests, but no test itself.
EXTRA_PROGRAMS = tests/bench/emulate
tests_bench_emulate_SOURCES = tests/bench/emulate.c
tests_bench_emulate_LDADD = src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a $(JANSSON_LIBS) $(YAML_LIBS) $(NETTLE_LIBS)
