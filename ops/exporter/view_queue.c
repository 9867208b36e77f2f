/* SPDX-License-Identifier: MIT */
/* The part of the page that is about one queue: what it computes, for whom, and who does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "task/json.h"
#include "task/json_member.h"
#include "view.h"
#include "view_parts.h"

static void view_begin_array(struct skep_buf *buf, const char *name)
{
    skep_json_add_key(buf, name);
    skep_buf_add_char(buf, '[');
}

static void view_begin_item(struct skep_buf *buf)
{
    skep_export_view_next(buf);
    skep_buf_add_char(buf, '{');
}

/* ---- what was counted ---- */

static void view_write_stat(struct skep_buf *buf, const struct skep_stat *stat)
{
    skep_json_add_key(buf, "stat");
    skep_buf_add_char(buf, '{');
#define VIEW_STAT(name, help) skep_json_member_i64(buf, #name, stat->name);
    SKEP_STAT_MAP(VIEW_STAT)
#undef VIEW_STAT
    skep_buf_add_char(buf, '}');
}

struct view_kernel {
    const struct skep_overview_kernel *is;
};

static int view_compare_kernels(const void *a, const void *b)
{
    const struct skep_overview_kernel *one = ((const struct view_kernel *)a)->is;
    const struct skep_overview_kernel *other = ((const struct view_kernel *)b)->is;

    return one->ns != other->ns ? (one->ns < other->ns) - (one->ns > other->ns)
                                : strcmp(one->name, other->name);
}

static void view_write_kernels(struct skep_buf *buf, const struct skep_overview_account *account)
{
    struct view_kernel kernels[SKEP_OVERVIEW_KERNELS];

    for (size_t i = 0; i < account->n_kernels; i++) {
        kernels[i].is = &account->kernels[i];
    }
    qsort(kernels, account->n_kernels, sizeof kernels[0], view_compare_kernels);
    view_begin_array(buf, "kernels");
    for (size_t i = 0; i < account->n_kernels; i++) {
        const struct skep_overview_kernel *kernel = kernels[i].is;
        double n = (double)(kernel->n_done + kernel->n_failed);
        view_begin_item(buf);
        skep_json_member_text(buf, "kernel", kernel->name);
        skep_json_member_i64(buf, "done", kernel->n_done);
        skep_json_member_i64(buf, "failed", kernel->n_failed);
        skep_export_view_f64(buf, "mean_s", n > 0 ? (double)kernel->ns / 1e9 / n : NAN);
        skep_export_view_quantiles(buf, kernel->buckets);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

static void view_write_causes(struct skep_buf *buf, const struct skep_export_queue *queue)
{
    const struct skep_overview_account *account = &queue->overview->account;

    view_begin_array(buf, "causes");
    for (size_t i = 0; i < account->n_causes; i++) {
        view_begin_item(buf);
        skep_json_member_text(buf, "cause", account->causes[i].word);
        skep_json_member_i64(buf, "n", account->causes[i].n);
        skep_json_member_i64(buf, "recent", skep_export_queue_recent(queue, &account->causes[i]));
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
    view_begin_array(buf, "errors");
    for (size_t i = 0; i < account->n_errors; i++) {
        view_begin_item(buf);
        skep_json_member_text(buf, "error", account->errors[i].word);
        skep_json_member_i64(buf, "n", account->errors[i].n);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

static void view_write_cycles(struct skep_buf *buf, const struct skep_overview_account *account)
{
    skep_json_add_key(buf, "cycles");
    skep_buf_add_char(buf, '{');
    skep_json_member_i64(buf, "n", account->cycles);
    skep_export_view_f64(buf, "mean_s",
                         account->cycles > 0 ? (double)account->cycles_ns / 1e9 / (double)account->cycles
                                             : NAN);
    skep_export_view_quantiles(buf, account->cycle_buckets);
    skep_buf_add_char(buf, '}');
    skep_export_view_f64(buf, "batch_mean",
                         account->batches > 0 ? (double)account->batch_tasks / (double)account->batches
                                              : NAN);
}

/* ---- for whom ---- */

static void view_write_jobs(struct skep_buf *buf, const struct skep_overview *overview)
{
    skep_json_member_i64(buf, "n_jobs", (int64_t)overview->n_jobs);
    view_begin_array(buf, "jobs");
    for (size_t i = 0; i < overview->n_jobs && i < SKEP_EXPORT_VIEW_JOBS; i++) {
        const struct skep_job *job = &overview->jobs[i];
        view_begin_item(buf);
        skep_json_member_text(buf, "job", job->name);
        skep_json_member_text(buf, "state", skep_job_state(job));
        skep_json_member_i64(buf, "total", skep_job_total(job));
        skep_json_member_i64(buf, "over", skep_job_over(job));
        skep_json_member_i64(buf, "done", job->n_done);
        skep_json_member_i64(buf, "failed", job->n_failed);
        skep_json_member_i64(buf, "cancelled", job->n_cancelled);
        skep_json_member_i64(buf, "put_ms", job->put_ms);
        skep_json_member_bool(buf, "held_up", job->is_held_up);
        skep_json_member_bool(buf, "gathering", job->is_gathering);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

/* ---- who ---- */

static void view_write_running(struct skep_buf *buf, const struct skep_info *info, int64_t now_ms)
{
    const struct skep_info_running *running = &info->running;

    if (!running->is_any) {
        skep_json_member_null(buf, "running");
        return;
    }
    skep_json_add_key(buf, "running");
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "kernel", running->kernel);
    skep_json_member_text(buf, "job", running->job);
    skep_json_member_text(buf, "id", running->id);
    if (running->index >= 0) {
        skep_json_member_i64(buf, "index", running->index);
    } else {
        skep_json_member_null(buf, "index");
    }
    skep_export_view_age(buf, "for_s", running->since_ms > 0 ? now_ms - running->since_ms : -1);
    skep_export_view_f64(buf, "until_s",
                         running->until_ms > 0 ? (double)(running->until_ms - now_ms) / 1e3 : NAN);
    skep_buf_add_char(buf, '}');
}

static void view_write_info(struct skep_buf *buf, const struct skep_info *info, int64_t now_ms)
{
    const char state[2] = {info->state, '\0'};

    skep_json_member_text(buf, "host", info->host);
    skep_json_member_i64(buf, "slot", info->slot);
    skep_json_member_i64(buf, "pid", info->pid);
    skep_json_member_text(buf, "version", info->version);
    skep_json_member_text(buf, "state", state);
    skep_json_member_bool(buf, "busy", info->is_busy);
    skep_json_member_i64(buf, "tasks", info->tasks);
    skep_json_member_i64(buf, "failed", info->failed);
    skep_export_view_f64(buf, "tasks_per_s", info->tasks_per_s);
    skep_export_view_f64(buf, "cpu_s", info->cpu_s);
    skep_json_member_i64(buf, "rss_bytes", info->rss_bytes);
    skep_json_member_i64(buf, "pss_bytes", info->pss_bytes);
    skep_export_view_age(buf, "told_s", info->at_ms > 0 ? now_ms - info->at_ms : -1);
    view_write_running(buf, info, now_ms);
}

static void view_write_slots(struct skep_buf *buf, const struct skep_overview *overview)
{
    static const char *const unknown[] = {"host",      "slot",      "pid",    "version",     "state",
                                          "busy",      "tasks",     "failed", "tasks_per_s", "cpu_s",
                                          "rss_bytes", "pss_bytes", "told_s", "running"};

    skep_json_member_i64(buf, "n_slots", (int64_t)overview->n_slots);
    view_begin_array(buf, "slots");
    for (size_t i = 0; i < overview->n_slots && i < SKEP_EXPORT_VIEW_SLOTS; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        view_begin_item(buf);
        skep_json_member_text(buf, "worker", slot->status->worker);
        skep_json_member_i64(buf, "held", slot->status->n_held);
        skep_json_member_bool(buf, "known", slot->has_info);
        skep_export_view_age(buf, "cycle_age_s", slot->cycle_age_ms);
        if (slot->has_info) {
            view_write_info(buf, &slot->info, overview->status.now_ms);
        }
        for (size_t k = 0; k < sizeof unknown / sizeof unknown[0] && !slot->has_info; k++) {
            skep_json_member_null(buf, unknown[k]);
        }
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

void skep_export_view_write_queue(struct skep_buf *buf, const struct skep_export_queue *queue)
{
    const struct skep_overview *overview = queue->overview;

    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "name", queue->name);
    skep_json_member_i64(buf, "max_depth", overview->status.max_depth);
    skep_json_member_i64(buf, "max_results", overview->status.max_results);
    skep_json_member_i64(buf, "max_dead", overview->status.max_dead);
    view_write_stat(buf, &overview->status.stat);
    skep_export_view_history(buf, &queue->history);
    view_write_kernels(buf, &overview->account);
    view_write_causes(buf, queue);
    skep_json_member_i64(buf, "reconnects", overview->account.reconnects);
    view_write_cycles(buf, &overview->account);
    view_write_jobs(buf, overview);
    view_write_slots(buf, overview);
    skep_buf_add_char(buf, '}');
}
