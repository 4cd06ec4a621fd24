noinst_LIBRARIES += src/analysis/libanalysis.a
src_analysis_libanalysis_a_SOURCES = src/analysis/analysis.c src/analysis/analysis.h
