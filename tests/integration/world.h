/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_WORLD_H
#define SKEP_TESTS_INTEGRATION_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger.h"
#include "model.h"
#include "observe.h"
#include "queue/collect.h"
#include "queue/conn.h"
#include "queue/holder.h"
#include "queue/put.h"
#include "support/redis.h"

/* Slots, agents, producers, consumers and an operator over real connections to one real server, the model of
 * the queue beside them, and a seeded chance that says who does what next. Everything here fails the test
 * when an answer is not what the model says. */

enum {
    WORLD_SLOTS = 6,
    WORLD_PRODUCERS = 2,
    WORLD_CONSUMERS = 2,
    WORLD_HELD_MAX = 24,
    WORLD_RANGES = 3,
    WORLD_PIECES_MAX = 8,
    WORLD_FATES_MAX = 4,
    WORLD_ADDS_MAX = 5,
    WORLD_SLOW_MAX = 5,
    WORLD_ACCOUNTS_MAX = 3, /* jobs in one account */
    WORLD_WORDS_BYTES = 512
};

/* What tasks have used, as it is told. */
struct account_plan {
    struct skep_account_news news;
    struct skep_account_add adds[WORLD_ADDS_MAX], job_adds[WORLD_ACCOUNTS_MAX][WORLD_ADDS_MAX];
    struct skep_account_job jobs[WORLD_ACCOUNTS_MAX];
    struct skep_account_slow slow[WORLD_ACCOUNTS_MAX][WORLD_SLOW_MAX];
    char names[WORLD_ACCOUNTS_MAX][MODEL_NAME_BYTES];
};

/* One slot, in one incarnation after the other. */
struct slot {
    struct skep_conn *conn;
    struct skep_holder holder;
    struct records held; /* what it believes to hold */
    /* The cycle under way: its words, its number, and what it believed to hold then. */
    struct skep_cycle cycle;
    struct skep_verdict verdicts[WORLD_HELD_MAX];
    struct account_plan account;
    struct records words;
    uint64_t number;
    size_t n_held;
    bool has_range;
    char range_job[MODEL_NAME_BYTES]; /* of which it wants many */
    /* What it tells of the range in its hand. */
    struct skep_range_verdict range;
    struct skep_verdict retries[WORLD_FATES_MAX], dead[WORLD_FATES_MAX];
    struct skep_bytes results[WORLD_FATES_MAX];
};

/* A range job that is put in pieces. */
struct range_plan {
    struct skep_range pieces[WORLD_PIECES_MAX];
    size_t n_pieces;
    int64_t n, n_done;
    const char *stop;
    char job[32]; /* a name that was forgotten in the midst is never used again */
    unsigned n_names;
};

struct producer {
    struct skep_conn *conn;
    struct skep_put put;
    struct records history; /* everything of this push so far, to push it again */
    unsigned n_pushes;
};

struct consumer {
    struct skep_conn *conn;
    struct skep_collector collector;
    struct records hand;
    bool is_pending; /* a call whose reply it did not see: the same again */
    size_t n_stored;
};

/* What a long run must have met, or it has shown nothing. */
#define WORLD_MET_MAP(X)                                                                                     \
    X(cycle_ok)                                                                                              \
    X(cycle_replay)                                                                                          \
    X(cycle_fenced)                                                                                          \
    X(cycle_out_of_step)                                                                                     \
    X(cycle_left)                                                                                            \
    X(cycle_held_off)                                                                                        \
    X(suspect_taken)                                                                                         \
    X(suspect_given_back)                                                                                    \
    X(reap_moved)                                                                                            \
    X(reap_refused)                                                                                          \
    X(second_crash)                                                                                          \
    X(put_ok)                                                                                                \
    X(put_replay)                                                                                            \
    X(put_full)                                                                                              \
    X(put_gap)                                                                                               \
    X(collect_ok)                                                                                            \
    X(collect_again)                                                                                         \
    X(collect_busy)                                                                                          \
    X(collect_lost)                                                                                          \
    X(letter_requeued)                                                                                       \
    X(letter_purged)                                                                                         \
    X(letter_dropped)                                                                                        \
    X(reap_settled)                                                                                          \
    X(reap_settled_late)                                                                                     \
    X(put_cancelled)                                                                                         \
    X(task_cancelled)                                                                                        \
    X(cancellation_met)                                                                                      \
    X(job_dropped)                                                                                           \
    X(job_forgotten)                                                                                         \
    X(job_not_over)                                                                                          \
    X(range_put)                                                                                             \
    X(range_put_again)                                                                                       \
    X(range_put_refused)                                                                                     \
    X(range_taken)                                                                                           \
    X(range_told)                                                                                            \
    X(range_cut)                                                                                             \
    X(range_stolen)                                                                                          \
    X(range_halved)                                                                                          \
    X(range_blamed)                                                                                          \
    X(range_dropped)                                                                                         \
    X(range_suspect)                                                                                         \
    X(range_reap_settled)                                                                                    \
    X(promoted)                                                                                              \
    X(account_told)                                                                                          \
    X(account_told_again)                                                                                    \
    X(account_refused)                                                                                       \
    X(account_reaped)                                                                                        \
    X(account_reaped_late)                                                                                   \
    X(account_forgotten)

#define WORLD_MET_FIELD(name) uint64_t name;
struct world_met {
    WORLD_MET_MAP(WORLD_MET_FIELD)
};
#undef WORLD_MET_FIELD

struct world {
    struct test_redis *redis;
    struct skep_keys keys;
    struct skep_conn *watcher, *agent, *spare;
    struct slot slots[WORLD_SLOTS];
    struct producer producers[WORLD_PRODUCERS];
    struct consumer consumers[WORLD_CONSUMERS];
    struct range_plan ranges[WORLD_RANGES], saved_ranges[WORLD_RANGES];
    struct model model, saved_model;
    struct ledger ledger, saved_ledger;
    bool has_saved;
    bool has_forgotten;  /* the scripts, perhaps */
    int64_t lost_client; /* the server's number of the line whose replies are lost */
    uint64_t seed, chance;
    uint64_t n_steps;
    const char *doing;
    bool is_drought;            /* nothing is put, and little goes back: the queue becomes empty */
    int64_t now_ms;             /* Redis TIME, as last seen */
    size_t n_tasks;             /* made so far */
    struct records agent_words; /* of the verdict that an agent gives */
    struct world_met met;
};

void world_open(struct world *world, uint64_t seed);
void world_close(struct world *world);

/* Compare the whole state with the model, and look at what must always be true. */
void world_check(struct world *world);

/* 0 ... N - 1, all equally likely. */
size_t pick(struct world *world, size_t n);
bool happens(struct world *world, unsigned percent);

/* Fail with the seed, the step and the words. */
void world_fail(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
void world_need(const struct world *world, bool fact, const char *words);

/* A task record: usually a new one, sometimes the very bytes of an earlier one. */
struct record world_make_task(struct world *world);

/* A verdict on TASK; its words join WORDS. IS_LAST: it has not succeeded, and ends its slot. */
struct skep_verdict world_make_verdict(struct world *world, struct records *words, const struct record *task,
                                       bool is_last);

/* The name of a job: one that somebody pushes, sometimes one that nobody does. */
const char *world_pick_job(struct world *world);

/* A range job, of those that there are at all; and what is said of one position of it. */
const char *world_pick_range(struct world *world);
struct skep_verdict world_make_range_retry(struct world *world, struct records *words, const char *job,
                                           int64_t position);
struct skep_verdict world_make_range_verdict(struct world *world, struct records *words, const char *job,
                                             int64_t position);
void slot_plan_range(struct world *world, struct slot *slot);

/* What tasks have used; PLAN keeps it. NULL: nothing is told. */
const struct skep_account_news *world_make_account(struct world *world, struct account_plan *plan);
void slot_plan_wants(struct world *world, struct slot *slot);

/* Dead letters that had to go are over. */
void world_count_dropped(struct world *world);

/* A line whose requests still reach the server, but whose replies are lost; or whose requests do not. */
void world_lose_replies(struct world *world, struct skep_conn *conn);
void world_lose_requests(struct skep_conn *conn);
/* What was sent on the line whose replies are lost has been executed. The line is closed. */
void world_wait_until_done(struct world *world);

/* What happens in one step. */
void slot_cycle(struct world *world);
void slot_register_again(struct world *world);
void slot_kill(struct world *world);
void slot_incarnate(struct world *world, struct slot *slot);
void agent_beat(struct world *world);
void agent_reap(struct world *world);
void producer_put(struct world *world);
void producer_push_raw(struct world *world);
void producer_forget(struct world *world);
void range_put(struct world *world);
void slot_take_large(struct world *world);
void producer_open(struct world *world, struct producer *producer);
void consumer_collect(struct world *world);
void consumer_mark_fades(struct world *world);
void consumer_open(struct world *world, struct consumer *consumer);
void operator_sift(struct world *world);
void operator_cancel(struct world *world);
void operator_forget(struct world *world);
void cancellations_fade(struct world *world);
void slot_ask(struct world *world);
void operator_set(struct world *world);
void operator_let_take(struct world *world); /* neither paused nor full */
void operator_look(struct world *world);
void time_leap(struct world *world);
void server_forget_scripts(struct world *world);
void server_save(struct world *world);
void server_restore(struct world *world);

#endif
