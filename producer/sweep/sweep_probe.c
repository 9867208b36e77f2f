/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_probe.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/cli/stop.h"

/* Shorter tasks are measured a second time: the first one pays for pages that nobody had touched. */
static const double probe_short_s = 0.01;

/* ---- the clock ---- */

/* Tells the kernel to stop when the time is over, or when the user wants it. */
struct probe_watch {
    struct skep_sweep_setup *setup;
    int64_t end_ms;
    int wake[2]; /* closed on the other side: it is over */
    pthread_t thread;
};

static void *probe_watch(void *context)
{
    struct probe_watch *watch = context;
    struct pollfd fds[] = {{.fd = watch->wake[0], .events = POLLIN},
                           {.fd = skep_stop_fd(), .events = POLLIN}};
    int64_t left = watch->end_ms - skep_monotonic_ms();
    int got;

    do {
        got = poll(fds, 2, left > 0 ? (int)left : 0);
        left = watch->end_ms - skep_monotonic_ms();
    } while (got < 0 && left > 0);
    if (fds[0].revents == 0) {
        atomic_store(&watch->setup->stop, 1);
    }
    return NULL;
}

static bool probe_watch_begin(struct probe_watch *watch)
{
    if (pipe(watch->wake) != 0) {
        return false;
    }
    if (pthread_create(&watch->thread, NULL, probe_watch, watch) != 0) {
        close(watch->wake[0]);
        close(watch->wake[1]);
        return false;
    }
    return true;
}

static void probe_watch_end(struct probe_watch *watch)
{
    close(watch->wake[1]);
    pthread_join(watch->thread, NULL);
    close(watch->wake[0]);
    atomic_store(&watch->setup->stop, 0);
}

/* ---- tasks ---- */

static void probe_note(struct skep_sweep_probe *probe, double seconds)
{
    probe->least_s = probe->n_done == 0 || seconds < probe->least_s ? seconds : probe->least_s;
    probe->most_s = seconds > probe->most_s ? seconds : probe->most_s;
    probe->sum_s += seconds;
    probe->n_done++;
}

static double probe_run(struct skep_plan *plan, int64_t position, struct skep_point_outcome *outcome)
{
    int64_t began = skep_monotonic_ns();

    skep_plan_run(plan, position, 1, outcome);
    return (double)(skep_monotonic_ns() - began) / 1e9;
}

static void probe_one(struct skep_plan *plan, int64_t position, struct skep_sweep_probe *probe)
{
    struct skep_point_outcome outcome;
    double seconds = probe_run(plan, position, &outcome);

    if (outcome.status == SKEP_OK && seconds < probe_short_s) {
        seconds = probe_run(plan, position, &outcome);
    }
    if (outcome.status == SKEP_OK) {
        probe_note(probe, seconds);
    } else if (outcome.status == SKEP_EMPTY) {
        probe->n_skipped++;
    } else if (outcome.status == SKEP_STOPPED) {
        probe->is_cut = true;
        probe->cut_s = seconds;
    } else {
        if (probe->n_failed == 0) {
            probe->failed_index = outcome.index;
            probe->err = outcome.err;
        }
        probe->n_failed++;
    }
}

static skep_status probe_all(struct skep_sweep_setup *setup, struct skep_plan *plan,
                             struct skep_sweep_probe *probe, struct skep_error *err)
{
    const int64_t n = setup->sweep.n;
    const int64_t n_tries = n < SKEP_SWEEP_PROBE_TASKS ? n : SKEP_SWEEP_PROBE_TASKS;

    for (int64_t k = 0; k < n_tries && !probe->is_cut; k++) {
        /* the middles of so many equal parts; n is at most 2^40 */
        int64_t position = (2 * k + 1) * n / (2 * n_tries);
        skep_status st = skep_plan_begin(plan, position, position + 1, err);
        if (st != SKEP_OK) {
            return st;
        }
        probe_one(plan, position, probe);
        skep_plan_end(plan);
    }
    return skep_stop_is_asked() ? skep_error_set(err, SKEP_STOPPED, "interrupted") : SKEP_OK;
}

skep_status skep_sweep_probe(struct skep_sweep_setup *setup, struct skep_plan *plan, int64_t limit_ms,
                             struct skep_sweep_probe *probe_out, struct skep_error *err)
{
    struct probe_watch watch = {.setup = setup, .end_ms = skep_monotonic_ms() + limit_ms};
    skep_status st;

    *probe_out = (struct skep_sweep_probe){0};
    if (!probe_watch_begin(&watch)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no thread for a clock");
    }
    st = probe_all(setup, plan, probe_out, err);
    probe_watch_end(&watch);
    return st;
}

double skep_sweep_probe_seconds(const struct skep_sweep_probe *probe, int64_t n)
{
    int n_seen = probe->n_done + probe->n_skipped + (probe->is_cut ? 1 : 0);

    return n_seen > 0 ? (probe->sum_s + probe->cut_s) / n_seen * (double)n : 0;
}
