/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_TOP_MODEL_H
#define SKEP_TESTS_TOP_MODEL_H

/* What `skep top` could have seen, made by hand. Include support/test.h first. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/top/model.h"

enum { TOP_NOW_MS = 1000000 /* monotonic */, TOP_SERVER_MS = 50000000 };

static inline struct skep_top_seen *top_make_seen(const char *name)
{
    struct skep_top_seen *seen = skep_calloc(1, sizeof *seen);

    assert_non_null(seen);
    assert_int_equal(skep_keys_init(&seen->overview.keys, name, NULL), SKEP_OK);
    skep_arena_init(&seen->overview.arena, 1024 * 1024);
    seen->overview.at_ms = TOP_NOW_MS;
    seen->overview.status.now_ms = TOP_SERVER_MS;
    seen->overview.in_per_s = seen->overview.out_per_s = seen->overview.eta_s = NAN;
    seen->overview.oldest_ms = seen->overview.cycle_age_ms = -1;
    return seen;
}

static inline void top_add_finding(struct skep_top_seen *seen, enum skep_finding_kind kind, const char *words)
{
    struct skep_finding *finding = &seen->findings[seen->n_findings++];

    finding->kind = kind;
    snprintf(finding->words, sizeof finding->words, "%s", words);
}

/* N slots of `seen`, of one machine; none has told anything. */
static inline void top_add_slots(struct skep_top_seen *seen, size_t n)
{
    struct skep_overview *overview = &seen->overview;

    overview->status.slots = skep_calloc(n, sizeof *overview->status.slots);
    overview->slots = skep_calloc(n, sizeof *overview->slots);
    if (overview->status.slots == NULL || overview->slots == NULL) {
        abort();
    }
    overview->n_slots = overview->status.n_slots = n;
    for (size_t i = 0; i < n; i++) {
        snprintf(overview->status.slots[i].worker, SKEP_WORKER_NAME_BYTES, "hive:%zu:1:a", 100 + i);
        overview->slots[i].status = &overview->status.slots[i];
        overview->slots[i].cycle_age_ms = 400;
        skep_info_init(&overview->slots[i].info);
    }
}

/* Slot I says that it runs this; FOR_S: since then. */
static inline struct skep_info *top_tell(struct skep_top_seen *seen, size_t i, const char *kernel,
                                         const char *job, int64_t index, double for_s)
{
    struct skep_overview_slot *slot = &seen->overview.slots[i];

    slot->has_info = true;
    seen->overview.n_busy += seen->overview.status.slots[i].n_held == 0;
    seen->overview.status.slots[i].n_held = 7;
    slot->info.host = "hive";
    slot->info.slot = (int64_t)i;
    slot->info.pid = 100 + (int64_t)i;
    slot->info.agent_pid = 99;
    slot->info.version = "0.1.0";
    slot->info.is_busy = true;
    slot->info.running.is_any = true;
    slot->info.running.kernel = kernel;
    slot->info.running.job = job;
    slot->info.running.index = index;
    slot->info.running.since_ms = TOP_SERVER_MS - (int64_t)(for_s * 1000);
    return &slot->info;
}

static inline void top_add_jobs(struct skep_top_seen *seen, const struct skep_job *jobs, size_t n)
{
    seen->overview.jobs = skep_calloc(n, sizeof *jobs);
    memcpy(seen->overview.jobs, jobs, n * sizeof *jobs);
    seen->overview.n_jobs = n;
}

static inline struct skep_job top_job(const char *name, int64_t n, int64_t done, int64_t failed)
{
    struct skep_job job = {.is_announced = true,
                           .n_announced = n,
                           .n_put = n,
                           .n_done = done,
                           .n_failed = failed,
                           .now_ms = TOP_SERVER_MS,
                           .put_ms = TOP_SERVER_MS - 65000};

    snprintf(job.name, sizeof job.name, "%s", name);
    return job;
}

/* A server with these queues, of which nothing is known yet. */
static inline void top_begin(struct skep_top_model *model, const char *const *names, size_t n)
{
    *model = (struct skep_top_model){.version = 70015, .seen_ms = TOP_NOW_MS};
    snprintf(model->server, sizeof model->server, "redis://hive:6379");
    assert_int_equal(skep_top_model_list(model, names, n), SKEP_OK);
}

#endif
