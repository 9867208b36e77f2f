/* SPDX-License-Identifier: MIT */
#include "kernel/expr/scan.h"

#include "base/parse.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Where the run of digits or letters ends that begins at AT. */
static size_t skip_digits(const struct skep_expr_tree *tree, size_t at)
{
    while (at < tree->length && is_digit(tree->text[at])) {
        at++;
    }
    return at;
}

static size_t skip_name(const struct skep_expr_tree *tree, size_t at)
{
    while (at < tree->length && (is_name_start(tree->text[at]) || is_digit(tree->text[at]))) {
        at++;
    }
    return at;
}

static char char_at(const struct skep_expr_tree *tree, size_t at)
{
    return at < tree->length ? tree->text[at] : '\0';
}

/* Where the exponent ends that may begin at AT: "e10", "E-3"; AT if there is none. */
static size_t skip_exponent(const struct skep_expr_tree *tree, size_t at)
{
    size_t digits = at + 1;

    if (char_at(tree, at) != 'e' && char_at(tree, at) != 'E') {
        return at;
    }
    if (char_at(tree, digits) == '+' || char_at(tree, digits) == '-') {
        digits++;
    }
    return is_digit(char_at(tree, digits)) ? skip_digits(tree, digits) : at;
}

static skep_status scan_number(const struct skep_expr_tree *tree, struct skep_expr_token *token,
                               struct skep_error *err)
{
    const char *text = tree->text + token->at;
    size_t whole = skip_digits(tree, token->at);
    size_t end = whole;

    if (char_at(tree, end) == '.') {
        end = skip_digits(tree, end + 1);
    }
    end = skip_exponent(tree, end);
    token->length = end - token->at;
    token->kind = end == whole ? SKEP_EXPR_TOKEN_INTEGER : SKEP_EXPR_TOKEN_FLOAT;
    if (is_name_start(char_at(tree, end)) || char_at(tree, end) == '.') {
        return skep_expr_fail(tree, token->at, SKEP_E_BAD_ARGS, err, "\"%.*s\" is no number",
                              (int)(token->length < 40 ? token->length + 1 : 40), text);
    }
    if (token->kind == SKEP_EXPR_TOKEN_INTEGER) {
        if (token->length > 1 && text[0] == '0') {
            return skep_expr_fail(tree, token->at, SKEP_E_BAD_ARGS, err, "a whole number begins with a 0");
        }
        if (!skep_parse_i64(text, token->length, &token->number.i8)) {
            return skep_expr_fail(tree, token->at, SKEP_E_BAD_ARGS, err,
                                  "the whole number does not fit 64 bits; with a point it is an f8");
        }
    } else if (!skep_parse_f64(text, token->length, &token->number.f8)) {
        return skep_expr_fail(tree, token->at, SKEP_E_BAD_ARGS, err,
                              "the number is beyond the range of f8, or has more than 60 characters");
    }
    return SKEP_OK;
}

static skep_status token_operator(struct skep_expr_token *token, enum skep_expr_op op, size_t length)
{
    token->kind = SKEP_EXPR_TOKEN_OPERATOR;
    token->op = op;
    token->length = length;
    return SKEP_OK;
}

static skep_status token_mark(struct skep_expr_token *token, enum skep_expr_token_kind kind)
{
    token->kind = kind;
    token->length = 1;
    return SKEP_OK;
}

/* What no operator begins with, or an operator that expressions of arrays do not have. */
static skep_status scan_refuse(const struct skep_expr_tree *tree, size_t at, struct skep_error *err)
{
    static const struct {
        char first;
        const char *words;
    } hints[] = {
        {'=', "\"=\" gives no value; a comparison is \"==\""},
        {'!', "\"!\" is no operator; not is \"~\", not equal \"!=\""},
        {'<', "shifts are not there; multiply or divide by a power of 2"},
        {'>', "shifts are not there; multiply or divide by a power of 2"},
        {'[', "indices are not there; slice the array in vars"},
        {'.', "attributes and methods are not there; functions are called by their bare name"},
        {'@', "\"@\" is not there; see the kernel dot"},
        {'"', "text has no place in an expression"},
        {'\'', "text has no place in an expression"},
    };
    unsigned char c = (unsigned char)tree->text[at];

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        if (tree->text[at] == hints[i].first) {
            return skep_expr_fail(tree, at, SKEP_E_BAD_ARGS, err, "%s", hints[i].words);
        }
    }
    if (c > ' ' && c < 0x7f) {
        return skep_expr_fail(tree, at, SKEP_E_BAD_ARGS, err, "\"%c\" has no meaning", c);
    }
    return skep_expr_fail(tree, at, SKEP_E_BAD_ARGS, err, "byte 0x%02x has no meaning", c);
}

static skep_status scan_mark(const struct skep_expr_tree *tree, struct skep_expr_token *token,
                             struct skep_error *err)
{
    char c = tree->text[token->at];
    char next = char_at(tree, token->at + 1);
    bool is_doubled = next == c;
    bool has_equal = next == '=';

    switch (c) {
    case '+':
        return token_operator(token, SKEP_EXPR_ADD, 1);
    case '-':
        return token_operator(token, SKEP_EXPR_SUBTRACT, 1);
    case '*':
        return token_operator(token, is_doubled ? SKEP_EXPR_POWER : SKEP_EXPR_MULTIPLY, 1 + is_doubled);
    case '/':
        return token_operator(token, is_doubled ? SKEP_EXPR_FLOOR_DIVIDE : SKEP_EXPR_DIVIDE, 1 + is_doubled);
    case '%':
        return token_operator(token, SKEP_EXPR_REMAINDER, 1);
    case '&':
        return token_operator(token, SKEP_EXPR_AND, 1);
    case '|':
        return token_operator(token, SKEP_EXPR_OR, 1);
    case '^':
        return token_operator(token, SKEP_EXPR_XOR, 1);
    case '~':
        return token_operator(token, SKEP_EXPR_INVERT, 1);
    case '(':
        return token_mark(token, SKEP_EXPR_TOKEN_OPEN);
    case ')':
        return token_mark(token, SKEP_EXPR_TOKEN_CLOSE);
    case ',':
        return token_mark(token, SKEP_EXPR_TOKEN_COMMA);
    default:
        break;
    }
    if (c == '<' && !is_doubled) {
        return token_operator(token, has_equal ? SKEP_EXPR_LESS_EQUAL : SKEP_EXPR_LESS, 1 + has_equal);
    }
    if (c == '>' && !is_doubled) {
        return token_operator(token, has_equal ? SKEP_EXPR_GREATER_EQUAL : SKEP_EXPR_GREATER, 1 + has_equal);
    }
    if ((c == '=' || c == '!') && has_equal) {
        return token_operator(token, c == '=' ? SKEP_EXPR_EQUAL : SKEP_EXPR_NOT_EQUAL, 2);
    }
    return scan_refuse(tree, token->at, err);
}

skep_status skep_expr_scan(const struct skep_expr_tree *tree, size_t at, struct skep_expr_token *token_out,
                           struct skep_error *err)
{
    char c;

    while (at < tree->length && (tree->text[at] == ' ' || tree->text[at] == '\t' || tree->text[at] == '\n' ||
                                 tree->text[at] == '\r')) {
        at++;
    }
    token_out->at = at;
    if (at == tree->length) {
        token_out->kind = SKEP_EXPR_TOKEN_END;
        token_out->length = 0;
        return SKEP_OK;
    }
    c = tree->text[at];
    if (is_name_start(c)) {
        token_out->kind = SKEP_EXPR_TOKEN_NAME;
        token_out->length = skip_name(tree, at) - at;
        return SKEP_OK;
    }
    if (is_digit(c) || (c == '.' && is_digit(char_at(tree, at + 1)))) {
        return scan_number(tree, token_out, err);
    }
    return scan_mark(tree, token_out, err);
}
