#include "config.h"

#include "analysis/formula.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum op { OP_NUMBER, OP_COLUMN, OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_POWER, OP_NEGATE,
          OP_LOG, OP_LOG2, OP_LOG10, OP_EXP, OP_SQRT };

struct node {
    enum op op;
    size_t left, right; /* indices of nodes */
    stats_real value;
    size_t column;
};

/* Nodes of all trees in one array; roots of the response and of each term. */
struct program {
    struct node *node;
    size_t n_nodes;
    size_t response;
    size_t *root;
    bool *used; /* columns of the right side */
};

struct parser {
    const char *text, *at;
    const struct csv *data;
    struct program *program;
    bool right_side;
    int depth;
    struct err *err;
};

/* Formulas are written by people: deeper nesting than this is a mistake or an attack. */
enum { DEPTH_MAX = 64 };

static int parse_sum(struct parser *p, size_t *node);
static int parse_factor(struct parser *p, size_t *node);

static void skip_blanks(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static int complain(struct parser *p, const char *what)
{
    return err_set(p->err, ERR_CONFIG, "formula '%s': %s at character %zu", p->text, what,
                   (size_t)(p->at - p->text) + 1);
}

static int add_node(struct parser *p, struct node node, size_t *index)
{
    struct node *grown =
        realloc(p->program->node, (p->program->n_nodes + 1) * sizeof *grown);
    if (grown == NULL)
        return err_set(p->err, ERR_NOMEM, "no memory for a formula");
    p->program->node = grown;
    *index = p->program->n_nodes++;
    grown[*index] = node;
    return 0;
}

static bool take(struct parser *p, char c)
{
    skip_blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

static int parse_parenthesis(struct parser *p, size_t *node)
{
    int status = parse_sum(p, node);
    if (status == 0 && !take(p, ')'))
        return complain(p, "')' expected");
    return status;
}

static int parse_column(struct parser *p, const char *start, size_t len, size_t *node)
{
    char *name = strndup(start, len);
    struct node column = {.op = OP_COLUMN};
    if (name == NULL)
        return err_set(p->err, ERR_NOMEM, "no memory for a formula");
    int status = csv_column(p->data, name, &column.column, p->err);
    free(name);
    if (status < 0)
        return status;
    if (p->right_side)
        p->program->used[column.column] = true;
    return add_node(p, column, node);
}

static int parse_word(struct parser *p, size_t *node)
{
    static const struct {
        const char *name;
        enum op op;
    } functions[] = {{"log", OP_LOG},
                     {"log2", OP_LOG2},
                     {"log10", OP_LOG10},
                     {"exp", OP_EXP},
                     {"sqrt", OP_SQRT}};
    const char *start = p->at;
    while (isalnum((unsigned char)*p->at) || *p->at == '_' || *p->at == '.')
        p->at++;
    size_t len = (size_t)(p->at - start);
    skip_blanks(p);
    if (*p->at != '(')
        return parse_column(p, start, len, node);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (strlen(functions[i].name) == len && strncmp(functions[i].name, start, len) == 0) {
            struct node call = {.op = functions[i].op};
            p->at++;
            int status = parse_parenthesis(p, &call.left);
            return status < 0 ? status : add_node(p, call, node);
        }
    p->at = start;
    return complain(p, "unknown function");
}

static int parse_atom(struct parser *p, size_t *node)
{
    skip_blanks(p);
    char c = *p->at;
    if (take(p, '('))
        return parse_parenthesis(p, node);
    if (take(p, '-')) {
        struct node negate = {.op = OP_NEGATE};
        int status = parse_factor(p, &negate.left);
        return status < 0 ? status : add_node(p, negate, node);
    }
    if (take(p, '`')) {
        const char *start = p->at, *end = strchr(start, '`');
        if (end == NULL)
            return complain(p, "'`' expected");
        p->at = end + 1;
        return parse_column(p, start, (size_t)(end - start), node);
    }
    if (isdigit((unsigned char)c) || c == '.') {
        struct node number = {.op = OP_NUMBER};
        size_t used = stats_real_parse(p->at, &number.value);
        if (used == 0)
            return complain(p, "a number expected");
        p->at += used;
        return add_node(p, number, node);
    }
    if (isalpha((unsigned char)c) || c == '_')
        return parse_word(p, node);
    return complain(p, c == '\0' ? "a column expected" : "unexpected character");
}

static int parse_factor(struct parser *p, size_t *node)
{
    if (++p->depth > DEPTH_MAX)
        return complain(p, "nested too deeply");
    int status = parse_atom(p, node);
    if (status == 0 && take(p, '^')) {
        struct node power = {.op = OP_POWER, .left = *node};
        status = parse_factor(p, &power.right);
        if (status == 0)
            status = add_node(p, power, node);
    }
    p->depth--;
    return status;
}

static int parse_product(struct parser *p, size_t *node)
{
    int status = parse_factor(p, node);
    while (status == 0) {
        struct node product = {.left = *node};
        if (take(p, '*') || take(p, ':'))
            product.op = OP_MULTIPLY;
        else if (take(p, '/'))
            product.op = OP_DIVIDE;
        else
            break;
        status = parse_factor(p, &product.right);
        if (status == 0)
            status = add_node(p, product, node);
    }
    return status;
}

static int parse_sum(struct parser *p, size_t *node)
{
    int status = parse_product(p, node);
    while (status == 0) {
        struct node sum = {.left = *node};
        if (take(p, '+'))
            sum.op = OP_ADD;
        else if (take(p, '-'))
            sum.op = OP_SUBTRACT;
        else
            break;
        status = parse_product(p, &sum.right);
        if (status == 0)
            status = add_node(p, sum, node);
    }
    return status;
}

/* The text from `start` to where the parser stands, without blanks around. */
static char *text_between(const char *start, const char *end)
{
    while (start < end && isspace((unsigned char)*start))
        start++;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return strndup(start, (size_t)(end - start));
}

static int add_term(struct parser *p, struct analysis_formula *f, const char *start, size_t node)
{
    char *text = text_between(start, p->at);
    char **terms = text == NULL ? NULL : realloc(f->term, (f->n_terms + 1) * sizeof *terms);
    if (terms != NULL)
        f->term = terms;
    size_t *roots =
        terms == NULL ? NULL : realloc(p->program->root, (f->n_terms + 1) * sizeof *roots);
    if (roots == NULL) {
        free(text);
        return err_set(p->err, ERR_NOMEM, "no memory for a formula");
    }
    p->program->root = roots;
    for (size_t i = 0; i < f->n_terms; i++)
        if (strcmp(f->term[i], text) == 0) {
            int status = err_set(p->err, ERR_CONFIG, "formula '%s': term '%s' comes twice",
                                 p->text, text);
            free(text);
            return status;
        }
    roots[f->n_terms] = node;
    f->term[f->n_terms++] = text;
    return 0;
}

/* The constant, as a term that leads all others. */
static int add_constant(struct parser *p, struct analysis_formula *f)
{
    size_t node;
    const char *kept = p->at, *one = "1";
    int status = add_node(p, (struct node){.op = OP_NUMBER, .value = 1}, &node);
    p->at = one + 1;
    if (status == 0)
        status = add_term(p, f, one, node);
    p->at = kept;
    return status;
}

/* Is the number that a node holds this one? */
static bool is_number(const struct parser *p, size_t node, int value)
{
    return p->program->node[node].op == OP_NUMBER && p->program->node[node].value == value;
}

static int parse_terms(struct parser *p, struct analysis_formula *f)
{
    int status = 0;
    bool minus = false;
    do {
        size_t node;
        skip_blanks(p);
        const char *start = p->at;
        status = parse_product(p, &node);
        if (status < 0)
            return status;
        /* The constant is there already; here it can only be confirmed or taken away. */
        if (is_number(p, node, 0) || (minus && is_number(p, node, 1)))
            f->intercept = false;
        else if (minus)
            return complain(p, "only '- 1' may be subtracted, before this");
        else if (!is_number(p, node, 1))
            status = add_term(p, f, start, node);
        minus = false;
        skip_blanks(p);
    } while (status == 0 && (take(p, '+') || (minus = take(p, '-'))));
    return status;
}

static int parse_formula(struct parser *p, struct analysis_formula *f)
{
    int status = parse_sum(p, &p->program->response);
    if (status < 0)
        return status;
    const char *end = p->at;
    if (!take(p, '~'))
        return complain(p, "'~' expected");
    f->response = text_between(p->text, end);
    p->right_side = true;
    status = f->response == NULL ? err_set(p->err, ERR_NOMEM, "no memory for a formula") : 0;
    f->intercept = true;
    if (status == 0)
        status = add_constant(p, f);
    if (status == 0)
        status = parse_terms(p, f);
    skip_blanks(p);
    if (status == 0 && *p->at != '\0')
        return complain(p, "'+' expected");
    if (status == 0 && !f->intercept) {
        free(f->term[0]);
        f->n_terms--;
        memmove(f->term, f->term + 1, f->n_terms * sizeof *f->term);
        memmove(p->program->root, p->program->root + 1, f->n_terms * sizeof *p->program->root);
    }
    if (status == 0 && f->n_terms == 0)
        return err_set(p->err, ERR_CONFIG, "formula '%s': no terms", p->text);
    return status;
}

int analysis_formula_alloc(struct analysis_formula **out, const char *text,
                           const struct csv *data, struct err *err)
{
    *out = NULL;
    struct analysis_formula *f = calloc(1, sizeof *f);
    struct program *program = f == NULL ? NULL : calloc(1, sizeof *program);
    int status = 0;
    if (f != NULL && program != NULL) {
        f->program = program;
        f->text = strdup(text);
        f->predictor = calloc(data->n_columns, sizeof *f->predictor);
        program->used = calloc(data->n_columns, sizeof *program->used);
    }
    if (program == NULL || f->text == NULL || f->predictor == NULL || program->used == NULL) {
        status = err_set(err, ERR_NOMEM, "no memory for a formula");
        goto out;
    }
    struct parser p = {.text = text, .at = text, .data = data, .program = program, .err = err};
    status = parse_formula(&p, f);
    for (size_t i = 0; status == 0 && i < data->n_columns; i++)
        if (program->used[i])
            f->predictor[f->n_predictors++] = i;
    if (status == 0) {
        *out = f;
        f = NULL;
    }
out:
    analysis_formula_free(f);
    return status;
}

void analysis_formula_free(struct analysis_formula *f)
{
    if (f == NULL)
        return;
    struct program *program = f->program;
    if (program != NULL) {
        free(program->node);
        free(program->root);
        free(program->used);
        free(program);
    }
    for (size_t i = 0; i < f->n_terms; i++)
        free(f->term[i]);
    free(f->term);
    free(f->predictor);
    free(f->response);
    free(f->text);
    free(f);
}

bool analysis_formula_uses(const struct analysis_formula *f, size_t column)
{
    const struct program *program = f->program;
    for (size_t i = 0; i < program->n_nodes; i++)
        if (program->node[i].op == OP_COLUMN && program->node[i].column == column)
            return true;
    return false;
}

static stats_real evaluate(const struct program *program, size_t index, const stats_real *row)
{
    const struct node *n = program->node + index;
    if (n->op == OP_NUMBER)
        return n->value;
    if (n->op == OP_COLUMN)
        return row[n->column];
    stats_real left = evaluate(program, n->left, row);
    switch (n->op) {
    case OP_NEGATE:
        return -left;
    case OP_LOG:
        return stats_real_log(left);
    case OP_LOG2:
        return stats_real_log(left) / stats_real_log(2);
    case OP_LOG10:
        return stats_real_log(left) / stats_real_log(10);
    case OP_EXP:
        return stats_real_exp(left);
    case OP_SQRT:
        return stats_real_sqrt(left);
    default:
        break;
    }
    stats_real right = evaluate(program, n->right, row);
    switch (n->op) {
    case OP_ADD:
        return left + right;
    case OP_SUBTRACT:
        return left - right;
    case OP_MULTIPLY:
        return left * right;
    case OP_DIVIDE:
        return left / right;
    default:
        return stats_real_pow(left, right);
    }
}

void analysis_formula_row(const struct analysis_formula *f, const stats_real *row,
                          stats_real *terms, stats_real *response)
{
    const struct program *program = f->program;
    for (size_t i = 0; i < f->n_terms; i++)
        terms[i] = evaluate(program, program->root[i], row);
    if (response != NULL)
        *response = evaluate(program, program->response, row);
}
