/* SPDX-License-Identifier: MIT */
/* For how long things are lent: until a task ends, or, when they are held, until they are let go. And what
 * can be told of them. */
#include <sys/stat.h>

#include "npy/cache_parts.h"

void skep_npy_cache_begin_batch(struct skep_npy_cache *cache)
{
    cache->batch++;
}

static skep_status task_check(struct skep_npy_cache *cache, struct skep_npy_entry *first,
                              struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (struct skep_npy_entry *entry = first; entry != NULL; entry = entry->next_lent) {
        struct stat info;
        if (fstat(entry->file.fd, &info) != 0 || !skep_npy_file_is(&entry->file, &info)) {
            skep_npy_table_forget(&cache->table, entry);
            st =
                skep_error_set(err, SKEP_E_INPUT_CHANGED, "%.100s: changed while it was in use", entry->path);
        }
    }
    return st;
}

skep_status skep_npy_cache_check(struct skep_npy_cache *cache, struct skep_error *err)
{
    skep_status st = task_check(cache, cache->lent, err);
    skep_status held = task_check(cache, cache->held, err);

    return st != SKEP_OK ? st : held;
}

/* What is held is lent to the next task as well, and so among the newest in the pool. */
static void task_keep(struct skep_npy_cache *cache, struct skep_npy_entry *entry)
{
    entry->lent_in = cache->task;
    for (struct skep_npy_mapping *mapping = entry->windows; mapping != NULL; mapping = mapping->next) {
        if (mapping->is_held) {
            mapping->lent_in = cache->task;
            skep_npy_pool_touch(&cache->pool, mapping);
        }
    }
}

void skep_npy_cache_end_task(struct skep_npy_cache *cache)
{
    struct skep_npy_entry *entry = cache->lent;

    cache->lent = NULL;
    cache->task++;
    for (struct skep_npy_entry *held = cache->held; held != NULL; held = held->next_lent) {
        task_keep(cache, held);
    }
    while (entry != NULL) {
        struct skep_npy_entry *next = entry->next_lent;
        if (entry->is_forgotten) {
            skep_npy_cache_close_entry(cache, entry);
        }
        entry = next;
    }
    skep_npy_cache_trim(cache);
}

/* Mark what of ENTRY is lent to the current task. */
static void task_mark_held(const struct skep_npy_cache *cache, struct skep_npy_entry *entry, bool is_held)
{
    for (struct skep_npy_mapping *mapping = entry->windows; mapping != NULL; mapping = mapping->next) {
        mapping->is_held = is_held && mapping->lent_in == cache->task;
    }
}

/* Put all of FROM in front of *TO. */
static void task_move(struct skep_npy_cache *cache, struct skep_npy_entry **from, struct skep_npy_entry **to,
                      bool is_held)
{
    while (*from != NULL) {
        struct skep_npy_entry *entry = *from;
        *from = entry->next_lent;
        entry->next_lent = *to;
        *to = entry;
        task_mark_held(cache, entry, is_held);
    }
}

void skep_npy_cache_hold(struct skep_npy_cache *cache)
{
    task_move(cache, &cache->lent, &cache->held, true);
}

void skep_npy_cache_let_go(struct skep_npy_cache *cache)
{
    task_move(cache, &cache->held, &cache->lent, false);
}

bool skep_npy_cache_find_address(const struct skep_npy_cache *cache, const void *address,
                                 struct skep_npy_place *place_out)
{
    const struct skep_npy_mapping *mapping =
        skep_npy_pool_find_address(&cache->pool, address, &place_out->byte);
    const struct skep_npy_entry *entry = mapping != NULL ? mapping->owner : NULL;

    if (entry == NULL) {
        return false;
    }
    place_out->path = entry->path;
    place_out->from = mapping->window.from;
    place_out->to = mapping->window.from + mapping->window.bytes;
    place_out->file_bytes = (uint64_t)entry->file.info.st_size;
    return true;
}

void skep_npy_cache_get_stats(const struct skep_npy_cache *cache, struct skep_npy_cache_stats *stats_out)
{
    *stats_out = cache->stats;
    stats_out->mappings = cache->pool.n_used;
    stats_out->mapped_bytes = cache->pool.mapped_bytes;
}
