/* SPDX-License-Identifier: MIT */
#include "producer/operate/job_view.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "producer/cli/words.h"
#include "task/json_member.h"

enum { JOB_NAME_SHOWN = 200, JOB_NAME_COLUMN = 60 };

static int64_t job_left(const struct skep_job *job)
{
    int64_t left = skep_job_total(job) - skep_job_over(job);

    return left > 0 ? left : 0;
}

/* ---- for people ---- */

static void job_write_row(struct skep_buf *buf, const char *name, int64_t number, const char *help)
{
    char text[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "  %-9s %14s   %s\n", name, skep_words_number(number, text), help);
}

/* What a state means, where its word does not say it. */
static const char *job_explain(const struct skep_job *job)
{
    const char *state = skep_job_state(job);

    return strcmp(state, "pushing") == 0 ? "; records are missing: the same `skep push --job` puts them in"
           : strcmp(state, "cancelling") == 0 ? "; what is left of it is dropped as workers come to it"
           : strcmp(state, "uncounted") == 0
               ? "; it was pushed without --job, or announced by nobody: its tasks are not counted"
               : "";
}

void skep_job_write_text(struct skep_buf *buf, const char *queue, const struct skep_job *job)
{
    char text[SKEP_WORDS_BYTES];

    skep_buf_add_text(buf, "job ");
    skep_words_add_harmless(buf, job->name, strlen(job->name), JOB_NAME_SHOWN);
    skep_buf_printf(buf, " of queue %s: %s%s\n", queue, skep_job_state(job), job_explain(job));
    job_write_row(buf, "tasks", job->n_announced, "announced by its push");
    job_write_row(buf, "put", job->n_put, "of them in the queue, or taken from it since");
    job_write_row(buf, "done", job->n_done, "succeeded");
    job_write_row(buf, "failed", job->n_failed, "for good (skep dead ls)");
    job_write_row(buf, "cancelled", job->n_cancelled, "dropped (skep cancel)");
    job_write_row(buf, "left", job_left(job), "not over yet");
    if (job->put_ms > 0) {
        skep_buf_printf(buf, "last push %s ago\n",
                        skep_words_duration((double)(job->now_ms - job->put_ms) / 1000, text));
    }
}

void skep_job_write_head(struct skep_buf *buf)
{
    skep_buf_printf(buf, "%11s %11s %11s %9s %9s %11s  %-10s %s\n", "TASKS", "PUT", "DONE", "FAILED",
                    "CANCELLED", "LEFT", "STATE", "JOB");
}

void skep_job_write_line(struct skep_buf *buf, const struct skep_job *job)
{
    skep_buf_printf(
        buf, "%11" PRId64 " %11" PRId64 " %11" PRId64 " %9" PRId64 " %9" PRId64 " %11" PRId64 "  %-10s ",
        job->n_announced, job->n_put, job->n_done, job->n_failed, job->n_cancelled, job_left(job),
        skep_job_state(job));
    skep_words_add_harmless(buf, job->name, strlen(job->name), JOB_NAME_COLUMN);
    skep_buf_add_char(buf, '\n');
}

void skep_job_write_sentence(struct skep_buf *buf, const struct skep_job *job)
{
    char done[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES], number[SKEP_WORDS_BYTES];

    skep_buf_add_text(buf, "job ");
    skep_words_add_harmless(buf, job->name, strlen(job->name), JOB_NAME_SHOWN);
    skep_buf_printf(buf, ": %s of %s task%s done", skep_words_number(job->n_done, done),
                    skep_words_number(skep_job_total(job), total),
                    skep_words_plural((uint64_t)skep_job_total(job)));
    if (job->n_failed > 0) {
        skep_buf_printf(buf, ", %s failed for good", skep_words_number(job->n_failed, number));
    }
    if (job->n_cancelled > 0) {
        skep_buf_printf(buf, ", %s cancelled", skep_words_number(job->n_cancelled, number));
    }
}

/* ---- as JSON ---- */

static void job_json_time(struct skep_buf *buf, const char *name, int64_t ms)
{
    char text[SKEP_TIME_TEXT_BYTES];

    if (ms > 0) {
        skep_json_member_text(buf, name, skep_time_format(ms, text, sizeof text));
    } else {
        skep_json_member_null(buf, name);
    }
}

void skep_job_write_json(struct skep_buf *buf, const char *queue, const struct skep_job *job)
{
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "job", job->name);
    skep_json_member_text(buf, "queue", queue);
    skep_json_member_text(buf, "state", skep_job_state(job));
    skep_json_member_i64(buf, "tasks", job->n_announced);
    skep_json_member_i64(buf, "put", job->n_put);
    skep_json_member_i64(buf, "done", job->n_done);
    skep_json_member_i64(buf, "failed", job->n_failed);
    skep_json_member_i64(buf, "cancelled", job->n_cancelled);
    skep_json_member_i64(buf, "left", job_left(job));
    job_json_time(buf, "pushed_at", job->put_ms);
    job_json_time(buf, "cancelled_at", job->cancelled_ms);
    skep_buf_add_char(buf, '}');
}
