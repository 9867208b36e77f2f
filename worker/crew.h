/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CREW_H
#define SKEP_WORKER_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "child.h"
#include "metrics/metrics.h"
#include "queue/backoff.h"
#include "settings.h"

/* The slots of an agent, in their order, living or waiting to be started. */

struct skep_crew_member {
    struct skep_child child;
    int64_t start_at_ms; /* when a dead slot is started again */
    struct skep_backoff backoff;
};

struct skep_crew {
    const struct skep_worker_settings *settings;
    struct skep_family family;
    char host[65];
    int n;
    struct skep_crew_member *members;
    struct skep_metrics metrics; /* of the slots that are over, and what only the agent knows */
};

/* N slots, none of them started. SETTINGS and ARGV are borrowed.
 *   SKEP_E_NOMEM, SKEP_E_IO */
SKEP_MUST_USE skep_status skep_crew_init(struct skep_crew *crew, const struct skep_worker_settings *settings,
                                         char *const *argv, int n, struct skep_error *err);
void skep_crew_release(struct skep_crew *crew); /* zeroed is fine */

/* Start every slot whose time has come. */
void skep_crew_start(struct skep_crew *crew, int64_t now_ms);

/* When the next one is to be started; INT64_MAX: none is waiting. */
int64_t skep_crew_next_start_ms(const struct skep_crew *crew);

/* A slot that has ended since: its status and its page can be read until it is retired. NULL: none. */
struct skep_child *skep_crew_next_over(struct skep_crew *crew);

/* Forget it. It is started again at once, or after a pause that grows if slots die as soon as they start. */
void skep_crew_retire(struct skep_crew *crew, struct skep_child *child, bool is_started_at_once,
                      int64_t now_ms);

bool skep_crew_is_any_alive(const struct skep_crew *crew);
/* A slot has told news since the last time: all of them are to look. */
void skep_crew_spread_news(const struct skep_crew *crew);

void skep_crew_command(const struct skep_crew *crew, enum skep_control command);
void skep_crew_set_log_level(const struct skep_crew *crew, enum skep_log_level level);
void skep_crew_kill(const struct skep_crew *crew);

#endif
