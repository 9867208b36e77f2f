/* SPDX-License-Identifier: MIT */
/* What an operator asks of a queue, on a real server. */
#include "support/test.h"
#include "support/heap.h"
#include "verbs.h"

#include <stdlib.h>
#include <string.h>

static struct skep_queue_status read_status(void)
{
    struct skep_queue_status status;
    struct skep_error err = {0};

    if (skep_queue_status_read(verbs.watcher, &verbs.keys, &status, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return status;
}

/* A queue that nobody has ever used has a status too: nothing, everywhere. */
static void test_admin__the_status_of_nothing(void **state)
{
    struct skep_queue_status status = read_status();
    static const struct skep_stat none;

    (void)state;
    assert_int_equal(status.n_waiting + status.n_results + status.n_delayed + status.n_dead +
                         status.n_suspect + status.n_held,
                     0);
    assert_int_equal(status.n_slots, 0);
    assert_false(status.is_paused);
    assert_int_equal(status.max_depth, 0);
    assert_int_equal(status.max_results, 0);
    assert_memory_equal(&status.stat, &none, sizeof none);
    assert_true(status.now_ms > 1600000000000);
    skep_queue_status_release(&status);
    assert_int_equal(say_number("DBSIZE", NULL), 0); /* and asking leaves nothing behind */
}

/* Every number comes from where it should, at one instant. */
static void test_admin__the_status_of_a_busy_queue(void **state)
{
    static const struct skep_verdict verdicts[] = {{.kind = SKEP_DONE, .result = {"result", 6}},
                                                   {.kind = SKEP_BURY, .record = {"#skep cause=x\nr1", 16}}};
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_queue_status status;

    (void)state;
    push_records(40);
    take(&a, 5);
    cycle(&a, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 2});
    take(&b, 2);
    say("ZADD", verbs.keys.delayed, "99999999999999", "x", "99999999999999", "y", NULL);
    say("RPUSH", verbs.keys.suspect, "s", NULL);
    assert_int_equal(skep_queue_pause(verbs.watcher, &verbs.keys, true, NULL), SKEP_OK);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_DEPTH, 1000, NULL), SKEP_OK);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_RESULTS, 500, NULL),
                     SKEP_OK);
    status = read_status();
    assert_int_equal(status.n_waiting, 33);
    assert_int_equal(status.n_results, 1);
    assert_int_equal(status.n_delayed, 2);
    assert_int_equal(status.n_dead, 1);
    assert_int_equal(status.n_suspect, 1);
    assert_int_equal(status.n_held, 5);
    assert_true(status.is_paused);
    assert_int_equal(status.max_depth, 1000);
    assert_int_equal(status.max_results, 500);
    assert_int_equal(status.stat.taken, 7);
    assert_int_equal(status.stat.done, 1);
    assert_int_equal(status.stat.dead, 1);
    assert_int_equal(skep_queue_audit(&status), 0);
    assert_int_equal(status.n_slots, 2);
    for (size_t i = 0; i < 2; i++) {
        bool is_a = strcmp(status.slots[i].worker, a.worker) == 0;
        assert_true(is_a || strcmp(status.slots[i].worker, b.worker) == 0);
        assert_int_equal(status.slots[i].n_held, is_a ? 3 : 2);
        assert_int_equal(status.slots[i].beat, is_a ? 2 : 1);
    }
    skep_queue_status_release(&status);
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* The audit says by how much the books are wrong. */
static void test_admin__the_audit_counts(void **state)
{
    struct skep_queue_status status = {.n_held = 1,
                                       .stat = {.taken = 100,
                                                .done = 2,
                                                .retried = 4,
                                                .dead = 8,
                                                .given_back = 16,
                                                .crash_moved = 32,
                                                .put = 1000,
                                                .replays = 1000}};

    (void)state;
    assert_int_equal(skep_queue_audit(&status), 100 - 63);
    status.stat.taken = 63;
    assert_int_equal(skep_queue_audit(&status), 0);
}

/* Paused, slots take nothing and are told why; what they hold they still settle. Then they take again. */
static void test_admin__a_pause(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(4);
    take(&holder, 1);
    assert_int_equal(skep_queue_pause(verbs.watcher, &verbs.keys, true, NULL), SKEP_OK);
    settle(&holder, 1);
    reply = take(&holder, 1);
    assert_int_equal(reply->n_tasks, 0);
    assert_int_equal(reply->flags, SKEP_FLAG_PAUSED);
    assert_int_equal(skep_queue_pause(verbs.watcher, &verbs.keys, false, NULL), SKEP_OK);
    assert_int_equal(take(&holder, 1)->n_tasks, 1);
    assert_int_equal(stat_of("done"), 1);
    skep_conn_free(conn);
}

/* While as many results wait as may, slots take nothing; the results of the very cycle count. */
static void test_admin__a_limit_of_results(void **state)
{
    static const struct skep_verdict done[2] = {{.result = {"a", 1}}, {.result = {"b", 1}}};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(20);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_RESULTS, 2, NULL), SKEP_OK);
    assert_int_equal(take(&holder, 2)->n_tasks, 2);
    reply = cycle(&holder, &(struct skep_cycle){.verdicts = done, .n_verdicts = 2, .want = 2});
    assert_int_equal(reply->n_tasks, 0);
    assert_int_equal(reply->flags, SKEP_FLAG_RESULTS_FULL);
    say("LPOP", verbs.keys.out, NULL);
    assert_int_equal(take(&holder, 2)->n_tasks, 2);
    skep_conn_free(conn);
}

/* What the workers say of themselves comes in the order of the slots; who says nothing (any more) has
 * nothing. */
static void test_admin__what_slots_say_of_themselves(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_queue_status status = read_status();
    struct skep_bytes infos[2];

    (void)state;
    say("SET", a.info_key, "{\"host\":\"x\"}", NULL);
    assert_int_equal(skep_queue_infos_read(verbs.watcher, &verbs.keys, &status, infos, NULL), SKEP_OK);
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(status.slots[i].worker, a.worker) == 0) {
            assert_string_equal(infos[i].bytes, "{\"host\":\"x\"}");
        } else {
            assert_int_equal(infos[i].n, 0);
        }
    }
    skep_queue_status_release(&status);
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* ---- dead letters ---- */

/* N letters "#skep cause=<cause of its number>\nr<number>". */
static void bury(size_t n)
{
    static const char script[] = "local causes = {'crash', 'timeout', 'bad-args'}\n"
                                 "for i = 0, ARGV[1] - 1 do\n"
                                 "    redis.call('RPUSH', KEYS[1], '#skep cause=' .. causes[i % 3 + 1] .. "
                                 "' id=t' .. i .. '\\nr' .. i)\n"
                                 "end\n";
    char number[24];

    snprintf(number, sizeof number, "%zu", n);
    say("EVAL", script, "1", verbs.keys.dead, number, NULL);
}

static int64_t sift(bool requeues, const char *wanted)
{
    struct skep_error err = {0};
    int64_t matched;

    if (skep_dead_sift(verbs.watcher, &verbs.keys, requeues, wanted, &matched, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return matched;
}

/* Letters are read in pages, the oldest first, and stay. */
static void test_admin__reads_letters_in_pages(void **state)
{
    struct skep_bytes letters[4];
    size_t n;

    (void)state;
    bury(6);
    assert_int_equal(skep_dead_read(verbs.watcher, &verbs.keys, 0, 4, letters, &n, NULL), SKEP_OK);
    assert_int_equal(n, 4);
    assert_string_equal(letters[0].bytes, "#skep cause=crash id=t0\nr0");
    assert_string_equal(letters[3].bytes, "#skep cause=crash id=t3\nr3");
    assert_int_equal(skep_dead_read(verbs.watcher, &verbs.keys, 4, 4, letters, &n, NULL), SKEP_OK);
    assert_int_equal(n, 2);
    assert_string_equal(letters[1].bytes, "#skep cause=bad-args id=t5\nr5");
    assert_int_equal(skep_dead_read(verbs.watcher, &verbs.keys, 6, 4, letters, &n, NULL), SKEP_OK);
    assert_int_equal(n, 0);
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 6);
}

/* Those that match go to the end of the queue without their line, in their order; the others stay in theirs.
 */
static void test_admin__requeues_by_words(void **state)
{
    (void)state;
    push_records(1);
    bury(6);
    assert_int_equal(sift(true, " cause=timeout "), 2);
    check_list(verbs.keys.queue, "r0 r1 r4");
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 4);
    assert_int_equal(sift(true, " id=t5 "), 1);
    assert_int_equal(sift(true, " id=t "), 0); /* words are whole */
    assert_int_equal(sift(true, " cause=time"), 0);
    check_list(verbs.keys.queue, "r0 r1 r4 r5");
    assert_int_equal(sift(true, ""), 3);
    check_list(verbs.keys.queue, "r0 r1 r4 r5 r0 r2 r3");
    assert_int_equal(say_number("EXISTS", verbs.keys.dead), 0);
    assert_int_equal(stat_of("requeued"), 6);
}

/* Purged letters are gone, and counted. */
static void test_admin__purges_by_words(void **state)
{
    (void)state;
    bury(6);
    assert_int_equal(sift(false, " cause=crash "), 2);
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 4);
    assert_int_equal(say_number("EXISTS", verbs.keys.queue), 0);
    assert_int_equal(sift(false, ""), 4);
    assert_int_equal(sift(false, ""), 0);
    assert_int_equal(stat_of("purged"), 6);
}

/* The words are looked for in skep's line only, and a letter without one is a record as it is. */
static void test_admin__records_are_not_looked_into(void **state)
{
    (void)state;
    say("RPUSH", verbs.keys.dead, "#skep cause=crash\n{ cause=timeout }", " cause=timeout ", "#skep", "\n",
        NULL);
    assert_int_equal(sift(true, " cause=timeout "), 0);
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 4);
    assert_int_equal(sift(true, ""), 4);
    check_list(verbs.keys.queue, "{ cause=timeout }  cause=timeout  #skep \n");
}

/* Thousands of letters go in pieces. Ended between two of them, nothing is lost or doubled, and the next one
 * does what is left. */
static void test_admin__a_sift_that_is_killed_midway(void **state)
{
    const char *const keys[] = {verbs.keys.dead, verbs.keys.queue, verbs.keys.stat, verbs.keys.jobs,
                                verbs.keys.gather};
    struct skep_reply *reply;

    (void)state;
    bury(2500);
    skep_script_begin(verbs.watcher, SKEP_SCRIPT_SIFT, 5, keys, 3);
    skep_conn_arg_i64(verbs.watcher, 1000);
    skep_conn_arg_text(verbs.watcher, "requeue");
    skep_conn_arg_text(verbs.watcher, " cause=crash ");
    assert_int_equal(skep_script_call(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->items[0].integer, 1000);
    assert_int_equal(reply->items[1].integer, 334); /* 0, 3, ..., 999 */
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 2500 - 334);
    assert_int_equal(sift(true, " cause=crash "), 834 - 334);
    assert_int_equal(say_number("LLEN", verbs.keys.queue), 834);
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 2500 - 834);
    /* Each record is somewhere, once. */
    reply = say("EVAL",
                "local n, seen = 0, {}\n"
                "for _, key in ipairs(KEYS) do\n"
                "    for _, text in ipairs(redis.call('LRANGE', key, 0, -1)) do\n"
                "        local record = string.match(text, 'r%d+$')\n"
                "        if not seen[record] then n, seen[record] = n + 1, true end\n"
                "    end\n"
                "end\n"
                "return n\n",
                "2", verbs.keys.dead, verbs.keys.queue, NULL);
    assert_int_equal(reply->integer, 2500);
}

/* A key of another type stops a sift before it has changed anything. */
static void test_admin__a_key_of_another_type_changes_nothing(void **state)
{
    const char *const keys[] = {verbs.keys.dead, verbs.keys.queue, verbs.keys.stat, verbs.keys.jobs};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct skep_error err = {0};
        struct digest before;
        int64_t matched;
        say("FLUSHALL", NULL);
        bury(3);
        say("DEL", keys[i], NULL);
        say("SET", keys[i], "something else", NULL);
        before = state_digest();
        check_failure(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, &err), SKEP_E_REFUSED,
                      &err, "WRONGTYPE");
        check_unchanged(&before);
    }
}

/* ---- names ---- */

/* Every queue that was ever used, and nothing that is no name of one. */
static void test_admin__names_of_queues(void **state)
{
    const char *names[4];
    size_t n;

    (void)state;
    assert_int_equal(skep_queues_read(verbs.watcher, names, 4, &n, NULL), SKEP_OK);
    assert_int_equal(n, 0);
    say("SADD", SKEP_KEY_QUEUES, "a", "b.c", "not a name", "", NULL);
    assert_int_equal(skep_queues_read(verbs.watcher, names, 4, &n, NULL), SKEP_OK);
    assert_int_equal(n, 2);
    assert_int_equal(strcmp(names[0], "a") == 0 ? strcmp(names[1], "b.c") : strcmp(names[0], "b.c"), 0);
    assert_int_equal(skep_queues_read(verbs.watcher, names, 1, &n, NULL), SKEP_OK);
    assert_int_equal(n, 1);
}

/* ---- breaks ---- */

/* Without memory there is no status, and nothing is left of the half of one. */
static void test_admin__status_without_memory(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_queue_status status;

    (void)state;
    status = read_status(); /* now the line has all the memory that it needs */
    skep_queue_status_release(&status);
    test_heap_begin(0, TEST_HEAP_ONE_FAILS);
    assert_int_equal(skep_queue_status_read(verbs.watcher, &verbs.keys, &status, NULL), SKEP_E_NOMEM);
    assert_true(test_heap_end());
    assert_null(status.slots);
    assert_int_equal(status.n_slots, 0);
    status = read_status();
    assert_int_equal(status.n_slots, 1);
    skep_queue_status_release(&status);
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_admin__the_status_of_nothing, verbs_clear),
        cmocka_unit_test_setup(test_admin__the_status_of_a_busy_queue, verbs_clear),
        cmocka_unit_test_setup(test_admin__the_audit_counts, verbs_clear),
        cmocka_unit_test_setup(test_admin__a_pause, verbs_clear),
        cmocka_unit_test_setup(test_admin__a_limit_of_results, verbs_clear),
        cmocka_unit_test_setup(test_admin__what_slots_say_of_themselves, verbs_clear),
        cmocka_unit_test_setup(test_admin__reads_letters_in_pages, verbs_clear),
        cmocka_unit_test_setup(test_admin__requeues_by_words, verbs_clear),
        cmocka_unit_test_setup(test_admin__purges_by_words, verbs_clear),
        cmocka_unit_test_setup(test_admin__records_are_not_looked_into, verbs_clear),
        cmocka_unit_test_setup(test_admin__a_sift_that_is_killed_midway, verbs_clear),
        cmocka_unit_test_setup(test_admin__a_key_of_another_type_changes_nothing, verbs_clear),
        cmocka_unit_test_setup(test_admin__names_of_queues, verbs_clear),
        cmocka_unit_test_setup(test_admin__status_without_memory, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
