/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_RUN_BIND_FIXTURE_H
#define SKEP_TESTS_UNIT_RUN_BIND_FIXTURE_H

#include "support/test.h"
#include "support/files.h"

#include <stdlib.h>
#include <string.h>

#include "run/bind.h"

/* What the tests of binding have in common: an arena, and a cache over NumPy's own arrays (tests/golden/npy).
 */
static struct skep_arena arena;
static struct skep_error err;
static struct skep_roots *roots;
static struct skep_npy_cache *cache;
static bool is_reference;

static inline int set_up(void **state)
{
    (void)state;
    err = (struct skep_error){0};
    skep_arena_init(&arena, 1 << 20);
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, SKEP_TESTS_DIR "/golden/npy", NULL), SKEP_OK);
    assert_int_equal(skep_npy_cache_new(roots, 16, 1 << 20, &cache, NULL), SKEP_OK);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    skep_npy_cache_free(cache);
    skep_roots_free(roots);
    skep_arena_release(&arena);
    return 0;
}

static inline const struct skep_node *parse(const char *args)
{
    const struct skep_limits limits = {0};
    const struct skep_node *root = NULL;

    assert_int_equal(skep_json_parse(args, strlen(args), &limits, &arena, &root, NULL), SKEP_OK);
    return root;
}

/* The arguments of KERNEL when the record has ARGS. */
static inline const struct skep_arg *bind_for(const struct skep_kernel *row, const char *args)
{
    struct skep_arg *bound = NULL;

    if (skep_args_bind(row, args != NULL ? parse(args) : NULL, cache, &arena, &bound, &is_reference, &err) !=
        SKEP_OK) {
        fail_msg("%s: %s", args != NULL ? args : "no arguments", err.text);
    }
    return bound;
}

static inline void check_refused_for(const struct skep_kernel *row, const char *args, skep_status status,
                                     const char *message)
{
    struct skep_arg *bound = NULL;

    skep_error_clear(&err);
    assert_int_equal(
        skep_args_bind(row, args != NULL ? parse(args) : NULL, cache, &arena, &bound, &is_reference, &err),
        status);
    assert_string_equal(err.text, message);
}

#endif
