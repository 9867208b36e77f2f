/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "range_verbs.h"

#include <inttypes.h>

#include "queue/beat.h"
#include "queue/cancel.h"

struct skep_range_put range_job(int64_t n)
{
    return (struct skep_range_put){.job = "j", .spec = RANGE_SPEC, .spec_n = sizeof RANGE_SPEC - 1, .n = n};
}

int64_t put_pieces(const struct skep_range_put *put, int64_t n_before, const struct skep_range *pieces,
                   size_t n)
{
    struct skep_error err = {0};
    int64_t n_put;

    if (skep_range_put(verbs.watcher, &verbs.keys, put, n_before, pieces, n, &n_put, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return n_put;
}

void put_all(const struct skep_range_put *put)
{
    const struct skep_range all = {0, put->n};

    assert_int_equal(put_pieces(put, 0, &all, 1), put->n);
}

void check_ranges(const char *key, const char *wanted)
{
    const struct skep_reply *reply = say("LRANGE", key, "0", "-1", NULL);
    char text[512] = "", job[SKEP_RANGE_JOB_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < reply->n; i++) {
        struct skep_range range;
        if (!skep_range_read_line(reply->items[i].bytes, reply->items[i].length, &range, job)) {
            fail_msg("%s", reply->items[i].bytes);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%" PRId64 ":%" PRId64, n > 0 ? " " : "", range.lo,
                              range.hi);
    }
    assert_string_equal(text, wanted);
}

const struct skep_cycle_reply *take_range(struct skep_holder *holder, int64_t want)
{
    return cycle(holder, &(struct skep_cycle){.want = 10, .range_job = "j", .range_want = want});
}

struct skep_conn *hold_ten(struct skep_holder *holder)
{
    const struct skep_range_put put = range_job(1000);
    struct skep_conn *conn = open_holder(holder);

    put_all(&put);
    assert_int_equal(take_range(holder, 10)->range_hi, 10);
    return conn;
}

struct skep_range_verdict done_upto(const struct skep_holder *holder, int64_t upto)
{
    return (struct skep_range_verdict){
        .upto = upto, .back = -1, .n_done = upto - holder->range.lo, .hit = -1, .hit_index = -1};
}

const struct skep_cycle_reply *tell(struct skep_holder *holder, const struct skep_range_verdict *verdict)
{
    return cycle(holder, &(struct skep_cycle){.range = verdict});
}

void check_range_job(const char *counts)
{
    struct skep_job job;
    char text[96];

    assert_int_equal(skep_job_read(verbs.watcher, &verbs.keys, "j", &job, NULL), SKEP_OK);
    snprintf(text, sizeof text, "%" PRId64 "+%" PRId64 "+%" PRId64 " of %" PRId64 ": %s", job.n_done,
             job.n_failed, job.n_cancelled, job.n_announced, skep_job_state(&job));
    assert_string_equal(text, counts);
}

void cancel_job(void)
{
    const char *job = "j";

    assert_int_equal(skep_cancel_put(verbs.watcher, &verbs.keys, SKEP_CANCEL_JOB, &job, 1, NULL, NULL),
                     SKEP_OK);
}

unsigned beat_flags(void)
{
    struct skep_reply *reply;
    struct skep_beat beat;

    assert_int_equal(skep_beat_send(verbs.watcher, &verbs.keys, NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(skep_beat_read(verbs.watcher, reply, &beat, NULL), SKEP_OK);
    return beat.flags;
}
