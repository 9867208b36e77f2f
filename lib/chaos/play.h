/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_PLAY_H
#define SKEP_CHAOS_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "chaos/books.h"
#include "chaos/cast.h"
#include "chaos/chance.h"
#include "chaos/ledger.h"
#include "chaos/report.h"
#include "chaos/tail.h"

/* One row being performed: its cast, its books, and the clockwork between them. A row starts who it needs,
 * gives tasks, does harm between ticks, and finishes. */
struct skep_row;

/* Zeroed means defaults. */
struct skep_play_options {
    uint64_t seed;
    bool is_long;
    bool keeps_folder; /* leave what everybody wrote; a row that fails leaves it always */
    int64_t
        give_up_ms; /* when no result has come for so long, none will; 0: a minute, five in the long form */
    bool (*should_stop)(void); /* Ctrl-C */
    struct skep_cast_options cast;
};

struct skep_play {
    const struct skep_play_options *options;
    bool is_long;
    struct skep_chance chance;
    struct skep_cast cast;
    struct skep_ledger ledger;
    struct skep_books books;
    struct skep_report *report;
    struct skep_tail tail;

    /* The push under way (skep_play_push). */
    char push_name[64];
    uint64_t push_first, push_n;
    uint64_t n_push_restarts; /* it ended before it was done, and was started again */

    bool has_failed;       /* a row has seen enough: do not wait for what will never come */
    bool is_blind;         /* do not ask the server: it is stopped, and the driver would stand still too */
    int64_t sampled_ms;    /* when the books were looked at last */
    int64_t empty_ms;      /* since when nothing is in the queue; 0: something is */
    int64_t progressed_ms; /* when a result was seen last */
    uint64_t n_progressed;

    /* What the row excuses: acknowledged tasks without a result, results that come twice. */
    int64_t may_lose, may_repeat;

    /* For rows that want to see every result; may be set after the beginning. NUMBER is -1 for strangers. */
    void (*on_result)(struct skep_play *play, int64_t number, const char *line, size_t n);
    void *row_state;
};

/* Perform ROW from beginning to end. What it found is in REPORT_OUT; a play that could not go on is there as
 * a figure that does not hold. SKEP_STOPPED   should_stop said so */
SKEP_MUST_USE skep_status skep_play_perform(const struct skep_row *row,
                                            const struct skep_play_options *options,
                                            struct skep_report *report_out, struct skep_error *err);

/* ---- for rows ---- */

/* Start the server with ARGS (skep_cast_start_server), and make room for N_TASKS in the ledger. For rows that
 * put a proxy in between before they start anybody else; the consumer is then skep_cast_start_consumer. */
SKEP_MUST_USE skep_status skep_play_begin_server(struct skep_play *play, const char *const *server_args,
                                                 uint64_t n_tasks, struct skep_error *err);

/* The same and the consumer. */
SKEP_MUST_USE skep_status skep_play_begin(struct skep_play *play, const char *const *server_args,
                                          uint64_t n_tasks, struct skep_error *err);

/* Start N workers with ARGS. */
SKEP_MUST_USE skep_status skep_play_start_workers(struct skep_play *play, size_t n, const char *const *args,
                                                  struct skep_error *err);

/* Give the tasks FIRST to FIRST + N - 1 to `skep push` (FORMAT as of skep_cast_write_tasks). It runs beside
 * the rest; when it ends well they count as acknowledged, and when it ends otherwise it is started again with
 * the same job. One push at a time. */
SKEP_MUST_USE skep_status skep_play_push(struct skep_play *play, const char *format, uint64_t first,
                                         uint64_t n, struct skep_error *err);

/* The server is back in the past. The consumer finds another list than it left, says so and ends: another one
 * goes on. A push that was acknowledged is given again under its name, to bring back what is missing. */
SKEP_MUST_USE skep_status skep_play_push_again(struct skep_play *play, uint64_t first, uint64_t n,
                                               struct skep_error *err);
bool skep_play_is_pushing(const struct skep_play *play);

/* Let a few milliseconds pass: results are read, the books are looked at, a push is kept going. What happens
 * to others is the row's. SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_play_tick(struct skep_play *play, struct skep_error *err);
SKEP_MUST_USE skep_status skep_play_tick_for(struct skep_play *play, int64_t ms, struct skep_error *err);

/* Whether nothing can be expected any more: all pushed, no task in the queue and no result either. Or nothing
 * has come for give_up_ms. */
bool skep_play_is_over(const struct skep_play *play);

/* Tick until N tasks have been seen, or the play is over. */
SKEP_MUST_USE skep_status skep_play_until_seen(struct skep_play *play, uint64_t n, struct skep_error *err);

/* Tick until the play is over, then report what everybody must hold: nothing lost, nothing unexpected, no
 * result twice, books that balanced at every look and in the end. */
SKEP_MUST_USE skep_status skep_play_finish(struct skep_play *play, struct skep_error *err);

/* A limit in ms as it is judged: in the small form, which runs on machines that are busy with other tests,
 * three times of what the long form asks for. */
int64_t skep_play_limit_ms(const struct skep_play *play, int64_t limit_ms);

#endif
