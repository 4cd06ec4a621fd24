dist_man_MANS += man/rung.1
