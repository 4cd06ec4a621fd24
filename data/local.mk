EXTRA_DIST += data/examples/gemm-ladder.svg data/examples/gemm-ranks.svg
examplesdir = $(pkgdatadir)/examples
dist_examples_DATA = data/examples/compare.yaml data/examples/native.c data/examples/native.yaml \
	data/examples/qemu.yaml data/examples/read.R data/examples/read.py \
	data/examples/roofline.awk data/examples/shell.yaml \
	data/examples/stats.yaml
hardwaredir = $(pkgdatadir)/hardware
dist_hardware_DATA = data/hardware/m2-times.csv data/hardware/icestorm-calibration.yaml \
	data/hardware/m2-calibration.yaml

EXTRA_DIST += data/completion/bash/rung data/completion/zsh/_rung data/completion/fish/rung.fish
if INSTALL_bash_COMPLETION
bashcompletiondir = $(bash_completion_dir)
bashcompletion_DATA = data/completion/bash/rung
endif
if INSTALL_zsh_COMPLETION
zshcompletiondir = $(zsh_completion_dir)
zshcompletion_DATA = data/completion/zsh/_rung
endif
if INSTALL_fish_COMPLETION
fishcompletiondir = $(fish_completion_dir)
fishcompletion_DATA = data/completion/fish/rung.fish
endif
# For CI systems: rung-ci(7).
cidir = $(pkgdatadir)/ci
dist_ci_SCRIPTS = data/ci/bisect.sh data/ci/compare.sh
EXTRA_DIST += .github/workflows/performance.yml
dist_check_SCRIPTS += tests/shell/ci.sh
