/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_SLOTS_H
#define SKEP_TESTS_INTEGRATION_HIVE_SLOTS_H

/* The processes of a hive's workers. Included by hive.h. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "support/process.h"

struct hive;

enum { HIVE_MAX_SLOTS = 16 };

/* The worker ends by itself with STATUS. */
void hive_await_end(struct hive *hive, struct test_process *worker, int status, int timeout_ms);

/* The slots of a worker that run now; how many. */
int hive_slots(const struct test_process *worker, pid_t *pids_out);

void hive_signal_slots(const struct test_process *worker, int signal);

/* The whole worker: the agent first, so that it does not see what becomes of its slots. */
void hive_signal_worker(const struct test_process *worker, int signal);

/* What ps shows of a process. */
void hive_read_title(pid_t pid, char *title, size_t size);

/* Wait until the worker has N slots that have set themselves up. */
void hive_await_slots(struct hive *hive, const struct test_process *worker, int n);

/* The slot (of any worker) whose title ends in TEXT ("sleep ID": it runs that task); waits for it. */
pid_t hive_await_title(struct hive *hive, const char *text);

/* Wait until the process has the file mapped: a title is there before the arrays are. */
void hive_await_mapping(struct hive *hive, pid_t pid, const char *path);

bool hive_is_gone(pid_t pid); /* no such process, or a zombie */
void hive_await_gone(struct hive *hive, const pid_t *pids, int n, int timeout_ms);

#endif
