/* SPDX-License-Identifier: MIT */
/* Eight agents conclude at the same instant that the same worker is dead. One of them is right. */
#include "chaos/row.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/alloc.h"
#include "queue/beat.h"
#include "queue/holder.h"
#include "queue/put.h"

enum { REAPERS_N = 8, REAPERS_BATCH = 100, REAPERS_TASKS = 1000 };

struct reapers {
    struct skep_play *play;
    pthread_barrier_t begin, end;
    struct skep_death death;
    bool is_over;
};

struct reaper {
    struct reapers *all;
    struct skep_conn *conn;
    pthread_t thread;
    int64_t moved;
    skep_status status;
};

static void *reapers_run(void *context)
{
    struct reaper *reaper = context;
    struct reapers *all = reaper->all;

    for (;;) {
        pthread_barrier_wait(&all->begin);
        if (all->is_over) {
            return NULL;
        }
        reaper->status = skep_reap(reaper->conn, &all->play->cast.keys, &all->death, &reaper->moved, NULL);
        pthread_barrier_wait(&all->end);
    }
}

/* The tasks that the worker is to hold. */
static skep_status reapers_put(struct skep_play *play, struct skep_error *err)
{
    struct skep_bytes records[REAPERS_TASKS];
    char texts[REAPERS_TASKS][64];
    struct skep_put put;
    skep_status st = skep_put_init(&put, play->cast.conn, play->cast.keys.name, "reapers", err);

    for (size_t i = 0; i < REAPERS_TASKS; i++) {
        int n = snprintf(texts[i], sizeof texts[i], "{\"id\":\"t%zu\",\"kernel\":\"echo\"}", i);
        records[i] = (struct skep_bytes){texts[i], (size_t)n};
    }
    skep_ledger_attempt(&play->ledger, 0, REAPERS_TASKS);
    st = st == SKEP_OK ? skep_put_resume(&put, err) : st;
    st = st == SKEP_OK ? skep_put_send(&put, records, REAPERS_TASKS, err) : st;
    st = st == SKEP_OK ? skep_put_drain(&put, err) : st;
    if (st == SKEP_OK) {
        skep_ledger_acknowledge(&play->ledger, 0, REAPERS_TASKS);
    }
    return st;
}

/* One worker takes a batch and dies; all reapers at once. True: exactly one moved exactly what it held. */
static skep_status reapers_round(struct reapers *all, struct reaper *reapers, struct skep_conn *conn,
                                 bool *is_right_out, struct skep_error *err)
{
    static const struct skep_cycle take = {.want = REAPERS_BATCH};
    struct skep_cycle_reply *reply = skep_calloc(1, sizeof *reply);
    struct skep_holder holder;
    int64_t n_first = 0, n_moved = 0;
    skep_status st = reply != NULL ? skep_holder_init(&holder, conn, all->play->cast.keys.name, err)
                                   : skep_error_set(err, SKEP_E_NOMEM, "no memory for a round");

    *is_right_out = false;
    st = st == SKEP_OK ? skep_holder_cycle(&holder, &take, reply, err) : st;
    if (st == SKEP_OK) {
        all->death = (struct skep_death){
            .worker = holder.worker, .observed = 1, .running = SKEP_RUNNING_NONE, .info = ""};
        pthread_barrier_wait(&all->begin);
        pthread_barrier_wait(&all->end);
        for (size_t i = 0; i < REAPERS_N; i++) {
            st = st == SKEP_OK ? reapers[i].status : st;
            n_first += reapers[i].moved >= 0;
            n_moved += reapers[i].moved >= 0 ? reapers[i].moved : 0;
        }
        *is_right_out = n_first == 1 && n_moved == (int64_t)reply->n_tasks && reply->n_tasks > 0;
    }
    skep_free(reply);
    return st;
}

static skep_status reapers_start(struct reapers *all, struct reaper *reapers, struct skep_error *err)
{
    const struct skep_conn_options options = {.url = all->play->cast.server_url, .client_name = "reaper"};
    skep_status st = SKEP_OK;

    for (size_t i = 0; st == SKEP_OK && i < REAPERS_N; i++) {
        reapers[i] = (struct reaper){.all = all};
        st = skep_conn_new(&options, &reapers[i].conn, err);
        st = st == SKEP_OK ? skep_conn_connect(reapers[i].conn, err) : st;
        if (st == SKEP_OK && pthread_create(&reapers[i].thread, NULL, reapers_run, &reapers[i]) != 0) {
            st = skep_error_set(err, SKEP_E_IO, "no thread");
        }
    }
    return st;
}

static skep_status reapers_go(struct reapers *all, uint64_t n_rounds, uint64_t *n_right,
                              struct skep_error *err)
{
    const struct skep_conn_options options = {.url = all->play->cast.server_url, .client_name = "dying"};
    struct reaper reapers[REAPERS_N] = {{.conn = NULL}};
    struct skep_conn *conn = NULL;
    skep_status st = skep_conn_new(&options, &conn, err);

    (void)pthread_barrier_init(&all->begin, NULL, REAPERS_N + 1);
    (void)pthread_barrier_init(&all->end, NULL, REAPERS_N + 1);
    st = st == SKEP_OK ? reapers_start(all, reapers, err) : st;
    for (uint64_t i = 0; st == SKEP_OK && i < n_rounds; i++) {
        bool is_right;
        st = reapers_round(all, reapers, conn, &is_right, err);
        *n_right += st == SKEP_OK && is_right;
        (void)skep_books_sample(&all->play->books, all->play->cast.conn, &all->play->cast.keys);
    }
    if (reapers[REAPERS_N - 1].thread != 0) { /* all of them run: else the play has failed anyway */
        all->is_over = true;
        pthread_barrier_wait(&all->begin);
        for (size_t i = 0; i < REAPERS_N; i++) {
            pthread_join(reapers[i].thread, NULL);
            skep_conn_free(reapers[i].conn);
        }
    }
    skep_conn_free(conn);
    return st;
}

static skep_status reapers_perform(struct skep_play *play, struct skep_error *err)
{
    static const char *const slots[] = {"--slots", "2", NULL};
    const uint64_t n_rounds = play->is_long ? 1000 : 200;
    struct reapers all = {.play = play};
    uint64_t n_right = 0;
    skep_status st = skep_play_begin(play, NULL, REAPERS_TASKS, err);

    st = st == SKEP_OK ? reapers_put(play, err) : st;
    st = st == SKEP_OK ? reapers_go(&all, n_rounds, &n_right, err) : st;
    st = st == SKEP_OK ? skep_play_start_workers(play, 1, slots, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, n_right == n_rounds,
                          "in %" PRIu64 " of %" PRIu64
                          " rounds exactly one of %d moved exactly what was held",
                          n_right, n_rounds, REAPERS_N);
        skep_report_check(play->report, play->books.status.stat.reaped == (int64_t)n_rounds,
                          "reaped %" PRId64, play->books.status.stat.reaped);
    }
    return st;
}

const struct skep_row skep_row_reapers = {
    .name = "reapers",
    .fault = "8 reapers on one dead worker",
    .small = "200 rounds",
    .large = "1,000 rounds",
    .holds = "its tasks are given back once",
    .perform = reapers_perform,
};
