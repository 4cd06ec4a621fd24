# Where the cycles of an instruction went, rung by rung.
#
#   stack    TSV, one rung a row: n, then one column for each part (cycles per instruction)
#   parts    array of the names of those columns
load plots."style.gp"

# Waiting for memory is one ramp, darker the farther away; other causes have hues of
# their own.
colour(name) = name eq "base" ? part_base : name eq "dependency" ? hue[5] : \
    name eq "port" ? hue[4] : name eq "frontend" ? hue[3] : name eq "mispredict" ? hue[2] : \
    name eq "l1" ? ramp[1] : name eq "l2" ? ramp[2] : name eq "slc" ? ramp[3] : \
    name eq "dram" ? ramp[4] : name eq "tlb" ? hue[7] : hue[8]

set style data histograms
set style histogram rowstacked
set style fill solid 1 border rgb paper
set boxwidth 0.72
set xlabel "n"
set ylabel "cycles per instruction"
stats stack using "n" name "N" nooutput
size_table = stack
eval gather_sizes
if (N_records > 6) {
    set xtics font "sans-serif,10"
    size_letter = format eq "text" ? 1 : 6.4
}
# Bars stand side by side, whatever their sizes are.
size_at(k) = k - 1
size_place(k) = k - 1
size_low = -0.6; size_high = N_records - 0.4; size_margin = 26
set xrange [size_low : size_high]
eval size_ticks
set key at screen at_x(0.95), screen at_y(0.86) top right vertical Left reverse invert samplen 1 spacing 0.95 maxrows 20 maxcols 1 width 0
set tmargin 2.8
set rmargin 16
plot for [i = 1 : |parts|] stack using parts[i] linecolor rgb colour(parts[i]) \
    title parts[i]
