/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_INTERRUPTED_H
#define SKEP_TESTS_INTEGRATION_INTERRUPTED_H

/* What tests of sweeps that are interrupted need: naps whose values tell their index, what is missing of them
 * at any moment, and which indexes somebody has computed. */
#include "integration/runs.h"

/* Task i sleeps 0.0151 + i / 10000 seconds, to the nearest millisecond, and gives just that. */
#define INTERRUPTED_NAPS "s=0.0151:0.035:200"
enum { N_NAPS = 200 };

/* `skep holes NAME --json`, free() it: {...,"ranges":[[lo,hi],...],...}. */
static inline char *naps_holes(struct cli *cli, const char *name)
{
    struct test_process *process = cli_start(cli, NULL, "holes", name, "--json", "--quiet", NULL);
    char *out;

    (void)test_process_wait(process, CLI_MS);
    out = test_process_out(process, NULL);
    test_process_free(process);
    return out;
}

struct naps_wait {
    struct cli *cli;
    struct test_process *process;
    const char *name;
    long n;
};

static inline bool naps_has_done(void *context)
{
    struct naps_wait *wait = context;
    char *json = naps_holes(wait->cli, wait->name);
    bool has = test_process_is_over(wait->process) || runs_number(json, "done") >= wait->n;

    free(json);
    return has;
}

/* Wait until N tasks of the array NAME are done, and PROCESS still runs. */
static inline void naps_until_done(struct cli *cli, struct test_process *process, const char *name, long n)
{
    struct naps_wait wait = {cli, process, name, n};

    if (!test_until(naps_has_done, &wait, CLI_MS) || test_process_is_over(process)) {
        char *err = test_process_err(process);
        fail_msg("it ended too early, or did not come so far:\n%.2000s", err);
    }
}

/* Mark what the ranges in JSON hold. */
static inline void naps_mark_holes(const char *json, char *is_hole, int n)
{
    const char *at = strstr(json, "\"ranges\":[");

    assert_non_null(at);
    at += strlen("\"ranges\":[");
    memset(is_hole, 0, (size_t)n);
    while (*at == '[' || *at == ',') {
        char *end;
        long lo, hi;
        at += *at == ',' ? 2 : 1;
        lo = strtol(at, &end, 10);
        hi = strtol(end + 1, &end, 10);
        assert_true(lo >= 0 && lo < hi && hi <= n);
        memset(is_hole + lo, 1, (size_t)(hi - lo));
        at = end + 1;
    }
}

/* The result lines in the file NAME are of exactly the indexes in IS_HOLE, each once. */
static inline void naps_expect_computed(struct cli *cli, const char *name, const char *is_hole, int n)
{
    char *text = test_read_file(cli->folder, name, NULL);
    char *seen = calloc((size_t)n, 1);

    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        long index = runs_number(line, "index");
        if (index < 0 || index >= n || !is_hole[index] || seen[index]) {
            fail_msg("index %ld was computed and need not have been", index);
        }
        seen[index] = 1;
    }
    for (int i = 0; i < n; i++) {
        if (is_hole[i] != seen[i]) {
            fail_msg("index %d was missing and was not computed", i);
        }
    }
    free(seen);
    free(text);
}

/* The array NAME is complete: every value is that of its own task, to the nearest thousandth, and all
 * checksums fit. */
static inline void naps_expect_complete(struct cli *cli, const char *name)
{
    size_t bytes_n;
    char *bytes = test_read_file(cli->folder, name, &bytes_n);

    assert_true(bytes_n > N_NAPS * sizeof(double));
    for (int i = 0; i < N_NAPS; i++) {
        double value, wanted = 0.0151 + i / 10000.0;
        memcpy(&value, bytes + bytes_n - (size_t)(N_NAPS - i) * sizeof value, sizeof value);
        if (!(value > wanted - 0.000501 && value < wanted + 0.000501)) {
            fail_msg("element %d is %g, not %g", i, value, wanted);
        }
    }
    free(bytes);
    cli_run(cli, 0, "", "all 200 tasks are done", "holes", name);
    cli_run(cli, 0, "", "the checksums of all 200 tasks that are done fit", "verify", name);
}

/* ---- files and processes ---- */

static inline void naps_move(struct cli *cli, const char *from, const char *to)
{
    char *old = test_path(cli->folder, from), *new = test_path(cli->folder, to);

    assert_int_equal(rename(old, new), 0);
    free(old);
    free(new);
}

static inline void naps_discard(struct cli *cli, const char *name)
{
    char *path = test_path(cli->folder, name);

    assert_int_equal(unlink(path), 0);
    free(path);
}

struct naps_child {
    pid_t parent, pid;
    const char *program;
};

static inline bool naps_has_child(void *context)
{
    struct naps_child *child = context;

    child->pid = runs_find_child(child->parent, child->program);
    return child->pid != 0;
}

/* A child of PARENT whose program is named so (NULL: any), once there is one. */
static inline pid_t naps_until_child(pid_t parent, const char *program)
{
    struct naps_child child = {.parent = parent, .program = program};

    assert_true(test_until(naps_has_child, &child, CLI_MS));
    return child.pid;
}

static inline void naps_kill_child(struct test_process *process, const char *program)
{
    assert_int_equal(kill(naps_until_child(process->pid, program), SIGKILL), 0);
}

#endif
