/* SPDX-License-Identifier: MIT */
#include "unit/npy/cache_fixture.h"

#include <setjmp.h>
#include <signal.h>

/* The cache over files that change: replaced, rewritten, touched, removed, and truncated under a mapping. */

static void replace_array(const char *name, double first, int64_t n)
{
    char *from = test_path(folder, "new.tmp");
    char *to = test_path(folder, name);

    put_array("new.tmp", first, n);
    assert_int_equal(rename(from, to), 0);
    free(from);
    free(to);
}

/* ---- works ---- */

/* A file that is replaced by rename is the old one to the end of the batch and the new one after, and a task
 * that holds the old one is right to do so. */
static void test_cache_changes__sees_a_replaced_file_in_the_next_batch(void **state)
{
    struct skep_view old;

    (void)state;
    view("a.npy", &old);
    replace_array("a.npy", 7000, 50);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(skep_view_get_f8(&old, 99), 1099);
    end_task();
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(first_of("a.npy"), 7000);
    assert_int_equal(stats().mappings, 1); /* the old one does not linger */
}

/* Even when a batch begins within a task, what was lent stays. */
static void test_cache_changes__keeps_what_is_lent_when_the_path_changes(void **state)
{
    struct skep_view old;

    (void)state;
    view("a.npy", &old);
    replace_array("a.npy", 7000, 50);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(first_of("a.npy"), 7000);
    assert_int_equal(skep_view_get_f8(&old, 99), 1099);
    assert_int_equal(stats().mappings, 2);
    end_task();
    assert_int_equal(stats().mappings, 1);
    assert_int_equal(first_of("a.npy"), 7000);
}

/* A file that is rewritten in place under a task is noticed at its end, and read anew by the next. */
static void test_cache_changes__notices_a_file_that_changes_in_use(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(first_of("b.npy"), 2000);
    assert_int_equal(first_of("a.npy"), 1000);
    put_array("b.npy", 8000, 60);
    set_new_time("b.npy");
    assert_int_equal(skep_npy_cache_check(cache, &err), SKEP_E_INPUT_CHANGED);
    assert_string_equal(err.text, "b.npy: changed while it was in use");
    end_task();
    assert_int_equal(first_of("b.npy[-1]"), 8059);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(stats().opens, 3);
}

/* A change of nothing but the time counts: the content may have changed with it. */
static void test_cache_changes__notices_a_touched_file(void **state)
{
    (void)state;
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(first_of("a.npy"), 1000);
    set_new_time("a.npy");
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
    end_task();
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
}

/* Write X over element I of NAME. */
static void overwrite(const char *name, int i, double x)
{
    char *path = test_path(folder, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_int_equal(pwrite(fd, &x, 8, 128 + 8 * i), 8);
    close(fd);
    free(path);
}

/* A file that was written a moment ago is opened when the clock that stamps it has moved on: a second write,
 * as soon after as can be, does not have the stamp of the first. */
static void test_cache_changes__notices_a_write_right_after_the_open(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        overwrite("a.npy", 0, i);
        assert_int_equal(first_of("a.npy"), i);
        overwrite("a.npy", 1, -i);
        assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
        end_task();
    }
}

/* Who sets the time back to what it was deceives the task that runs, but not the next batch. */
static void test_cache_changes__reads_anew_what_was_set_back(void **state)
{
    static const struct timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
    char *path = test_path(folder, "a.npy");

    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    overwrite("a.npy", 0, 7);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(first_of("a.npy"), 7);
    free(path);
}

/* A file that is gone is missing from the next batch on. */
static void test_cache_changes__misses_a_removed_file(void **state)
{
    struct skep_view v;
    char *path = test_path(folder, "a.npy");

    (void)state;
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    assert_int_equal(unlink(path), 0);
    free(path);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(get("a.npy", &v, NULL), SKEP_E_ARRAY_MISSING);
    assert_int_equal(stats().mappings, 0);
}

/* ---- breaks ---- */

static sigjmp_buf after_signal;
static const void *signal_address;

static void jump_out(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    signal_address = info->si_addr;
    siglongjmp(after_signal, 1);
}

/* Read the last element of REF; false when that raises SIGBUS. */
static bool read_last(const char *ref)
{
    struct sigaction action = {.sa_sigaction = jump_out, .sa_flags = SA_SIGINFO};
    struct sigaction old;
    volatile bool is_read = false;

    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &old);
    if (sigsetjmp(after_signal, 1) == 0) {
        struct skep_view v;
        view(ref, &v);
        (void)*(const volatile double *)((const double *)v.data + v.shape[0] - 1);
        is_read = true;
    }
    sigaction(SIGBUS, &old, NULL);
    return is_read;
}

/* A file that is truncated under a mapping raises a signal that names it, and the cache goes on. */
static void test_cache_changes__survives_a_truncated_file(void **state)
{
    char *path = test_path(folder, "long.npy");
    struct skep_npy_place place;
    struct skep_view v;
    struct skep_error err = {0};

    (void)state;
    put_array("long.npy", 0, 10000);
    assert_true(read_last("long.npy"));
    end_task();
    assert_int_equal(truncate(path, 4096), 0);
    assert_false(read_last("long.npy"));
    assert_true(skep_npy_cache_find_address(cache, signal_address, &place));
    assert_string_equal(place.path, "long.npy");
    assert_int_equal(place.byte, 128 + 9999 * 8);
    assert_int_equal(skep_npy_cache_check(cache, &err), SKEP_E_INPUT_CHANGED);
    end_task();
    skep_error_clear(&err);
    assert_int_equal(get("long.npy", &v, &err), SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(err.text, "long.npy: truncated"));
    assert_int_equal(first_of("a.npy"), 1000);
    free(path);
}

/* The signal may come while the cache itself copies; it has nothing half done then. */
static void test_cache_changes__survives_a_signal_in_its_copy(void **state)
{
    static char bytes[SKEP_NPY_HEADER_MAX + 80000];
    size_t n = skep_npy_header_write(SKEP_F8, 1, (const int64_t[]){10000}, bytes, sizeof bytes);
    char *path = test_path(folder, "swapped.npy");
    char *order = strpbrk(bytes + 10, "<>");

    (void)state;
    *order = *order == '<' ? '>' : '<';
    test_write_file(folder, "swapped.npy", bytes, n + 80000);
    skep_arena_release(&arena);
    skep_arena_init(&arena, 1 << 20);
    assert_true(read_last("swapped.npy"));
    end_task();
    assert_int_equal(truncate(path, 4096), 0);
    assert_false(read_last("swapped.npy"));
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
    end_task();
    assert_int_equal(stats().mappings, 0);
    assert_int_equal(first_of("a.npy"), 1000);
    free(path);
}

int main(void)
{
#define CACHE_TEST(fact) cmocka_unit_test_setup_teardown(test_cache_changes__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CACHE_TEST(sees_a_replaced_file_in_the_next_batch),
        CACHE_TEST(keeps_what_is_lent_when_the_path_changes),
        CACHE_TEST(notices_a_file_that_changes_in_use),
        CACHE_TEST(notices_a_touched_file),
        CACHE_TEST(notices_a_write_right_after_the_open),
        CACHE_TEST(reads_anew_what_was_set_back),
        CACHE_TEST(misses_a_removed_file),
        CACHE_TEST(survives_a_truncated_file),
        CACHE_TEST(survives_a_signal_in_its_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
