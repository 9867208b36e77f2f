/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_POOL_H
#define SKEP_NPY_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "npy/file.h"

/* A fixed number of places for mappings, those in use in the order of their use. The places never move, so
 * that a signal handler can look through them. */
struct skep_npy_mapping {
    struct skep_npy_window window;  /* base is NULL in a place that is free */
    struct skep_npy_mapping *newer; /* neighbours in the order of use */
    struct skep_npy_mapping *older; /* in a free place: the next free one */
    /* For the pool's user: */
    struct skep_npy_mapping *next;
    void *owner;
    uint64_t lent_in;
    bool is_held;
};

struct skep_npy_pool {
    struct skep_npy_mapping *places;
    size_t n_places;
    size_t n_used;
    uint64_t mapped_bytes;
    struct skep_npy_mapping *first_free;
    struct skep_npy_mapping ring; /* where the order of use begins and ends */
};

/* SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_npy_pool_init(struct skep_npy_pool *pool, size_t n_places,
                                             struct skep_error *err);
void skep_npy_pool_release(struct skep_npy_pool *pool); /* unmaps what is left */

/* Put WINDOW into a free place, as the most recently used. There must be one (n_used < n_places). Takes the
 * window. */
struct skep_npy_mapping *skep_npy_pool_put(struct skep_npy_pool *pool, const struct skep_npy_window *window);

void skep_npy_pool_touch(struct skep_npy_pool *pool, struct skep_npy_mapping *mapping);  /* used just now */
void skep_npy_pool_remove(struct skep_npy_pool *pool, struct skep_npy_mapping *mapping); /* unmapped, free */
struct skep_npy_mapping *skep_npy_pool_oldest(const struct skep_npy_pool *pool); /* NULL: none in use */

/* The mapping in which or in whose guards ADDRESS lies, or NULL; *OFFSET_OUT as skep_npy_window_has.
 * Async-signal-safe. */
const struct skep_npy_mapping *skep_npy_pool_find_address(const struct skep_npy_pool *pool,
                                                          const void *address, int64_t *offset_out);

#endif
