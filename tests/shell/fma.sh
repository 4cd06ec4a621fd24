#!/bin/sh
# Fewer of the fused multiply-adds of `make check-long`.
: "${RUNG_FMA_ROUNDS:=10}" "${RUNG_FMA_SEEDS:=4}"
. "${top_srcdir:-.}/tests/long/fma.sh"
