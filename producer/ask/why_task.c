/* SPDX-License-Identifier: MIT */
/* Where a task is says most of why it does not run; what keeps one that waits is asked in the order in which
 * it would have to be removed. */
#include "producer/ask/why.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "monitor/motion.h"
#include "producer/ask/task_search.h"
#include "producer/ask/why_slot.h"
#include "producer/dead/causes.h"
#include "producer/top/short.h"
#include "queue/cancel.h"
#include "queue/range.h"
#include "task/result_read.h"

enum {
    TASK_ARENA_BYTES = 64 * 1024 * 1024,
    TASK_FOUND = SKEP_EMPTY /* ends the search */
};

/* What is kept of the first hit. */
struct task_found {
    bool is_found;
    struct skep_task_hit hit;
    char worker[SKEP_WORKER_NAME_BYTES];
    struct skep_result_summary result; /* RESULT */
    struct skep_why_needs needs;       /* of what waits or is held */
    struct skep_arena arena;
};

static skep_status task_keep(void *context, const struct skep_task_hit *hit, struct skep_error *err)
{
    struct task_found *found = context;
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

/* ---- facts ---- */

static void task_tell_time(struct skep_why_answer *answer, const char *name, int64_t ms, int64_t now_ms)
{
    char at[SKEP_TIME_TEXT_BYTES], span[SKEP_SHORT_BYTES];

    if (ms > 0) {
        skep_why_add_fact(
            answer, name, "%s, %s%s%s", skep_time_format(ms, at, sizeof at), ms > now_ms ? "in " : "",
            skep_short_seconds(fabs((double)(ms - now_ms)) / 1000, span), ms > now_ms ? "" : " ago");
    }
}

/* What its own line and its record say. */
static void task_tell(const struct skep_why *why, const struct task_found *found,
                      struct skep_why_answer *answer)
{
    const struct skep_header *header = &found->hit.header;
    const struct skep_why_needs *needs = &found->needs;
    const char *job = needs->job != NULL ? needs->job : header->job;
    const char *kernel = needs->kernel != NULL ? needs->kernel : header->kernel;

    if (kernel != NULL) {
        skep_why_add_fact(answer, "kernel", "%s", kernel);
    }
    if (job != NULL) {
        skep_why_add_fact(answer, "job", "%s", job);
    }
    if (header->is_range) {
        skep_why_add_fact(answer, "part", "positions %" PRId64 " to %" PRId64 " of that job stand together",
                          header->lo, header->hi - 1);
    }
    task_tell_time(answer, "queued", header->queued_ms, why->overview->status.now_ms);
    task_tell_time(answer, "not before", needs->not_before_ms, why->overview->status.now_ms);
    if (header->tries > 0) {
        skep_why_add_fact(answer, "attempts", "%u failed so far", header->tries);
    }
    if (header->n_events > 0) {
        const struct skep_header_event *last = &header->events[header->n_events - 1];
        skep_why_add_fact(answer, "last", "%s: %s (%s)", last->cause, last->message, last->worker);
    }
}

/* Of a task that waits: so many before it, and how long they take where each is a record. */
static void task_tell_place(const struct skep_why *why, const struct task_found *found,
                            struct skep_why_answer *answer)
{
    const struct skep_overview *overview = why->overview;
    char eta[SKEP_SHORT_BYTES];

    if (found->hit.at == 0) {
        skep_why_add_fact(answer, "place", "the next, of %" PRId64 " that wait", overview->status.n_waiting);
    } else if (overview->out_per_s > 0 && !overview->status.counts_puts) {
        skep_why_add_fact(answer, "place", "%" PRId64 " before it, of %" PRId64 " that wait; its turn in %s",
                          found->hit.at, overview->status.n_waiting,
                          skep_short_seconds((double)found->hit.at / overview->out_per_s, eta));
    } else {
        skep_why_add_fact(answer, "place", "%" PRId64 " before it, of %" PRId64 " that wait", found->hit.at,
                          overview->status.n_waiting);
    }
}

/* ---- what becomes of it ---- */

static bool task_is_cancelled(const struct skep_why *why, const struct task_found *found, const char *id)
{
    const struct skep_header *header = &found->hit.header;
    struct skep_cancel_query query = {.job = found->needs.job != NULL ? found->needs.job : header->job,
                                      .id = header->is_range ? NULL : id,
                                      .from = -1};

    /* Who may not ask is told the rest. */
    return skep_cancel_check(why->conn, &why->overview->keys, &query, 1, NULL) == SKEP_OK &&
           (query.is_cancelled || (query.from >= 0 && header->is_range && query.from <= header->lo));
}

static void task_answer_waiting(const struct skep_why *why, const struct task_found *found, const char *id,
                                struct skep_why_answer *answer)
{
    int64_t now_ms = why->overview->status.now_ms;
    int64_t n_waiting = why->overview->status.n_waiting;
    bool is_delayed = found->hit.place == SKEP_TASK_DELAYED;
    char span[SKEP_SHORT_BYTES];

    if (task_is_cancelled(why, found, id)) {
        skep_why_set(answer, SKEP_WHY_CANCELLED, "it is dropped when its turn comes");
    } else if (found->needs.expires_ms > 0 && found->needs.expires_ms <= now_ms) {
        skep_why_set(answer, SKEP_WHY_EXPIRED, "it was to begin %s ago at the latest",
                     skep_short_seconds((double)(now_ms - found->needs.expires_ms) / 1000, span));
    } else if (is_delayed && found->hit.due_ms > now_ms) {
        skep_why_set(answer, SKEP_WHY_DELAYED, "%s, in %s",
                     found->hit.header.tries > 0 ? "it failed and is tried again"
                                                 : "it is not to start before",
                     skep_short_seconds((double)(found->hit.due_ms - now_ms) / 1000, span));
    } else if (skep_why_queue(why, answer) || skep_why_answer_needs(why, &found->needs, answer)) {
        /* said */
    } else if (is_delayed) {
        skep_why_set(answer, SKEP_WHY_DELAYED,
                     "it is due, and goes to the head of the queue at the next beat");
    } else if (found->hit.place == SKEP_TASK_SUSPECT) {
        skep_why_set(answer, SKEP_WHY_SUSPECT,
                     "it was twice in the hand of a slot that crashed; %" PRId64 " before it", found->hit.at);
    } else {
        skep_why_set(answer, SKEP_WHY_QUEUED, "%" PRId64 " wait, and %" PRId64 " are before it", n_waiting,
                     found->hit.at);
    }
}

static void task_answer_held(const struct skep_why *why, const struct task_found *found, const char *id,
                             struct skep_why_answer *answer)
{
    const struct skep_overview_slot *slot = skep_motion_find(why->overview, found->worker);
    const struct skep_info_running *running = slot != NULL && slot->has_info ? &slot->info.running : NULL;
    bool is_told = running != NULL && running->is_any && (running->id != NULL || running->index >= 0);
    bool is_head = is_told && running->id != NULL ? strcmp(running->id, id) == 0 : found->hit.at == 0;
    char text[SKEP_WHY_TEXT_BYTES / 2];

    if (slot != NULL && skep_why_slot_trouble(why, slot, answer)) {
        answer->says = "waits in a worker's hand";
    } else if (is_head && !found->hit.header.is_range) {
        skep_why_set(answer, SKEP_WHY_RUNNING, "in slot %s", found->worker);
    } else {
        skep_why_set(answer, SKEP_WHY_HELD, "slot %s has taken it, and runs %s", found->worker,
                     running != NULL && running->is_any
                         ? skep_why_slot_running(running, why->overview->status.now_ms, text, sizeof text)
                         : "what it took before");
    }
    if (running != NULL && is_head) {
        task_tell_time(answer, "since", running->since_ms, why->overview->status.now_ms);
        task_tell_time(answer, "limit", running->until_ms, why->overview->status.now_ms);
    }
    skep_why_add_fact(answer, "before it", "%" PRId64 " in the same hand", found->hit.at);
}

static void task_answer_dead(const struct skep_why *why, const struct task_found *found, const char *id,
                             struct skep_why_answer *answer)
{
    const struct skep_header *header = &found->hit.header;
    const struct skep_cause *cause = header->cause != NULL ? skep_cause_find(header->cause) : NULL;

    skep_why_set(answer, SKEP_WHY_DEAD, "%s%s%s", header->cause != NULL ? header->cause : "?",
                 cause != NULL ? ": " : "", cause != NULL ? skep_status_text(cause->status) : "");
    skep_why_set_help(answer, "%s; `skep dead show -q %s %s` tells everything",
                      cause != NULL ? cause->advice : "see its history", why->overview->keys.name, id);
    task_tell_time(answer, "dead", header->at_ms, why->overview->status.now_ms);
}

static void task_answer_result(const struct skep_why *why, const struct task_found *found,
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

static void task_answer_nowhere(const struct skep_why *why, const struct skep_task_search *search,
                                struct skep_why_answer *answer)
{
    const struct skep_queue_status *status = &why->overview->status;

    if (search->is_cut) {
        skep_why_set(answer, SKEP_WHY_NOT_FOUND, "it is not among the first %" PRId64 " records",
                     search->n_looked);
        skep_why_set_help(answer, "look through more with --max");
        return;
    }
    skep_why_set(answer, SKEP_WHY_NOT_FOUND,
                 "%" PRId64
                 " records looked through: it does not wait, no worker holds it, no dead letter or "
                 "result is of it",
                 search->n_looked);
    if (status->stat.done + status->stat.dead > status->n_results || status->stat.collected > 0) {
        skep_why_set_help(answer, "its result may have been collected (%" PRId64 " were)",
                          status->stat.collected);
    }
}

/* ---- all ---- */

/* What the record needs; of a line of a range job its spec says it. */
static skep_status task_read_needs(const struct skep_why *why, struct task_found *found,
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

static skep_status task_answer(const struct skep_why *why, struct task_found *found, const char *id,
                               struct skep_why_answer *answer, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (found->hit.place == SKEP_TASK_RESULT) {
        task_answer_result(why, found, answer);
        return SKEP_OK;
    }
    if (found->hit.place == SKEP_TASK_DEAD) {
        task_answer_dead(why, found, id, answer);
        task_tell(why, found, answer);
        return SKEP_OK;
    }
    st = task_read_needs(why, found, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (found->hit.place == SKEP_TASK_HELD) {
        task_answer_held(why, found, id, answer);
    } else {
        task_answer_waiting(why, found, id, answer);
    }
    if (found->hit.place == SKEP_TASK_QUEUED) {
        task_tell_place(why, found, answer);
    }
    task_tell_time(answer, "due", found->hit.due_ms, why->overview->status.now_ms);
    task_tell(why, found, answer);
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
    struct task_found found = {.is_found = false};
    skep_status st;

    skep_why_set_subject(answer, "task %s of queue %s", text, why->overview->keys.name);
    skep_arena_init(&found.arena, TASK_ARENA_BYTES);
    skep_task_wanted_read(&wanted, text);
    st = skep_task_search_run(&search, &wanted, task_keep, &found, err);
    if (found.is_found) {
        st = task_answer(why, &found, text, answer, err);
    } else if (st == SKEP_OK) {
        task_answer_nowhere(why, &search, answer);
    }
    skep_arena_release(&found.arena);
    return st;
}
