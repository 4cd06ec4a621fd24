#!/bin/sh
# Linear models against R's lm() and predict(), to 1e-9 relative: coefficients, standard errors,
# t, confidence intervals, R2, adjusted R2, residual sd, F, log-likelihood's AIC and BIC, and
# confidence and prediction intervals, on random data without and with weights.
. "${top_srcdir:-.}/tests/shell/init.sh"

command -v Rscript >rscript || skip "Rscript is not installed (Debian package r-base-core)"
cat >oracle.R <<'R'
seed <- as.integer(commandArgs(TRUE)[1]); set.seed(seed)
n <- sample(8:40, 1)
d <- data.frame(x = runif(n, 1, 30), w = runif(n, 0.5, 4))
d$y <- 3 - 0.7 * d$x + 0.02 * d$x^2 + rnorm(n) * exp(runif(1, -2, 2))
write.table(format(d, digits = 17), "data.csv", sep = ",", quote = FALSE, row.names = FALSE)
d <- read.csv("data.csv")
put <- function(name, v) cat(sprintf("%s %.17g\n", name, v), sep = "")
for (weighted in c(FALSE, TRUE)) {
    sink(if (weighted) "want.w" else "want.n")
    m <- if (weighted) lm(y ~ x + I(x^2), d, weights = w) else lm(y ~ x + I(x^2), d)
    s <- summary(m); ci <- confint(m)
    for (i in 1:3) {
        put(paste0("terms.", i - 1, ".estimate"), s$coefficients[i, 1])
        put(paste0("terms.", i - 1, ".se"), s$coefficients[i, 2])
        put(paste0("terms.", i - 1, ".t"), s$coefficients[i, 3])
        put(paste0("terms.", i - 1, ".p"), s$coefficients[i, 4])
        put(paste0("terms.", i - 1, ".ci.0"), ci[i, 1])
        put(paste0("terms.", i - 1, ".ci.1"), ci[i, 2])
    }
    put("r2", s$r.squared); put("r2_adjusted", s$adj.r.squared)
    put("residual_sd", s$sigma); put("f", s$fstatistic[[1]]); put("df", m$df.residual)
    if (!weighted) { put("aic", AIC(m)); put("bic", BIC(m)) }
    at <- data.frame(x = c(5, 40))
    ci <- predict(m, at, interval = "confidence")
    pi <- suppressWarnings(predict(m, at, interval = "prediction"))
    for (i in 1:2) {
        put(paste0("predictions.", i - 1, ".value"), ci[i, 1])
        put(paste0("predictions.", i - 1, ".ci.0"), ci[i, 2])
        put(paste0("predictions.", i - 1, ".ci.1"), ci[i, 3])
        put(paste0("predictions.", i - 1, ".pi.0"), pi[i, 2])
        put(paste0("predictions.", i - 1, ".pi.1"), pi[i, 3])
    }
    sink()
}
R
cat >compare.py <<'PY'
import json, sys
got = json.load(open(sys.argv[1]))
worst = count = 0
for line in open(sys.argv[2]):
    name, want = line.split()
    value = got
    for part in name.split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    want = float(want)
    error = abs(value - want) / max(abs(want), 1e-12)
    worst = max(worst, error)
    count += 1
    if not error <= 1e-9:
        sys.exit("%s: %.17g instead of %.17g" % (name, value, want))
print("%d numbers, largest relative difference %.1e" % (count, worst))
assert count > 20
PY
for seed in 1 2 3 4 5 6 7 8; do
    check "R fits data set $seed" Rscript --vanilla oracle.R $seed
    check "so does rung" "$rung" fit data.csv --model 'y ~ 1 + x + x^2' --at 5,40 -f json
    mv out got
    check "R agrees on data set $seed" /usr/bin/env python3 compare.py got want.n
    cat out
    check "with weights" "$rung" fit data.csv --model 'y ~ 1 + x + x^2' --weights w --at 5,40 -f json
    mv out got
    check "R agrees on data set $seed, weighted" /usr/bin/env python3 compare.py got want.w
    cat out
done
