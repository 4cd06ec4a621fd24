/* What the files of the checks share. */
#ifndef ANALYSIS_CHECKS_PRIV_H
#define ANALYSIS_CHECKS_PRIV_H

#include "analysis/analysis_priv.h"

/* Everything that the checks are made from. */
struct checks_input {
    const struct analysis_rows *rows;
    const struct analysis_options *o;
    const struct analysis_thresholds *t;
    struct analysis_fits *fits;
    struct analysis_checks *out;
    struct err *err;
};

/* A new check, inconclusive and without numbers; NULL when memory is short.  Pointers to
 * earlier ones end. */
struct analysis_check *checks_add(struct checks_input *in, const char *name, double threshold);
int checks_advise(struct checks_input *in, struct analysis_check *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Pass when the whole interval lies in [least, most], fail when none of it does. */
enum analysis_verdict checks_judge(const struct analysis_check *c, double least, double most,
                                   bool point);
bool checks_same_setting(const struct analysis_key *a, const struct analysis_key *b);
/* The two largest rungs of a setting, unless the options name others; 0 where there is none. */
void checks_rungs(const struct checks_input *in, const struct analysis_key *key, double *from,
                  double *to);

/* "error" of the problem and setting of a fit, over all of their variants. */
int checks_error(struct checks_input *in, const struct analysis_fit *first);
/* "r2" and "equivalence" of a setting, those that are asked for. */
int checks_scales(struct checks_input *in, const struct analysis_key *key);
/* "velocity" of a setting. */
int checks_velocity(struct checks_input *in, const struct analysis_key *key);
/* "speed" of every problem and setting, and "counters", against options.baseline. */
int checks_speed(struct checks_input *in);

#endif
