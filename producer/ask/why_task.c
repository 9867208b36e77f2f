/* SPDX-License-Identifier: MIT */
/* Where a task is says most of why it does not run; what keeps one that waits is asked in the order in which
 * it would have to be removed. */
#include "producer/ask/why_found.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/dead/causes.h"
#include "queue/range.h"

enum {
    TASK_ARENA_BYTES = 64 * 1024 * 1024,
    TASK_FOUND = SKEP_EMPTY /* ends the search */
};

static skep_status task_keep(void *context, const struct skep_task_hit *hit, struct skep_error *err)
{
    struct skep_why_found *found = context;
    const char *bytes = skep_arena_strndup(&found->arena, hit->bytes.bytes, hit->bytes.n);
    struct skep_header header = {0};
    const char *body = bytes;
    size_t body_n = hit->bytes.n;
    skep_status st = SKEP_OK;

    if (bytes == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a task of %zu bytes", hit->bytes.n);
    }
    found->hit = *hit;
    if (hit->place == SKEP_TASK_RESULT) {
        st = skep_result_read(bytes, hit->bytes.n, &found->arena, &found->result, err);
    } else if (skep_header_parse(bytes, hit->bytes.n, &found->arena, &header, &body, &body_n, NULL) !=
               SKEP_OK) {
        header = (struct skep_header){0};
    }
    found->hit.bytes.bytes = bytes;
    found->hit.header = header;
    found->hit.body = (struct skep_bytes){body, body_n};
    snprintf(found->worker, sizeof found->worker, "%s", hit->worker != NULL ? hit->worker : "");
    found->is_found = st == SKEP_OK;
    return st == SKEP_OK ? TASK_FOUND : st;
}

/* ---- what becomes of it ---- */

static void task_answer_dead(const struct skep_why *why, const struct skep_why_found *found, const char *id,
                             struct skep_why_answer *answer)
{
    const struct skep_header *header = &found->hit.header;
    const struct skep_cause *cause = header->cause != NULL ? skep_cause_find(header->cause) : NULL;

    skep_why_set(answer, SKEP_WHY_DEAD, "%s%s%s", header->cause != NULL ? header->cause : "?",
                 cause != NULL ? ": " : "", cause != NULL ? skep_status_text(cause->status) : "");
    skep_why_set_help(answer, "%s; `skep dead show -q %s %s` tells everything",
                      cause != NULL ? cause->advice : "see its history", why->overview->keys.name, id);
    skep_why_tell_time(answer, "dead", header->at_ms, why->overview->status.now_ms);
}

static void task_answer_result(const struct skep_why *why, const struct skep_why_found *found,
                               struct skep_why_answer *answer)
{
    const struct skep_result_summary *result = &found->result;

    if (result->is_ok) {
        skep_why_set(answer, SKEP_WHY_DONE, "its result waits to be collected");
    } else {
        skep_why_set(answer, SKEP_WHY_FAILED, "%s: %s", result->cause, result->message);
    }
    skep_why_set_help(answer, "`skep results -q %s` collects", why->overview->keys.name);
    skep_why_add_fact(answer, "place", "%" PRId64 " results before it", found->hit.at);
    if (result->kernel != NULL) {
        skep_why_add_fact(answer, "kernel", "%s", result->kernel);
    }
    if (result->job != NULL) {
        skep_why_add_fact(answer, "job", "%s", result->job);
    }
}

/* A task of a range job, of which nothing is left when it is done but a bit in a file. */
static bool task_answer_position(const struct skep_why *why, const struct skep_task_wanted *wanted,
                                 struct skep_why_answer *answer)
{
    const struct skep_job *job = NULL;

    for (size_t i = 0; i < why->overview->n_jobs && wanted->job[0] != '\0'; i++) {
        if (strcmp(why->overview->jobs[i].name, wanted->job) == 0) {
            job = &why->overview->jobs[i];
        }
    }
    if (job == NULL || !job->is_range) {
        return false;
    }
    if (wanted->index >= job->n_announced) {
        skep_why_set(answer, SKEP_WHY_NOT_FOUND, "job %s has %" PRId64 " tasks", job->name, job->n_announced);
        return true;
    }
    skep_why_set(answer, SKEP_WHY_DONE,
                 "position %" PRId64
                 " of its job does not wait, no worker holds it, and it is no dead letter",
                 wanted->index);
    skep_why_add_fact(answer, "job", "%" PRId64 " of %" PRId64 " tasks are done, %" PRId64 " cancelled",
                      job->n_done, job->n_announced, job->n_cancelled);
    return true;
}

static void task_answer_nowhere(const struct skep_why *why, const struct skep_task_search *search,
                                const struct skep_task_wanted *wanted, struct skep_why_answer *answer)
{
    int64_t n_collected = why->overview->status.stat.collected;

    if (search->is_cut) {
        skep_why_set(answer, SKEP_WHY_NOT_FOUND, "it is not among the first %" PRId64 " records",
                     search->n_looked);
        skep_why_set_help(answer, "look through more with --max");
    } else if (!task_answer_position(why, wanted, answer)) {
        skep_why_set(answer, SKEP_WHY_NOT_FOUND,
                     "%" PRId64
                     " records looked through: it does not wait, no worker holds it, no dead letter "
                     "or result is of it",
                     search->n_looked);
        if (n_collected > 0) {
            skep_why_set_help(answer, "its result may be among the %" PRId64 " that were collected",
                              n_collected);
        }
    }
}

/* ---- all ---- */

/* What the record needs; of a line of a range job its spec says it. */
static skep_status task_read_needs(const struct skep_why *why, struct skep_why_found *found,
                                   struct skep_error *err)
{
    const struct skep_header *header = &found->hit.header;
    const char *spec = NULL;
    size_t n = 0;
    skep_status st = SKEP_OK;

    if (!header->is_range) {
        skep_why_needs_read(found->hit.body.bytes, found->hit.body.n, false, &found->arena, &found->needs);
        return SKEP_OK;
    }
    if (header->job != NULL) {
        st = skep_range_spec(why->conn, &why->overview->keys, header->job, &spec, &n, err);
    }
    if (st == SKEP_OK && spec != NULL) {
        skep_why_needs_read(spec, n, true, &found->arena, &found->needs);
    }
    return st;
}

static skep_status task_answer(const struct skep_why *why, struct skep_why_found *found, const char *id,
                               struct skep_why_answer *answer, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (found->hit.place == SKEP_TASK_RESULT) {
        task_answer_result(why, found, answer);
        return SKEP_OK;
    }
    if (found->hit.place == SKEP_TASK_DEAD) {
        task_answer_dead(why, found, id, answer);
        skep_why_tell_task(why, found, answer);
        return SKEP_OK;
    }
    st = task_read_needs(why, found, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (found->hit.place == SKEP_TASK_HELD) {
        skep_why_held(why, found, id, answer);
    } else {
        skep_why_waiting(why, found, id, answer);
    }
    skep_why_tell_time(answer, "due", found->hit.due_ms, why->overview->status.now_ms);
    skep_why_tell_task(why, found, answer);
    return SKEP_OK;
}

skep_status skep_why_task(const struct skep_why *why, const char *text, struct skep_why_answer *answer,
                          struct skep_error *err)
{
    struct skep_task_search search = {.conn = why->conn,
                                      .keys = &why->overview->keys,
                                      .status = &why->overview->status,
                                      .max = why->max_records,
                                      .is_quiet = why->is_quiet};
    struct skep_task_wanted wanted;
    struct skep_why_found found = {.is_found = false};
    skep_status st;

    skep_why_set_subject(answer, "task %s of queue %s", text, why->overview->keys.name);
    skep_arena_init(&found.arena, TASK_ARENA_BYTES);
    skep_task_wanted_read(&wanted, text);
    found.index = wanted.index;
    st = skep_task_search_run(&search, &wanted, task_keep, &found, err);
    if (found.is_found) {
        st = task_answer(why, &found, text, answer, err);
    } else if (st == SKEP_OK) {
        task_answer_nowhere(why, &search, &wanted, answer);
    }
    skep_arena_release(&found.arena);
    return st;
}
