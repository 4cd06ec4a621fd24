dist_man_MANS += man/rung.1 man/rung-fit.1 man/rung-report.1 man/rung-sim.1
dist_man_MANS += man/rung-study.5 man/rung-store.5 man/rung-machine.5
dist_man_MANS += man/rung-run.1 man/rung-verify.1 man/rung-merge.1
dist_man_MANS += man/rung-correlate.1 man/rung-predict.1 man/rung-check.1
dist_man_MANS += man/rung-export.1 man/rung-import.1
dist_man_MANS += man/rung-calibrate.1
dist_man_MANS += man/rung-history.1
dist_man_MANS += man/rung-profile.1 man/rung-bench.1
