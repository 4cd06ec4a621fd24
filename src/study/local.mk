noinst_LIBRARIES += src/study/libstudy.a
src_study_libstudy_a_SOURCES = src/study/study.c src/study/study.h
