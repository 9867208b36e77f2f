/* SPDX-License-Identifier: MIT */
/* What keeps a task that waits is asked in the order in which it would have to be removed. */
#include "producer/ask/why_found.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "monitor/motion.h"
#include "producer/ask/why_slot.h"
#include "producer/cli/short.h"
#include "queue/cancel.h"

/* ---- facts ---- */

void skep_why_tell_time(struct skep_why_answer *answer, const char *name, int64_t ms, int64_t now_ms)
{
    char at[SKEP_TIME_TEXT_BYTES], span[SKEP_SHORT_BYTES];

    if (ms > 0) {
        skep_why_add_fact(
            answer, name, "%s, %s%s%s", skep_time_format(ms, at, sizeof at), ms > now_ms ? "in " : "",
            skep_short_seconds(fabs((double)(ms - now_ms)) / 1000, span), ms > now_ms ? "" : " ago");
    }
}

/* What its own line and its record say. */
void skep_why_tell_task(const struct skep_why *why, const struct skep_why_found *found,
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
    skep_why_tell_time(answer, "queued", header->queued_ms, why->overview->status.now_ms);
    skep_why_tell_time(answer, "not before", needs->not_before_ms, why->overview->status.now_ms);
    if (header->tries > 0) {
        skep_why_add_fact(answer, "attempts", "%u failed so far", header->tries);
    }
    if (header->n_events > 0) {
        const struct skep_header_event *last = &header->events[header->n_events - 1];
        skep_why_add_fact(answer, "last", "%s: %s (%s)", last->cause, last->message, last->worker);
    }
}

/* Of a task that waits: so many before it, and how long they take, where that can be told: a range before it
 * is a record of any number of tasks. */
static void task_tell_place(const struct skep_why *why, const struct skep_why_found *found,
                            struct skep_why_answer *answer)
{
    const struct skep_overview *overview = why->overview;
    const struct skep_header *header = &found->hit.header;
    bool is_in_part = header->is_range && found->index >= header->lo;
    int64_t n_before = is_in_part ? found->index - header->lo : found->hit.at;
    bool can_tell =
        overview->out_per_s > 0 && (is_in_part ? found->hit.at == 0 : !overview->status.counts_puts);
    char eta[SKEP_SHORT_BYTES];

    skep_why_add_fact(answer, "place", "%" PRId64 " of %" PRId64 " records that wait", found->hit.at + 1,
                      overview->status.n_waiting);
    if (is_in_part) {
        skep_why_add_fact(answer, "part",
                          "positions %" PRId64 " to %" PRId64 " of its job, %" PRId64 " before it",
                          header->lo, header->hi - 1, n_before);
    }
    if (can_tell) {
        skep_why_add_fact(answer, "its turn", "in %s, at the rate of now",
                          skep_short_seconds((double)n_before / overview->out_per_s, eta));
    }
}

/* ---- what keeps it ---- */

static bool task_is_cancelled(const struct skep_why *why, const struct skep_why_found *found, const char *id)
{
    const struct skep_header *header = &found->hit.header;
    struct skep_cancel_query query = {.job = found->needs.job != NULL ? found->needs.job : header->job,
                                      .id = header->is_range ? NULL : id,
                                      .from = -1};

    /* Who may not ask is told the rest. */
    return skep_cancel_check(why->conn, &why->overview->keys, &query, 1, NULL) == SKEP_OK &&
           (query.is_cancelled || (query.from >= 0 && header->is_range && query.from <= header->lo));
}

void skep_why_waiting(const struct skep_why *why, const struct skep_why_found *found, const char *id,
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
    if (found->hit.place == SKEP_TASK_QUEUED) {
        task_tell_place(why, found, answer);
    }
}

void skep_why_held(const struct skep_why *why, const struct skep_why_found *found, const char *id,
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
        skep_why_tell_time(answer, "since", running->since_ms, why->overview->status.now_ms);
        skep_why_tell_time(answer, "limit", running->until_ms, why->overview->status.now_ms);
    }
    skep_why_add_fact(answer, "before it", "%" PRId64 " in the same hand", found->hit.at);
}
