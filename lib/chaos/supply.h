/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_SUPPLY_H
#define SKEP_CHAOS_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "chaos/play.h"
#include "chaos/times.h"

/* Tasks for a storm that lasts as long as it takes: whenever few are left, the next ones are pushed. */
struct skep_supply {
    const char *format; /* as of skep_cast_write_tasks */
    uint64_t chunk;     /* tasks of one push; more are pushed when fewer wait */
    uint64_t next, end; /* of the ledger's tasks, those not yet given */
    int64_t acked_ms;   /* when the last push was acknowledged; 0: none was */
    uint64_t acked_n;   /* tasks in it */
    bool was_pushing;
};

/* Tick, and push more where need be. */
SKEP_MUST_USE skep_status skep_supply_tick(struct skep_supply *supply, struct skep_play *play,
                                           struct skep_error *err);
SKEP_MUST_USE skep_status skep_supply_for(struct skep_supply *supply, struct skep_play *play, int64_t ms,
                                          struct skep_error *err);

/* Wait until workers get on with tasks after SINCE_MS, when what held them up was gone, and note in TIMES how
 * long they took: something was settled, or, where the server may still find what was sent to it before,
 * more than was in their hands (IS_BEYOND_HANDS). With nobody at work after a minute that long is noted. */
SKEP_MUST_USE skep_status skep_supply_await_work(struct skep_supply *supply, struct skep_play *play,
                                                 int64_t since_ms, bool is_beyond_hands,
                                                 struct skep_times *times, struct skep_error *err);

/* "WHAT at most 812 ms, 300 ms at the median (limit 2000)". The limit as of skep_play_limit_ms. */
void skep_supply_report_times(struct skep_play *play, struct skep_times *times, const char *what,
                              int64_t limit_ms);

#endif
