/* SPDX-License-Identifier: MIT */
#include "kernel/expr/window.h"

#include <string.h>

#include "kernel/expr/tree.h"

void skep_expr_window_init(struct skep_expr_window *window, const struct skep_view *view, int ndim,
                           const int64_t *shape)
{
    int missing = ndim - view->ndim; /* axes that the view does not have: the first ones */

    window->data = view->data;
    window->stored = (uint8_t)view->dtype;
    window->dtype = (uint8_t)skep_expr_dtype_of(view->dtype);
    window->n_axes = 0;
    for (int i = 0; i < ndim; i++) {
        int own = i - missing;
        int64_t stride = own < 0 || view->shape[own] == 1 ? 0 : view->strides[own];
        int last = window->n_axes - 1;

        if (shape[i] == 1) {
            continue;
        }
        if (last >= 0 && window->strides[last] == stride * shape[i]) {
            window->shape[last] *= shape[i];
            window->strides[last] = stride;
            continue;
        }
        window->shape[window->n_axes] = shape[i];
        window->strides[window->n_axes++] = stride;
    }
    window->is_direct = view->dtype != SKEP_B1 && window->stored == window->dtype &&
                        (window->n_axes == 0 || (window->n_axes == 1 && window->strides[0] == 1));
}

/* Split FIRST into an index of each axis. Returns where that element lies. */
static int64_t window_index(const struct skep_expr_window *window, int64_t first, int64_t *index)
{
    int64_t at = 0;

    for (int i = window->n_axes - 1; i >= 0; i--) {
        index[i] = first % window->shape[i];
        first /= window->shape[i];
        at += index[i] * window->strides[i];
    }
    return at;
}

int64_t skep_expr_window_locate(const struct skep_expr_window *window, int64_t first)
{
    int64_t index[SKEP_MAX_DIMS];

    return window_index(window, first, index);
}

#define COPY_RUN(from_type, to_type, value)                                                                  \
    do {                                                                                                     \
        const from_type *x = (const from_type *)window->data + at;                                           \
        to_type *to = out;                                                                                   \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            to[i] = (value);                                                                                 \
        }                                                                                                    \
    } while (0)

/* N elements from element AT on, STRIDE apart. */
static void copy_run(const struct skep_expr_window *window, int64_t at, int64_t stride, int64_t n, void *out)
{
    size_t size = skep_dtype_size((enum skep_dtype)window->stored);

    if (stride == 1 && window->stored == window->dtype && window->stored != SKEP_B1) {
        memcpy(out, (const char *)window->data + at * (int64_t)size, (size_t)n * size);
        return;
    }
    switch (window->stored) {
    case SKEP_B1: /* a file may hold other bytes than 0 and 1 */
        COPY_RUN(uint8_t, uint8_t, x[i * stride] != 0);
        break;
    case SKEP_I1:
        COPY_RUN(int8_t, int32_t, x[i * stride]);
        break;
    case SKEP_I2:
        COPY_RUN(int16_t, int32_t, x[i * stride]);
        break;
    case SKEP_U1:
        COPY_RUN(uint8_t, int32_t, x[i * stride]);
        break;
    case SKEP_U2:
        COPY_RUN(uint16_t, int32_t, x[i * stride]);
        break;
    case SKEP_U4:
        COPY_RUN(uint32_t, int64_t, x[i * stride]);
        break;
    case SKEP_I4:
        COPY_RUN(int32_t, int32_t, x[i * stride]);
        break;
    case SKEP_F4:
        COPY_RUN(float, float, x[i * stride]);
        break;
    case SKEP_I8:
        COPY_RUN(int64_t, int64_t, x[i * stride]);
        break;
    default:
        COPY_RUN(double, double, x[i * stride]);
        break;
    }
}

/* The index of the run behind the one that is done, which reached the end of the last axis. */
static int64_t next_run(const struct skep_expr_window *window, int64_t at, int64_t *index)
{
    int last = window->n_axes - 1;

    at -= index[last] * window->strides[last];
    index[last] = 0;
    for (int i = last - 1; i >= 0; i--) {
        at += window->strides[i];
        if (++index[i] < window->shape[i]) {
            break;
        }
        at -= window->strides[i] * window->shape[i];
        index[i] = 0;
    }
    return at;
}

static void pad(void *out, size_t size, int64_t n, int64_t n_padded)
{
    char *to = (char *)out + n * (int64_t)size;

    for (int64_t i = n; i < n_padded; i++, to += size) {
        memcpy(to, to - size, size);
    }
}

void skep_expr_window_read(const struct skep_expr_window *window, int64_t first, int64_t n, int64_t n_padded,
                           void *out)
{
    int64_t index[SKEP_MAX_DIMS];
    int64_t at = window_index(window, first, index);
    int last = window->n_axes - 1;
    int64_t size = (int64_t)skep_dtype_size((enum skep_dtype)window->dtype);

    for (int64_t done = 0; done < n;) {
        int64_t room = last < 0 ? 1 : window->shape[last] - index[last];
        int64_t run = n - done < room ? n - done : room;

        copy_run(window, at, last < 0 ? 1 : window->strides[last], run, (char *)out + done * size);
        done += run;
        if (done < n) {
            at = next_run(window, at, index);
        }
    }
    pad(out, (size_t)size, n, n_padded);
}
