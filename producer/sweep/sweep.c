/* SPDX-License-Identifier: MIT */
/* skep sweep: one record for any number of tasks. Everything that can be wrong is found before the first file
 * is made: what is read (sweep_setup), tried (sweep_check), made (sweep_outs, sweep_files). The session does
 * the rest.
 */
#include "producer/sweep/sweep.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/sweep/sweep_dry.h"
#include "producer/sweep/sweep_files.h"
#include "producer/sweep/sweep_gaps.h"
#include "producer/sweep/sweep_hidden.h"
#include "producer/sweep/sweep_outs.h"
#include "producer/sweep/sweep_settings.h"
#include "producer/sweep/sweep_setup.h"
#include "queue/range.h"
#include "run/fault.h"

/* What runs where nobody says which queue: a private server has no other. */
#define SWEEP_PRIVATE_QUEUE "sweep"

enum { SWEEP_LEAST_MEMORY = 1 << 20, SWEEP_MOST_SLOTS = 1024 /* as skep-worker has it */ };

struct sweep {
    const struct skep_sweep_settings *settings;
    struct skep_sweep_setup setup;
    struct skep_sweep_facts facts;
    struct skep_sweep_hidden hidden;
    struct skep_sweep_job job;
};

/* ---- options that do not go together ---- */

static skep_status sweep_check_server(const struct skep_sweep_settings *settings, struct skep_error *err)
{
    const bool is_private = skep_connect_is_private(&settings->connect);

    if (settings->is_detached && is_private) {
        return skep_error_set(
            err, SKEP_E_USAGE,
            "--detach wants a server that stays: --redis URL (a private one ends with the sweep)");
    }
    if (settings->is_detached && settings->results != NULL) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "--detach leaves, and nobody writes --results: take them with `skep results`");
    }
    if (settings->is_detached && settings->reduce != NULL && settings->outs.n == 0) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "--detach leaves, and --reduce wants an array that stays: give --out NAME.npy");
    }
    if (!is_private && settings->queue == NULL && !settings->is_dry) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "which queue? Give -q QUEUE or set SKEP_QUEUE (--redis private needs none)");
    }
    return SKEP_OK;
}

/* The worker would say so, too, but when the arrays are there already. */
static skep_status sweep_check_slots(const char *slots, struct skep_error *err)
{
    int64_t n;

    if (slots == NULL || strcmp(slots, "auto") == 0 ||
        (skep_parse_i64(slots, strlen(slots), &n) && n >= 1 && n <= SWEEP_MOST_SLOTS)) {
        return SKEP_OK;
    }
    return skep_error_set(err, SKEP_E_USAGE, "--slots %.40s: wanted auto or 1 to %d", slots,
                          SWEEP_MOST_SLOTS);
}

static skep_status sweep_check_settings(const struct skep_sweep_settings *settings, struct skep_error *err)
{
    if (settings->resumes && settings->forces) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "--resume keeps the arrays, --force replaces them: which is it?");
    }
    if (settings->resumes && settings->outs.n == 0) {
        return skep_error_set(err, SKEP_E_USAGE, "--resume wants the array to go on with: --out NAME.npy");
    }
    if (settings->job != NULL && !skep_range_job_is_valid(settings->job)) {
        return skep_error_set(err, SKEP_E_USAGE, "--job %.80s: wanted 1 to 64 of A-Z a-z 0-9 _ . -",
                              settings->job);
    }
    if (settings->memory_bytes > 0 && settings->memory_bytes < SWEEP_LEAST_MEMORY) {
        return skep_error_set(err, SKEP_E_USAGE, "--memory: a worker wants at least 1M for a task");
    }
    if (sweep_check_slots(settings->slots, err) != SKEP_OK) {
        return SKEP_E_USAGE;
    }
    return sweep_check_server(settings, err);
}

/* ---- the record ---- */

/* As a worker will read it. */
static skep_status sweep_check_record(struct skep_sweep_setup *setup, struct skep_error *err)
{
    const struct skep_limits limits = {.record_bytes = SKEP_SWEEP_SPEC_BYTES};
    struct skep_sweep as_read;
    struct skep_buf spec;
    skep_status st;

    skep_buf_init(&spec, (size_t)16 * SKEP_SWEEP_SPEC_BYTES);
    skep_sweep_write(&spec, &setup->sweep);
    if (spec.length > SKEP_SWEEP_SPEC_BYTES || skep_buf_failed(&spec)) {
        st = skep_error_set(
            err, SKEP_E_LIMIT,
            "its record would have %zu bytes, at most %d are possible: put long lists into an array "
            "(--grid NAME=@ARRAY.npy)",
            spec.length, SKEP_SWEEP_SPEC_BYTES);
    } else {
        st = skep_sweep_parse(spec.bytes, spec.length, &limits, &setup->arena, &as_read, err);
    }
    skep_buf_release(&spec);
    return st;
}

/* Everything that is to be known before something is made. */
static skep_status sweep_prepare(struct sweep *sweep, const struct skep_operands *operands,
                                 struct skep_error *err)
{
    struct skep_sweep_setup *setup = &sweep->setup;
    const struct skep_sweep_settings *settings = sweep->settings;
    bool is_idle = settings->outs.n == 0 && settings->reduce == NULL && settings->stop == NULL &&
                   settings->results == NULL;
    skep_status st = skep_sweep_setup_open(setup, settings, operands, err);

    if (st == SKEP_OK) {
        st = skep_sweep_check(setup, &sweep->facts, err);
    }
    if (st == SKEP_OK) {
        st = skep_sweep_plan_outs(setup, &sweep->facts, &sweep->job.is_hidden, err);
    }
    if (st == SKEP_OK) {
        st = skep_sweep_check_gaps(&setup->sweep, settings->fill, err);
    }
    if (st == SKEP_OK && setup->sweep.order == SKEP_ORDER_LONGEST) {
        st = skep_sweep_sort_longest(setup, err);
    }
    sweep->job.results = is_idle && !settings->is_detached ? "-" : settings->results;
    setup->sweep.has_results = is_idle || settings->results != NULL;
    return st == SKEP_OK ? sweep_check_record(setup, err) : st;
}

/* ---- the job ---- */

static void sweep_fill_job(struct sweep *sweep, const char *resumed_job)
{
    const struct skep_sweep_settings *settings = sweep->settings;
    struct skep_sweep_job *job = &sweep->job;

    job->sweep = sweep->setup.sweep;
    job->is_private = skep_connect_is_private(&settings->connect);
    job->queue = job->is_private && settings->queue == NULL ? SWEEP_PRIVATE_QUEUE : settings->queue;
    job->connect = settings->connect;
    job->slots = settings->slots;
    job->data = settings->data;
    job->output = settings->output;
    job->inputs = sweep->setup.inputs;
    job->outputs = sweep->setup.outputs;
    job->memory_bytes = settings->memory_bytes;
    job->is_detached = settings->is_detached;
    job->is_quiet = settings->is_quiet;
    if (sweep->hidden.folder[0] != '\0') {
        job->output = (struct skep_text_list){.n = 1, .items = {sweep->hidden.folder}};
    }
    if (settings->job != NULL || resumed_job[0] != '\0') {
        snprintf(job->job, sizeof job->job, "%s", settings->job != NULL ? settings->job : resumed_job);
    } else {
        snprintf(job->job, sizeof job->job, "%.48s-%.8s", job->sweep.kernel, job->sweep.token);
    }
}

static skep_status sweep_make(struct sweep *sweep, struct skep_error *err)
{
    char resumed_job[SKEP_SWEEP_FILES_JOB_BYTES] = "";
    skep_status st = SKEP_OK;

    if (sweep->job.is_hidden) {
        st = skep_sweep_hidden_open(&sweep->hidden, &sweep->setup, err);
    } else {
        st = skep_sweep_files_look(&sweep->setup, &sweep->job.is_resumed, resumed_job, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    sweep_fill_job(sweep, resumed_job);
    return sweep->job.is_resumed
               ? SKEP_OK
               : skep_sweep_files_make(&sweep->setup, sweep->job.job, sweep->job.queue, err);
}

/* ---- all ---- */

/* What is there, or is not, is for the user to change; nothing was done. */
static int sweep_fail(skep_status st, const struct skep_error *err)
{
    int exit_code = skep_complain_error(st, err);

    switch (st) {
    case SKEP_E_CONFLICT:
    case SKEP_E_ARRAY_MISSING:
    case SKEP_E_ARRAY_INVALID:
        return SKEP_EXIT_USAGE;
    default:
        return exit_code;
    }
}

/* What is in the way of the real run is no mistake of this one. */
static int sweep_dry(struct sweep *sweep)
{
    char job[SKEP_SWEEP_FILES_JOB_BYTES];
    struct skep_error err = {0};
    bool is_resumed;
    int exit_code = skep_sweep_dry(&sweep->setup, &sweep->facts, sweep->job.is_hidden);
    skep_status st;

    if (exit_code == SKEP_EXIT_OK && !sweep->job.is_hidden) {
        st = skep_sweep_files_look(&sweep->setup, &is_resumed, job, &err);
        if (st != SKEP_OK) {
            skep_say("note: %s", skep_error_text(&err, st));
        }
    }
    return exit_code;
}

static int sweep_run(struct sweep *sweep, const struct skep_operands *operands)
{
    struct skep_error err = {0};
    skep_status st = sweep_check_settings(sweep->settings, &err);

    if (st == SKEP_OK) {
        st = skep_fault_install(&err);
    }
    if (st == SKEP_OK) {
        st = sweep_prepare(sweep, operands, &err);
    }
    if (st == SKEP_OK && sweep->settings->is_dry) {
        return sweep_dry(sweep);
    }
    if (st == SKEP_OK) {
        st = sweep_make(sweep, &err);
    }
    return st == SKEP_OK ? skep_sweep_session(&sweep->job) : sweep_fail(st, &err);
}

static int sweep_act(const void *settings, const struct skep_operands *operands)
{
    struct sweep sweep = {.settings = settings};
    int exit_code = sweep_run(&sweep, operands);

    skep_sweep_hidden_close(&sweep.hidden);
    skep_sweep_setup_close(&sweep.setup);
    return exit_code;
}

static const char *const sweep_text[] = {
    "Compute a kernel for every point of a product of variables, and put the values into arrays: the loop "
    "`for i in "
    "range(n): out[i] = f(a, b, p[i])` as one command. The generators (--grid, --pairs, ...) make the "
    "variables; the "
    "first one on the command line varies slowest, as in np.unravel_index.",
    "An operand NAME=VALUE is an argument of the kernel. Its value is JSON if it reads as such, text if not; "
    "a "
    "{variable} in it is replaced: 'x=eeg.npy[:,{i}]', 'shape=[{n},2]'. {index} is the number of the task; "
    "braces "
    "that are none are doubled. A variable that is called like an argument, and used by no operand, is that "
    "argument; so is the only variable that is left over for the only argument that is missing.",
    "The array of --out is there from the first second, filled with NaN where nothing is yet, and can be "
    "read all the "
    "time. Beside it NAME.npy.skep knows what is done, and where it came from: after Ctrl-C, a crash or a "
    "power cut "
    "`skep resume NAME.npy`, or the same command with --resume, computes what is missing and nothing else. "
    "The same "
    "command gives the same bits, on any number of processes.",
    "Without a server (--redis, SKEP_REDIS) it runs on all cores of this machine and needs nothing else. "
    "With "
    "one, the workers of its queue compute; they must have the arrays under the same names.",
    "Without --out, --reduce, --stop or --results the result lines go to standard output.",
    "Exit codes: 0 all good; 1 some task failed for good, or nothing was hit; 2 something in the command "
    "line or its "
    "arrays is wrong, and nothing was done; 3 the server is out of reach, or a disk or memory failed; 130 "
    "interrupted.",
    NULL,
};

static const char *const sweep_examples[] = {
    "skep sweep te_box x='eeg.npy[:,{i}]' y='eeg.npy[:,{j}]' --pairs i,j=64 --grid r=0.1:1.0:10 -o te.npy",
    "transfer entropy between all pairs of 64 channels, for ten radii: te.npy[{i},{j},{r}]",
    "skep sweep star_te --grid lambda=@lambda.npy --const noise=0.1 --seed 7 -o 'te.npy[{lambda}]' -s 8",
    "one simulation for each element of a vector, on eight cores",
    "skep sweep pi_mc --split n=1e10:1000 --seed 1 --reduce sum",
    "ten thousand million points in a thousand parts, and the sum of what they give",
    "skep sweep sum --axis x=big.npy:0 -o sums.npy",
    "the sum of each row",
    "skep sweep prime_divisor --const n=999999943999999559 --ranges lo,hi=2:1e9:4000 --stop any",
    "is there a divisor? The first one that is found ends it",
    "skep sweep te_box x='a.npy[{k}]' y=b.npy r=1 --grid k=0,1,2 -o te.npy --dry-run",
    "how many, how large, how long?",
    NULL,
};

const struct skep_command skep_command_sweep = {
    .name = "sweep",
    .summary = "compute a kernel over a grid of arguments, into an array",
    .usage = "KERNEL [NAME=VALUE...] [GENERATOR...] [-o NAME.npy] [OPTION...]",
    .text = sweep_text,
    .examples = sweep_examples,
    .options = skep_sweep_options,
    .settings_bytes = sizeof(struct skep_sweep_settings),
    .max_operands = SIZE_MAX,
    .act = sweep_act,
};
