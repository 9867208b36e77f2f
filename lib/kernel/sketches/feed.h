/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_SKETCHES_FEED_H
#define SKEP_KERNEL_SKETCHES_FEED_H

#include "kernel/kernel.h"
#include "kernel/sketches/hash.h"

/* All elements of an array to a sketch, as blocks of hashes, in whatever order suits the memory. */
enum { SKEP_FEED_BLOCK = 512 };

/* Take N hashes, SKEP_FEED_BLOCK at most. */
typedef skep_status (*skep_feed_take)(void *context, const uint64_t *hashes, int64_t n);

/* SKEP_STOPPED, or what TAKE says. Stop is looked at once a block. */
SKEP_MUST_USE skep_status skep_feed(const struct skep_call *call, const struct skep_hash_functions *hash,
                                    const struct skep_view *x, skep_feed_take take, void *context);

/* The same in C order, for what must know which element a hash belongs to. */
SKEP_MUST_USE skep_status skep_feed_in_order(const struct skep_call *call,
                                             const struct skep_hash_functions *hash,
                                             const struct skep_view *x, skep_feed_take take, void *context);

/* The plain variant: one hash after the other, in C order. */
SKEP_MUST_USE skep_status skep_feed_plain(const struct skep_call *call, const struct skep_view *x,
                                          skep_feed_take take, void *context);

/* The elements of an argument that may be absent, by either. */
SKEP_MUST_USE skep_status skep_feed_arg(const struct skep_call *call, const struct skep_arg *arg,
                                        bool is_plain, skep_feed_take take, void *context);

#endif
