/* SPDX-License-Identifier: MIT */
/* skep sweep: the bits of an output depend on the sweep alone: not on the number of slots, on the order in
 * which tasks are taken, or on who is killed meanwhile. */
#include "integration/runs.h"
#include "integration/storm.h"

/* ---- slots and orders ---- */

/* 1, 2 and 7 slots, in the order of the index, a random one, and with a part of the tasks. */
static void test_sweep_same_bits__slots_and_orders(void **state)
{
    static const char *const slots[] = {"1", "2", "7"};
    static const char *const orders[] = {"index", "random"};
    struct cli *cli = *state;

    for (size_t s = 0; s < sizeof slots / sizeof slots[0]; s++) {
        for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
            cli_run(cli, 0, "", "10,000 done, 0 failed", STORM_SWEEP("shape=20000"), "--force", "--slots",
                    slots[s], "--order", orders[o]);
            storm_expect_bits(cli);
        }
    }
}

/* What --take and --filter leave out is filled; the rest is what it is in the whole. */
static void test_sweep_same_bits__parts_of_a_sweep(void **state)
{
    struct cli *cli = *state;
    size_t n;
    char *bytes;

    cli_run(cli, 0, "", NULL, STORM_SWEEP("shape=20000"), "--take", "5000", "--filter", "time < 100",
            "--fill", "-1");
    bytes = test_read_file(cli->folder, "te.npy", &n);
    for (int64_t i = 0; i < STORM_TASKS; i++) {
        double slice[STORM_KEPT];

        storm_slice(i, slice);
        for (int k = 0; k < STORM_KEPT; k++) {
            double got;

            memcpy(&got, bytes + n - (size_t)((STORM_TASKS - i) * STORM_KEPT - k) * sizeof got, sizeof got);
            assert_true(got == (i < 5000 && i % STORM_TIMES < 100 ? slice[k] : -1));
        }
    }
    free(bytes);
}

/* A kernel over an input, of pairs, by dearest first: the same file from 1 and from 7 slots. */
static void test_sweep_same_bits__pairs_of_an_input(void **state)
{
    static const char *const slots[] = {"1", "7"};
    struct cli *cli = *state;
    char *files[2];
    size_t sizes[2];

    cli_run(cli, 0, "", NULL, "sweep", "random", "shape=500", "--times", "6", "--seed", "3", "-o", "x.npy");
    for (int s = 0; s < 2; s++) {
        cli_run(cli, 0, "", "120 done, 0 failed", "sweep", "te_box", "x=x.npy[{i}]", "y=x.npy[{j}]",
                "--pairs", "i,j=6", "--grid", "r=0.1:0.4:4", "-o", "te.npy[{i},{j},{r}]", "--force",
                "--order", "longest", "--slots", slots[s]);
        files[s] = test_read_file(cli->folder, "te.npy", &sizes[s]);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(files[0], files[1], sizes[0]);
    free(files[0]);
    free(files[1]);
}

/* ---- one value ---- */

/* The points of pi_mc in the disc, of 37 parts of 100000, by a plain loop over NumPy's words. */
static int64_t count_pi_hits(void)
{
    int64_t hits = 0;

    for (int64_t part = 0; part < 37; part++) {
        const int64_t n = 100000 / 37 + (part >= 37 - 100000 % 37);
        const uint64_t key[2] = {1, 0};

        for (int64_t k = 0; k < n; k++) {
            const uint64_t counter[SKEP_PHILOX_WORDS] = {(uint64_t)k / 2 + 1, 0, 0, (uint64_t)part};
            uint64_t words[SKEP_PHILOX_WORDS];
            double x, y;

            skep_philox_block(key, counter, words);
            x = (double)(words[k % 2 * 2] >> 11) * 0x1p-53;
            y = (double)(words[k % 2 * 2 + 1] >> 11) * 0x1p-53;
            hits += x * x + y * y <= 1.0;
        }
    }
    return hits;
}

/* A sum is what a plain loop gives, whoever computed what; a variance has the same digits each time. */
static void test_sweep_same_bits__reductions(void **state)
{
    static const char *const slots[] = {"1", "2", "7"};
    struct cli *cli = *state;
    char wanted[32], *variance = NULL;

    snprintf(wanted, sizeof wanted, "%lld\n", (long long)count_pi_hits());
    for (size_t s = 0; s < sizeof slots / sizeof slots[0]; s++) {
        char *out = runs_end(cli_start(cli, NULL, "sweep", "pi_mc", "--split", "samples=1e5:37", "--seed",
                                       "1", "--reduce", "sum", "--slots", slots[s], NULL),
                             0, NULL);
        assert_string_equal(out, wanted);
        free(out);
        out =
            runs_end(cli_start(cli, NULL, "sweep", "random", "--random", "high=1:2:500", "--const",
                               "shape=[]", "--reduce", "var", "--order", "random", "--slots", slots[s], NULL),
                     0, NULL);
        if (variance == NULL) {
            variance = out;
        } else {
            assert_string_equal(out, variance);
            free(out);
        }
    }
    free(variance);
}

/* Three of a thousand tasks hit; the first of them wins, whichever is computed first. */
static void test_sweep_same_bits__first_hit(void **state)
{
    static const char *const slots[] = {"1", "2", "7"};
    struct cli *cli = *state;

    for (size_t s = 0; s < sizeof slots / sizeof slots[0]; s++) { /* 5046664659299 = 1009 * 50021 * 99991 */
        cli_run(cli, 0, "{\"index\":10,\"position\":10,", NULL, "sweep", "prime_divisor", "--const",
                "n=5046664659299", "--ranges", "lo,hi=2:100000:1000", "--stop", "first", "--slots", slots[s]);
    }
}

/* ---- kills ---- */

static bool has_worker(void *context)
{
    struct test_process *process = context;

    return runs_find_child(process->pid, "skep-worker") != 0 || test_process_is_over(process);
}

static pid_t until_worker(struct test_process *process)
{
    assert_true(test_until(has_worker, process, CLI_MS));
    return runs_find_child(process->pid, "skep-worker");
}

/* Slots die one after the other; every task is done, once, and nobody is to blame. */
static void test_sweep_same_bits__slots_are_killed(void **state)
{
    struct cli *cli = *state;
    struct storm storm = {.every_ms = 20, .most_kills = 50, .n_parents = 1};

    storm.process = cli_start(cli, NULL, STORM_SWEEP("shape=100000"), "--slots", "2", NULL);
    storm.parents[0] = until_worker(storm.process);
    storm_rage(&storm);
    assert_true(storm.n_kills >= 3);
    cli_expect(storm.process, 0, "", "10,000 done, 0 failed");
    storm_expect_bits(cli);
}

/* The whole worker dies, again and again, and the server with the queue, too; skep starts them anew. */
static void test_sweep_same_bits__workers_and_servers_are_killed(void **state)
{
    struct cli *cli = *state;
    struct storm storm = {.every_ms = 150, .most_kills = 8, .n_parents = 1};

    storm.process =
        cli_start(cli, NULL, STORM_SWEEP("shape=100000"), "--slots", "2", "--order", "random", NULL);
    storm.parents[0] = storm.process->pid;
    storm_until_done(cli, storm.process, 1);
    storm_rage(&storm);
    assert_true(storm.n_kills >= 1);
    cli_expect(storm.process, 0, "", "0 failed");
    storm_expect_bits(cli);
}

/* skep itself dies in the middle; what is resumed, with other slots and as often as it takes, is the same. */
static void test_sweep_same_bits__resumed(void **state)
{
    static const char *const slots[] = {"2", "3", "1"};
    struct cli *cli = *state;
    struct test_process *process = cli_start(cli, NULL, STORM_SWEEP("shape=100000"), "--slots", "2", NULL);

    for (int i = 0; i < 3; i++) {
        storm_until_done(cli, process, 1500L * (i + 1));
        test_process_signal(process, SIGKILL);
        (void)test_process_wait(process, CLI_MS);
        test_process_free(process);
        runs_expect_alone();
        process = cli_start(cli, NULL, "resume", "te.npy", "--slots", slots[i], NULL);
    }
    cli_expect(process, 0, "", "0 failed");
    storm_expect_bits(cli);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__slots_and_orders, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__parts_of_a_sweep, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__pairs_of_an_input, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__reductions, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__first_hit, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__slots_are_killed, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__workers_and_servers_are_killed, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_sweep_same_bits__resumed, runs_setup, runs_teardown),
    };
    return cmocka_run_group_tests_name("integration/sweep_same_bits", tests, NULL, NULL);
}
