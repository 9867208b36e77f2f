/* SPDX-License-Identifier: MIT */
/* Three things, each found from the one before:
 *
 *     path "a.npy" --table--> entry (descriptor, identity, header) ---> windows (mappings, in the pool)
 *
 * A file smaller than the cache's budget has one window over the whole of it. Of a larger one there are as
 * many as slices asked for; they are cut at multiples of a quarter of the budget, so that a sweep over
 * neighbouring slices meets the same one again.
 *
 * The pool keeps all windows in the order of use. Those lent to the current task are therefore the newest,
 * and who evicts from the other end can stop at the first of them. An entry lives as long as it has a window.
 *
 * There is one entry a path: a file under two paths is mapped twice. That costs addresses, not memory.
 *
 * Files that change. Writers should replace files by rename: then a task reads the one or the other, whole.
 * For those who write in place, a file is looked at twice: when it is opened, before any byte of it is read,
 * and by skep_npy_cache_check, after the last one was. Every write(2) and truncation that begins between the
 * two looks has changed the size or the mtime by the second, as the system stamps a file before it changes
 * it, and as the first look is taken only when the stamp lies in a tick of the clock that is over
 * (skep_npy_info_is_settled). So what a task saw was written before the first look, or the task fails. The
 * value may then be published at any time: it is the value of the file as it was.
 *
 * What is not seen: a single write that began before the first look and takes longer than its size at 1 GB/s
 * (or a second); stores of a writer through a shared mapping of its own, which are stamped when a page is
 * first made dirty and not again until it was written back; who sets the mtime back to what it was, and the
 * size, while a task runs; and, on file systems that keep attributes for a while (NFS, FUSE), what another
 * machine writes in that while. */
#include "npy/cache.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "npy/cache_parts.h"
#include "npy/slice.h"

skep_status skep_npy_cache_new(const struct skep_roots *roots, size_t max_mappings, uint64_t max_bytes,
                               struct skep_npy_cache **cache_out, struct skep_error *err)
{
    struct skep_npy_cache *cache = skep_calloc(1, sizeof *cache);
    skep_status st;

    *cache_out = NULL;
    if (cache == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the cache of mappings");
    }
    cache->roots = roots;
    cache->max_bytes = max_bytes;
    cache->batch = cache->task = 1;
    st = skep_npy_pool_init(&cache->pool, max_mappings, err);
    if (st == SKEP_OK) {
        st = skep_npy_shelf_init(&cache->shelf, max_mappings, err);
    }
    if (st == SKEP_OK) {
        st = skep_npy_table_init(&cache->table, max_mappings, err);
    }
    if (st != SKEP_OK) {
        skep_npy_cache_free(cache);
        return st;
    }
    *cache_out = cache;
    return SKEP_OK;
}

/* ---- undoing ---- */

/* Undo a mapping; and its entry with the last one. */
static void cache_close_window(struct skep_npy_cache *cache, struct skep_npy_mapping *window)
{
    struct skep_npy_entry *entry = window->owner;
    struct skep_npy_mapping **link = &entry->windows;

    while (*link != window) {
        link = &(*link)->next;
    }
    *link = window->next;
    skep_npy_pool_remove(&cache->pool, window);
    if (entry->windows == NULL && !entry->is_busy) {
        skep_npy_table_drop(&cache->table, entry);
    }
}

void skep_npy_cache_close_entry(struct skep_npy_cache *cache, struct skep_npy_entry *entry)
{
    struct skep_npy_mapping *window = entry->windows;

    while (window != NULL) {
        struct skep_npy_mapping *next = window->next;
        cache_close_window(cache, window);
        window = next;
    }
}

void skep_npy_cache_free(struct skep_npy_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    while (skep_npy_pool_oldest(&cache->pool) != NULL) {
        cache_close_window(cache, skep_npy_pool_oldest(&cache->pool));
    }
    skep_npy_pool_release(&cache->pool);
    skep_npy_shelf_release(&cache->shelf);
    skep_npy_table_release(&cache->table);
    skep_free(cache);
}

/* Undo the least recently used mapping, unless it is the current task's. */
static bool cache_evict(struct skep_npy_cache *cache)
{
    struct skep_npy_mapping *oldest = skep_npy_pool_oldest(&cache->pool);

    if (oldest == NULL || oldest->lent_in == cache->task) {
        return false;
    }
    cache_close_window(cache, oldest);
    cache->stats.evictions++;
    return true;
}

void skep_npy_cache_trim(struct skep_npy_cache *cache)
{
    while (cache->pool.mapped_bytes > cache->max_bytes && cache_evict(cache)) {
    }
}

/* ---- windows ---- */

static struct skep_npy_mapping *entry_find_window(const struct skep_npy_entry *entry, uint64_t from,
                                                  uint64_t to)
{
    struct skep_npy_mapping *mapping = entry->windows;

    while (mapping != NULL &&
           (from < mapping->window.from || to > mapping->window.from + mapping->window.bytes)) {
        mapping = mapping->next;
    }
    return mapping;
}

/* Read the file if it is small, else map bytes FROM to TO of it. When address space runs out, what others
 * used goes first. */
static skep_status cache_map(struct skep_npy_cache *cache, const struct skep_npy_file *file, uint64_t from,
                             uint64_t to, struct skep_npy_window *window_out, struct skep_error *err)
{
    struct skep_error reason;
    skep_status st = SKEP_EMPTY;

    if (from == 0 && file->info.st_size <= SKEP_NPY_SMALL_BYTES) {
        st = skep_npy_window_read(file, &cache->shelf, window_out, err);
    }
    if (st != SKEP_EMPTY) {
        return st;
    }
    do {
        skep_error_clear(&reason);
        st = skep_npy_window_open(file, from, to, cache->max_bytes / 4, window_out, &reason);
    } while (st == SKEP_E_NOMEM && cache_evict(cache));
    return st == SKEP_OK ? SKEP_OK : skep_error_set(err, st, "%s", reason.text);
}

static skep_status cache_add_window(struct skep_npy_cache *cache, struct skep_npy_entry *entry, uint64_t from,
                                    uint64_t to, struct skep_npy_mapping **mapping_out,
                                    struct skep_error *err)
{
    struct skep_npy_window window;
    skep_status st;

    if (cache->pool.n_used == cache->pool.n_places && !cache_evict(cache)) {
        return skep_error_set(err, SKEP_E_LIMIT, "the task refers to more than %zu arrays",
                              cache->pool.n_places);
    }
    st = cache_map(cache, &entry->file, from, to, &window, err);
    if (st != SKEP_OK) {
        return st;
    }
    *mapping_out = skep_npy_pool_put(&cache->pool, &window);
    (*mapping_out)->owner = entry;
    (*mapping_out)->next = entry->windows;
    entry->windows = *mapping_out;
    cache->stats.maps++;
    return SKEP_OK;
}

static void cache_mark_lent(struct skep_npy_cache *cache, struct skep_npy_entry *entry,
                            struct skep_npy_mapping *mapping)
{
    mapping->lent_in = cache->task;
    skep_npy_pool_touch(&cache->pool, mapping);
    if (entry->lent_in != cache->task) {
        entry->lent_in = cache->task;
        entry->next_lent = cache->lent;
        cache->lent = entry;
    }
}

/* ---- views ---- */

/* Whether ENTRY's file still lies at its path; asks the system once a batch. */
static bool cache_is_current(const struct skep_npy_cache *cache, const struct skep_npy_entry *entry)
{
    struct stat info;

    return entry->looked_in == cache->batch ||
           (skep_roots_stat(cache->roots, entry->path, entry->path_n, &info) &&
            skep_npy_file_is_untouched(&entry->file, &info));
}

/* The entry of a path: the one there is, if it is right, or a new one. */
static skep_status cache_enter(struct skep_npy_cache *cache, const char *path, size_t n,
                               struct skep_npy_entry **entry_out, struct skep_error *err)
{
    struct skep_npy_entry *entry = skep_npy_table_find(&cache->table, path, n);
    skep_status st = SKEP_OK;

    if (entry != NULL && !cache_is_current(cache, entry)) {
        skep_npy_table_forget(&cache->table, entry);
        if (entry->lent_in != cache->task) {
            skep_npy_cache_close_entry(cache, entry);
        }
        entry = NULL;
    }
    if (entry == NULL) {
        st = skep_npy_table_open(&cache->table, cache->roots, path, n, &entry, err);
        cache->stats.opens += st == SKEP_OK;
    }
    if (st == SKEP_OK) {
        entry->looked_in = cache->batch;
        *entry_out = entry;
    }
    return st;
}

/* Find or make the window for a slice of ENTRY's array and put the view on it. */
static skep_status cache_lend(struct skep_npy_cache *cache, struct skep_npy_entry *entry,
                              const struct skep_slice *slice, struct skep_view *view_out,
                              struct skep_error *err)
{
    uint64_t from = 0;
    uint64_t first_byte = entry->file.header.data_offset;
    uint64_t to = first_byte + entry->file.header.data_bytes;
    struct skep_npy_mapping *mapping;
    int64_t at;
    skep_status st = skep_slice_locate(slice, &entry->whole, view_out, &at, err);

    if (st != SKEP_OK) {
        return st;
    }
    if ((uint64_t)entry->file.info.st_size > cache->max_bytes) {
        skep_npy_file_span(&entry->file, view_out, at, &from, &to);
    }
    mapping = entry_find_window(entry, from, to);
    if (mapping == NULL) {
        st = cache_add_window(cache, entry, from, to, &mapping, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    cache_mark_lent(cache, entry, mapping);
    skep_npy_cache_trim(cache);
    first_byte += (uint64_t)at * skep_dtype_size(view_out->dtype);
    view_out->data = mapping->window.base + (first_byte - mapping->window.from);
    return SKEP_OK;
}

/* Let VIEW be of a copy in ARENA. */
static skep_status cache_copy(struct skep_npy_cache *cache, const struct skep_npy_file *file,
                              struct skep_arena *arena, struct skep_view *view, struct skep_error *err)
{
    size_t bytes = (size_t)skep_view_count(view) * skep_dtype_size(view->dtype);
    size_t left = arena->max_bytes - arena->used_bytes;
    void *copy = skep_arena_alloc(arena, bytes);

    if (copy == NULL) {
        return skep_error_set(err, bytes > left ? SKEP_E_LIMIT : SKEP_E_NOMEM,
                              "byte-swapped or unaligned: no memory for a copy of %zu bytes", bytes);
    }
    skep_npy_file_copy(file, view, copy);
    skep_view_init(view, copy, view->dtype, view->ndim, view->shape);
    cache->stats.copied_bytes += bytes;
    return SKEP_OK;
}

skep_status skep_npy_cache_view(struct skep_npy_cache *cache, const char *ref, size_t n,
                                struct skep_arena *arena, struct skep_view *view_out, struct skep_error *err)
{
    struct skep_slice slice;
    struct skep_npy_entry *entry = NULL;
    size_t path_n;
    skep_status st = skep_ref_parse(ref, n, &path_n, &slice, err);

    if (st == SKEP_OK) {
        st = cache_enter(cache, ref, path_n, &entry, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    cache->stats.views++;
    entry->is_busy = true; /* evicting must not drop it while its new window is made */
    st = cache_lend(cache, entry, &slice, view_out, err);
    entry->is_busy = false; /* before any mapped byte is touched: a SIGBUS may end the copy */
    if (st == SKEP_OK && !skep_npy_file_is_plain(&entry->file)) {
        st = cache_copy(cache, &entry->file, arena, view_out, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", entry->path);
    }
    if (entry->windows == NULL) {
        skep_npy_table_drop(&cache->table, entry);
    }
    return st;
}

skep_status skep_npy_cache_whole(struct skep_npy_cache *cache, const char *path, size_t n,
                                 struct skep_view *view_out, struct skep_error *err)
{
    static const struct skep_slice all = {0};
    struct skep_npy_entry *entry = NULL;
    skep_status st = cache_enter(cache, path, n, &entry, err);

    if (st != SKEP_OK) {
        return st;
    }
    cache->stats.views++;
    entry->is_busy = true;
    if (skep_npy_file_is_plain(&entry->file) && (uint64_t)entry->file.info.st_size <= cache->max_bytes) {
        st = cache_lend(cache, entry, &all, view_out, err);
    } else {
        st = SKEP_EMPTY;
    }
    entry->is_busy = false;
    skep_error_prefix(err, "%.100s", entry->path);
    if (entry->windows == NULL) {
        skep_npy_table_drop(&cache->table, entry);
    }
    return st;
}
