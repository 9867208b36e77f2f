/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_KEPT_H
#define SKEP_TESTS_INTEGRATION_HIVE_KEPT_H

/* What the queue of a hive keeps of what its tasks have printed. Include hive.h first. Everything here fails
 * the test. */
#include "queue/logs.h"

enum { HIVE_MAX_KEPT = 2048, HIVE_KEPT_TEXT_BYTES = 64 };

struct hive_kept {
    char id[80], job[32], stream[8], worker[SKEP_WORKER_NAME_BYTES], text[HIVE_KEPT_TEXT_BYTES];
    int64_t index, attempt;
    uint64_t total_n, n_lost;
};

/* All of it, as it was when this was read last. */
extern struct hive_kept hive_kept[HIVE_MAX_KEPT];

/* Read it; how many entries. */
size_t hive_read_kept(struct hive *hive);

/* The one entry of this task, attempt and stream; and that its text is TEXT. */
const struct hive_kept *hive_find_kept(struct hive *hive, const char *id, int64_t attempt,
                                       const char *stream);
void hive_check_kept(struct hive *hive, const char *id, int64_t attempt, const char *stream,
                     const char *text);

/* What a result says was printed to this stream; NULL: nothing. And that it is TEXT. */
const char *hive_said(const struct hive_result *result, const char *stream);
void hive_check_said(struct hive *hive, const struct hive_result *result, const char *stream,
                     const char *text);

#endif
