/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_EXPR_TREE_H
#define SKEP_TESTS_UNIT_KERNEL_EXPR_TREE_H

#include "unit/kernel/expr/expr_call.h"

#include <stdio.h>

#include "kernel/expr/check.h"
#include "kernel/expr/parse.h"

/* The tree of a text over one row of three elements of each dtype: a f8, b f4, c i8, d i4, e b1; and numbers
 * n = 3, q = 0.5. */
struct expr_tree {
    struct skep_expr_tree tree;
    struct skep_expr_node nodes[1000];
    struct skep_array_item items[7];
    int64_t n;
    double q;
};

static inline void tree_init(struct expr_tree *t, const char *text)
{
    static const double data[3];
    static const char *const names[] = {"a", "b", "c", "d", "e", "n", "q"};
    static const enum skep_dtype dtypes[] = {SKEP_F8, SKEP_F4, SKEP_I8, SKEP_I4, SKEP_B1, SKEP_I8, SKEP_F8};
    static const int64_t three = 3;

    memset(t->items, 0, sizeof t->items);
    t->n = 3;
    t->q = 0.5;
    for (int i = 0; i < 7; i++) {
        t->items[i].name = names[i];
        t->items[i].is_number = i >= 5;
        skep_view_init(&t->items[i].view,
                       i == 5   ? (const void *)&t->n
                       : i == 6 ? (const void *)&t->q
                                : data,
                       dtypes[i], i < 5, &three);
    }
    t->tree = (struct skep_expr_tree){
        .text = text, .length = strlen(text), .vars = t->items, .n_vars = 7, .nodes = t->nodes};
    assert_true(t->tree.length <= sizeof t->nodes / sizeof t->nodes[0]);
}

/* Parsed and checked. */
static inline void tree_make(struct expr_tree *t, const char *text)
{
    struct skep_error err = {0};

    tree_init(t, text);
    if (skep_expr_parse(&t->tree, &err) != SKEP_OK || skep_expr_check(&t->tree, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
}

#endif
