/* SPDX-License-Identifier: MIT */
/* skep resume: a sweep goes on from its array and the sidecar beside it; and, without an array, a queue that
 * was paused. What the sidecar says is believed as far as it can be checked: the kernel still is the one that
 * computed what is there, and the inputs are what they were. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/sweep/array_path.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/operate/control.h"
#include "producer/cli/folders.h"
#include "producer/sweep/sweep.h"
#include "producer/sweep/sweep_still.h"
#include "producer/cli/words.h"
#include "queue/range.h"
#include "sweep/sidecar.h"

enum { RESUME_ARENA_BYTES = 256 * 1024 * 1024 };

struct resume_settings {
    struct skep_connect_settings connect;
    const char *queue, *job;
    const char *slots;
    const char *results;
    struct skep_text_list data, output;
    uint64_t memory_bytes;
    bool is_detached, is_quiet;
};

#define AT(field) .offset = offsetof(struct resume_settings, field)

static const struct skep_option resume_options[] = {
    SKEP_QUEUE_ROW(struct resume_settings, queue),
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     AT(job),
     .value_name = "NAME",
     .help = "of a sweep: another name on the server than it had so far"},
    SKEP_SLOTS_ROW(struct resume_settings, slots, "of a sweep: " SKEP_SLOTS_HELP),
    SKEP_DATA_ROW(struct resume_settings, data, NULL,
                  "of a sweep: folder that arrays are looked up in (default: the working folder)"),
    SKEP_OUTPUT_ROW(struct resume_settings, output,
                    "of a sweep: folder of its arrays, as `skep sweep` was told (default: told from the name "
                    "of the array)"),
    SKEP_WORKER_MEMORY_ROW(struct resume_settings, memory_bytes, "of a sweep: " SKEP_WORKER_MEMORY_HELP),
    {.name = "results",
     .kind = SKEP_OPT_TEXT,
     AT(results),
     .value_name = "FILE",
     .help = "of a sweep that has result lines: write them to FILE (-: standard output)"},
    {.name = "detach",
     .kind = SKEP_OPT_FLAG,
     AT(is_detached),
     .help = "of a sweep: return when its tasks are on the server"},
    SKEP_QUIET_ROW(struct resume_settings, is_quiet, "of a sweep: " SKEP_QUIET_HELP),
    SKEP_CONNECT_ROWS(struct resume_settings, connect),
    {.name = NULL},
};

/* A sweep that is to go on. */
struct resume {
    const struct resume_settings *settings;
    struct skep_arena arena;
    struct skep_roots *inputs, *outputs;
    struct skep_sidecar *sidecar;
    struct skep_sweep_job job;
};

/* ---- the outputs ---- */

/* The folder of GIVEN from the root on, and its name behind that. The file itself may be gone. */
static bool resume_find_real(const char *given, char real[2 * PATH_MAX])
{
    const char *slash = strrchr(given, '/');
    char folder[PATH_MAX] = ".", full[PATH_MAX];

    if (slash != NULL && snprintf(folder, sizeof folder, "%.*s/", (int)(slash - given), given) >= PATH_MAX) {
        return false;
    }
    return realpath(folder, full) != NULL &&
           snprintf(real, 2 * PATH_MAX, "%s/%s", strcmp(full, "/") == 0 ? "" : full,
                    slash != NULL ? slash + 1 : given) < 2 * PATH_MAX;
}

/* GIVEN is the array that the sweep calls PATH: the folder that PATH begins in, in ARENA. NULL: it is not.
 */
static const char *resume_find_root(struct skep_arena *arena, const char *given, const char *path)
{
    char real[2 * PATH_MAX];
    size_t n_real, n_path = strlen(path);

    if (path[0] == '@' || !resume_find_real(given, real)) {
        return NULL;
    }
    n_real = strlen(real);
    if (n_real <= n_path || strcmp(real + n_real - n_path, path) != 0 || real[n_real - n_path - 1] != '/') {
        return NULL;
    }
    return skep_arena_strndup(arena, real, n_real - n_path);
}

/* Open the sidecar of GIVEN and read its sweep. Without --output the folders are told from GIVEN. */
static skep_status resume_read(struct resume *resume, const char *given, const char *name,
                               struct skep_error *err)
{
    const struct skep_sidecar_facts *facts;
    skep_status st = skep_sidecar_open(resume->outputs, name, false, &resume->sidecar, err);

    if (st != SKEP_OK) {
        return st;
    }
    facts = skep_sidecar_facts(resume->sidecar);
    st = skep_sweep_parse(facts->spec, facts->spec_n, NULL, &resume->arena, &resume->job.sweep, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.200s.skep", given);
        return st;
    }
    if (resume->settings->job != NULL && !skep_range_job_is_valid(resume->settings->job)) {
        return skep_error_set(err, SKEP_E_USAGE, "--job %.80s: wanted 1 to 64 of A-Z a-z 0-9 _ . -",
                              resume->settings->job);
    }
    snprintf(resume->job.job, sizeof resume->job.job, "%s",
             resume->settings->job != NULL ? resume->settings->job : facts->job);
    resume->job.queue = resume->settings->queue != NULL && resume->settings->queue[0] != '\0'
                            ? resume->settings->queue
                            : skep_arena_strndup(&resume->arena, facts->queue, strlen(facts->queue));
    return resume->job.queue != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for a sweep");
}

static skep_status resume_open_given(struct resume *resume, const char *given, struct skep_error *err)
{
    struct skep_text_list *output = &resume->job.output;
    const char *path, *root, *name;
    char here[PATH_MAX];
    skep_status st = skep_array_path_open(given, &resume->outputs, &name, err);

    if (st == SKEP_OK) {
        st = resume_read(resume, given, name, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    path = resume->job.sweep.outs[skep_sidecar_facts(resume->sidecar)->out].path;
    root = resume_find_root(&resume->arena, given, path);
    if (root == NULL) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "%.200s was made as %.200s: give --output with the folder that this is in",
                              given, path);
    }
    skep_roots_free(resume->outputs);
    resume->outputs = NULL;
    *output = (struct skep_text_list){.n = 1, .items = {root}};
    st = skep_folders_open(output, &resume->outputs, err);
    if (realpath(".", here) != NULL && strlen(root) == strlen(here) + 1 &&
        strncmp(root, here, strlen(here)) == 0) {
        output->n = 0; /* what it is by itself */
    }
    return st;
}

static skep_status resume_open(struct resume *resume, const char *given, struct skep_error *err)
{
    const struct resume_settings *settings = resume->settings;
    static const struct skep_text_list here = {.n = 1, .items = {"."}};
    skep_status st = skep_folders_open(settings->data.n > 0 ? &settings->data : &here, &resume->inputs, err);

    resume->job.data = settings->data;
    if (st != SKEP_OK) {
        return st;
    }
    if (settings->output.n == 0) {
        return resume_open_given(resume, given, err);
    }
    resume->job.output = settings->output;
    st = skep_folders_open(&settings->output, &resume->outputs, err);
    return st == SKEP_OK ? resume_read(resume, given, given, err) : st;
}

/* ---- going on ---- */

/* Whether every task that is to be done is done in the output that was named: then in all others, too, unless
 * they were lost, which a session finds out. */
static bool resume_is_complete(const struct resume *resume)
{
    return skep_sidecar_facts(resume->sidecar)->is_complete && resume->job.sweep.reduce == NULL;
}

static int resume_run(struct resume *resume, const char *given)
{
    const struct resume_settings *settings = resume->settings;
    struct skep_sweep_job *job = &resume->job;
    char number[SKEP_WORDS_BYTES];

    if (resume_is_complete(resume)) {
        if (!settings->is_quiet) {
            skep_say("%s: all %s tasks are done", given, skep_words_number(job->sweep.n, number));
        }
        return SKEP_EXIT_OK;
    }
    skep_sidecar_close(resume->sidecar);
    resume->sidecar = NULL;
    job->connect = settings->connect;
    job->is_private = skep_connect_is_private(&settings->connect);
    job->slots = settings->slots;
    job->inputs = resume->inputs;
    job->outputs = resume->outputs;
    job->memory_bytes = settings->memory_bytes;
    job->is_resumed = true;
    job->is_detached = settings->is_detached;
    job->is_quiet = settings->is_quiet;
    job->results = job->sweep.has_results ? settings->results : NULL;
    return skep_sweep_session(job);
}

static int resume_sweep(const struct resume_settings *settings, const char *given)
{
    struct resume resume = {.settings = settings};
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    skep_arena_init(&resume.arena, RESUME_ARENA_BYTES);
    st = resume_open(&resume, given, &err);
    if (st == SKEP_OK) {
        st = skep_sweep_check_still(&resume.job.sweep, skep_sidecar_facts(resume.sidecar), resume.inputs,
                                    &err);
    }
    if (st == SKEP_OK) {
        exit_code = resume_run(&resume, given);
    } else {
        skep_complain_error(st, &err);
        exit_code = st == SKEP_E_NOMEM || st == SKEP_E_IO ? SKEP_EXIT_SERVER : SKEP_EXIT_USAGE;
    }
    skep_sidecar_close(resume.sidecar);
    skep_roots_free(resume.inputs);
    skep_roots_free(resume.outputs);
    skep_arena_release(&resume.arena);
    return exit_code;
}

static int resume_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct resume_settings *settings = settings_read;

    if (operands->n == 0) {
        return skep_control_pause(&settings->connect, settings->queue, false);
    }
    if (settings->is_detached && skep_connect_is_private(&settings->connect)) {
        skep_complain("--detach wants a server that stays: --redis URL (a private one ends with the sweep)");
        return SKEP_EXIT_USAGE;
    }
    return resume_sweep(settings, operands->items[0]);
}

static const char *const resume_text[] = {
    "Go on with a sweep that was interrupted, whatever did it: the array and the sidecar beside it "
    "(te.npy.skep) "
    "say what is missing, and only that is computed. Tasks that failed for good are missing, too, and are "
    "tried "
    "again. Any one of a sweep's arrays may be named. When nothing is missing it says so; a sweep with "
    "--reduce "
    "prints its value again.",
    "Everything is computed here, on a private server, unless --redis or SKEP_REDIS names one. There a job "
    "that "
    "still runs is joined, and one that the server has forgotten is put again under its name.",
    "It is refused when an input is no longer what it was when the sweep began, and when the kernel gives "
    "other "
    "numbers by now: they would be mixed in one array.",
    "Without an array: let workers take tasks again from a queue that was paused (`skep pause`).",
    "Exit codes: 0 all tasks are done; 1 some failed for good; 2 there is no such array or sidecar, or it "
    "may not "
    "go on; 3 a server, a disk or the worker failed, or another skep fills this array; 130 interrupted.",
    NULL,
};

static const char *const resume_examples[] = {
    "skep resume te.npy",
    "compute what is missing, here",
    "skep resume te.npy --redis redis://server",
    "let the workers of a server do it",
    "skep resume -q sweep",
    "end the pause of a queue",
    NULL,
};

const struct skep_command skep_command_resume = {
    .name = "resume",
    .summary = "go on with a sweep, or with a queue that was paused",
    .usage = "FILE.npy [OPTION...] | -q QUEUE [OPTION...]",
    .text = resume_text,
    .examples = resume_examples,
    .options = resume_options,
    .settings_bytes = sizeof(struct resume_settings),
    .max_operands = 1,
    .act = resume_act,
};
