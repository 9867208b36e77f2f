/* SPDX-License-Identifier: MIT */
#include "npy/table.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

skep_status skep_npy_table_init(struct skep_npy_table *table, size_t n, struct skep_error *err)
{
    table->n_buckets = 16;
    while (table->n_buckets < 2 * n) {
        table->n_buckets *= 2;
    }
    table->buckets = skep_calloc(table->n_buckets, sizeof(struct skep_npy_entry *));
    return table->buckets != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for a table");
}

void skep_npy_table_release(struct skep_npy_table *table)
{
    skep_free(table->buckets);
    *table = (struct skep_npy_table){0};
}

static uint64_t path_hash(const char *path, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (unsigned char)path[i]) * 0x100000001b3;
    }
    return hash;
}

static struct skep_npy_entry **table_bucket(const struct skep_npy_table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->n_buckets - 1)];
}

struct skep_npy_entry *skep_npy_table_find(const struct skep_npy_table *table, const char *path, size_t n)
{
    uint64_t hash = path_hash(path, n);
    struct skep_npy_entry *entry = *table_bucket(table, hash);

    while (entry != NULL &&
           (entry->hash != hash || entry->path_n != n || memcmp(entry->path, path, n) != 0)) {
        entry = entry->next_in_bucket;
    }
    return entry;
}

skep_status skep_npy_table_open(struct skep_npy_table *table, const struct skep_roots *roots,
                                const char *path, size_t n, struct skep_npy_entry **entry_out,
                                struct skep_error *err)
{
    struct skep_npy_entry *entry = skep_calloc(1, sizeof *entry + n + 1);
    struct skep_npy_entry **bucket;
    skep_status st;

    if (entry == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for an array's entry");
    }
    st = skep_npy_file_open(roots, path, n, &entry->file, err);
    if (st != SKEP_OK) {
        skep_free(entry);
        return st;
    }
    skep_npy_header_view(&entry->file.header, NULL, &entry->whole);
    memcpy(entry->path, path, n);
    entry->path_n = n;
    entry->hash = path_hash(path, n);
    bucket = table_bucket(table, entry->hash);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    *entry_out = entry;
    return SKEP_OK;
}

void skep_npy_table_forget(struct skep_npy_table *table, struct skep_npy_entry *entry)
{
    struct skep_npy_entry **link = table_bucket(table, entry->hash);

    if (entry->is_forgotten) {
        return;
    }
    while (*link != entry) {
        link = &(*link)->next_in_bucket;
    }
    *link = entry->next_in_bucket;
    entry->is_forgotten = true;
}

void skep_npy_table_drop(struct skep_npy_table *table, struct skep_npy_entry *entry)
{
    assert(entry->windows == NULL);
    skep_npy_table_forget(table, entry);
    skep_npy_file_close(&entry->file);
    skep_free(entry);
}
