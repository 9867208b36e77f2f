/* SPDX-License-Identifier: MIT */
#include "producer/ask/why.h"

#include <inttypes.h>
#include <string.h>

#include "producer/ask/why_slot.h"
#include "queue/range.h"
#include "task/header.h"

enum { JOB_ARENA_BYTES = 16 * 1024 * 1024, JOB_TEXT_BYTES = 700 };

static void job_tell(const struct skep_job *job, struct skep_why_answer *answer)
{
    skep_why_add_fact(answer, "tasks",
                      "%" PRId64 " announced, %" PRId64 " put, %" PRId64 " done, %" PRId64
                      " failed for good, %" PRId64 " cancelled",
                      job->n_announced, job->n_put, job->n_done, job->n_failed, job->n_cancelled);
}

/* ---- nothing more to run ---- */

static bool job_answer_over(const struct skep_job *job, struct skep_why_answer *answer)
{
    if (job->cancelled_ms > 0 || job->is_dropped) {
        skep_why_set(answer, SKEP_WHY_CANCELLED, "%s",
                     skep_job_is_over(job) ? "somebody has cancelled it"
                                           : "what is left of it is dropped as workers come to it");
        return true;
    }
    if (!job->is_announced) {
        skep_why_set(answer, SKEP_WHY_UNCOUNTED, "nobody has announced how many tasks it has");
        return true;
    }
    if (!skep_job_is_over(job)) {
        return false;
    }
    if (job->n_failed > 0) {
        skep_why_set(answer, SKEP_WHY_FAILED, "all its tasks are over, %" PRId64 " failed for good",
                     job->n_failed);
    } else {
        skep_why_set(answer, SKEP_WHY_DONE, "all its tasks are over%s",
                     job->is_gathering ? "; its arrays wait for a gatherer" : "");
    }
    if (job->is_gathering) {
        skep_why_set_help(answer, "`skep resume` gathers, or a worker that sees its arrays");
    }
    return true;
}

/* ---- running ---- */

static bool job_answer_running(const struct skep_why *why, const struct skep_job *job,
                               struct skep_why_answer *answer)
{
    char text[JOB_TEXT_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < why->overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &why->overview->slots[i];
        const struct skep_info_running *running = &slot->info.running;
        if (!slot->has_info || slot->is_silent || !running->is_any || running->job == NULL ||
            strcmp(running->job, job->name) != 0) {
            continue;
        }
        if (n++ == 0) {
            skep_why_add_fact(answer, "now", "%s, in %s",
                              skep_why_slot_running(running, why->overview->status.now_ms, text, sizeof text),
                              slot->status->worker);
        }
    }
    if (n > 0) {
        skep_why_set(answer, SKEP_WHY_RUNNING, "%zu slot%s run%s tasks of it", n, n == 1 ? "" : "s",
                     n == 1 ? "s" : "");
    }
    return n > 0;
}

/* ---- waiting ---- */

/* Whose turn it is: the job that the record at the head says. */
static skep_status job_tell_head(const struct skep_why *why, struct skep_why_answer *answer,
                                 struct skep_error *err)
{
    struct skep_reply *reply;
    struct skep_header header;
    const char *body;
    size_t body_n;
    skep_status st;

    skep_conn_begin(why->conn, 4);
    skep_conn_arg_text(why->conn, "LRANGE");
    skep_conn_arg_text(why->conn, why->overview->keys.queue);
    skep_conn_arg_i64(why->conn, 0);
    skep_conn_arg_i64(why->conn, 0);
    st = skep_conn_call(why->conn, -1, &reply, err);
    if (st == SKEP_OK && skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT) && reply->n == 1 &&
        skep_header_parse(reply->items[0].bytes, reply->items[0].length, &answer->arena, &header, &body,
                          &body_n, NULL) == SKEP_OK &&
        header.job != NULL) {
        skep_why_add_fact(answer, "head", "the next task in the queue is of job %s", header.job);
    }
    return st;
}

/* What the spec of a range job needs and nobody has. */
static skep_status job_answer_needs(const struct skep_why *why, const struct skep_job *job,
                                    struct skep_why_answer *answer, bool *is_answered_out,
                                    struct skep_error *err)
{
    struct skep_why_needs needs;
    struct skep_arena arena;
    const char *spec = NULL;
    size_t n = 0;
    skep_status st = SKEP_OK;

    *is_answered_out = false;
    if (!job->is_range) {
        return SKEP_OK;
    }
    skep_arena_init(&arena, JOB_ARENA_BYTES);
    st = skep_range_spec(why->conn, &why->overview->keys, job->name, &spec, &n, err);
    if (st == SKEP_OK && spec != NULL) {
        skep_why_needs_read(spec, n, true, &arena, &needs);
        *is_answered_out = skep_why_answer_needs(why, &needs, answer);
    }
    skep_arena_release(&arena);
    return st;
}

skep_status skep_why_job(const struct skep_why *why, const struct skep_job *job,
                         struct skep_why_answer *answer, struct skep_error *err)
{
    bool is_answered;
    skep_status st = SKEP_OK;

    skep_why_set_subject(answer, "job %s of queue %s", job->name, why->overview->keys.name);
    job_tell(job, answer);
    is_answered =
        job_answer_over(job, answer) || skep_why_queue(why, answer) || job_answer_running(why, job, answer);
    if (!is_answered && skep_job_over(job) >= job->n_put && job->n_put < job->n_announced) {
        skep_why_set(answer, SKEP_WHY_PUSHING, "%" PRId64 " of %" PRId64 " tasks are not in the queue yet",
                     job->n_announced - job->n_put, job->n_announced);
        is_answered = true;
    }
    if (!is_answered) {
        st = job_answer_needs(why, job, answer, &is_answered, err);
    }
    if (st == SKEP_OK && !is_answered) {
        skep_why_set(answer, SKEP_WHY_QUEUED, "%" PRId64 " tasks of it are left, and no slot runs one now",
                     skep_job_total(job) - skep_job_over(job));
        st = job_tell_head(why, answer, err);
    }
    skep_why_tell_pace(why, answer);
    return st;
}
