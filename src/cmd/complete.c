#include "config.h"

#include "cmd/complete.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* ---- the help of an option ----------------------------------------------------------------- */

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '-';
}

/* Where `text` of `len` characters has the whole word --NAME; behind it, or NULL. */
static const char *find_long(const char *text, size_t len, const char *name)
{
    size_t wanted = strlen(name);
    for (const char *at = text; at + wanted + 2 <= text + len; at++)
        if (strncmp(at, "--", 2) == 0 && (at == text || !in_name(at[-1])) &&
            strncmp(at + 2, name, wanted) == 0 &&
            (at + 2 + wanted == text + len || !in_name(at[2 + wanted])))
            return at + 2 + wanted;
    return NULL;
}

/* Whether a line of the help begins an option: "-o, --output" or "    --at". */
static bool begins_option(const char *line)
{
    return strncmp(line, "    --", 6) == 0 ||
           (line[0] == '-' && strncmp(line + 2, ", --", 4) == 0);
}

/* Behind the option that stands at the head of the line: the two blanks before its text, or
 * the end of the line. */
static size_t head_length(const char *line)
{
    size_t at = strspn(line, " ");
    while (line[at] != '\0' && line[at] != '\n' && strncmp(line + at, "  ", 2) != 0)
        at++;
    return at;
}

/* Adds the text from there to the next option, blanks and line breaks as one blank. */
static void add_text(struct str *out, const char *at)
{
    for (const char *line = at; *line != '\0' && *line != '\n';) {
        size_t len = strcspn(line, "\n");
        const char *word = line + strspn(line, " ");
        for (const char *p = word; p < line + len; p++)
            if (*p != ' ' || p[1] != ' ')
                str_add_char(out, *p);
        line += len + (line[len] == '\n');
        if (begins_option(line))
            break;
        if (*line != '\0' && *line != '\n')
            str_add_char(out, ' ');
    }
}

/* What the help says of the option; empty when nothing. */
static void describe(const struct command *command, const char *name, struct str *out)
{
    const char *line = command->options != NULL ? command->options : "";
    for (; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
        if (begins_option(line) && find_long(line, head_length(line), name) != NULL) {
            add_text(out, line + head_length(line));
            return;
        }
    /* Or beside another one: "names the rows; --class COLUMN: classes of problems". */
    const char *all = command->options != NULL ? command->options : "";
    const char *behind = find_long(all, strlen(all), name);
    if (behind != NULL && behind[0] == ' ') {
        behind += 1 + strcspn(behind + 1, " :,;\n");
        if (behind[0] == ':' && behind[1] == ' ')
            add_text(out, behind + 2);
    }
}

/* "text, json; check also tap" is "text, json, tap" for the verb `check`. */
static void take_in_verb(struct str *text, const char *verb)
{
    struct str own;
    str_init(&own);
    str_addf(&own, "; %s also ", verb);
    const char *at = str_failed(&own) ? NULL : strstr(text->data, own.data);
    if (at != NULL) {
        const char *more = at + own.len;
        str_clear(&own);
        str_addf(&own, "%.*s, %s", (int)(at - text->data), text->data, more);
        str_clear(text);
        str_addf(text, "%s", own.data != NULL ? own.data : "");
    }
    str_release(&own);
}

/* What the usage calls the value of an option ("N", "log|linear"); empty when nothing. */
static void find_place(const struct command *command, const struct option *option,
                       struct str *out)
{
    const char *usage = command->usage, *behind = find_long(usage, strlen(usage), option->name);
    if (behind == NULL && option->val < CMD_OPTION_LONG) {
        const char letter[] = {'-', (char)option->val, ' ', '\0'};
        const char *at = strstr(usage, letter);
        while (at != NULL && at > usage && in_name(at[-1]))
            at = strstr(at + 1, letter);
        behind = at != NULL ? at + 2 : NULL;
    }
    if (behind != NULL && *behind == ' ')
        str_add_mem(out, behind + 1, strcspn(behind + 1, "] \n"));
}

/* ---- arguments ------------------------------------------------------------------------------ */

struct argument {
    const char *text;
    size_t len;
    bool repeated; /* "FILE..." */
};

/* The next argument of a form of the usage, without its brackets: options and their values are
 * passed over.  False at the end of the form. */
static bool next_argument(const char **at, struct argument *argument)
{
    const char *p = *at;
    for (;;) {
        p += strspn(p, " ].");
        if (*p == '\n' && p[1] == ' ') { /* what goes on is indented, the next form is not */
            p++;
        } else if (*p == '\0' || *p == '\n') {
            break;
        } else if (p[0] == '[' && p[1] == '-') {
            p += strcspn(p, "]");
        } else if (p[0] == '-') { /* one that must be there, with its value */
            p += strcspn(p, " ");
            p += 1 + strcspn(p + 1, " \n");
        } else {
            p += *p == '[';
            size_t len = strcspn(p, " ]\n");
            const char *behind = p + len + (p[len] == ' ');
            bool dots = len > 3 && strncmp(p + len - 3, "...", 3) == 0;
            *argument = (struct argument){p, len - 3 * dots,
                                          dots || strncmp(behind, "...", 3) == 0};
            *at = p + len;
            return true;
        }
    }
    *at = p;
    return false;
}

static bool is_place(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (isupper((unsigned char)word[i]))
            return true;
    return false;
}

/* Whether the word is one of "problems|machines", or anything for a place. */
static bool fits_argument(const struct argument *argument, const char *word)
{
    size_t len = strlen(word);
    if (is_place(argument->text, argument->len))
        return true;
    for (const char *p = argument->text; p < argument->text + argument->len;) {
        size_t part = strcspn(p, "| ]\n");
        if (len == part && strncmp(p, word, part) == 0)
            return true;
        p += part + 1;
    }
    return false;
}

/* Behind "rung NAME" of a form of the usage. */
static const char *form_arguments(const struct command *command, const char *form)
{
    return form + strlen("rung ") + strlen(command->name);
}

static const char *next_form(const char *form)
{
    const char *next = strstr(form, "\nrung ");
    return next != NULL ? next + 1 : NULL;
}

/* What can stand behind the arguments that are given already; false when nothing can, or they
 * are not of this form. */
static bool argument_behind(const char *at, int count, const char *const *given,
                            struct argument *argument)
{
    for (int i = 0; i <= count; i++) {
        if (!next_argument(&at, argument) && !(i > 0 && argument->repeated))
            return false;
        if (i < count && !fits_argument(argument, given[i]))
            return false;
    }
    return true;
}

/* Offers each argument once, however many forms of the usage have it. */
static void offer_argument(const struct command *command, struct complete_word word, int count,
                           const char *const *given)
{
    struct str seen, place;
    str_init(&seen);
    str_init(&place);
    for (const char *form = command->usage; form != NULL; form = next_form(form)) {
        struct argument argument = {NULL, 0, false};
        if (!argument_behind(form_arguments(command, form), count, given, &argument))
            continue;
        str_clear(&place);
        str_addf(&place, "\n%.*s\n", (int)argument.len, argument.text);
        if (str_failed(&place) || strstr(seen.data, place.data) != NULL)
            continue;
        str_add(&seen, place.data);
        place.data[place.len - 1] = '\0';
        complete_value(word, place.data + 1, NULL, NULL);
    }
    str_release(&seen);
    str_release(&place);
}

/* ---- options ------------------------------------------------------------------------------ */

static const struct option *find_option(const struct option *longs, const char *name, size_t len)
{
    for (const struct option *o = longs; o->name != NULL; o++)
        if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct option *find_letter(const struct option *longs, char letter)
{
    for (const struct option *o = longs; o->name != NULL; o++)
        if (o->val == letter)
            return o;
    return NULL;
}

/* The option whose value the next word is; NULL when the word brings its own, or takes none. */
static const struct option *wants_value(const struct option *longs, const char *word)
{
    const struct option *o = NULL;
    if (strncmp(word, "--", 2) == 0) {
        o = strchr(word, '=') == NULL ? find_option(longs, word + 2, strlen(word + 2)) : NULL;
        return o != NULL && o->has_arg == required_argument ? o : NULL;
    }
    for (const char *p = word + 1; *p != '\0'; p++) {
        o = find_letter(longs, *p);
        if (o != NULL && o->has_arg == required_argument)
            return p[1] == '\0' ? o : NULL;
    }
    return NULL;
}

/* `verb`: the word behind the command, or the command itself. */
static void offer_value(const struct command *command, const char *verb,
                        struct complete_word word, const struct option *option)
{
    struct str place, text;
    str_init(&place);
    str_init(&text);
    find_place(command, option, &place);
    describe(command, option->name, &text);
    if (!str_failed(&text))
        take_in_verb(&text, verb);
    if (!str_failed(&place) && !str_failed(&text))
        complete_value(word, place.data, option->name, text.data);
    str_release(&place);
    str_release(&text);
}

/* What the help does not have is for rung itself. */
static bool is_explained(const struct command *command, const char *name)
{
    const char *text = command->options;
    return strcmp(name, "help") == 0 ||
           (text != NULL && find_long(text, strlen(text), name) != NULL);
}

static void offer_options(const struct command *command, struct complete_word word,
                          const struct option *longs)
{
    for (const struct option *o = longs; o->name != NULL; o++) {
        char name[64];
        int len = snprintf(name, sizeof name, "--%s", o->name);
        if (!is_explained(command, o->name))
            continue;
        struct str text;
        str_init(&text);
        if (strcmp(o->name, "help") == 0)
            str_add(&text, "show the usage");
        else
            describe(command, o->name, &text);
        if (len > 0 && !str_failed(&text))
            complete_offer(&word, name, (size_t)len, text.data);
        str_release(&text);
    }
}

void complete_options(const struct command *command, int argc, char **argv, const char *shorts,
                      const struct option *longs)
{
    enum { GIVEN_MAX = 64 };
    const char *given[GIVEN_MAX];
    const struct option *waiting = NULL;
    int count = 0;
    bool options_end = false;
    struct complete_word word = {argv[argc - 1], 0};
    if (strcmp(argv[0], command->name) != 0)
        given[count++] = argv[0];
    for (int i = 2; i < argc - 1; i++) {
        if (waiting != NULL) {
            waiting = NULL;
        } else if (!options_end && strcmp(argv[i], "--") == 0) {
            options_end = true;
        } else if (!options_end && argv[i][0] == '-' && argv[i][1] != '\0') {
            waiting = wants_value(longs, argv[i]);
        } else if (count < GIVEN_MAX) {
            given[count++] = argv[i];
            options_end = options_end || shorts[0] == '+';
        }
    }
    if (waiting != NULL) {
        offer_value(command, argv[0], word, waiting);
    } else if (!options_end && strncmp(word.text, "--", 2) == 0 &&
               strchr(word.text, '=') != NULL) {
        word.lead = strcspn(word.text, "=") + 1;
        const struct option *o = find_option(longs, word.text + 2, word.lead - 3);
        if (o != NULL && o->has_arg == required_argument)
            offer_value(command, argv[0], word, o);
    } else if (!options_end && word.text[0] == '-') {
        offer_options(command, word, longs);
    } else {
        offer_argument(command, word, count, given);
    }
}

/* ---- the command line ------------------------------------------------------------------- */

static void offer_commands(const struct command *const *commands, struct complete_word word,
                           bool options)
{
    for (; *commands != NULL; commands++)
        if ((*commands)->summary != NULL)
            complete_offer(&word, (*commands)->name, strlen((*commands)->name),
                           (*commands)->summary);
    if (options) {
        complete_offer(&word, "--help", 6, "list the commands");
        complete_offer(&word, "--version", 9, "say the version and what it is built with");
    }
}

/* Whether the usage has the word right behind the command's name: "rung history add". */
static bool has_verb(const struct command *command, const char *word)
{
    for (const char *form = command->usage; form != NULL; form = next_form(form)) {
        const char *p = form_arguments(command, form);
        p += strspn(p, " ");
        size_t len = strcspn(p, " \n|");
        if (*p != '[' && *p != '-' && p[len] != '|' && !is_place(p, len) &&
            strlen(word) == len && strncmp(p, word, len) == 0)
            return true;
    }
    return false;
}

/* Lets the command itself tell, for only it knows its options. */
static void ask(const struct command *command, int count, char **words)
{
    enum { WORDS_MAX = 512 };
    char *argv[WORDS_MAX + 3], name[64], mark[] = COMPLETE_MARK;
    int argc = 0, i = 0;
    if (count > WORDS_MAX)
        return;
    if (command->usage == NULL)
        return;
    snprintf(name, sizeof name, "%s", command->name);
    argv[argc++] = name;
    if (count > 1 && has_verb(command, words[0]))
        argv[argc++] = words[i++];
    argv[argc++] = mark;
    while (i < count)
        argv[argc++] = words[i++];
    argv[argc] = NULL;
    command->run(argc, argv);
}

void complete_words(const struct command *const *commands, int count, char **words)
{
    if (count < 1)
        return;
    struct complete_word last = {words[count - 1], 0};
    if (count == 1) {
        offer_commands(commands, last, true);
        return;
    }
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, words[0]) == 0 && commands[i]->summary != NULL) {
            if (strcmp(words[0], "help") == 0 && count == 2 && last.text[0] != '-')
                offer_commands(commands, last, false);
            else
                ask(commands[i], count - 1, words + 1);
            return;
        }
}
