#!/bin/sh
# rung for an AArch64 Linux host: cross-built in a bare system of its own, its tests of emulation
# run by qemu-aarch64, and whole simulations compared with those of this host.
. "${top_srcdir:-.}/tests/shell/init.sh"
. "${top_srcdir:-.}/tests/long/system.sh"
needs_system

check "the tarball" make -C "$top_builddir" dist
make_system
check "what the build needs" inside 'dpkg --add-architecture arm64 && apt-get update &&
    apt-get install -y --no-install-recommends make pkg-config gcc libc6-dev xz-utils binutils \
        gnuplot-nox qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
check "its libraries" inside 'apt-get install -y --no-install-recommends libc6-dev:arm64 \
    libgsl-dev:arm64 libhdf5-dev:arm64 libcunit1-dev:arm64 libyaml-dev:arm64 libjansson-dev:arm64 \
    nettle-dev:arm64 libdw-dev:arm64 libgoogle-perftools-dev:arm64'

mkdir "$system/root/rung"
xz -dc "$top_builddir"/rung-*.tar.xz | tar -xf - -C "$system/root/rung" --strip-components 1 || exit 1
check "configure" inside 'cd rung && ./configure -q --host=aarch64-linux-gnu --enable-werror \
    PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig'
check "make" inside 'cd rung && make -j2'
check "its tests are built" inside 'cd rung && make -j2 check TESTS='
# Each in a process of its own, for qemu keeps tables for all guest memory that there ever was.
cat >"$system/root/units" <<'X'
cd rung && for test in isa emu system streams; do
    unit=tests/unit/test_$test
    qemu-aarch64 $unit --list >names || exit 1
    while IFS= read -r name; do
        RUNG_TEST_ROUNDS=10 qemu-aarch64 $unit "$name" || exit 1
    done <names
done
X
check "the tests of emulation" inside 'sh units'
check "the version" inside 'qemu-aarch64 rung/rung --version'
check_contains out "run by the portable path"

# Results of both hosts; times, memory and the program's place are their own.
same="import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
for key in list(a):
    if key.endswith('_seconds') or key in ('peak_memory', 'elf'):
        del a[key], b[key]
assert a == b, [k for k in a if a[k] != b.get(k)]"
for run in gemm:32 gemm-simd:32 sort:16 histogram:16 fft3d:8; do
    name=${run%:*} n=${run#*:}
    check "$name is the same program" cmp "$top_builddir/problems/$name.elf" \
        "$system/root/rung/problems/$name.elf"
    for mode in emulation fast-timing timing sampled; do
        check "$run in mode $mode here" "$rung" sim -m $mode -f json -o here.json \
            "$top_builddir/problems/$name.elf" "$n"
        check "$run in mode $mode there" inside "qemu-aarch64 rung/rung sim -m $mode -f json \
            -o there.json rung/problems/$name.elf $n"
        check "$run in mode $mode: the same" /usr/bin/env python3 -c "$same" here.json \
            "$system/root/there.json"
    done
done
