/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_CACHE_PARTS_H
#define SKEP_NPY_CACHE_PARTS_H

#include "npy/cache.h"
#include "npy/pool.h"
#include "npy/shelf.h"
#include "npy/table.h"

/* What the files of the cache share. */
struct skep_npy_cache {
    const struct skep_roots *roots;
    uint64_t max_bytes;
    uint64_t batch; /* counts from 1, so that 0 in an entry means never */
    uint64_t task;  /* likewise */
    struct skep_npy_table table;
    struct skep_npy_pool pool;
    struct skep_npy_shelf shelf; /* for the windows of small files */
    struct skep_npy_entry *lent; /* to this task */
    struct skep_npy_entry *held; /* to this task and those that follow */
    struct skep_npy_cache_stats stats;
};

/* Undo all mappings of ENTRY, and thereby itself. */
void skep_npy_cache_close_entry(struct skep_npy_cache *cache, struct skep_npy_entry *entry);

/* Undo the oldest mappings that are not lent until the budget is kept. */
void skep_npy_cache_trim(struct skep_npy_cache *cache);

#endif
