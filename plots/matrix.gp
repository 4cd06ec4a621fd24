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
do for [i = 1 : |names|] {
    if (i < |names|) { set xtics add (names[i] i - 1) }
    if (i > 1) { set ytics add (names[i] i - 1) }
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
# Narrow cells have the sign below the number.
narrow = |names| > 5 && format ne "text"
size = |names| > 8 ? 9 : narrow ? 11 : 12
number(colour) = int(sprintf("0x%s", colour[2 : 7]))
shade_of(verdict) = known(verdict) ? fill[int(column(verdict)) + 1] : plain
sign_of(verdict) = known(verdict) ? (narrow ? "\n" : "").sign[int(column(verdict)) + 1] : ""
colour_of(r2, verdict) = number(known(r2) ? shade_of(verdict) : paper)
text_of(r2, verdict) = known(r2) ? sprintf("%.3f", column(r2)).sign_of(verdict) : "–"
half(r2) = known(r2) ? 0.47 : 0.001
plot matrix using "column":"row":(half("r2")):(half("r2")):(colour_of("r2", "verdict")) \
        with boxxyerror linecolor rgb variable fillstyle solid 1 noborder, \
    matrix using "column":"row":(text_of("r2", "verdict")) \
        with labels offset 0, (narrow ? 0.55 : 0) textcolor rgb ink font sprintf("sans-serif,%d", size)
