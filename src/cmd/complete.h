/* What fits at the end of a command line that is being typed, for the shells' completions.
 * Nothing is listed a second time for it: options are those of getopt's own tables, arguments
 * and the kinds of values those of the usage, texts and words those of the help. */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stddef.h>

#include "cmd/cmd.h"

/* A command that finds this word in argv[1] is asked by complete_words(), through cmd_options():
 * what follows is what has been typed, and the last word is the one to complete. */
#define COMPLETE_MARK "--(complete)"

/* Prints what fits behind `rung WORD...`, the last word being the one to complete: a word, a
 * tab and its text a line.  An empty word stands before "files" or "folders" where names of
 * files fit.  `commands` ends with NULL. */
void complete_words(const struct command *const *commands, int count, char **words);

/* The part of a command, called by cmd_options(): argv[0] is the command or the word that it
 * was called by, argv[1] the mark. */
void complete_options(const struct command *command, int argc, char **argv, const char *shorts,
                      const struct option *longs);

/* ---- of complete_values.c --------------------------------------------------------------- */

/* The word under the cursor; `lead` characters before it stay as they are. */
struct complete_word {
    const char *text; /* the whole word */
    size_t lead;      /* characters of it that are typed and not completed: "--mode=" */
};

/* Prints the candidate when the word begins like it.  `text` may be NULL. */
void complete_offer(const struct complete_word *word, const char *candidate, size_t len,
                    const char *text);
/* What fits a value that the usage calls `place` ("FORMAT", "log|linear"), of the option of that
 * name (NULL: of an argument), which the help describes so (NULL: not at all). */
void complete_value(struct complete_word word, const char *place, const char *option,
                    const char *description);

#endif
