/* SPDX-License-Identifier: MIT */
/* A queue that is very long costs no more than a short one: the server's own time for a status and for a
 * cycle that takes, at both depths. */
#include "chaos/row.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/holder.h"
#include "queue/put.h"

enum { DEPTH_SHORT = 1000, DEPTH_BATCH = 100, DEPTH_N_CALLS = 400, DEPTH_STATUS_LIMIT_US = 2000 };

/* Records up to a depth of TO; FROM are there. */
static skep_status depth_fill(struct skep_play *play, struct skep_put *put, int64_t from, int64_t to,
                              struct skep_error *err)
{
    struct skep_bytes records[SKEP_PUT_PIECE];
    char texts[SKEP_PUT_PIECE][64];
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && from < to) {
        size_t n = 0;
        for (; n < SKEP_PUT_PIECE && from < to; n++, from++) {
            int length =
                snprintf(texts[n], sizeof texts[n], "{\"id\":\"t%" PRId64 "\",\"kernel\":\"echo\"}", from);
            records[n] = (struct skep_bytes){texts[n], (size_t)length};
        }
        st = skep_put_send(put, records, n, err);
        if (play->options->should_stop != NULL && play->options->should_stop()) {
            return SKEP_STOPPED;
        }
    }
    return st == SKEP_OK ? skep_put_drain(put, err) : st;
}

/* Microseconds of the server's time for one EVALSHA since the statistics were reset. */
static skep_status depth_read_cost(struct skep_play *play, double *cost_out, struct skep_error *err)
{
    static const char key[] = "cmdstat_evalsha:", field[] = "usec_per_call=";
    struct skep_reply *reply;
    const char *at;
    skep_status st = skep_cast_ask(&play->cast, &reply, err, "INFO", "commandstats", NULL);

    if (st != SKEP_OK) {
        return st;
    }
    at = strstr(reply->bytes, key);
    at = at != NULL ? strstr(at, field) : NULL;
    *cost_out = at != NULL ? strtod(at + sizeof field - 1, NULL) : 0;
    return *cost_out > 0 ? SKEP_OK : skep_error_set(err, SKEP_E_PROTOCOL, "no EVALSHA in INFO commandstats");
}

/* What a status costs. */
static skep_status depth_measure_status(struct skep_play *play, double *cost_out, struct skep_error *err)
{
    skep_status st = skep_cast_ask(&play->cast, NULL, err, "CONFIG", "RESETSTAT", NULL);

    for (int i = 0; st == SKEP_OK && i < DEPTH_N_CALLS; i++) {
        (void)skep_books_sample(&play->books, play->cast.conn, &play->cast.keys);
    }
    return st == SKEP_OK ? depth_read_cost(play, cost_out, err) : st;
}

/* What a cycle costs that gives a batch back and takes one. */
static skep_status depth_measure_cycle(struct skep_play *play, struct skep_holder *holder,
                                       struct skep_cycle_reply *reply, double *cost_out,
                                       struct skep_error *err)
{
    struct skep_cycle cycle = {.want = DEPTH_BATCH};
    skep_status st = skep_cast_ask(&play->cast, NULL, err, "CONFIG", "RESETSTAT", NULL);

    for (int i = 0; st == SKEP_OK && i < DEPTH_N_CALLS; i++) {
        cycle.n_back = holder->n_held;
        st = skep_holder_cycle(holder, &cycle, reply, err);
    }
    st = st == SKEP_OK ? depth_read_cost(play, cost_out, err) : st;
    if (st == SKEP_OK) {
        st = skep_holder_cycle(holder, &(struct skep_cycle){.n_back = holder->n_held}, reply, err);
    }
    return st;
}

struct depth_costs {
    double status_us, cycle_us;
};

static skep_status depth_measure(struct skep_play *play, struct depth_costs *costs, struct skep_error *err)
{
    struct skep_cycle_reply *reply = skep_calloc(1, sizeof *reply);
    struct skep_holder holder;
    skep_status st = reply != NULL ? skep_holder_init(&holder, play->cast.conn, play->cast.keys.name, err)
                                   : skep_error_set(err, SKEP_E_NOMEM, "no memory");

    st = st == SKEP_OK ? depth_measure_status(play, &costs->status_us, err) : st;
    st = st == SKEP_OK ? depth_measure_cycle(play, &holder, reply, &costs->cycle_us, err) : st;
    if (st == SKEP_OK) {
        st = skep_holder_cycle(&holder, &(struct skep_cycle){.n_back = holder.n_held, .leaves = true}, reply,
                               err);
    }
    skep_free(reply);
    return st;
}

static skep_status depth_perform(struct skep_play *play, struct skep_error *err)
{
    const int64_t n_tasks = play->is_long ? 10000000 : 1000000;
    const double most_ratio = play->is_long ? 1.1 : 2;
    struct depth_costs at_short = {0}, at_long = {0};
    struct skep_put put;
    skep_status st = skep_cast_start_server(&play->cast, NULL, err);

    st = st == SKEP_OK ? skep_put_init(&put, play->cast.conn, play->cast.keys.name, "depth", err) : st;
    st = st == SKEP_OK ? skep_put_resume(&put, err) : st;
    st = st == SKEP_OK ? depth_fill(play, &put, 0, DEPTH_SHORT, err) : st;
    st = st == SKEP_OK ? depth_measure(play, &at_short, err) : st;
    st = st == SKEP_OK ? depth_fill(play, &put, DEPTH_SHORT, n_tasks, err) : st;
    st = st == SKEP_OK ? depth_measure(play, &at_long, err) : st;
    if (st == SKEP_OK) {
        double ratio = at_long.cycle_us / at_short.cycle_us;
        skep_report_check(play->report, play->books.n_wrong == 0 && play->books.status.n_waiting == n_tasks,
                          "%" PRId64 " tasks wait", play->books.status.n_waiting);
        skep_report_check(play->report, at_long.status_us <= DEPTH_STATUS_LIMIT_US,
                          "a status takes %.0f us of the server's time (limit %d), at %d tasks %.0f us",
                          at_long.status_us, DEPTH_STATUS_LIMIT_US, DEPTH_SHORT, at_short.status_us);
        skep_report_check(play->report, ratio <= most_ratio,
                          "taking %d tasks takes %.0f us, at %d tasks %.0f us: %.2f times (limit %.1f)",
                          DEPTH_BATCH, at_long.cycle_us, DEPTH_SHORT, at_short.cycle_us, ratio, most_ratio);
    }
    return st;
}

const struct skep_row skep_row_depth = {
    .name = "depth",
    .fault = "a very long queue",
    .small = "1,000,000 records",
    .large = "10,000,000 records",
    .holds = "a status takes at most 2 ms of the server's time; taking is as fast as at 1,000 records",
    .perform = depth_perform,
};
