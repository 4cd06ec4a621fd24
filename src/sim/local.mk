noinst_LIBRARIES += src/sim/libsim.a
src_sim_libsim_a_SOURCES = src/sim/sim.c src/sim/sim.h
