/* SPDX-License-Identifier: MIT */
/* skep why: each condition provoked with a real server and real workers, and told with its facts. */
#include "integration/cli.h"

#include <signal.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "support/until.h"

struct why {
    struct cli cli;
    struct test_process *worker;
};

static struct why why;

static int why_setup(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    why = (struct why){0};
    cli_begin(&why.cli, NULL);
    return 0;
}

static int why_teardown(void **state)
{
    (void)state;
    if (why.worker != NULL) {
        test_process_signal(why.worker, SIGKILL);
        test_process_free(why.worker);
    }
    cli_end(&why.cli);
    return 0;
}

static void start_worker(void)
{
    static const char program[] = SKEP_BUILD_DIR "/skep-worker";
    const char *args[] = {program, "-q", "s", "--slots", "1", "--retries", "1", "--backoff", "500", NULL};
    const char *env[] = {why.cli.env, NULL};

    why.worker = test_process_start(
        &(struct test_process_options){.args = args, .env = env, .folder = why.cli.folder});
}

static void push(const char *record)
{
    cli_push_text(&why.cli, "skep:s", record);
}

/* `skep why` about NAME says CONDITION behind the subject, and WORDS below. */
static void expect(const char *name, int exit_code, const char *says, const char *words)
{
    cli_run(&why.cli, exit_code, says, "", "why", "-q", "s", name);
    cli_run(&why.cli, exit_code, words, "", "why", "-q", "s", name);
}

/* Waits until `skep why ARGS` says WORDS. */
struct awaited {
    const char *option, *name, *words;
};

static bool says_it(void *context)
{
    const struct awaited *awaited = context;
    struct test_process *process =
        cli_start(&why.cli, NULL, "why", "-q", "s", awaited->option, awaited->name, NULL);
    bool is_said;

    (void)test_process_wait(process, CLI_MS);
    is_said = test_process_said(process, awaited->words);
    test_process_free(process);
    return is_said;
}

static void await(const char *option, const char *name, const char *words)
{
    struct awaited awaited = {option, name, words};

    if (!test_until(says_it, &awaited, 40000)) {
        cli_run(&why.cli, 0, words, "", "why", "-q", "s", option, name);
    }
}

static bool is_told(void *context)
{
    struct skep_reply *reply = ask(why.cli.conn, "KEYS {skep:s}:info:*"); /* a test's server is small */

    (void)context;
    return reply->n == 1;
}

/* ---- the queue ---- */

/* What keeps all of a queue, in the order in which it has to be removed. */
static void test_cli_why__the_queue(void **state)
{
    (void)state;
    push("{\"kernel\":\"echo\",\"id\":\"a\"}");
    push("{\"kernel\":\"echo\",\"id\":\"b\"}");
    expect("b", 0, "task b of queue s waits: no-workers\n", "  because   2 tasks wait, and nobody works");
    expect("b", 0, "  place     2 of 2 records that wait\n", "  helps     start `skep-worker`");
    expect("a", 0, "  place     1 of 2 records that wait\n", "  kernel    echo\n");
    ask(why.cli.conn, "HSET {skep:s}:conf max_results 1");
    ask(why.cli.conn, "RPUSH {skep:s}:out {}");
    expect("b", 0, "waits: results-full\n", "until results are collected");
    ask(why.cli.conn, "HSET {skep:s}:conf paused 1");
    expect("b", 0, "waits: paused\n", "`skep resume -q");
    ask(why.cli.conn, "REPLICAOF localhost 1");
    expect("b", 0, "waits: read-only\n", "name its master");
}

/* A job whose gatherer is missing holds up what is behind it. */
static void test_cli_why__held_up(void **state)
{
    (void)state;
    start_worker();
    assert_true(test_until(is_told, NULL, 20000));
    ask(why.cli.conn, "HSET {skep:s}:conf paused 1");
    push("{\"kernel\":\"echo\",\"id\":\"a\"}");
    ask(why.cli.conn, "HSET {skep:s}:jobs n:te 10 d:te 4 g:te 1 k:te 8388608");
    ask(why.cli.conn, "HSET {skep:s}:puts te 10");
    ask(why.cli.conn, "HSET {skep:s}:conf paused 0");
    cli_run(&why.cli, 0, "job te of queue s waits: held-up\n", "", "why", "-q", "s", "te");
}

/* ---- a task that waits ---- */

/* What is wrong with its record, and what no worker has. */
static void test_cli_why__a_task_that_will_fail(void **state)
{
    (void)state;
    start_worker();
    assert_true(test_until(is_told, NULL, 20000));
    push("{\"kernel\":\"sleep\",\"id\":\"long\",\"args\":{\"s\":60}}");
    await("--task", "long", "task long of queue s runs: running\n");
    push("{\"kernel\":\"sum\",\"id\":\"eeg\",\"args\":{\"x\":\"@eeg/a.npy[0:9]\"}}");
    push("{\"kernel\":\"sum\",\"id\":\"out\",\"args\":{\"x\":\"a.npy\"},\"out\":\"@res/o.npy\"}");
    push("{\"kernel\":\"summ\",\"id\":\"typo\"}");
    push("{\"kernel\":\"sum\",\"id\":\"wrong\",\"arg\":1}");
    push("{\"kernel\":\"sum\",\"id\":\"late\",\"expires\":5}");
    push("{\"kernel\":\"echo\",\"id\":\"good\"}");
    push("{\"kernel\":\"echo\",\"id\":\"gone\"}");
    expect("eeg", 0, "task eeg of queue s will fail: no-root\n",
           "1 worker alive, none has the root `@eeg`\n");
    expect("eeg", 0, "  helps     start a worker with --data eeg=FOLDER\n", "  place     1 of 7 records");
    expect("out", 0, "will fail: no-root\n", "none has the root `@res` for outputs\n");
    expect("typo", 0, "will fail: no-kernel\n", " has no kernel summ\n");
    expect("wrong", 0, "will fail: bad-record\n", "arg");
    expect("late", 0, "is too late: expired\n", " ago at the latest\n");
    expect("good", 0, "waits for its turn: queued\n", "  because   7 wait, and 5 are before it\n");
    cli_run(&why.cli, 0, NULL, NULL, "cancel", "-q", "s", "--id", "gone");
    expect("gone", 0, "is cancelled: cancelled\n", "it is dropped when its turn comes\n");
}

/* Delayed: not before, or tried again; and when it dies for good. */
static void test_cli_why__a_task_that_failed(void **state)
{
    (void)state;
    start_worker();
    push("{\"kernel\":\"echo\",\"id\":\"soon\",\"not_before\":4000000000}");
    push("{\"kernel\":\"fail\",\"id\":\"again\"}");
    push("{\"kernel\":\"sum\",\"id\":\"bad\",\"args\":{}}");
    await("--task", "soon", "task soon of queue s is due later: delayed\n");
    expect("soon", 0, "it is not to start before, in ", "  due       2096-10-02T07:06:40");
    await("--task", "again", "task again of queue s is due later: delayed\n");
    expect("again", 0, "it failed and is tried again, in ", "  attempts  1 failed so far\n");
    expect("again", 0, "  last      kernel-error: ", "  kernel    fail\n");
    await("--task", "bad", "task bad of queue s has failed for good: dead\n");
    expect("bad", 0, "bad-args: ", "`skep dead show -q s bad` tells everything\n");
}

/* A suspect, and a result; and what is nowhere. */
static void test_cli_why__elsewhere(void **state)
{
    struct cli *cli = &why.cli;

    (void)state;
    start_worker();
    assert_true(test_until(is_told, NULL, 20000));
    ask(cli->conn, "HSET {skep:s}:conf paused 1");
    cli_push_text(cli, "{skep:s}:suspect", "{\"kernel\":\"echo\",\"id\":\"twice\"}");
    expect("twice", 0, "waits: paused\n", "  kernel    echo\n");
    cli_push_results(cli, "{skep:s}:out", 0, 3);
    expect("t2", 0, "task t2 of queue s is done: done\n", "its result waits to be collected\n");
    expect("t2", 0, "  place     2 results before it\n", "`skep results -q s` collects\n");
    cli_push_text(cli, "{skep:s}:out",
                  "{\"id\":\"no\",\"ok\":false,\"error\":{\"cause\":\"timeout\",\"message\":\"too long\"}}");
    expect("no", 0, "has failed: failed\n", "timeout: too long\n");
    expect("t9", 1, "task t9 of queue s is not there: not-found\n", "5 records looked through");
    cli_run(cli, 1, "it is not among the first ", "", "why", "-q", "s", "t9", "--max", "1");
}

/* ---- in a hand ---- */

/* What runs, and since when. */
static void test_cli_why__in_a_hand(void **state)
{
    (void)state;
    start_worker();
    assert_true(test_until(is_told, NULL, 20000));
    push("{\"kernel\":\"sleep\",\"id\":\"long\",\"args\":{\"s\":60},\"timeout_s\":50}");
    await("--task", "long", "  limit     ");
    expect("long", 0, "task long of queue s runs: running\n", "  because   in slot ");
    expect("long", 0, "  before it 0 in the same hand\n", "  since     ");
    await("--worker", "", " runs: running\n");
    cli_run(&why.cli, 0, "  because   sleep (long) since ", "", "why", "-q", "s", "--worker", "");
    cli_run(&why.cli, 0, "\"condition\":\"running\"", "", "why", "-q", "s", "--worker", "", "--json");
}

/* What a slot has taken behind what it runs, and what is wrong with that slot. */
static void test_cli_why__behind_another(void **state)
{
    char worker[64], words[256];
    struct cli *cli = &why.cli;

    (void)state;
    snprintf(worker, sizeof worker, "bee:1:%" PRIx64 ":1", (uint64_t)skep_wall_ms());
    snprintf(words, sizeof words, "ZADD {skep:s}:workers 1 %s", worker);
    ask(cli->conn, words);
    snprintf(words, sizeof words, "{skep:s}:held:%s", worker);
    cli_push_text(cli, words, "{\"kernel\":\"echo\",\"id\":\"first\"}");
    cli_push_text(cli, words, "{\"kernel\":\"echo\",\"id\":\"behind\"}");
    expect("behind", 0, "waits in a worker's hand: held\n",
           ":1 has taken it, and runs what it took before\n");
    snprintf(words, sizeof words,
             "SET {skep:s}:info:%s {\"slot\":3,\"pid\":7,\"running\":{\"kernel\":\"echo\",\"id\":\"first\"}}",
             worker);
    ask(cli->conn, words);
    expect("behind", 0, "waits in a worker's hand: held\n", ":1 has taken it, and runs echo (first)\n");
    expect("first", 0, "runs: running\n", "  before it 0 in the same hand\n");
    snprintf(words, sizeof words, "SET {skep:s}:info:%s {\"slot\":3,\"pid\":7,\"state\":\"T\"}", worker);
    ask(cli->conn, words);
    expect("behind", 0, "waits in a worker's hand: slot-stopped\n",
           "slot 3 of bee (process 7) holds 2 and does not run\n");
}

/* ---- jobs ---- */

/* A job from its beginning to its end. */
static void test_cli_why__a_job(void **state)
{
    struct cli *cli = &why.cli;

    (void)state;
    cli_write_tasks(cli, "tasks.jsonl", 5);
    cli_run(cli, 0, NULL, NULL, "push", "-q", "s", "--job", "monday", "tasks.jsonl");
    expect("monday", 0, "job monday of queue s waits: no-workers\n",
           "5 announced, 5 put, 0 done, 0 failed for good, 0 cancelled\n");
    start_worker();
    await("--json", "monday", "\"condition\":\"done\"");
    push("{\"kernel\":\"sleep\",\"id\":\"long\",\"job\":\"x\",\"args\":{\"s\":60}}");
    await("--task", "long", " runs: running\n");
    cli_run(cli, 0, NULL, NULL, "push", "-q", "s", "--job", "tuesday", "tasks.jsonl");
    expect("tuesday", 0, "job tuesday of queue s waits for its turn: queued\n",
           "5 tasks of it are left, and no slot runs one now\n");
    expect("tuesday", 0, "  head      the next task in the queue is of job tuesday\n", "5 announced");
    ask(cli->conn, "HSET {skep:s}:jobs n:half 9 d:half 4");
    ask(cli->conn, "HSET {skep:s}:puts half 4");
    expect("half", 0, "is not complete: pushing\n", "5 of 9 tasks are not in the queue yet\n");
    cli_run(cli, 0, NULL, NULL, "cancel", "-q", "s", "tuesday");
    expect("tuesday", 0, "is cancelled: cancelled\n",
           "what is left of it is dropped as workers come to it\n");
    ask(cli->conn, "HSET {skep:s}:jobs n:bad 2 d:bad 1 f:bad 1");
    expect("bad", 0, "has failed: failed\n", "all its tasks are over, 1 failed for good\n");
    ask(cli->conn, "HSET {skep:s}:puts plain 2");
    expect("plain", 0, "is not counted: uncounted\n", "nobody has announced how many tasks it has\n");
}

/* A sweep: one of its tasks, and a root that its spec names and nobody has. */
static void test_cli_why__a_sweep(void **state)
{
    struct cli *cli = &why.cli;

    (void)state;
    cli_run(cli, 0, NULL, NULL, "sweep", "sleep", "--grid", "s=0:0.01:50", "-q", "s", "--job", "te", "-o",
            "te.npy", "--detach");
    expect("te", 0, "job te of queue s waits: no-workers\n", "50 announced, 50 put, 0 done");
    expect("te:7", 0, "task te:7 of queue s waits: no-workers\n",
           "positions 0 to 49 of its job, 7 before it");
    start_worker();
    assert_true(test_until(is_told, NULL, 20000));
    await("--json", "te", "\"condition\":\"done\"");
    expect("te:7", 0, "is done: done\n", "  job       50 of 50 tasks are done, 0 cancelled\n");
    expect("te:50", 1, "is not there: not-found\n", "job te has 50 tasks\n");
}

/* ---- workers ---- */

/* Slots by the beginning of their names; idle, and what is wrong with them. */
static void test_cli_why__a_worker(void **state)
{
    struct cli *cli = &why.cli;

    (void)state;
    cli_run(cli, 1, "slot nobody is not there: not-found\n", "", "why", "-q", "s", "--worker", "nobody");
    start_worker();
    assert_true(test_until(is_told, NULL, 20000));
    await("--worker", "", " has nothing to do: idle\n");
    cli_run(cli, 0, "  because   no task waits (0 delayed, 0 held by others)\n", "", "why", "-q", "s",
            "--worker", "");
    cli_run(cli, 0, "  holds     0 tasks\n  process   ", "", "why", "-q", "s", "--worker", "");
    ask(cli->conn, "ZADD {skep:s}:workers 1 old:1:ff:1");
    cli_run(cli, 0, "slot old:1:ff:1 does not get on: silent\n", "", "why", "-q", "s", "--worker", "old");
}

/* ---- refuses ---- */

/* What cannot be asked. */
static void test_cli_why__refuses(void **state)
{
    struct cli *cli = &why.cli;

    (void)state;
    cli_run(cli, 2, "", "name one task or one job, or --worker", "why", "-q", "s");
    cli_run(cli, 2, "", "name one task or one job, or --worker", "why", "-q", "s", "a", "--worker", "b");
    cli_run(cli, 2, "", "which queue?", "why", "a");
    cli_run(cli, 3, "", NULL, "why", "-q", "s", "a", "--redis", "unix:///nowhere", "--wait", "0");
}

/* Names that want to be more than names. */
static void test_cli_why__is_harmless(void **state)
{
    struct cli *cli = &why.cli;

    (void)state;
    cli_run(cli, 1, "task \\x1b[2J of queue s is not there", "", "why", "-q", "s", "\033[2J");
    cli_push_text(cli, "skep:s", "{\"kernel\":\"echo\\u001b[2J\",\"id\":\"a\"}");
    cli_push_text(cli, "skep:s", "#skep id=c j=%1b[2J%0a<b>\n{\"kernel\":\"echo\"}");
    ask(cli->conn, "ZADD {skep:s}:workers 1 \033[2J:1:f:1");
    cli_run(cli, 0, "slot \\x1b[2J:1:f:1 does not get on: silent\n", "", "why", "-q", "s", "--worker", "");
    cli_run(cli, 0, "\"subject\":\"slot \\u001b[2J:1:f:1\"", "", "why", "-q", "s", "--worker", "", "--json");
    for (int i = 0; i < 2; i++) {
        struct test_process *process = cli_start(cli, NULL, "why", "-q", "s", i == 0 ? "a" : "c", NULL);
        assert_int_equal(test_process_wait(process, CLI_MS), i == 0 ? 0 : 1);
        assert_false(test_process_said(process, "\033"));
        test_process_free(process);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_why__##name, why_setup, why_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_queue),          TEST(held_up),   TEST(a_task_that_will_fail),
        TEST(a_task_that_failed), TEST(elsewhere), TEST(in_a_hand),
        TEST(behind_another),     TEST(a_job),     TEST(a_sweep),
        TEST(a_worker),           TEST(refuses),   TEST(is_harmless),
    };

    return cmocka_run_group_tests_name("skep why", tests, NULL, NULL);
}
