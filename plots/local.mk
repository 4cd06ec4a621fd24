plotsdir = $(pkgdatadir)/plots
dist_plots_DATA = \
	plots/accuracy.gp \
	plots/between.gp \
	plots/cpi.gp \
	plots/error.gp \
	plots/ladder.gp \
	plots/overview.gp \
	plots/page.html \
	plots/stack.gp \
	plots/style.css \
	plots/style.gp
