noinst_LIBRARIES += src/emu/libemu.a
src_emu_libemu_a_SOURCES = src/emu/emu.h src/emu/emu.c
