# Small against full scale: each point is a variant, its CPI divided by the (geometric) mean
# of its problem's variants at the same size.
#
#   points   TSV, one variant of a problem a row: group (from 0), small_ratio, full_ratio
#   line     TSV: small_ratio, estimate, lower, upper of the regression; "" for none
#   band     1 where the slope has an interval
#   groups   array of the names of the groups
#   worst    name of the variant that is misjudged most, at worst_x, worst_y, which gets a
#            ring; "" for none
#   small, full   text for the axes, e.g. "n = 64"
load plots."style.gp"

set size ratio -1
stats points using "small_ratio":"full_ratio" name "P" nooutput
low = (P_min_x < P_min_y ? P_min_x : P_min_y) / 1.05
high = (P_max_x > P_max_y ? P_max_x : P_max_y) * 1.05
if (format ne "text") {
    set key at screen at_x(0.975), screen at_y(0.86) top right vertical Left reverse samplen 1.5 spacing 0.8 maxrows 12 maxcols 1 width 0
    set rmargin 18
}
set tmargin head(2.8)
set xrange [low:high]
set yrange [low:high]
set xtics step(high - low, 6)
set ytics step(high - low, 6)
set xlabel "CPI over its mean, ".small
y_text = "CPI over its mean, ".full
eval y_label
# Letters are wide in text.
room = format eq "text" && columns < 76 ? 8 : 14
# Hundreds of points need less room each.
size_of_points = P_records > 300 ? 0.35 : P_records > 100 ? 0.55 : 0.8
of(g) = column("group") == g ? column("full_ratio") : NaN
each = "for [g = 0 : |groups| - 1] points using 'small_ratio':(of(g)) with points " . \
    "pointtype shape[g % 8 + 1] pointsize size_of_points linecolor rgb hue[g % 8 + 1] title short(groups[g + 1], room)"
diagonal = "x with lines".lettered(text_rule)." linecolor rgb soft dashtype 2 title '1:1'"
slope = "line using 'small_ratio':'estimate' with lines".lettered(text_fit)." linecolor rgb hue[1] linewidth 2 " . \
    "title 'regression'"
limits = area("line", "small_ratio", "lower", "upper", outer, text_outer, "slope, ".level)
# The caption names it: a name beside the point would lie on its neighbours.
ringed = strlen(worst) ? ", points using (worst_x):(column(0) == 0 ? worst_y : NaN) with " . \
    "points pointtype 6 pointsize 1.8 linewidth 1.5 linecolor rgb ink title '".(format eq "text" ? "worst" : "largest error")."'" : ""
eval "plot " . (strlen(line) && band ? limits : "") . diagonal . ", " . \
    (strlen(line) ? slope . ", " : "") . each . ringed
