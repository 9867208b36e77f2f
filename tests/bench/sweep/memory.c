/* SPDX-License-Identifier: MIT */
/* What a sweep takes in Redis: its keys as they are put, and how much more the server needs at its worst
 * while two slots work on it, buffers and scripts included. */
#include "support/test.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sweep/command.h"
#include "bench/sweep/report.h"
#include "integration/ask.h"
#include "support/process.h"
#include "support/redis.h"
#include "support/until.h"

enum { RUN_MS = 5000 };

/* A number that INFO memory has behind NAME. */
static double read_info(struct skep_conn *conn, const char *name)
{
    const char *info = ask(conn, "INFO memory")->bytes;
    const char *at = strstr(info, name);

    return at != NULL ? strtod(at + strlen(name), NULL) : 0;
}

/* What all keys take, with their names and the server's own notes about them. */
static double weigh_keys(struct skep_conn *conn)
{
    static char names[64][256];
    const struct skep_reply *keys = ask(conn, "KEYS *");
    size_t n = keys->n < 64 ? keys->n : 64;
    double bytes = 0;

    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "MEMORY USAGE %s SAMPLES 0", keys->items[i].bytes);
    }
    for (size_t i = 0; i < n; i++) {
        bytes += (double)ask(conn, names[i])->integer;
    }
    return bytes;
}

static void put(const struct bench *bench, const char *url, int64_t n)
{
    char times[32];
    const char *const args[] = {
        "sweep",   "prime",   "n={index}", "--times", times, "--out",   "many.npy[{time}]",
        "--force", "--quiet", "--detach",  "--redis", url,   "--queue", "q",
        "--job",   "many",    NULL};

    snprintf(times, sizeof times, "%" PRId64, n);
    bench_skep(bench, args);
}

static struct test_process *start_worker(const struct bench *bench, const char *url)
{
    const char *args[] = {
        SKEP_BUILD_DIR "/skep-worker", "--redis", url, "--queue", "q", "--slots", "2", NULL};

    return test_process_start(&(struct test_process_options){.args = args, .folder = bench->folder});
}

/* What is seen of a server while a worker works on its queue. */
struct watch {
    struct skep_conn *conn;
    struct test_process *worker;
    double most; /* bytes of all keys */
};

static bool is_over(void *context)
{
    struct watch *watch = context;
    double bytes = weigh_keys(watch->conn);

    watch->most = bytes > watch->most ? bytes : watch->most;
    return test_process_is_over(watch->worker);
}

/* MOST_BYTES: the goal, or 0. */
static void report(struct bench *bench, int64_t n, const char *when, double bytes, double most_bytes)
{
    char what[BENCH_CELL_BYTES], most[BENCH_CELL_BYTES];
    struct bench_line line = {.what = what};

    line.is_met = bytes <= most_bytes;
    snprintf(what, sizeof what, "Redis, %.0e indexes: %s", (double)n, when);
    bench_write_bytes(line.skep, bytes);
    if (most_bytes > 0) {
        bench_write_bytes(most, most_bytes);
        snprintf(line.goal, sizeof line.goal, "<= %.32s", most);
    }
    bench_report_line(bench, &line);
}

static void measure(struct bench *bench, int64_t n, double most_bytes)
{
    struct test_redis *redis = test_redis_start(NULL);
    struct skep_conn_options options = {0};
    struct watch watch = {0};
    const struct skep_reply *done;
    double before;

    watch.conn = open_conn(redis->url, options);
    put(bench, redis->url, n);
    report(bench, n, "keys as put", weigh_keys(watch.conn), most_bytes);
    before = read_info(watch.conn, "\nused_memory:");
    watch.worker = start_worker(bench, redis->url);
    if (test_until(is_over, &watch, bench->is_quick ? RUN_MS / 5 : RUN_MS)) {
        bench_die("the worker ended: %s", test_process_err(watch.worker));
    }
    done = ask(watch.conn, "HGET {skep:q}:stat done");
    if (done->bytes == NULL || strtod(done->bytes, NULL) < 1000) {
        bench_die("the worker does nothing: %s", test_process_err(watch.worker));
    }
    report(bench, n, "keys at their worst", watch.most, most_bytes);
    report(bench, n, "growth of the server", read_info(watch.conn, "\nused_memory_peak:") - before, 0);
    test_process_signal(watch.worker, SIGKILL);
    test_process_free(watch.worker);
    skep_conn_free(watch.conn);
    test_redis_stop(redis);
}

void bench_memory(struct bench *bench)
{
    measure(bench, 1000000, 200e3);
    if (!bench->is_quick) {
        measure(bench, 100000000, 16e6);
    }
}
