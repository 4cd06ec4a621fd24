# The look that all figures share: colours by theme, the terminal, axes.
#
# Every figure script loads this file first.  What must be set before:
#   plots    folder of these scripts, with a slash at the end
#   theme    "light" or "dark"
#   format   "svg" or "png": a file of its own, named by `output`;
#            "pdf": a place on a page of a multiplot that is under way, whose left and lower
#            edges are place_x, place_y, and width and height place_w, place_h (fractions);
#            "text": characters on standard output, as many a line as `columns` says, in 22 lines
#            or as many more as a script says in `rows_needed`
#   heading  text above the figure; "" for none
#   level    confidence level as text, e.g. "95 %"
#   width, height   of the figure in points; 460 and 330 suit most
#
# `screen` coordinates must go through at_x() and at_y(), which know the place on the page.
reset
set encoding utf8
set datafile separator tab
set datafile columnheaders
set datafile missing "NaN"
# Is there a number?  Since gnuplot 6 a row falls away whose number is looked at and missing.
known(name) = strcol(name) ne ""

# The hues are those of Okabe and Ito (Color Universal Design, 2008), which people with
# any common colour blindness tell apart; lighter on dark paper.  Shapes differ as well.
if (theme eq "dark") {
    paper = "#1c2128"; ink = "#d5dbe3"; faint = "#39424e"; soft = "#8b97a6"
    array hue[8] = ["#56b4e9", "#e69f00", "#2fc79f", "#e39ac6", \
                    "#f0e442", "#f08a4b", "#8fb8ff", "#b9c2cc"]
    array ramp[4] = ["#24405a", "#2f6a9c", "#56b4e9", "#c4e6fb"]
    part_base = "#66707c"
    near = "#f0c05a"; middle = "#e08a9a"; far = "#7fa8ff"
    outer = "#2a4358"; inner = "#3b6482"; allowed = "#1f4a41"
} else {
    paper = "#ffffff"; ink = "#24292f"; faint = "#dfe3e8"; soft = "#6b7480"
    array hue[8] = ["#0072b2", "#d55e00", "#009e73", "#b5588f", \
                    "#c28500", "#3a9bd9", "#5a4fcf", "#6b7480"]
    array ramp[4] = ["#c6e2f5", "#7fbde6", "#2f83bd", "#0b3c66"]
    part_base = "#b4bcc6"
    near = "#d99000"; middle = "#b04a7a"; far = "#16408f"
    outer = "#d3e7f4"; inner = "#a3cdea"; allowed = "#d5eee6"
}
array shape[8] = [7, 5, 9, 11, 13, 6, 4, 8]

if (format eq "svg") {
    set terminal svg size width, height dynamic noenhanced font "sans-serif,13" background rgb paper
}
if (format eq "png") {
    set terminal pngcairo size 2 * width, 2 * height noenhanced font "sans-serif,13" fontscale 2 linewidth 2 pointscale 2 background rgb paper
}
if (format eq "text") {
    text_rows = exists("rows_needed") && rows_needed > 22 ? rows_needed : 22
    set terminal dumb noenhanced mono size columns, text_rows
    undefine rows_needed
}
if (format eq "pdf") {
    set origin place_x, place_y
    set size place_w, place_h
    at_x(x) = place_x + place_w * x
    at_y(y) = place_y + place_h * y
} else {
    at_x(x) = x
    at_y(y) = y
}
# Points above the lower edge that are so many below the upper one.
from_top(points) = at_y(1 - points / height)
if (format eq "svg" || format eq "png") { set output output }

set border 3 linecolor rgb soft linewidth 1
set grid ytics linecolor rgb faint linewidth 1 dashtype solid
set tics nomirror out scale 0.6 textcolor rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
# The SVG terminal takes letters for wider than they are.
key_width = format eq "svg" ? -3.5 : 0
set key at screen at_x(0.015), screen from_top(29.0) top left horizontal Left reverse maxcols 3 samplen 1.5 width key_width font "sans-serif,12" textcolor rgb ink
set style fill solid 1 noborder
set pointsize 0.8
set lmargin 10
set rmargin 2
set tmargin 4.6
set bmargin 3.2
set xlabel offset 0, 0.4

# The heading stands at the left edge, where a reader begins.
if (strlen(heading)) {
    set label 1 heading at screen at_x(0.022), screen from_top(17.0) left front textcolor rgb ink font "sans-serif,14"
}

# Characters that were printed cannot be overprinted: in text the key has lines of its own below
# the axis, for which the lower margin grows.  Caps of intervals would reach into its other lines.
# head(lines) is the upper margin of a figure whose key stands in it, but in text.
if (format eq "text") {
    set key default
    set key below left Left reverse horizontal maxcols 2 samplen 4 width 2
    set errorbars 0
    set bmargin -1
    set xlabel offset 0, 0
    set tmargin 4
}
head(lines) = format eq "text" ? 4 : lines
# `eval y_label` writes y_text at the vertical axis: in text, which cannot be turned, above it.
# Lines up to the upper edge end at `top_edge`: there, the edge is the row above the last one.
y_label = format eq "text" ? "set label 9 y_text at graph 0, graph 1 left offset -6, 1.4 front" \
                           : "set ylabel y_text"
top_edge = format eq "text" ? 0.95 : 1

# An area between two columns of a table, as the first of a list of things to plot.  In text gnuplot
# fills all areas with one letter, which the key does not show: there, it is made of so many lines
# that no row stays empty, with a letter of their own, that of linetype `letter`.  `within(low, high,
# share)` is between the ends as the axis has it.
within(low, high, share) = low + share * (high - low)
area(table, x, low, high, colour, letter, name) = format eq "text" \
    ? sprintf("%s using '%s':'%s' with lines linetype %d title '%s', ", table, x, low, letter, name) . \
      sprintf("for [row = 1 : 40] %s using '%s':(within(column('%s'), column('%s'), row / 40.0)) with lines linetype %d notitle, ", table, x, low, high, letter) \
    : sprintf("%s using '%s':'%s':'%s' with filledcurves fillcolor rgb '%s' title '%s', ", table, x, low, high, colour, name)
# The letters of lines in text: =, #, *, $.
text_outer = 7; text_inner = 2; text_fit = 1; text_rule = 3
lettered(letter) = format eq "text" ? sprintf(" linetype %d", letter) : ""

# A round step that parts `span` into about `count` pieces.
round_up(m) = m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10
tenth(x) = 10 ** floor(log10(x))
step(span, count) = span > 0 ? tenth(span / count) * round_up(span / count / tenth(span / count)) : 1

# Vertical lines where a footprint outgrows a cache: arrays of their places and texts.
# The SVG terminal of gnuplot 5.4 goes on with the last path, and forgets the dashes, where an
# arrow has the colour and width of the border: dashed arrows have another width.
cache_lines = 'do for [cache = 1 : caches] { ' . \
    'set arrow 50 + cache from first cache_n[cache], graph 0 to first cache_n[cache], graph top_edge nohead back linecolor rgb soft linewidth 1.2 dashtype 2; ' . \
    'set label 50 + cache cache_name[cache] at first cache_n[cache], graph 1 ' . \
    (format eq "text" ? 'left offset 1, -1 - (cache + 1) % 2 front }' : 'right rotate by 90 offset -0.6, -0.4 front textcolor rgb soft font "sans-serif,11" }')

# Colour number k (from 0) of n along a ramp from near to far: for rungs, which have an order.
part(colour, k) = int(sprintf("0x%s", colour[2 + 2 * k : 3 + 2 * k]))
mix(a, b, t) = sprintf("#%02x%02x%02x", part(a, 0) + t * (part(b, 0) - part(a, 0)), \
    part(a, 1) + t * (part(b, 1) - part(a, 1)), part(a, 2) + t * (part(b, 2) - part(a, 2)))
along(k, n) = n < 2 ? near : k < (n - 1) / 2.0 ? mix(near, middle, 2.0 * k / (n - 1)) : \
    mix(middle, far, 2.0 * k / (n - 1) - 1)

# Names that are too long for their place end in dots.
short(text, room) = strlen(text) > room ? text[1:room - 1]."…" : text

# Ticks of a logarithmic axis that a few decades are shown on: powers of ten alone say too little.
# eval log_ticks("x", low, high)
log_ticks_near = "1 1.2 1.5 2 2.5 3 4 5 6 7 8 9"
log_ticks_far = "1 2 5"
log_tick(axis, m, e) = sprintf("set %stics add (%g); ", axis, m * 10.0 ** e)
log_decade(axis, list, e, i) = i > words(list) ? "" \
    : log_tick(axis, real(word(list, i)), e) . log_decade(axis, list, e, i + 1)
log_decades(axis, list, e, last) = e > last ? "" \
    : log_decade(axis, list, e, 1) . log_decades(axis, list, e + 1, last)
log_ticks(axis, low, high) = sprintf("set %stics (%g); ", axis, tenth(low)) \
    . log_decades(axis, high / low < 4 ? log_ticks_near : log_ticks_far, \
                  floor(log10(low)), floor(log10(high)))

# Names of sizes below an axis.  `eval gather_sizes` takes those of column n of the table
# `size_table`, each once, into `sizes`; it goes before the axis becomes logarithmic.  `eval
# size_ticks` names the smallest, the largest and of the rest as many as stand side by side without
# touching; all have a mark.  size_at(k) is the place of size k on the axis, which goes from
# size_low to size_high and has size_margin letters beside it.
sizes = ""
gather_size(name) = (sizes = strstrt(" ".sizes." ", " ".name." ") > 0 ? sizes : sizes." ".name, 1)
gather_sizes = 'sizes = ""; stats size_table using (gather_size(strcol("n"))) nooutput'
size_of(k) = real(word(sizes, k))
size_at(k) = log(size_of(k))
size_margin = 12
# Widths in points, but in columns where letters are all there is.
size_letter = format eq "text" ? 1 : 8.3
size_room = format eq "text" ? 1 : 5
size_x(k) = (size_at(k) - size_low) / (size_high - size_low) * size_axis
size_touch(i, k) = abs(size_x(i) - size_x(k)) < \
    size_letter * (strlen(word(sizes, i)) + strlen(word(sizes, k))) / 2.0 + size_room
size_free(k) = (sum [i = 1 : words(sizes)] (size_named[i] && size_touch(i, k))) == 0
size_ticks = 'size_axis = format eq "text" ? columns - size_margin : width - 9.1 * size_margin; ' . \
    'set xtics (); array size_named[words(sizes)]; size_first = 1; size_last = 1; ' . \
    'do for [k = 1 : words(sizes)] { size_named[k] = 0; ' . \
    'size_first = size_of(k) < size_of(size_first) ? k : size_first; ' . \
    'size_last = size_of(k) > size_of(size_last) ? k : size_last }; ' . \
    'size_named[size_first] = 1; if (size_free(size_last)) { size_named[size_last] = 1 }; ' . \
    'do for [k = 1 : words(sizes)] { if (size_free(k)) { size_named[k] = 1 }; ' . \
    'set xtics add ((size_named[k] ? word(sizes, k) : "") size_place(k)) }'
size_place(k) = size_of(k)
