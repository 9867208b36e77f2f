/* SPDX-License-Identifier: MIT */
/* What slots report of a range job, and its one gatherer. */
#include "support/test.h"
#include "verbs.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "queue/acks.h"
#include "queue/range.h"

#define SPEC "{\"kernel\":\"echo\"}"

static struct skep_bytes taken[SKEP_ACKS_WANT];

static void put_job(int64_t n)
{
    const struct skep_range_put put = {
        .job = "j", .spec = SPEC, .spec_n = sizeof SPEC - 1, .n = n, .has_acks = true};
    const struct skep_range all = {0, n};
    int64_t n_put;

    assert_int_equal(skep_range_put(verbs.watcher, &verbs.keys, &put, 0, &all, 1, &n_put, NULL), SKEP_OK);
}

/* One position is taken and done; ACK is what is said of it. */
static void report(struct skep_holder *holder, const char *ack)
{
    struct skep_range_verdict done = {
        .back = -1, .n_done = 1, .hit = -1, .hit_index = -1, .ack = {ack, strlen(ack)}};

    cycle(holder, &(struct skep_cycle){.want = 1, .range_job = "j", .range_want = 1});
    assert_true(holder->has_range);
    done.upto = holder->range.hi;
    cycle(holder, &(struct skep_cycle){.range = &done});
}

static struct skep_conn *open_acks(struct skep_acks *acks)
{
    struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});

    assert_int_equal(skep_acks_init(acks, conn, "q", "j", NULL), SKEP_OK);
    return conn;
}

static size_t read_acks(struct skep_acks *acks, size_t n_safe)
{
    struct skep_error err = {0};
    size_t n;

    if (skep_acks_read(acks, n_safe, taken, &n, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return n;
}

static void check_ack(size_t i, const char *bytes)
{
    assert_int_equal(taken[i].n, strlen(bytes));
    assert_memory_equal(taken[i].bytes, bytes, strlen(bytes));
}

/* An ack stays until it is confirmed, and comes again until then; the last word ends the gathering. */
static void test_acks__stay_until_they_are_safe(void **state)
{
    struct skep_holder holder;
    struct skep_acks acks;
    struct skep_conn *conn = open_holder(&holder), *own = open_acks(&acks);
    char(*names)[SKEP_RANGE_JOB_BYTES];
    struct skep_range_end end;
    size_t n;

    (void)state;
    put_job(3);
    assert_int_equal(skep_range_list_gather(verbs.watcher, &verbs.keys, &names, &n, NULL), SKEP_OK);
    assert_int_equal(n, 1);
    assert_string_equal(names[0], "j");
    skep_free(names);
    report(&holder, "first");
    report(&holder, "second");
    assert_int_equal(read_acks(&acks, 0), 2);
    check_ack(0, "first");
    check_ack(1, "second");
    assert_false(acks.is_over);
    assert_int_equal(read_acks(&acks, 1), 1);
    check_ack(0, "second");
    report(&holder, "third");
    assert_int_equal(read_acks(&acks, 0), 2);
    assert_true(acks.is_over);
    assert_int_equal(acks.n_left, 2);
    assert_int_equal(read_acks(&acks, 2), 0);
    assert_int_equal(acks.n_left, 0);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", "1.5", 3, NULL), SKEP_OK);
    assert_int_equal(say_number("EXISTS", verbs.keys.gather), 0);
    assert_int_equal(say_number("EXISTS", acks.gatherer_key), 0);
    assert_int_equal(skep_range_read_end(verbs.watcher, &verbs.keys, "j", &end, NULL), SKEP_OK);
    assert_int_equal(end.value_n, 3);
    assert_memory_equal(end.value, "1.5", 3);
    assert_int_equal(end.hit, -1);
    skep_conn_free(conn);
    skep_conn_free(own);
}

/* A job without outputs has no acks, whatever a slot sends. */
static void test_acks__of_a_job_without_outputs(void **state)
{
    static const struct skep_range_put put = {.job = "j", .spec = SPEC, .spec_n = sizeof SPEC - 1, .n = 2};
    static const struct skep_range all = {0, 2};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t n_put;

    (void)state;
    assert_int_equal(skep_range_put(verbs.watcher, &verbs.keys, &put, 0, &all, 1, &n_put, NULL), SKEP_OK);
    report(&holder, "ack");
    assert_int_equal(say_number("EXISTS", "{skep:q}:acks:j"), 0);
    skep_conn_free(conn);
}

/* A confirmation whose answer was lost counts once. */
static void test_acks__are_confirmed_once(void **state)
{
    struct skep_holder holder;
    struct skep_acks acks;
    struct skep_conn *conn = open_holder(&holder), *own = open_acks(&acks);
    size_t n;

    (void)state;
    put_job(4);
    report(&holder, "a");
    report(&holder, "b");
    report(&holder, "c");
    assert_int_equal(read_acks(&acks, 0), 3);
    assert_int_equal(shutdown(skep_conn_fd(own), SHUT_RD), 0);
    assert_int_equal(skep_acks_read(&acks, 2, taken, &n, NULL), SKEP_E_UNREACHABLE);
    assert_int_equal(read_acks(&acks, 2), 1);
    check_ack(0, "c");
    skep_conn_free(conn);
    skep_conn_free(own);
}

/* Large acks come in smaller helpings, small ones in larger. */
static void test_acks__come_in_helpings(void **state)
{
    enum { LARGE = 3 * 1024 * 1024 };
    struct skep_holder holder;
    struct skep_acks acks;
    struct skep_conn *conn = open_holder(&holder), *own = open_acks(&acks);
    char *large = malloc(LARGE + 1);

    (void)state;
    put_job(400);
    memset(large, 'x', LARGE);
    large[LARGE] = '\0';
    for (int i = 0; i < 20; i++) {
        report(&holder, i == 0 ? large : "a");
    }
    assert_int_equal(read_acks(&acks, 0), 16);
    assert_int_equal(read_acks(&acks, 16), 4);
    assert_int_equal(acks.want, SKEP_ACKS_WANT);
    report(&holder, large);
    assert_int_equal(read_acks(&acks, 4), 1);
    assert_int_equal(acks.want, 10); /* of 3 MiB in 32 */
    free(large);
    skep_conn_free(conn);
    skep_conn_free(own);
}

/* ---- refuses ---- */

/* One gathers; a second one is told who does. When the first has left, or its mark has faded, the second may,
 * and the first is refused, whatever it had in hand. */
static void test_acks__have_one_gatherer(void **state)
{
    struct skep_holder holder;
    struct skep_acks a, b;
    struct skep_conn *conn = open_holder(&holder), *conn_a = open_acks(&a), *conn_b = open_acks(&b);
    struct skep_error err = {0};
    size_t n;

    (void)state;
    put_job(5);
    report(&holder, "one");
    report(&holder, "two");
    assert_int_equal(read_acks(&a, 0), 2);
    check_failure(skep_acks_read(&b, 0, taken, &n, &err), SKEP_E_CONFLICT, &err, a.token);
    say("DEL", a.gatherer_key, NULL);
    assert_int_equal(read_acks(&b, 0), 2);
    skep_error_clear(&err);
    check_failure(skep_acks_read(&a, 2, taken, &n, &err), SKEP_E_CONFLICT, &err, b.token);
    assert_int_equal(skep_acks_leave(&b, 1, NULL), SKEP_OK);
    skep_error_clear(&err);
    check_failure(skep_acks_read(&a, 1, taken, &n, &err), SKEP_E_CONFLICT, &err, "somebody else");
    assert_int_equal(read_acks(&a, 0), 1);
    check_ack(0, "two");
    skep_conn_free(conn);
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* Nothing is gathered of a job that nobody knows, and its name has rules. */
static void test_acks__of_an_unknown_job(void **state)
{
    struct skep_acks acks;
    struct skep_conn *conn = open_acks(&acks);
    struct skep_error err = {0};
    size_t n;

    (void)state;
    check_failure(skep_acks_read(&acks, 0, taken, &n, &err), SKEP_E_CONFLICT, &err, "has no job \"j\"");
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    skep_error_clear(&err);
    check_failure(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, &err), SKEP_E_CONFLICT, &err,
                  "has no job \"j\"");
    skep_error_clear(&err);
    check_failure(skep_acks_init(&acks, conn, "q", "a b", &err), SKEP_E_USAGE, &err, "no name");
    skep_conn_free(conn);
}

/* While 4096 acks wait for a gatherer nothing more of their job is taken, and the reason is told. */
static void test_acks__hold_slots_off(void **state)
{
    const struct skep_cycle take_it = {.want = 1, .range_job = "j", .range_want = 1};
    struct skep_holder holder;
    struct skep_acks acks;
    struct skep_conn *conn = open_holder(&holder), *own = open_acks(&acks);
    const struct skep_cycle_reply *reply;

    (void)state;
    put_job(10);
    say("EVAL", "for i = 1, 4095 do redis.call('RPUSH', KEYS[1], 'x') end", "1", acks.acks_key, NULL);
    report(&holder, "last");
    reply = cycle(&holder, &take_it);
    assert_int_equal(reply->n_tasks, 0);
    assert_int_equal(reply->flags, SKEP_FLAG_RESULTS_FULL);
    read_acks(&acks, 0);
    read_acks(&acks, 1);
    assert_int_equal(cycle(&holder, &take_it)->n_tasks, 1);
    check_audit();
    skep_conn_free(conn);
    skep_conn_free(own);
}

/* Large ones do so when they are eight MiB together. */
static void test_acks__hold_slots_off_by_their_size(void **state)
{
    static char large[3000001]; /* three are more than eight MiB */
    const struct skep_cycle take_it = {.want = 1, .range_job = "j", .range_want = 1};
    struct skep_holder holder;
    struct skep_acks acks;
    struct skep_conn *conn = open_holder(&holder), *own = open_acks(&acks);

    (void)state;
    memset(large, 'x', sizeof large - 1);
    put_job(10);
    report(&holder, "the first is small");
    report(&holder, large);
    report(&holder, large);
    report(&holder, large);
    assert_int_equal(cycle(&holder, &take_it)->flags, SKEP_FLAG_RESULTS_FULL);
    assert_false(holder.has_range);
    assert_int_equal(read_acks(&acks, 0), 4);
    read_acks(&acks, 1);
    assert_int_equal(cycle(&holder, &take_it)->flags, SKEP_FLAG_RESULTS_FULL);
    read_acks(&acks, 1);
    assert_int_equal(cycle(&holder, &take_it)->n_tasks, 1);
    read_acks(&acks, 2);
    assert_int_equal(say_number("EXISTS", acks.acks_key), 0);
    skep_conn_free(conn);
    skep_conn_free(own);
}

/* A job that was cancelled before all its pieces were in is over when those that were are. */
static void test_acks__end_with_what_was_put(void **state)
{
    const struct skep_range_put put = {
        .job = "j", .spec = SPEC, .spec_n = sizeof SPEC - 1, .n = 10, .has_acks = true};
    const struct skep_range piece = {0, 2};
    struct skep_error err = {0};
    struct skep_holder holder;
    struct skep_acks acks;
    struct skep_conn *conn = open_holder(&holder), *own = open_acks(&acks);
    int64_t n_put;

    (void)state;
    assert_int_equal(skep_range_put(verbs.watcher, &verbs.keys, &put, 0, &piece, 1, &n_put, NULL), SKEP_OK);
    report(&holder, "one");
    say("HSET", verbs.keys.jobs, "x:j", "1", NULL);
    assert_int_equal(read_acks(&acks, 0), 1);
    assert_false(acks.is_over);
    check_failure(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, &err), SKEP_E_CONFLICT, &err,
                  "has more to gather");
    report(&holder, "two");
    assert_int_equal(read_acks(&acks, 1), 1);
    assert_true(acks.is_over);
    assert_int_equal(read_acks(&acks, 1), 0);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_OK);
    skep_conn_free(conn);
    skep_conn_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_acks__stay_until_they_are_safe, verbs_clear),
        cmocka_unit_test_setup(test_acks__of_a_job_without_outputs, verbs_clear),
        cmocka_unit_test_setup(test_acks__are_confirmed_once, verbs_clear),
        cmocka_unit_test_setup(test_acks__come_in_helpings, verbs_clear),
        cmocka_unit_test_setup(test_acks__have_one_gatherer, verbs_clear),
        cmocka_unit_test_setup(test_acks__of_an_unknown_job, verbs_clear),
        cmocka_unit_test_setup(test_acks__hold_slots_off, verbs_clear),
        cmocka_unit_test_setup(test_acks__hold_slots_off_by_their_size, verbs_clear),
        cmocka_unit_test_setup(test_acks__end_with_what_was_put, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
