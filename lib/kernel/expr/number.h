/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_NUMBER_H
#define SKEP_KERNEL_EXPR_NUMBER_H

#include "kernel/expr/tree.h"

/* Single elements: from arrays, into arrays, from one dtype to another. */

/* NUMBER of dtype FROM as one of dtype TO. To b1: whether it is not 0. */
union skep_expr_number skep_expr_convert(enum skep_dtype from, enum skep_dtype to,
                                         union skep_expr_number number);

/* Element AT (counted from view->data) of a var, in the dtype in which it is computed. */
union skep_expr_number skep_expr_load(const struct skep_view *view, int64_t at);

/* Write NUMBER as element AT of an array of DTYPE. */
void skep_expr_store(enum skep_dtype dtype, union skep_expr_number number, void *out, int64_t at);

#endif
