EXTRA_DIST += data/examples/gemm-ladder.svg
