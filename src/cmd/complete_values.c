#include "config.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "cmd/complete.h"
#include "study/filter.h"
#include "study/problem.h"
#include "timing/machine.h"
#include "timing/model.h"
#include "trace/counters.h"

void complete_offer(const struct complete_word *word, const char *candidate, size_t len,
                    const char *text)
{
    const char *typed = word->text + word->lead;
    size_t typed_len = strlen(typed);
    if (typed_len > len || strncmp(typed, candidate, typed_len) != 0)
        return;
    int text_len = text != NULL ? (int)strcspn(text, ";\n") : 0;
    printf("%.*s%.*s\t%.*s\n", (int)word->lead, word->text, (int)len, candidate, text_len,
           text_len > 0 ? text : "");
}

static void offer(const struct complete_word *word, const char *candidate, const char *text)
{
    complete_offer(word, candidate, strlen(candidate), text);
}

static void offer_names(const char *kind)
{
    printf("\t%s\n", kind);
}

/* ---- what rung knows; where it cannot be read, there is nothing to offer ------------------- */

static void offer_problems(const struct complete_word *word)
{
    struct problem_table *problems = NULL;
    struct err err = {0};
    if (problem_table_alloc(&problems, &err) != 0)
        return;
    for (size_t i = 0; i < problems->n; i++)
        offer(word, problems->problem[i].name, problems->problem[i].text);
    problem_table_free(problems);
}

static void offer_modes(const struct complete_word *word)
{
    for (int i = 0; i < TIMING_MODE_MAX; i++)
        offer(word, timing_mode_name((enum timing_mode)i),
              timing_mode_text((enum timing_mode)i));
}

/* The files of a data folder, without what their names end in. */
static void offer_data(const struct complete_word *word, const char *kind, const char *ending)
{
    struct dirent **entry = NULL;
    char *folder = path_data(kind, "");
    int n = folder != NULL ? scandir(folder, &entry, NULL, alphasort) : -1;
    size_t cut = strlen(ending);
    for (int i = 0; i < n; i++) {
        size_t len = strlen(entry[i]->d_name);
        if (entry[i]->d_name[0] != '.' && len > cut &&
            strcmp(entry[i]->d_name + len - cut, ending) == 0)
            complete_offer(word, entry[i]->d_name, len - cut, NULL);
        free(entry[i]);
    }
    free(entry);
    free(folder);
}

static void offer_machines(const struct complete_word *word)
{
    offer_data(word, "machines", ".yaml");
}

static void offer_machine_files(const struct complete_word *word)
{
    offer_machines(word);
    offer_names("files");
}

static void offer_times(const struct complete_word *word)
{
    offer_data(word, "hardware", "-times.csv");
    offer_names("files");
}

static void offer_metrics(const struct complete_word *word)
{
    offer(word, "cpi", "cycles per instruction");
    offer(word, "wall_seconds", "time of the simulation");
    for (int i = 0; i < COUNTER_MAX; i++)
        offer(word, counter_name((enum counter)i), counter_text((enum counter)i));
}

/* NAME=VALUE of a machine: the name, or one of its words. */
static void offer_parameters(const struct complete_word *word)
{
    struct complete_word value = *word;
    size_t name = strcspn(word->text + word->lead, "=");
    bool named = word->text[word->lead + name] == '=';
    struct machine_param p;
    for (size_t i = 0; machine_param(i, &p) == 0; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s=", p.name);
        if (!named) {
            offer(word, text, p.text);
        } else if (strncmp(text, word->text + word->lead, name + 1) == 0) {
            value.lead = word->lead + name + 1;
            for (const char *const *w = p.words; w != NULL && *w != NULL; w++)
                offer(&value, *w, NULL);
        }
    }
}

/* KEY=VALUE,... of runs: the key, or the value behind the last comma. */
static void offer_filter(const struct complete_word *word)
{
    const char *typed = word->text + word->lead, *equals = strchr(typed, '=');
    if (equals == NULL) {
        for (const char *const *key = filter_keys; *key != NULL; key++) {
            char text[64];
            snprintf(text, sizeof text, "%s=", *key);
            offer(word, text, NULL);
        }
        return;
    }
    const char *comma = strrchr(equals, ',');
    struct complete_word value = {word->text,
                                  (size_t)((comma != NULL ? comma : equals) + 1 - word->text)};
    if (strncmp(typed, "problem=", 8) == 0)
        offer_problems(&value);
    else if (strncmp(typed, "machine=", 8) == 0)
        offer_machines(&value);
    else if (strncmp(typed, "mode=", 5) == 0)
        offer_modes(&value);
}

/* ---- words of the usage and of the help ---------------------------------------------------- */

/* "log|linear". */
static void offer_alternatives(const struct complete_word *word, const char *place)
{
    for (const char *p = place; *p != '\0';) {
        size_t len = strcspn(p, "|");
        complete_offer(word, p, len, NULL);
        p += len + (p[len] == '|');
    }
}

static size_t plain_word(const char *p)
{
    return strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_-/");
}

/* "text (default), json, csv; ...": single words, two at least, up to what is none. */
static bool offer_list(const struct complete_word *word, const char *p)
{
    enum { WORDS_MAX = 32 };
    const char *start[WORDS_MAX];
    size_t len[WORDS_MAX], count = 0;
    while (count < WORDS_MAX) {
        if (count > 0 && strncmp(p, "or ", 3) == 0)
            p += 3;
        size_t n = plain_word(p);
        const char *behind = p + n;
        if (n > 0 && strncmp(behind, " (", 2) == 0) {
            behind += strcspn(behind, ")");
            behind += *behind == ')';
        }
        if (n == 0 || strchr(",;:", *behind) == NULL) /* the end of the text is found, too */
            break;
        start[count] = p;
        len[count++] = n;
        if (*behind != ',')
            break;
        p = behind + 1 + strspn(behind + 1, " ");
    }
    for (size_t i = 0; count > 1 && i < count; i++)
        complete_offer(word, start[i], len[i], NULL);
    return count > 1;
}

/* Words that stand at the beginning, or behind a colon: "only this table: fits, terms". */
static bool offer_described(const struct complete_word *word, const char *description)
{
    while (!offer_list(word, description)) {
        description = strstr(description, ": ");
        if (description == NULL)
            return false;
        description += 2;
    }
    return true;
}

/* ---- values -------------------------------------------------------------------------------- */

/* By the name of an option, or else by what the usage calls the value. */
static const struct {
    const char *option, *place;
    void (*offer)(const struct complete_word *word);
} known[] = {
    {"problem", "NAME", offer_problems},       {"machine", "NAME", offer_machines},
    {NULL, "MACHINE", offer_machine_files},    {"metric", "METRIC", offer_metrics},
    {NULL, "KEY=VALUE,...", offer_filter},     {NULL, "PARAMETER=VALUE", offer_parameters},
    {NULL, "TIMES", offer_times},
};

static bool is_file(const char *place)
{
    static const char *const files[] = {"FILE",   "STORE",   "STUDY", "ELF", "OUTPUT",
                                        "OUT",    "NEW",     "HISTORY", "ARGUMENT", NULL};
    for (size_t i = 0; files[i] != NULL; i++)
        if (strcmp(place, files[i]) == 0)
            return true;
    const char *dot = strchr(place, '.'); /* STUDY.h5, but not N,... */
    return dot != NULL && dot[1] != '.' && strchr(place, ',') == NULL;
}

void complete_value(struct complete_word word, const char *place, const char *option,
                    const char *description)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].place, place) == 0 &&
            (known[i].option == NULL ||
             (option != NULL && strcmp(known[i].option, option) == 0))) {
            known[i].offer(&word);
            return;
        }
    if (is_file(place))
        offer_names("files");
    else if (strcmp(place, "DIR") == 0)
        offer_names("folders");
    else if (strchr(place, '|') != NULL || plain_word(place) == strlen(place))
        offer_alternatives(&word, place);
    else if ((description == NULL || !offer_described(&word, description)) &&
             strcmp(place, "MODE") == 0)
        offer_modes(&word);
}
