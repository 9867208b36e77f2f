/* SPDX-License-Identifier: MIT */
/* What does it cost the server that a cycle tells what its tasks have used? One slot settles batches of 1,
 * 10, 100 and 1000 echo tasks: without an account, with one as of plain tasks, and with one as of a job's.
 * Prints the server's own time for a cycle (its count of microseconds for EVALSHA), the least of several
 * rounds that take turns. `account N` chooses the number of rounds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "queue/holder.h"
#include "queue/put.h"
#include "queue/server.h"
#include "support/redis.h"

enum { BENCH_TASKS = 20000, BENCH_KINDS = 3, BENCH_RESULT_BYTES = 420 };
static const size_t bench_batches[] = {1, 10, 100, 1000};

static void bench_need(skep_status st, const struct skep_error *err, const char *what)
{
    if (st != SKEP_OK) {
        fprintf(stderr, "%s: %s\n", what, skep_error_text(err, st));
        exit(EXIT_FAILURE);
    }
}

static struct skep_conn *bench_connect(const char *url)
{
    struct skep_server_settings settings = {.url = url, .connect_timeout_s = 3, .read_timeout_s = 30};
    struct skep_error err = {0};
    struct skep_conn *conn;

    bench_need(skep_server_conn_new(&settings, "bench", &conn, &err), &err, "connection");
    bench_need(skep_conn_connect(conn, &err), &err, "connect");
    return conn;
}

static void bench_say(struct skep_conn *conn, const char *const *words, size_t n)
{
    struct skep_error err = {0};
    struct skep_reply *reply;

    skep_conn_begin(conn, n);
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(conn, words[i]);
    }
    bench_need(skep_conn_call(conn, -1, &reply, &err), &err, words[0]);
}

/* Tasks of 200 bytes, which a job "j" has announced. */
static void bench_fill(struct skep_conn *conn)
{
    static const char *const clear[] = {"FLUSHALL"};
    static const char *const announce[] = {"HSET", "{skep:q}:jobs", "n:j", "1000000"};
    static const char *const fill[] = {
        "EVAL", "for i = 1, ARGV[1] do redis.call('RPUSH', KEYS[1], i .. string.rep('x', 195)) end", "1",
        "skep:q", "20000"};

    bench_say(conn, clear, 1);
    bench_say(conn, announce, 4);
    bench_say(conn, fill, 5);
}

/* What echo tasks use, in a cycle of any size: some buckets of the histogram, and what a job's have besides.
 */
static const struct skep_account_add queue_adds[] = {
    {"done:echo", 1000}, {"ns:echo", 123456789}, {"b0:echo", 900}, {"b1:echo", 95}, {"b2:echo", 5}};
static const struct skep_account_add job_adds[] = {
    {"attempts", 1000},
    {"wall_ns", 123456789},
    {"map_ns", 1234567},
    {"compute_ns", 12345678},
    {"commit_ns", 1234567},
    {"user_ns", 12345678},
    {"system_ns", 12345},
    {"minor_faults", 3},
    {"b0", 900},
    {"b1", 95},
    {"b2", 5},
    {"w:host:12345:19345abcdef:01234567", 123},
};
static const struct skep_account_slow slow[] = {{0.001, "7 host 0"}};
static const struct skep_account_job jobs[] = {{.job = "j",
                                                .adds = job_adds,
                                                .n_adds = sizeof job_adds / sizeof job_adds[0],
                                                .peak_rss_bytes = 12345678,
                                                .slow = slow,
                                                .n_slow = 1}};
static const struct skep_account_news bench_news[BENCH_KINDS] = {
    [1] = {.adds = queue_adds, .n_adds = sizeof queue_adds / sizeof queue_adds[0]},
    [2] = {
        .adds = queue_adds, .n_adds = sizeof queue_adds / sizeof queue_adds[0], .jobs = jobs, .n_jobs = 1}};

/* "cmdstat_evalsha:calls=2,usec=49,..." */
static double bench_usec(struct skep_conn *conn)
{
    struct skep_error err = {0};
    struct skep_reply *reply;
    const char *at;

    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "INFO");
    skep_conn_arg_text(conn, "commandstats");
    bench_need(skep_conn_call(conn, -1, &reply, &err), &err, "INFO");
    at = strstr(reply->bytes, "cmdstat_evalsha:");
    at = at != NULL ? strstr(at, "usec=") : NULL;
    return at != NULL ? strtod(at + strlen("usec="), NULL) : 0;
}

/* Microseconds of the server for a cycle that settles BATCH tasks and takes as many. */
static double bench_round(const char *url, struct skep_conn *conn, size_t batch,
                          const struct skep_account_news *news)
{
    static char result[BENCH_RESULT_BYTES];
    static struct skep_verdict verdicts[SKEP_BATCH_MAX];
    static struct skep_cycle_reply reply;
    static struct skep_holder holder;
    struct skep_error err = {0};
    struct skep_conn *line = bench_connect(url);
    size_t n_cycles = 0;
    double began_us;

    memset(result, 'r', sizeof result);
    bench_fill(conn);
    bench_need(skep_holder_init(&holder, line, "q", &err), &err, "register");
    began_us = bench_usec(conn);
    do {
        struct skep_cycle cycle = {.verdicts = verdicts, .n_verdicts = holder.n_held, .want = batch};
        for (size_t i = 0; i < holder.n_held; i++) {
            verdicts[i] = (struct skep_verdict){.result = {result, sizeof result},
                                                .job = news != NULL && news->n_jobs > 0 ? "j" : NULL};
        }
        cycle.account = holder.n_held > 0 && news != NULL && news->n_adds > 0 ? news : NULL;
        bench_need(skep_holder_cycle(&holder, &cycle, &reply, &err), &err, "cycle");
        n_cycles++;
    } while (n_cycles < 4000 && n_cycles * batch < BENCH_TASKS / 2);
    began_us = bench_usec(conn) - began_us;
    skep_conn_free(line);
    return began_us / (double)n_cycles;
}

int main(int argc, char **argv)
{
    const struct test_redis_options options = {.config = "appendonly yes\nappendfsync everysec\n"};
    int64_t n_rounds = argc > 1 ? strtoll(argv[1], NULL, 10) : 6;
    struct test_redis *redis = test_redis_start(&options);
    struct skep_conn *conn = bench_connect(redis->url);

    printf("server time for a cycle, us: without an account, of plain tasks, of a job\n");
    for (size_t b = 0; b < sizeof bench_batches / sizeof bench_batches[0]; b++) {
        double least[BENCH_KINDS] = {1e9, 1e9, 1e9};
        for (int64_t round = 0; round < n_rounds; round++) {
            for (size_t turn = 0; turn < BENCH_KINDS; turn++) {
                size_t kind = (turn + (size_t)round) % BENCH_KINDS; /* who comes first differs */
                double us = bench_round(redis->url, conn, bench_batches[b], &bench_news[kind]);
                least[kind] = us < least[kind] ? us : least[kind];
            }
        }
        printf("%5zu tasks  %8.1f  %8.1f (+%.1f us, %.2f %%)  %8.1f (+%.1f us, %.2f %%)\n", bench_batches[b],
               least[0], least[1], least[1] - least[0], 100 * (least[1] / least[0] - 1), least[2],
               least[2] - least[0], 100 * (least[2] / least[0] - 1));
    }
    skep_conn_free(conn);
    test_redis_stop(redis);
    return EXIT_SUCCESS;
}
