noinst_LIBRARIES += src/isa/libisa.a
src_isa_libisa_a_SOURCES = src/isa/class.h src/isa/isa.h src/isa/isa_priv.h \
	src/isa/decode.c src/isa/deps.c src/isa/disasm.c src/isa/extract.c \
	src/isa/a64.def src/isa/a64_atomic.def src/isa/a64_branch.def src/isa/a64_fp.def \
	src/isa/a64_int.def src/isa/a64_later.def src/isa/a64_ldst.def src/isa/a64_simd.def \
	src/isa/a64_simd_ldst.def src/isa/a64_simd_scalar.def \
	src/isa/exec.def src/isa/operand.def

check_PROGRAMS += tests/unit/test_isa
tests_unit_test_isa_SOURCES = tests/unit/test_isa.c
tests_unit_test_isa_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_isa_LDADD = src/isa/libisa.a src/base/libbase.a $(CUNIT_LIBS)
