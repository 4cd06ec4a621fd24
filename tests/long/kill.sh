#!/bin/sh
# The test of tests/shell, 200 times: some minutes.
KILLS=${KILLS:-200} exec sh "${top_srcdir:-.}/tests/shell/kill.sh"
