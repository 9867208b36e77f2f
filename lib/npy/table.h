/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_TABLE_H
#define SKEP_NPY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"
#include "npy/file.h"
#include "npy/pool.h"
#include "npy/roots.h"

/* Open files, found by their path. */
struct skep_npy_entry {
    struct skep_npy_file file;
    struct skep_view whole; /* the array, without its address */
    struct skep_npy_entry *next_in_bucket;
    uint64_t hash;
    bool is_forgotten; /* its path leads here no more */
    /* For the table's user: */
    struct skep_npy_mapping *windows;
    struct skep_npy_entry *next_lent;
    uint64_t lent_in;
    uint64_t looked_in;
    bool is_busy;
    size_t path_n;
    char path[]; /* a C string */
};

struct skep_npy_table {
    struct skep_npy_entry **buckets;
    size_t n_buckets; /* a power of two */
};

/* For about N entries; more make it slower. SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_npy_table_init(struct skep_npy_table *table, size_t n, struct skep_error *err);
void skep_npy_table_release(struct skep_npy_table *table); /* entries must be dropped before */

struct skep_npy_entry *skep_npy_table_find(const struct skep_npy_table *table, const char *path, size_t n);

/* Open the file at PATH and enter it. PATH must not be found in the table. As skep_npy_file_open, and:
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_npy_table_open(struct skep_npy_table *table, const struct skep_roots *roots,
                                              const char *path, size_t n, struct skep_npy_entry **entry_out,
                                              struct skep_error *err);

/* Let the path lead to ENTRY no more, which lives on until it is dropped. Once more does nothing. */
void skep_npy_table_forget(struct skep_npy_table *table, struct skep_npy_entry *entry);

/* Forget, close, free. Its windows must be closed. */
void skep_npy_table_drop(struct skep_npy_table *table, struct skep_npy_entry *entry);

#endif
