EXTRA_DIST += data/examples/gemm-ladder.svg
hardwaredir = $(pkgdatadir)/hardware
dist_hardware_DATA = data/hardware/m2-times.csv
