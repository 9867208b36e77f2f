/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_LEDGER_H
#define SKEP_CHAOS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What became of every task, in the words of Jepsen's total-queue. A task is a number; its record carries the
 * number as its id ("t12"), and so does its result. One byte a task. */
struct skep_ledger {
    uint8_t *tasks;
    size_t n_tasks;
    uint64_t n_attempted, n_acknowledged;
    uint64_t n_seen;           /* tasks that have a result */
    uint64_t n_good, n_failed; /* of these */
    uint64_t n_duplicated;     /* results beyond the first of a task */
    uint64_t n_unexpected;     /* results of no task that was attempted, or that cannot be read */
    char first_wrong[256];     /* the first duplicated or unexpected one */
};

struct skep_ledger_sums {
    uint64_t n_attempted;    /* somebody began to push it */
    uint64_t n_acknowledged; /* and was told that it is in */
    uint64_t n_seen;
    uint64_t n_lost;      /* acknowledged, and never seen */
    uint64_t n_recovered; /* not acknowledged, and seen all the same: no fault */
};

enum { SKEP_LEDGER_ID_BYTES = 24 };

/* For the tasks 0 to N_TASKS - 1. SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_ledger_init(struct skep_ledger *ledger, size_t n_tasks,
                                           struct skep_error *err);
void skep_ledger_release(struct skep_ledger *ledger);

const char *skep_ledger_id(uint64_t number, char text[SKEP_LEDGER_ID_BYTES]);

/* The tasks FIRST to FIRST + N - 1. */
void skep_ledger_attempt(struct skep_ledger *ledger, uint64_t first, uint64_t n);
void skep_ledger_acknowledge(struct skep_ledger *ledger, uint64_t first, uint64_t n);

/* One result, a line of JSON: the number of its task, or -1 when it is of none. */
int64_t skep_ledger_see(struct skep_ledger *ledger, const char *line, size_t n);

struct skep_ledger_sums skep_ledger_sum(const struct skep_ledger *ledger);

/* Up to MAX tasks that are lost, for words. */
size_t skep_ledger_lost(const struct skep_ledger *ledger, uint64_t *numbers_out, size_t max);

/* As before the first result was seen. */
void skep_ledger_forget_seen(struct skep_ledger *ledger);

bool skep_ledger_has_seen(const struct skep_ledger *ledger, uint64_t number);

#endif
