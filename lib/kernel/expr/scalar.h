/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_SCALAR_H
#define SKEP_KERNEL_EXPR_SCALAR_H

#include "kernel/expr/number.h"
#include "kernel/math/vmath.h"

/* What each operation means, for one element: the truth that the loops are held against, and what folds
 * constants. f4 and f8 are both computed in f8, and f4 is rounded once at the end; b1, i4 and i8 are computed
 * modulo 2^64 and cut at the end. */

/* The value of OP for operands X in dtype WORK (WHERE: X[0] is b1). POWER and PRODUCT differ in floats only:
 *
 *   POWER    the function pow
 *   PRODUCT  x ** k for a whole k of -SKEP_EXPR_MAX_PRODUCT to SKEP_EXPR_MAX_PRODUCT: the product, from left
 *            to right, of those among x, x**2, x**4, x**8, x**16 that the binary digits of |k| name, each
 *            the square of the one before; for k < 0 then 1 divided by that; for k = 0 it is 1
 *
 * Whole numbers divided by 0 give 0 here, and negative powers of them 0: callers refuse those beforehand
 * (skep_expr_is_defined). */
enum { SKEP_EXPR_MAX_PRODUCT = 16 };
union skep_expr_number skep_expr_apply(enum skep_expr_op op, enum skep_dtype work,
                                       const union skep_expr_number *x);

/* Whether whole numbers may be taken so: no division by 0, no negative power. */
bool skep_expr_is_defined(enum skep_expr_op op, enum skep_dtype work, const union skep_expr_number *x);

/* The words for where it is not. */
const char *skep_expr_undefined_words(enum skep_expr_op op);

/* Python's // and % of whole numbers, rounded down; 0 for a divisor of 0; the one overflow wraps. */
static inline int64_t skep_expr_floor_divide(int64_t x, int64_t y)
{
    int64_t quotient;

    if (y == 0 || y == -1) {
        return y == 0 ? 0 : (int64_t)(0 - (uint64_t)x);
    }
    quotient = x / y;
    return quotient - ((x % y != 0) & ((x < 0) != (y < 0)));
}

static inline int64_t skep_expr_floor_remainder(int64_t x, int64_t y)
{
    int64_t rest;

    if (y == 0 || y == -1) {
        return 0;
    }
    rest = x % y;
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

/* The same for floats, as NumPy computes them (npy_divmod): the remainder is exact but for the one addition
 * that gives it the divisor's sign. */
double skep_expr_float_floor_divide(double x, double y);
double skep_expr_float_remainder(double x, double y);

int64_t skep_expr_whole_power(int64_t x, int64_t exponent); /* modulo 2^64; 0 for a negative exponent */

/* The function of vmath that OP is; NULL for the others. */
skep_map_f8 skep_expr_map(const struct skep_vmath *vmath, enum skep_expr_op op);
skep_map2_f8 skep_expr_map2(const struct skep_vmath *vmath, enum skep_expr_op op);

#endif
