EXTRA_DIST += data/examples/gemm-ladder.svg data/examples/gemm-ranks.svg
examplesdir = $(pkgdatadir)/examples
dist_examples_DATA = data/examples/compare.yaml data/examples/native.c data/examples/native.yaml \
	data/examples/qemu.yaml data/examples/read.R data/examples/read.py \
	data/examples/roofline.awk data/examples/shell.yaml \
	data/examples/stats.yaml
hardwaredir = $(pkgdatadir)/hardware
dist_hardware_DATA = data/hardware/m2-times.csv data/hardware/m2-calibration.yaml
