/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_TREE_H
#define SKEP_KERNEL_EXPR_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "kernel/kernel.h"

/* An expression as a tree, between its text (parse.h), its types (check.h) and its program (program.h). */

/* Every operation: name, how a person writes it, operands, and the rule by which check.c finds its types.
 *
 * To add one: a row here, its meaning in scalar.c, its loop in loops.inc (or a function of vmath in
 * scalar.c alone), cases in the tests. */
#define SKEP_EXPR_OP_MAP(X)                                                                                  \
    X(NUMBER, "", 0, NONE) /* a constant: of the text, a number among the vars, or folded */                 \
    X(ARRAY, "", 0, NONE)                                                                                    \
    X(ADD, "+", 2, ADD)                                                                                      \
    X(SUBTRACT, "-", 2, SUBTRACT)                                                                            \
    X(MULTIPLY, "*", 2, ADD)                                                                                 \
    X(DIVIDE, "/", 2, DIVIDE)                                                                                \
    X(FLOOR_DIVIDE, "//", 2, SUBTRACT)                                                                       \
    X(REMAINDER, "%", 2, SUBTRACT)                                                                           \
    X(POWER, "**", 2, SUBTRACT)                                                                              \
    X(PRODUCT, "**", 2, NONE) /* POWER whose exponent is a small whole constant: see scalar.h */             \
    X(AND, "&", 2, BITS)                                                                                     \
    X(OR, "|", 2, BITS)                                                                                      \
    X(XOR, "^", 2, BITS)                                                                                     \
    X(LESS, "<", 2, COMPARE)                                                                                 \
    X(LESS_EQUAL, "<=", 2, COMPARE)                                                                          \
    X(GREATER, ">", 2, COMPARE)                                                                              \
    X(GREATER_EQUAL, ">=", 2, COMPARE)                                                                       \
    X(EQUAL, "==", 2, COMPARE)                                                                               \
    X(NOT_EQUAL, "!=", 2, COMPARE)                                                                           \
    X(PLUS, "+", 1, SUBTRACT)                                                                                \
    X(NEGATE, "-", 1, SUBTRACT)                                                                              \
    X(INVERT, "~", 1, BITS)                                                                                  \
    X(WHERE, "where", 3, WHERE)                                                                              \
    X(MINIMUM, "minimum", 2, ADD)                                                                            \
    X(MAXIMUM, "maximum", 2, ADD)                                                                            \
    X(ABS, "abs", 1, ADD)                                                                                    \
    X(SQRT, "sqrt", 1, DIVIDE)                                                                               \
    X(FLOOR, "floor", 1, DIVIDE)                                                                             \
    X(CEIL, "ceil", 1, DIVIDE)                                                                               \
    X(RINT, "rint", 1, DIVIDE)                                                                               \
    X(EXP, "exp", 1, DIVIDE)                                                                                 \
    X(EXPM1, "expm1", 1, DIVIDE)                                                                             \
    X(LOG, "log", 1, DIVIDE)                                                                                 \
    X(LOG1P, "log1p", 1, DIVIDE)                                                                             \
    X(LOG2, "log2", 1, DIVIDE)                                                                               \
    X(LOG10, "log10", 1, DIVIDE)                                                                             \
    X(SIN, "sin", 1, DIVIDE)                                                                                 \
    X(COS, "cos", 1, DIVIDE)                                                                                 \
    X(TAN, "tan", 1, DIVIDE)                                                                                 \
    X(ARCSIN, "arcsin", 1, DIVIDE)                                                                           \
    X(ARCCOS, "arccos", 1, DIVIDE)                                                                           \
    X(ARCTAN, "arctan", 1, DIVIDE)                                                                           \
    X(SINH, "sinh", 1, DIVIDE)                                                                               \
    X(COSH, "cosh", 1, DIVIDE)                                                                               \
    X(TANH, "tanh", 1, DIVIDE)                                                                               \
    X(ARCTAN2, "arctan2", 2, DIVIDE)

#define SKEP_EXPR_OP_ENUM(name, text, operands, rule) SKEP_EXPR_##name,
enum skep_expr_op { SKEP_EXPR_OP_MAP(SKEP_EXPR_OP_ENUM) SKEP_EXPR_OP_COUNT };
#undef SKEP_EXPR_OP_ENUM

enum skep_expr_rule {
    SKEP_EXPR_RULE_NONE,
    SKEP_EXPR_RULE_ADD,      /* the common dtype, b1 as well */
    SKEP_EXPR_RULE_SUBTRACT, /* the common dtype, which must not be b1 */
    SKEP_EXPR_RULE_DIVIDE,   /* the common dtype, f8 where that is whole or b1 */
    SKEP_EXPR_RULE_BITS,     /* the common dtype, which must not be f4 or f8 */
    SKEP_EXPR_RULE_COMPARE,  /* taken in the common dtype, gives b1 */
    SKEP_EXPR_RULE_WHERE     /* the common dtype of the last two */
};

struct skep_expr_op_info {
    const char *text;
    uint8_t operands;
    uint8_t rule;
};
extern const struct skep_expr_op_info skep_expr_ops[SKEP_EXPR_OP_COUNT];

/* One element of any dtype that expressions compute in: b1, i4 and i8 as i8, f4 and f8 as f8. */
union skep_expr_number {
    int64_t i8;
    double f8;
};

enum { SKEP_EXPR_MAX_OPERANDS = 3 };

/* A node; operands lie before it. */
struct skep_expr_node {
    uint8_t op;
    uint8_t dtype; /* of its elements: b1, i4, i8, f4 or f8 (set by the checker, as the next two) */
    uint8_t work;  /* the dtype into which its operands are converted first; WHERE: the last two of them */
    bool is_weak;  /* a number of the text: takes the dtype of what it meets */
    uint16_t at;   /* where in the text, in bytes */
    int16_t in[SKEP_EXPR_MAX_OPERANDS];
    union {
        union skep_expr_number number; /* NUMBER */
        int array;                     /* ARRAY: which of the vars */
    };
};

/* Limits: together they bound time and memory of everything before the first element is computed. */
enum {
    SKEP_EXPR_MAX_LENGTH = 8000, /* bytes of text, and so no more nodes than that */
    SKEP_EXPR_MAX_NESTING = 100, /* of parentheses, calls, signs and ** */
    SKEP_EXPR_MAX_VARS = 256
};

struct skep_expr_tree {
    const char *text;
    size_t length;
    const struct skep_array_item *vars;
    int n_vars;
    struct skep_expr_node *nodes; /* the last one is the root */
    int n_nodes;
};

/* Set ERR to "expr: column 7: FORMAT..." for byte AT of the text; returns STATUS. Columns count characters
 * from 1. */
skep_status skep_expr_fail(const struct skep_expr_tree *tree, size_t at, skep_status status,
                           struct skep_error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The dtype in which elements of a var are computed: i1, i2, u1 and u2 as i4, u4 as i8, the others as they
 * are; NONE for u8, which fits nowhere. */
enum skep_dtype skep_expr_dtype_of(enum skep_dtype stored);

#endif
