/* SPDX-License-Identifier: MIT */
/* skep dead requeue, killed in the middle: whoever types the command again has lost and doubled nothing. */
#include "integration/cli.h"

#include <signal.h>

/* Enough for many pieces, so that there is a middle. A kill that comes too late proves nothing and is tried
 * again with a fresh list. */
enum { N_LETTERS = 20000, N_KILLS = 3, N_TRIES = 60 };

/* Every second one has the cause timeout, the others crash. */
static const char fill[] =
    "for i = 1, ARGV[1] do redis.call('RPUSH', KEYS[1], '#skep id=t' .. i .. ' cause=' .. "
    "(i % 2 == 0 and 'timeout' or 'crash') .. ' at=1\\n{\"n\":' .. i .. '}') end "
    "return redis.call('LLEN', KEYS[1])";

/* How many different records of the wanted kind lie in queue and dead list together; minus the number of
 * items if one is there twice or a stranger is among them. */
static const char count[] =
    "local seen, n, items = {}, 0, 0 "
    "for _, key in ipairs(KEYS) do for _, item in ipairs(redis.call('LRANGE', key, 0, -1)) do "
    "items = items + 1 "
    "local number = string.match(item, '{\"n\":(%d+)}$') "
    "if number and not seen[number] then seen[number] = true n = n + 1 end end end "
    "return n == items and n or -items";

static int64_t eval(struct cli *cli, const char *script, const char *dead, const char *queue)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    skep_conn_begin(cli->conn, 5);
    skep_conn_arg_text(cli->conn, "EVAL");
    skep_conn_arg_text(cli->conn, script);
    skep_conn_arg_text(cli->conn, queue != NULL ? "2" : "1");
    skep_conn_arg_text(cli->conn, dead);
    if (queue != NULL) {
        skep_conn_arg_text(cli->conn, queue);
    } else {
        skep_conn_arg_i64(cli->conn, N_LETTERS);
    }
    if (skep_conn_call(cli->conn, -1, &reply, &err) != SKEP_OK || reply->kind != SKEP_REPLY_INT) {
        fail_msg("EVAL: %s", err.text);
    }
    return reply->integer;
}

struct moved {
    struct cli *cli;
    struct test_process *process;
    const char *queue;
};

static bool has_moved(void *context)
{
    struct moved *moved = context;

    return cli_count(moved->cli, "LLEN", moved->queue) > 0 || test_process_is_over(moved->process);
}

/* Requeue what WAY and VALUE name, kill the command when something has moved, and type it again.
 * True if the kill came in the middle. N letters are meant. */
static bool kill_one(struct cli *cli, int number, const char *way, const char *value, int64_t n)
{
    char name[16], queue[64], dead[64], stat[64], expected[64];
    struct test_process *process;
    int64_t n_before;

    snprintf(name, sizeof name, "q%d", number);
    snprintf(queue, sizeof queue, "skep:%s", name);
    snprintf(dead, sizeof dead, "{skep:%s}:dead", name);
    snprintf(stat, sizeof stat, "HGET {skep:%s}:stat requeued", name);
    assert_int_equal(eval(cli, fill, dead, NULL), N_LETTERS);
    process = cli_start(cli, NULL, "dead", "requeue", "-q", name, way, value, NULL);
    assert_true(test_until(has_moved, &(struct moved){cli, process, queue}, CLI_MS));
    test_process_signal(process, SIGKILL);
    (void)test_process_wait(process, CLI_MS);
    test_process_free(process);
    n_before = cli_count(cli, "LLEN", queue);
    assert_true(n_before > 0 && n_before <= n);
    assert_int_equal(eval(cli, count, dead, queue), N_LETTERS);
    /* The server may do the piece that it was asked for last only now: how many are left is not known. */
    process = cli_start(cli, NULL, "dead", "requeue", "-q", name, way, value, NULL);
    assert_true(test_process_wait(process, CLI_MS) <= 1);
    assert_true(test_process_said(process, "requeued "));
    test_process_free(process);
    assert_int_equal(cli_count(cli, "LLEN", queue), n);
    assert_int_equal(cli_count(cli, "LLEN", dead), N_LETTERS - n);
    assert_int_equal(eval(cli, count, dead, queue), N_LETTERS);
    snprintf(expected, sizeof expected, "%" PRId64, n);
    assert_string_equal(ask(cli->conn, stat)->bytes, expected);
    ask(cli->conn, "FLUSHALL");
    return n_before < n;
}

/* All of them. */
static void test_requeue_killed__loses_and_doubles_nothing(void **state)
{
    int n_killed = 0;

    for (int i = 0; i < N_TRIES && n_killed < N_KILLS; i++) {
        n_killed += kill_one(*state, i, "--all", NULL, N_LETTERS);
    }
    assert_int_equal(n_killed, N_KILLS);
}

/* Those of one cause, while the others only go round. */
static void test_requeue_killed__leaves_the_others_where_they_are(void **state)
{
    int n_killed = 0;

    for (int i = 0; i < N_TRIES && n_killed < N_KILLS; i++) {
        n_killed += kill_one(*state, i, "--cause", "timeout", N_LETTERS / 2);
    }
    assert_int_equal(n_killed, N_KILLS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_requeue_killed__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loses_and_doubles_nothing),
        TEST(leaves_the_others_where_they_are),
    };

    return cmocka_run_group_tests_name("skep dead requeue, killed", tests, NULL, NULL);
}
