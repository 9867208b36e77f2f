/* SPDX-License-Identifier: MIT */
#include "kernel/expr/scalar.h"

#include <math.h>

static bool is_float(enum skep_dtype dtype)
{
    return dtype == SKEP_F4 || dtype == SKEP_F8;
}

/* ---- whole numbers ---- */

int64_t skep_expr_whole_power(int64_t x, int64_t exponent)
{
    uint64_t square = (uint64_t)x;
    uint64_t power = 1;

    if (exponent < 0) {
        return 0;
    }
    for (; exponent > 0; exponent >>= 1) {
        power = (exponent & 1) != 0 ? power * square : power;
        square *= square;
    }
    return (int64_t)power;
}

static int64_t apply_whole(enum skep_expr_op op, int64_t x, int64_t y)
{
    switch (op) {
    case SKEP_EXPR_ADD:
        return (int64_t)((uint64_t)x + (uint64_t)y);
    case SKEP_EXPR_SUBTRACT:
        return (int64_t)((uint64_t)x - (uint64_t)y);
    case SKEP_EXPR_MULTIPLY:
        return (int64_t)((uint64_t)x * (uint64_t)y);
    case SKEP_EXPR_FLOOR_DIVIDE:
        return skep_expr_floor_divide(x, y);
    case SKEP_EXPR_REMAINDER:
        return skep_expr_floor_remainder(x, y);
    case SKEP_EXPR_POWER:
    case SKEP_EXPR_PRODUCT:
        return skep_expr_whole_power(x, y);
    case SKEP_EXPR_AND:
        return x & y;
    case SKEP_EXPR_OR:
        return x | y;
    case SKEP_EXPR_XOR:
        return x ^ y;
    case SKEP_EXPR_INVERT:
        return ~x;
    case SKEP_EXPR_NEGATE:
        return (int64_t)(0 - (uint64_t)x);
    case SKEP_EXPR_ABS:
        return x < 0 ? (int64_t)(0 - (uint64_t)x) : x;
    case SKEP_EXPR_MINIMUM:
        return x < y ? x : y;
    case SKEP_EXPR_MAXIMUM:
        return x > y ? x : y;
    case SKEP_EXPR_LESS:
        return x < y;
    case SKEP_EXPR_LESS_EQUAL:
        return x <= y;
    case SKEP_EXPR_GREATER:
        return x > y;
    case SKEP_EXPR_GREATER_EQUAL:
        return x >= y;
    case SKEP_EXPR_EQUAL:
        return x == y;
    case SKEP_EXPR_NOT_EQUAL:
        return x != y;
    default: /* PLUS */
        return x;
    }
}

/* 0 and 1 as truth: + is or, * is and. */
static int64_t apply_bool(enum skep_expr_op op, int64_t x, int64_t y)
{
    switch (op) {
    case SKEP_EXPR_ADD:
        return x | y;
    case SKEP_EXPR_INVERT:
        return !x;
    default:
        return apply_whole(op, x, y);
    }
}

/* ---- floats ---- */

double skep_expr_float_floor_divide(double x, double y)
{
    double rest = fmod(x, y); /* exact */
    double quotient;
    double whole;

    if (y == 0) {
        return x / y;
    }
    quotient = (x - rest) / y; /* whole but for rounding */
    if (rest != 0 && (rest < 0) != (y < 0)) {
        quotient -= 1.0;
    }
    if (quotient == 0) {
        return copysign(0.0, x / y);
    }
    whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

double skep_expr_float_remainder(double x, double y)
{
    double rest = fmod(x, y);

    if (rest == 0) {
        return copysign(0.0, y);
    }
    return (rest < 0) != (y < 0) ? rest + y : rest; /* a NaN passes */
}

/* IEEE 754-2019 minimum and maximum: NaN passes, and -0 lies below +0. */
static double minimum(double x, double y)
{
    if (x == y) {
        return signbit(x) ? x : y;
    }
    return isnan(x) || x < y ? x : y;
}

static double maximum(double x, double y)
{
    if (x == y) {
        return signbit(x) ? y : x;
    }
    return isnan(x) || x > y ? x : y;
}

static double product(double x, int k)
{
    unsigned digits = (unsigned)(k < 0 ? -k : k);
    double square = x;
    double value = 1.0;

    for (bool is_first = true; digits != 0; digits >>= 1) {
        if ((digits & 1) != 0) {
            value = is_first ? square : value * square;
            is_first = false;
        }
        square *= square;
    }
    return k < 0 ? 1.0 / value : value;
}

skep_map_f8 skep_expr_map(const struct skep_vmath *vmath, enum skep_expr_op op)
{
    switch (op) {
    case SKEP_EXPR_EXP:
        return vmath->exp;
    case SKEP_EXPR_EXPM1:
        return vmath->expm1;
    case SKEP_EXPR_LOG:
        return vmath->log;
    case SKEP_EXPR_LOG1P:
        return vmath->log1p;
    case SKEP_EXPR_LOG2:
        return vmath->log2;
    case SKEP_EXPR_LOG10:
        return vmath->log10;
    case SKEP_EXPR_SIN:
        return vmath->sin;
    case SKEP_EXPR_COS:
        return vmath->cos;
    case SKEP_EXPR_TAN:
        return vmath->tan;
    case SKEP_EXPR_ARCSIN:
        return vmath->arcsin;
    case SKEP_EXPR_ARCCOS:
        return vmath->arccos;
    case SKEP_EXPR_ARCTAN:
        return vmath->arctan;
    case SKEP_EXPR_SINH:
        return vmath->sinh;
    case SKEP_EXPR_COSH:
        return vmath->cosh;
    case SKEP_EXPR_TANH:
        return vmath->tanh;
    default:
        return NULL;
    }
}

skep_map2_f8 skep_expr_map2(const struct skep_vmath *vmath, enum skep_expr_op op)
{
    return op == SKEP_EXPR_POWER ? vmath->pow : op == SKEP_EXPR_ARCTAN2 ? vmath->arctan2 : NULL;
}

/* Those that give a float. */
static double apply_float(enum skep_expr_op op, double x, double y)
{
    const struct skep_vmath *vmath = skep_vmath_at(SKEP_CPU_PLAIN);
    double value;

    switch (op) {
    case SKEP_EXPR_ADD:
        return x + y;
    case SKEP_EXPR_SUBTRACT:
        return x - y;
    case SKEP_EXPR_MULTIPLY:
        return x * y;
    case SKEP_EXPR_DIVIDE:
        return x / y;
    case SKEP_EXPR_FLOOR_DIVIDE:
        return skep_expr_float_floor_divide(x, y);
    case SKEP_EXPR_REMAINDER:
        return skep_expr_float_remainder(x, y);
    case SKEP_EXPR_PRODUCT:
        return product(x, (int)y);
    case SKEP_EXPR_NEGATE:
        return -x;
    case SKEP_EXPR_ABS:
        return fabs(x);
    case SKEP_EXPR_MINIMUM:
        return minimum(x, y);
    case SKEP_EXPR_MAXIMUM:
        return maximum(x, y);
    case SKEP_EXPR_SQRT:
        return sqrt(x);
    case SKEP_EXPR_FLOOR:
        return floor(x);
    case SKEP_EXPR_CEIL:
        return ceil(x);
    case SKEP_EXPR_RINT:
        return rint(x);
    case SKEP_EXPR_POWER:
    case SKEP_EXPR_ARCTAN2:
        skep_expr_map2(vmath, op)(&x, &y, &value, 1);
        return value;
    case SKEP_EXPR_PLUS:
        return x;
    default:
        skep_expr_map(vmath, op)(&x, &value, 1);
        return value;
    }
}

static bool compare_floats(enum skep_expr_op op, double x, double y)
{
    switch (op) {
    case SKEP_EXPR_LESS:
        return x < y;
    case SKEP_EXPR_LESS_EQUAL:
        return x <= y;
    case SKEP_EXPR_GREATER:
        return x > y;
    case SKEP_EXPR_GREATER_EQUAL:
        return x >= y;
    case SKEP_EXPR_EQUAL:
        return x == y;
    default:
        return x != y;
    }
}

/* ---- all of them ---- */

union skep_expr_number skep_expr_apply(enum skep_expr_op op, enum skep_dtype work,
                                       const union skep_expr_number *x)
{
    union skep_expr_number value;
    bool is_binary = skep_expr_ops[op].operands == 2;

    if (op == SKEP_EXPR_WHERE) {
        return x[0].i8 != 0 ? x[1] : x[2];
    }
    if (!is_float(work)) {
        int64_t y = is_binary ? x[1].i8 : 0;
        value.i8 = work == SKEP_B1 ? apply_bool(op, x[0].i8, y) : apply_whole(op, x[0].i8, y);
        if (work == SKEP_I4) {
            value.i8 = (int32_t)(uint32_t)value.i8;
        }
        return value;
    }
    if (skep_expr_ops[op].rule == SKEP_EXPR_RULE_COMPARE) {
        value.i8 = compare_floats(op, x[0].f8, x[1].f8);
        return value;
    }
    value.f8 = apply_float(op, x[0].f8, is_binary ? x[1].f8 : 0.0);
    if (work == SKEP_F4) {
        value.f8 = (double)(float)value.f8;
    }
    return value;
}

bool skep_expr_is_defined(enum skep_expr_op op, enum skep_dtype work, const union skep_expr_number *x)
{
    if (is_float(work)) {
        return true;
    }
    if (op == SKEP_EXPR_FLOOR_DIVIDE || op == SKEP_EXPR_REMAINDER) {
        return x[1].i8 != 0;
    }
    return op != SKEP_EXPR_POWER || x[1].i8 >= 0;
}

const char *skep_expr_undefined_words(enum skep_expr_op op)
{
    return op == SKEP_EXPR_POWER ? "a whole number to a negative power; make one of them a float"
                                 : "a whole number divided by 0; guard it, as in a // where(b == 0, 1, b)";
}
