/* SPDX-License-Identifier: MIT */
#include "kernel/expr/check.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/expr/scalar.h"

static bool is_float(unsigned dtype)
{
    return dtype == SKEP_F4 || dtype == SKEP_F8;
}

/* ---- dtypes ---- */

/* The dtype in which elements of A and B meet, as NumPy promotes arrays. */
static unsigned promote(unsigned a, unsigned b)
{
    if (a == b || b == SKEP_B1) {
        return a;
    }
    if (a == SKEP_B1) {
        return b;
    }
    return is_float(a) || is_float(b) ? SKEP_F8 : SKEP_I8; /* two of i4, i8, f4, f8 that differ */
}

/* The same for a weak number and an array. */
static unsigned promote_weak(unsigned number, unsigned array)
{
    if (is_float(array) || (number == SKEP_I8 && array != SKEP_B1)) {
        return array;
    }
    return number;
}

static unsigned common(const struct skep_expr_node *a, const struct skep_expr_node *b)
{
    if (a->is_weak == b->is_weak) {
        return promote(a->dtype, b->dtype);
    }
    return a->is_weak ? promote_weak(a->dtype, b->dtype) : promote_weak(b->dtype, a->dtype);
}

static const char *describe(const struct skep_expr_node *node)
{
    return node->is_weak ? "a number" : skep_dtype_name((enum skep_dtype)node->dtype);
}

static skep_status refuse_dtypes(const struct skep_expr_tree *tree, const struct skep_expr_node *node,
                                 struct skep_error *err)
{
    const struct skep_expr_op_info *info = &skep_expr_ops[node->op];
    const struct skep_expr_node *a = &tree->nodes[node->in[0]];
    const char *hint = info->rule == SKEP_EXPR_RULE_BITS
                           ? "; it takes b1, i4 and i8 (a comparison needs parentheses beside it)"
                           : "; 1 * x makes a number of it";

    if (info->operands == 1) {
        return skep_expr_fail(tree, node->at, SKEP_E_BAD_ARGS, err, "%s of %s has no meaning%s", info->text,
                              describe(a), hint);
    }
    return skep_expr_fail(tree, node->at, SKEP_E_BAD_ARGS, err, "%s %s %s has no meaning%s", describe(a),
                          info->text, describe(&tree->nodes[node->in[1]]), hint);
}

/* Set work and dtype of NODE from its operands. */
static skep_status check_dtypes(const struct skep_expr_tree *tree, struct skep_expr_node *node,
                                struct skep_error *err)
{
    const struct skep_expr_op_info *info = &skep_expr_ops[node->op];
    const struct skep_expr_node *last = &tree->nodes[node->in[info->operands - 1]];
    unsigned work =
        info->operands == 1 ? last->dtype : common(last, &tree->nodes[node->in[info->operands - 2]]);

    if ((info->rule == SKEP_EXPR_RULE_SUBTRACT && work == SKEP_B1) ||
        (info->rule == SKEP_EXPR_RULE_BITS && is_float(work))) {
        return refuse_dtypes(tree, node, err);
    }
    if (info->rule == SKEP_EXPR_RULE_DIVIDE && !is_float(work)) {
        work = SKEP_F8;
    }
    node->work = (uint8_t)work;
    node->dtype = info->rule == SKEP_EXPR_RULE_COMPARE ? SKEP_B1 : (uint8_t)work;
    return SKEP_OK;
}

/* Whether a weak number may become an element of the dtype that it meets. */
static skep_status check_fits(const struct skep_expr_tree *tree, const struct skep_expr_node *node,
                              unsigned dtype, struct skep_error *err)
{
    if (dtype == SKEP_I4 && (node->number.i8 < INT32_MIN || node->number.i8 > INT32_MAX)) {
        return skep_expr_fail(tree, node->at, SKEP_E_BAD_ARGS, err,
                              "%" PRId64 " does not fit i4, the dtype of the array that it meets",
                              node->number.i8);
    }
    if (dtype == SKEP_F4 && node->dtype == SKEP_F8 && isfinite(node->number.f8) &&
        !isfinite((float)node->number.f8)) {
        return skep_expr_fail(tree, node->at, SKEP_E_BAD_ARGS, err,
                              "%g does not fit f4, the dtype of the array that it meets", node->number.f8);
    }
    return SKEP_OK;
}

/* ---- constants ---- */

/* Whether OP of two whole numbers leaves 64 bits. */
static bool overflows(enum skep_expr_op op, int64_t x, int64_t y)
{
    int64_t value;

    switch (op) {
    case SKEP_EXPR_ADD:
        return __builtin_add_overflow(x, y, &value);
    case SKEP_EXPR_SUBTRACT:
        return __builtin_sub_overflow(x, y, &value);
    case SKEP_EXPR_MULTIPLY:
        return __builtin_mul_overflow(x, y, &value);
    case SKEP_EXPR_NEGATE:
    case SKEP_EXPR_ABS:
        return x == INT64_MIN;
    case SKEP_EXPR_FLOOR_DIVIDE:
        return x == INT64_MIN && y == -1;
    case SKEP_EXPR_POWER:
        if (x >= -1 && x <= 1) {
            return false;
        }
        for (value = 1; y > 0; y--) { /* 63 rounds at most */
            if (__builtin_mul_overflow(value, x, &value)) {
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

/* What Python refuses for numbers. May turn whole numbers to a negative power into floats, as Python does. */
static skep_status check_numbers(const struct skep_expr_tree *tree, struct skep_expr_node *node,
                                 union skep_expr_number *x, struct skep_error *err)
{
    enum skep_expr_op op = (enum skep_expr_op)node->op;
    bool divides = op == SKEP_EXPR_DIVIDE || op == SKEP_EXPR_FLOOR_DIVIDE || op == SKEP_EXPR_REMAINDER;

    if (divides && (is_float(node->work) ? x[1].f8 == 0 : x[1].i8 == 0)) {
        return skep_expr_fail(tree, node->at, SKEP_E_BAD_ARGS, err, "division by zero");
    }
    if (node->work != SKEP_I8) {
        return SKEP_OK;
    }
    if (op == SKEP_EXPR_POWER && x[1].i8 < 0) {
        for (int i = 0; i < 2; i++) {
            x[i] = skep_expr_convert(SKEP_I8, SKEP_F8, x[i]);
        }
        node->work = node->dtype = SKEP_F8;
        return SKEP_OK;
    }
    if (overflows(op, x[0].i8, x[1].i8)) {
        return skep_expr_fail(tree, node->at, SKEP_E_BAD_ARGS, err,
                              "the whole number does not fit 64 bits; with a point it is an f8");
    }
    return SKEP_OK;
}

static bool is_constant(const struct skep_expr_tree *tree, const struct skep_expr_node *node, int from)
{
    for (int i = from; i < skep_expr_ops[node->op].operands; i++) {
        if (tree->nodes[node->in[i]].op != SKEP_EXPR_NUMBER) {
            return false;
        }
    }
    return true;
}

/* NODE, whose operands are constants, becomes one. */
static skep_status fold(const struct skep_expr_tree *tree, struct skep_expr_node *node,
                        struct skep_error *err)
{
    union skep_expr_number x[SKEP_EXPR_MAX_OPERANDS] = {{0}};
    bool is_weak = node->dtype != SKEP_B1;
    skep_status st;

    for (int i = 0; i < skep_expr_ops[node->op].operands; i++) {
        const struct skep_expr_node *in = &tree->nodes[node->in[i]];
        bool is_condition = node->op == SKEP_EXPR_WHERE && i == 0;
        x[i] = skep_expr_convert((enum skep_dtype)in->dtype,
                                 is_condition ? SKEP_B1 : (enum skep_dtype)node->work, in->number);
        is_weak = is_weak && (in->is_weak || is_condition);
    }
    st = is_weak ? check_numbers(tree, node, x, err) : SKEP_OK;
    if (st == SKEP_OK && !skep_expr_is_defined((enum skep_expr_op)node->op, (enum skep_dtype)node->work, x)) {
        st = skep_expr_fail(tree, node->at, SKEP_E_NUMERIC, err, "%s",
                            skep_expr_undefined_words((enum skep_expr_op)node->op));
    }
    if (st == SKEP_OK) {
        node->number = skep_expr_apply((enum skep_expr_op)node->op, (enum skep_dtype)node->work, x);
        node->op = SKEP_EXPR_NUMBER;
        node->is_weak = is_weak;
    }
    return st;
}

/* An array without axes is read now. */
static void fold_array(const struct skep_expr_tree *tree, struct skep_expr_node *node)
{
    const struct skep_view *view = &tree->vars[node->array].view;

    if (view->ndim == 0) {
        node->number = skep_expr_load(view, 0);
        node->op = SKEP_EXPR_NUMBER;
    }
}

/* x ** constant, of an array. */
static skep_status check_exponent(const struct skep_expr_tree *tree, struct skep_expr_node *node,
                                  struct skep_error *err)
{
    const struct skep_expr_node *in = &tree->nodes[node->in[1]];
    union skep_expr_number exponent =
        skep_expr_convert((enum skep_dtype)in->dtype, (enum skep_dtype)node->work, in->number);

    if (!is_float(node->work)) {
        if (exponent.i8 < 0) {
            return skep_expr_fail(tree, in->at, SKEP_E_BAD_ARGS, err, "%s",
                                  skep_expr_undefined_words(SKEP_EXPR_POWER));
        }
        node->op = exponent.i8 <= SKEP_EXPR_MAX_PRODUCT ? SKEP_EXPR_PRODUCT : SKEP_EXPR_POWER;
    } else if (exponent.f8 == 0.5) {
        node->op = SKEP_EXPR_SQRT;
    } else if (fabs(exponent.f8) <= SKEP_EXPR_MAX_PRODUCT && exponent.f8 == floor(exponent.f8)) {
        node->op = SKEP_EXPR_PRODUCT;
    }
    return SKEP_OK;
}

/* ---- the tree ---- */

static skep_status check_operation(const struct skep_expr_tree *tree, struct skep_expr_node *node,
                                   struct skep_error *err)
{
    int first = node->op == SKEP_EXPR_WHERE; /* its condition is taken as b1, whatever it is */
    skep_status st = check_dtypes(tree, node, err);

    if (st != SKEP_OK) {
        return st;
    }
    for (int i = first; i < skep_expr_ops[node->op].operands; i++) {
        const struct skep_expr_node *in = &tree->nodes[node->in[i]];
        st = in->is_weak ? check_fits(tree, in, node->work, err) : SKEP_OK;
        if (st != SKEP_OK) {
            return st;
        }
    }
    if (is_constant(tree, node, 0)) {
        return fold(tree, node, err);
    }
    return node->op == SKEP_EXPR_POWER && is_constant(tree, node, 1) ? check_exponent(tree, node, err)
                                                                     : SKEP_OK;
}

skep_status skep_expr_check(struct skep_expr_tree *tree, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int i = 0; st == SKEP_OK && i < tree->n_nodes; i++) {
        struct skep_expr_node *node = &tree->nodes[i];

        if (node->op == SKEP_EXPR_ARRAY) {
            fold_array(tree, node);
        } else if (node->op != SKEP_EXPR_NUMBER) {
            node->is_weak = false;
            st = check_operation(tree, node, err);
        }
    }
    return st;
}
