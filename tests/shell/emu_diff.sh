#!/bin/sh
# Fewer of the random cases that `make check-long` runs under rung and qemu-aarch64.
: "${RUNG_DIFF_CASES:=200}" "${RUNG_DIFF_SEQUENCES:=30}" "${RUNG_DIFF_SEEDS:=1}"
. "${top_srcdir:-.}/tests/long/emu_diff.sh"
