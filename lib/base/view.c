/* SPDX-License-Identifier: MIT */
#include "base/view.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct dtype_row {
    const char *name;
    char kind;
    unsigned char size;
};

#define DTYPE_ROW(name, text, kind, bytes) [SKEP_##name] = {text, kind, bytes},
static const struct dtype_row dtype_rows[SKEP_DTYPE_COUNT] = {[SKEP_DTYPE_NONE] = {"none", '\0', 0},
                                                              SKEP_DTYPE_MAP(DTYPE_ROW)};
#undef DTYPE_ROW

static const struct dtype_row *dtype_row(enum skep_dtype dtype)
{
    return &dtype_rows[(unsigned)dtype < SKEP_DTYPE_COUNT ? dtype : SKEP_DTYPE_NONE];
}

const char *skep_dtype_name(enum skep_dtype dtype)
{
    return dtype_row(dtype)->name;
}

size_t skep_dtype_size(enum skep_dtype dtype)
{
    return dtype_row(dtype)->size;
}

char skep_dtype_kind(enum skep_dtype dtype)
{
    return dtype_row(dtype)->kind;
}

enum skep_dtype skep_dtype_parse(const char *name)
{
    for (int i = SKEP_DTYPE_NONE + 1; i < SKEP_DTYPE_COUNT; i++) {
        if (strcmp(dtype_rows[i].name, name) == 0) {
            return (enum skep_dtype)i;
        }
    }
    return SKEP_DTYPE_NONE;
}

/* Bits of magnitude that an element can use: all integers below 2^bits are exact. */
static int dtype_bits(enum skep_dtype dtype)
{
    int size = (int)skep_dtype_size(dtype);

    switch (skep_dtype_kind(dtype)) {
    case 'b':
        return 1;
    case 'u':
        return 8 * size;
    case 'i':
        return 8 * size - 1;
    default:
        return size == 4 ? 24 : 53;
    }
}

bool skep_dtype_is_lossless(enum skep_dtype from, enum skep_dtype to)
{
    char from_kind = skep_dtype_kind(from);
    char to_kind = skep_dtype_kind(to);

    if (from_kind == '\0' || to_kind == '\0') {
        return false;
    }
    if (from == to) {
        return true;
    }
    if (to_kind == 'b' || (from_kind == 'f' && to_kind != 'f') || (from_kind == 'i' && to_kind == 'u')) {
        return false;
    }
    return dtype_bits(from) <= dtype_bits(to);
}

bool skep_dtype_fits(enum skep_dtype from, enum skep_dtype to)
{
    return skep_dtype_is_lossless(from, to) || (skep_dtype_kind(from) != '\0' && skep_dtype_kind(to) == 'f');
}

int64_t skep_shape_count(int ndim, const int64_t *shape)
{
    int64_t count = 1;
    bool is_empty = false;

    for (int i = 0; i < ndim; i++) {
        if (shape[i] < 0) {
            return -1;
        }
        if (shape[i] == 0) {
            is_empty = true;
        } else if (__builtin_mul_overflow(count, shape[i], &count)) {
            return -1;
        }
    }
    return is_empty ? 0 : count;
}

void skep_view_init(struct skep_view *view, const void *data, enum skep_dtype dtype, int ndim,
                    const int64_t *shape)
{
    int64_t stride = 1;

    view->data = data;
    view->dtype = dtype;
    view->ndim = ndim;
    for (int i = ndim - 1; i >= 0; i--) {
        view->shape[i] = shape[i];
        view->strides[i] = stride;
        stride *= shape[i] > 0 ? shape[i] : 1;
    }
}

int64_t skep_view_count(const struct skep_view *view)
{
    return skep_shape_count(view->ndim, view->shape);
}

bool skep_view_is_contiguous(const struct skep_view *view)
{
    int64_t stride = 1;

    for (int i = view->ndim - 1; i >= 0; i--) {
        if (view->shape[i] == 0) {
            return true;
        }
        if (view->shape[i] != 1 && view->strides[i] != stride) {
            return false;
        }
        stride *= view->shape[i];
    }
    return true;
}

int64_t skep_view_get_i8(const struct skep_view *view, int64_t at)
{
    switch (view->dtype) {
    case SKEP_B1:
        return ((const uint8_t *)view->data)[at] != 0;
    case SKEP_I1:
        return ((const int8_t *)view->data)[at];
    case SKEP_I2:
        return ((const int16_t *)view->data)[at];
    case SKEP_I4:
        return ((const int32_t *)view->data)[at];
    case SKEP_U1:
        return ((const uint8_t *)view->data)[at];
    case SKEP_U2:
        return ((const uint16_t *)view->data)[at];
    case SKEP_U4:
        return ((const uint32_t *)view->data)[at];
    case SKEP_I8:
    case SKEP_U8:
        return ((const int64_t *)view->data)[at];
    default:
        return 0;
    }
}

double skep_view_get_f8(const struct skep_view *view, int64_t at)
{
    switch (view->dtype) {
    case SKEP_B1:
        return ((const uint8_t *)view->data)[at] != 0 ? 1.0 : 0.0;
    case SKEP_I1:
        return (double)((const int8_t *)view->data)[at];
    case SKEP_I2:
        return (double)((const int16_t *)view->data)[at];
    case SKEP_I4:
        return (double)((const int32_t *)view->data)[at];
    case SKEP_I8:
        return (double)((const int64_t *)view->data)[at];
    case SKEP_U1:
        return (double)((const uint8_t *)view->data)[at];
    case SKEP_U2:
        return (double)((const uint16_t *)view->data)[at];
    case SKEP_U4:
        return (double)((const uint32_t *)view->data)[at];
    case SKEP_U8:
        return (double)((const uint64_t *)view->data)[at];
    case SKEP_F4:
        return (double)((const float *)view->data)[at];
    case SKEP_F8:
        return ((const double *)view->data)[at];
    default:
        return 0.0;
    }
}

/* Step an index through a shape in C order, moving the element offset along. False after the last one. The
 * innermost AXES axes are left out: the caller walks them itself. */
static bool view_step(const struct skep_view *view, int axes, int64_t *index, int64_t *at)
{
    for (int i = view->ndim - 1 - axes; i >= 0; i--) {
        *at += view->strides[i];
        if (++index[i] < view->shape[i]) {
            return true;
        }
        *at -= view->strides[i] * view->shape[i];
        index[i] = 0;
    }
    return false;
}

void skep_view_copy_f8(const struct skep_view *view, double *out)
{
    int64_t index[SKEP_MAX_DIMS] = {0};
    int64_t at = 0;
    int64_t inner = view->ndim > 0 ? view->shape[view->ndim - 1] : 1;
    int64_t stride = view->ndim > 0 ? view->strides[view->ndim - 1] : 1;

    if (skep_view_count(view) == 0) {
        return;
    }
    do {
        for (int64_t i = 0; i < inner; i++) {
            *out++ = skep_view_get_f8(view, at + i * stride);
        }
    } while (view_step(view, 1, index, &at));
}

void skep_view_copy(const struct skep_view *view, void *out)
{
    size_t size = skep_dtype_size(view->dtype);
    const char *data = view->data;
    char *to = out;
    int64_t index[SKEP_MAX_DIMS] = {0};
    int64_t at = 0;

    if (skep_view_count(view) == 0) {
        return;
    }
    do {
        memcpy(to, data + at * (int64_t)size, size);
        to += size;
    } while (view_step(view, 0, index, &at));
}

/* NUMBER, which TO can hold, as element AT of OUT. What fits into another dtype without loss fits into a
 * double: of i8 and u8 that dtype is their own. */
static void view_put(double number, enum skep_dtype to, int64_t at, void *out)
{
    switch (to) {
    case SKEP_I1:
        ((int8_t *)out)[at] = (int8_t)number;
        break;
    case SKEP_I2:
        ((int16_t *)out)[at] = (int16_t)number;
        break;
    case SKEP_I4:
        ((int32_t *)out)[at] = (int32_t)number;
        break;
    case SKEP_I8:
        ((int64_t *)out)[at] = (int64_t)number;
        break;
    case SKEP_U2:
        ((uint16_t *)out)[at] = (uint16_t)number;
        break;
    case SKEP_U4:
        ((uint32_t *)out)[at] = (uint32_t)number;
        break;
    case SKEP_U8:
        ((uint64_t *)out)[at] = (uint64_t)number;
        break;
    case SKEP_F4:
        ((float *)out)[at] = (float)number;
        break;
    case SKEP_F8:
        ((double *)out)[at] = number;
        break;
    default: /* b1 and u1 */
        ((uint8_t *)out)[at] = (uint8_t)number;
        break;
    }
}

void skep_view_convert(const struct skep_view *view, enum skep_dtype to, void *out)
{
    int64_t index[SKEP_MAX_DIMS] = {0};
    int64_t at = 0;
    int64_t n = 0;

    assert(skep_dtype_fits(view->dtype, to));
    if (skep_view_count(view) == 0) {
        return;
    }
    if (view->dtype == to && skep_view_is_contiguous(view)) {
        memcpy(out, view->data, (size_t)skep_view_count(view) * skep_dtype_size(to));
        return;
    }
    if (view->dtype == to) {
        skep_view_copy(view, out);
        return;
    }
    do {
        view_put(skep_view_get_f8(view, at), to, n++, out);
    } while (view_step(view, 0, index, &at));
}

const char *skep_shape_format(int ndim, const int64_t *shape, char *text, size_t size)
{
    size_t used = 0;
    int n = snprintf(text, size, "(");

    for (int i = 0; i < ndim && n >= 0 && (used += (size_t)n) < size; i++) {
        n = snprintf(text + used, size - used, i == 0 ? "%lld" : ", %lld", (long long)shape[i]);
    }
    if (n >= 0 && (used += (size_t)n) < size) {
        snprintf(text + used, size - used, ndim == 1 ? ",)" : ")");
    }
    return text;
}
