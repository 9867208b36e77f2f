/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_WORKER_SETTLE_FIXTURE_H
#define SKEP_TESTS_UNIT_WORKER_SETTLE_FIXTURE_H

#include "support/test.h"

#include "worker/settle.h"

/* What the tests of verdicts share: a policy, an attempt, and where a verdict is written. */

/* The defaults that `skep-worker --help` promises. */
static const struct skep_policy policy = {.retries = 5, .backoff_s = 1, .backoff_max_s = 600, .crashes = 3};
static const struct skep_attempt attempt = {
    .worker = "w1", .host = "h", .started_ms = 1000, .finished_ms = 2000, .now_ms = 2000000000000};

static struct skep_arena arena;
static struct skep_buf bytes;
static struct skep_settled settled;

static inline int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 16 << 20);
    skep_buf_init(&bytes, 16 << 20);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    skep_buf_release(&bytes);
    return 0;
}

/* What was settled last. */
static inline const struct skep_verdict *verdict_of(void)
{
    static struct skep_verdict verdict;

    assert_false(skep_buf_failed(&bytes));
    verdict = skep_settled_verdict(&settled, &bytes);
    return &verdict;
}

#endif
