/* SPDX-License-Identifier: MIT */
/* The whole chain with the real Prometheus: it scrapes the exporter, loads the rules that skep comes with,
 * and for each fault that is provoked the alert fires that is meant for it. The rules are the shipped ones
 * but for `for`, which is short here. */
#include "support/test.h"
#include "exporter.h"
#include "hive_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/files.h"
#include "support/until.h"
#include "task/json.h"

#define ROOT SKEP_TESTS_DIR "/.."

enum { WAIT_MS = 60000 };

static struct exporter exporter;
static struct test_process *prometheus;
static char *folder;
static int port;

static bool has_prometheus(void)
{
    return access("/usr/bin/prometheus", X_OK) == 0 && access("/usr/bin/promtool", X_OK) == 0;
}

/* A port that is free just now. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* promtool says that it is right. */
static void check_with_promtool(const char *what, const char *which, const char *path, const char *input)
{
    const char *const args[] = {"/usr/bin/promtool", what, which, path, NULL};
    const struct test_process_options options = {
        .args = args, .input = input, .input_n = input != NULL ? strlen(input) : 0};
    struct test_process *process = test_process_run(&options, WAIT_MS);
    char *out = test_process_out(process, NULL), *err = test_process_err(process);

    if (process->status != 0) {
        fail_msg("promtool %s %s: %s%s", what, which, out, err);
    }
    free(out);
    free(err);
    test_process_free(process);
}

/* The shipped rules, with every `for` short. */
static void write_rules(void)
{
    char *rules = test_read_file(ROOT "/ops/prometheus", "rules.yml", NULL);
    char *copy = calloc(1, strlen(rules) + 1);
    const char *from = rules;
    size_t n = 0;

    assert_non_null(copy);
    for (const char *at; (at = strstr(from, "        for: ")) != NULL;) {
        const char *end = strchr(at, '\n');
        memcpy(copy + n, from, (size_t)(at - from));
        n += (size_t)(at - from);
        n += (size_t)snprintf(copy + n, 16, "        for: 1s");
        from = end;
    }
    memcpy(copy + n, from, strlen(from));
    test_write_file(folder, "rules.yml", copy, strlen(copy));
    free(copy);
    free(rules);
}

/* The shipped configuration, faster, and with the address of this exporter. */
static void write_config(void)
{
    static const char address[] = "127.0.0.1:9464";
    char *shipped = test_read_file(ROOT "/ops/prometheus", "prometheus.yml", NULL);
    char config[4096];
    char *targets = strstr(shipped, address);
    char *jobs = strstr(shipped, "rule_files:");
    int n;

    assert_true(targets != NULL && jobs != NULL && jobs < targets);
    n = snprintf(config, sizeof config,
                 "global:\n  scrape_interval: 250ms\n  scrape_timeout: 250ms\n  evaluation_interval: 250ms\n"
                 "%.*s127.0.0.1:%d%s",
                 (int)(targets - jobs), jobs, exporter.port, targets + strlen(address));
    assert_true(n > 0 && (size_t)n < sizeof config);
    test_write_file(folder, "prometheus.yml", config, (size_t)n);
    free(shipped);
}

static struct test_http ask_prometheus(const char *path)
{
    return test_http_get(port, path);
}

static bool is_ready(void *context)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool is_there = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    struct test_http answer = {0};
    int status;

    (void)context;
    close(fd);
    if (!is_there) {
        return false;
    }
    answer = ask_prometheus("/-/ready");
    status = answer.status;
    test_http_free(&answer);
    return status == 200;
}

static void start_prometheus(void)
{
    char config[300], data[300], listen[80];
    const char *const args[] = {"/usr/bin/prometheus", config, data, listen, "--log.level=warn", NULL};

    port = free_port();
    snprintf(config, sizeof config, "--config.file=%s/prometheus.yml", folder);
    snprintf(data, sizeof data, "--storage.tsdb.path=%s/data", folder);
    snprintf(listen, sizeof listen, "--web.listen-address=127.0.0.1:%d", port);
    prometheus = test_process_start(&(struct test_process_options){.args = args});
    if (!test_until(is_ready, NULL, WAIT_MS)) {
        fail_msg("prometheus does not start: %s", test_process_err(prometheus));
    }
}

/* ---- what fires ---- */

struct alert {
    const char *name, *queue; /* queue NULL: any, or none */
    bool wanted;
};

static bool is_text(const struct skep_node *object, const char *name, const char *text)
{
    const struct skep_node *node = skep_node_get(object, name);

    return text == NULL || (node != NULL && node->kind == SKEP_NODE_TEXT && strcmp(node->text, text) == 0);
}

/* Whether the alert fires, as it is wanted to or not to. */
static bool is_as_wanted(void *context)
{
    const struct alert *alert = context;
    struct test_http answer = ask_prometheus("/api/v1/alerts");
    const struct skep_node *node = NULL, *alerts;
    struct skep_arena arena;
    bool fires = false;

    skep_arena_init(&arena, 16 << 20);
    assert_int_equal(skep_json_parse(answer.body, answer.body_n, NULL, &arena, &node, NULL), SKEP_OK);
    alerts = skep_node_get(skep_node_get(node, "data"), "alerts");
    assert_non_null(alerts);
    for (size_t i = 0; i < alerts->n_children; i++) {
        const struct skep_node *labels = skep_node_get(&alerts->children[i], "labels");
        fires =
            fires || (is_text(labels, "alertname", alert->name) && is_text(labels, "queue", alert->queue) &&
                      is_text(&alerts->children[i], "state", "firing"));
    }
    skep_arena_release(&arena);
    test_http_free(&answer);
    return fires == alert->wanted;
}

static void await(const char *name, const char *queue, bool wanted)
{
    struct alert alert = {name, queue, wanted};
    int64_t began_ms = test_now_ms();

    if (!test_until(is_as_wanted, &alert, WAIT_MS)) {
        struct test_http answer = ask_prometheus("/api/v1/alerts");
        struct test_http health = exporter_get(&exporter, "/healthz");
        fail_msg("%s of %s %s\n%.4000s\n%.2000s", name, queue != NULL ? queue : "-",
                 wanted ? "does not fire" : "does not end", answer.body, health.body);
    }
    print_message("%s %s%s%s after %.1f s\n", name, wanted ? "fired" : "ended",
                  queue != NULL ? " for queue " : "", queue != NULL ? queue : "",
                  (double)(test_now_ms() - began_ms) / 1e3);
}

static void await_fire(const char *name, const char *queue)
{
    await(name, queue, true);
}

static void await_end(const char *name, const char *queue)
{
    await(name, queue, false);
}

/* ---- the chain ---- */

static int begin(void **state)
{
    (void)state;
    exporter = (struct exporter){0};
    prometheus = NULL;
    folder = NULL;
    hive = NULL;
    if (has_prometheus()) {
        hive = hive_open("appendonly yes\nappendfsync always\n");
        folder = test_make_folder();
        hive_ask(hive, "SADD", "skep:queues", "q", NULL);
        exporter_start(&exporter, hive->redis->url, (const char *const[]){"--interval", "200ms", NULL});
        write_rules();
        write_config();
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_process_free(prometheus);
    exporter_stop(&exporter);
    hive_close(hive);
    if (folder != NULL) {
        test_remove_folder(folder);
    }
    return 0;
}

static void need_prometheus(void)
{
    if (!has_prometheus()) {
        print_message("the Debian package prometheus is not installed: ops/setup test installs it\n");
        skip();
    }
}

static void push_sleeps(int n, const char *seconds)
{
    char record[96];

    snprintf(record, sizeof record, "{\"kernel\":\"sleep\",\"args\":{\"s\":%s},\"id\":\"%%d\"}", seconds);
    hive_push_many(hive, n, record);
}

/* What skep ships is what promtool takes: rules, configuration, and the metrics themselves. */
static void test_exporter_prometheus__promtool_agrees(void **state)
{
    struct test_http answer;
    char *path;

    (void)state;
    need_prometheus();
    check_with_promtool("check", "rules", ROOT "/ops/prometheus/rules.yml", NULL);
    check_with_promtool("test", "rules", ROOT "/ops/prometheus/rules_test.yml", NULL);
    check_with_promtool("check", "config", ROOT "/ops/prometheus/prometheus.yml", NULL);
    path = test_path(folder, "prometheus.yml");
    check_with_promtool("check", "config", path, NULL);
    free(path);
    hive_push(hive, "{\"kernel\":\"unheard-of\"}");
    push_sleeps(20, "0.001");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    exporter_until(&exporter, "/metrics", 200, "\nskep_queue_done_total{queue=\"q\"} 20\n", WAIT_MS);
    answer = exporter_get(&exporter, "/metrics");
    check_with_promtool("check", "metrics", NULL, answer.body);
    test_http_free(&answer);
}

/* For each fault its alert, which ends with the fault. */
static void test_exporter_prometheus__alerts_fire(void **state)
{
    struct test_process *worker;
    pid_t slot;

    (void)state;
    need_prometheus();
    start_prometheus();
    await_end("SkepRedisDown", NULL);
    push_sleeps(3, "0.01");
    await_fire("SkepNoWorkers", "q");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    await_end("SkepNoWorkers", "q");

    hive_await_slots(hive, worker, 1);
    hive_signal_worker(worker, SIGSTOP);
    push_sleeps(3, "0.01");
    await_fire("SkepStalled", "q");
    hive_signal_worker(worker, SIGCONT);
    await_end("SkepStalled", "q");

    hive_push(hive, "{\"kernel\":\"unheard-of\",\"id\":\"lost\"}");
    await_fire("SkepDeadLetters", "q");

    hive_push(hive, "{\"kernel\":\"sleep\",\"args\":{\"s\":1},\"id\":\"long\"}");
    slot = hive_await_title(hive, "sleep long");
    kill(slot, SIGSTOP);
    await_fire("SkepSlotStuck", "q");
    kill(slot, SIGKILL);
    await_fire("SkepCrashes", "q");
    await_end("SkepSlotStuck", "q");

    assert_int_equal(skep_queue_set_limit(hive->conn, &hive->keys, SKEP_LIMIT_RESULTS, 1, NULL), SKEP_OK);
    push_sleeps(100, "0.01");
    await_fire("SkepResultsFull", "q");
    assert_int_equal(skep_queue_set_limit(hive->conn, &hive->keys, SKEP_LIMIT_RESULTS, 0, NULL), SKEP_OK);
    await_end("SkepResultsFull", "q");

    hive_ask(hive, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", NULL);
    await_fire("SkepServerBad", NULL);

    test_redis_pause(hive->redis);
    await_fire("SkepRedisDown", NULL);
    test_redis_resume(hive->redis);
    await_end("SkepRedisDown", NULL);

    exporter_stop(&exporter);
    await_fire("SkepExporterDown", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_exporter_prometheus__##name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(promtool_agrees),
        TEST(alerts_fire),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
