/* SPDX-License-Identifier: MIT */
/* kill -9, again and again, on slots, on agents and on whole workers, as if machines went away. Two workers
 * are left alone: to conclude that somebody is dead takes a witness that lives for a lease, and few of those
 * in the storm do. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "chaos/recovery.h"

enum {
    KILL_N_WORKERS = 8,
    KILL_N_WITNESSES = 2,
    KILL_MEAN_LIFE_MS = 2000,
    KILL_SLOT_LIMIT_MS = 1000,
    KILL_WORKER_LIMIT_MS = 6000
};

static const char *const kill_slots[] = {"--slots", "2", NULL};

struct kill_storm {
    int64_t dies_ms[KILL_N_WORKERS];
    struct skep_recovery recovery;
    uint64_t n_slots, n_agents, n_workers; /* killed */
    uint64_t n_dead_slots;                 /* killed, whichever way */
};

/* One slot of a worker. */
static void kill_slot(struct skep_play *play, struct kill_storm *storm, struct skep_actor *worker)
{
    pid_t pids[SKEP_ACTOR_MAX_CHILDREN];
    size_t n = skep_actor_children(worker, pids);
    size_t at = (size_t)skep_chance_below(&play->chance, n);

    if (n > 0 && play->books.has_status) {
        skep_recovery_expect(&storm->recovery, SKEP_RECOVERY_SLOT, &pids[at], 1, &play->books.status,
                             skep_monotonic_ms());
        (void)kill(pids[at], SIGKILL);
        storm->n_slots++;
        storm->n_dead_slots++;
    }
}

/* The agent and all its slots at once: only another agent can find out. */
static void kill_worker(struct skep_play *play, struct kill_storm *storm, struct skep_actor *worker)
{
    pid_t pids[SKEP_ACTOR_MAX_CHILDREN];
    size_t n = skep_actor_children(worker, pids);

    if (play->books.has_status) {
        skep_recovery_expect(&storm->recovery, SKEP_RECOVERY_WORKER, pids, n, &play->books.status,
                             skep_monotonic_ms());
    }
    skep_actor_signal_all(worker, SIGKILL);
    storm->n_workers++;
    storm->n_dead_slots += n;
}

static skep_status kill_one(struct skep_play *play, struct kill_storm *storm, size_t at,
                            struct skep_error *err)
{
    struct skep_actor *worker = &play->cast.workers[at];
    uint64_t lot = skep_chance_below(&play->chance, 10);

    if (lot < 6) {
        kill_slot(play, storm, worker);
        return SKEP_OK;
    }
    if (lot < 8) {
        skep_actor_signal(worker, SIGKILL); /* its slots see it and leave */
        storm->n_agents++;
    } else {
        kill_worker(play, storm, worker);
    }
    skep_actor_end(worker, SIGKILL, SKEP_CAST_END_MS);
    return skep_cast_start_worker(&play->cast, at, kill_slots, NULL, err);
}

/* Whose time has come. */
static skep_status kill_due(struct skep_play *play, struct kill_storm *storm, struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();
    skep_status st = SKEP_OK;

    for (size_t i = 0; st == SKEP_OK && i < KILL_N_WORKERS; i++) {
        if (now_ms >= storm->dies_ms[i]) {
            if (storm->dies_ms[i] != 0) {
                st = kill_one(play, storm, i, err);
            }
            storm->dies_ms[i] = now_ms + skep_chance_life_ms(&play->chance, KILL_MEAN_LIFE_MS);
        }
    }
    return st;
}

static void kill_report_times(struct skep_play *play, struct kill_storm *storm)
{
    static const struct {
        const char *words;
        int64_t limit_ms;
    } kinds[] = {{"slot", KILL_SLOT_LIMIT_MS}, {"whole worker", KILL_WORKER_LIMIT_MS}};

    for (size_t i = 0; i < SKEP_RECOVERY_N_KINDS; i++) {
        struct skep_times *times = &storm->recovery.times[i];
        int64_t p99_ms = skep_times_percentile(times, 0.99);
        int64_t limit_ms = skep_play_limit_ms(play, kinds[i].limit_ms);
        skep_report_check(play->report, p99_ms <= limit_ms,
                          "tasks of a killed %s back after %" PRId64 " ms at p50, %" PRId64
                          " ms at p99 of %zu (limit %" PRId64 ")",
                          kinds[i].words, skep_times_percentile(times, 0.5), p99_ms, times->n, limit_ms);
    }
}

static void kill_report(struct skep_play *play, struct kill_storm *storm)
{
    const struct skep_stat *stat = &play->books.status.stat;
    int64_t most = (int64_t)(storm->n_dead_slots * SKEP_BATCH_MAX);

    skep_report_check(play->report, storm->n_dead_slots > 0,
                      "killed %" PRIu64 " slots, %" PRIu64 " agents, %" PRIu64 " whole workers",
                      storm->n_slots, storm->n_agents, storm->n_workers);
    skep_report_check(play->report, stat->crash_moved <= most,
                      "runs repeated at most %" PRId64 " (kills x batch: %" PRId64 ")", stat->crash_moved,
                      most);
    skep_report_note(play->report, "failed by the crash budget %" PRIu64, play->ledger.n_failed);
    kill_report_times(play, storm);
}

static skep_status kill_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_tasks = play->is_long ? 1000000 : 100000;
    struct kill_storm storm = {0};
    skep_status st = skep_play_begin(play, NULL, n_tasks, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, KILL_N_WORKERS + KILL_N_WITNESSES, kill_slots, err)
                       : st;
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                        0, n_tasks, err)
                       : st;
    while (st == SKEP_OK && play->ledger.n_seen < n_tasks && !skep_play_is_over(play)) {
        st = skep_play_tick(play, err);
        if (play->books.has_status) {
            skep_recovery_look(&storm.recovery, &play->books.status, play->sampled_ms);
        }
        /* The last tasks in peace: else the storm never ends. */
        if (st == SKEP_OK && play->ledger.n_seen < n_tasks - n_tasks / 20) {
            st = kill_due(play, &storm, err);
        }
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        kill_report(play, &storm);
    }
    skep_recovery_release(&storm.recovery);
    return st;
}

const struct skep_row skep_row_kill = {
    .name = "kill",
    .fault = "kill -9 storm on slots, agents and whole workers: 8 workers, mean life 2 s, 2 left alone",
    .small = "100,000 tasks",
    .large = "1,000,000 tasks",
    .holds = "repeated runs <= kills x batch; tasks of a slot back in 1 s, of a whole worker in 6 s (p99)",
    .perform = kill_perform,
};
