/* SPDX-License-Identifier: MIT */
/* Two threads. The main one takes, computes and settles. The pacer listens to the agent and looks, ten times
 * a second while there is work, whether finished results wait behind a long task: then it tells them and
 * gives the unstarted tail back, while the kernel runs on. It also ends the process when the agent is gone or
 * wants it at once, whatever the kernel does. One mutex guards everything but the running kernel itself. */
#include "slot.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "page.h"
#include "queue/backoff.h"
#include "queue/holder.h"
#include "run/fault.h"
#include "run/run.h"
#include "settle.h"
#include "title.h"

enum {
    SLOT_TICK_MS = 100,
    SLOT_TELL_MS = 1000,       /* a finished result waits no longer than about this */
    SLOT_BATCH_MS = 500,       /* of work in a batch */
    SLOT_TELL_BYTES = 8 << 20, /* nor when there is so much of it */
    SLOT_ARENA_KEEP = 64 << 20,
    SLOT_CRASH_LIMIT = 3,
    SLOT_LAST_WORDS_MS = 1000,   /* a kernel that is told to stop has so long to do so */
    SLOT_LAST_EXCHANGE_MS = 3000 /* and an exchange that is under way so long to end */
};

struct slot {
    const struct skep_worker_settings *settings;
    struct skep_page *page;
    int control_fd, wake_fd, poke_fd;
    struct skep_roots *inputs, *outputs;
    struct skep_npy_cache *cache;
    struct skep_run run;
    struct skep_policy policy;
    struct skep_arena arena; /* of one task */
    char host[65];
    pthread_t pacer;

    pthread_mutex_t lock;
    struct skep_conn *conn;
    struct skep_holder holder;
    struct skep_batch batch;
    struct skep_cycle_reply reply;
    struct skep_backoff backoff;
    bool is_busy;        /* a batch is being worked on */
    bool is_waiting;     /* the main thread uses the connection without the lock; nothing is held */
    bool is_finishing;   /* take nothing more */
    bool is_leaving_now; /* start nothing more either */
    const struct skep_work *running; /* the task that runs; NULL when none does */
    struct rusage usage;             /* of the main thread, when the last task ended */
    double task_s;                   /* how long a task takes, smoothed; 0: not known */
    int64_t skew_ms;                 /* Redis TIME minus our monotonic clock */
};

/* ---- talking to the queue; with the lock held ---- */

static void slot_count(struct slot *slot, enum skep_metric metric, uint64_t n)
{
    skep_metrics_add(&slot->page->metrics, metric, n);
}

/* A cycle of ours has been answered. */
static skep_status slot_cycle_answered(struct slot *slot, skep_status st)
{
    if (st == SKEP_OK) {
        skep_batch_told(&slot->batch, slot->holder.n_settling);
        slot_count(slot, SKEP_METRIC_CYCLES, 1);
        slot_count(slot, SKEP_METRIC_CYCLE_REPLAYS, slot->reply.is_replay);
        slot_count(slot, SKEP_METRIC_TASKS_TAKEN, slot->reply.n_tasks);
        slot->skew_ms = slot->reply.now_ms - skep_monotonic_ms();
        skep_backoff_reset(&slot->backoff);
    }
    return st;
}

/* One try: the cycle under way if there is one, else a new one. */
static skep_status slot_try_cycle(struct slot *slot, const struct skep_cycle *cycle, struct skep_error *err)
{
    if (slot->holder.is_pending) {
        return slot_cycle_answered(slot, skep_holder_cycle_again(&slot->holder, &slot->reply, err));
    }
    return slot_cycle_answered(slot, skep_holder_cycle(&slot->holder, cycle, &slot->reply, err));
}

static void slot_drain_eventfd(int fd)
{
    uint64_t count;

    if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN) {
        skep_log(SKEP_LOG_WARN, "eventfd", "errno=%d", errno);
    }
}

static void slot_poke(int fd)
{
    uint64_t one = 1;

    if (write(fd, &one, sizeof one) < 0 && errno != EAGAIN) {
        skep_log(SKEP_LOG_WARN, "eventfd", "errno=%d", errno);
    }
}

/* The server is unwell: wait a little, without the lock, and be woken by whoever wants us to end. */
static void slot_pause(struct slot *slot, const char *what, const struct skep_error *err)
{
    struct pollfd wake = {.fd = slot->wake_fd, .events = POLLIN};
    int wait_ms = skep_backoff_next_ms(&slot->backoff);

    slot_count(slot, SKEP_METRIC_REDIS_ERRORS, 1);
    skep_log(SKEP_LOG_WARN, "redis-retry", "slot=%d doing=%s wait_ms=%d reason=\"%s\"",
             (int)slot->settings->slot, what, wait_ms, err->text);
    pthread_mutex_unlock(&slot->lock);
    if (poll(&wake, 1, wait_ms) > 0) {
        slot_drain_eventfd(slot->wake_fd);
    }
    pthread_mutex_lock(&slot->lock);
}

/* Settle what is finished, give back all but N_KEPT of the rest, take up to WANT. Tries until the server has
 * answered for good; the wait is over early only when we are to leave at once. */
static skep_status slot_exchange(struct slot *slot, size_t n_kept, size_t want, bool leaves,
                                 struct skep_error *err)
{
    bool is_told = false; /* the cycle that the answer is for is the one asked for here */
    skep_status st;

    for (;;) {
        struct skep_cycle cycle = {0};
        struct skep_error why = {0};
        if (!slot->holder.is_pending) {
            cycle = skep_batch_make_cycle(&slot->batch, n_kept);
            slot_count(slot, SKEP_METRIC_TASKS_GIVEN_BACK, cycle.n_back);
            cycle.want = want;
            cycle.leaves = leaves;
            is_told = true;
        }
        st = slot_try_cycle(slot, &cycle, &why);
        if (st == SKEP_OK && is_told) {
            return st;
        }
        if (st == SKEP_OK) {
            continue; /* that was the pacer's cycle; now ours */
        }
        if (skep_status_kind(st) == SKEP_FINAL || slot->is_leaving_now) {
            *err = why;
            return st;
        }
        slot_pause(slot, "cycle", &why);
    }
}

static skep_status slot_register(struct slot *slot, struct skep_error *err)
{
    skep_status st = skep_holder_init(&slot->holder, slot->conn, slot->settings->queues.items[0].name, err);

    memcpy(slot->page->lanes[0].worker, slot->holder.worker, sizeof slot->page->lanes[0].worker);
    atomic_store_explicit(&slot->page->lanes[0].is_registered, 1, memory_order_release);
    while (st != SKEP_OK && skep_status_kind(st) == SKEP_TRANSIENT && !slot->is_finishing) {
        slot_pause(slot, "register", err);
        skep_error_clear(err);
        st = skep_holder_register(&slot->holder, err);
    }
    return st;
}

/* ---- one task ---- */

static double slot_seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec * 1e-6;
}

static struct skep_usage slot_usage(const struct rusage *before, const struct rusage *after, int64_t run_ns)
{
    return (struct skep_usage){
        .run_s = (double)run_ns * 1e-9,
        .user_s = slot_seconds(after->ru_utime) - slot_seconds(before->ru_utime),
        .system_s = slot_seconds(after->ru_stime) - slot_seconds(before->ru_stime),
        .peak_rss_bytes = (int64_t)after->ru_maxrss * 1024,
        .minor_faults = after->ru_minflt - before->ru_minflt,
        .major_faults = after->ru_majflt - before->ru_majflt,
    };
}

/* From here on the task is running: whoever looks at the page blames it if we die. */
static void slot_announce(struct slot *slot, const struct skep_work *work, int64_t now_ms)
{
    struct skep_page *page = slot->page;
    int64_t number = (int64_t)(slot->holder.n_settled + (slot->batch.n_settled - slot->batch.first));

    slot->running = work;
    atomic_store_explicit(&page->stop, SKEP_STOP_NONE, memory_order_relaxed);
    atomic_store_explicit(&page->deadline_ms,
                          work->task.timeout_s > 0 ? now_ms + (int64_t)ceil(work->task.timeout_s * 1000) : 0,
                          memory_order_relaxed);
    atomic_store_explicit(&page->running, number, memory_order_release);
}

static void slot_announce_end(struct slot *slot)
{
    atomic_store_explicit(&slot->page->running, -1, memory_order_release);
    atomic_store_explicit(&slot->page->deadline_ms, 0, memory_order_relaxed);
    slot->running = NULL;
}

/* The kernel says that it was told to stop. Whose word was it? */
static skep_status slot_stopped(struct slot *slot, const struct skep_work *work, struct skep_error *err)
{
    if (atomic_load_explicit(&slot->page->stop, memory_order_relaxed) != SKEP_STOP_TIMEOUT) {
        return SKEP_STOPPED;
    }
    skep_error_clear(err);
    return skep_error_set(err, SKEP_E_TIMEOUT, "it ran longer than its timeout_s of %g s",
                          work->task.timeout_s);
}

static void slot_count_verdict(struct slot *slot, const struct skep_settled *settled)
{
    static const enum skep_metric metrics[] = {
        [SKEP_DONE] = SKEP_METRIC_TASKS_DONE,
        [SKEP_RETRY] = SKEP_METRIC_TASKS_RETRIED,
        [SKEP_BURY] = SKEP_METRIC_TASKS_BURIED,
    };

    slot_count(slot, metrics[settled->kind], 1);
    if (settled->kind != SKEP_DONE) {
        slot_count(slot, SKEP_METRIC_TASKS_FAILED, 1);
    }
}

/* Run the next task of the batch and record its verdict. SKEP_STOPPED: it was interrupted and is to be given
 * back. */
static skep_status slot_run_one(struct slot *slot)
{
    struct skep_batch *batch = &slot->batch;
    struct skep_settled *settled = &batch->settled[batch->n_settled];
    struct skep_attempt attempt = {
        .worker = slot->holder.worker, .host = slot->host, .slot = (int)slot->settings->slot};
    struct skep_outcome outcome;
    struct skep_work work;
    struct rusage after;
    int64_t began_ns = skep_monotonic_ns();
    size_t mark = batch->bytes.length;

    skep_arena_reset(&slot->arena, SLOT_ARENA_KEEP);
    skep_work_read(&slot->run, batch->tasks[batch->n_settled].bytes, batch->tasks[batch->n_settled].n,
                   &slot->arena, &work);
    attempt.started_ms = attempt.finished_ms = skep_wall_ms();
    attempt.now_ms = began_ns / 1000000 + slot->skew_ms;
    if (!skep_settle_unrun(&slot->policy, &attempt, &work, batch->crashes, batch->crash_info, &batch->bytes,
                           settled)) {
        slot_announce(slot, &work, began_ns / 1000000);
        pthread_mutex_unlock(&slot->lock);
        skep_run_work(&slot->run, &work, &slot->arena, &outcome);
        getrusage(RUSAGE_THREAD, &after);
        pthread_mutex_lock(&slot->lock);
        if (outcome.status == SKEP_STOPPED) {
            outcome.status = slot_stopped(slot, &work, &outcome.err);
        }
        slot_announce_end(slot);
        if (outcome.status == SKEP_STOPPED) {
            return SKEP_STOPPED;
        }
        attempt.finished_ms = skep_wall_ms();
        attempt.usage = slot_usage(&slot->usage, &after, skep_monotonic_ns() - began_ns);
        slot_count(slot, SKEP_METRIC_RUN_TIME, (uint64_t)(attempt.usage.run_s * 1e9));
        slot->usage = after;
        settled = &batch->settled[batch->n_settled];
        mark = batch->bytes.length;
        skep_settle(&slot->policy, &attempt, &work, &outcome, &batch->bytes, settled);
    }
    if (skep_buf_failed(&batch->bytes)) {
        skep_log(SKEP_LOG_ERROR, "no-memory", "slot=%d doing=result bytes=%zu", (int)slot->settings->slot,
                 mark);
        return SKEP_E_NOMEM;
    }
    batch->n_settled++;
    slot_count_verdict(slot, settled);
    return SKEP_OK;
}

/* ---- the loop ---- */

/* So many tasks make half a second, as far as we know; at most twice what was asked for before. */
static size_t slot_want(const struct slot *slot, size_t last)
{
    size_t most = last < 1 ? 1 : 2 * last;
    double fits = slot->task_s > 0 ? SLOT_BATCH_MS / (1000 * slot->task_s) : 1;

    if (fits < 1) {
        fits = 1;
    }
    if (fits < (double)most) {
        most = (size_t)fits;
    }
    return most < SKEP_BATCH_MAX ? most : SKEP_BATCH_MAX;
}

static void slot_learn(struct slot *slot, int64_t spent_ns, size_t n)
{
    double each_s = (double)spent_ns * 1e-9 / (double)(n > 0 ? n : 1);

    slot->task_s = slot->task_s > 0 ? 0.5 * (slot->task_s + each_s) : each_s;
}

static skep_status slot_run_batch(struct slot *slot, struct skep_error *err)
{
    struct skep_batch *batch = &slot->batch;
    int64_t began_ns = skep_monotonic_ns();
    size_t n_run = 0;
    skep_status st = SKEP_OK;

    skep_npy_cache_begin_batch(slot->cache);
    getrusage(RUSAGE_THREAD, &slot->usage);
    if (!slot->is_busy) {
        slot->is_busy = true;
        skep_metrics_set(&slot->page->metrics, SKEP_METRIC_SLOTS_BUSY, 1);
        slot_poke(slot->poke_fd);
    }
    while (st == SKEP_OK && batch->n_settled < batch->n_tasks && !slot->is_leaving_now) {
        st = slot_run_one(slot);
        n_run++;
        if (st == SKEP_OK && batch->bytes.length > SLOT_TELL_BYTES) {
            st = slot_exchange(slot, SKEP_BATCH_MAX, 0, false, err);
            if (st == SKEP_OK && batch->first == batch->n_settled) {
                skep_buf_reset(&batch->bytes);
            }
        }
    }
    slot_learn(slot, skep_monotonic_ns() - began_ns, n_run);
    return st == SKEP_STOPPED ? SKEP_OK : st; /* what was interrupted goes back with the next cycle */
}

/* Nothing was taken: wait for a task, for something due, or for a word from the agent. Without the lock: the
 * pacer leaves the connection alone meanwhile. */
static skep_status slot_wait(struct slot *slot, struct skep_error *err)
{
    struct pollfd wake = {.fd = slot->wake_fd, .events = POLLIN};
    bool is_held_off = (slot->reply.flags & (SKEP_FLAG_PAUSED | SKEP_FLAG_RESULTS_FULL)) != 0;
    int64_t due_ms = slot->reply.due_ms;
    skep_status st = SKEP_STOPPED;

    slot->is_busy = false;
    skep_metrics_set(&slot->page->metrics, SKEP_METRIC_SLOTS_BUSY, 0);
    slot->is_waiting = true;
    atomic_store(&slot->page->lanes[0].is_held_off, is_held_off);
    pthread_mutex_unlock(&slot->lock);
    skep_title_set("skep-worker: slot %d %s %s", (int)slot->settings->slot,
                   slot->settings->queues.items[0].name, is_held_off ? "held off" : "idle");
    if (is_held_off) {
        poll(&wake, 1, -1); /* the agent hears of it when taking is possible again */
    } else {
        st = skep_holder_wait(&slot->holder, slot->wake_fd, due_ms, err);
    }
    slot_drain_eventfd(slot->wake_fd);
    pthread_mutex_lock(&slot->lock);
    slot->is_waiting = false;
    atomic_store(&slot->page->lanes[0].is_held_off, 0);
    return st;
}

static skep_status slot_loop(struct slot *slot, struct skep_error *err)
{
    size_t want = 0;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && !slot->is_finishing) {
        want = slot_want(slot, want);
        st = slot_exchange(slot, 0, want, false, err);
        if (st != SKEP_OK) {
            break;
        }
        if (slot->reply.n_tasks > 0) {
            st = skep_batch_fill(&slot->batch, &slot->reply, skep_monotonic_ms(), err);
            if (st == SKEP_OK) {
                st = slot_run_batch(slot, err);
            }
            continue;
        }
        st = slot_wait(slot, err);
        if (st != SKEP_OK && skep_status_kind(st) == SKEP_TRANSIENT) {
            if (st != SKEP_EMPTY && st != SKEP_STOPPED) {
                slot_pause(slot, "wait", err);
            }
            skep_error_clear(err);
            st = SKEP_OK;
        }
        want = 1;
    }
    if (st == SKEP_OK) {
        st = slot_exchange(slot, 0, 0, true, err);
    }
    return st;
}

/* ---- the pacer ---- */

/* Tell what is finished and give back what was not started, while the kernel runs on. With the lock. */
static skep_status slot_tell(struct slot *slot)
{
    struct skep_error err = {0};
    struct skep_cycle cycle = {0};
    skep_status st;

    if (!slot->holder.is_pending) {
        cycle = skep_batch_make_cycle(&slot->batch, 1);
        slot_count(slot, SKEP_METRIC_TASKS_GIVEN_BACK, cycle.n_back);
    }
    st = slot_try_cycle(slot, &cycle, &err);
    if (st != SKEP_OK) {
        skep_log(SKEP_LOG_WARN, "redis-retry", "slot=%d doing=tell reason=\"%s\"", (int)slot->settings->slot,
                 err.text);
    }
    return st;
}

/* The agent is gone, or wants us gone: the kernel is told, and if it does not listen, the process ends
 * without it. Everything finished is told and everything else given back, the running task too: nobody is to
 * blame. */
static void slot_end_now(struct slot *slot)
{
    struct timespec until;
    int64_t until_ms;

    pthread_mutex_lock(&slot->lock);
    slot->is_finishing = true;
    slot->is_leaving_now = true;
    atomic_store_explicit(&slot->page->stop, SKEP_STOP_NOW, memory_order_relaxed);
    pthread_mutex_unlock(&slot->lock);
    slot_poke(slot->wake_fd);
    skep_sleep_ms(SLOT_LAST_WORDS_MS); /* the main thread leaves in the meantime, and the process ends */
    until_ms = skep_wall_ms() + SLOT_LAST_EXCHANGE_MS; /* the lock knows wall time only */
    until = (struct timespec){.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    if (pthread_mutex_timedlock(&slot->lock, &until) == 0) {
        struct skep_error err = {0};
        skep_status st;
        st = slot->is_waiting ? SKEP_OK : slot_exchange(slot, 0, 0, true, &err);
        if (st != SKEP_OK) {
            skep_log(SKEP_LOG_WARN, "leave-failed", "slot=%d reason=\"%s\"", (int)slot->settings->slot,
                     err.text);
        }
    }
    _exit(SKEP_SLOT_LEFT);
}

static void slot_finish(struct slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->is_finishing = true;
    if (slot->is_busy && slot->batch.n_settled < slot->batch.n_tasks) {
        (void)slot_tell(slot); /* what was not started goes to others now, not when this task is done */
    }
    pthread_mutex_unlock(&slot->lock);
    slot_poke(slot->wake_fd);
}

static void slot_obey(struct slot *slot)
{
    char command;
    ssize_t n = read(slot->control_fd, &command, 1);

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n != 1 || command == SKEP_CONTROL_NOW) {
        slot_end_now(slot);
    } else if (command == SKEP_CONTROL_FINISH) {
        slot_finish(slot);
    } else if (command == SKEP_CONTROL_LOOK) {
        slot_poke(slot->wake_fd);
    }
}

/* Ten times a second while a batch is being worked on. */
static void slot_tick(struct slot *slot)
{
    struct skep_batch *batch = &slot->batch;
    int64_t now_ms = skep_monotonic_ms();
    int64_t deadline_ms = atomic_load_explicit(&slot->page->deadline_ms, memory_order_relaxed);
    bool is_running = slot->running != NULL;

    if (is_running) {
        skep_title_set("skep-worker: slot %d %s %s %.48s", (int)slot->settings->slot,
                       slot->settings->queues.items[0].name, slot->running->task.kernel, slot->running->id);
    }
    if (is_running && deadline_ms > 0 && now_ms >= deadline_ms) {
        atomic_store_explicit(&slot->page->stop, SKEP_STOP_TIMEOUT, memory_order_relaxed);
    }
    if (is_running && now_ms - batch->started_ms >= SLOT_TELL_MS &&
        (batch->first < batch->n_settled || batch->n_tasks - batch->n_settled > 1 ||
         slot->holder.is_pending)) {
        if (slot_tell(slot) == SKEP_E_FENCED) {
            _exit(SKEP_SLOT_FENCED); /* what it computes is somebody else's by now */
        }
        batch->started_ms = now_ms;
    }
}

static void *slot_pace(void *argument)
{
    struct slot *slot = argument;
    struct pollfd fds[] = {{.fd = slot->control_fd, .events = POLLIN},
                           {.fd = slot->poke_fd, .events = POLLIN}};
    bool is_busy = false;

    for (;;) {
        int n = poll(fds, 2, is_busy ? SLOT_TICK_MS : -1);
        if (n > 0 && fds[0].revents != 0) {
            slot_obey(slot);
        }
        if (n > 0 && fds[1].revents != 0) {
            slot_drain_eventfd(slot->poke_fd);
        }
        pthread_mutex_lock(&slot->lock);
        is_busy = slot->is_busy;
        if (is_busy) {
            slot_tick(slot);
        }
        pthread_mutex_unlock(&slot->lock);
    }
    return NULL;
}

/* ---- birth and death ---- */

static skep_status slot_open_roots(const struct skep_text_list *folders, struct skep_roots **roots_out,
                                   struct skep_error *err)
{
    skep_status st = skep_roots_new(roots_out, err);

    for (size_t i = 0; st == SKEP_OK && i < folders->n; i++) {
        st = skep_roots_add(*roots_out, folders->items[i], err);
    }
    return st;
}

static skep_status slot_open(struct slot *slot, struct skep_error *err)
{
    const struct skep_worker_settings *s = slot->settings;
    char name[64];
    skep_status st;

    slot->page = mmap(NULL, sizeof *slot->page, PROT_READ | PROT_WRITE, MAP_SHARED, (int)s->page_fd, 0);
    slot->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    slot->poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (slot->page == MAP_FAILED || slot->wake_fd < 0 || slot->poke_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "the slot cannot set itself up");
    }
    if (gethostname(slot->host, sizeof slot->host - 1) != 0) {
        snprintf(slot->host, sizeof slot->host, "unknown");
    }
    skep_arena_init(&slot->arena, (size_t)s->memory_bytes);
    skep_batch_init(&slot->batch);
    snprintf(name, sizeof name, "skep-slot-%d", (int)s->slot);
    st = slot_open_roots(&s->data, &slot->inputs, err);
    if (st == SKEP_OK) {
        st = slot_open_roots(s->output.n > 0 ? &s->output : &s->data, &slot->outputs, err);
    }
    if (st == SKEP_OK) {
        st = skep_npy_cache_new(slot->inputs, 1024, s->cache_bytes, &slot->cache, err);
    }
    if (st == SKEP_OK) {
        st = skep_fault_install(err);
    }
    return st == SKEP_OK ? skep_server_conn_new(&s->server, name, &slot->conn, err) : st;
}

static void slot_prepare(struct slot *slot)
{
    const struct skep_worker_settings *s = slot->settings;

    slot->run = (struct skep_run){
        .inputs = slot->inputs,
        .outputs = slot->outputs,
        .cache = slot->cache,
        .limits = {.record_bytes = (size_t)s->record_bytes},
        .syncs_outputs = s->syncs_outputs,
        .stop = &slot->page->stop,
    };
    slot->policy = (struct skep_policy){
        .retries = (unsigned)s->retries,
        .backoff_s = s->backoff_s,
        .backoff_max_s = s->backoff_max_s,
        .crashes = SLOT_CRASH_LIMIT,
    };
}

static int slot_exit_status(const struct slot *slot, skep_status st, const struct skep_error *err)
{
    switch (st) {
    case SKEP_OK:
        return SKEP_SLOT_LEFT;
    case SKEP_E_FENCED:
        skep_log(SKEP_LOG_WARN, "slot-fenced", "slot=%d reason=\"%s\"", (int)slot->settings->slot, err->text);
        return SKEP_SLOT_FENCED;
    case SKEP_E_REFUSED:
    case SKEP_E_PROTOCOL:
        skep_log(SKEP_LOG_ERROR, "slot-refused", "slot=%d reason=\"%s\"", (int)slot->settings->slot,
                 err->text);
        return SKEP_SLOT_REFUSED;
    default:
        skep_log(slot->is_leaving_now ? SKEP_LOG_WARN : SKEP_LOG_ERROR, "slot-failed",
                 "slot=%d reason=\"%s\"", (int)slot->settings->slot, skep_error_text(err, st));
        return SKEP_SLOT_BROKEN;
    }
}

int skep_slot_main(const struct skep_worker_settings *settings)
{
    static struct slot slot; /* large, and there is one per process */
    struct skep_error err = {0};
    skep_status st;

    skep_title_set("skep-worker: slot %d %s starting", (int)settings->slot, settings->queues.items[0].name);
    slot.settings = settings;
    slot.control_fd = (int)settings->control_fd;
    pthread_mutex_init(&slot.lock, NULL);
    st = slot_open(&slot, &err);
    if (st != SKEP_OK) {
        return slot_exit_status(&slot, st, &err);
    }
    slot_prepare(&slot);
    atomic_store(&slot.page->running, -1);
    if (pthread_create(&slot.pacer, NULL, slot_pace, &slot) != 0) {
        st = skep_error_set(&err, SKEP_E_NOMEM, "no second thread");
        return slot_exit_status(&slot, st, &err);
    }
    pthread_mutex_lock(&slot.lock);
    st = slot_register(&slot, &err);
    if (st == SKEP_OK) {
        st = slot_loop(&slot, &err);
    }
    /* The lock is kept: the pacer must not start anything any more. */
    return slot_exit_status(&slot, st, &err);
}
