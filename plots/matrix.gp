# R2 of every pair of rungs: rows are the larger rung.
#
#   matrix   TSV, one pair a row: column, row (from 0), r2, lower, upper (the interval that the
#            check judges by), from, to, verdict (0 pass, 1 fail, 2 inconclusive, NaN none)
#   names    array of the rungs
load plots."style.gp"

unset grid
unset key
set border 0
set tics scale 0
set size ratio -1
set xrange [-0.5 : |names| - 1.5]
set yrange [|names| - 0.5 : 0.5]
set tmargin 2.8
set lmargin 9
set rmargin 3
unset xtics
unset ytics
set xtics nomirror scale 0 () textcolor rgb ink
set ytics nomirror scale 0 () textcolor rgb ink
longest = 0
do for [i = 1 : |names|] { longest = strlen(names[i]) > longest ? strlen(names[i]) : longest }
# Sides of the cells in points, which are squares.  Names that are wider stand upright.
across = (width - 125.0) / (|names| - 1)
upright = 8.3 * longest > across - 4 ? longest : 0
down = (height - 120.0 - 8 * upright) / (|names| - 1)
cell = across < down ? across : down
if (upright) {
    set xtics rotate by 90 right offset 0, 0.3
    set bmargin 2.6 + 0.62 * longest
}
# Lower cells leave every other name out, or more.
every = ceil(15 / cell)
named(i, first, last) = i == first || i == last || ((i - first) % every == 0 && last - i >= every)
do for [i = 1 : |names|] {
    if (i < |names| && named(i, 1, |names| - 1)) { set xtics add (names[i] i - 1) }
    if (i > 1 && named(i, 2, |names|)) { set ytics add (names[i] i - 1) }
}
set xlabel "small rung, n"
set ylabel "large rung, n"
# Verdicts, told apart by the writing as well; none where nothing is asked for.
if (theme eq "dark") {
    array fill[3] = ["#1f5a4a", "#63301a", "#4a4a20"]
    plain = "#39424e"
} else {
    array fill[3] = ["#bfe5d8", "#f7c9ae", "#f3e6a8"]
    plain = "#dfe3e8"
}
array sign[3] = [" ✓", " ✗", " ?"]
# Narrow cells have the sign below the number, narrower ones the sign alone, or no more than a
# colour.
narrow = cell < 60 && format ne "text"
numbered = cell >= 31 || format eq "text"
size = cell < 40 ? 9 : narrow ? 11 : 12
number(colour) = int(sprintf("0x%s", colour[2 : 7]))
shade_of(verdict) = known(verdict) ? fill[int(column(verdict)) + 1] : plain
sign_of(verdict) = known(verdict) ? (narrow && numbered ? "\n" : "").sign[int(column(verdict)) + 1] : ""
colour_of(r2, verdict) = number(known(r2) ? shade_of(verdict) : paper)
text_of(r2, verdict) = known(r2) ? (numbered ? sprintf("%.3f", column(r2)) : "").(numbered || cell >= 13 ? sign_of(verdict) : "") : "–"
half(r2) = known(r2) ? 0.47 : 0.001
plot matrix using "column":"row":(half("r2")):(half("r2")):(colour_of("r2", "verdict")) \
        with boxxyerror linecolor rgb variable fillstyle solid 1 noborder, \
    matrix using "column":"row":(text_of("r2", "verdict")) \
        with labels offset 0, (narrow && numbered ? 0.55 : 0) textcolor rgb ink font sprintf("sans-serif,%d", size)
