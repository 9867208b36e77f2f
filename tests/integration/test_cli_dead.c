/* SPDX-License-Identifier: MIT */
/* skep dead: what failed for good, with hostile bytes in it. */
#include "integration/cli.h"

#define DEAD "{skep:s}:dead"

static const char letter_one[] = "#skep i=5 q=7 id=t1 try=1 k=sum cause=bad-args at=1732190400000 "
                                 "e=1,1732190400000,bad-args,W,argument%20is%20missing\n"
                                 "#skep i=5 q=7\n{\"kernel\":\"sum\"}";
static const char letter_two[] = "#skep id=t2 k=sum cause=bad-args at=1732190400000 "
                                 "e=1,1732190400000,bad-args,W,argument%20is%20missing\n"
                                 "{\"kernel\":\n\"sum\"}";
static const char letter_slow[] = "#skep id=slow%201 k=sleep cause=timeout at=1732190400000 "
                                  "e=1,1732190400000,timeout,W,limit%201%20s "
                                  "e=2,1732190401000,timeout,W,limit%201%20s\n"
                                  "{\"kernel\":\"sleep\",\"args\":{\"s\":9}}";
/* A record that is no text at all: it drives terminals, ends strings, is no UTF-8. */
static const char letter_evil[] = "#skep id=evil cause=bad-record at=1732190400000 "
                                  "e=1,1732190400000,bad-record,W,not%20JSON\n"
                                  "\033[2J\0\xff\r\n{";

static int setup(void **state)
{
    struct cli *cli;

    (void)cli_setup(state);
    cli = *state;
    cli_push_text(cli, DEAD, letter_one);
    cli_push_text(cli, DEAD, letter_two);
    cli_push_text(cli, DEAD, letter_slow);
    cli_push(cli, DEAD, letter_evil, sizeof letter_evil - 1);
    return 0;
}

/* In groups, the largest first; and one by one. */
static void test_cli_dead__lists(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0,
            "queue s: 4 dead letters\n        2  bad-args        sum       argument is missing\n"
            "           first: t1\n",
            "", "dead", "ls", "-q", "s");
    cli_run(cli, 0, "2024-11-21T12:00:00.000Z  t2 ", "", "dead", "ls", "-q", "s", "--list");
    cli_run(cli, 0, "  timeout         sleep     limit 1 s\n", "", "dead", "ls", "-q", "s", "--list");
    cli_run(cli, 0, "queue empty: 0 dead letters\n", "", "dead", "ls", "-q", "empty");
}

/* Messages that differ in numbers and paths are one mistake; the first one is the example. */
static void test_cli_dead__groups_by_what_went_wrong(void **state)
{
    struct cli *cli = *state;

    for (int i = 0; i < 700; i++) {
        char letter[300];
        snprintf(letter, sizeof letter,
                 "#skep id=m%d k=sum cause=array-missing at=%d e=1,1732190400000,array-missing,W,"
                 "argument%%20x:%%20data/run%d/a.npy%%20is%%20not%%20in%%20/data%%3b%%20%d%%20tries\n{}",
                 i, 1000 + i, i, i);
        cli_push_text(cli, DEAD, letter);
    }
    cli_run(cli, 0,
            "queue s: 704 dead letters\n      700  array-missing   sum       argument x: data/run0/a.npy is "
            "not in /data; 0 tries\n           first: m0; the others differ in numbers or paths\n        2  "
            "bad-args ",
            "", "dead", "ls", "-q", "s");
    cli_run(cli, 0,
            "{\"queue\":\"s\",\"dead\":704,\"ungrouped\":0,\"groups\":[{\"count\":700,\"cause\":"
            "\"array-missing\",\"kernel\":\"sum\",\"message\":\"argument x: data/run0/a.npy is not in "
            "/data; 0 tries\",\"pattern\":\"argument x: / is not in /; # tries\",\"first_id\":\"m0\","
            "\"first_ms\":1000,\"last_ms\":1699},{\"count\":2,",
            "", "dead", "ls", "-q", "s", "--json");
    cli_run(cli, 2, "", "--list or --json", "dead", "ls", "-q", "s", "--json", "--list");
}

/* Everything about one, and the command that tries it again. */
static void test_cli_dead__shows(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "index     5\n", "", "dead", "show", "-q", "s", "t1");
    cli_run(cli, 0, "record    16 bytes, as it came:\n{\"kernel\":\"sum\"}\n", "", "dead", "show", "-q", "s",
            "t1");
    cli_run(cli, 0, "again     skep dead requeue -q s t1\n", "", "dead", "show", "-q", "s", "t1");
    cli_run(cli, 0, "attempt 2 2024-11-21T12:00:01.000Z  timeout on W\n          limit 1 s\n", "", "dead",
            "show", "-q", "s", "slow 1");
    cli_run(cli, 0, "cause     timeout: the time limit passed\nmessage   limit 1 s\nto do     give the task",
            "", "dead", "show", "-q", "s", "slow 1");
    cli_run(cli, 0, "again     skep dead requeue -q s 'slow 1'\nhere      skep replay -q s 'slow 1'\n", "",
            "dead", "show", "-q", "s", "slow 1");
}

/* Several, each with what was asked for; the beginning of an id is enough when no other begins so; and the
 * newest one where none is named. */
static void test_cli_dead__shows_those_that_are_meant(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "\n\nid        slow 1\n", "", "dead", "show", "-q", "s", "t1", "slo");
    cli_run(cli, 1, "", "\"t\" is the beginning of several ids: t1, t2", "dead", "show", "-q", "s", "t");
    cli_run(cli, 1, "id        t1\n", "no dead letter in queue s has an id that is or begins with nobody",
            "dead", "show", "-q", "s", "nobody", "t1");
    cli_run(cli, 0, "id        evil\n", "this is the newest of 4; `skep dead ls -q s`", "dead", "show", "-q",
            "s");
    cli_run(cli, 1, "", "queue empty has no dead letter", "dead", "show", "-q", "empty");
}

/* The host of each attempt, and how many went before those that are kept. */
static void test_cli_dead__shows_who_ran_it(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, DEAD,
                  "#skep id=old try=12 cause=kernel-error at=1732190400000 "
                  "e=11,1732190400000,kernel-error,node7:12:3f:00aa,no "
                  "e=12,1732190400000,kernel-error,node8:12:3f:00ab,no\n{}");
    cli_run(cli, 0, "attempts  12, of which the last 2 follow\nattempt 11 ", "", "dead", "show", "-q", "s",
            "old");
    cli_run(cli, 0, "kernel-error on node8, worker node8:12:3f:00ab\n          no\n", "", "dead", "show",
            "-q", "s", "old");
}

/* What a stranger wrote is shown, but does nothing. */
static void test_cli_dead__makes_bytes_harmless(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "record    9 bytes, as it came:\n\\x1b[2J\\x00\\xff\\r\\n{\n", "", "dead", "show", "-q",
            "s", "evil");
}

/* The bytes of a record and nothing else. */
static void test_cli_dead__shows_the_bytes(void **state)
{
    struct cli *cli = *state;
    struct test_process *show = cli_start(cli, NULL, "dead", "show", "-q", "s", "evil", "--raw", NULL);
    size_t n;
    char *out;

    assert_int_equal(test_process_wait(show, CLI_MS), 0);
    out = test_process_out(show, &n);
    assert_int_equal(n, 9);
    assert_memory_equal(out, "\033[2J\0\xff\r\n{", 9);
    free(out);
    test_process_free(show);
}

/* With all that is known: records that are JSON as such, on one line; all others lose no byte. */
static void test_cli_dead__exports(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0,
            "{\"id\":\"t1\",\"index\":5,\"kernel\":\"sum\",\"cause\":\"bad-args\",\"message\":"
            "\"argument is missing\",\"at_ms\":1732190400000,\"attempts\":[{\"attempt\":1,",
            "", "dead", "export", "-q", "s", "--why");
    cli_run(cli, 0, "\"record\":{\"kernel\":\"sum\"}}\n{\"id\":\"t2\",", "", "dead", "export", "-q", "s",
            "--why");
    cli_run(cli, 0, "\"record\":{\"kernel\":\"sum\"}}\n{\"id\":\"slow 1\",", "", "dead", "export", "-q", "s",
            "--why");
    cli_run(cli, 0, "\"record_base64\":\"G1sySgD/DQp7\"}\n", "", "dead", "export", "-q", "s", "--why");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 4);
}

/* What is exported without more is what `skep push` takes; what it could not take is told. */
static void test_cli_dead__exports_what_can_be_pushed(void **state)
{
    struct cli *cli = *state;
    struct test_process *export = cli_start(cli, NULL, "dead", "export", "-q", "s", NULL);
    char *out;
    size_t n;

    assert_int_equal(test_process_wait(export, CLI_MS), 1);
    assert_true(test_process_said(export, "1 record is no JSON and cannot be pushed"));
    out = test_process_out(export, &n);
    assert_string_equal(
        out, "{\"kernel\":\"sum\"}\n{\"kernel\":\"sum\"}\n{\"kernel\":\"sleep\",\"args\":{\"s\":9}}\n");
    ask(cli->conn, "LPOP {skep:s}:dead");
    ask(cli->conn, "LPOP {skep:s}:dead");
    ask(cli->conn, "RPOP {skep:s}:dead");
    test_process_free(export);
    export = cli_start(cli, NULL, "dead", "export", "-q", "s", NULL);
    assert_int_equal(test_process_wait(export, CLI_MS), 0);
    free(out);
    out = test_process_out(export, &n);
    cli_feed(cli, out, n, 0, NULL, NULL, "push", "-q", "again", "-");
    assert_int_equal(cli_count(cli, "LLEN", "skep:again"), 1);
    free(out);
    test_process_free(export);
}

/* By id, by cause, by kernel: the record goes back as it was put, its place with it; the others stay in their
 * order. */
static void test_cli_dead__requeues(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "", "requeued 1 dead letter into queue s", "dead", "requeue", "-q", "s", "t1");
    assert_string_equal(cli_item(cli, "skep:s", 0)->bytes, "#skep i=5 q=7\n{\"kernel\":\"sum\"}");
    cli_run(cli, 0, "", "requeued 1 dead letter into queue s", "dead", "requeue", "-q", "s", "slow 1");
    assert_string_equal(cli_item(cli, "skep:s", 1)->bytes, "{\"kernel\":\"sleep\",\"args\":{\"s\":9}}");
    cli_run(cli, 0, "", "requeued 1 dead letter into queue s", "dead", "requeue", "-q", "s", "--cause",
            "bad-record");
    assert_int_equal(cli_item(cli, "skep:s", 2)->length, 9);
    assert_memory_equal(cli_item(cli, "skep:s", 2)->bytes, "\033[2J\0\xff\r\n{", 9);
    cli_run(cli, 0, "", "requeued 1 dead letter into queue s", "dead", "requeue", "-q", "s", "--kernel",
            "sum");
    assert_string_equal(cli_item(cli, "skep:s", 3)->bytes, "{\"kernel\":\n\"sum\"}");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 0);
    cli_run(cli, 0, "", "requeued 0 dead letters into queue s", "dead", "requeue", "-q", "s", "--all");
}

/* Those of one job, which is named in the letter's own line. */
static void test_cli_dead__requeues_a_job(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, DEAD, "#skep id=a j=mon%20day k=sum cause=timeout at=1\n#skep j=mon%20day\n{\"a\":1}");
    cli_push_text(cli, DEAD, "#skep id=b j=mon k=sum cause=timeout at=1\n#skep j=mon\n{\"b\":1}");
    cli_run(cli, 0, "job       mon day\n", "", "dead", "show", "-q", "s", "a");
    cli_run(cli, 1, "", "has this job", "dead", "requeue", "-q", "s", "--job", "day");
    cli_run(cli, 0, "", "requeued 1 dead letter into queue s", "dead", "requeue", "-q", "s", "--job",
            "mon day");
    assert_string_equal(cli_item(cli, "skep:s", 0)->bytes, "#skep j=mon%20day\n{\"a\":1}");
    cli_run(cli, 0, "", "purged 1 dead letter of queue s", "dead", "purge", "-q", "s", "--job", "mon");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 4);
}

/* Which ones must be said, in one way; those that are not there are told, and the others are done. */
static void test_cli_dead__wants_to_know_which(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "which ones?", "dead", "requeue", "-q", "s");
    cli_run(cli, 2, "", "which ones?", "dead", "purge", "-q", "s", "--all", "t1");
    cli_run(cli, 2, "", "which ones?", "dead", "purge", "-q", "s", "--cause", "timeout", "--kernel", "sum");
    cli_run(cli, 1, "", "no dead letter in queue s has nobody (in full)", "dead", "purge", "-q", "s",
            "nobody", "t1");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 3);
    cli_run(cli, 1, "", "has this cause", "dead", "requeue", "-q", "s", "--cause", "time");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 3);
    cli_run(cli, 0, "", "purged 3 dead letters of queue s", "dead", "purge", "-q", "s", "--all");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 0);
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
}

/* Letters that nobody of skep wrote are listed, exported and requeued whole. */
static void test_cli_dead__bears_strange_letters(void **state)
{
    struct cli *cli = *state;

    ask(cli->conn, "DEL {skep:s}:dead");
    cli_push_text(cli, DEAD, "garbage");
    cli_push_text(cli, DEAD, "");
    cli_run(cli, 0, "        2  unknown ", "", "dead", "ls", "-q", "s");
    cli_run(cli, 0, "\"record_base64\":\"Z2FyYmFnZQ==\"", "", "dead", "export", "-q", "s", "--why");
    cli_run(cli, 0, "", "requeued 2 dead letters", "dead", "requeue", "-q", "s", "--all");
    assert_string_equal(cli_item(cli, "skep:s", 0)->bytes, "garbage");
}

/* More letters than one piece holds, and records of megabytes. */
static void test_cli_dead__bears_many_and_large_letters(void **state)
{
    struct cli *cli = *state;
    size_t n = 10 << 20;
    char *big = malloc(n);

    assert_non_null(big);
    for (int i = 0; i < 2500; i++) {
        cli_push_text(cli, DEAD, letter_one);
    }
    memset(big, 'x', n);
    memcpy(big, "#skep id=big cause=bad-record\n", 30);
    cli_push(cli, DEAD, big, n);
    cli_run(cli, 0, "queue s: 2,505 dead letters\n     2502  bad-args", "", "dead", "ls", "-q", "s");
    cli_run(cli, 0, "record    10485730 bytes", "", "dead", "show", "-q", "s", "big");
    cli_run(cli, 0, "", "purged 2502 dead letters", "dead", "purge", "-q", "s", "--cause", "bad-args");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 3);
    free(big);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_dead__##name, setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists),
        TEST(groups_by_what_went_wrong),
        TEST(shows),
        TEST(shows_those_that_are_meant),
        TEST(shows_who_ran_it),
        TEST(makes_bytes_harmless),
        TEST(shows_the_bytes),
        TEST(exports),
        TEST(exports_what_can_be_pushed),
        TEST(requeues),
        TEST(requeues_a_job),
        TEST(wants_to_know_which),
        TEST(bears_strange_letters),
        TEST(bears_many_and_large_letters),
    };

    return cmocka_run_group_tests_name("skep dead", tests, NULL, NULL);
}
