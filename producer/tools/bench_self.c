/* SPDX-License-Identifier: MIT */
/* What skep costs beside the tasks, and what its measuring does. Tasks that sleep use no processor, so what
 * redis-server, the agent and the slot use while they run is skep's, but for the sleeping itself, which is
 * measured alone. Two private servers stand side by side, each with a worker, one of which keeps no accounts;
 * tasks go to them in turns, and the difference is what measuring costs. It is counted in processor time,
 * which others on the machine hardly move; a slot has one core's time, so 100 us are 1 % of a task of 10 ms.
 */
#include "producer/tools/bench_self.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "kernel/kernel.h"
#include "producer/cli/command.h"
#include "producer/cli/stop.h"
#include "producer/sweep/sweep_host.h"
#include "queue/job.h"
#include "queue/put.h"
#include "task/header.h"

#define SELF_QUEUE   "self"
#define SELF_TASK    "{\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}"
#define SELF_TASK_NS 10000000
#define SELF_LIMIT   0.01

enum {
    SELF_WARM_TASKS = 20, /* until scripts are loaded and batches have found their size */
    SELF_TASKS = 100,     /* in a turn */
    SELF_TURNS = 5,       /* of each; the median counts */
    SELF_LOOK_MS = 500,   /* each look costs the server, too */
    SELF_WAIT_MS = 60000,
    SELF_BARE_CALLS = 100,
    SELF_RECORD_BYTES = 1024,
    SELF_CHILDREN_BYTES = 4096
};

/* A private server and its worker. */
struct self_side {
    struct skep_sweep_host host;
    struct skep_conn *conn;
    struct skep_keys keys;
    double server_us[SELF_TURNS], worker_us[SELF_TURNS]; /* of processor time for a task, turn by turn */
};

enum { SELF_MEASURED, SELF_BARE, SELF_SIDES };

struct self {
    struct self_side sides[SELF_SIDES]; /* with accounts, and without */
    double bare_us;                     /* what the sleep itself costs */
};

/* ---- processor time ---- */

/* Of a process, whose first thread does all the work; 0 when it is gone. */
static int64_t self_cpu_ns(pid_t pid)
{
    char path[64];
    int64_t ns = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%" SCNd64, &ns) != 1) {
            ns = 0;
        }
        fclose(file);
    }
    return ns;
}

/* Of the agent and its slot. */
static int64_t self_worker_ns(pid_t agent)
{
    char path[64], text[SELF_CHILDREN_BYTES];
    int64_t ns = self_cpu_ns(agent);
    FILE *file;
    size_t n;
    int child, used;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)agent, (int)agent);
    file = fopen(path, "re");
    if (file == NULL) {
        return ns;
    }
    n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    for (const char *at = text; sscanf(at, "%d%n", &child, &used) == 1; at += used) {
        ns += self_cpu_ns(child);
    }
    return ns;
}

/* What a sleep costs who sleeps: the kernel of skep, called here. */
static skep_status self_measure_bare(struct self *self, struct skep_error *err)
{
    const struct skep_kernel *kernel = skep_kernel_find("sleep");
    struct skep_arg *args = skep_calloc(skep_kernel_count_args(kernel), sizeof *args);
    struct skep_call call = {.args = args, .attempt = 1};
    struct skep_value value;
    int64_t began_ns = self_cpu_ns(getpid());
    skep_status st = args != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for a call");

    for (int i = 0; st == SKEP_OK && i < SELF_BARE_CALLS; i++) {
        args[0].f64 = (double)SELF_TASK_NS * 1e-9; /* its first argument; the others are 0 */
        st = skep_stop_is_asked() ? SKEP_STOPPED : kernel->run(&call, &value, err);
    }
    self->bare_us = (double)(self_cpu_ns(getpid()) - began_ns) * 1e-3 / SELF_BARE_CALLS;
    skep_free(args);
    return st;
}

/* ---- tasks ---- */

/* N tasks of JOB, in one piece. */
static skep_status self_put(struct self_side *self, const char *job, int n, struct skep_error *err)
{
    static struct skep_bytes records[SELF_TASKS];
    struct skep_header header = {.job = job};
    struct skep_buf record;
    struct skep_put put;
    skep_status st = skep_put_init(&put, self->conn, SELF_QUEUE, job, err);

    skep_buf_init(&record, SELF_RECORD_BYTES);
    skep_header_write(&record, &header);
    skep_buf_add_text(&record, SELF_TASK);
    for (int i = 0; i < n; i++) {
        records[i] = (struct skep_bytes){record.bytes, record.length};
    }
    put.n_announced = (uint64_t)n;
    if (st == SKEP_OK) {
        st = skep_put_resume(&put, err);
    }
    if (st == SKEP_OK) {
        st = skep_put_send(&put, records, (size_t)n, err);
    }
    if (st == SKEP_OK) {
        st = skep_put_drain(&put, err);
    }
    skep_buf_release(&record);
    return st;
}

static skep_status self_wait(struct self_side *self, const char *job, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + SELF_WAIT_MS;
    struct skep_job state;
    skep_status st;

    for (;;) {
        st = skep_job_read(self->conn, &self->keys, job, &state, err);
        if (st != SKEP_OK || skep_job_is_over(&state)) {
            break;
        }
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        if (skep_monotonic_ms() > until_ms) {
            return skep_error_set(err, SKEP_E_TIMEOUT, "the private worker computes nothing");
        }
        skep_sleep_ms(SELF_LOOK_MS);
    }
    if (st == SKEP_OK && state.n_failed > 0) {
        return skep_error_set(err, SKEP_E_KERNEL_FINAL, "tasks that sleep have failed");
    }
    return st;
}

static skep_status self_run(struct self_side *side, const char *job, int n, struct skep_error *err)
{
    skep_status st = self_put(side, job, n, err);

    return st == SKEP_OK ? self_wait(side, job, err) : st;
}

static skep_status self_take_turn(struct self_side *side, int turn, struct skep_error *err)
{
    pid_t server = side->host.embedded.pid, agent = side->host.worker.pid;
    int64_t server_ns = self_cpu_ns(server), worker_ns = self_worker_ns(agent);
    char job[32];
    skep_status st;

    snprintf(job, sizeof job, "turn-%d", turn);
    st = self_run(side, job, SELF_TASKS, err);
    side->server_us[turn] = (double)(self_cpu_ns(server) - server_ns) * 1e-3 / SELF_TASKS;
    side->worker_us[turn] = (double)(self_worker_ns(agent) - worker_ns) * 1e-3 / SELF_TASKS;
    return st;
}

static skep_status self_measure(struct self *self, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int i = 0; i < SELF_SIDES && st == SKEP_OK; i++) {
        st = self_run(&self->sides[i], "warm", SELF_WARM_TASKS, err);
    }
    for (int i = 0; i < SELF_TURNS * SELF_SIDES && st == SKEP_OK; i++) {
        st = self_take_turn(&self->sides[i % SELF_SIDES], i / SELF_SIDES, err);
    }
    return st;
}

/* ---- the command ---- */

static skep_status self_open(struct self_side *side, struct skep_error *err)
{
    static const struct skep_sweep_job job = {.queue = SELF_QUEUE, .slots = "1"};
    struct skep_conn_options options = {.client_name = "skep-bench"};
    skep_status st = skep_sweep_host_open(&side->host, &job, err);

    options.url = side->host.embedded.url;
    if (st == SKEP_OK) {
        st = skep_keys_init(&side->keys, SELF_QUEUE, err);
    }
    if (st == SKEP_OK) {
        st = skep_conn_new(&options, &side->conn, err);
    }
    return st == SKEP_OK ? skep_conn_connect(side->conn, err) : st;
}

/* Workers are told by their environment whether they keep accounts. */
static skep_status self_open_all(struct self *self, struct skep_error *err)
{
    static const char *const words[SELF_SIDES] = {[SELF_MEASURED] = "yes", [SELF_BARE] = "no"};
    skep_status st = SKEP_OK;

    for (int i = 0; i < SELF_SIDES && st == SKEP_OK; i++) {
        if (setenv("SKEP_ACCOUNTS", words[i], 1) != 0) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for the benchmark");
        }
        st = self_open(&self->sides[i], err);
    }
    return st;
}

static int self_compare(const void *a, const void *b)
{
    const double *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* Sorts them. */
static double self_median(double *turns)
{
    qsort(turns, SELF_TURNS, sizeof *turns, self_compare);
    return turns[SELF_TURNS / 2];
}

static int self_print(struct self *self, bool is_json)
{
    double server_us[SELF_SIDES], worker_us[SELF_SIDES], all_us[SELF_SIDES], measuring_us, part;
    struct skep_buf buf;
    int exit_code;

    for (int i = 0; i < SELF_SIDES; i++) {
        server_us[i] = self_median(self->sides[i].server_us);
        worker_us[i] = self_median(self->sides[i].worker_us);
        all_us[i] = server_us[i] + worker_us[i] - self->bare_us;
    }
    measuring_us = all_us[SELF_MEASURED] - all_us[SELF_BARE];
    part = measuring_us * 1e3 / SELF_TASK_NS;
    skep_buf_init(&buf, 4096);
    if (is_json) {
        skep_buf_printf(&buf,
                        "{\"task_s\":%g,\"tasks\":%d,\"server_us\":%.2f,\"worker_us\":%.2f,\"sleep_us\":%.2f,"
                        "\"skep_us\":%.2f,\"measuring_us\":%.2f,\"part\":%.6f}\n",
                        SELF_TASK_NS * 1e-9, SELF_TURNS * SELF_TASKS, server_us[SELF_MEASURED],
                        worker_us[SELF_MEASURED], self->bare_us, all_us[SELF_MEASURED], measuring_us, part);
    } else {
        skep_buf_printf(&buf,
                        "processor time for each of %d tasks that sleep for 10 ms, one slot\n"
                        "                  all       without measuring\n"
                        "  redis-server   %7.1f us   %7.1f us\n"
                        "  skep-worker    %7.1f us   %7.1f us\n"
                        "  the sleep      %7.1f us   %7.1f us   less: it costs that without skep, too\n"
                        "  skep           %7.1f us   %7.1f us   %.2f %% of the task\n"
                        "measuring costs %.1f us, %.2f %% of the task\n",
                        SELF_TURNS * SELF_TASKS, server_us[SELF_MEASURED], server_us[SELF_BARE],
                        worker_us[SELF_MEASURED], worker_us[SELF_BARE], self->bare_us, self->bare_us,
                        all_us[SELF_MEASURED], all_us[SELF_BARE],
                        100 * all_us[SELF_MEASURED] * 1e3 / SELF_TASK_NS, measuring_us, 100 * part);
    }
    exit_code = skep_print_buf(&buf);
    return exit_code == SKEP_EXIT_OK && part > SELF_LIMIT ? SKEP_EXIT_FAILED : exit_code;
}

int skep_bench_self(bool is_json)
{
    struct self *self = skep_calloc(1, sizeof *self);
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    if (self == NULL) {
        st = skep_error_set(&err, SKEP_E_NOMEM, "no memory for the benchmark");
        return skep_complain_error(st, &err);
    }
    st = self_open_all(self, &err);
    if (st == SKEP_OK) {
        st = self_measure(self, &err);
    }
    if (st == SKEP_OK) {
        st = self_measure_bare(self, &err);
    }
    for (int i = 0; i < SELF_SIDES; i++) {
        skep_conn_free(self->sides[i].conn);
        skep_sweep_host_close(&self->sides[i].host);
    }
    exit_code = st == SKEP_OK ? self_print(self, is_json) : skep_complain_error(st, &err);
    skep_free(self);
    return exit_code;
}
