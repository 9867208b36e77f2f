/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_VALUE_H
#define SKEP_KERNEL_EXPR_VALUE_H

#include "kernel/expr/tree.h"

/* What a program computes, before it has steps: the tree with every conversion made explicit, powers written
 * out as products, operands in one order, and equal values being one. Values lie behind their operands. */

/* Conversion to dtype, beside the operations of the tree. */
enum { SKEP_EXPR_CAST = SKEP_EXPR_OP_COUNT };

struct skep_expr_value {
    uint8_t op;
    uint8_t dtype, work;
    uint16_t at;
    int16_t in[SKEP_EXPR_MAX_OPERANDS]; /* -1: none */
    int16_t next;                       /* the next of those with the same hash, or -1 */
    int16_t last_use;                   /* the last value that needs this one; -1: none does */
    uint16_t slot;
    union {
        union skep_expr_number number;
        int64_t array;
    };
};

enum { SKEP_EXPR_BUCKETS = 64 };

struct skep_expr_values {
    const struct skep_expr_tree *tree;
    struct skep_expr_value *items;
    int16_t *of_node; /* the value of each node that is no number */
    int16_t root;     /* the value of the tree */
    int n, max;
    int16_t buckets[SKEP_EXPR_BUCKETS];
};

/* The most values that a text of LENGTH bytes can have. */
static inline int skep_expr_max_values(size_t length)
{
    return 4 * (int)length + 8;
}

/* Make the values of a tree; the caller has set tree, items, of_node and max. The root is converted to WANTED
 * unless that is NONE. */
void skep_expr_values_make(struct skep_expr_values *values, enum skep_dtype wanted);

#endif
