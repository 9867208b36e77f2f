/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "npy/table.h"

static struct skep_roots *roots;

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, SKEP_TESTS_DIR "/golden/npy", NULL), SKEP_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_roots_free(roots);
    return 0;
}

/* "././f8-little.npy": the same file under as many paths as a test wants. */
static const char *nth_path(int i)
{
    static char path[256];
    size_t used = 0;

    for (int k = 0; k < i; k++) {
        used += (size_t)snprintf(path + used, sizeof path - used, "./");
    }
    snprintf(path + used, sizeof path - used, "f8-little.npy");
    return path;
}

/* ---- works ---- */

/* Entries are found by exactly their path, in a table that has more of them than buckets. */
static void test_table__finds_by_path(void **state)
{
    enum { N = 60 };
    struct skep_npy_table table;
    struct skep_npy_entry *entries[N];

    (void)state;
    assert_int_equal(skep_npy_table_init(&table, 1, NULL), SKEP_OK);
    for (int i = 0; i < N; i++) {
        const char *path = nth_path(i);
        assert_null(skep_npy_table_find(&table, path, strlen(path)));
        assert_int_equal(skep_npy_table_open(&table, roots, path, strlen(path), &entries[i], NULL), SKEP_OK);
        assert_string_equal(entries[i]->path, path);
        assert_int_equal(entries[i]->whole.ndim, 2);
    }
    for (int i = 0; i < N; i++) {
        const char *path = nth_path(i);
        assert_ptr_equal(skep_npy_table_find(&table, path, strlen(path)), entries[i]);
        assert_null(skep_npy_table_find(&table, path, strlen(path) - 1));
    }
    for (int i = 0; i < N; i++) {
        const char *path = nth_path(i);
        skep_npy_table_drop(&table, entries[i]);
        assert_null(skep_npy_table_find(&table, path, strlen(path)));
    }
    skep_npy_table_release(&table);
}

/* A forgotten entry lives on, and its path is free for another. */
static void test_table__forgets(void **state)
{
    struct skep_npy_table table;
    struct skep_npy_entry *old, *new;

    (void)state;
    assert_int_equal(skep_npy_table_init(&table, 4, NULL), SKEP_OK);
    assert_int_equal(skep_npy_table_open(&table, roots, "b1.npy", 6, &old, NULL), SKEP_OK);
    skep_npy_table_forget(&table, old);
    skep_npy_table_forget(&table, old);
    assert_null(skep_npy_table_find(&table, "b1.npy", 6));
    assert_int_equal(skep_npy_table_open(&table, roots, "b1.npy", 6, &new, NULL), SKEP_OK);
    assert_ptr_equal(skep_npy_table_find(&table, "b1.npy", 6), new);
    assert_true(old->file.fd != new->file.fd);
    skep_npy_table_drop(&table, old);
    assert_ptr_equal(skep_npy_table_find(&table, "b1.npy", 6), new);
    skep_npy_table_drop(&table, new);
    skep_npy_table_release(&table);
}

/* ---- refuses ---- */

/* What cannot be opened does not enter the table. */
static void test_table__refuses_what_is_no_array(void **state)
{
    struct skep_npy_table table;
    struct skep_npy_entry *entry;

    (void)state;
    assert_int_equal(skep_npy_table_init(&table, 4, NULL), SKEP_OK);
    assert_int_equal(skep_npy_table_open(&table, roots, "none", 4, &entry, NULL), SKEP_E_ARRAY_MISSING);
    assert_int_equal(skep_npy_table_open(&table, roots, "make-golden", 11, &entry, NULL),
                     SKEP_E_ARRAY_INVALID);
    assert_null(skep_npy_table_find(&table, "none", 4));
    assert_null(skep_npy_table_find(&table, "make-golden", 11));
    skep_npy_table_release(&table);
}

/* ---- breaks ---- */

static skep_status open_and_drop(void *context)
{
    struct skep_npy_table table = {0};
    struct skep_npy_entry *entry;
    skep_status st = skep_npy_table_init(&table, 4, NULL);

    (void)context;
    if (st == SKEP_OK) {
        st = skep_npy_table_open(&table, roots, "b1.npy", 6, &entry, NULL);
    }
    if (st == SKEP_OK) {
        skep_npy_table_drop(&table, entry);
    }
    skep_npy_table_release(&table);
    return st;
}

/* Without memory nothing enters, and nothing stays open. */
static void test_table__survives_a_failing_heap(void **state)
{
    int before = dup(0);
    int after;

    (void)state;
    close(before);
    test_heap_torture(open_and_drop, NULL);
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table__finds_by_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_table__forgets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_table__refuses_what_is_no_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_table__survives_a_failing_heap, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
