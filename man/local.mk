dist_man_MANS += man/rung.1 man/rung-report.1
