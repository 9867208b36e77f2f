/* SPDX-License-Identifier: MIT */
/* Sweeps on a server, while slots and whole workers are killed: everything gets done, with the bits that it
 * must have, and nobody is to blame. */
#include "integration/runs.h"
#include "integration/storm.h"

enum { N_WORKERS = 2 };

struct fleet {
    struct cli *cli;
    struct test_process *workers[N_WORKERS];
    int64_t kill_ms; /* when the next worker dies */
    int n_to_kill;
    unsigned n_killed;
};

static struct test_process *start_worker(struct cli *cli)
{
    static const char program[] = SKEP_BUILD_DIR "/skep-worker";
    const char *const args[] = {program, "-q", "sweep", "--slots", "2", "--redis", cli->redis->url, NULL};

    return test_process_start(&(struct test_process_options){.args = args, .folder = cli->folder});
}

static void fleet_begin(struct fleet *fleet, struct cli *cli)
{
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    cli_begin(cli, NULL);
    fleet->cli = cli;
    for (int i = 0; i < N_WORKERS; i++) {
        fleet->workers[i] = start_worker(cli);
    }
}

/* Slots write to the log of their worker: what a sanitizer finds must not pass for one more kill. */
static void expect_no_findings(struct test_process *worker)
{
    if (test_process_said(worker, "Sanitizer") || test_process_said(worker, "runtime error:")) {
        char *err = test_process_err(worker);
        fail_msg("%.8000s", err);
    }
}

static void fleet_end(struct fleet *fleet)
{
    for (int i = 0; i < N_WORKERS; i++) {
        test_process_signal(fleet->workers[i], SIGTERM);
        assert_int_equal(test_process_wait(fleet->workers[i], CLI_MS), 0);
        expect_no_findings(fleet->workers[i]);
        test_process_free(fleet->workers[i]);
    }
    cli_end(fleet->cli);
}

/* What is killed besides children of workers: the workers. Each has a successor at once. */
static bool fleet_lose_worker(struct storm *storm)
{
    struct fleet *fleet = storm->context;
    const unsigned i = fleet->n_killed % N_WORKERS;

    if ((int)fleet->n_killed < fleet->n_to_kill && test_now_ms() >= fleet->kill_ms) {
        test_process_signal(fleet->workers[i], SIGKILL);
        (void)test_process_wait(fleet->workers[i], CLI_MS);
        expect_no_findings(fleet->workers[i]);
        test_process_free(fleet->workers[i]);
        fleet->workers[i] = start_worker(fleet->cli);
        fleet->kill_ms = test_now_ms() + 300;
        fleet->n_killed++;
    }
    for (int k = 0; k < N_WORKERS; k++) {
        storm->parents[k] = fleet->workers[k]->pid;
    }
    return false;
}

static void fleet_storm(struct fleet *fleet, struct test_process *process)
{
    struct storm storm = {.process = process,
                          .n_parents = N_WORKERS,
                          .more = fleet_lose_worker,
                          .context = fleet,
                          .every_ms = 30,
                          .most_kills = 40};

    storm_until_done(fleet->cli, process, 1);
    storm_rage(&storm);
    assert_true(storm.n_kills >= 3);
    assert_true(fleet->n_killed >= 1);
}

/* The one who put it gathers. */
static void test_sweep_storm__with_its_producer(void **state)
{
    struct cli cli;
    struct fleet fleet = {.n_to_kill = 4};
    struct test_process *process;

    (void)state;
    fleet_begin(&fleet, &cli);
    process = cli_start(&cli, NULL, STORM_SWEEP("shape=100000"), "-q", "sweep", NULL);
    fleet_storm(&fleet, process);
    cli_expect(process, 0, "", "10,000 done, 0 failed");
    storm_expect_bits(&cli);
    fleet_end(&fleet);
}

/* Nobody is there but workers: they gather, and who gathers is killed, too. */
static void test_sweep_storm__left_to_its_workers(void **state)
{
    struct cli cli;
    struct fleet fleet = {.n_to_kill = 4};
    struct test_process *process;

    (void)state;
    fleet_begin(&fleet, &cli);
    cli_run(&cli, 0, NULL, NULL, STORM_SWEEP("shape=100000"), "-q", "sweep", "--job", "storm", "--detach");
    process = cli_start(&cli, NULL, "wait", "-q", "sweep", "storm", NULL);
    fleet_storm(&fleet, process);
    cli_expect(process, 0, NULL, NULL);
    storm_expect_bits(&cli);
    fleet_end(&fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep_storm__with_its_producer),
        cmocka_unit_test(test_sweep_storm__left_to_its_workers),
    };
    return cmocka_run_group_tests_name("integration/sweep_storm", tests, NULL, NULL);
}
