/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/observer.h"

enum { LEASE_MS = 5000, GAP_MS = 2500, READ_MS = 1000 };

/* What one read of all counters sees: pairs of a name and a counter. */
struct sight {
    const char *worker;
    int64_t beat;
};

static struct skep_observer *make_observer(void)
{
    struct skep_observer *observer = NULL;

    assert_int_equal(skep_observer_new(LEASE_MS, GAP_MS, &observer, NULL), SKEP_OK);
    return observer;
}

static void look(struct skep_observer *observer, int64_t now_ms, const struct sight *sights, size_t n)
{
    skep_observer_begin(observer, now_ms);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(
            skep_observer_see(observer, sights[i].worker, strlen(sights[i].worker), sights[i].beat), SKEP_OK);
    }
    skep_observer_end(observer);
}

static void look_at(struct skep_observer *observer, int64_t now_ms, const char *worker, int64_t beat)
{
    look(observer, now_ms, &(struct sight){worker, beat}, 1);
}

/* How many are dead now; the last of them is WORKER at BEAT, unless WORKER is NULL. */
static size_t count_dead(struct skep_observer *observer, const char *worker, int64_t beat)
{
    const char *dead;
    int64_t dead_beat;
    size_t n = 0;

    while (skep_observer_next_dead(observer, &dead, &dead_beat)) {
        n++;
        if (worker != NULL) {
            assert_string_equal(dead, worker);
            assert_int_equal(dead_beat, beat);
        }
    }
    return n;
}

/* ---- works ---- */

/* A counter that stands still for the whole lease is a dead slot's, not a moment before. */
static void test_observer__reports_after_a_whole_lease(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t t = 0; t < LEASE_MS; t += READ_MS) {
        look_at(observer, 1000000 + t, "w", 7);
        assert_int_equal(count_dead(observer, NULL, 0), 0);
    }
    look_at(observer, 1000000 + LEASE_MS - 1, "w", 7);
    assert_int_equal(count_dead(observer, NULL, 0), 0);
    look_at(observer, 1000000 + LEASE_MS, "w", 7);
    assert_int_equal(count_dead(observer, "w", 7), 1);
    skep_observer_free(observer);
}

/* A counter that moves, up or down, is alive; the lease begins when it moved last. */
static void test_observer__a_beat_starts_the_lease_anew(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t t = 0; t <= 20 * READ_MS; t += READ_MS) {
        look_at(observer, t, "w", t <= 10 * READ_MS ? 100 + t / (4 * READ_MS) : 50);
        assert_int_equal(count_dead(observer, "w", 50), t == 11 * READ_MS + LEASE_MS);
    }
    skep_observer_free(observer);
}

/* It is told once, then after each further lease. */
static void test_observer__tells_once_a_lease(void **state)
{
    struct skep_observer *observer = make_observer();
    size_t n_told = 0;

    (void)state;
    for (int64_t t = 0; t <= 4 * LEASE_MS; t += 500) {
        look_at(observer, t, "w", 1);
        n_told += count_dead(observer, "w", 1);
        assert_int_equal(n_told, t / LEASE_MS);
    }
    skep_observer_free(observer);
}

/* Thousands are watched, each with a time of its own; those that are gone are forgotten, and the table that
 * held them serves others. */
static void test_observer__watches_thousands(void **state)
{
    enum { N = 3000 };
    struct skep_observer *observer = make_observer();
    size_t n_told = 0;

    (void)state;
    for (int64_t read = 0; read <= 12; read++) {
        char name[32];
        int64_t first = read * 100; /* every read a hundred leave and a hundred come */
        size_t n_dead = 0;
        skep_observer_begin(observer, read * READ_MS);
        for (int64_t i = first; i < first + N; i++) {
            int n = snprintf(name, sizeof name, "host:%d", (int)i);
            /* Every third stands still. */
            assert_int_equal(skep_observer_see(observer, name, (size_t)n, i % 3 == 0 ? 5 : read), SKEP_OK);
        }
        skep_observer_end(observer);
        for (int64_t i = first; i < first + N; i++) {
            int64_t came = i < N ? 0 : (i - N) / 100 + 1; /* the read that saw it first */
            n_dead += i % 3 == 0 && read > came && (read - came) % (LEASE_MS / READ_MS) == 0;
        }
        assert_int_equal(count_dead(observer, NULL, 0), n_dead);
        n_told += n_dead;
    }
    /* 833 when the first lease ends, then those who came later, and most of the first again. */
    assert_int_equal(n_told, 1800);
    skep_observer_free(observer);
}

/* A name and the same name with one letter more are two, wherever they come to lie. */
static void test_observer__a_name_is_not_its_beginning(void **state)
{
    enum { N = 500 };
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t read = 0; read <= LEASE_MS / READ_MS; read++) {
        skep_observer_begin(observer, read * READ_MS);
        for (int i = 0; i < N * 27; i++) { /* those with a letter first; they move */
            bool is_long = i < N * 26;
            char name[32];
            int n = snprintf(name, sizeof name, is_long ? "%d%c" : "%d", is_long ? i / 26 : i - N * 26,
                             'a' + i % 26);
            assert_int_equal(skep_observer_see(observer, name, (size_t)n, is_long ? read : 1), SKEP_OK);
        }
        skep_observer_end(observer);
    }
    assert_int_equal(count_dead(observer, NULL, 0), N);
    skep_observer_free(observer);
}

static size_t largest_request;

static void *measured_resize(void *old, size_t size)
{
    largest_request = size > largest_request ? size : largest_request;
    return realloc(old, size);
}

/* Its memory is that of the slots that are there, not of all that ever were. */
static void test_observer__forgets_who_is_gone(void **state)
{
    static const struct skep_heap measured = {measured_resize, free};
    struct skep_observer *observer;

    (void)state;
    skep_heap_replace(&measured);
    observer = make_observer();
    for (int64_t read = 0; read < 500; read++) {
        skep_observer_begin(observer, read * READ_MS);
        for (int64_t i = read * 20; i < read * 20 + 20; i++) {
            char name[32];
            int n = snprintf(name, sizeof name, "%d", (int)i);
            assert_int_equal(skep_observer_see(observer, name, (size_t)n, 1), SKEP_OK);
        }
        skep_observer_end(observer);
    }
    skep_observer_free(observer);
    skep_heap_replace(NULL);
    assert_in_range(largest_request, 1, 64 * 1024);
}

/* ---- refuses ---- */

/* Time without a read proves nothing: after a gap all leases begin anew, so that a server that stood still,
 * or an agent that did, is not the death of everyone. */
static void test_observer__a_gap_proves_nothing(void **state)
{
    struct skep_observer *observer = make_observer();
    const struct sight two[] = {{"a", 1}, {"b", 2}};
    int64_t now_ms = 0;

    (void)state;
    for (int round = 0; round < 20; round++) { /* four reads, then nothing for a minute */
        for (int i = 0; i < 4; i++) {
            look(observer, now_ms, two, 2);
            assert_int_equal(count_dead(observer, NULL, 0), 0);
            now_ms += READ_MS;
        }
        now_ms += 60000;
    }
    look(observer, now_ms, two, 2);
    assert_int_equal(count_dead(observer, NULL, 0), 0);
    for (int64_t t = GAP_MS; t <= LEASE_MS; t += GAP_MS) { /* the widest step that still counts */
        look(observer, now_ms + t, two, 2);
    }
    assert_int_equal(count_dead(observer, NULL, 0), 2);
    skep_observer_free(observer);
}

/* One millisecond more than the gap does not count. */
static void test_observer__a_gap_has_a_sharp_edge(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t i = 0; i < 50; i++) {
        look_at(observer, i * (GAP_MS + 1), "w", 1);
        assert_int_equal(count_dead(observer, NULL, 0), 0);
    }
    skep_observer_free(observer);
}

/* A read that failed proves nothing: whatever the clock says, only what was seen standing still counts. Reads
 * that fail again and again never let anybody die. */
static void test_observer__a_failed_read_proves_nothing(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t t = 0; t < 100; t++) {
        look_at(observer, t * READ_MS, "w", 1);
        assert_int_equal(count_dead(observer, NULL, 0), 0);
        if (t % 5 == 4) {
            skep_observer_restart(observer);
        }
    }
    skep_observer_free(observer);
}

/* Who was missing from a read was not seen standing still. */
static void test_observer__who_was_away_begins_anew(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t t = 0; t <= 30; t++) {
        look_at(observer, t * READ_MS, t % 4 == 3 ? "other" : "w", 1);
        assert_int_equal(count_dead(observer, NULL, 0), 0);
    }
    skep_observer_free(observer);
}

/* A name that is none of ours is not watched, and disturbs nobody; one that is the beginning of another is
 * another. */
static void test_observer__strange_names(void **state)
{
    static char name[SKEP_WORKER_NAME_BYTES + 1];
    struct skep_observer *observer = make_observer();
    const struct sight sights[] = {{name, 1}, {"w", 1}, {"", 1}, {"w1", 1}};

    (void)state;
    memset(name, 'x', sizeof name - 1);
    for (int64_t t = 0; t <= LEASE_MS; t += READ_MS) {
        look(observer, t, sights, 4);
    }
    assert_int_equal(count_dead(observer, NULL, 0), 3);
    for (int64_t t = LEASE_MS + READ_MS; t <= 3 * LEASE_MS; t += READ_MS) {
        const struct sight moving[] = {{"w", t}, {"w1", 1}};
        look(observer, t, moving, 2);
        assert_int_equal(count_dead(observer, "w1", 1), t % LEASE_MS == 0);
    }
    skep_observer_free(observer);
}

/* Nothing was ever seen: nobody is dead. */
static void test_observer__of_nobody(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    assert_int_equal(count_dead(observer, NULL, 0), 0);
    for (int64_t t = 0; t < 20; t++) {
        look(observer, t * READ_MS, NULL, 0);
        assert_int_equal(count_dead(observer, NULL, 0), 0);
    }
    skep_observer_free(observer);
    skep_observer_free(NULL);
}

/* ---- breaks ---- */

/* Without memory somebody is not watched until the next read; nothing leaks, and nobody dies of it. */
static void test_observer__without_memory(void **state)
{
    (void)state;
    for (size_t n = 0; n < 12; n++) {
        struct skep_observer *observer = NULL;
        bool was_met;
        test_heap_begin(n, TEST_HEAP_ONE_FAILS);
        if (skep_observer_new(LEASE_MS, GAP_MS, &observer, NULL) == SKEP_OK) {
            for (int64_t t = 0; t < 12; t++) {
                skep_observer_begin(observer, t * READ_MS);
                for (int i = 0; i < 300; i++) {
                    char name[32];
                    int length = snprintf(name, sizeof name, "w%d", i + (int)t * 50);
                    skep_status st = skep_observer_see(observer, name, (size_t)length, t);
                    assert_true(st == SKEP_OK || st == SKEP_E_NOMEM);
                }
                skep_observer_end(observer);
                assert_int_equal(count_dead(observer, NULL, 0), 0);
            }
        }
        skep_observer_free(observer);
        was_met = test_heap_end();
        assert_int_equal(test_heap_live(), 0);
        assert_true(was_met || n > 3);
    }
}

/* Even when there was no memory to forget somebody: who was missing from a read is neither told nor was
 * standing still. */
static void test_observer__without_memory_to_forget(void **state)
{
    struct skep_observer *observer = make_observer();

    (void)state;
    for (int64_t t = 0; t <= LEASE_MS; t += READ_MS) {
        look_at(observer, t, "w", 1);
    }
    test_heap_begin(0, TEST_HEAP_REST_FAILS);
    look(observer, LEASE_MS + READ_MS, NULL, 0);
    assert_true(test_heap_end());
    assert_int_equal(count_dead(observer, NULL, 0), 0);
    for (int64_t t = LEASE_MS + 2 * READ_MS; t < 2 * LEASE_MS + 2 * READ_MS; t += READ_MS) {
        look_at(observer, t, "w", 1);
        assert_int_equal(count_dead(observer, NULL, 0), 0);
    }
    skep_observer_free(observer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_observer__reports_after_a_whole_lease),
        cmocka_unit_test(test_observer__a_beat_starts_the_lease_anew),
        cmocka_unit_test(test_observer__tells_once_a_lease),
        cmocka_unit_test(test_observer__watches_thousands),
        cmocka_unit_test(test_observer__a_name_is_not_its_beginning),
        cmocka_unit_test(test_observer__forgets_who_is_gone),
        cmocka_unit_test(test_observer__a_gap_proves_nothing),
        cmocka_unit_test(test_observer__a_gap_has_a_sharp_edge),
        cmocka_unit_test(test_observer__a_failed_read_proves_nothing),
        cmocka_unit_test(test_observer__who_was_away_begins_anew),
        cmocka_unit_test(test_observer__strange_names),
        cmocka_unit_test(test_observer__of_nobody),
        cmocka_unit_test(test_observer__without_memory),
        cmocka_unit_test(test_observer__without_memory_to_forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
