/* SPDX-License-Identifier: MIT */
/* skep report: how well a job used its slots. */
#include "integration/cli.h"

#include <signal.h>

#define Q "s"

/* Ten tasks of a job that is announced. */
static void announce(struct cli *cli, const char *job)
{
    cli_write_tasks(cli, "a.jsonl", 10);
    cli_run(cli, 0, "pushed 10 tasks", "", "push", "-q", Q, "--job", job, "a.jsonl");
}

/* What workers would count of it: four slots, 100 s, 320 s of work. */
static void count(struct cli *cli, const char *job)
{
    static const char *const fields[] = {
        "attempts 1000",           "failed 3",
        "wall_ns 320000000000",    "map_ns 10000000000",
        "compute_ns 290000000000", "commit_ns 15000000000",
        "user_ns 300000000000",    "system_ns 2000000000",
        "major_faults 5",          "b9 1000",
        "from_ms 1700000000000",   "to_ms 1700000100000",
        "peak_rss_bytes 1048576",  "w:h:1:2:a 80000000000",
        "w:h:2:2:b 80000000000",   "w:h:3:2:c 80000000000",
        "w:h:4:2:d 80000000000",
    };
    char words[128];

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        snprintf(words, sizeof words, "HSET {skep:" Q "}:account:%s %s", job, fields[i]);
        ask(cli->conn, words);
    }
}

static void slowest(struct cli *cli, const char *job, const char *seconds, const char *what)
{
    char key[128];
    struct skep_reply *reply;
    struct skep_error err = {0};

    snprintf(key, sizeof key, "{skep:" Q "}:slow:%s", job);
    skep_conn_begin(cli->conn, 4);
    skep_conn_arg_text(cli->conn, "ZADD");
    skep_conn_arg_text(cli->conn, key);
    skep_conn_arg_text(cli->conn, seconds);
    skep_conn_arg_text(cli->conn, what);
    if (skep_conn_call(cli->conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("ZADD: %s", err.text);
    }
}

/* ---- works ---- */

/* The numbers are those of test_report__by_hand. */
static void test_cli_report__tells(void **state)
{
    struct cli *cli = *state;

    announce(cli, "monday");
    count(cli, "monday");
    slowest(cli, "monday", "1.5", "17 node%31 2");
    slowest(cli, "monday", "0.75", "a%20b node2 0");
    cli_run(cli, 0, "job monday of queue s: running; 1,000 attempts (3 failed) in 1 min 40 s on 4 slots\n",
            "", "report", "-q", Q, "monday");
    cli_run(cli, 0,
            "  efficiency        80.0 %   of the time of its slots; busy for 5 min 20 s, speed-up 3.2\n"
            "  serial fraction  0.0833 ",
            "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "  wait              20.0 % ", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "  map                2.5 % ", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "  compute           72.5 % ", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "  commit             3.8 % ", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "twice the slots: about 1 min 3 s, speed-up 5.05 (Amdahl", "", "report", "-q", Q,
            "monday");
    cli_run(cli, 0, "used above 60 %: 2 more ", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "  memory           1.0 MiB at most; page faults: 0, and 5 that read from a disk\n", "",
            "report", "-q", Q, "monday");
    cli_run(cli, 0,
            "the slowest tasks\n         1.5 s   17   on node%31, slot 2\n"
            "        750 ms   a b   on node2, slot 0\n",
            "", "report", "-q", Q, "monday");
}

/* What a real worker has counted: all ten tasks, two of them failed at their only attempt. */
static void test_cli_report__of_a_worker(void **state)
{
    static const char program[] = SKEP_BUILD_DIR "/skep-worker";
    static const char failing[] = "{\"kernel\":\"fail\",\"args\":{\"how\":\"final\",\"times\":9}}\n"
                                  "{\"kernel\":\"fail\",\"args\":{\"how\":\"final\",\"times\":9}}\n";
    const char *args[] = {program, "-q", Q, "--slots", "2", "--grace", "1", NULL};
    struct cli *cli = *state;
    const char *env[] = {cli->env, NULL};
    struct test_process *worker =
        test_process_start(&(struct test_process_options){.args = args, .env = env, .folder = cli->folder});

    announce(cli, "monday");
    cli_run(cli, 0, NULL, NULL, "wait", "-q", Q, "monday");
    cli_run(cli, 0, "job monday of queue s: done; 10 attempts in ", "", "report", "-q", Q, "monday");
    cli_feed(cli, failing, sizeof failing - 1, 0, NULL, NULL, "push", "-q", Q, "--job", "tuesday", "-");
    cli_run(cli, 1, NULL, NULL, "wait", "-q", Q, "tuesday");
    cli_run(cli, 0, "job tuesday of queue s: failed; 2 attempts (2 failed) in ", "", "report", "-q", Q,
            "tuesday");
    test_process_signal(worker, SIGKILL);
    (void)test_process_wait(worker, CLI_MS);
    test_process_free(worker);
    cli_run(cli, 0, NULL, NULL, "job", "forget", "-q", Q, "monday");
    cli_run(cli, 1, "", "queue s knows no job \"monday\"", "report", "-q", Q, "monday");
}

/* Slots that are interrupted all the time are told that they share cores, and nothing is promised. */
static void test_cli_report__shared_cores(void **state)
{
    struct cli *cli = *state;

    announce(cli, "monday");
    count(cli, "monday");
    ask(cli->conn, "HSET {skep:" Q "}:account:monday user_ns 100000000000");
    ask(cli->conn, "HSET {skep:" Q "}:account:monday involuntary_switches 50000");
    cli_run(cli, 0, "kernels had the processor for 35 % of their time", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "\"shares_cores\":true,\"twice_the_slots_s\":null,\"more_slots\":0,", "", "report", "-q",
            Q, "monday", "--json");
}

/* For programs. */
static void test_cli_report__json(void **state)
{
    struct cli *cli = *state;

    announce(cli, "monday");
    count(cli, "monday");
    slowest(cli, "monday", "1.5", "17 node1 2");
    cli_run(cli, 0,
            "{\"job\":\"monday\",\"queue\":\"s\",\"state\":\"running\",\"slots\":4,\"elapsed_s\":100.0,"
            "\"busy_s\":"
            "320.0,\"efficiency\":0.8,\"speedup\":3.2,\"serial_fraction\":0.08333333333333",
            "", "report", "-q", Q, "monday", "--json");
    cli_run(cli, 0, "\"slowest\":[{\"task\":\"17\",\"seconds\":1.5,\"host\":\"node1\",\"slot\":\"2\"}]}\n",
            "", "report", "-q", Q, "monday", "--json");
}

/* Names that would drive a terminal are shown harmless. */
static void test_cli_report__hostile_names(void **state)
{
    struct cli *cli = *state;

    announce(cli, "monday");
    count(cli, "monday");
    slowest(cli, "monday", "1.5", "%1B]0%3Bx%07 h\033[2J s\n");
    slowest(cli, "monday", "1.25", "%zz\033[2J");
    cli_run(cli, 0, "   \\x1b]0;x\\x07   on h\\x1b[2J, slot s\\n\n", "", "report", "-q", Q, "monday");
    cli_run(cli, 0, "1.25 s   %zz\\x1b[2J\n", "", "report", "-q", Q, "monday");
}

/* ---- refuses ---- */

/* A job without an account says why. */
static void test_cli_report__says_why_not(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 1, "", "queue s knows no job \"friday\"; `skep job ls -q s` lists them", "report", "-q", Q,
            "friday");
    announce(cli, "monday");
    cli_run(cli, 1, "", "job monday: none of its tasks has ended yet", "report", "-q", Q, "monday");
    ask(cli->conn, "HINCRBY {skep:" Q "}:jobs d:monday 10");
    cli_run(cli, 1, "", "what the tasks of job monday have used is not known", "report", "-q", Q, "monday");
    cli_run(cli, 2, "", "which job?", "report", "-q", Q);
}

/* An account that is none is the server's business, not a crash. */
static void test_cli_report__strange_accounts(void **state)
{
    struct cli *cli = *state;

    announce(cli, "monday");
    ask(cli->conn, "SET {skep:" Q "}:account:monday x");
    cli_run(cli, 3, "", "WRONGTYPE", "report", "-q", Q, "monday");
    ask(cli->conn, "DEL {skep:" Q "}:account:monday");
    ask(cli->conn, "HSET {skep:" Q "}:account:monday attempts x");
    cli_run(cli, 1, "", "none of its tasks has ended yet", "report", "-q", Q, "monday");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_report__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells),         TEST(of_a_worker),  TEST(shared_cores),     TEST(json),
        TEST(hostile_names), TEST(says_why_not), TEST(strange_accounts),
    };

    return cmocka_run_group_tests_name("skep report", tests, NULL, NULL);
}
