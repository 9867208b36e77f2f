/* SPDX-License-Identifier: MIT */
#include "producer/ask/why_slot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "monitor/motion.h"
#include "producer/cli/short.h"

enum { SLOT_TEXT_BYTES = 700 };

bool skep_why_slot_trouble(const struct skep_why *why, const struct skep_overview_slot *slot,
                           struct skep_why_answer *answer)
{
    struct skep_overview alone = *why->overview; /* as if there were no other */
    struct skep_overview_slot copy = *slot;
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    size_t n;

    alone.slots = &copy;
    alone.n_slots = 1;
    n = skep_findings(&alone, NULL, findings);
    for (size_t i = 0; i < n; i++) {
        if (findings[i].kind == SKEP_FINDING_SLOT_OVERDUE || findings[i].kind == SKEP_FINDING_SLOT_STOPPED ||
            findings[i].kind == SKEP_FINDING_SILENT) {
            skep_why_set_finding(answer, &findings[i]);
            answer->says = "does not get on";
            return true;
        }
    }
    return false;
}

const char *skep_why_slot_running(const struct skep_info_running *running, int64_t now_ms, char *text,
                                  size_t size)
{
    char span[SKEP_SHORT_BYTES], index[32] = "";

    if (running->index >= 0) {
        snprintf(index, sizeof index, " [%" PRId64 "]", running->index);
    }
    snprintf(
        text, size, "%.64s%s%.200s%s%s%.200s%s%s%s", running->kernel != NULL ? running->kernel : "a task",
        running->job != NULL ? " of job " : "", running->job != NULL ? running->job : "", index,
        running->id != NULL ? " (" : "", running->id != NULL ? running->id : "",
        running->id != NULL ? ")" : "", running->since_ms > 0 ? " since " : "",
        running->since_ms > 0 ? skep_short_seconds((double)(now_ms - running->since_ms) / 1000, span) : "");
    return text;
}

/* What it is, whatever it does. */
static void slot_tell(const struct skep_why *why, const struct skep_overview_slot *slot,
                      struct skep_why_answer *answer)
{
    const struct skep_info *info = &slot->info;
    int64_t cycle_ms = skep_motion_cycle_at_most(why->overview, slot);
    char text[SKEP_SHORT_BYTES];

    skep_why_add_fact(answer, "holds", "%" PRId64 " task%s", slot->status->n_held,
                      slot->status->n_held == 1 ? "" : "s");
    if (slot->has_info) {
        skep_why_add_fact(answer, "process", "%" PRId64 " of agent %" PRId64 ", state %c, skep %.32s",
                          info->pid, info->agent_pid, info->state != '\0' ? info->state : '?',
                          info->version != NULL ? info->version : "?");
    }
    if (slot->has_info && info->tasks >= 0) {
        skep_why_add_fact(answer, "tasks", "%" PRId64 " run, %" PRId64 " of them failed, %s/s", info->tasks,
                          info->failed > 0 ? info->failed : 0, skep_short_rate(info->tasks_per_s, text));
    }
    if (cycle_ms >= 0) {
        skep_why_add_fact(answer, "cycle", "the last one %s ago at most, %" PRId64 " so far",
                          skep_short_age(cycle_ms, text), slot->status->n_cycles);
    }
}

static void slot_answer_idle(const struct skep_why *why, struct skep_why_answer *answer)
{
    const struct skep_queue_status *status = &why->overview->status;

    if (skep_why_queue(why, answer)) {
        return;
    }
    if (status->n_waiting == 0 && status->n_suspect == 0) {
        skep_why_set(answer, SKEP_WHY_IDLE, "no task waits (%" PRId64 " delayed, %" PRId64 " held by others)",
                     status->n_delayed, status->n_held);
    } else {
        skep_why_set(answer, SKEP_WHY_IDLE, "%" PRId64 " wait: it takes some of them with its next cycle",
                     status->n_waiting);
    }
}

void skep_why_slot(const struct skep_why *why, const struct skep_overview_slot *slot,
                   struct skep_why_answer *answer)
{
    const struct skep_info_running *running = &slot->info.running;
    int64_t now_ms = why->overview->status.now_ms;
    char text[SLOT_TEXT_BYTES], span[SKEP_SHORT_BYTES];

    skep_why_set_subject(answer, "slot %s", slot->status->worker);
    if (skep_why_slot_trouble(why, slot, answer)) {
        /* said */
    } else if (slot->has_info && running->is_any) {
        skep_why_set(answer, SKEP_WHY_RUNNING, "%s",
                     skep_why_slot_running(running, now_ms, text, sizeof text));
        if (running->until_ms > 0) {
            skep_why_add_fact(answer, "limit", "%s from now",
                              skep_short_seconds((double)(running->until_ms - now_ms) / 1000, span));
        }
    } else if (slot->status->n_held > 0) {
        skep_why_set(answer, SKEP_WHY_RUNNING, "it holds %" PRId64 " and has not told what it does with them",
                     slot->status->n_held);
    } else {
        slot_answer_idle(why, answer);
    }
    slot_tell(why, slot, answer);
}
