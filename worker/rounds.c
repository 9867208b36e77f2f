/* SPDX-License-Identifier: MIT */
#include "rounds.h"

void skep_rounds_count_cycle(struct skep_rounds *rounds, int64_t ns)
{
    rounds->counts.n_cycles++;
    rounds->counts.cycles_ns += ns;
    rounds->counts.cycle_buckets[skep_seconds_bucket(ns)]++;
}

void skep_rounds_count_batch(struct skep_rounds *rounds, int64_t n_tasks)
{
    rounds->counts.n_batches++;
    rounds->counts.n_tasks += n_tasks;
    rounds->counts.size_buckets[skep_size_bucket(n_tasks)]++;
}

void skep_rounds_count_logs(struct skep_rounds *rounds, size_t n, uint64_t n_lost)
{
    rounds->counts.n_logs += (int64_t)n;
    rounds->counts.n_logs_lost += (int64_t)n_lost;
}

static void rounds_add_errors(struct skep_rounds *rounds, skep_status status, int64_t n)
{
    size_t i = 0;

    while (i < rounds->n_errors && rounds->errors[i].status != status) {
        i++;
    }
    if (i == SKEP_ROUNDS_ERRORS) { /* more than there are words for what a server can do */
        return;
    }
    if (i == rounds->n_errors) {
        rounds->errors[rounds->n_errors++].status = status;
    }
    rounds->errors[i].n += n;
}

void skep_rounds_count_error(struct skep_rounds *rounds, skep_status status)
{
    rounds_add_errors(rounds, status, 1);
}

void skep_rounds_move(struct skep_rounds *into, struct skep_rounds *from)
{
    struct skep_round_counts *a = &into->counts;
    const struct skep_round_counts *b = &from->counts;

    a->n_cycles += b->n_cycles;
    a->cycles_ns += b->cycles_ns;
    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        a->cycle_buckets[k] += b->cycle_buckets[k];
    }
    a->n_batches += b->n_batches;
    a->n_tasks += b->n_tasks;
    for (int k = 0; k < SKEP_SIZE_BUCKETS; k++) {
        a->size_buckets[k] += b->size_buckets[k];
    }
    a->n_reconnects += b->n_reconnects;
    a->n_logs += b->n_logs;
    a->n_logs_lost += b->n_logs_lost;
    for (size_t i = 0; i < from->n_errors; i++) {
        rounds_add_errors(into, from->errors[i].status, from->errors[i].n);
    }
    *from = (struct skep_rounds){0};
}
