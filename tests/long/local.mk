# Random programs, the decoder and fused multiply-adds against qemu, objdump and x86-64: here at
# length, and by the scripts of the same names in tests/shell a little.
EXTRA_PROGRAMS += tests/long/decode_words
tests_long_decode_words_SOURCES = tests/long/decode_words.c
tests_long_decode_words_LDADD = src/isa/libisa.a src/base/libbase.a
check_DATA += tests/long/decode_words$(EXEEXT)
LONG_HELPERS += tests/long/decode_words$(EXEEXT)
LONG_TESTS += tests/long/csmith.sh tests/long/decode.sh tests/long/fma.sh
EXTRA_DIST += tests/long/decode.awk tests/long/decode.explained tests/long/fma.c
dist_check_SCRIPTS += tests/shell/csmith.sh tests/shell/decode.sh tests/shell/fma.sh
