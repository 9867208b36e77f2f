/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_PARSE_H
#define SKEP_KERNEL_EXPR_PARSE_H

#include "kernel/expr/tree.h"

/* Read TREE's text into its nodes. The caller has set text, length, vars and room for max_nodes nodes: one
 * for each byte of the text is enough. Types are not set.
 *
 * Python's grammar of arithmetic, without what makes no sense for arrays (and, or, not, if, chained
 * comparisons, attributes, indices): each of these is refused with what to write instead.
 *
 *   SKEP_E_BAD_ARGS  not an expression, and the words name the column; or too long or nested too deep: no
 *                    other attempt and no other machine would read it */
SKEP_MUST_USE skep_status skep_expr_parse(struct skep_expr_tree *tree, struct skep_error *err);

#endif
