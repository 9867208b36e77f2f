/* SPDX-License-Identifier: MIT */
#include "npy/pool.h"

#include <assert.h>

#include "base/alloc.h"

static void pool_link_free(struct skep_npy_pool *pool, struct skep_npy_mapping *mapping)
{
    *mapping = (struct skep_npy_mapping){.older = pool->first_free};
    pool->first_free = mapping;
}

static void pool_link_newest(struct skep_npy_pool *pool, struct skep_npy_mapping *mapping)
{
    mapping->newer = &pool->ring;
    mapping->older = pool->ring.older;
    mapping->older->newer = mapping;
    pool->ring.older = mapping;
}

static void pool_unlink(struct skep_npy_mapping *mapping)
{
    mapping->newer->older = mapping->older;
    mapping->older->newer = mapping->newer;
}

skep_status skep_npy_pool_init(struct skep_npy_pool *pool, size_t n_places, struct skep_error *err)
{
    assert(n_places > 0);
    *pool =
        (struct skep_npy_pool){.places = skep_calloc(n_places, sizeof *pool->places), .n_places = n_places};
    pool->ring.newer = pool->ring.older = &pool->ring;
    if (pool->places == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu mappings", n_places);
    }
    for (size_t i = n_places; i-- > 0;) {
        pool_link_free(pool, &pool->places[i]);
    }
    return SKEP_OK;
}

void skep_npy_pool_release(struct skep_npy_pool *pool)
{
    for (size_t i = 0; pool->places != NULL && i < pool->n_places; i++) {
        skep_npy_window_close(&pool->places[i].window);
    }
    skep_free(pool->places);
    *pool = (struct skep_npy_pool){0};
}

struct skep_npy_mapping *skep_npy_pool_put(struct skep_npy_pool *pool, const struct skep_npy_window *window)
{
    struct skep_npy_mapping *mapping = pool->first_free;

    assert(mapping != NULL);
    pool->first_free = mapping->older;
    *mapping = (struct skep_npy_mapping){.window = *window};
    pool_link_newest(pool, mapping);
    pool->n_used++;
    pool->mapped_bytes += window->bytes;
    return mapping;
}

void skep_npy_pool_touch(struct skep_npy_pool *pool, struct skep_npy_mapping *mapping)
{
    pool_unlink(mapping);
    pool_link_newest(pool, mapping);
}

void skep_npy_pool_remove(struct skep_npy_pool *pool, struct skep_npy_mapping *mapping)
{
    pool->n_used--;
    pool->mapped_bytes -= mapping->window.bytes;
    skep_npy_window_close(&mapping->window);
    pool_unlink(mapping);
    pool_link_free(pool, mapping);
}

struct skep_npy_mapping *skep_npy_pool_oldest(const struct skep_npy_pool *pool)
{
    return pool->n_used > 0 ? pool->ring.newer : NULL;
}

const struct skep_npy_mapping *skep_npy_pool_find_address(const struct skep_npy_pool *pool,
                                                          const void *address, int64_t *offset_out)
{
    for (size_t i = 0; i < pool->n_places; i++) {
        if (skep_npy_window_has(&pool->places[i].window, address, offset_out)) {
            return &pool->places[i];
        }
    }
    return NULL;
}
