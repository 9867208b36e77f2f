/* SPDX-License-Identifier: MIT */
/* Precedence climbing: one function reads an operand and then, in a loop, every binary operator that binds
 * at least as tightly as its caller wants; the right operand is read by the same function with the next
 * level. Nesting is counted where the text nests, so that the stack is bounded. Loosest first:
 *
 *     < <= > >= == !=        1
 *     |                      2
 *     ^                      3
 *     &                      4
 *     + -                    5
 *     * / // %               6
 *     + - ~ before an operand
 *     **                     its right side may have a sign: -a ** -b is -(a ** (-b)) */
#include "kernel/expr/parse.h"

#include <string.h>

#include "kernel/expr/names.h"
#include "kernel/expr/scan.h"

enum { LEVEL_COMPARE = 1 };

struct parser {
    struct skep_expr_tree *tree;
    struct skep_expr_token token; /* the one that comes next */
    int nesting;
    struct skep_error *err;
};

static skep_status parse_binary(struct parser *p, int least_level, int16_t *node_out);

static const unsigned char levels[SKEP_EXPR_OP_COUNT] = {
    [SKEP_EXPR_LESS] = 1,   [SKEP_EXPR_LESS_EQUAL] = 1,    [SKEP_EXPR_GREATER] = 1,
    [SKEP_EXPR_EQUAL] = 1,  [SKEP_EXPR_GREATER_EQUAL] = 1, [SKEP_EXPR_NOT_EQUAL] = 1,
    [SKEP_EXPR_OR] = 2,     [SKEP_EXPR_XOR] = 3,           [SKEP_EXPR_AND] = 4,
    [SKEP_EXPR_ADD] = 5,    [SKEP_EXPR_SUBTRACT] = 5,      [SKEP_EXPR_MULTIPLY] = 6,
    [SKEP_EXPR_DIVIDE] = 6, [SKEP_EXPR_FLOOR_DIVIDE] = 6,  [SKEP_EXPR_REMAINDER] = 6,
};

/* ---- tokens and nodes ---- */

static skep_status advance(struct parser *p)
{
    return skep_expr_scan(p->tree, p->token.at + p->token.length, &p->token, p->err);
}

static const char *token_text(const struct parser *p)
{
    return p->tree->text + p->token.at;
}

/* The token for a message, cut. */
static int token_shown(const struct parser *p)
{
    return p->token.length < 40 ? (int)p->token.length : 40;
}

static struct skep_expr_node *add_node(struct parser *p, enum skep_expr_op op, size_t at, int16_t *node_out)
{
    struct skep_expr_node *node = &p->tree->nodes[p->tree->n_nodes];

    *node_out = (int16_t)p->tree->n_nodes++;
    node->op = (uint8_t)op;
    node->at = (uint16_t)at;
    return node;
}

static skep_status deeper(struct parser *p)
{
    if (++p->nesting > SKEP_EXPR_MAX_NESTING) {
        return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err,
                              "nested more than %d levels deep", SKEP_EXPR_MAX_NESTING);
    }
    return SKEP_OK;
}

static skep_status expect(struct parser *p, enum skep_expr_token_kind kind, const char *what)
{
    if (p->token.kind == kind) {
        return advance(p);
    }
    if (p->token.kind == SKEP_EXPR_TOKEN_END) {
        return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err,
                              "%s is wanted, and the text ends here", what);
    }
    if (p->token.kind == SKEP_EXPR_TOKEN_NAME &&
        skep_expr_check_word(p->tree, p->token.at, p->token.length, p->err) != SKEP_OK) {
        return SKEP_E_BAD_ARGS;
    }
    return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err, "%s is wanted, not \"%.*s\"", what,
                          token_shown(p), token_text(p));
}

/* ---- operands ---- */

static skep_status parse_number(struct parser *p, int16_t *node_out)
{
    struct skep_expr_node *node = add_node(p, SKEP_EXPR_NUMBER, p->token.at, node_out);

    node->dtype = p->token.kind == SKEP_EXPR_TOKEN_INTEGER ? SKEP_I8 : SKEP_F8;
    node->is_weak = true;
    node->number = p->token.number;
    return advance(p);
}

/* A call's arguments, from its opening parenthesis on. */
static skep_status parse_call(struct parser *p, enum skep_expr_op op, int16_t *node_out)
{
    const struct skep_expr_op_info *info = &skep_expr_ops[op];
    size_t at = p->token.at;
    int16_t in[SKEP_EXPR_MAX_OPERANDS] = {0};
    skep_status st = advance(p);

    st = st == SKEP_OK ? deeper(p) : st;
    st = st == SKEP_OK ? expect(p, SKEP_EXPR_TOKEN_OPEN, "\"(\"") : st;
    for (int i = 0; st == SKEP_OK && i < info->operands; i++) {
        if (i > 0 && p->token.kind == SKEP_EXPR_TOKEN_CLOSE) {
            return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err,
                                  "%s takes %d arguments, not %d", info->text, info->operands, i);
        }
        st = i > 0 ? expect(p, SKEP_EXPR_TOKEN_COMMA, "\",\"") : st;
        st = st == SKEP_OK ? parse_binary(p, LEVEL_COMPARE, &in[i]) : st;
    }
    if (st == SKEP_OK && p->token.kind == SKEP_EXPR_TOKEN_COMMA) {
        return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err,
                              "%s takes %d argument%s, not more", info->text, info->operands,
                              info->operands == 1 ? "" : "s");
    }
    st = st == SKEP_OK ? expect(p, SKEP_EXPR_TOKEN_CLOSE, "\")\"") : st;
    if (st == SKEP_OK) {
        p->nesting--;
        memcpy(add_node(p, op, at, node_out)->in, in, sizeof in);
    }
    return st;
}

static skep_status parse_var(struct parser *p, int var, int16_t *node_out)
{
    const struct skep_array_item *item = &p->tree->vars[var];
    const struct skep_view *view = &item->view;
    struct skep_expr_node *node = add_node(p, SKEP_EXPR_ARRAY, p->token.at, node_out);

    node->array = var;
    node->dtype = (uint8_t)skep_expr_dtype_of(view->dtype);
    node->is_weak = item->is_number && node->dtype != SKEP_B1;
    if (node->dtype == SKEP_DTYPE_NONE) {
        return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err,
                              "%.*s is %s; expressions compute in b1, i4, i8, f4 and f8", token_shown(p),
                              token_text(p), skep_dtype_name(view->dtype));
    }
    return advance(p);
}

static skep_status parse_truth(struct parser *p, int16_t *node_out)
{
    struct skep_expr_node *node = add_node(p, SKEP_EXPR_NUMBER, p->token.at, node_out);

    node->dtype = SKEP_B1;
    node->is_weak = false;
    node->number.i8 = *token_text(p) == 'T';
    return advance(p);
}

static skep_status parse_pi(struct parser *p, int16_t *node_out)
{
    p->token.kind = SKEP_EXPR_TOKEN_FLOAT;
    p->token.number.f8 = 0x1.921fb54442d18p+1;
    return parse_number(p, node_out);
}

static skep_status parse_word(struct parser *p, int16_t *node_out)
{
    struct skep_expr_name name;
    skep_status st = skep_expr_find_name(p->tree, p->token.at, p->token.length, &name, p->err);

    if (st != SKEP_OK) {
        return st;
    }
    switch (name.meaning) {
    case SKEP_EXPR_MEANS_VAR:
        return parse_var(p, name.var, node_out);
    case SKEP_EXPR_MEANS_FUNCTION:
        return parse_call(p, name.function, node_out);
    case SKEP_EXPR_MEANS_PI:
        return parse_pi(p, node_out);
    default:
        return parse_truth(p, node_out);
    }
}

static skep_status parse_operand(struct parser *p, int16_t *node_out)
{
    skep_status st;

    *node_out = 0;
    switch (p->token.kind) {
    case SKEP_EXPR_TOKEN_INTEGER:
    case SKEP_EXPR_TOKEN_FLOAT:
        return parse_number(p, node_out);
    case SKEP_EXPR_TOKEN_NAME:
        return parse_word(p, node_out);
    case SKEP_EXPR_TOKEN_OPEN:
        st = advance(p);
        st = st == SKEP_OK ? deeper(p) : st;
        st = st == SKEP_OK ? parse_binary(p, LEVEL_COMPARE, node_out) : st;
        p->nesting--;
        return st == SKEP_OK ? expect(p, SKEP_EXPR_TOKEN_CLOSE, "\")\"") : st;
    default:
        return expect(p, SKEP_EXPR_TOKEN_NAME, "a name, a number or \"(\"");
    }
}

/* ---- operators ---- */

static enum skep_expr_op sign_of(const struct skep_expr_token *token)
{
    if (token->kind != SKEP_EXPR_TOKEN_OPERATOR) {
        return SKEP_EXPR_NUMBER;
    }
    switch (token->op) {
    case SKEP_EXPR_ADD:
        return SKEP_EXPR_PLUS;
    case SKEP_EXPR_SUBTRACT:
        return SKEP_EXPR_NEGATE;
    case SKEP_EXPR_INVERT:
        return SKEP_EXPR_INVERT;
    default:
        return SKEP_EXPR_NUMBER;
    }
}

/* sign* operand [** signed] */
static skep_status parse_signed(struct parser *p, int16_t *node_out)
{
    enum skep_expr_op sign = sign_of(&p->token);
    size_t at = p->token.at;
    skep_status st;
    int16_t left = 0;
    int16_t right = 0;

    if (sign != SKEP_EXPR_NUMBER) {
        st = advance(p);
        st = st == SKEP_OK ? deeper(p) : st;
        st = st == SKEP_OK ? parse_signed(p, &left) : st;
        if (st == SKEP_OK) {
            p->nesting--;
            add_node(p, sign, at, node_out)->in[0] = left;
        }
        return st;
    }
    st = parse_operand(p, node_out);
    if (st != SKEP_OK || p->token.kind != SKEP_EXPR_TOKEN_OPERATOR || p->token.op != SKEP_EXPR_POWER) {
        return st;
    }
    left = *node_out;
    at = p->token.at;
    st = advance(p);
    st = st == SKEP_OK ? deeper(p) : st;
    st = st == SKEP_OK ? parse_signed(p, &right) : st;
    if (st == SKEP_OK) {
        struct skep_expr_node *node = add_node(p, SKEP_EXPR_POWER, at, node_out);
        p->nesting--;
        node->in[0] = left;
        node->in[1] = right;
    }
    return st;
}

/* Which level the next token has as a binary operator; 0: it is none. */
static int token_level(const struct parser *p)
{
    return p->token.kind == SKEP_EXPR_TOKEN_OPERATOR ? levels[p->token.op] : 0;
}

static skep_status parse_binary(struct parser *p, int least_level, int16_t *node_out)
{
    skep_status st = parse_signed(p, node_out);

    while (st == SKEP_OK && token_level(p) >= least_level) {
        int level = token_level(p);
        enum skep_expr_op op = p->token.op;
        size_t at = p->token.at;
        int16_t left = *node_out;
        int16_t right = 0;

        st = advance(p);
        st = st == SKEP_OK ? parse_binary(p, level + 1, &right) : st;
        if (st == SKEP_OK && level == LEVEL_COMPARE && token_level(p) == LEVEL_COMPARE) {
            return skep_expr_fail(p->tree, p->token.at, SKEP_E_BAD_ARGS, p->err,
                                  "comparisons do not chain; write (a < b) & (b < c)");
        }
        if (st == SKEP_OK) {
            struct skep_expr_node *node = add_node(p, op, at, node_out);
            node->in[0] = left;
            node->in[1] = right;
        }
    }
    return st;
}

skep_status skep_expr_parse(struct skep_expr_tree *tree, struct skep_error *err)
{
    struct parser p = {.tree = tree, .err = err};
    int16_t root;
    skep_status st;

    if (tree->length > SKEP_EXPR_MAX_LENGTH) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "expr: %zu bytes; at most %d can be read", tree->length,
                              SKEP_EXPR_MAX_LENGTH);
    }
    tree->n_nodes = 0;
    st = advance(&p);
    st = st == SKEP_OK ? parse_binary(&p, LEVEL_COMPARE, &root) : st;
    if (st == SKEP_OK && p.token.kind != SKEP_EXPR_TOKEN_END) {
        return expect(&p, SKEP_EXPR_TOKEN_END,
                      p.token.kind == SKEP_EXPR_TOKEN_COMMA || p.token.kind == SKEP_EXPR_TOKEN_CLOSE
                          ? "an operator or the end"
                          : "an operator");
    }
    return st;
}
