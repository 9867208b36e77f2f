/* SPDX-License-Identifier: MIT */
/* What skep costs beside the tasks: taking, reading records, measuring, keeping outputs, storing results,
 * telling, watching. Tasks that sleep use no processor, so what redis-server, the agent and the slot use
 * while they run is skep's, but for the sleeping itself, which is measured alone. It is counted in processor
 * time, which others on the machine hardly move; a slot has one core's time, so 100 us are 1 % of a task of
 * 10 ms. Measuring is a part of that: where all is below 1 %, so is it. */
#include "producer/tools/bench_self.h"

#include <inttypes.h>
#include <stdio.h>
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
    SELF_TASKS = 300,
    SELF_LOOK_MS = 500, /* each look costs the server, too */
    SELF_WAIT_MS = 60000,
    SELF_BARE_CALLS = 100,
    SELF_RECORD_BYTES = 1024,
    SELF_CHILDREN_BYTES = 4096
};

struct self {
    struct skep_sweep_host host;
    struct skep_conn *conn;
    struct skep_keys keys;
    double server_us, worker_us; /* of processor time for a task */
    double bare_us;              /* of that: the sleep itself */
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
static skep_status self_put(struct self *self, const char *job, int n, struct skep_error *err)
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

static skep_status self_wait(struct self *self, const char *job, struct skep_error *err)
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

static skep_status self_measure(struct self *self, struct skep_error *err)
{
    pid_t server = self->host.embedded.pid, agent = self->host.worker.pid;
    int64_t server_ns = 0, worker_ns = 0;
    skep_status st = self_put(self, "warm", SELF_WARM_TASKS, err);

    st = st == SKEP_OK ? self_wait(self, "warm", err) : st;
    if (st == SKEP_OK) {
        server_ns = self_cpu_ns(server);
        worker_ns = self_worker_ns(agent);
        st = self_put(self, "measured", SELF_TASKS, err);
    }
    st = st == SKEP_OK ? self_wait(self, "measured", err) : st;
    self->server_us = (double)(self_cpu_ns(server) - server_ns) * 1e-3 / SELF_TASKS;
    self->worker_us = (double)(self_worker_ns(agent) - worker_ns) * 1e-3 / SELF_TASKS;
    return st;
}

/* ---- the command ---- */

static skep_status self_open(struct self *self, struct skep_error *err)
{
    static const struct skep_sweep_job job = {.queue = SELF_QUEUE, .slots = "1"};
    struct skep_conn_options options = {.client_name = "skep-bench"};
    skep_status st = skep_sweep_host_open(&self->host, &job, err);

    options.url = self->host.embedded.url;
    if (st == SKEP_OK) {
        st = skep_keys_init(&self->keys, SELF_QUEUE, err);
    }
    if (st == SKEP_OK) {
        st = skep_conn_new(&options, &self->conn, err);
    }
    return st == SKEP_OK ? skep_conn_connect(self->conn, err) : st;
}

static int self_print(const struct self *self, bool is_json)
{
    double all_us = self->server_us + self->worker_us - self->bare_us;
    double part = all_us * 1e3 / SELF_TASK_NS;
    struct skep_buf buf;
    int exit_code;

    skep_buf_init(&buf, 4096);
    if (is_json) {
        skep_buf_printf(&buf,
                        "{\"task_s\":%g,\"tasks\":%d,\"server_us\":%.2f,\"worker_us\":%.2f,\"sleep_us\":%.2f,"
                        "\"skep_us\":%.2f,\"part\":%.6f}\n",
                        SELF_TASK_NS * 1e-9, SELF_TASKS, self->server_us, self->worker_us, self->bare_us,
                        all_us, part);
    } else {
        skep_buf_printf(&buf,
                        "processor time for each of %d tasks that sleep for 10 ms, one slot\n"
                        "  redis-server   %7.1f us\n"
                        "  skep-worker    %7.1f us\n"
                        "  the sleep      %7.1f us less: it costs that without skep, too\n"
                        "  skep           %7.1f us: %.2f %% of the task, measuring included\n",
                        SELF_TASKS, self->server_us, self->worker_us, self->bare_us, all_us, 100 * part);
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
    st = self_open(self, &err);
    if (st == SKEP_OK) {
        st = self_measure(self, &err);
    }
    if (st == SKEP_OK) {
        st = self_measure_bare(self, &err);
    }
    skep_conn_free(self->conn);
    skep_sweep_host_close(&self->host);
    exit_code = st == SKEP_OK ? self_print(self, is_json) : skep_complain_error(st, &err);
    skep_free(self);
    return exit_code;
}
