# Lines of text on a page of the PDF, in a multiplot that is under way.
#
#   lines    array of the texts
#   line_x, line_y   arrays of their places in points from the left and the upper edge
#   line_size   array of font sizes in points
#   line_colour array of names: "ink", "soft", "pass", "fail", "open"
#   page_width, page_height   of the page in points
heading = ""; width = page_width; height = page_height
place_x = 0; place_y = 0; place_w = 1; place_h = 1
load plots."style.gp"

unset border
unset tics
unset grid
unset key
set margins 0, 0, 0, 0
# The terminal takes a point for 1/72 of 96 dots.
pass = hue[3]; fail = hue[2]; open = hue[5]
colour_of(name) = name eq "pass" ? pass : name eq "fail" ? fail : name eq "open" ? open : \
    name eq "soft" ? soft : ink
do for [i = 1 : |lines|] {
    set label 1000 + i lines[i] at screen 1.0 * line_x[i] / page_width, screen 1 - 1.0 * line_y[i] / page_height \
        left front textcolor rgb colour_of(line_colour[i]) \
        font sprintf("sans-serif,%g", 0.75 * line_size[i] / page_fontscale)
}
plot [0 : 1] [0 : 1] NaN notitle
