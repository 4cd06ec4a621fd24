#!/bin/sh
# Fewer of the words that `make check-long` gives to objdump.
: "${RUNG_DECODE_UNIFORM:=50000}" "${RUNG_DECODE_ROWS:=20}" "${RUNG_DECODE_SEED:=2}"
. "${top_srcdir:-.}/tests/long/decode.sh"
