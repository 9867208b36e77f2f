/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_CHECK_H
#define SKEP_KERNEL_EXPR_CHECK_H

#include "kernel/expr/tree.h"

/* Give every node of a parsed tree its dtypes, and compute those whose operands are all constants.
 *
 * Two arrays meet in the dtype that NumPy has for them. A number of the text, or among the vars, is weak: it
 * takes the dtype of the array that it meets unless its kind is higher (a whole number makes b1 i8, a float
 * makes b1, i4 and i8 f8), and is refused if it does not fit. Numbers among themselves go by Python's rules:
 * whole numbers that leave 64 bits and divisions by 0 are refused. An array without axes is a constant of its
 * dtype.
 *
 * A POWER whose exponent is a constant becomes PRODUCT or SQRT where scalar.h has it so.
 *
 *   SKEP_E_BAD_ARGS  an operation that its operands do not have; the words name the column */
SKEP_MUST_USE skep_status skep_expr_check(struct skep_expr_tree *tree, struct skep_error *err);

#endif
