#include "config.h"

#include "base/expr.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A formula is compiled into postfix code for a stack machine by recursive descent:
 *
 *     sum     = product { ("+" | "-") product }
 *     product = signed { ("*" | "/") signed }
 *     signed  = { "+" | "-" } power
 *     power   = primary [ "^" signed ]
 *     primary = number | "n" | "(" sum ")" | name "(" sum [ "," sum ] ")"
 *
 * so that -n^2 is -(n^2), 2^-n is allowed and 2^3^2 is 2^9.
 */

enum { NESTING_MAX = 64, TEXT_MAX = 4096 };

enum op {
    OP_NUMBER,
    OP_N,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_POW,
    OP_NEG,
    OP_LOG2,
    OP_CEIL,
    OP_FLOOR,
    OP_MIN,
    OP_MAX,
};

static const struct {
    const char *name;
    enum op op;
    int arguments;
} functions[] = {
    {"log2", OP_LOG2, 1}, {"ceil", OP_CEIL, 1}, {"floor", OP_FLOOR, 1},
    {"min", OP_MIN, 2},   {"max", OP_MAX, 2},
};

enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

struct step {
    enum op op;
    double number; /* of OP_NUMBER */
};

struct expr {
    char *text;
    struct step *steps;
    size_t count, size;
};

struct parser {
    struct expr *e;
    const char *p;
    int nesting;
    struct err *err;
};

static int parse_sum(struct parser *s);
static int parse_signed(struct parser *s);

static int fail(struct parser *s, const char *what)
{
    return err_set(s->err, ERR_CONFIG, "formula '%s': %s at column %zu", s->e->text, what,
                   (size_t)(s->p - s->e->text) + 1);
}

static int emit(struct parser *s, enum op op, double number)
{
    struct expr *e = s->e;
    if (e->count == e->size) {
        size_t size = e->size == 0 ? 16 : 2 * e->size;
        struct step *steps = reallocarray(e->steps, size, sizeof(*steps));
        if (steps == NULL)
            return err_set(s->err, ERR_NOMEM, "out of memory while reading a formula");
        e->steps = steps;
        e->size = size;
    }
    e->steps[e->count++] = (struct step){op, number};
    return 0;
}

static void skip_blanks(struct parser *s)
{
    while (*s->p == ' ' || *s->p == '\t')
        s->p++;
}

static bool accept(struct parser *s, char c)
{
    skip_blanks(s);
    if (*s->p != c)
        return false;
    s->p++;
    return true;
}

static int expect(struct parser *s, char c)
{
    char what[] = "'?' expected";
    if (accept(s, c))
        return 0;
    what[1] = c;
    return fail(s, what);
}

static int parse_number(struct parser *s)
{
    char *end;
    /* strtod alone would also take hexadecimal. */
    if (s->p[0] == '0' && (s->p[1] == 'x' || s->p[1] == 'X'))
        return fail(s, "decimal number expected");
    double number = strtod(s->p, &end);
    if (end == s->p || !isfinite(number))
        return fail(s, "number out of range");
    int status = emit(s, OP_NUMBER, number);
    s->p = end;
    return status;
}

static int parse_call(struct parser *s, size_t function)
{
    int status = expect(s, '(');
    for (int i = 0; status == 0 && i < functions[function].arguments; i++) {
        if (i > 0)
            status = expect(s, ',');
        if (status == 0)
            status = parse_sum(s);
    }
    if (status == 0)
        status = expect(s, ')');
    if (status == 0)
        status = emit(s, functions[function].op, 0);
    return status;
}

static int parse_name(struct parser *s)
{
    size_t len = 0;
    while (isalnum((unsigned char)s->p[len]) || s->p[len] == '_')
        len++;
    if (len == 1 && s->p[0] == 'n') {
        s->p++;
        return emit(s, OP_N, 0);
    }
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (strlen(functions[i].name) == len && strncmp(s->p, functions[i].name, len) == 0) {
            s->p += len;
            return parse_call(s, i);
        }
    return fail(s, "unknown name");
}

static int parse_primary(struct parser *s)
{
    skip_blanks(s);
    if (isdigit((unsigned char)s->p[0]) || (s->p[0] == '.' && isdigit((unsigned char)s->p[1])))
        return parse_number(s);
    if (isalpha((unsigned char)*s->p))
        return parse_name(s);
    if (*s->p == '\0')
        return fail(s, "value expected");
    int status = 0;
    if (!accept(s, '('))
        return fail(s, "unexpected character");
    status = parse_sum(s);
    if (status == 0)
        status = expect(s, ')');
    return status;
}

static int parse_power(struct parser *s)
{
    int status = parse_primary(s);
    if (status != 0 || !accept(s, '^'))
        return status;
    status = parse_signed(s);
    if (status == 0)
        status = emit(s, OP_POW, 0);
    return status;
}

/* Every recursion passes here, so that this is where depth is bounded. */
static int parse_signed(struct parser *s)
{
    bool negative = false;
    for (;;) {
        if (accept(s, '-'))
            negative = !negative;
        else if (!accept(s, '+'))
            break;
    }
    if (++s->nesting > NESTING_MAX + 1) /* the outermost sum is no nesting */
        return fail(s, "nested too deeply");
    int status = parse_power(s);
    s->nesting--;
    if (status == 0 && negative)
        status = emit(s, OP_NEG, 0);
    return status;
}

static int parse_product(struct parser *s)
{
    int status = parse_signed(s);
    while (status == 0) {
        enum op op = OP_MUL;
        if (accept(s, '/'))
            op = OP_DIV;
        else if (!accept(s, '*'))
            break;
        status = parse_signed(s);
        if (status == 0)
            status = emit(s, op, 0);
    }
    return status;
}

static int parse_sum(struct parser *s)
{
    int status = parse_product(s);
    while (status == 0) {
        enum op op = OP_ADD;
        if (accept(s, '-'))
            op = OP_SUB;
        else if (!accept(s, '+'))
            break;
        status = parse_product(s);
        if (status == 0)
            status = emit(s, op, 0);
    }
    return status;
}

int expr_alloc(struct expr **out, const char *text, struct err *err)
{
    if (strlen(text) > TEXT_MAX)
        return err_set(err, ERR_CONFIG, "formula is longer than %d characters", TEXT_MAX);
    struct expr *e = calloc(1, sizeof(*e));
    if (e != NULL)
        e->text = strdup(text);
    if (e == NULL || e->text == NULL) {
        expr_free(e);
        return err_set(err, ERR_NOMEM, "out of memory while reading a formula");
    }
    struct parser s = {.e = e, .p = e->text, .err = err};
    int status = parse_sum(&s);
    skip_blanks(&s);
    if (status == 0 && *s.p != '\0')
        status = fail(&s, "unexpected character");
    if (status != 0) {
        expr_free(e);
        return status;
    }
    *out = e;
    return 0;
}

void expr_free(struct expr *e)
{
    if (e == NULL)
        return;
    free(e->text);
    free(e->steps);
    free(e);
}

const char *expr_text(const struct expr *e)
{
    return e->text;
}

static double apply(enum op op, double a, double b)
{
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUB:
        return a - b;
    case OP_MUL:
        return a * b;
    case OP_DIV:
        return a / b;
    case OP_POW:
        return pow(a, b);
    case OP_MIN:
        return a < b ? a : b;
    default:
        return a > b ? a : b;
    }
}

static double apply_one(enum op op, double a)
{
    switch (op) {
    case OP_NEG:
        return -a;
    case OP_LOG2:
        return log2(a);
    case OP_CEIL:
        return ceil(a);
    default:
        return floor(a);
    }
}

double expr_value(const struct expr *e, double n)
{
    /* A level of nesting keeps at most three values waiting: one of a sum, one of a product,
     * one of a power or a call. */
    double stack[3 * (NESTING_MAX + 1) + 1];
    size_t top = 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct step *step = &e->steps[i];
        switch (step->op) {
        case OP_NUMBER:
            stack[top++] = step->number;
            break;
        case OP_N:
            stack[top++] = n;
            break;
        case OP_NEG:
        case OP_LOG2:
        case OP_CEIL:
        case OP_FLOOR:
            stack[top - 1] = apply_one(step->op, stack[top - 1]);
            break;
        default:
            stack[top - 2] = apply(step->op, stack[top - 2], stack[top - 1]);
            top--;
            break;
        }
        /* At once, for min(), max() and ^0 would hide what is undefined. */
        if (!isfinite(stack[top - 1]))
            return NAN;
    }
    return stack[0];
}
