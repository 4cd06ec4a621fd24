noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = src/store/store.c src/store/store.h
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS)
