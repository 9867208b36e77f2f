/* SPDX-License-Identifier: MIT */
#include "producer/run/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/cli/command.h"

/* The list of causes is closed and shorter than the table; a newer worker's words may still fill it up, and
 * then count as the last one. */
static struct skep_tally_cause *tally_find(struct skep_tally *tally, const char *cause)
{
    struct skep_tally_cause *row;

    for (size_t i = 0; i < tally->n_causes; i++) {
        if (strcmp(tally->causes[i].cause, cause) == 0) {
            return &tally->causes[i];
        }
    }
    if (tally->n_causes == SKEP_TALLY_CAUSES) {
        return &tally->causes[SKEP_TALLY_CAUSES - 1];
    }
    row = &tally->causes[tally->n_causes++];
    snprintf(row->cause, sizeof row->cause, "%s", cause);
    return row;
}

void skep_tally_add_done(struct skep_tally *tally)
{
    tally->n_done++;
}

void skep_tally_add_failed(struct skep_tally *tally, uint64_t index, const char *cause, const char *message)
{
    struct skep_tally_cause *row = tally_find(tally, cause);

    tally->n_done++;
    tally->n_failed++;
    if (row->n++ == 0) {
        row->first_index = index;
        snprintf(row->first_message, sizeof row->first_message, "%s", message);
    }
}

/* What could not be shown of more causes. */
static void tally_say_rest(const struct skep_tally *tally)
{
    uint64_t n = 0;

    for (size_t i = SKEP_TALLY_SHOWN; i < tally->n_causes; i++) {
        n += tally->causes[i].n;
    }
    if (n > 0) {
        skep_say("  %" PRIu64 " more for %zu other cause%s", n, tally->n_causes - SKEP_TALLY_SHOWN,
                 tally->n_causes - SKEP_TALLY_SHOWN == 1 ? "" : "s");
    }
}

void skep_tally_say(const struct skep_tally *tally, uint64_t n_before, double seconds)
{
    char before[64] = "";
    double rate = seconds > 0 ? (double)(tally->n_done - n_before) / seconds : 0;

    if (n_before > 0) {
        snprintf(before, sizeof before, ", %" PRIu64 " of them before", n_before);
    }
    skep_say("%" PRIu64 " done, %" PRIu64 " failed in %.1f s (%.*f tasks/s%s)",
             tally->n_done - tally->n_failed, tally->n_failed, seconds, rate < 10 ? 1 : 0, rate, before);
    for (size_t i = 0; i < tally->n_causes && i < SKEP_TALLY_SHOWN; i++) {
        const struct skep_tally_cause *row = &tally->causes[i];
        skep_say("  %" PRIu64 " x %s, first at index %" PRIu64 ": %s", row->n, row->cause, row->first_index,
                 row->first_message);
    }
    tally_say_rest(tally);
}
