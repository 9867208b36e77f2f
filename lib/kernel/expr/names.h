/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_NAMES_H
#define SKEP_KERNEL_EXPR_NAMES_H

#include "kernel/expr/tree.h"

/* What the names of a text mean: vars, functions, pi, True and False. */
enum skep_expr_meaning {
    SKEP_EXPR_MEANS_VAR,
    SKEP_EXPR_MEANS_FUNCTION,
    SKEP_EXPR_MEANS_PI,
    SKEP_EXPR_MEANS_TRUTH /* and True or False is in the text */
};

struct skep_expr_name {
    enum skep_expr_meaning meaning;
    int var;                    /* VAR: which of them */
    enum skep_expr_op function; /* FUNCTION */
};

/* The name of LENGTH bytes at byte AT.
 *
 *   SKEP_E_BAD_ARGS  it means nothing (the words list the vars), or two things */
SKEP_MUST_USE skep_status skep_expr_find_name(const struct skep_expr_tree *tree, size_t at, size_t length,
                                              struct skep_expr_name *name_out, struct skep_error *err);

/* Whether the name is no word of Python's for which expressions of arrays have another.
 *
 *   SKEP_E_BAD_ARGS  it is; the words say which other */
SKEP_MUST_USE skep_status skep_expr_check_word(const struct skep_expr_tree *tree, size_t at, size_t length,
                                               struct skep_error *err);

#endif
