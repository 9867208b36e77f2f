/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_STORM_H
#define SKEP_TESTS_INTEGRATION_STORM_H

/* A sweep whose every bit is known, and SIGKILLs while it runs. Include integration/runs.h first.
 *
 * Its tasks are `random` with the factors a and time: task i gives numbers from [0, a) of the stream that
 * NumPy has as Philox(key=[seed, 0], counter=[0, 0, 0, i]), of which the first four are kept. */
#include "base/philox.h"

enum { STORM_A = 40, STORM_TIMES = 250, STORM_TASKS = STORM_A * STORM_TIMES, STORM_KEPT = 4, STORM_SEED = 7 };
enum { STORM_MAGIC = 10 }; /* bytes in front of the text of the header */

/* SHAPE, "shape=100000", says how long a task takes: that are some 0.1 ms. */
#define STORM_SWEEP(shape)                                                                                   \
    "sweep", "random", shape, "high={a}", "--grid", "a=1:40:40", "--times", "250", "--seed", "7", "-o",      \
        "te.npy[{a},{time}]=[0:4]"

/* What the slice of INDEX holds. */
static inline void storm_slice(int64_t index, double slice_out[STORM_KEPT])
{
    const uint64_t key[2] = {STORM_SEED, 0};
    const uint64_t counter[SKEP_PHILOX_WORDS] = {1, 0, 0, (uint64_t)index};
    uint64_t words[SKEP_PHILOX_WORDS];

    skep_philox_block(key, counter, words);
    for (int k = 0; k < STORM_KEPT; k++) {
        slice_out[k] = (double)(1 + index / STORM_TIMES) * ((double)(words[k] >> 11) * 0x1p-53);
    }
}

/* te.npy holds the bits that it must, all of them. */
static inline void storm_expect_bits(struct cli *cli)
{
    const size_t slice_bytes = STORM_KEPT * sizeof(double);
    size_t n;
    char *bytes = test_read_file(cli->folder, "te.npy", &n);
    const char *data = bytes + n - STORM_TASKS * slice_bytes;

    assert_non_null(strstr(bytes + STORM_MAGIC, "'descr': '<f8'"));
    assert_non_null(strstr(bytes + STORM_MAGIC, "'shape': (40, 250, 4)"));
    assert_int_equal((data - bytes) % 64, 0);
    for (int64_t i = 0; i < STORM_TASKS; i++) {
        double slice[STORM_KEPT];

        storm_slice(i, slice);
        if (memcmp(data + (size_t)i * slice_bytes, slice, slice_bytes) != 0) {
            fail_msg("the slice of task %lld is not what it must be", (long long)i);
        }
    }
    free(bytes);
}

/* ---- how far it is ---- */

struct storm_wait {
    struct cli *cli;
    struct test_process *process;
    long n;
};

static inline bool storm_has_done(void *context)
{
    struct storm_wait *wait = context;
    struct test_process *holes;
    char *out;
    long n;

    if (test_process_is_over(wait->process) || !runs_exists(wait->cli, "te.npy.skep")) {
        return test_process_is_over(wait->process);
    }
    holes = cli_start(wait->cli, NULL, "holes", "te.npy", "--json", "--quiet", NULL);
    (void)test_process_wait(holes, CLI_MS);
    out = test_process_out(holes, NULL);
    n = runs_number(out, "done");
    free(out);
    test_process_free(holes);
    return n >= wait->n;
}

/* Wait until the sidecar says that N tasks are done; it must still run then. */
static inline void storm_until_done(struct cli *cli, struct test_process *process, long n)
{
    struct storm_wait wait = {cli, process, n};

    assert_true(test_until(storm_has_done, &wait, CLI_MS));
    if (test_process_is_over(process)) {
        char *err = test_process_err(process);
        fail_msg("it ended too early:\n%.2000s", err);
    }
}

/* ---- kills ---- */

struct storm {
    struct test_process *process; /* over: the storm is, too */
    pid_t parents[4];             /* their children die */
    int n_parents;
    bool (*more)(struct storm *storm); /* something else to do every 5 ms; NULL: nothing */
    void *context;
    int every_ms, most_kills;
    int n_kills;
    int64_t next_ms;
    uint64_t chance;
};

static inline unsigned storm_below(struct storm *storm, unsigned n)
{
    storm->chance = storm->chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(storm->chance >> 33) % n;
}

static inline bool storm_step(void *context)
{
    struct storm *storm = context;
    pid_t pids[32];
    int n = 0;

    if (test_process_is_over(storm->process)) {
        return true;
    }
    if (storm->more != NULL && storm->more(storm)) {
        return true;
    }
    if (storm->n_kills >= storm->most_kills || test_now_ms() < storm->next_ms) {
        return false;
    }
    for (int i = 0; i < storm->n_parents; i++) {
        n += runs_list_children(storm->parents[i], NULL, pids + n, 32 - n);
    }
    if (n > 0 && kill(pids[storm_below(storm, (unsigned)n)], SIGKILL) == 0) {
        storm->n_kills++;
        storm->next_ms = test_now_ms() + storm->every_ms;
    }
    return false;
}

/* Kill until the process is over, or MORE says that it is enough. */
static inline void storm_rage(struct storm *storm)
{
    storm->chance = storm->chance * 2 + 1;
    assert_true(test_until(storm_step, storm, CLI_MS));
}

#endif
