/* SPDX-License-Identifier: MIT */
#include "turn_output.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "sweep/order.h"

enum { OUTPUT_ALONG_MS = 500 /* between two looks at what a running task prints */ };

/* A report of a sanitizer is about the worker, whatever task it ran: its log says so, too. */
static void output_heed(const struct skep_slot *slot, const struct skep_result_output *output)
{
    char word[256];

    if (memmem(output->text, output->n, "Sanitizer: ", 11) != NULL) {
        skep_log(SKEP_LOG_ERROR, "sanitizer", "slot=%d stderr=\"%s\"", (int)slot->settings->slot,
                 skep_output_word(output, word, sizeof word));
    }
}

/* What is known whoever has printed it. */
static struct skep_logs_entry output_describe(const struct skep_slot *slot, const struct skep_lane *lane)
{
    return (struct skep_logs_entry){
        .index = -1,
        .worker = lane->holder.worker,
        .host = slot->host,
        .slot = slot->settings->slot,
    };
}

/* And of what runs. ID has room for the name of an index. */
static struct skep_logs_entry output_describe_running(const struct skep_slot *slot, char *id, size_t size)
{
    const struct skep_running *running = &slot->running;
    struct skep_logs_entry entry = output_describe(slot, running->lane);

    entry.job = running->job;
    entry.attempt = running->attempt;
    if (running->sweep != NULL) {
        entry.index = skep_order_index(running->sweep, running->position);
        entry.id = skep_settle_name_index(running->job, entry.index, id, size);
    } else {
        entry.index = running->index;
        entry.id = running->id;
    }
    return entry;
}

static void output_add(struct skep_lane *lane, struct skep_logs_entry *entry, int which,
                       const struct skep_result_output *output)
{
    if (output->total_n > 0) {
        entry->stream = skep_output_name(which);
        entry->text = output->text;
        entry->text_n = output->n;
        entry->total_n = output->total_n;
        skep_prints_add(&lane->prints, entry);
    }
}

/* Both outputs, as far as they are not told. */
static void output_add_untold(const struct skep_slot *slot, struct skep_lane *lane,
                              struct skep_logs_entry *entry)
{
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        const struct skep_result_output untold = skep_capture_untold(&slot->capture, i);
        output_add(lane, entry, i, &untold);
    }
    output_heed(slot, &slot->capture.tails.of[SKEP_RESULT_STDERR]);
}

const struct skep_result_output *skep_turn_take_output(struct skep_slot *slot, enum skep_captured captured)
{
    char id[SKEP_RANGE_JOB_BYTES + 24];
    struct skep_lane *lane = slot->running.lane;
    struct skep_logs_entry entry = output_describe_running(slot, id, sizeof id);

    if (captured == SKEP_CAPTURED_ANYS) {
        entry = output_describe(slot, lane);
        entry.job = slot->running.sweep != NULL ? slot->running.job : NULL;
    }
    output_add_untold(slot, lane, &entry);
    return captured == SKEP_CAPTURED_OURS ? slot->capture.tails.of : NULL;
}

void skep_turn_sweep_output(struct skep_slot *slot, struct skep_lane *lane)
{
    struct skep_logs_entry entry = output_describe(slot, lane);

    if (skep_capture_look(&slot->capture) != SKEP_CAPTURED_NOTHING) {
        entry.job = lane->hand.is_range ? lane->hand.chunk.job : NULL;
        output_add_untold(slot, lane, &entry);
    }
}

void skep_turn_read_along(struct skep_slot *slot, int64_t now_ms)
{
    char id[SKEP_RANGE_JOB_BYTES + 24], bytes[SKEP_OUTPUT_TAIL_BYTES];
    struct skep_lane *lane = slot->running.lane;
    struct skep_result_output output;
    struct skep_logs_entry entry;
    struct skep_error err = {0};
    skep_status st;

    if (now_ms - atomic_load(&slot->page->started_ms) < OUTPUT_ALONG_MS ||
        now_ms - slot->read_along_ms < OUTPUT_ALONG_MS || !skep_lane_can_tell_prints(lane) ||
        !skep_lane_is_due(lane, now_ms)) {
        return;
    }
    slot->read_along_ms = now_ms;
    entry = output_describe_running(slot, id, sizeof id);
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        if (skep_capture_peek(&slot->capture, i, bytes, &output)) {
            output_add(lane, &entry, i, &output);
        }
    }
    st = skep_lane_tell_prints(lane, &err);
    if (st != SKEP_OK) {
        (void)skep_lane_forgive(lane, st, "prints", &err);
    }
}
