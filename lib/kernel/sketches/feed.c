/* SPDX-License-Identifier: MIT */
#include "kernel/sketches/feed.h"

#include <string.h>

#include "kernel/arrays/walk.h"

#define COPY(type)                                                                                           \
    do {                                                                                                     \
        const char *from = (const char *)view->data + at * (int64_t)sizeof(type);                            \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            memcpy((type *)out + i, from + i * stride * (int64_t)sizeof(type), sizeof(type));                \
        }                                                                                                    \
    } while (0)

/* N elements from AT on, STRIDE apart, one behind the other. */
static void feed_copy(const struct skep_view *view, int64_t at, int64_t stride, int64_t n, void *out)
{
    switch (skep_dtype_size(view->dtype)) {
    case 1:
        COPY(uint8_t);
        break;
    case 2:
        COPY(uint16_t);
        break;
    case 4:
        COPY(uint32_t);
        break;
    default:
        COPY(uint64_t);
        break;
    }
}

/* A run of LENGTH elements from AT on. */
static skep_status feed_run(const struct skep_call *call, const struct skep_hash_functions *hash,
                            const struct skep_walk *walk, skep_feed_take take, void *context)
{
    const struct skep_view *view = walk->view;
    size_t size = skep_dtype_size(view->dtype);
    uint64_t copied[SKEP_FEED_BLOCK];
    uint64_t hashes[SKEP_FEED_BLOCK];
    skep_status st = SKEP_OK;

    for (int64_t k = 0; k < walk->length && st == SKEP_OK; k += SKEP_FEED_BLOCK) {
        int64_t n = walk->length - k < SKEP_FEED_BLOCK ? walk->length - k : SKEP_FEED_BLOCK;
        int64_t at = walk->at + k * walk->stride;
        const void *block = (const char *)view->data + at * (int64_t)size;

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (walk->stride != 1) {
            feed_copy(view, at, walk->stride, n, copied);
            block = copied;
        }
        skep_hash_run(hash, view->dtype, block, n, hashes);
        st = take(context, hashes, n);
    }
    return st;
}

/* The longest axis makes the fewest runs. */
static int feed_axis(const struct skep_view *view)
{
    int longest = 0;

    for (int i = 1; i < view->ndim; i++) {
        if (view->shape[i] >= view->shape[longest]) {
            longest = i;
        }
    }
    return longest;
}

static skep_status feed_along(const struct skep_call *call, const struct skep_hash_functions *hash,
                              const struct skep_view *x, int axis, skep_feed_take take, void *context)
{
    struct skep_view flat;
    struct skep_walk walk;
    skep_status st = skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;

    if (skep_view_is_contiguous(x)) {
        int64_t count = skep_view_count(x);
        skep_view_init(&flat, x->data, x->dtype, 1, &count);
        x = &flat;
        axis = 0;
    }
    skep_walk_init(&walk, x, axis);
    if (skep_view_count(x) == 0) {
        return st;
    }
    while (st == SKEP_OK) {
        st = feed_run(call, hash, &walk, take, context);
        if (!skep_walk_step(&walk)) {
            break;
        }
    }
    return st;
}

skep_status skep_feed(const struct skep_call *call, const struct skep_hash_functions *hash,
                      const struct skep_view *x, skep_feed_take take, void *context)
{
    return feed_along(call, hash, x, feed_axis(x), take, context);
}

skep_status skep_feed_in_order(const struct skep_call *call, const struct skep_hash_functions *hash,
                               const struct skep_view *x, skep_feed_take take, void *context)
{
    return feed_along(call, hash, x, x->ndim - 1, take, context);
}

skep_status skep_feed_plain(const struct skep_call *call, const struct skep_view *x, skep_feed_take take,
                            void *context)
{
    struct skep_walk walk;
    skep_status st = skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;

    skep_walk_init(&walk, x, x->ndim - 1);
    if (skep_view_count(x) == 0) {
        return st;
    }
    while (st == SKEP_OK) {
        for (int64_t i = 0; i < walk.length && st == SKEP_OK; i++) {
            uint64_t hash = skep_hash_element(x, walk.at + i * walk.stride);
            st = skep_call_is_stopped(call) ? SKEP_STOPPED : take(context, &hash, 1);
        }
        if (!skep_walk_step(&walk)) {
            break;
        }
    }
    return st;
}

skep_status skep_feed_arg(const struct skep_call *call, const struct skep_arg *arg, bool is_plain,
                          skep_feed_take take, void *context)
{
    if (!arg->is_given) {
        return skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;
    }
    return is_plain ? skep_feed_plain(call, &arg->view, take, context)
                    : skep_feed(call, skep_hash_at(skep_cpu_level()), &arg->view, take, context);
}
