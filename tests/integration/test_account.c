/* SPDX-License-Identifier: MIT */
/* What tasks have used, on a real server: it is added by the call that settles them, and by no other. That it
 * is so in every sequence of moves is test_model.c's. */
#include "support/test.h"
#include "range_verbs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "queue/beat.h"
#include "queue/job.h"

/* The fields of the queue, or of a job, in words. */
struct seen {
    char text[4096];
    size_t n, n_fields;
};

static void see(void *context, const char *field, int64_t value)
{
    struct seen *seen = context;

    seen->n_fields++;
    if (strstr(field, "_ms") == NULL) { /* no test knows the time */
        seen->n += (size_t)snprintf(seen->text + seen->n, sizeof seen->text - seen->n, "%s%s=%" PRId64,
                                    seen->n > 0 ? " " : "", field, value);
        assert_true(seen->n < sizeof seen->text);
    }
}

static struct seen read_account(const char *job)
{
    struct seen seen = {.text = ""};
    struct skep_error err = {0};

    if (skep_account_read(verbs.watcher, &verbs.keys, job, see, &seen, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return seen;
}

static void check_account(const char *job, const char *wanted)
{
    struct seen seen = read_account(job);

    assert_string_equal(seen.text, wanted);
}

static void check_slowest(const char *job, const char *wanted)
{
    struct skep_account_slow slowest[SKEP_ACCOUNT_SLOWEST];
    char text[1024] = "";
    size_t n, length = 0;

    assert_int_equal(skep_account_read_slowest(verbs.watcher, &verbs.keys, job, slowest, &n, NULL), SKEP_OK);
    for (size_t i = 0; i < n; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s:%g", i > 0 ? " " : "",
                                   slowest[i].what, slowest[i].seconds);
        assert_true(length < sizeof text);
    }
    assert_string_equal(text, wanted);
}

static int64_t field_of(const char *job, const char *field)
{
    char key[SKEP_KEY_BYTES + 64];
    const struct skep_reply *reply;

    snprintf(key, sizeof key, "%s%s", verbs.keys.account_prefix, job);
    reply = say("HGET", key, field, NULL);
    return reply->kind == SKEP_REPLY_TEXT ? strtoll(reply->bytes, NULL, 10) : -1;
}

static bool exists(const char *prefix, const char *job)
{
    char key[SKEP_KEY_BYTES + 64];

    snprintf(key, sizeof key, "%s%s", prefix, job);
    return say_number("EXISTS", key) == 1;
}

static void announce(const char *job, const char *n)
{
    char field[64];

    snprintf(field, sizeof field, "n:%s", job);
    say("HSET", verbs.keys.jobs, field, n, NULL);
    say("HSET", verbs.keys.puts, job, n, NULL);
}

/* Two attempts of `echo`, one of which failed; the job "j" has had a slow one. */
static const struct skep_account_add adds[] = {
    {"done:echo", 1}, {"failed:echo", 1}, {"ns:echo", 9000000000}, {"cause:timeout", 1}};
static const struct skep_account_add job_adds[] = {{"attempts", 2}, {"wall_ns", 9000000000}, {"w:W", 5}};
static const struct skep_account_slow slow[] = {{8.5, "7 host 0"}, {0.25, "8 host 1"}};
static const struct skep_account_job jobs[] = {{.job = "j",
                                                .adds = job_adds,
                                                .n_adds = 3,
                                                .peak_rss_bytes = 1000,
                                                .spent_ms = 9000,
                                                .slow = slow,
                                                .n_slow = 2}};
static const struct skep_account_news news = {.adds = adds, .n_adds = 4, .jobs = jobs, .n_jobs = 1};

#define ONCE      "done:echo=1 failed:echo=1 ns:echo=9000000000 cause:timeout=1"
#define TWICE     "done:echo=2 failed:echo=2 ns:echo=18000000000 cause:timeout=2"
#define ONCE_OF_J "attempts=2 wall_ns=9000000000 w:W=5 peak_rss_bytes=1000"

static const struct skep_verdict done_of_j = {.kind = SKEP_DONE, .job = "j"};

/* The holder has one task, and this settles it. */
static struct skep_cycle settling(void)
{
    return (struct skep_cycle){.verdicts = &done_of_j, .n_verdicts = 1, .account = &news};
}

/* ---- works ---- */

/* Of a queue that nobody has ever used nothing is known. */
static void test_account__of_nothing(void **state)
{
    (void)state;
    check_account(NULL, "");
    check_account("j", "");
    check_slowest("j", "");
    assert_int_equal(say_number("DBSIZE", NULL), 0);
}

/* A cycle adds to the queue and to the job what it says; the peak is the largest, and the times are those of
 * the first beginning and the last end. */
static void test_account__is_added_by_the_cycle(void **state)
{
    struct skep_account_job later = {.job = "j", .adds = job_adds, .n_adds = 1, .peak_rss_bytes = 999};
    struct skep_account_news other = {.jobs = &later, .n_jobs = 1};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_cycle cycle_of_one = settling();
    int64_t first_ms, now_ms;

    (void)state;
    announce("j", "3");
    push_records(3);
    take(&holder, 1);
    first_ms = cycle(&holder, &cycle_of_one)->now_ms;
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    check_slowest("j", "7 host 0:8.5 8 host 1:0.25");
    assert_int_equal(field_of("j", "from_ms"), first_ms - 9000);
    assert_int_equal(field_of("j", "to_ms"), first_ms);
    now_ms = cycle(&holder, &(struct skep_cycle){.account = &other})->now_ms;
    check_account(NULL, ONCE);
    check_account("j", "attempts=4 wall_ns=9000000000 w:W=5 peak_rss_bytes=1000");
    assert_int_equal(field_of("j", "from_ms"), first_ms - 9000);
    assert_int_equal(field_of("j", "to_ms"), now_ms);
    later.peak_rss_bytes = 1001;
    later.spent_ms = 100000;
    now_ms = cycle(&holder, &(struct skep_cycle){.account = &other})->now_ms;
    assert_int_equal(field_of("j", "peak_rss_bytes"), 1001);
    assert_int_equal(field_of("j", "from_ms"), now_ms - 100000);
    skep_conn_free(conn);
}

/* Numbers keep all their digits: time in ns leaves what a double holds after some months. */
static void test_account__large_numbers(void **state)
{
    static const struct skep_account_add large = {"ns:echo", 1};
    static const struct skep_account_news one = {.adds = &large, .n_adds = 1};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    say("HSET", verbs.keys.account, "ns:echo", "9007199254740993000", NULL);
    cycle(&holder, &(struct skep_cycle){.account = &one});
    check_account(NULL, "ns:echo=9007199254740993001");
    skep_conn_free(conn);
}

/* With a range in the hand it goes behind what is told of it. */
static void test_account__of_a_range(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict = done_upto(&holder, 4);

    (void)state;
    cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news});
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    cycle(&holder, &(struct skep_cycle){.account = &news}); /* nothing of the range is told */
    check_account(NULL, TWICE);
    assert_int_equal(holder.range.lo, 4);
    check_audit();
    skep_conn_free(conn);
}

/* What a task had used whose slot was ended for it goes with its verdict: once, and not when somebody else
 * has the task now. */
static void test_account__of_who_was_ended(void **state)
{
    static const struct skep_verdict buried = {
        .kind = SKEP_BURY, .record = {"#skep cause=x\nr0", 16}, .job = "j"};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_death death = {.worker = holder.worker,
                               .observed = -1,
                               .running = 0,
                               .info = "",
                               .verdict = &buried,
                               .position = -1,
                               .account = &news};
    int64_t moved;

    (void)state;
    announce("j", "4");
    push_records(4);
    take(&holder, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
        assert_int_equal(moved, i == 0 ? 1 : -1);
        check_account(NULL, ONCE);
        check_account("j", ONCE_OF_J);
    }
    skep_conn_free(conn);
    conn = open_holder(&holder);
    death.worker = holder.worker;
    death.running = 7; /* settled long ago */
    take(&holder, 1);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 1);
    check_account(NULL, ONCE);
    skep_conn_free(conn);
}

/* The same of a position of a range. */
static void test_account__of_who_was_ended_in_a_range(void **state)
{
    static const struct skep_verdict retried = {
        .kind = SKEP_RETRY, .record = TEXT("#skep r=3:4 j=j q=1 try=1\n"), .delay_ms = 100000};
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_death death = {.worker = holder.worker,
                               .observed = -1,
                               .running = 0,
                               .info = "",
                               .verdict = &retried,
                               .position = 3,
                               .account = &news};
    int64_t moved;

    (void)state;
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 9);
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    check_audit();
    skep_conn_free(conn);
    say("FLUSHALL", NULL);
    conn = hold_ten(&holder);
    death.worker = holder.worker;
    death.position = 999; /* somebody has stolen it */
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 10);
    check_account(NULL, "");
    skep_conn_free(conn);
}

/* A slot that is ended without a verdict has used nothing that anybody knows of. */
static void test_account__of_a_crash(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_death death = {
        .worker = holder.worker, .observed = -1, .running = 0, .info = "", .position = -1, .account = &news};
    int64_t moved;

    (void)state;
    push_records(2);
    take(&holder, 1);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 1);
    check_account(NULL, "");
    skep_conn_free(conn);
}

/* ---- the slowest ---- */

static void tell_slow(struct skep_holder *holder, double seconds, const char *what)
{
    const struct skep_account_slow one = {seconds, what};
    const struct skep_account_job job = {.job = "j", .slow = &one, .n_slow = 1};

    cycle(holder, &(struct skep_cycle){.account = &(struct skep_account_news){.jobs = &job, .n_jobs = 1}});
}

/* Ten are kept, whatever comes in whatever order; of a task that was slow twice the longer time. */
static void test_account__ten_are_kept(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    announce("j", "100");
    for (int i = 0; i < 30; i++) {
        char what[32];
        int n = i * 7 % 30; /* each of 0 to 29 once */
        snprintf(what, sizeof what, "%d h 0", n);
        tell_slow(&holder, n / 4.0, what);
    }
    check_slowest("j",
                  "29 h 0:7.25 28 h 0:7 27 h 0:6.75 26 h 0:6.5 25 h 0:6.25 24 h 0:6 23 h 0:5.75 22 h 0:5.5 "
                  "21 h 0:5.25 20 h 0:5");
    tell_slow(&holder, 5.125, "29 h 0"); /* it was slower before */
    tell_slow(&holder, 99, "20 h 0");
    check_slowest("j",
                  "20 h 0:99 29 h 0:7.25 28 h 0:7 27 h 0:6.75 26 h 0:6.5 25 h 0:6.25 24 h 0:6 23 h 0:5.75 "
                  "22 h 0:5.5 21 h 0:5.25");
    skep_conn_free(conn);
}

/* ---- once ---- */

/* A cycle that comes twice is answered, and adds nothing the second time. */
static void test_account__a_replay_adds_nothing(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_holder twin;
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    announce("j", "3");
    push_records(3);
    take(&holder, 1);
    twin = holder;
    twin.conn = verbs.watcher;
    cycle(&twin, &cycle_of_one);
    assert_true(cycle(&holder, &cycle_of_one)->is_replay);
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    skep_conn_free(conn);
}

/* A cycle that is refused (fenced, out of step, cut) adds nothing. */
static void test_account__who_is_refused_adds_nothing(void **state)
{
    static struct skep_cycle_reply reply;
    struct skep_range_verdict verdict;
    struct skep_holder holder, thief;
    struct skep_conn *conn = open_holder(&holder), *other;
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    announce("j", "3");
    push_records(3);
    take(&holder, 1);
    say("ZREM", verbs.keys.workers, holder.worker, NULL);
    assert_int_equal(skep_holder_cycle(&holder, &cycle_of_one, &reply, NULL), SKEP_E_FENCED);
    skep_conn_free(conn);
    conn = open_holder(&holder);
    take(&holder, 1);
    say("HSET", verbs.keys.cycle, holder.worker, "17 0", NULL);
    assert_int_equal(skep_holder_cycle(&holder, &cycle_of_one, &reply, NULL), SKEP_E_FENCED);
    assert_int_equal(stat_of("fenced"), 1);
    assert_int_equal(stat_of("out_of_step"), 1);
    skep_conn_free(conn);
    say("FLUSHALL", NULL);
    conn = hold_ten(&holder);
    say("DEL", verbs.keys.queue, NULL);
    other = open_holder(&thief);
    cycle(&thief, &(struct skep_cycle){.want = 1, .range_job = "j", .range_want = 10, .steals = true});
    assert_int_equal(thief.range.lo, 5);
    verdict = done_upto(&holder, 10);
    assert_true(cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news})->is_cut);
    check_account(NULL, "");
    check_account("j", "");
    check_slowest("j", "");
    skep_conn_free(conn);
    skep_conn_free(other);
}

/* ---- bounds ---- */

/* Names in records are anybody's: of a job that nobody has announced nothing is kept. */
static void test_account__of_announced_jobs_only(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_account_job two[2] = {jobs[0], jobs[0]};
    struct skep_account_news both = {.jobs = two, .n_jobs = 2};

    (void)state;
    two[0].job = "nobody's";
    announce("j", "3");
    cycle(&holder, &(struct skep_cycle){.account = &both});
    check_account("nobody's", "");
    check_slowest("nobody's", "");
    check_account("j", ONCE_OF_J);
    skep_conn_free(conn);
}

/* Slots come and go for years: of a job some thousand are told apart. */
static void test_account__of_very_many_slots(void **state)
{
    static const char fill[] = "for i = 1, ARGV[1] do redis.call('HSET', KEYS[1], 'w:' .. i, 1) end";
    static const struct skep_account_add of_slots[] = {{"w:1", 10}, {"w:new", 20}, {"attempts", 1}};
    static const struct skep_account_job job = {.job = "j", .adds = of_slots, .n_adds = 3};
    static const struct skep_account_news one = {.jobs = &job, .n_jobs = 1};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    char key[SKEP_KEY_BYTES];

    (void)state;
    announce("j", "3");
    snprintf(key, sizeof key, "%sj", verbs.keys.account_prefix);
    say("EVAL", fill, "1", key, "4096", NULL);
    cycle(&holder, &(struct skep_cycle){.account = &one});
    cycle(&holder, &(struct skep_cycle){.account = &one});
    assert_int_equal(field_of("j", "w:1"), 21);
    assert_int_equal(field_of("j", "w:new"), -1);
    assert_int_equal(field_of("j", "w:"), 40);
    assert_int_equal(field_of("j", "attempts"), 2);
    skep_conn_free(conn);
}

/* ---- forgetting ---- */

/* With a job goes what is known of it. */
static void test_account__goes_with_its_job(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    announce("j", "1");
    push_records(1);
    take(&holder, 1);
    cycle(&holder, &cycle_of_one);
    assert_true(exists(verbs.keys.account_prefix, "j") && exists(verbs.keys.slow_prefix, "j"));
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, NULL), SKEP_OK);
    assert_false(exists(verbs.keys.account_prefix, "j") || exists(verbs.keys.slow_prefix, "j"));
    check_account(NULL, ONCE); /* the queue has done it all the same */
    cycle(&holder, &(struct skep_cycle){.account = &news});
    assert_false(exists(verbs.keys.account_prefix, "j") || exists(verbs.keys.slow_prefix, "j"));
    skep_conn_free(conn);
}

/* A range job that is forgotten in the midst goes with the last of it, and that leaves no account behind. */
static void test_account__goes_with_the_last_of_its_job(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict = done_upto(&holder, 4);

    (void)state;
    say("DEL", verbs.keys.queue, NULL);
    say("HSET", verbs.keys.puts, "j", "10", NULL);
    cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news});
    assert_true(exists(verbs.keys.account_prefix, "j") && exists(verbs.keys.slow_prefix, "j"));
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", true, NULL), SKEP_OK);
    assert_true(exists(verbs.keys.account_prefix, "j"));
    verdict = done_upto(&holder, 5);
    cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news});
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    assert_false(exists(verbs.keys.account_prefix, "j") || exists(verbs.keys.slow_prefix, "j"));
    check_account(NULL, TWICE);
    skep_conn_free(conn);
}

/* ---- what somebody else wrote ---- */

/* Where a key or a number of the account should be is something else: tasks are settled all the same, and
 * what can be counted is. */
static void test_account__stops_nobody(void **state)
{
    static const char *const keys[] = {"{skep:q}:account", "{skep:q}:account:j", "{skep:q}:slow:j"};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct skep_cycle cycle_of_one = settling();
        struct skep_holder holder;
        struct skep_conn *conn;
        struct skep_error err = {0};
        struct seen seen = {.text = ""};
        say("FLUSHALL", NULL);
        conn = open_holder(&holder);
        announce("j", "3");
        push_records(3);
        take(&holder, 1);
        say("SET", keys[i], "something else", NULL);
        cycle(&holder, &cycle_of_one);
        assert_int_equal(stat_of("done"), 1);
        check_audit();
        check_text(say("GET", keys[i], NULL), "something else");
        if (i != 0) {
            check_account(NULL, ONCE);
        } else {
            check_account("j", ONCE_OF_J);
            check_failure(skep_account_read(verbs.watcher, &verbs.keys, NULL, see, &seen, &err),
                          SKEP_E_REFUSED, &err, "WRONGTYPE");
        }
        skep_conn_free(conn);
    }
}

/* What is no number is left alone, and left out by who reads. */
static void test_account__what_is_no_number(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    say("HSET", verbs.keys.account, "done:echo", "many", "ns:echo", "9223372036854775807", "x", "1.5", NULL);
    announce("j", "1");
    say("HSET", "{skep:q}:account:j", "peak_rss_bytes", "much", "from_ms", "{}", "to_ms", "", NULL);
    push_records(1);
    take(&holder, 1);
    cycle(&holder, &cycle_of_one);
    check_account(NULL, "ns:echo=9223372036854775807 failed:echo=1 cause:timeout=1");
    check_text(say("HGET", verbs.keys.account, "done:echo", NULL), "many");
    check_account("j", "peak_rss_bytes=1000 attempts=2 wall_ns=9000000000 w:W=5");
    assert_true(field_of("j", "to_ms") - field_of("j", "from_ms") == 9000);
    say("ZADD", "{skep:q}:slow:j", "inf", "for ever", NULL);
    check_slowest("j", "7 host 0:8.5 8 host 1:0.25");
    skep_conn_free(conn);
}

/* A hash that somebody has filled without end is read so far and no further. */
static void test_account__reads_no_more_than_a_few_thousand(void **state)
{
    struct seen seen;

    (void)state;
    say("EVAL", "for i = 1, 100000 do redis.call('HSET', KEYS[1], i .. '_ms', 1) end", "1",
        verbs.keys.account, NULL);
    seen = read_account(NULL);
    assert_true(seen.n_fields > SKEP_ACCOUNT_MAX_FIELDS && seen.n_fields < 5 * SKEP_ACCOUNT_MAX_FIELDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_account__of_nothing, verbs_clear),
        cmocka_unit_test_setup(test_account__is_added_by_the_cycle, verbs_clear),
        cmocka_unit_test_setup(test_account__large_numbers, verbs_clear),
        cmocka_unit_test_setup(test_account__of_a_range, verbs_clear),
        cmocka_unit_test_setup(test_account__of_who_was_ended, verbs_clear),
        cmocka_unit_test_setup(test_account__of_who_was_ended_in_a_range, verbs_clear),
        cmocka_unit_test_setup(test_account__of_a_crash, verbs_clear),
        cmocka_unit_test_setup(test_account__ten_are_kept, verbs_clear),
        cmocka_unit_test_setup(test_account__a_replay_adds_nothing, verbs_clear),
        cmocka_unit_test_setup(test_account__who_is_refused_adds_nothing, verbs_clear),
        cmocka_unit_test_setup(test_account__of_announced_jobs_only, verbs_clear),
        cmocka_unit_test_setup(test_account__of_very_many_slots, verbs_clear),
        cmocka_unit_test_setup(test_account__goes_with_its_job, verbs_clear),
        cmocka_unit_test_setup(test_account__goes_with_the_last_of_its_job, verbs_clear),
        cmocka_unit_test_setup(test_account__stops_nobody, verbs_clear),
        cmocka_unit_test_setup(test_account__what_is_no_number, verbs_clear),
        cmocka_unit_test_setup(test_account__reads_no_more_than_a_few_thousand, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
