/* SPDX-License-Identifier: MIT */
/* A process beside the slots, so that its disk keeps none of them waiting and its death costs nothing: what
 * it did not confirm is gathered again. */
#include "gather_main.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "gather/gathering.h"
#include "page.h"
#include "queue/range.h"
#include "queue/server.h"
#include "run/fault.h"
#include "set_up.h"
#include "title.h"

enum {
    GATHER_MAX_JOBS = 16, /* at a time */
    GATHER_ARENA_BYTES = 256 << 20,
    GATHER_VALUE_BYTES = 16 << 20,
    GATHER_LIST_MS = 500, /* between two looks for jobs */
    GATHER_IDLE_MS = 2000
};

struct gather_job {
    bool is_open;
    size_t lane;
    char name[SKEP_RANGE_JOB_BYTES];
    struct skep_arena arena;
    struct skep_sweep sweep;
    struct skep_gathering gathering;
};

struct gatherer {
    const struct skep_worker_settings *settings;
    struct skep_conn *conn; /* one for all jobs: each step is a question and its answer */
    struct skep_roots *outputs;
    struct skep_keys keys[SKEP_MAX_QUEUES];
    struct gather_job jobs[GATHER_MAX_JOBS];
    struct skep_buf value;
    int64_t list_at_ms, useful_at_ms;
    bool was_useful;
};

/* ---- one job ---- */

static void gather_close(struct gather_job *job)
{
    skep_gathering_close(&job->gathering);
    skep_arena_release(&job->arena);
    job->is_open = false;
}

/* A transient failure of the server is followed by another try, anything else leaves the job to others. */
static void gather_failed(struct gather_job *job, const char *doing, skep_status st, struct skep_error *err)
{
    bool is_passing = st == SKEP_E_UNREACHABLE || st == SKEP_E_UNWELL;

    skep_log(st == SKEP_E_CONFLICT ? SKEP_LOG_INFO : SKEP_LOG_WARN, "gather-failed",
             "job=%s doing=%s reason=\"%s\"", job->name, doing, skep_error_text(err, st));
    if (!is_passing) {
        gather_close(job);
    }
}

static void gather_finish(struct gatherer *gatherer, struct gather_job *job)
{
    struct skep_error err = {0};
    skep_status st = skep_gathering_finish(&job->gathering, &gatherer->value, &err);

    if (st != SKEP_OK) {
        gather_failed(job, "finish", st, &err);
        return;
    }
    skep_log(SKEP_LOG_INFO, "job-gathered", "queue=%s job=%s", gatherer->keys[job->lane].name, job->name);
    gather_close(job);
}

static void gather_step(struct gatherer *gatherer, struct gather_job *job, int64_t now_ms)
{
    struct skep_error err = {0};
    skep_status st = skep_gathering_step(&job->gathering, &err);

    if (st != SKEP_OK && st != SKEP_EMPTY) {
        gather_failed(job, "gather", st, &err);
        return;
    }
    if (st == SKEP_OK || job->gathering.is_over) {
        gatherer->useful_at_ms = now_ms;
        gatherer->was_useful = true;
    }
    if (job->gathering.is_over) {
        gather_finish(gatherer, job);
    }
}

/* ---- which jobs ---- */

static bool gather_has(const struct gatherer *gatherer, size_t lane, const char *name)
{
    for (int i = 0; i < GATHER_MAX_JOBS; i++) {
        const struct gather_job *job = &gatherer->jobs[i];
        if (job->is_open && job->lane == lane && strcmp(job->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static skep_status gather_read_sweep(struct gatherer *gatherer, struct gather_job *job,
                                     struct skep_error *err)
{
    const struct skep_limits limits = {.record_bytes = (size_t)gatherer->settings->record_bytes};
    const char *spec, *copy;
    size_t n;
    skep_status st = skep_range_spec(gatherer->conn, &gatherer->keys[job->lane], job->name, &spec, &n, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (spec == NULL) {
        return skep_error_set(err, SKEP_E_CONFLICT, "it was forgotten just now");
    }
    copy = skep_arena_strndup(&job->arena, spec, n);
    return copy != NULL ? skep_sweep_parse(copy, n, &limits, &job->arena, &job->sweep, err)
                        : skep_error_set(err, SKEP_E_NOMEM, "no memory for a spec of %zu bytes", n);
}

static void gather_open(struct gatherer *gatherer, struct gather_job *job, size_t lane, const char *name)
{
    struct skep_error err = {0};
    skep_status st;

    *job = (struct gather_job){.is_open = true, .lane = lane};
    snprintf(job->name, sizeof job->name, "%s", name);
    skep_arena_init(&job->arena, GATHER_ARENA_BYTES);
    st = gather_read_sweep(gatherer, job, &err);
    if (st == SKEP_OK) {
        st = skep_gathering_open(&job->gathering, gatherer->conn, gatherer->keys[lane].name, name,
                                 &job->sweep, gatherer->outputs, &err);
    }
    if (st != SKEP_OK) {
        skep_log(SKEP_LOG_DEBUG, "gather-refused", "job=%s reason=\"%s\"", name, skep_error_text(&err, st));
        gather_close(job);
    }
}

static struct gather_job *gather_find_free(struct gatherer *gatherer)
{
    for (int i = 0; i < GATHER_MAX_JOBS; i++) {
        if (!gatherer->jobs[i].is_open) {
            return &gatherer->jobs[i];
        }
    }
    return NULL;
}

static skep_status gather_look(struct gatherer *gatherer, size_t lane, struct skep_error *err)
{
    char(*names)[SKEP_RANGE_JOB_BYTES] = NULL;
    size_t n = 0;
    skep_status st = skep_conn_is_open(gatherer->conn) ? SKEP_OK : skep_conn_connect(gatherer->conn, err);

    if (st == SKEP_OK) {
        st = skep_range_list_gather(gatherer->conn, &gatherer->keys[lane], &names, &n, err);
    }
    for (size_t i = 0; st == SKEP_OK && i < n; i++) {
        struct gather_job *job = gather_find_free(gatherer);
        if (job != NULL && !gather_has(gatherer, lane, names[i])) {
            gather_open(gatherer, job, lane, names[i]);
        }
    }
    skep_free(names);
    return st;
}

/* ---- the loop ---- */

static int gather_rest_ms(const struct gatherer *gatherer)
{
    int rest_ms = SKEP_GATHERING_REST_MS;

    for (int i = 0; i < GATHER_MAX_JOBS; i++) {
        const struct gather_job *job = &gatherer->jobs[i];
        int own_ms = job->is_open ? skep_gathering_rest_ms(&job->gathering) : rest_ms;
        rest_ms = own_ms < rest_ms ? own_ms : rest_ms;
    }
    return rest_ms;
}

static bool gather_is_told_to_stop(const struct gatherer *gatherer)
{
    struct pollfd control = {.fd = (int)gatherer->settings->control_fd, .events = POLLIN};

    return poll(&control, 1, gather_rest_ms(gatherer)) > 0; /* a command, or the end of our agent */
}

static skep_status gather_loop(struct gatherer *gatherer, struct skep_error *err)
{
    skep_status st = SKEP_OK;
    int64_t now_ms;

    do {
        now_ms = skep_monotonic_ms();
        for (size_t i = 0;
             now_ms >= gatherer->list_at_ms && st == SKEP_OK && i < gatherer->settings->queues.n; i++) {
            st = gather_look(gatherer, i, err);
        }
        gatherer->list_at_ms =
            now_ms >= gatherer->list_at_ms ? now_ms + GATHER_LIST_MS : gatherer->list_at_ms;
        for (int i = 0; i < GATHER_MAX_JOBS; i++) {
            if (gatherer->jobs[i].is_open) {
                gather_step(gatherer, &gatherer->jobs[i], now_ms);
            }
        }
    } while (st == SKEP_OK && now_ms - gatherer->useful_at_ms < GATHER_IDLE_MS &&
             !gather_is_told_to_stop(gatherer));
    for (int i = 0; i < GATHER_MAX_JOBS; i++) {
        if (gatherer->jobs[i].is_open) {
            gather_close(&gatherer->jobs[i]);
        }
    }
    return st;
}

/* ---- birth and death ---- */

static skep_status gather_open_all(struct gatherer *gatherer, struct skep_error *err)
{
    const struct skep_worker_settings *settings = gatherer->settings;
    struct skep_page *page;
    skep_status st = skep_set_up_page(settings, &page, err);

    signal(SIGUSR1, SIG_IGN); /* meant for the agent, but sent to whatever has its name */
    signal(SIGUSR2, SIG_IGN);
    if (st == SKEP_OK) {
        st = skep_server_conn_new(&settings->server, "skep-gatherer", &gatherer->conn, err);
    }
    skep_buf_init(&gatherer->value, GATHER_VALUE_BYTES);
    for (size_t i = 0; st == SKEP_OK && i < settings->queues.n; i++) {
        st = skep_keys_init(&gatherer->keys[i], settings->queues.items[i].name, err);
    }
    if (st == SKEP_OK) {
        st = skep_set_up_outputs(settings, &gatherer->outputs, err);
    }
    return st == SKEP_OK ? skep_fault_install(err) : st;
}

int skep_gather_main(const struct skep_worker_settings *settings)
{
    static struct gatherer gatherer; /* large, and there is one per process */
    char names[64];
    struct skep_error err = {0};
    skep_status st;

    gatherer.settings = settings;
    gatherer.useful_at_ms = skep_monotonic_ms();
    skep_title_set("skep-worker: gatherer %s", skep_queues_join(&settings->queues, names, sizeof names));
    st = gather_open_all(&gatherer, &err);
    if (st == SKEP_OK) {
        st = gather_loop(&gatherer, &err);
    }
    skep_conn_free(gatherer.conn);
    skep_roots_free(gatherer.outputs);
    skep_buf_release(&gatherer.value);
    if (st != SKEP_OK) {
        skep_log(SKEP_LOG_WARN, "gatherer-failed", "reason=\"%s\"", skep_error_text(&err, st));
        return SKEP_SLOT_BROKEN;
    }
    return gatherer.was_useful ? SKEP_SLOT_LEFT : SKEP_SLOT_IDLE;
}
