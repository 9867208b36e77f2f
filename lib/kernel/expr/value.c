/* SPDX-License-Identifier: MIT */
#include "kernel/expr/value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/expr/scalar.h"

/* ---- one value for all that are equal ---- */

static unsigned hash_of(const struct skep_expr_value *v)
{
    uint64_t hash = (uint64_t)v->number.i8 + v->op + ((uint64_t)v->dtype << 8);

    hash += (uint64_t)(uint16_t)v->in[0] << 16 | (uint64_t)(uint16_t)v->in[1] << 32 |
            (uint64_t)(uint16_t)v->in[2] << 48;
    return (unsigned)(hash * 0x9e3779b97f4a7c15U >> 58) % SKEP_EXPR_BUCKETS;
}

static bool is_same(const struct skep_expr_value *a, const struct skep_expr_value *b)
{
    return a->op == b->op && a->dtype == b->dtype && a->work == b->work && a->in[0] == b->in[0] &&
           a->in[1] == b->in[1] && a->in[2] == b->in[2] && a->number.i8 == b->number.i8;
}

/* V, or the value that is there already and the same. */
static int16_t find_or_add(struct skep_expr_values *values, const struct skep_expr_value *v)
{
    int16_t *bucket = &values->buckets[hash_of(v)];

    for (int16_t i = *bucket; i >= 0; i = values->items[i].next) {
        if (is_same(&values->items[i], v)) {
            return i;
        }
    }
    assert(values->n < values->max);
    values->items[values->n] = *v;
    values->items[values->n].next = *bucket;
    *bucket = (int16_t)values->n;
    return (int16_t)values->n++;
}

static struct skep_expr_value value_of(int op, unsigned work, unsigned dtype, size_t at)
{
    return (struct skep_expr_value){.op = (uint8_t)op,
                                    .work = (uint8_t)work,
                                    .dtype = (uint8_t)dtype,
                                    .at = (uint16_t)at,
                                    .in = {-1, -1, -1},
                                    .last_use = -1};
}

static int16_t add_number(struct skep_expr_values *values, union skep_expr_number number, unsigned dtype)
{
    struct skep_expr_value v = value_of(SKEP_EXPR_NUMBER, dtype, dtype, 0);

    v.number = number;
    return find_or_add(values, &v);
}

/* Value V as DTYPE. */
static int16_t cast(struct skep_expr_values *values, int16_t v, unsigned dtype)
{
    const struct skep_expr_value *from = &values->items[v];
    struct skep_expr_value to;

    if (from->dtype == dtype) {
        return v;
    }
    if (from->op == SKEP_EXPR_NUMBER) {
        return add_number(
            values, skep_expr_convert((enum skep_dtype)from->dtype, (enum skep_dtype)dtype, from->number),
            dtype);
    }
    to = value_of(SKEP_EXPR_CAST, from->dtype, dtype, from->at);
    to.in[0] = v;
    return find_or_add(values, &to);
}

/* The value of node I as DTYPE. */
static int16_t node_as(struct skep_expr_values *values, int i, unsigned dtype)
{
    const struct skep_expr_node *node = &values->tree->nodes[i];

    if (node->op == SKEP_EXPR_NUMBER) {
        return add_number(
            values, skep_expr_convert((enum skep_dtype)node->dtype, (enum skep_dtype)dtype, node->number),
            dtype);
    }
    return cast(values, values->of_node[i], dtype);
}

/* ---- operations ---- */

/* The operation that gives the same with its two operands swapped; 0 if there is none. */
static enum skep_expr_op mirror(enum skep_expr_op op)
{
    switch (op) {
    case SKEP_EXPR_ADD:
    case SKEP_EXPR_MULTIPLY:
    case SKEP_EXPR_AND:
    case SKEP_EXPR_OR:
    case SKEP_EXPR_XOR:
    case SKEP_EXPR_EQUAL:
    case SKEP_EXPR_NOT_EQUAL:
    case SKEP_EXPR_MINIMUM:
    case SKEP_EXPR_MAXIMUM:
        return op;
    case SKEP_EXPR_LESS:
        return SKEP_EXPR_GREATER;
    case SKEP_EXPR_LESS_EQUAL:
        return SKEP_EXPR_GREATER_EQUAL;
    case SKEP_EXPR_GREATER:
        return SKEP_EXPR_LESS;
    case SKEP_EXPR_GREATER_EQUAL:
        return SKEP_EXPR_LESS_EQUAL;
    default:
        return SKEP_EXPR_NUMBER;
    }
}

/* Constants come last, and of two others the older one first. */
static void order_operands(const struct skep_expr_values *values, struct skep_expr_value *v)
{
    enum skep_expr_op swapped = mirror((enum skep_expr_op)v->op);
    bool first_stands = values->items[v->in[0]].op == SKEP_EXPR_NUMBER;
    bool second_stands = v->in[1] >= 0 && values->items[v->in[1]].op == SKEP_EXPR_NUMBER;

    if (swapped != SKEP_EXPR_NUMBER && (first_stands != second_stands ? first_stands : v->in[0] > v->in[1])) {
        int16_t first = v->in[0];
        v->op = (uint8_t)swapped;
        v->in[0] = v->in[1];
        v->in[1] = first;
    }
}

/* Truth values are added, multiplied and compared for the larger one as bits. */
static int op_of_bools(int op)
{
    switch (op) {
    case SKEP_EXPR_ADD:
    case SKEP_EXPR_MAXIMUM:
        return SKEP_EXPR_OR;
    case SKEP_EXPR_MULTIPLY:
    case SKEP_EXPR_MINIMUM:
        return SKEP_EXPR_AND;
    default:
        return op;
    }
}

static int16_t add_binary(struct skep_expr_values *values, int op, unsigned work, int16_t a, int16_t b,
                          size_t at)
{
    bool is_comparison = skep_expr_ops[op].rule == SKEP_EXPR_RULE_COMPARE;
    struct skep_expr_value v;

    v = value_of(work == SKEP_B1 ? op_of_bools(op) : op, work, is_comparison ? SKEP_B1 : work, at);
    v.in[0] = a;
    v.in[1] = b;
    order_operands(values, &v);
    return find_or_add(values, &v);
}

/* x ** k, as scalar.h describes PRODUCT. Whole numbers have k >= 0. */
static int16_t add_product(struct skep_expr_values *values, unsigned work, int16_t x, int k, size_t at)
{
    unsigned digits = (unsigned)abs(k);
    int16_t square = x;
    int16_t product = -1;
    union skep_expr_number one = {.i8 = 1};

    one = skep_expr_convert(SKEP_I8, (enum skep_dtype)work, one);
    for (; digits != 0; digits >>= 1) {
        if ((digits & 1) != 0) {
            product =
                product < 0 ? square : add_binary(values, SKEP_EXPR_MULTIPLY, work, product, square, at);
        }
        if (digits > 1) {
            square = add_binary(values, SKEP_EXPR_MULTIPLY, work, square, square, at);
        }
    }
    if (product < 0) {
        return add_number(values, one, work);
    }
    return k < 0 ? add_binary(values, SKEP_EXPR_DIVIDE, work, add_number(values, one, work), product, at)
                 : product;
}

/* The exponent of a PRODUCT. */
static int exponent_of(const struct skep_expr_tree *tree, const struct skep_expr_node *node)
{
    const struct skep_expr_node *in = &tree->nodes[node->in[1]];

    return in->dtype == SKEP_F4 || in->dtype == SKEP_F8 ? (int)in->number.f8 : (int)in->number.i8;
}

/* Whether f4 goes through f8 here: there is no loop of its own, or more than one rounding. */
static bool is_through_f8(const struct skep_expr_tree *tree, const struct skep_expr_node *node)
{
    switch (node->op) {
    case SKEP_EXPR_FLOOR_DIVIDE:
    case SKEP_EXPR_REMAINDER:
    case SKEP_EXPR_POWER:
        return true;
    case SKEP_EXPR_PRODUCT:
        return exponent_of(tree, node) < -1 || exponent_of(tree, node) > 2;
    case SKEP_EXPR_DIVIDE:
    case SKEP_EXPR_SQRT:
    case SKEP_EXPR_FLOOR:
    case SKEP_EXPR_CEIL:
    case SKEP_EXPR_RINT:
        return false;
    default:
        return skep_expr_ops[node->op].rule == SKEP_EXPR_RULE_DIVIDE;
    }
}

static int16_t add_operation(struct skep_expr_values *values, const struct skep_expr_node *node)
{
    unsigned work =
        node->work == SKEP_F4 && is_through_f8(values->tree, node) ? SKEP_F8 : (unsigned)node->work;
    int n = node->op == SKEP_EXPR_PRODUCT ? 1 : skep_expr_ops[node->op].operands;
    int16_t in[SKEP_EXPR_MAX_OPERANDS] = {-1, -1, -1};
    struct skep_expr_value v;

    for (int i = 0; i < n; i++) {
        bool is_condition = node->op == SKEP_EXPR_WHERE && i == 0;
        in[i] = node_as(values, node->in[i], is_condition ? SKEP_B1 : node->work);
        in[i] = is_condition ? in[i] : cast(values, in[i], work);
    }
    if (node->op == SKEP_EXPR_PLUS || (node->op == SKEP_EXPR_ABS && work == SKEP_B1)) {
        return in[0];
    }
    if (node->op == SKEP_EXPR_WHERE && values->items[in[0]].op == SKEP_EXPR_NUMBER) {
        return values->items[in[0]].number.i8 != 0 ? in[1] : in[2];
    }
    if (node->op == SKEP_EXPR_PRODUCT) {
        return add_product(values, work, in[0], exponent_of(values->tree, node), node->at);
    }
    if (n == 2) {
        return add_binary(values, node->op, work, in[0], in[1], node->at);
    }
    v = value_of(node->op, work, work, node->at);
    for (int i = 0; i < n; i++) {
        v.in[i] = in[i];
    }
    return find_or_add(values, &v);
}

/* The value of a node that is no number. */
static int16_t add_node(struct skep_expr_values *values, const struct skep_expr_node *node)
{
    struct skep_expr_value v;

    if (node->op == SKEP_EXPR_ARRAY) {
        v = value_of(SKEP_EXPR_ARRAY, node->dtype, node->dtype, node->at);
        v.array = node->array;
        return find_or_add(values, &v);
    }
    return cast(values, add_operation(values, node), node->dtype);
}

void skep_expr_values_make(struct skep_expr_values *values, enum skep_dtype wanted)
{
    const struct skep_expr_tree *tree = values->tree;

    values->n = 0;
    memset(values->buckets, 0xff, sizeof values->buckets); /* -1 */
    for (int i = 0; i < tree->n_nodes; i++) {
        if (tree->nodes[i].op !=
            SKEP_EXPR_NUMBER) { /* those are made where they are used, in the dtype wanted */
            values->of_node[i] = add_node(values, &tree->nodes[i]);
        }
    }
    values->root = node_as(values, tree->n_nodes - 1,
                           wanted != SKEP_DTYPE_NONE ? wanted : tree->nodes[tree->n_nodes - 1].dtype);
}
