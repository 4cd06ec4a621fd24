#!/bin/sh
# rung predict: new variants from their small rung.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_store=$top_builddir/tests/tools/make_store
cat >study.yaml <<'END'
study: made
problems: [gemm]
ladder: [64, 256, 1024]
modes: [timing]
machines: [m2]
END

# CPI at 64 falls with the window; at 1024 it is its 1.2th power, give or take NOISE.
# runs PROBLEM SIZES WINDOWS NOISE VERSION; window 512 is the base variant.
runs() {
    awk -v problem="$1" -v sizes="$2" -v windows="$3" -v noise="$4" -v version="$5" 'BEGIN {
        k = split(sizes, n); w = split(windows, window)
        for (v = 1; v <= w; v++)
            for (i = 1; i <= k; i++) {
                small = 0.5 + 40 / window[v]
                power = n[i] == 64 ? 1 : n[i] == 256 ? 1.1 : 1.2
                cpi = small ^ power * (n[i] == 64 ? 1 : 1 + noise * sin(7 * v + n[i]))
                print problem, n[i], "timing m2", window[v] == 512 ? "base" : "rob=" window[v],
                      "0 0 ok", 8 * n[i]^3, 8 * n[i]^3 * cpi, n[i]^3 * 1e-6, version,
                      "rob=" window[v] ";issue=wide"
            }
    }'
}
windows="512 64 96 128 192 256 384 768"
runs gemm "64 256 1024" "$windows" 0.002 1 | "$make_store" study.yaml study.h5
runs gemm "64 256" "160" 0 1 | "$make_store" study.yaml new.h5

# value NAME KEY: the number in the JSON of the last command.
check "a new variant" "$rung" predict study.h5 --small new.h5 --from 64 --to 1024
check_contains out "rob=160"
check_contains out "pass"
check "as JSON" "$rung" predict study.h5 --small new.h5 --from 64 --to 1024 -f json
for key in predictions problem variant from at small value ci pi cycles cycles_pi simulated verdict \
    advice validation slope residual_sd df left_out_rms warnings level; do
    check_contains out "\"$key\""
done
check "as CSV" "$rung" predict study.h5 --small new.h5 --from 64 --to 1024 -f csv
awk -F, 'NR == 2 { want = 0.75 ^ 1.2; exit !($9 < want && want < $10 && $10 / $9 < 1.02 && $8 > 0.99 * want &&
    $8 < 1.01 * want && $11 / (8 * 1024^3 * $8) > 0.999999 && $11 / (8 * 1024^3 * $8) < 1.000001) }' out &&
    pass "the interval holds the truth" || fail "the interval misses 0.75^1.2"
check "from the largest common rung" "$rung" predict study.h5 --small new.h5 -f csv
check_contains out ",256,1024,"
check "an interval that is narrow enough" "$rung" predict study.h5 --small new.h5 --error 5%
check_status 3 "an interval that is not" "$rung" predict study.h5 --small new.h5 --error 0.1%
check_contains err "the prediction is known to within"
check_contains out "run 'rob=160' of 'gemm' at n = 1024 as well (about 17 min 54 s)"

# Without --error the study's own tolerance holds.
{
    cat study.yaml
    echo 'check: {error: 0.1%}'
} >strict.yaml
runs gemm "64 256 1024" "$windows" 0.002 1 | "$make_store" strict.yaml strict.h5
check_status 3 "the study's tolerance" "$rung" predict strict.h5 --small new.h5
check_contains err "not 0.1 %"
check_contains out "small CPI"
check "another than the study's" "$rung" predict strict.h5 --small new.h5 --error 5%
check "none at all" "$rung" predict strict.h5 --small new.h5 --error none

# A variant that the study has is predicted from the others.
runs gemm "64" "192" 0 1 | "$make_store" study.yaml known.h5
check "a known variant" "$rung" predict study.h5 --small known.h5 -f json
check_contains out '"n": 7'
grep -q '"simulated": null' out && fail "its simulated value is not told" || pass "its simulated value is told"
# One whose own run at full scale is 4 % from what the others foretell.
runs gemm "64 256 1024" "$windows" 0.002 1 |
    awk '$5 == "rob=192" && $2 == 1024 { $10 *= 1.04 } { print }' | "$make_store" study.yaml odd.h5
check_status 3 "a known variant that the small rung misjudges" "$rung" predict odd.h5 \
    --small known.h5 --error 3%
check_contains err "rob=192: the study's own run at n = 1024 has CPI"
check_contains err "outside of the interval"
check_contains out "take the study's own run of 'rob=192' at n = 1024"
check "it is off by less than is allowed" "$rung" predict odd.h5 --small known.h5 --error 6% -f json
check_contains out '"code": "simulated-outside"'
check_contains out '"verdict": "pass"'
check "any error is allowed" "$rung" predict odd.h5 --small known.h5
check_contains err "outside of the interval"
check_status 3 "a known variant known too vaguely" "$rung" predict study.h5 --small known.h5 --error 0.1%
check_contains out "take the study's own run of 'rob=192' at n = 1024"
check "a known variant within its interval" "$rung" predict study.h5 --small known.h5 --error 3%
grep -q "outside of the interval" err && fail "it is warned of" || pass "nothing is warned of"

# ---- outside of what was validated: 3, with the cheapest re-check
runs gemm "64" "32" 0 1 | "$make_store" study.yaml wide.h5
check_status 3 "a parameter out of range" "$rung" predict study.h5 --small wide.h5
check_contains err "rob = 32 was not validated (64 ... 768)"
check_contains err "outside what was validated"
check_contains out "run 'rob=32' of 'gemm' at n = 1024 as well"
runs gemm "64" "160" 0 2 | "$make_store" study.yaml version.h5
check_status 3 "another model version" "$rung" predict study.h5 --small version.h5
check_contains err "validated for model version 1, but the small run is of version 2"
check_contains out "run the base variant of 'gemm' at n = 64 and n = 1024 again with this version"
runs gemm "64" "160" 0 1 | sed 's/wide/narrow/' | "$make_store" study.yaml word.h5
check_status 3 "a word that was not validated" "$rung" predict study.h5 --small word.h5
check_contains err "issue = narrow was not validated (always wide)"
runs lu "64" "160" 0 1 | "$make_store" study.yaml lu.h5
check_status 3 "another problem" "$rung" predict study.h5 --small lu.h5
check_contains out "run the base variant and at least four others of 'lu' at n = 64 and n = 1024"
check_status 3 "as JSON" "$rung" predict study.h5 --small lu.h5 -f json
check_contains out '"value": null'
check_contains out '"verdict": "inconclusive"'
check_contains out '"code": "unknown-problem"'
check_contains out "the study has no problem 'lu': it has gemm\""
check_contains out "name one of the study's problems (gemm), or run the base variant"
runs gemm "64 1024" "512 128" 0.002 1 | "$make_store" study.yaml thin.h5
check_status 3 "too few variants" "$rung" predict thin.h5 --small new.h5
check_contains out "add variants of 'gemm'"

# ---- tables
printf 'problem,n,variant,cpi\ngemm,64,rob=160,0.75\n' >new.csv
check "a table" "$rung" predict study.h5 --small new.csv --to 1024
check_contains err "does not say its model version: taken as the validation's, 1"
check "under other names" sh -c "printf 'size,v,ticks,count\n64,rob=160,75,100\n' >other.csv
    '$rung' predict study.h5 --small other.csv --problem data \
    --columns n=size,variant=v,cycles=ticks,instructions=count; test \$? -eq 3"
printf 'problem,n,variant,cpi\ngemm,64,rob=1600,0.52\n' >wide.csv
check_status 3 "a variant's name tells its parameters" "$rung" predict study.h5 --small wide.csv
check_contains err "rob = 1600 was not validated (64 ... 768)"
printf 'problem,n,variant,cpi\ngemm,64,"rob=160,issue=wide",0.75\n' >two.csv
check "two of them" "$rung" predict study.h5 --small two.csv
printf 'problem,n,variant,cpi\ngemm,64,rob=160 issue=wide,0.75\n' >blank.csv
check "parted by a blank, as studies name them" "$rung" predict study.h5 --small blank.csv
printf 'problem,n,variant,cpi\ngemm,64,rob=160,0.75\ngemm,64,robx=200,0.7\n' >typo.csv
check_status 5 "a misspelt parameter" "$rung" predict study.h5 --small typo.csv
check_contains err "'typo.csv':3: variant 'robx=200': unknown parameter 'robx' (did you mean 'rob'?); the study varies rob"
printf 'problem,n,variant,cpi\ngemm,64,flux=3,0.7\n' >typo.csv
check_status 5 "an unknown one" "$rung" predict study.h5 --small typo.csv
check_contains err "'typo.csv':2: variant 'flux=3': unknown parameter 'flux'; the study varies rob"
printf 'problem,n,varient,cpi\ngemm,64,rob=160,0.7\n' >typo.csv
check_status 5 "a misspelt column" "$rung" predict study.h5 --small typo.csv
check_contains err "'typo.csv':1: unknown column 'varient' (did you mean 'variant'? --columns variant=varient"
check "which is what it looks like" "$rung" predict study.h5 --small typo.csv --columns variant=varient
printf 'problem,n,variant,cpi,colour\ngemm,64,rob=160,0.75,red\n' >more.csv
check "a column that is unknown" "$rung" predict study.h5 --small more.csv
check_contains err "warning: 'more.csv':1: unknown column 'colour' is left alone"
printf 'problem,n,variant,cpi\ngemm,64,l2.size=8MiB,0.75\n' >strange.csv
check_status 3 "a parameter that was never set" "$rung" predict study.h5 --small strange.csv
check_contains err "l2.size = 8MiB was not validated (never set)"
runs gemm "64 1024" "$windows" 0.002 1 |
    awk 'BEGIN { print "problem,n,variant,instructions,cycles,wall_seconds" }
         { print $1 "," $2 "," $5 "," $9 "," $10 "," $11 }' >study.csv
check "a study in a table" "$rung" predict study.csv --small new.csv
printf 'problem,n,variant,cpi\ngemm,64,flux=3,0.75\n' >strange.csv
check_status 3 "a parameter of who knows which simulator" "$rung" predict study.csv --small strange.csv
printf 'problem,n,variant,cpi\ngemm,64,robb=160,0.75\n' >strange.csv
check_status 5 "and a misspelt one" "$rung" predict study.csv --small strange.csv
check_contains err "unknown parameter 'robb' (did you mean 'rob'?)"
for bad in nan inf x; do
    printf 'problem,n,variant,cpi\ngemm,64,rob=160,%s\n' $bad >bad.csv
    check_status 5 "a CPI of '$bad'" "$rung" predict study.h5 --small bad.csv
    check_contains err "'bad.csv':2: column 'cpi': '$bad' is not a finite number"
done
: >empty.csv
check_status 5 "an empty table" "$rung" predict study.h5 --small empty.csv
printf 'problem,variant,cpi\ngemm,rob=160,1\n' >sizeless.csv
check_status 5 "a table without sizes" "$rung" predict study.h5 --small sizeless.csv
check_contains err "no column 'n'"

# ---- what is missing or wrong
check_status 5 "a rung that the study has not" "$rung" predict study.h5 --small new.h5 --to 2048
check_contains err "the study has no run at n = 2048"
check_status 5 "no small run below" "$rung" predict study.h5 --small new.h5 --to 64
check_status 5 "no study" "$rung" predict none.h5 --small new.h5
check_status 5 "no small runs" "$rung" predict study.h5 --small none.h5
check_status 2 "no --small" "$rung" predict study.h5
check_status 2 "rungs the wrong way round" "$rung" predict study.h5 --small new.h5 --from 256 --to 64
check_status 2 "a level of 1" "$rung" predict study.h5 --small new.h5 --level 1
check_status 2 "columns of studies" "$rung" predict study.h5 --small new.h5 --columns n=size

# ---- a small rung that reverses the order of the variants
awk 'BEGIN {
    print "problem,n,variant,cpi"
    for (v = 0; v < 8; v++) {
        c = 3 + v
        print "A,128," (v ? "w=" c : "base") "," c
        print "A,256," (v ? "w=" c : "base") "," 30 / c
        print "B,128," (v ? "w=" c : "base") "," c
        print "B,256," (v ? "w=" c : "base") "," 5 * (1 + 0.01 * sin(9 * v * v))
    }
}' >reversed.csv
printf 'problem,n,variant,cpi\nA,128,w=4.5,4.5\n' >new.csv
check_status 3 "a reversed order" "$rung" predict reversed.csv --small new.csv
check_contains err "the order is reversed: slope -1.0"
check_contains out "take a larger small rung than n = 128"
printf 'problem,n,variant,cpi\nB,128,w=4.5,4.5\n' >new.csv
check_status 3 "an order that is open" "$rung" predict reversed.csv --small new.csv -f json
check_contains out '"order-open"'

# ---- a problem with a ladder of its own
awk 'BEGIN { print "problem,n,variant,cpi"
    for (v = 0; v < 8; v++) {
        name = v ? "w=" 3 + v : "base"
        print "A,128," name "," 3 + v; print "A,256," name "," 3 + v
        print "B,40," name "," 3 + v; print "B,80," name "," (3 + v) * 1.5
    }
}' >ladders.csv
printf 'problem,n,variant,cpi\nB,40,w=4.5,4.5\n' >new.csv
check "full scale is the problem's own" "$rung" predict ladders.csv --small new.csv -f csv
check_contains out ",40,80,"
printf 'problem,n,variant,cpi\nB,40,w=4.5,4.5\nB,128,w=4.5,4.5\n' >new.csv
check "the small rung too" "$rung" predict ladders.csv --small new.csv -f csv
check_contains out ",40,80,"
