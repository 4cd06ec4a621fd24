# A processor model of a few lines, as a stand-in for a simulator: the product of two n x n
# matrices of doubles takes as long as its arithmetic or its traffic, whichever is longer.
#
#   awk -v n=256 [-v width=2] [-v l2=262144] [-v latency=100] [-v form=stats] -f roofline.awk
#
# n          size of the matrices
# width      multiply-adds a cycle
# l2         bytes of the last cache; a row of one and all of the other matrix are in use
# latency    cycles for a line of 64 bytes from memory, eight under way at once
# form       "stats": writes stats.txt as gem5 does; else one JSON object on standard output
BEGIN {
    if (n < 1) {
        print "roofline: no size" > "/dev/stderr"
        exit 2
    }
    if (!width) width = 2
    if (!l2) l2 = 262144
    if (!latency) latency = 100
    instructions = 7 * n ^ 3
    arithmetic = n ^ 3 / width
    fits = l2 / (8 * n * n + 8 * n)
    if (fits > 1) fits = 1
    lines = (2 * n * n + (1 - fits) * n ^ 3) / 8
    traffic = lines * latency / 8
    cycles = (arithmetic > traffic ? arithmetic : traffic) + 200
    if (form == "stats") {
        file = "stats.txt"
        print "" > file
        print "---------- Begin Simulation Statistics ----------" > file
        printf "%-40s %20.0f  # %s\n", "simInsts", instructions, "instructions (Count)" > file
        printf "%-40s %20.0f  # %s\n", "system.cpu.numCycles", cycles, "cycles (Cycle)" > file
        printf "%-40s %20.0f  # %s\n", "system.l2.overallMisses::total", lines, "(Count)" > file
        print "---------- End Simulation Statistics   ----------" > file
    } else {
        printf "{\"instructions\": %.0f, \"cycles\": %.0f, \"l2\": {\"misses\": %.0f}}\n", \
            instructions, cycles, lines
    }
}
