/* SPDX-License-Identifier: MIT */
/* A hostile server: whatever it answers, each verb of the queue refuses or gives what its header promises,
 * and all that it gives can be read. The first byte of the input picks the verb ('a', 'b', ...), the second
 * how many bytes arrive at a time; the rest is what the server sends, after a proper HELLO to every connect.
 *
 * The transport below takes the place of the module's own, so that there is neither a socket nor a clock. */
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/alloc.h"
#include "queue/account.h"
#include "queue/acks.h"
#include "queue/admin.h"
#include "queue/beat.h"
#include "queue/cancel.h"
#include "queue/collect.h"
#include "queue/holder.h"
#include "queue/job.h"
#include "queue/observer.h"
#include "queue/put.h"
#include "queue/rights.h"
#include "queue/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

/* ---- the server ---- */

enum { SERVER_MAX_CONNECTS = 3 };

static const char server_hello[] = "*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n";

static struct {
    const uint8_t *bytes;
    size_t n, at, piece;
    size_t hello_at;
    int n_connects;
    int fd; /* always readable */
} server;

void skep_transport_init(struct skep_transport *transport)
{
    *transport = (struct skep_transport){.fd = -1, .read_events = POLLIN, .write_events = POLLOUT};
}

void skep_transport_close(struct skep_transport *transport)
{
    transport->fd = -1;
}

skep_status skep_transport_open(struct skep_transport *transport, const struct skep_url *url,
                                const struct skep_tls_options *tls_options, int timeout_ms,
                                struct skep_error *err)
{
    (void)url;
    (void)tls_options;
    (void)timeout_ms;
    if (server.n_connects++ == SERVER_MAX_CONNECTS) {
        return skep_error_set(err, SKEP_E_UNREACHABLE, "enough");
    }
    server.hello_at = 0;
    transport->fd = server.fd;
    return SKEP_OK;
}

skep_status skep_transport_read(struct skep_transport *transport, void *bytes, size_t size, size_t *n_out,
                                struct skep_error *err)
{
    bool is_hello = server.hello_at < sizeof server_hello - 1;
    const void *from = is_hello ? (const void *)(server_hello + server.hello_at) : server.bytes + server.at;
    size_t n = is_hello ? sizeof server_hello - 1 - server.hello_at : server.n - server.at;

    (void)transport;
    n = n < size ? n : size;
    n = is_hello || n < server.piece ? n : server.piece;
    *n_out = n;
    if (n == 0) {
        return skep_error_set(err, SKEP_E_UNREACHABLE, "the server has said all");
    }
    memcpy(bytes, from, n);
    *(is_hello ? &server.hello_at : &server.at) += n;
    return SKEP_OK;
}

skep_status skep_transport_write(struct skep_transport *transport, const void *bytes, size_t n, size_t *n_out,
                                 struct skep_error *err)
{
    (void)transport;
    (void)bytes;
    (void)err;
    *n_out = n;
    return SKEP_OK;
}

skep_status skep_transport_wait(const struct skep_transport *transport, short events, int timeout_ms)
{
    (void)transport;
    (void)events;
    (void)timeout_ms;
    return SKEP_OK;
}

/* ---- the verbs ---- */

static struct skep_keys keys;
static volatile uint8_t sink;

/* Bytes that somebody was given are there, with a NUL behind them. */
static void read_bytes(const char *bytes, size_t n)
{
    need(bytes != NULL && bytes[n] == '\0');
    for (size_t i = 0; i < n; i++) {
        sink = (uint8_t)bytes[i];
    }
}

static void read_all(const struct skep_bytes *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        read_bytes(all[i].bytes, all[i].n);
    }
}

static bool is_refused(skep_status st, const struct skep_error *err)
{
    need(st == SKEP_OK || st == SKEP_EMPTY || st == SKEP_E_FULL || err->text[0] != '\0');
    return st != SKEP_OK;
}

/* Some cycles and a wait, as a slot goes through them. */
static void run_cycles(struct skep_conn *conn, struct skep_error *err)
{
    static struct skep_cycle_reply reply;
    static const struct skep_verdict done = {.kind = SKEP_DONE, .result = {"{}", 2}};
    struct skep_holder holder = {.conn = conn, .keys = keys, .worker = "w", .held_key = "h", .info_key = "i"};
    struct skep_cycle cycle = {.want = 10};
    struct skep_range_verdict told = {.back = -1, .n_done = 1, .hit = -1};
    skep_status st;

    for (int i = 0; i < 3; i++) {
        st = skep_holder_cycle(&holder, &cycle, &reply, err);
        if (is_refused(st, err)) {
            break;
        }
        need(reply.n_tasks <= cycle.want && holder.n_held <= SKEP_BATCH_MAX);
        read_all(reply.tasks, reply.n_tasks);
        read_bytes(reply.crash_info, strlen(reply.crash_info));
        cycle = (struct skep_cycle){.want = 5, .range_job = "j", .range_want = 9};
        if (holder.has_range) {
            need(holder.n_held == 1 && holder.range.lo < holder.range.hi);
            told.upto = holder.range.lo + 1;
            cycle.range = &told;
        } else if (reply.n_tasks > 0) {
            cycle.verdicts = &done;
            cycle.n_verdicts = 1;
            cycle.n_back = holder.n_held - 1;
        }
    }
    skep_error_clear(err);
    if (holder.is_pending) {
        st = skep_holder_cycle_again(&holder, &reply, err);
        (void)is_refused(st, err);
    } else if (!is_refused(skep_holder_wait_begin(&holder, 10, err), err)) {
        (void)is_refused(skep_holder_wait_look(&holder, err), err);
    }
}

static void run_register(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_holder holder;

    (void)is_refused(skep_holder_init(&holder, conn, "q", err), err);
}

/* A beat, and what an agent does with the answer. */
static void run_beat(struct skep_conn *conn, struct skep_error *err)
{
    static const char *const workers[] = {"w1", "w2"};
    struct skep_observer *observer;
    struct skep_reply *reply;
    struct skep_beat beat;
    const char *worker;
    int64_t counter;

    if (is_refused(skep_beat_send(conn, &keys, workers, 2, err), err) ||
        is_refused(skep_conn_reply(conn, -1, &reply, err), err) ||
        is_refused(skep_beat_read(conn, reply, &beat, err), err)) {
        return;
    }
    need(skep_observer_new(5000, 3000, &observer, NULL) == SKEP_OK);
    for (size_t i = 0; i < beat.fenced->n; i++) {
        read_bytes(beat.fenced->items[i].bytes, beat.fenced->items[i].length);
    }
    skep_observer_begin(observer, 1);
    for (size_t i = 0; i + 1 < beat.workers->n; i += 2) {
        const struct skep_reply *name = &beat.workers->items[i];
        read_bytes(name->bytes, name->length);
        need(skep_observer_see(observer, name->bytes, name->length, skep_beat_counter(name + 1)) == SKEP_OK);
    }
    skep_observer_end(observer);
    need(!skep_observer_next_dead(observer, &worker, &counter));
    skep_observer_free(observer);
}

static void run_reap(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_death death = {.worker = "w", .observed = -1, .running = 3, .info = "signal=11"};
    struct skep_bytes record;
    int64_t moved;

    if (!is_refused(skep_peek_running(conn, &keys, "w", 3, &record, err), err)) {
        read_bytes(record.bytes, record.n);
    }
    skep_error_clear(err);
    (void)is_refused(skep_reap(conn, &keys, &death, &moved, err), err);
}

static void run_status(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_queue_status status;
    struct skep_bytes *infos;

    if (is_refused(skep_queue_status_read(conn, &keys, &status, err), err)) {
        need(status.slots == NULL);
        return;
    }
    sink = (uint8_t)skep_queue_audit(&status);
    infos = skep_calloc(status.n_slots + 1, sizeof *infos);
    for (size_t i = 0; i < status.n_slots; i++) {
        read_bytes(status.slots[i].worker, strlen(status.slots[i].worker));
    }
    if (!is_refused(skep_queue_infos_read(conn, &keys, &status, infos, err), err)) {
        read_all(infos, status.n_slots);
    }
    skep_free(infos);
    skep_queue_status_release(&status);
}

static void run_dead(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_bytes letters[4];
    int64_t matched;
    size_t n;

    if (!is_refused(skep_dead_read(conn, &keys, 0, 4, letters, &n, err), err)) {
        need(n <= 4);
        read_all(letters, n);
    }
    skep_error_clear(err);
    if (skep_conn_is_open(conn)) {
        (void)is_refused(skep_dead_sift(conn, &keys, true, " id=x ", &matched, err), err);
    }
}

static void run_queues(struct skep_conn *conn, struct skep_error *err)
{
    const char *names[4];
    size_t n;

    if (!is_refused(skep_queues_read(conn, names, 4, &n, err), err)) {
        need(n <= 4);
        for (size_t i = 0; i < n; i++) {
            read_bytes(names[i], strlen(names[i]));
        }
    }
}

static void run_put(struct skep_conn *conn, struct skep_error *err)
{
    static const struct skep_bytes records[] = {{"{}", 2}, {"[]", 2}};
    struct skep_put put;
    skep_status st = SKEP_OK;

    need(skep_put_init(&put, conn, "q", "job", NULL) == SKEP_OK);
    if (is_refused(skep_put_resume(&put, err), err)) {
        return;
    }
    for (int i = 0; i < SKEP_PUT_WINDOW + 2 && st == SKEP_OK; i++) {
        st = skep_put_send(&put, records, 2, err);
        (void)is_refused(st, err);
    }
    skep_error_clear(err);
    if (skep_conn_is_open(conn)) {
        (void)is_refused(skep_put_drain(&put, err), err);
    }
}

static void run_collect(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_collector collector;
    struct skep_bytes results[4];
    size_t n;

    need(skep_collector_init(&collector, conn, "q", NULL) == SKEP_OK);
    if (is_refused(skep_collect(&collector, 0, 4, results, &n, err), err)) {
        return;
    }
    need(n <= 4);
    read_all(results, n);
    if (!is_refused(skep_collect(&collector, n, 4, results, &n, err), err)) {
        read_all(results, n);
    }
    skep_error_clear(err);
    if (!is_refused(skep_collect_wait(&collector, 5, err), err)) {
        (void)is_refused(skep_collect_leave(&collector, 0, err), err);
    }
}

static void run_jobs(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_job job, *jobs;
    size_t n;

    if (!is_refused(skep_job_read(conn, &keys, "job", &job, err), err)) {
        sink = (uint8_t)skep_job_state(&job)[0];
    }
    skep_error_clear(err);
    if (skep_conn_is_open(conn) && !is_refused(skep_job_list(conn, &keys, &jobs, &n, err), err)) {
        for (size_t i = 0; i < n; i++) {
            need(strlen(jobs[i].name) < sizeof jobs[i].name);
            sink = (uint8_t)skep_job_state(&jobs[i])[0];
        }
        skep_free(jobs);
    }
    skep_error_clear(err);
    if (skep_conn_is_open(conn)) {
        (void)is_refused(skep_job_forget(conn, &keys, "job", false, err), err);
    }
}

static void run_cancel(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_cancel_query tasks[] = {{.job = "a", .id = "1"}, {.job = "a", .id = "2"}, {.id = "3"}};
    const char *const names[] = {"a"};
    int64_t n;

    (void)is_refused(skep_cancel_check(conn, &keys, tasks, 3, err), err);
    skep_error_clear(err);
    if (skep_conn_is_open(conn)) {
        (void)is_refused(skep_cancel_put(conn, &keys, SKEP_CANCEL_JOB, names, 1, &n, err), err);
    }
}

static void run_range(struct skep_conn *conn, struct skep_error *err)
{
    static const struct skep_range all = {0, 9};
    static const struct skep_range_put put = {.job = "j", .spec = "{}", .spec_n = 2, .n = 9};
    struct skep_range_end end;
    const char *spec;
    int64_t n_put;
    size_t n;

    (void)is_refused(skep_range_put(conn, &keys, &put, 0, &all, 1, &n_put, err), err);
    skep_error_clear(err);
    if (skep_conn_is_open(conn) && !is_refused(skep_range_spec(conn, &keys, "j", &spec, &n, err), err) &&
        spec != NULL) {
        read_bytes(spec, n);
    }
    skep_error_clear(err);
    if (skep_conn_is_open(conn) && !is_refused(skep_range_read_end(conn, &keys, "j", &end, err), err) &&
        end.value != NULL) {
        read_bytes(end.value, end.value_n);
    }
}

static void run_gather(struct skep_conn *conn, struct skep_error *err)
{
    static struct skep_bytes taken[SKEP_ACKS_WANT];
    char(*names)[SKEP_RANGE_JOB_BYTES];
    struct skep_acks acks;
    size_t n;

    need(skep_acks_init(&acks, conn, "q", "j", NULL) == SKEP_OK);
    for (int i = 0; i < 2 && !is_refused(skep_acks_read(&acks, acks.n_taken, taken, &n, err), err); i++) {
        need(n <= SKEP_ACKS_WANT && acks.want >= 1 && acks.want <= SKEP_ACKS_WANT);
        read_all(taken, n);
    }
    skep_error_clear(err);
    if (skep_conn_is_open(conn)) {
        (void)is_refused(skep_range_finish(conn, &keys, "j", "1", 1, err), err);
        skep_error_clear(err);
    }
    if (skep_conn_is_open(conn) && !is_refused(skep_range_list_gather(conn, &keys, &names, &n, err), err)) {
        for (size_t i = 0; i < n; i++) {
            need(skep_range_job_is_valid(names[i]));
        }
        skep_free(names);
    }
}

static void see_field(void *context, const char *field, int64_t value)
{
    (void)context;
    read_bytes(field, strlen(field));
    sink = (uint8_t)value;
}

static void run_account(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_account_slow slowest[SKEP_ACCOUNT_SLOWEST];
    size_t n;

    (void)is_refused(skep_account_read(conn, &keys, "job", see_field, NULL, err), err);
    skep_error_clear(err);
    if (skep_conn_is_open(conn) &&
        !is_refused(skep_account_read_slowest(conn, &keys, "job", slowest, &n, err), err)) {
        need(n <= SKEP_ACCOUNT_SLOWEST);
        for (size_t i = 0; i < n; i++) {
            read_bytes(slowest[i].what, strlen(slowest[i].what));
        }
    }
}

static void run_rights(struct skep_conn *conn, struct skep_error *err)
{
    (void)is_refused(skep_rights_check(conn, &keys, SKEP_ROLE_OPERATOR, err), err);
}

typedef void (*verb_run)(struct skep_conn *conn, struct skep_error *err);
static const verb_run verbs[] = {run_cycles, run_register, run_beat,  run_reap,   run_status,
                                 run_dead,   run_queues,   run_put,   run_jobs,   run_collect,
                                 run_cancel, run_rights,   run_range, run_gather, run_account};
enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_conn_options options = {.read_timeout_ms = 1000};
    struct skep_conn *conn;
    struct skep_error err = {0};

    if (size < 2) {
        return 0;
    }
    if (server.fd == 0) {
        server.fd = eventfd(1, EFD_CLOEXEC);
        need(skep_keys_init(&keys, "q", NULL) == SKEP_OK);
    }
    server.bytes = data + 2;
    server.n = size - 2;
    server.at = 0;
    server.piece = (size_t)data[1] + 1;
    server.n_connects = 0;
    need(skep_url_parse("redis://example", &options.url, NULL) == SKEP_OK);
    need(skep_conn_new(&options, &conn, NULL) == SKEP_OK);
    need(skep_conn_connect(conn, NULL) == SKEP_OK);
    verbs[(uint8_t)(data[0] - 'a') % N_VERBS](conn, &err);
    skep_conn_free(conn);
    return 0;
}
