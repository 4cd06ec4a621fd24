noinst_LIBRARIES += src/profile/libprofile.a
src_profile_libprofile_a_SOURCES = \
	src/profile/collect.c src/profile/collect.h \
	src/profile/profile.c src/profile/profile.h \
	src/profile/record.c src/profile/record.h \
	src/profile/samples.c src/profile/samples.h \
	src/profile/stage.c src/profile/stage.h \
	src/profile/symbols.c src/profile/symbols.h
src_profile_libprofile_a_CPPFLAGS = $(AM_CPPFLAGS) $(DW_CFLAGS) $(JANSSON_CFLAGS) \
	$(PROFILER_CFLAGS)
dist_check_SCRIPTS += tests/shell/profile.sh
