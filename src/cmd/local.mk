bin_PROGRAMS += rung
rung_SOURCES = \
	src/cmd/cmd.c src/cmd/cmd.h src/cmd/commands.h \
	src/cmd/complete.c src/cmd/complete.h src/cmd/complete_values.c \
	src/cmd/cmd_calibrate.c src/cmd/calibrate.h src/cmd/calibrate_baseline.c \
	src/cmd/calibrate_accuracy.c src/cmd/calibrate_save.c src/cmd/calibrate_save.h \
	src/cmd/calibrate_sim.c src/cmd/calibrate_sim.h \
	src/cmd/calibrate_tune.c src/cmd/calibrate_tune.h src/cmd/calibrate_tune_file.c \
	src/cmd/calibrate_tune_output.c \
	src/cmd/cmd_sim.c src/cmd/sim.h src/cmd/sim_disassemble.c src/cmd/sim_output.c src/cmd/sim_text.c \
	src/cmd/sim_trace.c \
	src/cmd/cmd_check.c src/cmd/check.h src/cmd/check_output.c src/cmd/check_plan.c \
	src/cmd/cmd_correlate.c src/cmd/correlate.c src/cmd/correlate.h \
	src/cmd/cmd_history.c src/cmd/history.h src/cmd/history_add.c src/cmd/history_check.c \
	src/cmd/history_list.c src/cmd/history_report.c \
	src/cmd/cmd_fit.c src/cmd/fit.h src/cmd/fit_data.c src/cmd/fit_json.c src/cmd/fit_store.c \
	src/cmd/missing.c src/cmd/missing.h src/cmd/parameters.c src/cmd/parameters.h \
	src/cmd/runs.c src/cmd/runs.h \
	src/cmd/physics.c src/cmd/physics.h \
	src/cmd/save.c src/cmd/save.h \
	src/cmd/cmd_export.c src/cmd/cmd_import.c \
	src/cmd/cmd_predict.c \
	src/cmd/cmd_profile.c src/cmd/profile.h src/cmd/profile_output.c \
	src/cmd/profile_compare.c src/cmd/profile_compare.h src/cmd/profile_guest.c \
	src/cmd/profile_save.c \
	src/cmd/cmd_profile_worker.c \
	src/cmd/cmd_bench.c src/cmd/bench.h src/cmd/bench_against.c src/cmd/bench_parts.c \
	src/cmd/bench_program.c \
	src/cmd/cmd_report.c \
	src/cmd/cmd_list.c \
	src/cmd/cmd_log.c \
	src/cmd/cmd_merge.c \
	src/cmd/cmd_run.c src/cmd/run_view.c src/cmd/run_view.h \
	src/cmd/cmd_verify.c \
	src/cmd/cmd_worker.c \
	src/cmd/version.c src/cmd/version.h \
	src/cmd/main.c
nodist_rung_SOURCES = src/study/commit.h
rung_CPPFLAGS = -I$(top_builddir)/src $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
# Layers from the top down, for the linker resolves from left to right.
rung_LDADD = \
	src/report/libreport.a src/analysis/libanalysis.a stats/libstats.a \
	src/profile/libprofile.a \
	src/study/libstudy.a src/store/libstore.a src/sim/libsim.a \
	src/timing/libtiming.a src/emu/libemu.a src/trace/libtrace.a src/isa/libisa.a \
	src/base/libbase.a \
	$(GSL_LIBS) $(HDF5_LIBS) $(DW_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)

dist_check_SCRIPTS += tests/shell/usage.sh

# rung with something planted that `rung profile` must find.
noinst_PROGRAMS += tests/tools/planted
tests_tools_planted_SOURCES = tests/tools/planted.c
tests_tools_planted_LDADD = $(rung_OBJECTS) $(rung_LDADD)
tests_tools_planted_DEPENDENCIES = $(rung_OBJECTS) $(rung_DEPENDENCIES)
tests_tools_planted_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=emu_next

check_PROGRAMS += tests/unit/test_cmd
tests_unit_test_cmd_SOURCES = tests/unit/test_cmd.c src/cmd/cmd.c \
	src/cmd/complete.c src/cmd/complete_values.c
tests_unit_test_cmd_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cmd_LDADD = $(tests_unit_test_study_LDADD)
dist_check_SCRIPTS += tests/shell/bench.sh
