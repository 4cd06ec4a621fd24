#!/bin/sh
# A few of the random C programs of `make check-long`.
: "${RUNG_CSMITH_COUNT:=2}" "${RUNG_CSMITH_SEED:=31}"
. "${top_srcdir:-.}/tests/long/csmith.sh"
