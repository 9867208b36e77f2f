/* SPDX-License-Identifier: MIT */
#include "unit/npy/cache_fixture.h"

/* The room of the cache: what it evicts, how it keeps its budget, and windows of files beyond that. */

/* ---- works ---- */

/* The least recently used mapping makes room for a new one. */
static void test_cache_room__evicts_the_least_recently_used(void **state)
{
    static const char *const refs[] = {"a.npy", "b.npy", "c.npy", "d.npy"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        first_of(refs[i]);
        end_task();
    }
    assert_int_equal(stats().mappings, MAX_MAPPINGS);
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    assert_int_equal(first_of("e.npy"), 5000); /* b goes */
    end_task();
    assert_int_equal(stats().evictions, 1);
    assert_int_equal(stats().mappings, MAX_MAPPINGS);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(stats().opens, 5);
    assert_int_equal(first_of("b.npy"), 2000);
    assert_int_equal(stats().opens, 6);
}

/* The budget of bytes is kept, too. */
static void test_cache_room__keeps_within_its_bytes(void **state)
{
    static const char *const refs[] = {"a.npy", "b.npy", "c.npy", "d.npy", "e.npy"};

    (void)state;
    remake_cache(100, 2000); /* room for two of 928 bytes */
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(first_of(refs[i]), 1000 * (i + 1));
            end_task();
            assert_true(stats().mapped_bytes <= 2000);
        }
    }
    assert_int_equal(stats().mappings, 2);
    assert_int_equal(stats().evictions, 13);
}

/* What one task needs is mapped together, over the budget, and goes when the task ends. */
static void test_cache_room__never_evicts_what_is_lent(void **state)
{
    static const char *const refs[] = {"a.npy", "b.npy", "c.npy", "d.npy"};
    struct skep_view views[4];
    struct skep_view v;
    struct skep_error err = {0};

    (void)state;
    remake_cache(MAX_MAPPINGS, 1000);
    for (size_t i = 0; i < 4; i++) {
        view(refs[i], &views[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(skep_view_get_f8(&views[i], 99), 1000 * (i + 1) + 99);
    }
    assert_int_equal(get("e.npy", &v, &err), SKEP_E_LIMIT);
    assert_string_equal(err.text, "e.npy: the task refers to more than 4 arrays");
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    end_task();
    assert_int_equal(stats().mappings, 1);
    assert_int_equal(first_of("e.npy"), 5000);
}

/* What is held stays lent over many tasks, is checked with each, and goes when it is let go and its task
 * ends. */
static void test_cache_room__keeps_what_is_held(void **state)
{
    static const char *const refs[] = {"b.npy", "c.npy", "d.npy", "e.npy"};
    struct skep_view held, part;

    (void)state;
    remake_cache(MAX_MAPPINGS, 1000);
    view("a.npy", &held);
    skep_npy_cache_hold(cache);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(first_of(refs[i]), 1000 * (i + 2));
            assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
            end_task();
            assert_int_equal(stats().mappings, 1);
            assert_int_equal(skep_view_get_f8(&held, 99), 1099);
        }
    }
    view("a.npy[7:]", &part);
    assert_ptr_equal(part.data, (const double *)held.data + 7);
    set_new_time("a.npy");
    end_task();
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
    assert_int_equal(skep_view_get_f8(&held, 99), 1099); /* and yet it lies there */
    skep_npy_cache_let_go(cache);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
    end_task();
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(stats().mappings, 0);
}

/* What is held takes room of the tasks that follow, and never makes way for them. */
static void test_cache_room__held_arrays_count(void **state)
{
    struct skep_view held[2];
    struct skep_view v;
    struct skep_error err = {0};

    (void)state;
    remake_cache(3, MAX_BYTES);
    view("a.npy", &held[0]);
    skep_npy_cache_hold(cache);
    view("b.npy", &held[1]);
    skep_npy_cache_hold(cache);
    view("c.npy", &v);
    assert_int_equal(get("d.npy", &v, &err), SKEP_E_LIMIT);
    end_task();
    assert_int_equal(first_of("d.npy"), 4000);
    assert_int_equal(skep_view_get_f8(&held[0], 0) + skep_view_get_f8(&held[1], 0), 3000);
}

/* A whole array is lent where its slices can be had in place; else only they can. */
static void test_cache_room__lends_whole_arrays(void **state)
{
    struct skep_view whole;
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_npy_cache_whole(cache, "a.npy", 5, &whole, &err), SKEP_OK);
    assert_true(whole.ndim == 1 && whole.shape[0] == 100 && skep_view_get_f8(&whole, 99) == 1099);
    assert_int_equal(skep_npy_cache_whole(cache, "@golden/f8-big.npy", 18, &whole, &err), SKEP_EMPTY);
    assert_int_equal(skep_npy_cache_whole(cache, "none.npy", 8, &whole, &err), SKEP_E_ARRAY_MISSING);
    remake_cache(MAX_MAPPINGS, 900);
    skep_error_clear(&err);
    assert_int_equal(skep_npy_cache_whole(cache, "a.npy", 5, &whole, &err), SKEP_EMPTY);
    assert_int_equal(err.status, SKEP_OK);
}

/* A sparse file of 16 GiB with element I at its place for a few I. */
static void make_huge(const int64_t *at, size_t n)
{
    const int64_t count = INT64_C(1) << 31;
    char header[SKEP_NPY_HEADER_MAX];
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &count, header, sizeof header);
    char *path = test_path(folder, "huge.npy");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)n_header + count * 8), 0);
    assert_int_equal(pwrite(fd, header, n_header, 0), n_header);
    for (size_t i = 0; i < n; i++) {
        double x = (double)at[i];
        assert_int_equal(pwrite(fd, &x, 8, (off_t)n_header + at[i] * 8), 8);
    }
    close(fd);
    free(path);
    set_new_time("huge.npy"); /* nobody waits for a file so large to be settled */
}

/* Of a file over the budget only windows around the slices are mapped. */
static void test_cache_room__maps_windows_of_huge_files(void **state)
{
    static const int64_t at[] = {1, 5000, 123456789, 2147483647};
    struct skep_view v;

    (void)state;
    make_huge(at, 4);
    for (size_t i = 0; i < 4; i++) {
        char ref[64];
        snprintf(ref, sizeof ref, "huge.npy[%lld]", (long long)at[i]);
        assert_int_equal(first_of(ref), at[i]);
        snprintf(ref, sizeof ref, "huge.npy[%lld::-1000]", (long long)at[i]);
        if (at[i] < 100000) {
            assert_int_equal(first_of(ref), at[i]);
        }
        end_task();
        assert_true(stats().mapped_bytes <= MAX_BYTES);
    }
    assert_int_equal(stats().opens, 1);
    assert_int_equal(stats().maps, 3); /* the first two elements share a window */
    view("huge.npy[1]", &v);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
}

/* A sweep over neighbouring slices of a huge file meets the same window many times. */
static void test_cache_room__neighbours_share_a_window(void **state)
{
    (void)state;
    make_huge(NULL, 0);
    for (int task = 0; task < 1000; task++) { /* 8 MB in all, chunks of 256 KB, windows of one or two */
        struct skep_view v;
        char ref[64];
        snprintf(ref, sizeof ref, "huge.npy[%d:%d]", task * 1000, task * 1000 + 1000);
        view(ref, &v);
        assert_int_equal(v.shape[0], 1000);
        end_task();
        assert_true(stats().mapped_bytes <= MAX_BYTES);
    }
    assert_int_equal(stats().opens, 1);
    assert_true(stats().maps < 80);
}

/* With room for a single mapping, one window of a huge file makes room for the next. */
static void test_cache_room__moves_its_only_window(void **state)
{
    static const int64_t at[] = {1, 1000000000};

    (void)state;
    remake_cache(1, MAX_BYTES);
    make_huge(at, 2);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(first_of(i % 2 == 0 ? "huge.npy[1]" : "huge.npy[1000000000]"), at[i % 2]);
        assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
        end_task();
    }
    assert_int_equal(stats().opens, 1);
    assert_int_equal(stats().maps, 4);
}

/* A slice whose reach is the whole huge file is mapped for its task, and no longer. */
static void test_cache_room__maps_more_than_its_budget_for_one_task(void **state)
{
    static const int64_t at[] = {1000000000};
    struct skep_view v;

    (void)state;
    make_huge(at, 1);
    view("huge.npy[::1000000000]", &v);
    assert_int_equal(v.shape[0], 3);
    assert_int_equal(skep_view_get_f8(&v, v.strides[0]), 1000000000);
    assert_true(stats().mapped_bytes > 8 * UINT64_C(2000000000));
    end_task();
    assert_int_equal(stats().mapped_bytes, 0);
}

int main(void)
{
#define CACHE_TEST(fact) cmocka_unit_test_setup_teardown(test_cache_room__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CACHE_TEST(evicts_the_least_recently_used),
        CACHE_TEST(keeps_within_its_bytes),
        CACHE_TEST(never_evicts_what_is_lent),
        CACHE_TEST(keeps_what_is_held),
        CACHE_TEST(held_arrays_count),
        CACHE_TEST(lends_whole_arrays),
        CACHE_TEST(maps_windows_of_huge_files),
        CACHE_TEST(neighbours_share_a_window),
        CACHE_TEST(moves_its_only_window),
        CACHE_TEST(maps_more_than_its_budget_for_one_task),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
