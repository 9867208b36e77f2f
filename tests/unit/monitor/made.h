/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_MONITOR_MADE_H
#define SKEP_TESTS_UNIT_MONITOR_MADE_H

/* An overview made by hand, of a queue with which all is well: ten tasks wait, two slots of one machine,
 * which began 17 s ago, hold one each and were told of a second ago. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "monitor/overview.h"

enum { MADE_SLOTS = 2, MADE_JOBS = 3, MADE_NOW_MS = 1000000 };

struct made {
    struct skep_overview overview;
    struct skep_slot_status statuses[MADE_SLOTS];
    struct skep_overview_slot slots[MADE_SLOTS];
    struct skep_job jobs[MADE_JOBS];
};

static inline void made_begin(struct made *made)
{
    static const char *const workers[MADE_SLOTS] = {"bee:101:f0000:1", "bee:102:f0001:2"};

    *made = (struct made){0};
    made->overview = (struct skep_overview){
        .at_ms = 5000,
        .status = {.now_ms = MADE_NOW_MS,
                   .n_waiting = 10,
                   .n_held = 2,
                   .oldest_ms = 500,
                   .n_slots = MADE_SLOTS,
                   .slots = made->statuses,
                   .pace = {.at_ms = MADE_NOW_MS - 12000}},
        .n_slots = MADE_SLOTS,
        .slots = made->slots,
        .n_workers = 1,
        .n_hosts = 1,
        .n_busy = 2,
        .jobs = made->jobs,
        .cycle_age_ms = 200,
        .oldest_ms = 500,
    };
    for (int i = 0; i < MADE_SLOTS; i++) {
        made->statuses[i] = (struct skep_slot_status){.beat = 50, .n_cycles = 7, .n_held = 1};
        snprintf(made->statuses[i].worker, sizeof made->statuses[i].worker, "%s", workers[i]);
        made->slots[i] = (struct skep_overview_slot){
            .status = &made->statuses[i],
            .has_info = true,
            .info =
                {.host = "bee",
                 .pid = 101 + i,
                 .agent_pid = 100,
                 .slot = i,
                 .version = "1.0",
                 .protocol = SKEP_INFO_PROTOCOL,
                 .at_ms = MADE_NOW_MS - 1000,
                 .state = 'R',
                 .is_busy = true,
                 .cycles = 7,
                 .cycle_ms = MADE_NOW_MS - 1200,
                 .running = {.is_any = true, .kernel = "sum", .index = -1, .since_ms = MADE_NOW_MS - 1200}},
            .cycle_age_ms = 1200,
            .beat_age_ms = -1,
        };
    }
}

/* Both slots have nothing to do. */
static inline void made_idle(struct made *made)
{
    made->overview.status.n_held = 0;
    made->overview.n_busy = 0;
    for (int i = 0; i < MADE_SLOTS; i++) {
        made->statuses[i].n_held = 0;
        made->slots[i].info.is_busy = false;
        made->slots[i].info.running.is_any = false;
    }
}

#endif
