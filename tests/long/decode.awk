# Compares what the table and what objdump say of the same words: awk -f decode.awk
# decode.explained JOINED, where JOINED has word, our status, our text, their text, between
# tabs.  Prints what is not explained, then the counts; ends with status 1 when there is any.
BEGIN {
    FS = "\t"
    for (i = 0; i < 16; i++)
        binary[sprintf("%x", i)] = (i >= 8) % 2 "" int(i / 4) % 2 "" int(i / 2) % 2 "" i % 2
}
NR == FNR {
    if ($0 !~ /^#/) {
        lines++
        side[lines] = $1
        pattern[lines] = $2
        gsub(/x/, ".", pattern[lines])
        expression[lines] = $3
        reason[lines] = $4
        if (NF != 4 || ($2 != "-" && length($2) != 32)) {
            print "bad line: " $0
            bad++
        }
    }
    next
}
function bits(word,    text, i)
{
    for (i = 1; i <= 8; i++)
        text = text binary[substr(word, i, 1)]
    return text
}
function explained(what, word, theirs,    i, b)
{
    b = bits(word)
    for (i = 1; i <= lines; i++) {
        if ((side[i] == what || side[i] == "needed" && what == "theirs") && theirs ~ expression[i] &&
            (pattern[i] == "-" || b ~ "^" pattern[i] "$")) {
            used[i]++
            return side[i] != "needed"
        }
    }
    return 0
}
{
    known = $4 !~ /undefined|^[.]inst/
    what = $2 == "ok" ? known ? $3 == $4 ? "same" : "text" : "ours" : known ? "theirs" : "neither"
    count[what]++
    if (what != "same" && what != "neither" && !explained(what, $1, $4)) {
        bad++
        if (bad <= 200)
            print "unexplained (" what "): " $1 ": '" $3 "', objdump '" $4 "'"
    }
}
END {
    for (i = 1; i <= lines; i++)
        if (used[i])
            print used[i] " " side[i] ": " reason[i]
    print count["same"] + 0 " words alike, " count["neither"] + 0 " known to neither, " \
        bad + 0 " unexplained"
    exit bad > 0 || count["same"] == 0
}
