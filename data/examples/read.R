# Reads a study file in R: Rscript read.R STUDY.h5, or the CSV of `rung export STUDY.h5`.
#
# Fits a power law to the cycles of the base variants over the sizes, one simulator and problem
# after the other.  HDF5 needs the package rhdf5 (Debian: r-bioc-rhdf5).
file <- commandArgs(trailingOnly = TRUE)[1]
if (grepl("[.]csv$", file)) {
    runs <- read.csv(file, colClasses = c(id = "character"))
} else {
    runs <- rhdf5::h5read(file, "summary", bit64conversion = "double", compoundAsDataFrame = TRUE)
}
base <- runs[runs$status == "ok" & runs$variant == "base" & !is.na(runs$cycles) & runs$cycles > 0, ]
for (part in split(base, list(base$simulator, base$problem, base$machine), drop = TRUE)) {
    if (length(unique(part$n)) < 3) next
    fit <- lm(log(cycles) ~ log(n), data = part)
    cat(sprintf("%s %s %s: cycles = %.4g n^%.4f, R2 = %.6f\n", part$simulator[1], part$problem[1],
                part$machine[1], exp(coef(fit)[1]), coef(fit)[2], summary(fit)$r.squared))
}
