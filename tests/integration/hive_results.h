/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_RESULTS_H
#define SKEP_TESTS_INTEGRATION_HIVE_RESULTS_H

/* What came of the tasks of a hive. Included by hive.h. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/node.h"

struct hive;

struct hive_result {
    const char *id, *cause, *message; /* cause and message: "" when ok */
    bool is_ok;
    const struct skep_node *value; /* NULL when not ok */
    int64_t attempt, slot;
    const char *worker;
    const struct skep_node *root;
};

/* Wait until there are N results in all, then look at them in their order; they stay in the list. Fails when
 * there are more. The array is the arena's. */
const struct hive_result *hive_results(struct hive *hive, size_t n, int timeout_ms);

/* The one result with this id; fails if there is none or more than one. */
const struct hive_result *hive_result_of(struct hive *hive, const struct hive_result *results, size_t n,
                                         const char *id);

/* Nothing waits, nothing is held, delayed or suspect, N_RESULTS results are there, N_DEAD dead letters, and
 * the counters agree. Waits for it. */
void hive_check_done(struct hive *hive, int64_t n_results, int64_t n_dead);

/* Dead letter number I: its first line (NUL-terminated) and the bytes behind that, in the arena. */
struct hive_letter {
    const char *line;
    const char *body;
    size_t body_n;
};
struct hive_letter hive_letter(struct hive *hive, int64_t i);

#endif
