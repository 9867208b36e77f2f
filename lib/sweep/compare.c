/* SPDX-License-Identifier: MIT */
#include "sweep/compare.h"

#include <math.h>
#include <string.h>

/* One element. Integers keep all their bits beside the double that they become. */
struct element {
    double real;
    bool is_integer, is_negative;
    uint64_t magnitude;
};

static struct element element_get(const struct skep_view *view, int64_t at)
{
    struct element element = {.real = skep_view_get_f8(view, at)};

    element.is_integer = skep_dtype_kind(view->dtype) != 'f';
    element.is_negative = element.real < 0;
    if (element.is_integer) {
        uint64_t bits = (uint64_t)skep_view_get_i8(view, at);
        element.magnitude = element.is_negative ? 0 - bits : bits;
    }
    return element;
}

/* |A - B|, exact where both are integers of one sign. */
static double element_distance(const struct element *a, const struct element *b)
{
    if (a->is_integer && b->is_integer && a->is_negative == b->is_negative) {
        return (double)(a->magnitude > b->magnitude ? a->magnitude - b->magnitude
                                                    : b->magnitude - a->magnitude);
    }
    if (isnan(a->real) || isnan(b->real)) {
        return INFINITY;
    }
    return fabs(a->real - b->real);
}

/* Whether an integer and a real are one number: not if rounding made them so. */
static bool element_is_real(const struct element *integer, double real)
{
    double size = fabs(real);

    return integer->real == real && size < 0x1p64 && (uint64_t)size == integer->magnitude;
}

static bool element_is_equal(const struct element *a, const struct element *b)
{
    if (a->is_integer && b->is_integer) {
        return a->is_negative == b->is_negative && a->magnitude == b->magnitude;
    }
    if (a->is_integer || b->is_integer) {
        return a->is_integer ? element_is_real(a, b->real) : element_is_real(b, a->real);
    }
    return a->real == b->real || (isnan(a->real) && isnan(b->real));
}

static void compare_note(struct skep_comparison *out, const struct element *a, const struct element *b,
                         const int64_t *at, int ndim)
{
    double distance = element_distance(a, b);
    double size = fmax(fabs(a->real), fabs(b->real));
    double relative = isinf(distance) || isinf(size) ? INFINITY : distance / size;

    if (out->n_different++ == 0) {
        out->first = out->n;
        out->first_a = a->real;
        out->first_b = b->real;
        memcpy(out->first_at, at, (size_t)ndim * sizeof at[0]);
    }
    out->max_abs = distance > out->max_abs ? distance : out->max_abs;
    out->max_rel = relative > out->max_rel ? relative : out->max_rel;
}

/* The next place in C order and its elements' offsets. */
static void compare_step(const struct skep_view *a, const struct skep_view *b, int64_t *at, int64_t *at_a,
                         int64_t *at_b)
{
    for (int d = a->ndim - 1; d >= 0; d--) {
        *at_a += a->strides[d];
        *at_b += b->strides[d];
        if (++at[d] < a->shape[d]) {
            return;
        }
        *at_a -= at[d] * a->strides[d];
        *at_b -= at[d] * b->strides[d];
        at[d] = 0;
    }
}

void skep_compare(const struct skep_view *a, const struct skep_view *b, struct skep_comparison *out)
{
    int64_t at[SKEP_MAX_DIMS] = {0};
    int64_t at_a = 0;
    int64_t at_b = 0;
    int64_t n = skep_view_count(a);

    *out = (struct skep_comparison){.first = -1};
    out->has_same_shape =
        a->ndim == b->ndim && memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0;
    for (out->n = 0; out->has_same_shape && out->n < n; out->n++) {
        struct element of_a = element_get(a, at_a);
        struct element of_b = element_get(b, at_b);
        if (!element_is_equal(&of_a, &of_b)) {
            compare_note(out, &of_a, &of_b, at, a->ndim);
        }
        compare_step(a, b, at, &at_a, &at_b);
    }
}
