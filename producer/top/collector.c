/* SPDX-License-Identifier: MIT */
/* One thread asks, another one draws. The model is written by the asking one alone, with the lock held; it
 * reads without, and never waits for the server while it holds the lock. */
#include "producer/top/collector.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/top/round.h"

enum {
    COLLECTOR_RETRY_MS = 1000,  /* after a failure */
    COLLECTOR_HASTE_MS = 100,   /* between rounds, whatever is wished */
    COLLECTOR_GOODBYE_MS = 300, /* how long a thread that is to end is waited for */
    COLLECTOR_NS_PER_MS = 1000000
};

struct skep_top_collector {
    struct skep_top_round round; /* of the thread, once it runs; its model under the lock */
    int64_t interval_ms;
    int64_t begun_ms; /* of the last round */

    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool is_running;

    /* Under the lock: what is wanted of the thread. */
    bool is_ending, is_hurried;
    struct skep_top_wish wish;
    enum skep_top_order order;
    char order_queue[SKEP_QUEUE_NAME_MAX + 1];

    int bell[2];
};

/* ---- the thread ---- */

static void collector_ring(struct skep_top_collector *collector)
{
    (void)!write(collector->bell[1], "", 1); /* full: it rings already */
}

static struct timespec collector_time(int64_t monotonic_ms)
{
    return (struct timespec){.tv_sec = monotonic_ms / 1000,
                             .tv_nsec = monotonic_ms % 1000 * COLLECTOR_NS_PER_MS};
}

/* Until the next round is due. The lock is held. */
static void collector_rest(struct skep_top_collector *collector, bool is_well)
{
    int64_t pause_ms =
        is_well || collector->interval_ms < COLLECTOR_RETRY_MS ? collector->interval_ms : COLLECTOR_RETRY_MS;

    while (!collector->is_ending && collector->order == SKEP_TOP_NOTHING) {
        int64_t due_ms = collector->begun_ms + (collector->is_hurried ? COLLECTOR_HASTE_MS : pause_ms);
        struct timespec due = collector_time(due_ms);
        if (skep_monotonic_ms() >= due_ms ||
            pthread_cond_timedwait(&collector->wake, &collector->lock, &due) == ETIMEDOUT) {
            break;
        }
    }
}

static void *collector_run(void *context)
{
    struct skep_top_collector *collector = context;
    struct skep_top_round *round = &collector->round;

    (void)pthread_mutex_lock(&collector->lock);
    while (!collector->is_ending) {
        struct skep_error err = {0};
        enum skep_top_order order = collector->order;
        char queue[SKEP_QUEUE_NAME_MAX + 1];
        skep_status st;
        memcpy(queue, collector->order_queue, sizeof queue);
        round->wish = collector->wish;
        collector->order = SKEP_TOP_NOTHING;
        collector->is_hurried = false;
        (void)pthread_mutex_unlock(&collector->lock);

        if (order != SKEP_TOP_NOTHING) {
            skep_top_round_order(round, order, queue);
            collector_ring(collector);
        }
        collector->begun_ms = skep_monotonic_ms();
        st = skep_top_round_go(round, &err);
        collector_ring(collector);

        (void)pthread_mutex_lock(&collector->lock);
        collector_rest(collector, st == SKEP_OK);
    }
    (void)pthread_mutex_unlock(&collector->lock);
    return NULL;
}

/* ---- its life ---- */

static bool collector_init_sync(struct skep_top_collector *collector)
{
    pthread_condattr_t monotonic;
    bool is_good = pthread_mutex_init(&collector->lock, NULL) == 0 && pthread_condattr_init(&monotonic) == 0;

    if (is_good) {
        is_good = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
                  pthread_cond_init(&collector->wake, &monotonic) == 0;
        (void)pthread_condattr_destroy(&monotonic);
    }
    return is_good && pipe2(collector->bell, O_CLOEXEC | O_NONBLOCK) == 0;
}

skep_status skep_top_collector_new(struct skep_conn *conn, const char *queue, double interval_s,
                                   struct skep_top_collector **collector_out, struct skep_error *err)
{
    struct skep_top_collector *collector = skep_calloc(1, sizeof *collector);

    *collector_out = NULL;
    if (collector == NULL) {
        skep_conn_free(conn);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for what is seen");
    }
    if (!collector_init_sync(collector)) {
        skep_conn_free(conn);
        skep_free(collector);
        return skep_error_set(err, SKEP_E_IO, "cannot set up a thread: %s", strerror(errno));
    }
    collector->interval_ms = (int64_t)(interval_s * 1000);
    collector->round = (struct skep_top_round){.conn = conn, .lock = &collector->lock};
    if (queue != NULL) {
        memcpy(collector->round.only, queue, strlen(queue) + 1); /* checked: keys.h */
        memcpy(collector->wish.chosen, collector->round.only, sizeof collector->wish.chosen);
    }
    *collector_out = collector;
    return SKEP_OK;
}

skep_status skep_top_collector_look(struct skep_top_collector *collector, struct skep_error *err)
{
    collector->round.wish = collector->wish;
    return skep_top_round_go(&collector->round, err);
}

skep_status skep_top_collector_start(struct skep_top_collector *collector, struct skep_error *err)
{
    int failure = pthread_create(&collector->thread, NULL, collector_run, collector);

    if (failure != 0) {
        return skep_error_set(err, SKEP_E_IO, "cannot start a thread: %s", strerror(failure));
    }
    collector->is_running = true;
    return SKEP_OK;
}

/* Whether the thread has ended. */
static bool collector_end(struct skep_top_collector *collector)
{
    struct timespec latest = collector_time(skep_monotonic_ms() + COLLECTOR_GOODBYE_MS);

    (void)pthread_mutex_lock(&collector->lock);
    collector->is_ending = true;
    (void)pthread_cond_signal(&collector->wake);
    (void)pthread_mutex_unlock(&collector->lock);
    return pthread_clockjoin_np(collector->thread, NULL, CLOCK_MONOTONIC, &latest) == 0;
}

void skep_top_collector_free(struct skep_top_collector *collector)
{
    if (collector == NULL || (collector->is_running && !collector_end(collector))) {
        return;
    }
    skep_conn_free(collector->round.conn);
    skep_top_model_release(&collector->round.model);
    (void)pthread_cond_destroy(&collector->wake);
    (void)pthread_mutex_destroy(&collector->lock);
    (void)close(collector->bell[0]);
    (void)close(collector->bell[1]);
    skep_free(collector);
}

/* ---- what others see and wish ---- */

const struct skep_top_model *skep_top_collector_lock(struct skep_top_collector *collector)
{
    (void)pthread_mutex_lock(&collector->lock);
    return &collector->round.model;
}

void skep_top_collector_unlock(struct skep_top_collector *collector)
{
    (void)pthread_mutex_unlock(&collector->lock);
}

int skep_top_collector_fd(const struct skep_top_collector *collector)
{
    return collector->bell[0];
}

void skep_top_collector_take_news(struct skep_top_collector *collector)
{
    char bytes[64];

    while (read(collector->bell[0], bytes, sizeof bytes) > 0) {
    }
}

/* Whether something is wished that has not been seen. */
static bool collector_is_news(const struct skep_top_collector *collector, const struct skep_top_wish *wish)
{
    if (strcmp(collector->wish.chosen, wish->chosen) != 0) {
        return true;
    }
    for (size_t i = 0; i < wish->n; i++) {
        const struct skep_top_queue *queue = skep_top_model_find(&collector->round.model, wish->names[i]);
        if (queue != NULL && queue->seen == NULL && queue->trouble[0] == '\0') {
            return true;
        }
    }
    return false;
}

void skep_top_collector_wish(struct skep_top_collector *collector, const struct skep_top_wish *wish)
{
    (void)pthread_mutex_lock(&collector->lock);
    if (collector_is_news(collector, wish)) {
        collector->is_hurried = true;
        (void)pthread_cond_signal(&collector->wake);
    }
    collector->wish = *wish;
    (void)pthread_mutex_unlock(&collector->lock);
}

void skep_top_collector_order(struct skep_top_collector *collector, enum skep_top_order order,
                              const char *queue)
{
    (void)pthread_mutex_lock(&collector->lock);
    collector->order = order;
    memcpy(collector->order_queue, queue, strlen(queue) + 1); /* a queue's name is checked: keys.h */
    (void)pthread_cond_signal(&collector->wake);
    (void)pthread_mutex_unlock(&collector->lock);
}
