/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_EXPORTER_KNOWN_H
#define SKEP_TESTS_UNIT_EXPORTER_KNOWN_H

/* A state as the collector would leave it, made by hand: Redis was read at KNOWN_NOW_MS, and the queue "q"
 * with two slots, two kernels and a job. */
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "base/alloc.h"
#include "ops/exporter/state.h"

enum { KNOWN_NOW_MS = 100000 };

static struct skep_slot_status known_statuses[2];

/* An overview that skep_overview_release can take apart: what it points to is its own. */
static inline struct skep_overview *known_overview(void)
{
    struct skep_overview *o = skep_calloc(1, sizeof *o);
    struct skep_overview_account *account;

    assert_non_null(o);
    skep_arena_init(&o->arena, 1 << 20);
    *o = (struct skep_overview){
        .at_ms = KNOWN_NOW_MS,
        .status = {.now_ms = 1700000000000, .n_waiting = 4, .n_held = 2, .n_dead = 1, .n_results = 7},
        .n_slots = 2,
        .n_workers = 1,
        .n_hosts = 1,
        .n_busy = 1,
        .n_jobs = 1,
        .n_left = 6,
        .oldest_ms = 1500,
        .cycle_age_ms = 250,
        .arena = o->arena,
    };
    o->status.stat.done = 40;
    o->status.stat.taken = 43;
    o->slots = skep_calloc(2, sizeof *o->slots);
    o->jobs = skep_calloc(1, sizeof *o->jobs);
    assert_non_null(o->slots);
    assert_non_null(o->jobs);
    snprintf(known_statuses[0].worker, sizeof known_statuses[0].worker, "bee:1:x:1");
    snprintf(known_statuses[1].worker, sizeof known_statuses[1].worker, "bee:2:x:2");
    o->slots[0] = (struct skep_overview_slot){
        .status = &known_statuses[0],
        .has_info = true,
        .cycle_age_ms = 250,
        .info = {
            .host = "bee",
            .version = "1.0",
            .state = 'R',
            .is_busy = true,
            .tasks = 12,
            .pss_bytes = 1000,
            .rss_bytes = 5000,
            .at_ms = 1699999999000,
            .running = {
                .is_any = true, .kernel = "te_box", .job = "mon", .index = 17, .since_ms = 1699999998000}}};
    o->slots[1] = (struct skep_overview_slot){.status = &known_statuses[1], .cycle_age_ms = -1};
    o->jobs[0] = (struct skep_job){.is_announced = true, .n_announced = 10, .n_put = 10, .n_done = 4};
    snprintf(o->jobs[0].name, sizeof o->jobs[0].name, "mon");
    account = &o->account;
    account->n_kernels = 2;
    account->kernels[0] = (struct skep_overview_kernel){"sum", 30, 1, 2000000000, {[0] = 31}};
    account->kernels[1] = (struct skep_overview_kernel){"te_box", 10, 2, 4000000000, {[11] = 12}};
    account->n_causes = 1;
    account->causes[0] = (struct skep_overview_count){"timeout", 3};
    return o;
}

static inline struct skep_export_queue *known_begin(struct skep_export_state *state)
{
    static const char *const names[] = {"q"};

    skep_export_state_init(state, KNOWN_NOW_MS - 5000);
    state->is_up = true;
    state->read_ms = KNOWN_NOW_MS;
    state->period_ms = 1000;
    state->n_known = 1;
    assert_int_equal(skep_export_state_set_queues(state, names, 1, KNOWN_NOW_MS), SKEP_OK);
    state->queues[0]->is_read = true;
    skep_export_queue_set(state->queues[0], known_overview(), KNOWN_NOW_MS);
    return state->queues[0];
}

/* BYTES has LINE as one of its lines. */
static inline void known_has_line(const char *bytes, const char *line)
{
    const char *at = bytes;
    size_t n = strlen(line);

    while ((at = strstr(at, line)) != NULL) {
        if ((at == bytes || at[-1] == '\n') && at[n] == '\n') {
            return;
        }
        at += n;
    }
    fail_msg("no line '%s' in\n%s", line, bytes);
}

#endif
