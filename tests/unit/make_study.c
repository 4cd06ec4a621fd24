/* Writes a made-up study for the shell tests and for looking at pages:
 *
 *   make_study FILE [KEY=VALUE]...
 *
 * Keys: problem (repeated), rungs=64,128, variants=N, variant=NAME (repeated), seeds=N,
 * machine, mode, name, step=0.1, and as flags without a value: no_stacks, no_work,
 * no_traces, infinite, top_fails, one_fails, all_fail. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/made_study.h"

static bool take_flag(struct made_study *m, const char *key)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"no_stacks", &m->no_stacks}, {"no_work", &m->no_work},
                 {"no_traces", &m->no_traces},
                 {"infinite", &m->infinite},   {"top_fails", &m->top_fails},
                 {"one_fails", &m->one_fails}, {"all_fail", &m->all_fail}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(flags[i].name, key) == 0) {
            *flags[i].flag = true;
            return true;
        }
    return false;
}

/* The value of "key=value" for this key, or NULL. */
static const char *value_of(const char *word, const char *key)
{
    size_t len = strlen(key);
    return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

static bool take_rungs(struct made_study *m, const char *text)
{
    size_t n = 0;
    while (*text != '\0' && n + 1 < MADE_NAMES_MAX) {
        char *end;
        m->rung[n++] = strtod(text, &end);
        if (end == text || (*end != ',' && *end != '\0'))
            return false;
        text = *end == ',' ? end + 1 : end;
    }
    m->rung[n] = 0;
    return true;
}

static bool take_word(struct made_study *m, size_t *problems, size_t *variants,
                      const char *word)
{
    const char *value;
    if ((value = value_of(word, "problem")) != NULL && *problems + 1 < MADE_NAMES_MAX)
        m->problem[(*problems)++] = value;
    else if ((value = value_of(word, "variant")) != NULL && *variants < MADE_NAMES_MAX)
        m->variant[(*variants)++] = value;
    else if ((value = value_of(word, "variants")) != NULL)
        m->variants = (size_t)atoi(value);
    else if ((value = value_of(word, "seeds")) != NULL)
        m->seeds = (size_t)atoi(value);
    else if ((value = value_of(word, "step")) != NULL)
        m->step = atof(value);
    else if ((value = value_of(word, "machine")) != NULL)
        m->machine = value;
    else if ((value = value_of(word, "mode")) != NULL)
        m->mode = value;
    else if ((value = value_of(word, "name")) != NULL)
        m->name = value;
    else if ((value = value_of(word, "rungs")) != NULL)
        return take_rungs(m, value);
    else
        return take_flag(m, word);
    return true;
}

int main(int argc, char **argv)
{
    struct made_study m = {.rung = {64, 96, 128, 192, 256}};
    size_t problems = 0, variants = 0;
    struct err err = {0};
    for (int i = 2; i < argc; i++)
        if (!take_word(&m, &problems, &variants, argv[i])) {
            fprintf(stderr, "make_study: unknown word '%s'\n", argv[i]);
            return 2;
        }
    if (argc < 2)
        return 2;
    if (m.variants < variants)
        m.variants = variants;
    if (made_study_write(argv[1], &m, &err) != 0) {
        fprintf(stderr, "make_study: %s\n", err.text);
        return 5;
    }
    return 0;
}
