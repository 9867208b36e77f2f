/* SPDX-License-Identifier: MIT */
/* Sweeps on a server: watched, waited for, cancelled, joined; and what the server forgets meanwhile. */
#include "integration/interrupted.h"

#define Q "sweep"

struct shop {
    struct cli cli;
    struct test_process *worker;
};

/* A worker that sees the arrays: it writes them, and gathers when nobody else does. */
static void start_worker(struct shop *shop)
{
    static const char program[] = SKEP_BUILD_DIR "/skep-worker";
    const char *args[] = {program, "-q", Q, "--slots", "2", "--grace", "1", NULL};
    const char *env[] = {shop->cli.env, NULL};

    shop->worker = test_process_start(
        &(struct test_process_options){.args = args, .env = env, .folder = shop->cli.folder});
}

static void stop_worker(struct shop *shop)
{
    test_process_signal(shop->worker, SIGKILL);
    (void)test_process_wait(shop->worker, CLI_MS);
    test_process_free(shop->worker);
    shop->worker = NULL;
}

static int shop_setup(void **state)
{
    static struct shop shop;

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    shop = (struct shop){0};
    cli_begin(&shop.cli, NULL);
    start_worker(&shop);
    *state = &shop;
    return 0;
}

static int shop_teardown(void **state)
{
    struct shop *shop = *state;

    if (shop->worker != NULL) {
        stop_worker(shop);
    }
    cli_end(&shop->cli);
    runs_expect_alone();
    return 0;
}

static struct test_process *start_naps(struct cli *cli)
{
    return cli_start(cli, NULL, "sweep", "sleep", "--grid", INTERRUPTED_NAPS, "-o", "te.npy", "-q", Q,
                     "--job", "naps", NULL);
}

/* ---- works ---- */

/* Detached: the worker fills the array and gathers; who waits or watches sees its end and its value. */
static void test_cli_watch__sees_a_detached_sweep_end(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *watcher;

    cli_run(cli, 0, "", "job naps: 200 tasks are in queue sweep", "sweep", "sleep", "--grid",
            INTERRUPTED_NAPS, "-o", "te.npy", "-q", Q, "--job", "naps", "--reduce", "max", "--detach");
    watcher = cli_start(cli, NULL, "watch", "-q", Q, "naps", NULL);
    cli_run(cli, 0, "", "job naps: 200 of 200 tasks done", "wait", "-q", Q, "naps");
    cli_expect(watcher, 0, "0.035\n", "job naps: 200 of 200 tasks done");
    naps_expect_complete(cli, "te.npy");
    cli_run(cli, 0, "0.035\n", NULL, "watch", "-q", Q, "naps", "--quiet");
    cli_run(cli, 0, "job naps of queue sweep: done", "", "status", "-q", Q, "--job", "naps");
}

/* The session that put it gathers by itself. */
static void test_cli_watch__is_not_needed(void **state)
{
    struct shop *shop = *state;

    cli_expect(start_naps(&shop->cli), 0, "", "200 done, 0 failed");
    naps_expect_complete(&shop->cli, "te.npy");
}

/* ---- interruptions ---- */

/* Ctrl-C leaves the job running; its array is completed by whoever sees it, and a resumption joins it. */
static void test_cli_watch__follows_an_interrupted_sweep(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    cli_run(cli, 0, " of 200 tasks left\n", "", "status", "-q", Q);
    cli_run(cli, 0, "\"jobs\":[{\"job\":\"naps\",\"queue\":\"sweep\",\"state\":\"running\",\"tasks\":200,",
            "", "status", "-q", Q, "--json");
    test_process_signal(process, SIGINT);
    cli_expect(process, 130, "", "job naps of queue sweep runs on: `skep watch -q sweep naps` shows it");
    cli_run(cli, 0, "", ": te.npy", "resume", "te.npy");
    naps_expect_complete(cli, "te.npy");
}

/* Two terminals: the second one watches, and takes over when the first one dies. */
static void test_cli_watch__takes_over(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *first = start_naps(cli), *second;

    naps_until_done(cli, first, "te.npy", 20);
    second = cli_start(cli, NULL, "resume", "te.npy", NULL);
    naps_until_done(cli, first, "te.npy", 60);
    test_process_signal(first, SIGKILL);
    cli_expect(first, 137, "", NULL);
    cli_expect(second, 0, "", "0 failed");
    naps_expect_complete(cli, "te.npy");
}

/* ---- a server that forgets ---- */

static void forget_everything(struct cli *cli)
{
    ask(cli->conn, "FLUSHALL");
}

/* While the session runs: what is missing is put again under its name. */
static void test_cli_watch__puts_again_what_a_server_forgot(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    forget_everything(cli);
    cli_until(process, "the server has forgotten the job");
    naps_until_done(cli, process, "te.npy", 60);
    test_redis_kill(cli->redis);
    test_redis_restart(cli->redis);
    cli_expect(process, 0, "", "0 failed");
    naps_expect_complete(cli, "te.npy");
}

/* While nobody is there: the sidecar knows. */
static void test_cli_watch__resumes_what_a_server_forgot(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    test_process_signal(process, SIGKILL);
    cli_expect(process, 137, "", NULL);
    forget_everything(cli);
    cli_run(cli, 1, "", "queue sweep knows no job \"naps\"", "watch", "-q", Q, "naps");
    cli_run(cli, 0, "", "0 failed", "resume", "te.npy");
    naps_expect_complete(cli, "te.npy");
}

/* ---- cancelled ---- */

/* A cancelled sweep is over; what it left can be computed later, here or there. */
static void test_cli_watch__resumes_what_was_cancelled(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    cli_run(cli, 0, "", "job \"naps\" of queue sweep is cancelled", "cancel", "-q", Q, "naps");
    cli_expect(process, 1, "", " cancelled");
    cli_run(cli, 1, "", "cancelled", "wait", "-q", Q, "naps");
    cli_run(cli, 1, NULL, "`skep resume` computes them", "holes", "te.npy");
    cli_run(cli, 0, "", "0 failed", "resume", "te.npy");
    naps_expect_complete(cli, "te.npy");
}

/* Detached: what was cancelled is put again before it leaves, and the worker does it. */
static void test_cli_watch__resumes_detached(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    cli_run(cli, 0, "", "job \"naps\" of queue sweep is cancelled", "cancel", "-q", Q, "naps");
    cli_expect(process, 1, "", " cancelled");
    cli_run(cli, 0, "", " tasks are in queue sweep", "resume", "te.npy", "--detach");
    cli_run(cli, 0, "", "job naps: 200 of 200 tasks done", "wait", "-q", Q, "naps");
    naps_expect_complete(cli, "te.npy");
    cli_run(cli, 0, "", "all 200 tasks are done", "resume", "te.npy", "--detach");
}

/* Here, without the server: a private one does what is missing. */
static void test_cli_watch__resumes_privately(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    stop_worker(shop);
    test_process_signal(process, SIGINT);
    cli_expect(process, 130, "", "runs on");
    cli_run(cli, 0, "", "0 failed", "resume", "te.npy", "--redis", "private");
    naps_expect_complete(cli, "te.npy");
}

/* ---- refuses ---- */

/* A job of the same name that is another one is not joined. */
static void test_cli_watch__does_not_join_another_job(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;

    cli_run(cli, 0, "", "3 done", "sweep", "sleep", "--grid", "s=0:0.01:3", "-o", "a.npy", "-q", Q, "--job",
            "naps");
    cli_run(cli, 3, "", "queue sweep has another job naps: give this one", "sweep", "sleep", "--grid",
            "s=0:0.02:3", "-o", "b.npy", "-q", Q, "--job", "naps");
    cli_run(cli, 3, "", "queue sweep has another job naps: give this one another name with --job", "resume",
            "b.npy");
    cli_run(cli, 0, "", "3 done, 0 failed", "resume", "b.npy", "--job", "more");
    cli_run(cli, 0, "", "job more: 3 of 3 tasks done", "wait", "-q", Q, "more");
}

/* A job, a queue and a server that are there. */
static void test_cli_watch__refuses(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;

    cli_run(cli, 2, "", "which job?", "watch", "-q", Q);
    cli_run(cli, 2, "", "which queue?", "watch", "naps");
    cli_run(cli, 1, "", "queue sweep knows no job \"none\"", "watch", "-q", Q, "none");
    cli_run(cli, 3, "", NULL, "watch", "-q", Q, "naps", "--redis", "unix:///nowhere", "--wait", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_watch__sees_a_detached_sweep_end, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__is_not_needed, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__follows_an_interrupted_sweep, shop_setup,
                                        shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__takes_over, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__puts_again_what_a_server_forgot, shop_setup,
                                        shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__resumes_what_a_server_forgot, shop_setup,
                                        shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__resumes_what_was_cancelled, shop_setup,
                                        shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__resumes_detached, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__resumes_privately, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__does_not_join_another_job, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(test_cli_watch__refuses, shop_setup, shop_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
