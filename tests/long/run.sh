#!/bin/sh
# Runs the tests of `make check-long` one after another and sums up: run.sh SCRIPT...
# Each script's output goes to tests/long/NAME.log below the build tree.  Status 77 of a script
# means skipped; why is told.  Ends with status 1 when a test failed or there was none.
passed=0 failed=0 skipped=0
logs=${top_builddir:-.}/tests/long
mkdir -p "$logs" || exit 1
for script; do
    name=${script##*/}
    log=$logs/${name%.sh}.log
    sh "$script" >"$log" 2>&1 </dev/null
    case $? in
    0)
        passed=$((passed + 1))
        echo "PASS: $name: $(tail -n 1 "$log")"
        ;;
    77)
        skipped=$((skipped + 1))
        echo "SKIP: $name: $(grep '^skipped: ' "$log" | tail -n 1)"
        ;;
    *)
        failed=$((failed + 1))
        echo "FAIL: $name: all of it is in '$log'"
        tail -n 20 "$log" | sed 's/^/  /'
        ;;
    esac
done
echo "long tests: $passed passed, $skipped skipped, $failed failed"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
