# `make fuzz` runs each entry for FUZZ_SECONDS under libFuzzer with the address and undefined
# behaviour sanitizers.  What it finds stays in out/fuzz, next to the grown sets of inputs.
EXTRA_DIST += tests/fuzz/fuzz_decode.c tests/fuzz/fuzz_elf.c tests/fuzz/fuzz_file.h tests/fuzz/fuzz_history.c \
	tests/fuzz/fuzz_import.c tests/fuzz/fuzz_store.c tests/fuzz/fuzz_study.c \
	tests/fuzz/lsan.supp
FUZZ_CC = clang
FUZZ_SECONDS = 60
FUZZ_TARGETS = elf decode import study store history
FUZZ_CFLAGS = -std=gnu11 -g -O1 -fno-sanitize-recover=undefined \
	-fsanitize=fuzzer,address,undefined -fno-omit-frame-pointer
# All of the emulator but its dispatch loop: a label for each operation, with a jump from each
# to each, takes clang's instrumentation hours.  That comes from the ordinary build.
fuzz_code = $(filter %.c,$(src_emu_libemu_a_SOURCES) $(src_isa_libisa_a_SOURCES) \
	$(src_trace_libtrace_a_SOURCES)) src/base/err.c
fuzz_plain = src/emu/dispatch_fma.$(OBJEXT) src/emu/dispatch_plain.$(OBJEXT)

out/fuzz/fuzz_elf out/fuzz/fuzz_decode: out/fuzz/%: tests/fuzz/%.c $(fuzz_code) $(fuzz_plain)
	@$(MKDIR_P) out/fuzz
	$(AM_V_CC)cd $(srcdir) && $(FUZZ_CC) $(FUZZ_CFLAGS) -I$(abs_top_builddir) -Isrc -I. \
		-o $(abs_top_builddir)/$@ tests/fuzz/$*.c \
		$(filter-out $(fuzz_plain:.$(OBJEXT)=.c),$(fuzz_code)) \
		$(addprefix $(abs_top_builddir)/,$(fuzz_plain)) -lm

# The readers of other programs' output, and what they stand on.
fuzz_import_code = $(filter %.c,$(src_base_libbase_a_SOURCES) $(src_trace_libtrace_a_SOURCES) \
	$(src_store_libstore_a_SOURCES)) src/study/numbers.c src/study/import_rows.c
out/fuzz/fuzz_import: tests/fuzz/fuzz_import.c $(fuzz_import_code)
	@$(MKDIR_P) out/fuzz
	$(AM_V_CC)cd $(srcdir) && $(FUZZ_CC) $(FUZZ_CFLAGS) -I$(abs_top_builddir) -Isrc -I. \
		$(AM_CPPFLAGS) $(HDF5_CFLAGS) $(JANSSON_CFLAGS) $(YAML_CFLAGS) \
		-o $(abs_top_builddir)/$@ tests/fuzz/fuzz_import.c $(fuzz_import_code) \
		$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) -lm

# Studies, machines and the table of problems; and study files, which come from a small study.
# (The models behind the machines come from the ordinary build.)
fuzz_study_code = $(filter %.c,$(src_base_libbase_a_SOURCES) $(src_trace_libtrace_a_SOURCES)) \
	src/timing/machine.c src/timing/machine_check.c \
	src/study/design_points.c src/study/design_read.c src/study/words.c src/study/external.c src/study/numbers.c src/study/problem.c \
	src/study/study.c src/study/study_items.c \
	src/study/study_ladder.c src/study/study_problem.c
fuzz_study_libs = src/store/libstore.a src/timing/libtiming.a src/isa/libisa.a
fuzz_store_code = $(filter %.c,$(src_base_libbase_a_SOURCES) $(src_trace_libtrace_a_SOURCES) \
	$(src_store_libstore_a_SOURCES))
fuzz_history_code = $(fuzz_store_code)
out/fuzz/fuzz_study out/fuzz/fuzz_store out/fuzz/fuzz_history: out/fuzz/fuzz_%: tests/fuzz/fuzz_%.c \
		$(fuzz_study_code) $(fuzz_store_code) $(fuzz_study_libs)
	@$(MKDIR_P) out/fuzz
	$(AM_V_CC)cd $(srcdir) && $(FUZZ_CC) $(FUZZ_CFLAGS) -I$(abs_top_builddir) -Isrc -I. \
		$(AM_CPPFLAGS) $(HDF5_CFLAGS) $(JANSSON_CFLAGS) $(YAML_CFLAGS) \
		-o $(abs_top_builddir)/$@ tests/fuzz/fuzz_$*.c $(fuzz_$*_code) \
		$(addprefix $(abs_top_builddir)/,$(fuzz_$*_libs)) \
		$(HDF5_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) -lm
out/fuzz/store/small.h5: rung$(EXEEXT) problems/gemm.elf data/studies/first.yaml
	@$(MKDIR_P) out/fuzz/store out/fuzz/study
	@printf 'study: a\nproblems: gemm\nladder: [4, 8]\nmodes: timing\nmachines: m2\n' \
		>out/fuzz/small.yaml
	@./rung$(EXEEXT) run -q out/fuzz/small.yaml -o $@
	@# Without filters, where h5repack is installed: tables are reached by more changes.
	@! command -v h5repack >/dev/null || h5repack --low=2 -f NONE $@ out/fuzz/store/plain.h5
	@for i in $(srcdir)/data/studies/*.yaml; do \
		{ printf 0; cat $$i; } >out/fuzz/study/s-`basename $$i`; done
	@for i in $(srcdir)/data/machines/*.yaml; do \
		{ printf 1; cat $$i; } >out/fuzz/study/m-`basename $$i`; done

# Two sessions of that study, and a baseline.
out/fuzz/history/small.h5: out/fuzz/store/small.h5
	@$(MKDIR_P) out/fuzz/history
	@rm -rf $@ out/fuzz/again.h5*
	@./rung$(EXEEXT) history add -q -H $@ --commit 1111111 --date 2026-01-01 $<
	@./rung$(EXEEXT) run -q out/fuzz/small.yaml -o out/fuzz/again.h5
	@./rung$(EXEEXT) history add -q -H $@ --commit 2222222 --date 2026-01-02 out/fuzz/again.h5
	@./rung$(EXEEXT) history baseline set -H $@ 1111111
	@! command -v h5repack >/dev/null || h5repack --low=2 -f NONE $@ out/fuzz/history/plain.h5

# One input of each form; the first byte chooses it.
out/fuzz/import/csv: tests/fuzz/local.mk
	@$(MKDIR_P) out/fuzz/import
	@printf '0n,cycles,"variant",seed\n64,12.5,"a ""b""",1\n' >$@
	@printf '1- Begin Simulation Statistics -\nsimInsts 4\nsystem.cpu.numCycles 5 # x\n' \
		>out/fuzz/import/gem5
	@printf '2{"counter-value" : "5.0", "unit" : "msec", "event" : "task-clock"}\n' \
		>out/fuzz/import/perf
	@printf '3/a/0\n{"a": [1, "2"]}\n' >out/fuzz/import/json
	@printf '3t=([0-9])\nt=5\n' >out/fuzz/import/regex

# Sizes of petabytes that a damaged file makes HDF5 ask for are refused by any malloc; so they are
# here, where the sanitizer would end the run.
fuzz: out/fuzz/fuzz_elf out/fuzz/fuzz_decode out/fuzz/fuzz_import out/fuzz/import/csv \
	out/fuzz/fuzz_study out/fuzz/fuzz_store out/fuzz/store/small.h5 \
	out/fuzz/fuzz_history out/fuzz/history/small.h5 \
	tests/guests/small.elf problems/vectorsum.elf \
	problems/branch.elf
	@$(MKDIR_P) out/fuzz/elf out/fuzz/decode
	@cp tests/guests/small.elf problems/vectorsum.elf problems/branch.elf out/fuzz/elf/
	@for i in $(FUZZ_TARGETS); do \
		echo "fuzzing $$i for $(FUZZ_SECONDS) s"; \
		LSAN_OPTIONS=suppressions=$(abs_srcdir)/tests/fuzz/lsan.supp \
		ASAN_OPTIONS=allocator_may_return_null=1 \
		out/fuzz/fuzz_$$i -max_total_time=$(FUZZ_SECONDS) -max_len=200000 -timeout=30 \
			-rss_limit_mb=4096 -artifact_prefix=out/fuzz/ -print_final_stats=1 \
			out/fuzz/$$i >out/fuzz/$$i.log 2>&1 || { tail -n 40 out/fuzz/$$i.log; exit 1; }; \
		grep -E 'number_of_executed_units|new_units_added' out/fuzz/$$i.log; \
	done
.PHONY: fuzz
