/* SPDX-License-Identifier: MIT */
/* skep status, queues, audit, pause, resume, limits: what operators see and switch. */
#include "integration/cli.h"

/* A queue with something in every place, and books that balance. */
static void fill(struct cli *cli)
{
    ask(cli->conn, "SADD skep:queues s");
    ask(cli->conn, "RPUSH skep:s a b c");
    ask(cli->conn, "RPUSH {skep:s}:held:host:1:x d e");
    ask(cli->conn, "ZADD {skep:s}:workers 7 host:1:x");
    ask(cli->conn, "ZADD {skep:s}:delayed 1 f");
    ask(cli->conn, "RPUSH {skep:s}:dead g");
    ask(cli->conn, "RPUSH {skep:s}:suspect h");
    ask(cli->conn, "RPUSH {skep:s}:out r1 r2 r3 r4");
    ask(cli->conn, "HSET {skep:s}:stat taken 13 done 4 retried 3 dead 1 given_back 2 crash_moved 1");
    ask(cli->conn,
        "SET {skep:s}:info:host:1:x {\"slot\":3,\"busy\":true,\"tasks\":1234,\"rss_bytes\":3145728,"
        "\"version\":\"0.1.0\033[2J\"}");
}

/* All numbers of one queue, and what its slots say of themselves, made harmless. */
static void test_cli_status__shows_a_queue(void **state)
{
    struct cli *cli = *state;

    fill(cli);
    cli_run(cli, 0, "queue s: running\n", "", "status", "-q", "s");
    cli_run(cli, 0, "  waiting                3 ", "", "status", "-q", "s");
    cli_run(cli, 0, "  held                   2 ", "", "status", "-q", "s");
    cli_run(cli, 0, "  delayed                1 ", "", "status", "-q", "s");
    cli_run(cli, 0, "  suspect                1 ", "", "status", "-q", "s");
    cli_run(cli, 0, "  dead                   1 ", "", "status", "-q", "s");
    cli_run(cli, 0, "  results                4 ", "", "status", "-q", "s");
    cli_run(cli, 0, "1 slot\n  host:1:x  holds 2\n", "", "status", "-q", "s"); /* the info is no JSON: \033 */
    ask(cli->conn,
        "SET {skep:s}:info:host:1:x {\"slot\":3,\"busy\":true,\"tasks\":1234,\"rss_bytes\":3145728,"
        "\"version\":\"0.1.0\\u001b[2J\"}");
    cli_run(cli, 0, "  host:1:x  holds 2, slot 3, busy, 1,234 tasks run, 3.0 MiB, skep 0.1.0\\x1b[2J\n", "",
            "status", "-q", "s");
}

/* The same for programs. */
static void test_cli_status__prints_json(void **state)
{
    struct cli *cli = *state;

    fill(cli);
    cli_run(cli, 0, "{\"queue\":\"s\",\"state\":\"running\",\"now_ms\":17", "", "status", "-q", "s",
            "--json");
    cli_run(cli, 0,
            "\"waiting\":3,\"held\":2,\"delayed\":1,\"suspect\":1,\"dead\":1,\"results\":4,\"paused\":false,"
            "\"max_depth\":0,\"max_results\":0,\"max_dead\":1000000,\"stat\":{\"put\":0,\"taken\":13,",
            "", "status", "-q", "s", "--json");
    cli_run(cli, 0,
            "\"left\":7,\"in_per_s\":null,\"out_per_s\":null,\"eta_s\":null,\"oldest_s\":null,\"slots\":1,",
            "", "status", "-q", "s", "--json");
    cli_run(cli, 0,
            "\"findings\":[{\"finding\":\"suspects\",\"severity\":\"warning\",\"words\":\"1 task crashed", "",
            "status", "-q", "s", "--json");
    cli_run(cli, 0,
            "\"workers\":[{\"worker\":\"host:1:x\",\"beat\":7,\"held\":2,\"cycles\":0,\"last_cycle_s\":null,"
            "\"silent\":false}],\"jobs\":[]}\n",
            "", "status", "-q", "s", "--json");
    ask(cli->conn, "SADD skep:queues other");
    cli_run(cli, 0, "[{\"queue\":\"other\",", "", "status", "--json");
    cli_run(cli, 0, "},\n{\"queue\":\"s\",", "", "status", "--json");
}

/* Without a queue a line for each, by name; names that are none are not shown. */
static void test_cli_status__lists_queues(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "no queues yet", "", "status");
    cli_run(cli, 0, "", "", "queues");
    fill(cli);
    ask(cli->conn, "SADD skep:queues a-b z/z");
    cli_run(cli, 0, "a-b\ns\n", "", "queues");
    cli_run(cli, 0, "QUEUE  ", "", "status");
    cli_run(
        cli, 0,
        "\ns                          3       2        1        1       1           4      1       -       -"
        "       -       -  running, suspects\n",
        "", "status");
}

/* Why tasks do not run is said, and what to do about it. */
static void test_cli_status__says_why_nothing_runs(void **state)
{
    struct cli *cli = *state;

    ask(cli->conn, "RPUSH skep:s a");
    cli_run(cli, 0, "queue s: no-workers; start `skep-worker` with this server and queue\n", "", "status",
            "-q", "s");
    cli_run(cli, 0, "", "queue s is paused: 1 task waits; what workers hold (0) runs on", "pause", "-q", "s");
    cli_run(cli, 0, "queue s: paused; workers take nothing; `skep resume -q QUEUE` lets them\n", "", "status",
            "-q", "s");
    cli_run(cli, 0, "", "queue s runs", "resume", "-q", "s");
    cli_run(cli, 0, "queue s: no-workers;", "", "status", "-q", "s");
    ask(cli->conn, "RPUSH {skep:s}:out r");
    cli_run(cli, 0, "queue s: max-depth none, max-results 1, max-dead 1000000\n", "", "limits", "-q", "s",
            "--max-results", "1");
    cli_run(cli, 0, "queue s: results-full; ", "", "status", "-q", "s");
    cli_run(cli, 0, "queue s: max-depth 5, max-results none, max-dead 1000000\n", "", "limits", "-q", "s",
            "--max-depth", "5", "--max-results", "0");
    cli_run(cli, 0, "queue s: max-depth 5, max-results none, max-dead 7\n", "", "limits", "-q", "s",
            "--max-dead", "7");
    cli_run(cli, 0, "queue s: max-depth 5, max-results none, max-dead 7\n", "", "limits", "-q", "s");
    ask(cli->conn, "HSET {skep:s}:stat dead_dropped 12");
    cli_run(cli, 0, "  dropped               12   dead letters beyond the limit", "", "status", "-q", "s");
    cli_run(cli, 2, "", "out of range", "limits", "-q", "s", "--max-depth", "-5");
}

/* The books: they balance, and when they do not, by how much, with exit code 1. */
static void test_cli_status__audits(void **state)
{
    struct cli *cli = *state;

    fill(cli);
    cli_run(cli, 0, "             13 taken ", "", "audit", "-q", "s");
    cli_run(cli, 0, "the books balance\n", "", "audit", "-q", "s");
    ask(cli->conn, "RPOP {skep:s}:held:host:1:x");
    cli_run(cli, 1, "the books do not balance: 1 task unaccounted for\n", "", "audit", "-q", "s");
    ask(cli->conn, "RPUSH {skep:s}:held:host:1:x i j k");
    cli_run(cli, 1, "the books do not balance: 2 tasks more than were taken\n", "", "audit", "-q", "s");
    cli_run(cli, 1,
            "\"taken\":13,\"held\":4,\"done\":4,\"retried\":3,\"dead\":1,\"cancelled\":0,\"given_back\":2,"
            "\"crash_moved\":1,"
            "\"difference\":-2}\n",
            "", "audit", "-q", "s", "--json");
}

/* A range job says what it waits for: without its gatherer nothing behind it is taken either. */
static void test_cli_status__says_that_a_gatherer_is_missing(void **state)
{
    struct cli *cli = *state;

    ask(cli->conn, "HSET {skep:s}:jobs n:te 10 d:te 4 g:te 1 k:te 8388607");
    ask(cli->conn, "HSET {skep:s}:puts te 10");
    cli_run(cli, 0, "  job te: 6 of 10 tasks left\n", "", "status", "-q", "s");
    ask(cli->conn, "HSET {skep:s}:jobs k:te 8388608");
    cli_run(cli, 0, "  job te: 6 of 10 tasks left; held up, and what is behind it: its values wait for a", "",
            "status", "-q", "s");
    ask(cli->conn, "HSET {skep:s}:jobs d:te 10");
    cli_run(cli, 0, "  job te: 0 of 10 tasks left; its arrays wait for a gatherer\n", "", "status", "-q",
            "s");
}

/* Whatever names and words strangers have written, a terminal shows them and does nothing else. */
static void test_cli_status__is_harmless(void **state)
{
    static const char *const ways[][5] = {
        {"status", "-q", "s"}, {"status"}, {"status", "-q", "s", "--json"}, {"status", "--json"}};
    static const char turn[] = {(char)0xe2, (char)0x80, (char)0xae, '\0'}; /* from right to left */
    struct cli *cli = *state;

    fill(cli);
    ask(cli->conn, "ZADD {skep:s}:workers 1 \033[2J:1:f:1");
    ask(cli->conn,
        "SET {skep:s}:info:\033[2J:1:f:1 "
        "{\"host\":\"\\u001b[2J\",\"version\":\"\\u001b[31m\",\"running\":{\"kernel\":\"\\u001b[2J\","
        "\"job\":\"<b>\\u0007\",\"id\":\"\\u202e\"},\"node\":{\"apart_ms\":99999}}");
    ask(cli->conn, "HSET {skep:s}:jobs n:\033[2J 5 k:\033[2J 9999999");
    ask(cli->conn, "HSET {skep:s}:account done:\033[2J 5 cause:\033[2J 5");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct test_process *process =
            cli_start(cli, NULL, ways[i][0], ways[i][1], ways[i][2], ways[i][3], ways[i][4], NULL);
        assert_int_equal(test_process_wait(process, CLI_MS), 0);
        assert_false(test_process_said(process, "\033"));
        assert_false(test_process_said(process, "\a"));
        assert_false(i < 2 && test_process_said(process, turn)); /* to a program it is text */
        test_process_free(process);
    }
}

/* Everything that is printed for programs is told in the help. */
static void test_cli_status__tells_its_members(void **state)
{
    struct cli *cli = *state;
    struct test_process *json, *help;
    char *text, *at;

    fill(cli);
    ask(cli->conn, "HSET {skep:s}:jobs n:te 10");
    json = cli_start(cli, NULL, "status", "-q", "s", "--json", NULL);
    help = cli_start(cli, NULL, "status", "--help", NULL);
    assert_int_equal(test_process_wait(json, CLI_MS), 0);
    assert_int_equal(test_process_wait(help, CLI_MS), 0);
    text = test_process_out(json, NULL);
    at = strstr(text, "\"stat\":{"); /* whose members the protocol has */
    assert_non_null(at);
    memset(at + 7, ' ', strcspn(at + 7, "}"));
    for (at = strstr(text, "\":"); at != NULL; at = strstr(at + 1, "\":")) {
        char word[64];
        const char *from = at;
        while (from[-1] != '"') {
            from--;
        }
        snprintf(word, sizeof word, "%.*s", (int)(at - from), from);
        if (!test_process_said(help, word)) {
            fail_msg("the help does not tell of %s", word);
        }
    }
    free(text);
    test_process_free(json);
    test_process_free(help);
}

/* All commands that the server has run, those of scripts too. */
static int64_t count_commands(struct cli *cli)
{
    static const char mark[] = ":calls=";
    int64_t n = 0;

    for (const char *at = strstr(ask(cli->conn, "INFO commandstats")->bytes, mark); at != NULL;
         at = strstr(at, mark)) {
        at += sizeof mark - 1;
        n += strtoll(at, NULL, 10);
    }
    return n;
}

static int64_t count_status(struct cli *cli)
{
    int64_t before = count_commands(cli);

    cli_run(cli, 0, "queue s: no-workers", "", "status", "-q", "s");
    return count_commands(cli) - before;
}

/* A million tasks cost the server as many commands as ten. */
static void test_cli_status__costs_the_same(void **state)
{
    struct cli *cli = *state;
    int64_t few;

    ask(cli->conn, "RPUSH skep:s a b c d e f g h i j");
    count_status(cli); /* teaches the scripts */
    few = count_status(cli);
    ask(cli->conn, "EVAL for\ti=1,100000\tdo\tredis.call('RPUSH',KEYS[1],1,2,3,4,5,6,7,8,9,0)\tend 1 skep:s");
    assert_int_equal(count_status(cli), few);
    cli_run(cli, 0, "  waiting        1,000,010 ", "", "status", "-q", "s");
}

/* Ten thousand queues are told, each in a line, at some commands each. */
static void test_cli_status__lists_ten_thousand_queues(void **state)
{
    enum { N = 10000, LEAST = 5, MOST = 20 };
    struct cli *cli = *state;
    int64_t before, n;

    ask(cli->conn, "EVAL for\ti=1,10000\tdo\tredis.call('SADD','skep:queues','q'..i)\tredis.call('RPUSH',"
                   "'skep:q'..i,'x')\tend 0");
    before = count_commands(cli);
    cli_run(cli, 0, "\nq9999 ", "", "status");
    n = count_commands(cli) - before;
    if (n < LEAST * N || n > MOST * N) {
        fail_msg("%" PRId64 " commands for %d queues", n, N);
    }
}

/* A queue that nobody has used is empty, not an error. */
static void test_cli_status__shows_an_unknown_queue(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "queue new: idle; start `skep-worker`", "", "status", "-q", "new");
    cli_run(cli, 0, "the books balance", "", "audit", "-q", "new");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_status__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_a_queue),
        TEST(prints_json),
        TEST(lists_queues),
        TEST(says_why_nothing_runs),
        TEST(audits),
        TEST(shows_an_unknown_queue),
        TEST(says_that_a_gatherer_is_missing),
        TEST(is_harmless),
        TEST(tells_its_members),
        TEST(costs_the_same),
        TEST(lists_ten_thousand_queues),
    };

    return cmocka_run_group_tests_name("skep status", tests, NULL, NULL);
}
