/* SPDX-License-Identifier: MIT */
#include "sweep/window.h"

enum { WINDOW_BYTES = 256 << 10 };

void skep_window_init(struct skep_window *window)
{
    *window = (struct skep_window){0};
    skep_buf_init(&window->bytes, (size_t)PTRDIFF_MAX / 2);
}

void skep_window_release(struct skep_window *window)
{
    skep_buf_release(&window->bytes);
}

void skep_window_move(struct skep_window *window, const struct skep_array *array)
{
    window->array = array;
    window->n = 0;
    window->next = -1;
}

/* One that follows the last is read with those behind it, for they will probably be asked for, too. */
static int64_t window_size(const struct skep_window *window, int64_t slice)
{
    int64_t fits = WINDOW_BYTES / (window->array->slice_bytes > 0 ? window->array->slice_bytes : 1);
    int64_t left = window->array->n_slices - slice;

    if (slice != window->next || fits < 1) {
        return 1;
    }
    return fits < left ? fits : left;
}

skep_status skep_window_get(struct skep_window *window, int64_t slice, const void **bytes_out,
                            struct skep_error *err)
{
    const size_t slice_bytes = (size_t)window->array->slice_bytes;
    skep_status st = SKEP_OK;

    if (slice < window->first || slice >= window->first + window->n) {
        int64_t n = window_size(window, slice);
        window->n = 0;
        skep_buf_reset(&window->bytes);
        if (skep_buf_reserve(&window->bytes, (size_t)n * slice_bytes) == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for a slice of %zu bytes", slice_bytes);
        }
        st = skep_array_read(window->array, slice, n, window->bytes.bytes, err);
        if (st != SKEP_OK) {
            return st;
        }
        window->first = slice;
        window->n = n;
    }
    window->next = slice + 1;
    *bytes_out = window->bytes.bytes + (size_t)(slice - window->first) * slice_bytes;
    return st;
}
