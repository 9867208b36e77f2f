/* SPDX-License-Identifier: MIT */
/* An array reference, whatever it is, is refused or understood, and what a slice leaves of an array lies
 * within it. The first byte of the input picks the array. */
#include <stdint.h>
#include <stdlib.h>

#include "npy/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

static void pick_array(uint8_t pick, struct skep_view *whole)
{
    static const int64_t shapes[][4] = {{10, 0, 0, 0},        {3, 4, 0, 0}, {2, 3, 4, 5}, {0, 3, 0, 0},
                                        {INT64_MAX, 0, 0, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}};
    static const int ndims[] = {1, 2, 4, 2, 1, 4, 0};

    skep_view_init(whole, NULL, SKEP_U1, ndims[pick % 7], shapes[pick % 7]);
    if (pick & 0x80) {
        for (int i = 0; i < whole->ndim; i++) { /* column-major */
            whole->strides[i] =
                i == 0 ? 1 : whole->strides[i - 1] * (whole->shape[i - 1] > 0 ? whole->shape[i - 1] : 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_view whole, view;
    struct skep_slice slice;
    struct skep_error err = {0};
    int64_t at, first, last;
    size_t path_n;

    if (size == 0) {
        return 0;
    }
    pick_array(data[0], &whole);
    if (skep_ref_parse((const char *)data + 1, size - 1, &path_n, &slice, &err) != SKEP_OK) {
        need(err.status == SKEP_E_BAD_ARGS && err.text[0] != '\0');
        return 0;
    }
    need(path_n <= size - 1 && slice.n >= 0 && slice.n <= SKEP_MAX_DIMS + 1);
    if (skep_slice_locate(&slice, &whole, &view, &at, &err) != SKEP_OK) {
        need(err.status == SKEP_E_BAD_ARGS && err.text[0] != '\0');
        return 0;
    }
    need(view.ndim <= whole.ndim);
    if (skep_view_count(&view) == 0) {
        need(at == 0);
        return 0;
    }
    first = last = at;
    for (int i = 0; i < view.ndim; i++) {
        int64_t reach;
        need(!__builtin_mul_overflow(view.shape[i] - 1, view.strides[i], &reach));
        *(reach < 0 ? &first : &last) += reach;
    }
    need(first >= 0 && last < skep_view_count(&whole));
    return 0;
}
