/* SPDX-License-Identifier: MIT */
/* What a range job costs the server: kilobytes, however many positions it has. */
#include "support/test.h"
#include "range_verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/acks.h"

enum { SLOTS = 8, CHUNKS = 2000, SPEC_BYTES = 2048, ACK_BYTES = 100, RETRY_EVERY = 50 };

struct crew {
    struct skep_conn *conns[SLOTS], *gatherer;
    struct skep_holder holders[SLOTS];
    struct skep_acks acks;
};

static void crew_open(struct crew *crew)
{
    for (size_t i = 0; i < SLOTS; i++) {
        crew->conns[i] = open_holder(&crew->holders[i]);
    }
    crew->gatherer = open_conn(verbs.redis->url, (struct skep_conn_options){0});
    assert_int_equal(skep_acks_init(&crew->acks, crew->gatherer, "q", "j", NULL), SKEP_OK);
}

static void crew_close(struct crew *crew)
{
    for (size_t i = 0; i < SLOTS; i++) {
        skep_conn_free(crew->conns[i]);
    }
    skep_conn_free(crew->gatherer);
}

/* Of all keys, as the server reckons. */
static int64_t keys_bytes(void)
{
    static const char script[] = "local n = 0\n"
                                 "for _, key in ipairs(redis.call('KEYS', '*')) do\n"
                                 "    n = n + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0)\n"
                                 "end\n"
                                 "return n\n";

    return say("EVAL", script, "0", NULL)->integer;
}

static void put_large(int64_t n)
{
    static char spec[SPEC_BYTES + 1];
    struct skep_range_put put = range_job(n);

    memset(spec, 'x', SPEC_BYTES);
    put.spec = spec;
    put.spec_n = SPEC_BYTES;
    put.has_acks = true;
    put_all(&put);
}

/* One cycle of a slot: all of its chunk is done, now and then but for one position, and it takes the next. */
static int64_t work(struct skep_holder *holder, int64_t want, size_t round)
{
    static const char ack[ACK_BYTES];
    char line[128];
    struct skep_range_verdict verdict = done_upto(holder, holder->range.hi);
    struct skep_verdict retry = {.kind = SKEP_RETRY, .delay_ms = 1000000};
    struct skep_cycle next = {.want = 1, .range_job = "j", .range_want = want, .steals = true};

    if (holder->has_range) {
        verdict.ack = (struct skep_bytes){ack, sizeof ack};
        next.range = &verdict;
        if (round % RETRY_EVERY == 0) {
            int n = snprintf(line, sizeof line, "#skep r=%" PRId64 ":%" PRId64 " q=1 j=j try=1 u=%zu\n",
                             holder->range.lo, holder->range.lo + 1, round);
            retry.record = (struct skep_bytes){line, (size_t)n};
            verdict.retries = &retry;
            verdict.n_retries = 1;
            verdict.n_done--;
        }
    }
    return cycle(holder, &next)->range_hi;
}

/* The most that the keys have had at any time while the job ran to its end. */
static int64_t run_all(struct crew *crew, int64_t n)
{
    static struct skep_bytes taken[SKEP_ACKS_WANT];
    size_t n_taken = 0;
    int64_t most = keys_bytes();
    bool is_busy = true;

    for (size_t round = 0; is_busy; round++) {
        is_busy = false;
        for (size_t i = 0; i < SLOTS; i++) {
            is_busy = work(&crew->holders[i], n / CHUNKS, round) >= 0 || is_busy;
        }
        if (round % 16 == 0) {
            int64_t bytes = keys_bytes();
            most = bytes > most ? bytes : most;
            assert_int_equal(skep_acks_read(&crew->acks, n_taken, taken, &n_taken, NULL), SKEP_OK);
        }
    }
    return most;
}

static void check_memory(int64_t n, int64_t most_bytes)
{
    struct crew crew;
    struct skep_job job;
    int64_t at_rest, most;

    crew_open(&crew);
    put_large(n);
    at_rest = keys_bytes();
    most = run_all(&crew, n);
    printf("    %" PRId64 " positions: %" PRId64 " bytes when put, %" PRId64 " at most\n", n, at_rest, most);
    assert_true(most < most_bytes);
    assert_int_equal(skep_job_read(verbs.watcher, &verbs.keys, "j", &job, NULL), SKEP_OK);
    assert_int_equal(job.n_done + say_number("ZCARD", verbs.keys.delayed), n);
    check_audit();
    crew_close(&crew);
}

/* A million positions with a spec of two kilobytes, eight slots and a gatherer stay below 200 KB. */
static void test_range_memory__of_a_million(void **state)
{
    (void)state;
    check_memory(1000 * 1000, 200 * 1000);
}

/* A hundred million, too; sixteen MB would be allowed. */
static void test_range_memory__of_a_hundred_million(void **state)
{
    (void)state;
    check_memory(100 * 1000 * 1000, 200 * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_range_memory__of_a_million, verbs_clear),
        cmocka_unit_test_setup(test_range_memory__of_a_hundred_million, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
