/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/extreme.h"

#include <math.h>

void skep_extreme_init(const struct skep_reduce *reduce, void *state)
{
    (void)reduce;
    *(struct skep_extreme *)state = (struct skep_extreme){.at = -1, .nan_at = -1};
}

/* ---- quickly ---- */

static int64_t find_nan(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            return i;
        }
    }
    return -1;
}

#define FIND(type)                                                                                           \
    do {                                                                                                     \
        const type *from = x;                                                                                \
        const type wanted = (type)value;                                                                     \
        while (from[i] != wanted) {                                                                          \
            i++;                                                                                             \
        }                                                                                                    \
        return i;                                                                                            \
    } while (0)

/* The first element that is VALUE: there is one. */
static int64_t find_whole(const void *x, enum skep_dtype dtype, skep_wide value)
{
    int64_t i = 0;

    switch (skep_dtype_size(dtype)) {
    case 1:
        FIND(uint8_t);
    case 2:
        FIND(uint16_t);
    case 4:
        FIND(uint32_t);
    default:
        FIND(uint64_t);
    }
}

static void note_nan(const struct skep_reduce *reduce, struct skep_extreme *extreme, const double *x,
                     int64_t n)
{
    if (!reduce->skips_nan && extreme->nan_at < 0) {
        extreme->nan_at = extreme->n + find_nan(x, n);
    }
}

/* A piece whose VALUE is further out is looked through once more, for the place. */
static void note_double(struct skep_extreme *extreme, const struct skep_reduce *reduce, const double *x,
                        int64_t n, double value)
{
    int64_t i = reduce->spans->find(x, n, value);

    if (i >= 0) { /* else: nothing but NaN */
        extreme->at = extreme->n + i;
        extreme->f8 = x[i];
    }
}

static void note_whole(struct skep_extreme *extreme, const void *x, enum skep_dtype dtype, skep_wide value)
{
    extreme->at = extreme->n + find_whole(x, dtype, value);
    extreme->whole = value;
}

#define DEFINE_ADD(name, span, is_further, whole_extreme)                                                    \
    void name(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)                       \
    {                                                                                                        \
        struct skep_extreme *extreme = state;                                                                \
                                                                                                             \
        if (reduce->dtype == SKEP_F8) {                                                                      \
            bool has_nan;                                                                                    \
            double value = reduce->spans->span(x, n, &has_nan);                                              \
            if (has_nan) {                                                                                   \
                note_nan(reduce, extreme, x, n);                                                             \
            }                                                                                                \
            if (extreme->at < 0 || value is_further extreme->f8) {                                           \
                note_double(extreme, reduce, x, n, value);                                                   \
            }                                                                                                \
        } else {                                                                                             \
            skep_wide min, max;                                                                              \
            reduce->spans->range_whole(x, reduce->dtype, n, &min, &max);                                     \
            if (extreme->at < 0 || whole_extreme is_further extreme->whole) {                                \
                note_whole(extreme, x, reduce->dtype, whole_extreme);                                        \
            }                                                                                                \
        }                                                                                                    \
        extreme->n += n;                                                                                     \
    }

DEFINE_ADD(skep_extreme_add_min, min, <, min)
DEFINE_ADD(skep_extreme_add_max, max, >, max)

/* Nobody asks for its place: it is 0, as soon as there is an element other than NaN. */
void skep_extreme_add_absmax(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    struct skep_extreme *extreme = state;

    if (reduce->dtype == SKEP_F8) {
        bool has_nan;
        double value = reduce->spans->absmax(x, n, &has_nan);
        if (has_nan) {
            note_nan(reduce, extreme, x, n);
        }
        extreme->f8 = value > extreme->f8 ? value : extreme->f8;
        if (!has_nan || value > 0.0 || reduce->spans->count_nan(x, n) < n) {
            extreme->at = 0;
        }
    } else {
        skep_wide min, max;
        reduce->spans->range_whole(x, reduce->dtype, n, &min, &max);
        max = -min > max ? -min : max;
        extreme->whole = max > extreme->whole ? max : extreme->whole;
        extreme->at = 0;
    }
    extreme->n += n;
}

/* ---- plainly ---- */

static skep_wide whole_at(const void *x, enum skep_dtype dtype, int64_t i)
{
    switch (dtype) {
    case SKEP_I1:
        return ((const int8_t *)x)[i];
    case SKEP_I2:
        return ((const int16_t *)x)[i];
    case SKEP_I4:
        return ((const int32_t *)x)[i];
    case SKEP_I8:
        return ((const int64_t *)x)[i];
    case SKEP_U1:
        return ((const uint8_t *)x)[i];
    case SKEP_U2:
        return ((const uint16_t *)x)[i];
    case SKEP_U4:
        return ((const uint32_t *)x)[i];
    default:
        return (skep_wide)((const uint64_t *)x)[i];
    }
}

#define DEFINE_PLAIN(name, f8_of, whole_of, is_further)                                                      \
    void name(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)                       \
    {                                                                                                        \
        struct skep_extreme *extreme = state;                                                                \
                                                                                                             \
        for (int64_t i = 0; i < n; i++, extreme->n++) {                                                      \
            if (reduce->dtype == SKEP_F8) {                                                                  \
                double value = f8_of(((const double *)x)[i]);                                                \
                if (isnan(value)) {                                                                          \
                    note_nan(reduce, extreme, &value, 1);                                                    \
                } else if (extreme->at < 0 || value is_further extreme->f8) {                                \
                    extreme->f8 = value;                                                                     \
                    extreme->at = extreme->n;                                                                \
                }                                                                                            \
            } else {                                                                                         \
                skep_wide value = whole_of(whole_at(x, reduce->dtype, i));                                   \
                if (extreme->at < 0 || value is_further extreme->whole) {                                    \
                    extreme->whole = value;                                                                  \
                    extreme->at = extreme->n;                                                                \
                }                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    }

#define identity(x) (x)

static skep_wide whole_magnitude(skep_wide x)
{
    return x < 0 ? -x : x;
}

DEFINE_PLAIN(skep_extreme_add_min_plain, identity, identity, <)
DEFINE_PLAIN(skep_extreme_add_max_plain, identity, identity, >)
DEFINE_PLAIN(skep_extreme_add_absmax_plain, fabs, whole_magnitude, >)

/* ---- the value ---- */

static skep_status check_any(const struct skep_extreme *extreme, struct skep_error *err)
{
    if (extreme->n == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "x: no elements, so none of them is an extreme");
    }
    return SKEP_OK;
}

/* NaN: one that goes through, or all that is left when none is skipped. */
static void read_double(const struct skep_extreme *extreme, struct skep_scalar *value_out)
{
    value_out->kind = SKEP_VALUE_F64;
    value_out->f64 = extreme->nan_at >= 0 || extreme->at < 0 ? NAN : extreme->f8;
}

skep_status skep_extreme_finish(const struct skep_reduce *reduce, void *state, struct skep_reduced *out,
                                struct skep_error *err)
{
    struct skep_extreme *extreme = state;

    switch (skep_dtype_kind(reduce->view->dtype)) {
    case 'f':
        read_double(extreme, &out->value);
        break;
    case 'b':
        out->value = (struct skep_scalar){.kind = SKEP_VALUE_BOOL, .boolean = extreme->whole != 0};
        break;
    case 'u':
        out->value = (struct skep_scalar){.kind = SKEP_VALUE_U64, .u64 = (uint64_t)extreme->whole};
        break;
    default:
        out->value = (struct skep_scalar){.kind = SKEP_VALUE_I64, .i64 = (int64_t)extreme->whole};
        break;
    }
    return check_any(extreme, err);
}

skep_status skep_extreme_finish_absmax(const struct skep_reduce *reduce, void *state,
                                       struct skep_reduced *out, struct skep_error *err)
{
    struct skep_extreme *extreme = state;

    if (reduce->dtype == SKEP_F8) {
        read_double(extreme, &out->value);
    } else {
        out->value = (struct skep_scalar){.kind = SKEP_VALUE_U64, .u64 = (uint64_t)extreme->whole};
    }
    return check_any(extreme, err);
}

skep_status skep_extreme_finish_place(const struct skep_reduce *reduce, void *state, struct skep_reduced *out,
                                      struct skep_error *err)
{
    struct skep_extreme *extreme = state;
    skep_status st = check_any(extreme, err);

    (void)reduce;
    out->value = (struct skep_scalar){.kind = SKEP_VALUE_I64, .i64 = extreme->at};
    if (extreme->nan_at >= 0) {
        out->value.i64 = extreme->nan_at;
    } else if (st == SKEP_OK && extreme->at < 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "x: all elements are NaN, so none of them is an extreme");
    }
    return st;
}
