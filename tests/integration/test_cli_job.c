/* SPDX-License-Identifier: MIT */
/* A push with a name: it can be repeated after anything, its tasks are counted, it is waited for, cancelled
 * and forgotten. */
#include "integration/cli.h"

#include <signal.h>

/* What a worker would count. */
static void count(struct cli *cli, const char *field, int64_t n)
{
    char words[128];

    snprintf(words, sizeof words, "HINCRBY {skep:s}:jobs %s %" PRId64, field, n);
    ask(cli->conn, words);
}

/* All N tasks of cli_write_tasks are in the queue, in their order, once. */
static void check_queue(struct cli *cli, int n)
{
    assert_int_equal(cli_count(cli, "LLEN", "skep:s"), n);
    for (int i = 0; i < n; i++) {
        char words[48];
        snprintf(words, sizeof words, "\"args\":{\"n\":%d}}", i);
        assert_non_null(strstr(cli_item(cli, "skep:s", i)->bytes, words));
    }
}

/* ---- works ---- */

/* Every task carries the name of its job, however it is spelled; the records stay as they are. */
static void test_cli_job__is_said_in_every_task(void **state)
{
    static const char own[] = "{\"kernel\":\"echo\",\"job\":\"one two\"}\n{\"kernel\":\"echo\"}\n";
    struct cli *cli = *state;

    cli_write(cli, "a.jsonl", own);
    cli_run(cli, 0, "pushed 2 tasks", "", "push", "-q", "s", "--job", "one two", "a.jsonl");
    assert_non_null(strstr(cli_item(cli, "skep:s", 0)->bytes, " j=one%20two\n{\"kernel\":\"echo\",\"job\""));
    assert_non_null(strstr(cli_item(cli, "skep:s", 1)->bytes, " j=one%20two\n{\"kernel\":\"echo\"}"));
    cli_run(cli, 0, "pushed 2 tasks", "", "push", "-q", "plain", "a.jsonl");
    assert_null(strstr(cli_item(cli, "skep:plain", 1)->bytes, "j="));
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:plain}:jobs"), 0);
}

/* How it stands is shown for people and for programs, while tasks are taken and over. */
static void test_cli_job__shows_how_it_stands(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
    cli_run(cli, 0, "job monday of queue s: running\n  tasks                 10   announced", "", "status",
            "-q", "s", "--job", "monday");
    count(cli, "d:monday", 6);
    count(cli, "f:monday", 1);
    cli_run(
        cli, 0,
        "\"state\":\"running\",\"tasks\":10,\"put\":10,\"done\":6,\"failed\":1,\"cancelled\":0,\"left\":3,",
        "", "status", "-q", "s", "--job", "monday", "--json");
    count(cli, "d:monday", 3);
    cli_run(cli, 0, "job monday of queue s: failed\n", "", "status", "-q", "s", "--job", "monday");
    cli_run(cli, 1, "", "queue s knows no job \"friday\"; `skep job ls -q s` lists them", "status", "-q", "s",
            "--job", "friday");
}

/* All jobs in a table or as JSON; those that are over can be forgotten, and then they are gone. */
static void test_cli_job__is_listed_and_forgotten(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "no jobs in queue s: `skep push -q s --job NAME tasks.jsonl` makes one\n", "", "job",
            "ls", "-q", "s");
    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "b", "a.jsonl");
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "a", "a.jsonl");
    count(cli, "d:a", 10);
    cli_run(cli, 0,
            "         10          10          10         0         0           0  done       a\n"
            "         10          10           0         0         0          10  running    b\n",
            "", "job", "ls", "-q", "s");
    cli_run(cli, 0, "{\"job\":\"a\",\"queue\":\"s\",\"state\":\"done\",", "", "job", "ls", "-q", "s",
            "--json");
    cli_run(cli, 1, "", "job \"b\" is not over: wait for it", "job", "forget", "-q", "s", "a", "b");
    cli_run(cli, 1, "", "queue s knows no job \"a\"", "job", "forget", "-q", "s", "a");
    cli_run(cli, 0, "", "0 jobs of queue s forgotten", "job", "forget", "-q", "s", "--older", "1ms");
    count(cli, "d:b", 10);
    cli_run(cli, 0, "", "0 jobs of queue s forgotten", "job", "forget", "-q", "s", "--older", "1h");
    cli_run(cli, 0, "", "1 job of queue s forgotten", "job", "forget", "-q", "s", "--older", "1ms");
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:s}:jobs"), 0);
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:s}:puts"), 0);
    cli_run(cli, 2, "", "give the names of jobs, or --older SECONDS", "job", "forget", "-q", "s");
}

/* Waiting ends with the job, and says how it went. */
static void test_cli_job__is_waited_for(void **state)
{
    struct cli *cli = *state;
    struct test_process *wait;

    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "good", "a.jsonl");
    wait = cli_start(cli, NULL, "wait", "-q", "s", "--job", "good", NULL);
    count(cli, "d:good", 9);
    count(cli, "d:good", 1);
    cli_expect(wait, 0, "", "job good: 10 of 10 tasks done\n");
    cli_run(cli, 0, "", "", "wait", "-q", "s", "--job", "good", "--quiet");
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "bad", "a.jsonl");
    cli_run(cli, 124, "", "job bad: 0 of 10 tasks done; the time is over, the job is not", "wait", "-q", "s",
            "--job", "bad", "--timeout", "300ms");
    count(cli, "d:bad", 8);
    count(cli, "f:bad", 2);
    cli_run(cli, 1, "", "job bad: 8 of 10 tasks done, 2 failed for good (`skep dead ls` shows why)\n", "wait",
            "-q", "s", "--job", "bad");
    cli_run(cli, 1, "", "queue s knows no job \"none\"; `skep job ls -q s` lists them", "wait", "-q", "s",
            "--job", "none");
    cli_run(cli, 2, "", "for which job? Give its name", "wait", "-q", "s");
}

/* A job is over only when all that was announced is: one that was broken off is not. */
static void test_cli_job__is_not_over_before_all_is_in(void **state)
{
    struct cli *cli = *state;
    struct test_process *wait;

    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1200");
    cli_run(cli, 3, "", "the same command with --job long pushes the rest", "push", "-q", "s", "--no-wait",
            "--job", "long", "a.jsonl");
    count(cli, "d:long", 1000);
    cli_run(cli, 0, "job long of queue s: pushing; records are missing", "", "status", "-q", "s", "--job",
            "long");
    wait = cli_start(cli, NULL, "wait", "-q", "s", "--job", "long", NULL);
    cli_until(wait, "its push is not complete");
    ask(cli->conn, "HSET {skep:s}:conf max_depth 0");
    cli_run(cli, 0, "pushed 1500 tasks", "", "push", "-q", "s", "--job", "long", "a.jsonl");
    count(cli, "d:long", 1500);
    cli_expect(wait, 0, "", "job long: 2,500 of 2,500 tasks done\n");
    check_queue(cli, 2500);
}

/* ---- refuses ---- */

/* A record that names another job belongs to nobody; a raw record must name its job itself. */
static void test_cli_job__refuses_records_of_others(void **state)
{
    static const char other[] = "{\"kernel\":\"echo\",\"job\":\"tuesday\"}\n";
    static const char own[] = "{\"kernel\":\"echo\",\"job\":\"monday\"}\n";
    static const char none[] = "{\"kernel\":\"echo\"}\n";
    struct cli *cli = *state;

    cli_feed(cli, other, strlen(other), 2, "",
             "\"job\" is \"tuesday\", but the push is of the job \"monday\"", "push", "-q", "s", "--job",
             "monday");
    cli_feed(cli, none, strlen(none), 2, "", "a raw record must name the job \"monday\" itself", "push", "-q",
             "s", "--raw", "--job", "monday");
    cli_feed(cli, own, strlen(own), 0, "pushed 1 task ", "", "push", "-q", "s", "--raw", "--job", "monday");
    cli_feed(cli, none, strlen(none), 2, "", "the name of a job has 1 to 256 bytes", "push", "-q", "s",
             "--job", "");
    cli_feed(cli, none, strlen(none), 2, "", "the name of a job has 1 to 256 bytes", "push", "-q", "s",
             "--job", "a\nb");
}

/* Nothing more can be pushed to a cancelled job, until it is forgotten. */
static void test_cli_job__refuses_a_cancelled_job(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
    cli_run(cli, 0, "",
            "job \"monday\" of queue s is cancelled: 10 tasks are dropped as workers come to them", "cancel",
            "-q", "s", "--job", "monday");
    cli_run(cli, 1, "",
            "job \"monday\" of queue s is cancelled: nothing more can be pushed under its name "
            "(`skep job forget` frees it)",
            "push", "-q", "s", "--job", "monday", "a.jsonl");
    cli_run(cli, 0, "cancelling; what is left of it is dropped", "", "status", "-q", "s", "--job", "monday");
    count(cli, "c:monday", 10);
    cli_run(cli, 1, "", "job monday: 0 of 10 tasks done, 10 cancelled\n", "wait", "-q", "s", "--job",
            "monday");
    cli_run(cli, 0, "", NULL, "job", "forget", "-q", "s", "monday");
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
}

/* A job that is cancelled while it is pushed ends its push. */
static void test_cli_job__is_cancelled_under_way(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;

    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1100");
    push = cli_start(cli, NULL, "push", "-q", "s", "--job", "monday", "a.jsonl", NULL);
    cli_until(push, "waiting for room");
    cli_run(cli, 0, "", "tasks are dropped as workers come to them", "cancel", "-q", "s", "--job", "monday");
    cli_expect(push, 1, "", "job \"monday\" of queue s is cancelled");
    count(cli, "c:monday", cli_count(cli, "LLEN", "skep:s"));
    cli_run(cli, 1, "", "cancelled\n", "wait", "-q", "s", "--job", "monday"); /* the rest will never come */
}

/* Either a job or ids, and they have names. */
static void test_cli_job__refuses_usage_of_cancel(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "give the name of a job, or --id", "cancel", "-q", "s");
    cli_run(cli, 2, "", "give the name of a job, or --id", "cancel", "-q", "s", "--job", "a", "--id", "b");
    cli_run(cli, 2, "", "a name has 1 to 256 bytes", "cancel", "-q", "s", "a", "");
    cli_run(cli, 0, "", "2 ids of queue s noted: their tasks are dropped when a worker comes to them",
            "cancel", "-q", "s", "--id", "a", "b");
    assert_int_equal(cli_count(cli, "HLEN", "{skep:s}:cancel"), 2);
    cli_run(cli, 0, "", "3 ids", "cancel", "-q", "s", "--id", "c", "--id", "d", "e");
    assert_int_equal(cli_count(cli, "HLEN", "{skep:s}:cancel"), 5);
    cli_run(cli, 0, "", "nobody has announced a job \"x\" to queue s", "cancel", "-q", "s", "--job", "x");
    cli_run(cli, 0, "", "nobody has announced a job \"y\" to queue s", "cancel", "-q", "s", "y");
}

/* ---- breaks ---- */

/* Begin to push 2500 tasks of the job; a thousand or so are in when it has to wait for room. */
static struct test_process *push_half(struct cli *cli)
{
    struct test_process *push;

    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1100");
    push = cli_start(cli, NULL, "push", "-q", "s", "--job", "monday", "a.jsonl", NULL);
    cli_until(push, "waiting for room");
    return push;
}

/* The same command once more puts in what is missing, and once more nothing. */
static void push_rest(struct cli *cli)
{
    ask(cli->conn, "HSET {skep:s}:conf max_depth 0");
    cli_run(cli, 0, "were in before", NULL, "push", "-q", "s", "--job", "monday", "a.jsonl");
    check_queue(cli, 2500);
    cli_run(cli, 0, "pushed 0 tasks to queue s; 2500 were in before", "", "push", "-q", "s", "--job",
            "monday", "a.jsonl");
    check_queue(cli, 2500);
    cli_run(cli, 0, "\"tasks\":2500,\"put\":2500,", "", "status", "-q", "s", "--job", "monday", "--json");
}

/* Ctrl-C: the push says how the rest is pushed, and that is the same command. */
static void test_cli_job__after_an_interruption(void **state)
{
    struct cli *cli = *state;
    struct test_process *push = push_half(cli);

    test_process_signal(push, SIGINT);
    cli_expect(push, 130, "", "the same command with --job monday pushes the rest");
    push_rest(cli);
}

/* kill -9: nobody says anything. */
static void test_cli_job__after_a_kill(void **state)
{
    struct cli *cli = *state;
    struct test_process *push = push_half(cli);

    test_process_signal(push, SIGKILL);
    assert_int_equal(test_process_wait(push, CLI_MS), 128 + SIGKILL);
    test_process_free(push);
    push_rest(cli);
}

/* The server and the push are killed together; the server comes back with what it had on its disk. */
static void test_cli_job__after_the_end_of_the_server(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;

    cli_end(cli);
    cli_begin(cli, "appendonly yes\nappendfsync always");
    push = push_half(cli);
    test_redis_kill(cli->redis);
    test_process_signal(push, SIGKILL);
    assert_int_equal(test_process_wait(push, CLI_MS), 128 + SIGKILL);
    test_process_free(push);
    test_redis_restart(cli->redis);
    assert_int_equal(skep_conn_connect(cli->conn, NULL), SKEP_OK);
    push_rest(cli);
}

/* The server closes the line again and again while it works: requests and replies are lost, and nothing is
 * missing or twice. */
static void test_cli_job__through_a_line_that_breaks(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;
    int64_t n_in = 0;

    cli_write_tasks(cli, "a.jsonl", 20000);
    push = cli_start(cli, NULL, "push", "-q", "s", "--job", "monday", "a.jsonl", NULL);
    while (!test_process_is_over(push)) {
        int64_t n = cli_count(cli, "LLEN", "skep:s");
        if (n > n_in) { /* each time that something has gone in */
            ask(cli->conn, "CLIENT KILL TYPE normal SKIPME yes");
            n_in = n;
        }
    }
    cli_expect(push, 0, "pushed ", NULL);
    check_queue(cli, 20000);
}

/* The server goes away while somebody waits: the wait goes on when it is back. */
static void test_cli_job__is_waited_for_through_a_restart(void **state)
{
    struct cli *cli = *state;
    struct test_process *wait;

    cli_end(cli);
    cli_begin(cli, "appendonly yes\nappendfsync always");
    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
    wait = cli_start(cli, NULL, "wait", "-q", "s", "--job", "monday", NULL);
    test_redis_kill(cli->redis);
    cli_until(wait, "trying again for 30 s");
    test_redis_restart(cli->redis);
    assert_int_equal(skep_conn_connect(cli->conn, NULL), SKEP_OK);
    count(cli, "d:monday", 10);
    cli_expect(wait, 0, "", "job monday: 10 of 10 tasks done\n");
}

/* Somebody forgets the job, or empties the server, while it is waited for. */
static void test_cli_job__is_gone(void **state)
{
    struct cli *cli = *state;
    struct test_process *wait;

    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
    wait = cli_start(cli, NULL, "wait", "-q", "s", "--job", "monday", "--timeout", "60", NULL);
    cli_until(wait, "over: 0 of 10");
    cli_run(cli, 0, "", NULL, "job", "forget", "-q", "s", "--force", "monday");
    cli_expect(wait, 3, "", "job \"monday\" is gone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_job__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_said_in_every_task),
        TEST(shows_how_it_stands),
        TEST(is_listed_and_forgotten),
        TEST(is_waited_for),
        TEST(is_not_over_before_all_is_in),
        TEST(refuses_records_of_others),
        TEST(refuses_a_cancelled_job),
        TEST(is_cancelled_under_way),
        TEST(refuses_usage_of_cancel),
        TEST(after_an_interruption),
        TEST(after_a_kill),
        TEST(after_the_end_of_the_server),
        TEST(through_a_line_that_breaks),
        TEST(is_waited_for_through_a_restart),
        TEST(is_gone),
    };

    return cmocka_run_group_tests_name("skep push --job, wait, status, job, cancel", tests, NULL, NULL);
}
