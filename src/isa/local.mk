noinst_LIBRARIES += src/isa/libisa.a
src_isa_libisa_a_SOURCES = src/isa/class.c src/isa/class.h
