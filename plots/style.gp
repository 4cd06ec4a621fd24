# The look that all figures share: colours by theme, the terminal, axes.
#
# Every figure script loads this file first.  What must be set before:
#   plots    folder of these scripts, with a slash at the end
#   theme    "light" or "dark"
#   output   the file to write
#   heading  text above the figure; "" for none
#   level    confidence level as text, e.g. "95 %"
#   height   of the figure in points; 330 suits most
reset
set encoding utf8
set datafile separator tab
set datafile columnheaders
set datafile missing "NaN"

# The hues are those of Okabe and Ito (Color Universal Design, 2008), which people with
# any common colour blindness tell apart; lighter on dark paper.  Shapes differ as well.
if (theme eq "dark") {
    paper = "#1c2128"; ink = "#d5dbe3"; faint = "#39424e"; soft = "#8b97a6"
    array hue[8] = ["#56b4e9", "#e69f00", "#2fc79f", "#e39ac6", \
                    "#f0e442", "#f08a4b", "#8fb8ff", "#b9c2cc"]
    array ramp[4] = ["#24405a", "#2f6a9c", "#56b4e9", "#c4e6fb"]
    part_base = "#66707c"
    outer = "#2a4358"; inner = "#3b6482"; allowed = "#1f4a41"
} else {
    paper = "#ffffff"; ink = "#24292f"; faint = "#dfe3e8"; soft = "#6b7480"
    array hue[8] = ["#0072b2", "#d55e00", "#009e73", "#b5588f", \
                    "#c28500", "#3a9bd9", "#5a4fcf", "#6b7480"]
    array ramp[4] = ["#c6e2f5", "#7fbde6", "#2f83bd", "#0b3c66"]
    part_base = "#b4bcc6"
    outer = "#d3e7f4"; inner = "#a3cdea"; allowed = "#d5eee6"
}
array shape[8] = [7, 5, 9, 11, 13, 6, 4, 8]

set terminal svg size 460, height dynamic noenhanced font "sans-serif,13" background rgb paper
set output output

set border 3 linecolor rgb soft linewidth 1
set grid ytics linecolor rgb faint linewidth 1 dashtype solid
set tics nomirror out scale 0.6 textcolor rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set key at screen 0.015, screen 1 - 29.0 / height top left horizontal Left reverse maxcols 3 samplen 1.5 width -3.5 font "sans-serif,12" textcolor rgb ink
set style fill solid 1 noborder
set pointsize 0.8
set lmargin 10
set rmargin 2
set tmargin 4.6
set bmargin 3.2
set xlabel offset 0, 0.4

# The heading stands at the left edge, where a reader begins.
if (strlen(heading)) {
    set label 1 heading at screen 0.022, screen 1 - 17.0 / height left front textcolor rgb ink font "sans-serif,14"
}

# A round step that parts `span` into about `count` pieces.
round_up(m) = m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10
tenth(x) = 10 ** floor(log10(x))
step(span, count) = span > 0 ? tenth(span / count) * round_up(span / count / tenth(span / count)) : 1

# Names that are too long for their place end in dots.
short(text, room) = strlen(text) > room ? text[1:room - 1]."…" : text
