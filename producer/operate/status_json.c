/* SPDX-License-Identifier: MIT */
#include "producer/operate/status_json.h"

#include <math.h>

#include "monitor/motion.h"
#include "producer/operate/job_view.h"
#include "task/json.h"
#include "task/json_member.h"

enum { STATUS_INFO_ARENA = 1024 * 1024 };

static void status_json_seconds(struct skep_buf *buf, const char *name, int64_t ms)
{
    skep_json_member_f64(buf, name, ms >= 0 ? (double)ms / 1000 : NAN);
}

/* ---- parts ---- */

static void status_json_numbers(struct skep_buf *buf, const struct skep_queue_status *status)
{
    skep_json_member_i64(buf, "now_ms", status->now_ms);
    skep_json_member_i64(buf, "waiting", status->n_waiting);
    skep_json_member_i64(buf, "held", status->n_held);
    skep_json_member_i64(buf, "delayed", status->n_delayed);
    skep_json_member_i64(buf, "suspect", status->n_suspect);
    skep_json_member_i64(buf, "dead", status->n_dead);
    skep_json_member_i64(buf, "results", status->n_results);
    skep_json_member_bool(buf, "paused", status->is_paused);
    skep_json_member_i64(buf, "max_depth", status->max_depth);
    skep_json_member_i64(buf, "max_results", status->max_results);
    skep_json_member_i64(buf, "max_dead", status->max_dead);
    skep_json_add_key(buf, "stat");
    skep_buf_add_char(buf, '{');
#define STATUS_STAT(name, help) skep_json_member_i64(buf, #name, status->stat.name);
    SKEP_STAT_MAP(STATUS_STAT)
#undef STATUS_STAT
    skep_buf_add_char(buf, '}');
}

static void status_json_pace(struct skep_buf *buf, const struct skep_overview *overview)
{
    skep_json_member_i64(buf, "left", overview->n_left);
    skep_json_member_f64(buf, "in_per_s", overview->in_per_s);
    skep_json_member_f64(buf, "out_per_s", overview->out_per_s);
    skep_json_member_f64(buf, "eta_s", overview->eta_s);
    status_json_seconds(buf, "oldest_s", overview->oldest_ms);
    skep_json_member_i64(buf, "slots", (int64_t)overview->n_slots);
    skep_json_member_i64(buf, "slots_busy", (int64_t)overview->n_busy);
    skep_json_member_i64(buf, "agents", (int64_t)overview->n_workers);
    skep_json_member_i64(buf, "hosts", (int64_t)overview->n_hosts);
}

static void status_json_findings(struct skep_buf *buf, const struct skep_status_look *look)
{
    skep_json_add_key(buf, "findings");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < look->n_findings; i++) {
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        skep_finding_write(buf, &look->findings[i]);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

/* What a worker says of itself goes in when it is JSON. */
static void status_json_info(struct skep_buf *buf, const struct skep_bytes *told)
{
    const struct skep_node *node;
    struct skep_arena arena;

    skep_arena_init(&arena, STATUS_INFO_ARENA);
    if (told->n > 0 && skep_json_parse(told->bytes, told->n, NULL, &arena, &node, NULL) == SKEP_OK) {
        skep_json_add_key(buf, "info");
        skep_json_add_node(buf, node);
    }
    skep_arena_release(&arena);
}

static void status_json_workers(struct skep_buf *buf, const struct skep_overview *overview)
{
    skep_json_add_key(buf, "workers");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        skep_json_member_text(buf, "worker", slot->status->worker);
        skep_json_member_i64(buf, "beat", slot->status->beat);
        skep_json_member_i64(buf, "held", slot->status->n_held);
        skep_json_member_i64(buf, "cycles", slot->status->n_cycles);
        status_json_seconds(buf, "last_cycle_s", skep_motion_cycle_at_most(overview, slot));
        skep_json_member_bool(buf, "silent", slot->is_silent);
        status_json_info(buf, &slot->told);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

static void status_json_jobs(struct skep_buf *buf, const struct skep_overview *overview)
{
    bool is_first = true;

    skep_json_add_key(buf, "jobs");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < overview->n_jobs; i++) {
        if (skep_status_job_is_open(&overview->jobs[i])) {
            skep_buf_add_text(buf, is_first ? "" : ",");
            skep_job_write_json(buf, overview->keys.name, &overview->jobs[i]);
            is_first = false;
        }
    }
    skep_buf_add_char(buf, ']');
}

void skep_status_write_json(struct skep_buf *buf, const struct skep_status_look *look)
{
    const struct skep_overview *overview = look->overview;

    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "queue", overview->keys.name);
    skep_json_member_text(buf, "state", skep_status_look_state(look));
    status_json_numbers(buf, &overview->status);
    status_json_pace(buf, overview);
    status_json_findings(buf, look);
    status_json_workers(buf, overview);
    status_json_jobs(buf, overview);
    skep_buf_add_char(buf, '}');
}
