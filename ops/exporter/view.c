/* SPDX-License-Identifier: MIT */
/* The part of the page that is about everything: server, totals, a row for each queue. */
#include "view.h"

#include <math.h>

#include "crew.h"
#include "health.h"
#include "monitor/rates.h"
#include "task/json.h"
#include "task/json_member.h"
#include "view_parts.h"

enum { VIEW_VERSION = 1 };

/* What is shown of a queue, and what these add up to. */
struct view_numbers {
    int64_t waiting, left, held, delayed, suspect, dead, results;
    struct skep_export_rates rates;
    double eta_s;
    int64_t oldest_ms, cycle_age_ms; /* -1: none */
    int64_t hosts, workers, slots, busy;
    double memory_bytes;
    int64_t done, failed;
};

static void view_take(const struct skep_export_queue *queue, struct view_numbers *numbers_out)
{
    const struct skep_overview *o = queue->overview;
    struct skep_export_sums sums;

    skep_export_sums_take(o, &sums);
    *numbers_out = (struct view_numbers){
        .waiting = o->status.n_waiting,
        .left = o->n_left,
        .held = o->status.n_held,
        .delayed = o->status.n_delayed,
        .suspect = o->status.n_suspect,
        .dead = o->status.n_dead,
        .results = o->status.n_results,
        .rates = skep_export_history_rates(&queue->history, &sums),
        .oldest_ms = o->oldest_ms,
        .cycle_age_ms = o->cycle_age_ms,
        .hosts = (int64_t)o->n_hosts,
        .workers = (int64_t)o->n_workers,
        .slots = (int64_t)o->n_slots,
        .busy = (int64_t)o->n_busy,
        .done = o->status.stat.done,
        .failed = sums.n_failed,
    };
    numbers_out->eta_s = skep_rates_eta(o->n_left, o->status.n_held, numbers_out->rates.out_per_s);
    for (size_t i = 0; i < o->n_slots; i++) {
        int64_t bytes = o->slots[i].has_info ? skep_info_memory_bytes(&o->slots[i].info) : 0;
        numbers_out->memory_bytes += bytes > 0 ? (double)bytes : 0;
    }
}

static double view_sum(double a, double b)
{
    return isnan(b) ? a : isnan(a) ? b : a + b;
}

static int64_t view_least(int64_t a, int64_t b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void view_add(struct view_numbers *total, const struct view_numbers *numbers)
{
    total->waiting += numbers->waiting;
    total->left += numbers->left;
    total->held += numbers->held;
    total->delayed += numbers->delayed;
    total->suspect += numbers->suspect;
    total->dead += numbers->dead;
    total->results += numbers->results;
    total->rates.in_per_s = view_sum(total->rates.in_per_s, numbers->rates.in_per_s);
    total->rates.out_per_s = view_sum(total->rates.out_per_s, numbers->rates.out_per_s);
    total->rates.failed_per_s = view_sum(total->rates.failed_per_s, numbers->rates.failed_per_s);
    total->oldest_ms = numbers->oldest_ms > total->oldest_ms ? numbers->oldest_ms : total->oldest_ms;
    total->cycle_age_ms = view_least(total->cycle_age_ms, numbers->cycle_age_ms);
    total->done += numbers->done;
    total->failed += numbers->failed;
}

static void view_write_numbers(struct skep_buf *buf, const struct view_numbers *numbers)
{
    skep_json_member_i64(buf, "waiting", numbers->waiting);
    skep_json_member_i64(buf, "left", numbers->left);
    skep_json_member_i64(buf, "held", numbers->held);
    skep_json_member_i64(buf, "delayed", numbers->delayed);
    skep_json_member_i64(buf, "suspect", numbers->suspect);
    skep_json_member_i64(buf, "dead", numbers->dead);
    skep_json_member_i64(buf, "results", numbers->results);
    skep_export_view_f64(buf, "in_per_s", numbers->rates.in_per_s);
    skep_export_view_f64(buf, "out_per_s", numbers->rates.out_per_s);
    skep_export_view_f64(buf, "failed_per_s", numbers->rates.failed_per_s);
    skep_export_view_f64(buf, "eta_s", numbers->eta_s);
    skep_export_view_age(buf, "oldest_s", numbers->oldest_ms);
    skep_export_view_age(buf, "cycle_age_s", numbers->cycle_age_ms);
    skep_json_member_i64(buf, "hosts", numbers->hosts);
    skep_json_member_i64(buf, "workers", numbers->workers);
    skep_json_member_i64(buf, "slots", numbers->slots);
    skep_json_member_i64(buf, "busy", numbers->busy);
    skep_export_view_f64(buf, "memory_bytes", numbers->memory_bytes);
    skep_json_member_i64(buf, "done_total", numbers->done);
    skep_json_member_i64(buf, "failed_total", numbers->failed);
}

static void view_write_findings(struct skep_buf *buf, const struct skep_finding *findings, size_t n)
{
    skep_json_add_key(buf, "findings");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < n; i++) {
        skep_export_view_next(buf);
        skep_buf_add_char(buf, '{');
        skep_finding_write(buf, &findings[i]);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

/* ---- the server ---- */

static void view_write_known(struct skep_buf *buf, const char *name, enum skep_server_known known)
{
    if (known == SKEP_SERVER_UNKNOWN) {
        skep_json_member_null(buf, name);
    } else {
        skep_json_member_bool(buf, name, known == SKEP_SERVER_YES);
    }
}

static void view_write_facts(struct skep_buf *buf, const struct skep_server_facts *facts)
{
    char text[SKEP_SERVER_VERSION_BYTES];
    const char *version = skep_server_version_text(facts->version, text);

    skep_json_member_text(buf, "version", facts->version > 0 ? version : NULL);
    view_write_known(buf, "replica",
                     facts->has_info ? (enum skep_server_known)facts->is_replica : SKEP_SERVER_UNKNOWN);
    view_write_known(buf, "aof", facts->has_aof);
    view_write_known(buf, "snapshots", facts->has_snapshots);
    skep_json_member_text(buf, "fsync", facts->fsync[0] != '\0' ? facts->fsync : NULL);
    skep_json_member_text(buf, "eviction", facts->eviction[0] != '\0' ? facts->eviction : NULL);
    skep_export_view_f64(buf, "used_bytes", facts->has_info ? (double)facts->used_bytes : NAN);
    skep_export_view_f64(buf, "max_bytes", facts->has_info ? (double)facts->max_bytes : NAN);
    skep_export_view_f64(buf, "clients", facts->has_info ? (double)facts->n_clients : NAN);
    skep_export_view_f64(buf, "max_clients", facts->has_info ? (double)facts->max_clients : NAN);
    skep_export_view_f64(buf, "apart_s", (double)facts->apart_ms / 1e3);
}

static void view_write_server(struct skep_buf *buf, const struct skep_export_state *state, int64_t now_ms)
{
    static const struct skep_server_facts nothing = {.has_aof = SKEP_SERVER_UNKNOWN,
                                                     .has_snapshots = SKEP_SERVER_UNKNOWN};

    skep_json_add_key(buf, "server");
    skep_buf_add_char(buf, '{');
    skep_json_member_bool(buf, "up", state->is_up && skep_export_is_fresh(state, now_ms));
    skep_export_view_age(buf, "read_age_s", state->read_ms >= 0 ? now_ms - state->read_ms : -1);
    skep_export_view_f64(buf, "read_s", state->read_ms >= 0 ? (double)state->read_ns / 1e9 : NAN);
    skep_json_member_text(buf, "error", state->error[0] != '\0' ? state->error : NULL);
    skep_json_member_text(buf, "address", state->address);
    view_write_facts(buf, state->has_facts ? &state->facts : &nothing);
    view_write_findings(buf, state->findings, state->n_findings);
    skep_buf_add_char(buf, '}');
}

/* ---- the queues ---- */

static const char *view_state(const struct skep_export_state *state, const struct skep_export_queue *queue,
                              int64_t now_ms)
{
    const char *ailment = skep_export_queue_ailment(state, queue, now_ms);
    const struct skep_queue_status *status;

    if (queue->overview == NULL) {
        return "unread";
    }
    status = &queue->overview->status;
    if (ailment != NULL || status->is_paused) {
        return ailment != NULL ? ailment : "paused";
    }
    return skep_rates_records(status) > 0 || status->n_held > 0 ? "running" : "idle";
}

/* Numbers of a queue that was never read are not made up. */
static void view_write_row(struct skep_buf *buf, const struct skep_export_state *state,
                           const struct skep_export_queue *queue, struct view_numbers *total, int64_t now_ms)
{
    struct view_numbers numbers;

    skep_export_view_next(buf);
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "name", queue->name);
    skep_json_member_text(buf, "state", view_state(state, queue, now_ms));
    skep_export_view_age(buf, "read_age_s", queue->overview != NULL ? now_ms - queue->read_ms : -1);
    if (queue->overview != NULL) {
        view_take(queue, &numbers);
        view_add(total, &numbers);
        view_write_numbers(buf, &numbers);
    }
    view_write_findings(buf, queue->findings, queue->n_findings);
    skep_buf_add_char(buf, '}');
}

/* A slot that serves two queues is one process. */
static void view_add_crew(struct view_numbers *total, const struct skep_export_state *state, int64_t now_ms)
{
    struct skep_export_crew crew;

    (void)skep_export_crew_count(state, now_ms, &crew);
    total->hosts = crew.hosts;
    total->workers = crew.workers;
    total->slots = crew.slots;
    total->busy = crew.busy;
    total->memory_bytes = crew.memory_bytes;
}

static void view_write_all(struct skep_buf *buf, const struct skep_export_state *state, int64_t now_ms)
{
    struct view_numbers total = {
        .rates = {NAN, NAN, NAN}, .oldest_ms = -1, .cycle_age_ms = -1, .memory_bytes = 0};

    skep_json_add_key(buf, "queues");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < state->n_queues; i++) {
        view_write_row(buf, state, state->queues[i], &total, now_ms);
    }
    skep_buf_add_char(buf, ']');
    view_add_crew(&total, state, now_ms);
    total.eta_s = skep_rates_eta(total.left, total.held, total.rates.out_per_s);
    skep_json_add_key(buf, "totals");
    skep_buf_add_char(buf, '{');
    view_write_numbers(buf, &total);
    skep_buf_add_char(buf, '}');
}

void skep_export_view_write(struct skep_buf *buf, const struct skep_export_state *state, const char *queue,
                            int64_t now_ms)
{
    const struct skep_export_queue *detail = queue != NULL ? skep_export_state_find(state, queue) : NULL;

    skep_buf_add_char(buf, '{');
    skep_json_member_i64(buf, "version", VIEW_VERSION);
    skep_json_member_text(buf, "skep", SKEP_VERSION);
    skep_json_member_i64(buf, "at_ms", state->wall_ms);
    skep_export_view_age(buf, "uptime_s", now_ms - state->started_ms);
    skep_export_view_age(buf, "interval_s", state->period_ms);
    skep_json_add_key(buf, "health");
    skep_export_health_write(buf, state, now_ms);
    view_write_server(buf, state, now_ms);
    skep_json_member_i64(buf, "n_queues", (int64_t)state->n_known);
    skep_json_member_i64(buf, "n_left_out", (int64_t)(state->n_known - state->n_queues));
    view_write_all(buf, state, now_ms);
    skep_export_view_history(buf, &state->history);
    if (queue != NULL) {
        skep_json_add_key(buf, "queue");
        if (detail != NULL && detail->overview != NULL) {
            skep_export_view_write_queue(buf, detail);
        } else {
            skep_buf_add_text(buf, "null");
        }
    }
    skep_buf_add_char(buf, '}');
}
