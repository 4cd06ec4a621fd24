plotsdir = $(pkgdatadir)/plots
dist_plots_DATA = \
	plots/accuracy.gp \
	plots/between.gp \
	plots/bland.gp \
	plots/cpi.gp \
	plots/drift.gp \
	plots/error.gp \
	plots/history.gp \
	plots/ladder.gp \
	plots/matrix.gp \
	plots/modes.gp \
	plots/misses.gp \
	plots/overview.gp \
	plots/page.gp \
	plots/ranks.gp \
	plots/ratio.gp \
	plots/reuse.gp \
	plots/simulators.gp \
	plots/stack.gp \
	plots/style.gp \
	plots/thumb.gp \
	plots/trace.gp \
	plots/tradeoff.gp \
	plots/trend.gp \
	plots/velocity.gp \
	plots/page.html \
	plots/page.js \
	plots/style.css
