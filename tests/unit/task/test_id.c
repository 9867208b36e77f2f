/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "task/id.h"

static int64_t fake_now_ms;

static int64_t fake_wall_ms(void)
{
    return fake_now_ms;
}

static int64_t fake_monotonic_ns(void)
{
    return 0;
}

static const struct skep_clock fake_clock = {fake_wall_ms, fake_monotonic_ns};

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* An id has 26 characters of Crockford's alphabet, which has no I, L, O and U. */
static void test_id__is_26_characters_of_base_32(void **state)
{
    char id[SKEP_ID_BYTES];

    (void)state;
    skep_task_make_id(id);
    assert_int_equal(strlen(id), 26);
    assert_int_equal(strspn(id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
}

/* The first ten characters are the time: the ULID specification's example is 1469918176385, "01ARYZ6S41". */
static void test_id__begins_with_the_time(void **state)
{
    char id[SKEP_ID_BYTES];

    (void)state;
    skep_clock_replace(&fake_clock);
    fake_now_ms = INT64_C(1469918176385);
    skep_task_make_id(id);
    assert_memory_equal(id, "01ARYZ6S41", 10);
    fake_now_ms = (INT64_C(1) << 48) - 1;
    skep_task_make_id(id);
    assert_memory_equal(id, "7ZZZZZZZZZ", 10);
    skep_clock_replace(NULL);
}

/* Ids of the same millisecond sort in the order in which they were made. */
static void test_id__is_in_order_within_a_millisecond(void **state)
{
    char last[SKEP_ID_BYTES] = "";
    char id[SKEP_ID_BYTES];

    (void)state;
    skep_clock_replace(&fake_clock);
    fake_now_ms = 1;
    for (int i = 0; i < 100000; i++) {
        skep_task_make_id(id);
        assert_true(strcmp(last, id) < 0);
        memcpy(last, id, sizeof id);
    }
    skep_clock_replace(NULL);
}

enum { N_THREADS = 4, N_EACH = 20000 };

static void *make_many(void *to)
{
    char(*ids)[SKEP_ID_BYTES] = to;

    for (int i = 0; i < N_EACH; i++) {
        skep_task_make_id(ids[i]);
    }
    return NULL;
}

/* Threads that make ids at the same time never make the same. */
static void test_id__is_unique_among_threads(void **state)
{
    char(*ids)[SKEP_ID_BYTES] = calloc((size_t)N_THREADS * N_EACH, SKEP_ID_BYTES);
    pthread_t threads[N_THREADS];

    (void)state;
    assert_non_null(ids);
    for (int i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, make_many, ids + i * N_EACH), 0);
    }
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    qsort(ids, (size_t)N_THREADS * N_EACH, SKEP_ID_BYTES, compare_texts);
    for (int i = 1; i < N_THREADS * N_EACH; i++) {
        assert_string_not_equal(ids[i - 1], ids[i]);
    }
    free(ids);
}

/* A forked child does not repeat what its parent makes next, even in the same millisecond. */
static void test_id__differs_on_both_sides_of_a_fork(void **state)
{
    char ours[SKEP_ID_BYTES];
    char theirs[SKEP_ID_BYTES] = "";
    int ends[2];
    pid_t child;

    (void)state;
    skep_clock_replace(&fake_clock);
    fake_now_ms = 1;
    skep_task_make_id(ours);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        skep_task_make_id(theirs);
        _exit(write(ends[1], theirs, sizeof theirs) == sizeof theirs ? 0 : 1);
    }
    skep_task_make_id(ours);
    assert_int_equal(read(ends[0], theirs, sizeof theirs), sizeof theirs);
    waitpid(child, NULL, 0);
    assert_int_equal(strlen(theirs), 26);
    assert_string_not_equal(ours + 10, theirs + 10);
    close(ends[0]);
    close(ends[1]);
    skep_clock_replace(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id__is_26_characters_of_base_32),
        cmocka_unit_test(test_id__begins_with_the_time),
        cmocka_unit_test(test_id__is_in_order_within_a_millisecond),
        cmocka_unit_test(test_id__is_unique_among_threads),
        cmocka_unit_test(test_id__differs_on_both_sides_of_a_fork),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
