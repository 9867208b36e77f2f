/* SPDX-License-Identifier: MIT */
/* What does a task cost from push to result? Two measurements on one server of the bench's own (append-only
 * file, everysec), one after the other in the same run:
 *
 * - bare: the same scripts driven by the least client there can be: no JSON, no kernels, no files. One
 *   process pushes, two take and settle, one collects. This is the limit that Redis and the protocol set.
 * - skep: `skep push` from a file, a worker with two slots running `echo`, `skep results` into a file.
 *
 * Then the time that one task takes on an idle queue, from its RPUSH to its result. Prints rates, the ratio,
 * and where the processor time went. `queue N` chooses the number of tasks; the default takes some ten
 * seconds. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "queue/admin.h"
#include "queue/collect.h"
#include "queue/holder.h"
#include "queue/put.h"
#include "queue/server.h"
#include "support/files.h"
#include "support/redis.h"

enum { BENCH_SLOTS = 2, BENCH_RECORD_BYTES = 200, BENCH_RESULT_BYTES = 420, BENCH_LATENCIES = 2000 };

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

/* A task of 200 bytes; number I makes it distinct. */
static int bench_record(char *text, size_t size, int64_t i)
{
    int n = snprintf(text, size, "{\"kernel\":\"echo\",\"args\":{\"i\":%" PRId64 ",\"fill\":\"", i);

    while (n < BENCH_RECORD_BYTES - 3) {
        text[n++] = 'x';
    }
    memcpy(text + n, "\"}}", 4);
    return n + 3;
}

/* ---- bare ---- */

static void bare_push(const char *url, int64_t total)
{
    static char texts[SKEP_PUT_PIECE][BENCH_RECORD_BYTES + 8];
    static struct skep_bytes records[SKEP_PUT_PIECE];
    struct skep_error err = {0};
    struct skep_put put;

    bench_need(skep_put_init(&put, bench_connect(url), "bare", "bench", &err), &err, "put");
    bench_need(skep_put_resume(&put, &err), &err, "put");
    for (int64_t i = 0; i < total; i += SKEP_PUT_PIECE) {
        size_t n = (size_t)(total - i < SKEP_PUT_PIECE ? total - i : SKEP_PUT_PIECE);
        for (size_t k = 0; k < n; k++) {
            records[k] = (struct skep_bytes){texts[k],
                                             (size_t)bench_record(texts[k], sizeof texts[k], i + (int64_t)k)};
        }
        bench_need(skep_put_send(&put, records, n, &err), &err, "put");
    }
    bench_need(skep_put_drain(&put, &err), &err, "put");
}

static void bench_await(struct skep_holder *holder)
{
    struct skep_error err = {0};
    skep_status st = skep_holder_wait_look(holder, &err);

    while (st == SKEP_EMPTY) {
        (void)!skep_holder_wait(&holder, 1, -1, -1);
        st = skep_holder_wait_look(holder, &err);
    }
    bench_need(st, &err, "wait");
}

static void bare_work(const char *url)
{
    static char result[BENCH_RESULT_BYTES];
    static struct skep_verdict verdicts[SKEP_BATCH_MAX];
    static struct skep_cycle_reply reply;
    static struct skep_holder holder;
    struct skep_error err = {0};

    memset(result, 'r', sizeof result);
    for (size_t i = 0; i < SKEP_BATCH_MAX; i++) {
        verdicts[i] = (struct skep_verdict){.kind = SKEP_DONE, .result = {result, sizeof result}};
    }
    bench_need(skep_holder_init(&holder, bench_connect(url), "bare", &err), &err, "register");
    for (;;) {
        struct skep_cycle cycle = {.verdicts = verdicts, .n_verdicts = holder.n_held, .want = SKEP_BATCH_MAX};
        bench_need(skep_holder_cycle(&holder, &cycle, &reply, &err), &err, "cycle");
        if (reply.n_tasks == 0) {
            bench_need(skep_holder_wait_begin(&holder, 1000, &err), &err, "wait");
            bench_await(&holder);
        }
    }
}

static void bare_collect(const char *url, int64_t total)
{
    static struct skep_bytes results[SKEP_BATCH_MAX];
    struct skep_collector collector;
    struct skep_error err = {0};
    size_t n = 0;
    int64_t seen = 0;

    bench_need(skep_collector_init(&collector, bench_connect(url), "bare", &err), &err, "collect");
    while (seen < total) {
        bench_need(skep_collect(&collector, n, SKEP_BATCH_MAX, results, &n, &err), &err, "collect");
        seen += (int64_t)n;
        if (n == 0) {
            skep_status st = skep_collect_wait(&collector, 1000, &err);
            bench_need(st == SKEP_EMPTY ? SKEP_OK : st, &err, "wait");
        }
    }
}

static double bench_bare(const char *url, int64_t total)
{
    pid_t slots[BENCH_SLOTS];
    pid_t pusher;
    int64_t began_ns = skep_monotonic_ns();
    double seconds;

    for (int i = 0; i < BENCH_SLOTS; i++) {
        slots[i] = fork();
        if (slots[i] == 0) {
            bare_work(url);
        }
    }
    pusher = fork();
    if (pusher == 0) {
        bare_push(url, total);
        _exit(0);
    }
    bare_collect(url, total);
    seconds = (double)(skep_monotonic_ns() - began_ns) * 1e-9;
    for (int i = 0; i < BENCH_SLOTS; i++) {
        kill(slots[i], SIGKILL);
        waitpid(slots[i], NULL, 0);
    }
    waitpid(pusher, NULL, 0);
    return seconds;
}

/* ---- skep ---- */

static pid_t bench_start(char *const *argv, const char *error_file)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (freopen(error_file, "a", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL) {
            _exit(1);
        }
        execv(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static double bench_finish(pid_t pid, const char *what)
{
    struct rusage usage;
    int status;

    if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "%s failed (status %d)\n", what, status);
        exit(EXIT_FAILURE);
    }
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void bench_write_tasks(const char *path, int64_t total)
{
    FILE *file = fopen(path, "w");
    char text[BENCH_RECORD_BYTES + 8];

    for (int64_t i = 0; file != NULL && i < total; i++) {
        int n = bench_record(text, sizeof text, i);
        text[n] = '\n';
        fwrite(text, 1, (size_t)n + 1, file);
    }
    if (file == NULL || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

/* Wait until all slots have registered. */
static void bench_await_slots(struct skep_conn *conn, const char *queue)
{
    struct skep_keys keys;
    struct skep_error err = {0};
    size_t n = 0;

    bench_need(skep_keys_init(&keys, queue, &err), &err, "queue");
    for (int tries = 0; n < BENCH_SLOTS && tries < 1000; tries++) {
        struct skep_queue_status status;
        bench_need(skep_queue_status_read(conn, &keys, &status, &err), &err, "status");
        n = status.n_slots;
        skep_queue_status_release(&status);
        skep_sleep_ms(10);
    }
}

struct bench_cpu {
    double push_s, results_s, worker_s;
};

static double bench_skep(const char *url, const char *folder, int64_t total, struct bench_cpu *cpu_out)
{
    char *tasks = test_path(folder, "tasks.jsonl");
    char *results = test_path(folder, "results.jsonl");
    char *errors = test_path(folder, "stderr");
    char count[32];
    char *const worker[] = {SKEP_BUILD_DIR "/skep-worker",
                            "--redis",
                            (char *)url,
                            "-q",
                            "bench",
                            "--slots",
                            "2",
                            "--log-level",
                            "warn",
                            NULL};
    char *const push[] = {
        SKEP_BUILD_DIR "/skep", "push", "--redis", (char *)url, "-q", "bench", "--quiet", tasks, NULL};
    char *const collect[] = {SKEP_BUILD_DIR "/skep",
                             "results",
                             "--redis",
                             (char *)url,
                             "-q",
                             "bench",
                             "--quiet",
                             "--count",
                             count,
                             "-o",
                             results,
                             NULL};
    pid_t worker_pid, push_pid, collect_pid;
    int64_t began_ns;
    double seconds;

    snprintf(count, sizeof count, "%" PRId64, total);
    bench_write_tasks(tasks, total);
    worker_pid = bench_start(worker, errors);
    bench_await_slots(bench_connect(url), "bench");
    began_ns = skep_monotonic_ns();
    push_pid = bench_start(push, errors);
    collect_pid = bench_start(collect, errors);
    cpu_out->results_s = bench_finish(collect_pid, "skep results");
    seconds = (double)(skep_monotonic_ns() - began_ns) * 1e-9;
    cpu_out->push_s = bench_finish(push_pid, "skep push");
    kill(worker_pid, SIGTERM);
    cpu_out->worker_s = bench_finish(worker_pid, "skep-worker");
    free(tasks);
    free(results);
    free(errors);
    return seconds;
}

/* ---- one task on an idle queue ---- */

static int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void bench_latency(const char *url, const char *folder)
{
    static double us[BENCH_LATENCIES];
    char *errors = test_path(folder, "stderr");
    char *const worker[] = {SKEP_BUILD_DIR "/skep-worker",
                            "--redis",
                            (char *)url,
                            "-q",
                            "idle",
                            "--slots",
                            "2",
                            "--log-level",
                            "warn",
                            NULL};
    struct skep_conn *conn = bench_connect(url);
    struct skep_error err = {0};
    pid_t worker_pid = bench_start(worker, errors);

    bench_await_slots(conn, "idle");
    for (int i = 0; i < BENCH_LATENCIES; i++) {
        char text[BENCH_RECORD_BYTES + 8];
        struct skep_reply *reply;
        int64_t began_ns;
        int n = bench_record(text, sizeof text, i);

        skep_sleep_ms(1); /* both slots are back in their wait */
        began_ns = skep_monotonic_ns();
        skep_conn_begin(conn, 3);
        skep_conn_arg_text(conn, "RPUSH");
        skep_conn_arg_text(conn, "skep:idle");
        skep_conn_arg(conn, text, (size_t)n);
        bench_need(skep_conn_call(conn, -1, &reply, &err), &err, "push");
        skep_conn_begin(conn, 3);
        skep_conn_arg_text(conn, "BLPOP");
        skep_conn_arg_text(conn, "{skep:idle}:out");
        skep_conn_arg_text(conn, "10");
        bench_need(skep_conn_call(conn, 20000, &reply, &err), &err, "result");
        if (reply->kind != SKEP_REPLY_ARRAY) {
            fprintf(stderr, "no result within 10 s\n");
            exit(EXIT_FAILURE);
        }
        us[i] = (double)(skep_monotonic_ns() - began_ns) * 1e-3;
    }
    kill(worker_pid, SIGTERM);
    bench_finish(worker_pid, "skep-worker");
    qsort(us, BENCH_LATENCIES, sizeof us[0], bench_compare);
    printf("one task on an idle queue    median %.0f us, 5%% %.0f us, 95%% %.0f us (%d tasks)\n",
           us[BENCH_LATENCIES / 2], us[BENCH_LATENCIES / 20], us[BENCH_LATENCIES * 19 / 20], BENCH_LATENCIES);
    skep_conn_free(conn);
    free(errors);
}

/* Processor time that the server has used so far. */
static double bench_server_cpu(pid_t pid)
{
    char path[64];
    unsigned long user = 0, sys = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file == NULL ||
        fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2) {
        user = sys = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv)
{
    int64_t total = argc > 1 ? strtoll(argv[1], NULL, 10) : 500000;
    const struct test_redis_options options = {
        .config = "appendonly yes\nappendfsync everysec\nauto-aof-rewrite-percentage 0\n"};
    struct test_redis *redis = test_redis_start(&options);
    char *folder = test_make_folder();
    struct bench_cpu cpu = {0};
    double bare_s, skep_s, server_s, server_bare_s;

    setvbuf(stdout, NULL, _IOLBF, 0); /* nothing is left in the buffer when a child is forked */
    printf("%" PRId64 " tasks of %d bytes, %d slots, append-only file everysec, %ld cores\n", total,
           BENCH_RECORD_BYTES, BENCH_SLOTS, sysconf(_SC_NPROCESSORS_ONLN));
    server_s = bench_server_cpu(redis->pid);
    bare_s = bench_bare(redis->url, total);
    server_bare_s = bench_server_cpu(redis->pid) - server_s;
    printf("bare limit                   %8.0f tasks/s (server %.2f us a task)\n", (double)total / bare_s,
           1e6 * server_bare_s / (double)total);
    server_s = bench_server_cpu(redis->pid);
    skep_s = bench_skep(redis->url, folder, total, &cpu);
    server_s = bench_server_cpu(redis->pid) - server_s;
    printf("skep                         %8.0f tasks/s, %.2f of the bare limit\n", (double)total / skep_s,
           bare_s / skep_s);
    printf("processor time a task        server %.2f us, slots %.2f us, push %.2f us, results %.2f us\n",
           1e6 * server_s / (double)total, 1e6 * cpu.worker_s / (double)total,
           1e6 * cpu.push_s / (double)total, 1e6 * cpu.results_s / (double)total);
    bench_latency(redis->url, folder);
    test_remove_folder(folder);
    test_redis_stop(redis);
    return EXIT_SUCCESS;
}
