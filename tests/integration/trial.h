/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_TRIAL_H
#define SKEP_TESTS_INTEGRATION_TRIAL_H

/* A hive in which something goes wrong with the server: tasks with numbers for ids, of which none may be lost
 * or done twice, and what worker and user read meanwhile. Include support/test.h first. */
#include <stdbool.h>

#include "hive.h"

/* Push N more tasks that sleep for SECONDS each. Their ids go on where the last ones ended. */
void trial_push(struct hive *hive, int n, const char *seconds);

/* Wait until N more results than now are there. */
void trial_await_progress(struct hive *hive, int n);

/* Wait until the worker has written WORDS to its log. */
void trial_await_log(struct hive *hive, const struct test_process *worker, const char *words);

/* `skep push` of one more task over URL (NULL: the hive's), with a patience of WAIT_S: it ends with EXIT_CODE
 * and says WORDS (NULL: nothing in particular). */
void trial_user_pushes(struct hive *hive, const char *url, const char *wait_s, int exit_code,
                       const char *words);

/* Any `skep ARGS... NULL` with --redis URL; the same. */
void trial_user_runs(struct hive *hive, const char *url, int exit_code, const char *words, ...)
    __attribute__((sentinel));

/* All tasks that were pushed are done, each once and with success; nothing is left, the counters agree, and
 * nobody was declared dead. Drains with a worker of its own over URL (NULL: the hive's). */
void trial_check_all_done(struct hive *hive, const char *url);

/* The same after a worker could not give back what it held: it is declared dead, and the heads of its hands
 * are blamed, for nobody knows what they were about. */
void trial_check_all_done_after_death(struct hive *hive, const char *url);

void trial_forget(void); /* start counting anew, for another hive */

/* A port of 127.0.0.1 that nobody uses just now. */
int trial_free_port(void);

#endif
