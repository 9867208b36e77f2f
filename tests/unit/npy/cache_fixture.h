/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_NPY_CACHE_FIXTURE_H
#define SKEP_TESTS_UNIT_NPY_CACHE_FIXTURE_H

#include "support/test.h"
#include "support/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy/cache.h"
#include "npy/header.h"

/* What the tests of the cache share: a folder of arrays, a cache over it, and short words to ask it. */

enum { MAX_MAPPINGS = 4, ARENA_BYTES = 1 << 16, MAX_BYTES = 1 << 20 };

/* a.npy, b.npy ... e.npy hold 100 doubles each: 1000, 1001 ... in a.npy, 2000 ... in b.npy and so on. NumPy's
 * files are under @golden. */
static char *folder;
static struct skep_roots *roots;
static struct skep_npy_cache *cache;
static struct skep_arena arena;

static inline void put_array(const char *name, double first, int64_t n)
{
    char *bytes = malloc(SKEP_NPY_HEADER_MAX + (size_t)n * 8);
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, bytes, SKEP_NPY_HEADER_MAX);

    for (int64_t i = 0; i < n; i++) {
        double x = first + (double)i;
        memcpy(bytes + n_header + 8 * i, &x, 8);
    }
    test_write_file(folder, name, bytes, n_header + (size_t)n * 8);
    free(bytes);
}

/* Another time than any file has had so far: a rewrite within one tick of the clock would not show otherwise.
 */
static inline void set_new_time(const char *name)
{
    static time_t seconds = 1000000000;
    struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
    char *path = test_path(folder, name);

    seconds++;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

static inline void remake_cache(size_t max_mappings, uint64_t max_bytes)
{
    skep_npy_cache_free(cache);
    assert_int_equal(skep_npy_cache_new(roots, max_mappings, max_bytes, &cache, NULL), SKEP_OK);
}

static inline int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    for (char c = 'a'; c <= 'e'; c++) {
        char name[] = {c, '.', 'n', 'p', 'y', '\0'};
        put_array(name, 1000.0 * (c - 'a' + 1), 100);
    }
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, folder, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, "golden=" SKEP_TESTS_DIR "/golden/npy", NULL), SKEP_OK);
    cache = NULL;
    remake_cache(MAX_MAPPINGS, MAX_BYTES);
    skep_arena_init(&arena, ARENA_BYTES);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    skep_npy_cache_free(cache);
    skep_roots_free(roots);
    test_remove_folder(folder);
    return 0;
}

static inline skep_status get(const char *ref, struct skep_view *view, struct skep_error *err)
{
    return skep_npy_cache_view(cache, ref, strlen(ref), &arena, view, err);
}

static inline void view(const char *ref, struct skep_view *view_out)
{
    struct skep_error err = {0};

    if (get(ref, view_out, &err) != SKEP_OK) {
        fail_msg("%s: %s", ref, err.text);
    }
}

static inline double first_of(const char *ref)
{
    struct skep_view v;

    view(ref, &v);
    return skep_view_get_f8(&v, 0);
}

static inline struct skep_npy_cache_stats stats(void)
{
    struct skep_npy_cache_stats s;

    skep_npy_cache_get_stats(cache, &s);
    return s;
}

static inline void end_task(void)
{
    skep_npy_cache_end_task(cache);
    skep_arena_reset(&arena, 0);
}

#endif
