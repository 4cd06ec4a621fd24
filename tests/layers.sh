#!/bin/sh
# The layers of HACKING.md, as a test: reads every #include of a source tree and complains about
# each that points the wrong way, with file and line.
#
#   tests/layers.sh [ROOT]      # ROOT is the top of the tree, $top_srcdir when left out
#
# Exit status 0 when all is well, 1 when something is not, 2 when ROOT is no source tree.
root=${1:-${top_srcdir:-.}}
[ -d "$root/src/base" ] && [ -d "$root/stats" ] || {
    echo "layers: '$root' is no source tree" >&2
    exit 2
}
cd "$root" || exit 2

find src stats tests/unit -name '*.[ch]' -type f | LC_ALL=C sort | xargs awk '
BEGIN {
    # What each module may include besides itself.
    sees["base"] = ""
    sees["isa"] = "base"
    sees["trace"] = "base isa"
    sees["emu"] = "base isa trace"
    sees["timing"] = "base isa trace"
    sees["sim"] = "base isa trace emu timing"
    sees["store"] = "base isa trace"
    sees["stats"] = "base"
    sees["study"] = "base isa trace emu timing sim store"
    sees["profile"] = "base isa trace emu timing sim store study"
    sees["analysis"] = "base isa trace timing store stats"
    sees["report"] = "base isa trace store analysis"
    sees["cmd"] = "base isa trace emu timing sim store stats study profile analysis report"
    sees["tests"] = sees["cmd"] " cmd"
}

function complain(line, text) {
    printf "%s:%d: %s\n", file, line, text
    violations++
}

function module_of(path, part) {
    split(path, part, "/")
    return part[1] == "src" ? part[2] : part[1]
}

function end_of_file() {
    if (file ~ /\.c$/ && includes_here == 0)
        complain(1, "config.h must be included first")
}

function check(header, line, target) {
    if (header ~ /\.c$/)
        complain(line, "includes the source file \047" header "\047")
    # Libraries that one module alone may see.
    if (header ~ /^(hdf5|H5)[A-Za-z0-9_]*\.h$/) {
        if (module != "store" && module != "tests")
            complain(line, "only src/store may include \047" header "\047")
        return
    }
    if (header ~ /^gsl\//) {
        if (module != "stats" && module != "tests")
            complain(line, "only stats may include \047" header "\047")
        return
    }
    if (header ~ /(^|\/)\.\.(\/|$)/) {
        complain(line, "\047" header "\047 leaves its folder")
        return
    }
    target = header ~ /\// ? module_of(header) : module
    if (!(target in sees))
        return # a header of the system
    # The unit test of a module may look inside.
    if (header ~ /_priv\.h$/ && file ~ ("^tests/unit/test_" target "[._]"))
        return
    if (header ~ /_priv\.h$/ && target != module)
        complain(line, "\047" header "\047 is private to " target)
    else if (target != module && (" " sees[module] " ") !~ (" " target " "))
        complain(line, module " may not include \047" header "\047 of " target)
}

FNR == 1 {
    if (file != "")
        end_of_file()
    file = FILENAME
    module = module_of(file)
    includes_here = 0
    files++
    if (!(module in sees))
        complain(1, "the folder \047" module "\047 has no layer")
}

/^[ \t]*#[ \t]*include/ {
    includes++
    text = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", text)
    if (text !~ /^("[^"]+"|<[^>]+>)/) {
        complain(FNR, "an #include without a plain file name")
        next
    }
    sub(/^./, "", text)
    sub(/[">].*/, "", text)
    if (includes_here++ == 0 && file ~ /\.c$/ && text != "config.h")
        complain(FNR, "config.h must be included first")
    check(text, FNR)
}

END {
    if (file != "")
        end_of_file()
    printf "%d includes of %d files: %d passed, %d failed\n", includes, files,
        includes - (violations < includes ? violations : includes), violations
    exit violations > 0 || includes == 0
}' || exit 1
