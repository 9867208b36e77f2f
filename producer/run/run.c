/* SPDX-License-Identifier: MIT */
/* skep run: a file of tasks in, results and arrays out, with nothing else running.
 *
 * The file is checked and its run's folder taken (run_begin); a session starts a private redis-server and a
 * worker and gathers the results (run_session, run_loop); here their results get their final form, and the
 * user is told. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/run/run_array.h"
#include "producer/run/run_begin.h"
#include "producer/run/run_output.h"
#include "producer/run/run_session.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"

/* A run that is under way. */
struct run {
    const struct skep_run_settings *settings;
    struct skep_run_begun begun;
    struct skep_journal journal;
    char journal_path[PATH_MAX];
    char socket_folder[64];
    struct skep_run_output output;
    struct skep_gather gather;
    uint64_t n_before; /* results of earlier sessions */
    int64_t began_ms;
};

/* ---- telling ---- */

static uint64_t run_n_done(const struct run *run)
{
    return run->gather.tally.n_done;
}

/* It cannot go on now; what is there is kept. */
static int run_tell_failure(struct run *run, skep_status st, const struct skep_error *err)
{
    char hint[SKEP_RUN_HINT_BYTES];
    int exit_code = skep_complain_error(st, err);

    skep_complain("%" PRIu64 " of %" PRIu64 " done and kept; go on with: %s", run_n_done(run),
                  run->begun.plan.n_tasks, skep_run_hint(run->settings, run->begun.tasks, "--resume", hint));
    return exit_code;
}

static int run_tell_interruption(struct run *run, int signal)
{
    char hint[SKEP_RUN_HINT_BYTES];

    skep_complain("interrupted: %" PRIu64 " of %" PRIu64 " done; go on with: %s", run_n_done(run),
                  run->begun.plan.n_tasks, skep_run_hint(run->settings, run->begun.tasks, "--resume", hint));
    return 128 + signal;
}

/* ---- what it writes ---- */

/* The output must not take the place of the tasks. */
static bool run_output_is_tasks(const struct skep_run_plan *plan)
{
    struct stat output, tasks;

    return plan->results != NULL && stat(plan->results, &output) == 0 && stat(plan->tasks, &tasks) == 0 &&
           output.st_ino == tasks.st_ino && output.st_dev == tasks.st_dev;
}

/* Better now than after hours. */
static skep_status run_check_array(const struct skep_run_plan *plan, struct skep_error *err)
{
    char folder[PATH_MAX];
    struct stat info;

    if (plan->array == NULL) {
        return SKEP_OK;
    }
    if (stat(plan->array, &info) == 0 && !S_ISREG(info.st_mode)) {
        return skep_error_set(err, SKEP_E_USAGE, "cannot write %s: it is no plain file", plan->array);
    }
    snprintf(folder, sizeof folder, "%s", plan->array);
    *(strrchr(folder, '/') + 1) = '\0'; /* it is absolute */
    return access(folder, W_OK) == 0 ? SKEP_OK
                                     : skep_error_errno(err, SKEP_E_USAGE, "cannot write %s", plan->array);
}

static skep_status run_open_output(struct run *run, struct skep_error *err)
{
    const struct skep_run_plan *plan = &run->begun.plan;
    skep_status st = run_check_array(plan, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (run_output_is_tasks(plan)) {
        return skep_error_set(err, SKEP_E_USAGE, "the results cannot go to the file of the tasks, %s",
                              plan->results);
    }
    if (plan->results == NULL && plan->array != NULL) {
        skep_run_output_open_none(&run->output);
        return SKEP_OK;
    }
    return skep_run_output_open(
        &run->output, plan->results == NULL || strcmp(plan->results, "-") == 0 ? NULL : plan->results, err);
}

/* A socket's path is short: where the state folder's is not, the socket gets a folder of its own. */
static skep_status run_make_socket_folder(struct run *run, struct skep_error *err)
{
    const char *const parents[] = {getenv("XDG_RUNTIME_DIR"), "/tmp"};
    struct skep_run_plan *plan = &run->begun.plan;
    char path[PATH_MAX];

    if (plan->socket_folder != NULL) { /* of a session that was killed */
        (void)!snprintf(path, sizeof path, "%s/redis.sock", plan->socket_folder);
        (void)unlink(path);
        (void)rmdir(plan->socket_folder);
        plan->socket_folder = NULL;
    }
    if (plan->server != NULL ||
        skep_embedded_socket_fits(skep_run_state_path(&run->begun.state, "redis.sock", path))) {
        return SKEP_OK;
    }
    for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++) {
        int n = parents[i] != NULL
                    ? snprintf(run->socket_folder, sizeof run->socket_folder, "%s/skep-XXXXXX", parents[i])
                    : -1;
        if (n > 0 && n < (int)sizeof run->socket_folder && mkdtemp(run->socket_folder) != NULL) {
            plan->socket_folder = run->socket_folder;
            return SKEP_OK;
        }
    }
    return skep_error_errno(err, SKEP_E_IO, "a folder for the private server's socket in /tmp");
}

/* Everything that must be there before the first process is started. */
static skep_status run_open(struct run *run, struct skep_error *err)
{
    char path[PATH_MAX];
    struct skep_gather_options options = {
        .n_tasks = run->begun.plan.n_tasks, .journal = &run->journal, .output = &run->output};
    skep_status st = run_open_output(run, err);

    if (st == SKEP_OK) {
        st = run_make_socket_folder(run, err);
    }
    if (st == SKEP_OK) {
        st = skep_run_plan_write(&run->begun.plan, skep_run_state_path(&run->begun.state, "plan", path), err);
    }
    if (st == SKEP_OK) {
        skep_run_state_path(&run->begun.state, "journal.jsonl", run->journal_path);
        st = skep_journal_open(&run->journal, run->journal_path, err);
    }
    if (st == SKEP_OK) {
        options.order_path =
            run->begun.plan.is_ordered ? skep_run_state_path(&run->begun.state, "order", path) : NULL;
        st = skep_gather_init(&run->gather, &options, err);
    }
    if (st == SKEP_OK) {
        st = skep_gather_replay(&run->gather, err);
        run->n_before = run_n_done(run);
    }
    return st;
}

/* ---- its end ---- */

/* All results are there: give them their form. */
static int run_finish(struct run *run)
{
    const struct skep_run_plan *plan = &run->begun.plan;
    char path[PATH_MAX];
    struct skep_error err = {0};
    skep_status st = run->output.fd >= 0 ? skep_run_output_finish(&run->output, &err) : SKEP_OK;

    if (st == SKEP_OK && plan->array != NULL) {
        st = skep_run_array_write(&run->journal, plan->n_tasks, &run->begun.shape, plan->array, &err);
    }
    if (st != SKEP_OK) {
        int exit_code = run_tell_failure(run, st, &err);
        return st == SKEP_E_BAD_ARGS ? SKEP_EXIT_FAILED : exit_code; /* of the values: no option is wrong */
    }
    if (!run->settings->is_quiet) {
        skep_tally_say(&run->gather.tally, run->n_before,
                       (double)(skep_monotonic_ms() - run->began_ms) / 1000);
    }
    if (plan->array != NULL && run->gather.tally.n_failed > 0) {
        skep_say("%s: NaN in place of %" PRIu64 " failed task%s", plan->array, run->gather.tally.n_failed,
                 skep_words_plural(run->gather.tally.n_failed));
    }
    if (run->gather.n_strange > 0) {
        skep_complain("%" PRIu64 " results in the queue were of no task of this run, and were dropped",
                      run->gather.n_strange);
    }
    if (!run->settings->keeps) {
        (void)unlink(skep_run_state_path(&run->begun.state, "plan", path)); /* the release removes the rest */
    }
    return run->gather.tally.n_failed > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}

/* Whether starting over is as good as going on: there is no result, and nothing that would be left somewhere.
 */
static bool run_can_be_forgotten(const struct run *run, const struct skep_run_session_end *end)
{
    return run_n_done(run) == 0 && !run->begun.is_resumed && strcmp(run->begun.tasks, "-") != 0 &&
           (run->begun.plan.server == NULL || !end->has_begun);
}

static int run_compute(struct run *run)
{
    char path[PATH_MAX];
    struct skep_run_session_options options = {
        .plan = &run->begun.plan,
        .state = &run->begun.state,
        .server = run->settings->connect.server,
        .wait_s = run->settings->connect.wait_s,
        .source = &run->begun.source,
        .gather = &run->gather,
        .is_resumed = run->begun.is_resumed,
        .is_quiet = run->settings->is_quiet,
    };
    struct skep_run_session_end end = {.has_begun = false};
    struct skep_error err = {0};
    skep_status st = SKEP_OK;

    options.server.url = run->begun.plan.server;
    if (!skep_gather_is_complete(&run->gather) || run->begun.plan.server != NULL) { /* whose queue is to go */
        st = skep_run_session(&options, &end, &err);
    }
    if (st == SKEP_STOPPED) {
        return run_tell_interruption(run, end.signal);
    }
    if (st != SKEP_OK && run_can_be_forgotten(run, &end)) {
        (void)unlink(skep_run_state_path(&run->begun.state, "plan", path));
        return skep_complain_error(st, &err);
    }
    return st == SKEP_OK ? run_finish(run) : run_tell_failure(run, st, &err);
}

static void run_release(struct run *run)
{
    char path[PATH_MAX];

    skep_gather_release(&run->gather);
    if (run->journal.path != NULL) {
        skep_journal_close(&run->journal);
    }
    skep_run_output_close(&run->output);
    if (run->begun.plan.socket_folder != NULL) {
        (void)!snprintf(path, sizeof path, "%s/redis.sock", run->begun.plan.socket_folder);
        (void)unlink(path);
        (void)rmdir(run->begun.plan.socket_folder);
    }
    skep_run_begun_release(&run->begun);
}

static int run_act(const void *settings, const struct skep_operands *operands)
{
    struct run run = {.settings = settings, .output.fd = -1, .began_ms = skep_monotonic_ms()};
    struct skep_error err = {0};
    skep_status st;
    int exit_code = skep_run_begin(&run.begun, run.settings, operands);

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = run_open(&run, &err);
    exit_code = st == SKEP_OK ? run_compute(&run) : skep_complain_error(st, &err);
    run_release(&run);
    return exit_code;
}

static const char *const run_text[] = {
    "Compute the tasks of a file (or of standard input, -), one JSON object a line, on all cores of "
    "this machine. Nothing else has to run: a private redis-server and a worker are started, and are "
    "gone at the end.",
    "Every line is checked first; if one is bad, it is told as FILE:LINE and nothing runs.",
    "The results, one JSON object a line, go to standard output or with -o to a file. Each carries "
    "the place of its task as \"index\". With -o the file grows as FILE.part and gets its name when "
    "it is complete. A task that fails for good has a result too, with \"ok\":false.",
    "Ctrl-C lets what runs finish for 5 seconds, a second one stops at once. Whatever ends a run, "
    "even kill -9, a full disk or a power cut: `skep run --resume FILE` goes on with the missing "
    "tasks, and gives the results of the whole run, each once. What it needs for that is in the "
    "folder .skep, and is removed when all is done. --state names another place for it.",
    "With --redis URL (or SKEP_REDIS) the tasks go to a queue of their own on that server instead, "
    "and workers on other machines may help: `skep-worker -q` with the name that `skep queues` shows. "
    "--redis private is the private server even if SKEP_REDIS is set.",
    "Exit codes: 0 every task succeeded; 1 some failed for good, or their values do not make the "
    "--array; 2 a line, a file or an option is wrong, or this file is being run already; 3 a server, "
    "a disk or the worker failed; 130 after Ctrl-C, 143 after SIGTERM. After 3, 130 and 143 it can be "
    "resumed.",
    NULL,
};

static const char *const run_examples[] = {
    "skep run tasks.jsonl > results.jsonl",
    "compute on all cores",
    "generate-tasks | skep run - --slots 4 --ordered -o results.jsonl",
    "tasks from another program, results in their order",
    "skep run te.jsonl --data series --array te.npy --shape 24,2,6",
    "references are looked up in the folder series; the values become an array",
    "skep run --resume",
    "go on with the only interrupted run in this folder",
    NULL,
};

const struct skep_command skep_command_run = {
    .name = "run",
    .summary = "compute the tasks of a file here and now, with nothing else running",
    .usage = "[OPTION...] [FILE|-]",
    .text = run_text,
    .examples = run_examples,
    .options = skep_run_options,
    .settings_bytes = sizeof(struct skep_run_settings),
    .max_operands = 1,
    .act = run_act,
};
