/* SPDX-License-Identifier: MIT */
/* skep run with --redis: the same on a server that others use too, in a queue of its own. */
#include "integration/runs.h"

/* Naps of 50 ms: two slots need 7.5 s for them, so that a slow machine's interruption still comes in time;
 * the resumption has more slots (MANY_SLOTS). */
#define NAPS       300
#define ALL_DONE   "300 done"
#define MANY_SLOTS "8"

/* Interrupt a run of the naps on the server. What it had printed; free() it. */
static char *interrupt(struct cli *cli)
{
    struct test_process *process;

    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "2", "tasks.jsonl", NULL);
    runs_until_lines(process, 2);
    test_process_signal(process, SIGINT);
    return runs_end(process, 130, "interrupted");
}

/* The key of the only queue there is. */
static const char *queue_key(struct cli *cli, char key[128])
{
    struct skep_reply *reply = ask(cli->conn, "SMEMBERS skep:queues");

    assert_int_equal(reply->n, 1);
    snprintf(key, 128, "skep:%s", reply->items[0].bytes);
    return key;
}

/* No key is left but what vanishes by itself: people's information about slots. */
static void expect_clean(struct cli *cli)
{
    const struct skep_reply *keys = ask(cli->conn, "KEYS *");

    for (size_t i = 0; i < keys->n; i++) {
        if (strstr(keys->items[i].bytes, ":info:") == NULL) {
            fail_msg("left on the server: %s", keys->items[i].bytes);
        }
    }
}

/* All results are there, and nothing stays on the server. */
static void test_run__runs_on_a_server(void **state)
{
    struct cli *cli = *state;
    char *out;

    cli_write_tasks(cli, "tasks.jsonl", 3000);
    out = runs_end(cli_start(cli, NULL, "run", "--ordered", "tasks.jsonl", NULL), 0, "3000 done");
    runs_expect_results(out, 3000, true);
    free(out);
    expect_clean(cli);
    runs_expect_entries(cli, 1);
}

/* --redis private is the private server, whatever the environment says. */
static void test_run__runs_privately_when_told(void **state)
{
    struct cli *cli = *state;

    test_redis_kill(cli->redis);
    cli_write_tasks(cli, "tasks.jsonl", 3);
    cli_run(cli, 0, "\"index\":2", "3 done", "run", "--redis", "private", "tasks.jsonl");
}

/* An interrupted run goes on in its queue, even if the server is now named otherwise, or not at all. */
static void test_run__resumes_on_its_server(void **state)
{
    static const char *const without[] = {"SKEP_REDIS", NULL};
    struct cli *cli = *state;
    char *before = interrupt(cli);
    char *after;

    after = runs_end(cli_start(cli, &(struct test_process_options){.env = without}, "run", "--resume",
                               "--slots", MANY_SLOTS, NULL),
                     0, ALL_DONE);
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    expect_clean(cli);
    free(before);
    free(after);
}

/* Tasks that vanished from the server are put again; so are those whose results somebody else took. */
static void test_run__fills_holes(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli);
    char key[128], words[160];
    char *after;

    snprintf(words, sizeof words, "DEL %s", queue_key(cli, key));
    assert_int_equal(ask(cli->conn, words)->integer, 1);
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, NULL), 0,
                     "results are missing: their tasks are put again");
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    expect_clean(cli);
    free(before);
    free(after);
}

/* An operator's limit of the queue is no trouble: what has no room goes later. */
static void test_run__respects_the_queues_limit(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli);
    char key[128], words[200];
    char *after;

    snprintf(words, sizeof words, "DEL %s", queue_key(cli, key));
    (void)ask(cli->conn, words);
    snprintf(words, sizeof words, "HSET {%s}:conf max_depth 60", key);
    (void)ask(cli->conn, words);
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, "--wait", "0", NULL), 0,
                     ALL_DONE);
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    expect_clean(cli);
    free(before);
    free(after);
}

/* The server restarts without its memory, in the middle. */
static void test_run__survives_a_server_without_memory(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    char *after;

    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "2", "tasks.jsonl", NULL);
    runs_until_lines(process, 2);
    test_redis_kill(cli->redis);
    test_redis_restart(cli->redis);
    after = runs_end(process, 0, ALL_DONE ", 0 failed");
    runs_expect_results(after, NAPS, false);
    free(after);
}

/* It waits for a server that is away for a while, and gives up on one that stays away; then it can be
 * resumed. */
static void test_run__waits_for_its_server(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    char *after;

    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "2", "--wait", "0.5", "tasks.jsonl", NULL);
    runs_until_lines(process, 2);
    test_redis_kill(cli->redis);
    free(runs_end(process, 3, "go on with: skep run --resume tasks.jsonl"));
    test_redis_restart(cli->redis);
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, NULL), 0, ALL_DONE);
    runs_expect_results(after, NAPS, false);
    free(after);
}

/* --fresh removes the queue of the run that it forgets. */
static void test_run__removes_a_forgotten_queue(void **state)
{
    struct cli *cli = *state;

    free(interrupt(cli));
    cli_run(cli, 0, NULL, ALL_DONE, "run", "--fresh", "--slots", MANY_SLOTS, "--redis", "private",
            "tasks.jsonl");
    cli_run(cli, 0, "", "", "queues");
}

/* A password reaches the worker by the environment, never by a command line, and is not kept. */
static void test_run__hides_the_password(void **state)
{
    struct cli *cli = *state;
    char url[256];
    char *state_folder, *plan, *before;
    struct test_process *process;

    (void)ask(cli->conn, "CONFIG SET requirepass secret");
    snprintf(url, sizeof url, "unix://:secret@%s", cli->redis->socket);
    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "1", "--redis", url, "tasks.jsonl", NULL);
    runs_until_lines(process, 1);
    state_folder = runs_state(cli);
    plan = test_read_file(state_folder, "plan", NULL);
    assert_null(strstr(plan, "secret"));
    free(plan);
    plan = test_read_file(state_folder, "worker.log", NULL);
    assert_null(strstr(plan, "secret"));
    free(plan);
    test_process_signal(process, SIGINT);
    before = runs_end(process, 130, "interrupted");
    assert_null(strstr(before, "secret"));
    cli_run(cli, 3, NULL, "password", "run", "--resume");
    cli_run(cli, 0, NULL, ALL_DONE, "run", "--resume", "--slots", MANY_SLOTS, "--redis", url);
    free(before);
    free(state_folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, cli_setup, cli_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run__runs_on_a_server),          TEST(test_run__runs_privately_when_told),
        TEST(test_run__resumes_on_its_server),     TEST(test_run__fills_holes),
        TEST(test_run__respects_the_queues_limit), TEST(test_run__survives_a_server_without_memory),
        TEST(test_run__waits_for_its_server),      TEST(test_run__removes_a_forgotten_queue),
        TEST(test_run__hides_the_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
