/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_SCAN_H
#define SKEP_KERNEL_EXPR_SCAN_H

#include "kernel/expr/tree.h"

/* Text into tokens, one at a time. */
enum skep_expr_token_kind {
    SKEP_EXPR_TOKEN_END,
    SKEP_EXPR_TOKEN_INTEGER,
    SKEP_EXPR_TOKEN_FLOAT,
    SKEP_EXPR_TOKEN_NAME,
    SKEP_EXPR_TOKEN_OPERATOR, /* op says which; signs come as the binary ADD and SUBTRACT */
    SKEP_EXPR_TOKEN_OPEN,
    SKEP_EXPR_TOKEN_CLOSE,
    SKEP_EXPR_TOKEN_COMMA
};

struct skep_expr_token {
    enum skep_expr_token_kind kind;
    enum skep_expr_op op;
    size_t at, length;             /* its bytes in the text */
    union skep_expr_number number; /* i8 of an INTEGER, f8 of a FLOAT */
};

/* Read the token that begins at or behind byte AT.
 *
 *   SKEP_E_BAD_ARGS  there is none; the words name the column */
SKEP_MUST_USE skep_status skep_expr_scan(const struct skep_expr_tree *tree, size_t at,
                                         struct skep_expr_token *token_out, struct skep_error *err);

#endif
