/* SPDX-License-Identifier: MIT */
#include "producer/operate/status_view.h"

#include <inttypes.h>
#include <string.h>

#include "producer/operate/job_view.h"
#include "producer/cli/words.h"
#include "task/json.h"

enum { STATUS_INFO_ARENA = 1024 * 1024, STATUS_SHOWN_JOBS = 10, STATUS_JOB_NAME = 100 };

const char *skep_status_state(const struct skep_queue_status *status)
{
    int64_t n_to_do = status->n_waiting + status->n_delayed + status->n_suspect;

    if (status->is_paused) {
        return "paused";
    }
    if (status->max_results > 0 && status->n_results >= status->max_results) {
        return "results full";
    }
    if (status->n_slots == 0 && n_to_do > 0) {
        return "no workers";
    }
    return n_to_do + status->n_held > 0 ? "running" : "idle";
}

/* What can be done about a state; "" when nothing need be. */
static const char *status_advice(const struct skep_queue_status *status)
{
    if (status->is_paused) {
        return "workers take nothing; `skep resume` lets them";
    }
    if (status->max_results > 0 && status->n_results >= status->max_results) {
        return "workers take nothing until results are collected (`skep results`)";
    }
    if (status->n_slots == 0) {
        return "start `skep-worker` with this server and queue";
    }
    return "";
}

/* ---- as JSON ---- */

static void status_json_i64(struct skep_buf *buf, const char *name, int64_t number)
{
    skep_json_add_key(buf, name);
    skep_buf_add_i64(buf, number);
}

static void status_json_text(struct skep_buf *buf, const char *name, const char *text)
{
    skep_json_add_key(buf, name);
    skep_json_add_text(buf, text, strlen(text));
}

/* What a worker says of itself goes in when it is JSON. */
static void status_json_info(struct skep_buf *buf, const struct skep_bytes *info)
{
    const struct skep_node *node;
    struct skep_arena arena;

    skep_arena_init(&arena, STATUS_INFO_ARENA);
    if (info->n > 0 && skep_json_parse(info->bytes, info->n, NULL, &arena, &node, NULL) == SKEP_OK) {
        skep_json_add_key(buf, "info");
        skep_json_add_node(buf, node);
    }
    skep_arena_release(&arena);
}

void skep_status_write_json(struct skep_buf *buf, const char *queue, const struct skep_queue_status *status,
                            const struct skep_bytes *infos)
{
    skep_buf_add_char(buf, '{');
    status_json_text(buf, "queue", queue);
    status_json_text(buf, "state", skep_status_state(status));
    status_json_i64(buf, "now_ms", status->now_ms);
    status_json_i64(buf, "waiting", status->n_waiting);
    status_json_i64(buf, "held", status->n_held);
    status_json_i64(buf, "delayed", status->n_delayed);
    status_json_i64(buf, "suspect", status->n_suspect);
    status_json_i64(buf, "dead", status->n_dead);
    status_json_i64(buf, "results", status->n_results);
    skep_json_add_key(buf, "paused");
    skep_json_add_bool(buf, status->is_paused);
    status_json_i64(buf, "max_depth", status->max_depth);
    status_json_i64(buf, "max_results", status->max_results);
    status_json_i64(buf, "max_dead", status->max_dead);
    skep_json_add_key(buf, "stat");
    skep_buf_add_char(buf, '{');
#define STATUS_STAT(name, help) status_json_i64(buf, #name, status->stat.name);
    SKEP_STAT_MAP(STATUS_STAT)
#undef STATUS_STAT
    skep_buf_add_char(buf, '}');
    skep_json_add_key(buf, "workers");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < status->n_slots; i++) {
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        status_json_text(buf, "worker", status->slots[i].worker);
        status_json_i64(buf, "beat", status->slots[i].beat);
        status_json_i64(buf, "held", status->slots[i].n_held);
        status_json_info(buf, &infos[i]);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_text(buf, "]}");
}

/* ---- for people ---- */

static void status_write_row(struct skep_buf *buf, const char *name, int64_t number, const char *help)
{
    char text[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "  %-9s %14s   %s\n", name, skep_words_number(number, text), help);
}

static void status_write_limit(struct skep_buf *buf, const char *what, int64_t most)
{
    char text[SKEP_WORDS_BYTES];

    if (most > 0) {
        skep_buf_printf(buf, "  limit: %s %s\n", skep_words_number(most, text), what);
    }
}

static const struct skep_node *status_info_get(const struct skep_node *info, const char *name,
                                               enum skep_node_kind kind)
{
    const struct skep_node *node = skep_node_get(info, name);

    return node != NULL && node->kind == kind ? node : NULL;
}

/* One slot: what the server knows of it, then what it says of itself. */
static void status_write_slot(struct skep_buf *buf, const struct skep_slot_status *slot,
                              const struct skep_bytes *info)
{
    char held[SKEP_WORDS_BYTES], number[SKEP_WORDS_BYTES];
    const struct skep_node *root = NULL, *node;
    struct skep_arena arena;

    skep_arena_init(&arena, STATUS_INFO_ARENA);
    if (info->n == 0 || skep_json_parse(info->bytes, info->n, NULL, &arena, &root, NULL) != SKEP_OK) {
        root = NULL;
    }
    skep_buf_add_text(buf, "  ");
    skep_words_add_harmless(buf, slot->worker, strlen(slot->worker), SKEP_WORKER_NAME_BYTES);
    skep_buf_printf(buf, "  holds %s", skep_words_number(slot->n_held, held));
    if ((node = status_info_get(root, "slot", SKEP_NODE_INT)) != NULL) {
        skep_buf_printf(buf, ", slot %" PRId64, node->i64);
    }
    if ((node = status_info_get(root, "busy", SKEP_NODE_BOOL)) != NULL) {
        skep_buf_printf(buf, ", %s", node->boolean ? "busy" : "idle");
    }
    if ((node = status_info_get(root, "tasks", SKEP_NODE_INT)) != NULL) {
        skep_buf_printf(buf, ", %s tasks run", skep_words_number(node->i64, number));
    }
    if ((node = status_info_get(root, "rss_bytes", SKEP_NODE_INT)) != NULL && node->i64 >= 0) {
        skep_buf_printf(buf, ", %s", skep_words_bytes((uint64_t)node->i64, number));
    }
    if ((node = status_info_get(root, "version", SKEP_NODE_TEXT)) != NULL) {
        skep_buf_add_text(buf, ", skep ");
        skep_words_add_harmless(buf, node->text, node->length, 32);
    }
    skep_buf_add_char(buf, '\n');
    skep_arena_release(&arena);
}

void skep_status_write_text(struct skep_buf *buf, const char *queue, const struct skep_queue_status *status,
                            const struct skep_bytes *infos)
{
    const char *state = skep_status_state(status);
    const char *advice = status_advice(status);

    skep_buf_printf(buf, "queue %s: %s%s%s\n", queue, state, advice[0] != '\0' ? "; " : "", advice);
    status_write_row(buf, "waiting", status->n_waiting, "tasks that nobody has taken yet");
    status_write_row(buf, "held", status->n_held, "taken by workers");
    status_write_row(buf, "delayed", status->n_delayed, "due later: failed once, or not to start yet");
    status_write_row(buf, "suspect", status->n_suspect, "crashed twice: each is run alone");
    status_write_row(buf, "dead", status->n_dead, "failed for good (skep dead ls)");
    status_write_row(buf, "results", status->n_results, "to be collected (skep results)");
    status_write_row(buf, "done", status->stat.done, "succeeded since ever");
    status_write_limit(buf, "tasks may wait", status->max_depth);
    status_write_limit(buf, "results may wait", status->max_results);
    if (status->stat.dead_dropped > 0) {
        status_write_row(buf, "dropped", status->stat.dead_dropped,
                         "dead letters beyond the limit, the oldest (skep limits)");
    }
    skep_buf_printf(buf, "%zu slot%s\n", status->n_slots, skep_words_plural(status->n_slots));
    for (size_t i = 0; i < status->n_slots; i++) {
        status_write_slot(buf, &status->slots[i], &infos[i]);
    }
}

/* ---- jobs ---- */

/* Why nothing moves, where it is a job's outputs. */
static const char *status_job_waits(const struct skep_job *job)
{
    if (skep_job_is_over(job)) {
        return "; its arrays wait for a gatherer";
    }
    return job->is_held_up
               ? "; held up, and what is behind it: its values wait for a gatherer (`skep resume`, or "
                 "a worker that sees its arrays)"
               : "";
}

static bool status_job_is_open(const struct skep_job *job)
{
    return job->is_announced && (!skep_job_is_over(job) || job->is_gathering);
}

void skep_status_write_jobs(struct skep_buf *buf, const struct skep_job *jobs, size_t n)
{
    char left[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES];
    size_t n_open = 0;

    for (size_t i = 0; i < n; i++) {
        const struct skep_job *job = &jobs[i];
        if (!status_job_is_open(job) || n_open++ >= STATUS_SHOWN_JOBS) {
            continue;
        }
        skep_buf_add_text(buf, "  job ");
        skep_words_add_harmless(buf, job->name, strlen(job->name), STATUS_JOB_NAME);
        skep_buf_printf(buf, ": %s of %s tasks left%s\n",
                        skep_words_number(skep_job_total(job) - skep_job_over(job), left),
                        skep_words_number(skep_job_total(job), total), status_job_waits(job));
    }
    if (n_open > STATUS_SHOWN_JOBS) {
        skep_buf_printf(buf, "  and %zu more jobs (skep job ls)\n", n_open - STATUS_SHOWN_JOBS);
    }
}

void skep_status_write_jobs_json(struct skep_buf *buf, const char *queue, const struct skep_job *jobs,
                                 size_t n)
{
    bool is_first = true;

    if (skep_buf_failed(buf) || buf->length == 0) {
        return;
    }
    buf->length--;
    skep_json_add_key(buf, "jobs");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < n; i++) {
        if (status_job_is_open(&jobs[i])) {
            skep_buf_add_text(buf, is_first ? "" : ",");
            skep_job_write_json(buf, queue, &jobs[i]);
            is_first = false;
        }
    }
    skep_buf_add_text(buf, "]}");
}

/* ---- a line of a table ---- */

void skep_status_write_head(struct skep_buf *buf)
{
    skep_buf_printf(buf, "%-24s %11s %7s %8s %8s %7s %11s %6s  %s\n", "QUEUE", "WAITING", "HELD", "DELAYED",
                    "SUSPECT", "DEAD", "RESULTS", "SLOTS", "STATE");
}

void skep_status_write_line(struct skep_buf *buf, const char *queue, const struct skep_queue_status *status)
{
    skep_buf_printf(buf,
                    "%-24s %11" PRId64 " %7" PRId64 " %8" PRId64 " %8" PRId64 " %7" PRId64 " %11" PRId64
                    " %6zu  %s\n",
                    queue, status->n_waiting, status->n_held, status->n_delayed, status->n_suspect,
                    status->n_dead, status->n_results, status->n_slots, skep_status_state(status));
}
