/* SPDX-License-Identifier: MIT */
/* A run that is too short for the clock is repeated until it takes MEASURE_LEAST_S, and the time divided.
 * Before the measured runs of each side comes one whose value is compared, and before each measured run that
 * takes less than MEASURE_SHORT_S one that does not count, because the other's turn has left the caches cold.
 */
#include "bench/kernels/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/kernels/call.h"
#include "bench/kernels/coprocess.h"
#include "bench/kernels/inputs.h"

#define MEASURE_LEAST_S 2e-3
#define MEASURE_SHORT_S 0.2

/* One that takes part: skep itself or a peer. */
struct side {
    int index;
    const struct bench_peer *peer; /* NULL: skep */
    struct bench_peer_result *result;
    struct bench_call *call; /* NULL: Python */
    bool owns_call;
    skep_kernel_run run; /* NULL: the row's */
    int64_t repeat;
    double seconds[BENCH_MAX_RUNS];
};

struct measurement {
    const char *module, *folder;
    const struct bench_case *one;
    const struct bench_plan *plan;
    struct side skep;
    struct side peers[BENCH_MAX_PEERS];
    int n_peers;
};

int bench_count_peers(const struct bench_case *one)
{
    int n = 0;

    while (n < BENCH_MAX_PEERS && one->peers[n].name != NULL) {
        n++;
    }
    return n;
}

static void leave_out(struct side *side, enum bench_standing standing, const char *why)
{
    side->result->standing = standing;
    snprintf(side->result->note, sizeof side->result->note, "%s", why);
}

/* ---- runs ---- */

/* Processor time of this process: what others do on the machine does not count. */
static int64_t processor_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Seconds of one run, over side->repeat of them; 0 when Python gave up. */
static double time_once(struct side *side)
{
    int64_t began_ns, ns;

    if (side->call == NULL) {
        const char *answer = bench_ask("run %d %" PRId64, side->index, side->repeat);
        char *end;
        ns = strtoll(answer, &end, 10);
        if (end == answer) {
            leave_out(side, BENCH_NOT_MEASURED, answer);
            return 0.0;
        }
    } else {
        began_ns = processor_ns();
        for (int64_t i = 0; i < side->repeat; i++) {
            bench_call_run(side->call, side->run);
        }
        ns = processor_ns() - began_ns;
    }
    return (double)ns * 1e-9 / (double)side->repeat;
}

/* After another's turn the caches are cold: a short run is measured the second time. */
static double time_runs(struct side *side)
{
    double s = time_once(side);

    return s > 0.0 && s * (double)side->repeat < MEASURE_SHORT_S ? time_once(side) : s;
}

/* How many runs make MEASURE_LEAST_S. */
static void choose_repeat(struct side *side)
{
    double s = 0.0;

    side->repeat = 1;
    for (;;) {
        s = time_once(side) * (double)side->repeat;
        if (s <= 0.0 || s >= MEASURE_LEAST_S) {
            break;
        }
        side->repeat = s < MEASURE_LEAST_S / 10 ? side->repeat * 10
                                                : (int64_t)((double)side->repeat * MEASURE_LEAST_S / s) + 1;
    }
}

static int compare_seconds(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static struct bench_time read_times(struct side *side, int runs, double times)
{
    double *s = side->seconds;

    qsort(s, (size_t)runs, sizeof *s, compare_seconds);
    return (struct bench_time){
        .median_s = times * (runs % 2 == 1 ? s[runs / 2] : (s[runs / 2 - 1] + s[runs / 2]) / 2),
        .least_s = times * s[0],
        .most_s = times * s[runs - 1],
    };
}

/* ---- getting ready: a peer is loaded and its value compared ---- */

static void prepare_python(struct measurement *m, struct side *side)
{
    const struct bench_peer *peer = side->peer;
    const char *answer;
    char note[BENCH_NOTE_BYTES];

    if (m->plan->no_python) {
        leave_out(side, BENCH_NOT_MEASURED, "not asked for");
        return;
    }
    answer = bench_ask("load %d %s %s %s %s", side->index, m->module, peer->python, m->folder, m->one->args);
    if (strncmp(answer, "missing ", 8) == 0) {
        snprintf(note, sizeof note, "no %s: apt-get install %s", answer + 8, answer + 8);
        leave_out(side, BENCH_NOT_MEASURED, note);
    } else if (strcmp(answer, "ok") != 0) {
        leave_out(side, BENCH_NOT_MEASURED, answer);
    } else if (!peer->is_another) {
        answer = bench_ask("check %d %.17g", side->index, peer->rtol);
        if (strcmp(answer, "same") != 0) {
            snprintf(note, sizeof note, "its value differs: %.100s", answer);
            leave_out(side, BENCH_WRONG, note);
        }
    }
}

static void prepare_c(struct measurement *m, struct side *side, const struct skep_value *value)
{
    const struct bench_peer *peer = side->peer;
    char note[BENCH_NOTE_BYTES];
    double worst;

    if (peer->kernel != NULL) {
        side->call = bench_call_new(m->folder, peer->kernel, peer->args, 0);
        side->owns_call = true;
    } else {
        side->call = m->skep.call;
        side->run = peer->run != NULL ? peer->run : bench_call_reference(side->call);
    }
    if (!peer->is_another && peer->kernel == NULL &&
        !bench_is_close(value, bench_call_run(side->call, side->run), peer->rtol, &worst)) {
        snprintf(note, sizeof note, "its value differs by %.3g", worst);
        leave_out(side, BENCH_WRONG, note);
    }
}

static void prepare(struct measurement *m)
{
    const struct bench_case *one = m->one;
    struct skep_value value;
    struct skep_view view;

    m->skep.call = bench_call_new(m->folder, one->kernel, one->args, one->many);
    value = bench_value_copy(bench_call_run(m->skep.call, NULL));
    if (bench_value_view(&value, &view)) {
        bench_write(m->folder, "skep", &view);
    }
    for (int i = 0; i < m->n_peers; i++) {
        struct side *side = &m->peers[i];
        if (side->peer->missing != NULL) {
            leave_out(side, BENCH_NOT_MEASURED, side->peer->missing);
        } else if (side->peer->python != NULL) {
            prepare_python(m, side);
        } else {
            prepare_c(m, side, &value);
        }
    }
    bench_value_free(&value);
}

void bench_measure(const char *module, const struct bench_case *one, const struct bench_plan *plan,
                   const char *folder, struct bench_result *result_out)
{
    struct bench_result *result = result_out;
    struct measurement m = {.module = module, .folder = folder, .one = one, .plan = plan};
    struct bench_inputs *inputs = bench_inputs_make(folder, one);

    *result = (struct bench_result){.one = one};
    m.n_peers = plan->no_peers ? 0 : bench_count_peers(one);
    for (int i = 0; i < m.n_peers; i++) {
        m.peers[i] = (struct side){.index = i, .peer = &one->peers[i], .result = &result->peers[i]};
    }
    prepare(&m);
    choose_repeat(&m.skep);
    for (int i = 0; i < m.n_peers; i++) {
        if (result->peers[i].standing == BENCH_MEASURED) {
            choose_repeat(&m.peers[i]);
        }
    }
    for (int run = 0; run < plan->runs; run++) {
        m.skep.seconds[run] = time_runs(&m.skep);
        for (int i = 0; i < m.n_peers; i++) {
            if (result->peers[i].standing == BENCH_MEASURED) {
                m.peers[i].seconds[run] = time_runs(&m.peers[i]);
            }
        }
    }
    result->time = read_times(&m.skep, plan->runs, 1.0);
    for (int i = 0; i < m.n_peers; i++) {
        if (result->peers[i].standing == BENCH_MEASURED) {
            double times = one->peers[i].times > 0.0 ? one->peers[i].times : 1.0;
            result->peers[i].time = read_times(&m.peers[i], plan->runs, times);
            result->peers[i].ratio = result->peers[i].time.median_s / result->time.median_s;
        }
        if (m.peers[i].owns_call) {
            bench_call_free(m.peers[i].call);
        }
    }
    bench_call_free(m.skep.call);
    bench_inputs_remove(inputs);
}
