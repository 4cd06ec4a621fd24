# The problems whose runs at 128 are too long for tests/shell/problems_sim.sh, in all modes.
RUNG_ABOVE=1
export RUNG_ABOVE
. "${top_srcdir:-.}/tests/shell/problems_sim.sh"
