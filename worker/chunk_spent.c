/* SPDX-License-Identifier: MIT */
/* What the positions of a chunk have used. A position costs a number and a comparison here; the sums are made
 * when it is told. */
#include <string.h>

#include "chunk.h"

void skep_chunk_spend_anew(struct skep_chunk *chunk, const char *kernel, int64_t now_ms)
{
    struct skep_chunk_spent *spent = &chunk->spent;

    *spent = (struct skep_chunk_spent){.kernel = kernel, .took = spent->took, .began_ms = now_ms};
}

void skep_chunk_spend_position(struct skep_chunk *chunk, int64_t position, int64_t index, int64_t ran_ns)
{
    struct skep_spent_slow *slow = chunk->spent.slow;
    size_t i = chunk->spent.n_slow;

    if (i == SKEP_ACCOUNT_SLOWEST && ran_ns <= slow[i - 1].ns) {
        return;
    }
    if (i < SKEP_ACCOUNT_SLOWEST) {
        chunk->spent.n_slow++;
    } else {
        i--;
    }
    for (; i > 0 && slow[i - 1].ns < ran_ns; i--) {
        slow[i] = slow[i - 1];
    }
    slow[i] = (struct skep_spent_slow){.ns = ran_ns, .position = position, .index = index};
}

void skep_chunk_spend_usage(struct skep_chunk *chunk, const struct skep_usage *usage)
{
    skep_spent_add_usage(chunk->spent.rows, usage);
    chunk->spent.peak_rss_bytes = usage->peak_rss_bytes;
}

/* ---- telling ---- */

static double chunk_sum_times(const struct skep_chunk *chunk, int64_t buckets[SKEP_SECONDS_BUCKETS])
{
    const char *took = chunk->spent.took.bytes + (chunk->lo - chunk->base) * (int64_t)sizeof(float);
    double sum = 0;

    for (int64_t p = chunk->lo; p < chunk->telling; p++) {
        float ns;
        memcpy(&ns, took, sizeof ns);
        took += sizeof ns;
        if (ns >= 0) {
            sum += (double)ns;
            buckets[skep_seconds_bucket((int64_t)ns)]++;
        }
    }
    return sum;
}

static void chunk_split_times(const struct skep_chunk *chunk, double run_ns,
                              int64_t rows[SKEP_ACCOUNT_JOB_ROWS])
{
    const struct skep_chunk_spent *spent = &chunk->spent;
    double commit = spent->sampled_ns > 0 ? (double)spent->sampled_commit_ns / (double)spent->sampled_ns : 0;
    int64_t commit_ns = (int64_t)(run_ns * commit);

    rows[SKEP_ACCOUNT_COMPUTE] += (int64_t)run_ns - commit_ns;
    rows[SKEP_ACCOUNT_COMMIT] += commit_ns;
    rows[SKEP_ACCOUNT_WALL] = rows[SKEP_ACCOUNT_MAP] + rows[SKEP_ACCOUNT_COMPUTE] + rows[SKEP_ACCOUNT_COMMIT];
}

static int64_t chunk_count_failures(const struct skep_chunk *chunk, struct skep_account *account)
{
    int64_t n = 0;

    for (size_t i = 0; i < chunk->n_entries && chunk->entries[i].position < chunk->telling; i++) {
        const struct skep_settled *settled = &chunk->entries[i].settled;
        if (settled->kind != SKEP_DONE && skep_settled_is_attempt(settled)) {
            skep_account_add_cause(account, settled->cause);
            n++;
        }
    }
    return n;
}

void skep_chunk_account(struct skep_chunk *chunk, struct skep_account *account)
{
    struct skep_chunk_spent *spent = &chunk->spent;
    struct skep_spent_slow slow[SKEP_ACCOUNT_SLOWEST];
    struct skep_spent_range range = {.kernel = spent->kernel,
                                     .job = chunk->job,
                                     .began_ms = spent->began_ms,
                                     .peak_rss_bytes = spent->peak_rss_bytes,
                                     .slow = slow};

    memset(spent->telling, 0, sizeof spent->telling);
    if (chunk->telling <= chunk->lo) {
        return;
    }
    memcpy(spent->telling, spent->rows, sizeof spent->telling);
    memcpy(range.rows, spent->rows, sizeof range.rows);
    range.n_done = (int64_t)skep_chunk_count(chunk, chunk->lo, chunk->telling, SKEP_ACK_DONE);
    range.n_failed = chunk_count_failures(chunk, account);
    chunk_split_times(chunk, chunk_sum_times(chunk, range.buckets), range.rows);
    for (size_t i = 0; i < spent->n_slow; i++) {
        if (spent->slow[i].position < chunk->telling) {
            slow[range.n_slow++] = spent->slow[i];
        }
    }
    skep_account_add_range(account, &range);
}

/* Of the slowest those in [FROM, UPTO) stay. */
static void chunk_keep_slow(struct skep_chunk_spent *spent, int64_t from, int64_t upto)
{
    size_t n = 0;

    for (size_t i = 0; i < spent->n_slow; i++) {
        if (spent->slow[i].position >= from && spent->slow[i].position < upto) {
            spent->slow[n++] = spent->slow[i];
        }
    }
    spent->n_slow = n;
}

void skep_chunk_spent_forget_from(struct skep_chunk *chunk, int64_t upto)
{
    chunk->spent.took.length = (size_t)(upto - chunk->base) * sizeof(float);
    chunk_keep_slow(&chunk->spent, chunk->lo, upto);
}

void skep_chunk_spent_told(struct skep_chunk *chunk, int64_t now_ms)
{
    struct skep_chunk_spent *spent = &chunk->spent;

    for (int r = 0; r < SKEP_ACCOUNT_JOB_ROWS; r++) {
        spent->rows[r] -= spent->telling[r];
        spent->telling[r] = 0;
    }
    spent->began_ms = now_ms;
    chunk_keep_slow(spent, chunk->lo, INT64_MAX);
}
