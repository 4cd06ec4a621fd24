/* What the files of the checks share. */
#ifndef ANALYSIS_CHECKS_PRIV_H
#define ANALYSIS_CHECKS_PRIV_H

#include "analysis/analysis_priv.h"
#include "analysis/mixed.h"

/* Everything that the checks are made from. */
struct checks_input {
    const struct analysis_rows *rows;
    const struct analysis_options *o;
    const struct analysis_thresholds *t;
    struct analysis_fits *fits;
    struct analysis_mixes mixes;
    struct analysis_checks *out;
    struct err *err;
};

/* A new check, inconclusive and without numbers; NULL when memory is short.  Pointers to
 * earlier ones end. */
struct analysis_check *checks_add(struct checks_input *in, const char *name, double threshold);
int checks_advise(struct checks_input *in, struct analysis_check *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Opens the verdict of a check, and says why, where its runs are not of one making: of a setting,
 * and there of a problem, or of those of a scale. */
int checks_mixed(struct checks_input *in, struct analysis_check *check,
                 const struct analysis_key *key, const char *problem,
                 const struct analysis_scale *scale);
/* Pass when the whole interval lies in [least, most], fail when none of it does. */
enum analysis_verdict checks_judge(const struct analysis_check *c, double least, double most,
                                   bool point);
bool checks_same_setting(const struct analysis_key *a, const struct analysis_key *b);
/* Is there an earlier fit of the same setting (and the same problem)? */
bool checks_seen_before(const struct analysis_fits *fits, size_t at, bool by_problem);
/* The two largest rungs of a setting, or of one of its problems (NULL: of all of them), unless
 * the options name others; 0 where there is none. */
void checks_rungs(const struct checks_input *in, const struct analysis_key *key,
                  const char *problem, double *from, double *to);

/* "error" of the problem and setting of a fit by the looks of cheaper modes above its rungs; adds
 * nothing where there are none. */
int checks_look(struct checks_input *in, const struct analysis_fit *first);
/* Are all series of a fit's setting (and problem) mere looks for others? */
bool checks_only_looks(const struct analysis_fits *fits, const struct analysis_fit *of,
                       bool by_problem);
/* Whether an error is within its threshold.  What a prediction with these flags crosses it
 * cannot know, however well it did: no pass. */
enum analysis_verdict checks_judge_error(const struct checks_input *in,
                                         const struct analysis_check *c, unsigned flags);
/* "worst of N: ", of more than one variant, and "; P of N variants pass" where some do; else "". */
enum { CHECKS_WORDS = 64 };
void checks_among(char words[CHECKS_WORDS], size_t variants);
void checks_others(char words[CHECKS_WORDS], size_t passes, size_t variants);

/* "error" of the problem and setting of a fit, over all of their variants. */
int checks_error(struct checks_input *in, const struct analysis_fit *first);
/* The variants that an R2 of at least `least` rests on: the fewest, found one after the other,
 * without which it falls far below.  ERR_NOMEM. */
enum { CHECKS_CARRIERS_MAX = 2 };
struct checks_carriers {
    size_t count; /* 0: more than so many would have to go, or R2 is below anyway */
    size_t point[CHECKS_CARRIERS_MAX]; /* of the scale */
    double without;                    /* R2 of the others; 0 where these do not vary */
};
int checks_find_carriers(const struct analysis_scale *s, double least, struct checks_carriers *c);
/* Fewer design points than these give a bootstrap interval that means nothing. */
enum { CHECKS_POINTS_MIN = 6 };
/* Fill a check "r2" or "equivalence" from the overall scale of its setting, NULL when there is
 * none. */
int checks_judge_r2(struct checks_input *in, struct analysis_check *c,
                    const struct analysis_scale *s);
int checks_judge_equivalence(struct checks_input *in, struct analysis_check *c,
                             const struct analysis_scale *s);
/* "r2" and "equivalence" of a setting, those that are asked for: once for all problems whose two
 * largest rungs are the same. */
int checks_scales(struct checks_input *in, const struct analysis_key *key);
/* Whether all of a setting's runs, at two rungs at least, are of one variant: there is nothing
 * whose ranks or effects could agree. */
bool checks_unvaried(const struct checks_input *in, const struct analysis_key *key);
/* One "r2" and one "equivalence", those that are asked for, in the place of all those of such
 * settings; adds nothing where there are none. */
int checks_no_variants(struct checks_input *in);
/* "velocity" of a setting. */
int checks_velocity(struct checks_input *in, const struct analysis_key *key);
/* "speed" of every problem and setting, and "counters", against options.baseline. */
int checks_speed(struct checks_input *in);

#endif
