/* SPDX-License-Identifier: MIT */
/* The rows of docs/redis-errors.md that only a cluster says, on one of two real nodes. The node holds all
 * slots; then the slot of the queue leaves it for a while, in the ways in which slots do. */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"
#include "trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 41 };

static struct hive *hive;        /* its server is one node */
static struct test_redis *other; /* the other one */
static char ids[2][ID_BYTES];    /* of the nodes */
static char slot[16];            /* of the queue */
static struct test_process *worker;

/* One command to the other node, whose answer is not looked at. */
static void tell_other(const char *const *words)
{
    struct skep_conn_options options = {0};
    struct skep_conn *conn;
    struct skep_reply *reply;
    struct skep_error err = {0};
    size_t n = 0;

    while (words[n] != NULL) {
        n++;
    }
    assert_int_equal(skep_url_parse(other->url, &options.url, NULL), SKEP_OK);
    assert_int_equal(skep_conn_new(&options, &conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    skep_conn_begin(conn, n);
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(conn, words[i]);
    }
    if (skep_conn_call(conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s: %s", words[1], err.text);
    }
    if (strcmp(words[1], "MYID") == 0) {
        snprintf(ids[1], ID_BYTES, "%s", reply->bytes);
    }
    skep_conn_free(conn);
}

static bool is_ok(struct hive *any)
{
    return strstr(hive_ask(any, "CLUSTER", "INFO", NULL)->bytes, "cluster_state:ok") != NULL;
}

static bool knows_other(struct hive *any)
{
    const char *nodes = hive_ask(any, "CLUSTER", "NODES", NULL)->bytes;
    const char *line = strstr(nodes, ids[1]);

    return line != NULL && memmem(line, strcspn(line, "\n"), "handshake", 9) == NULL &&
           memmem(line, strcspn(line, "\n"), " connected", 10) != NULL;
}

static void write_config(char *text, size_t size, int port)
{
    snprintf(text, size,
             "port %d\ncluster-enabled yes\ncluster-port %d\ncluster-node-timeout 30000\n"
             "cluster-allow-replica-migration no",
             port, trial_free_port());
}

static int set_up(void **state)
{
    char config[256], port[16], bus[16];
    int other_port = trial_free_port();

    (void)state;
    trial_forget();
    write_config(config, sizeof config, other_port);
    other = test_redis_start(&(struct test_redis_options){.config = config});
    snprintf(port, sizeof port, "%d", other_port);
    snprintf(bus, sizeof bus, "%s", strstr(config, "cluster-port ") + strlen("cluster-port "));
    bus[strcspn(bus, "\n")] = '\0';
    write_config(config, sizeof config, trial_free_port());
    hive = hive_open(config);
    hive_ask(hive, "CLUSTER", "ADDSLOTSRANGE", "0", "16383", NULL);
    snprintf(ids[0], ID_BYTES, "%s", hive_ask(hive, "CLUSTER", "MYID", NULL)->bytes);
    snprintf(slot, sizeof slot, "%d",
             (int)hive_ask(hive, "CLUSTER", "KEYSLOT", hive->keys.queue, NULL)->integer);
    tell_other((const char *const[]){"CLUSTER", "MYID", NULL});
    hive_ask(hive, "CLUSTER", "MEET", "127.0.0.1", port, bus, NULL);
    hive_until(hive, knows_other, "the nodes know each other", 60000);
    hive_until(hive, is_ok, "the cluster is complete", 60000);
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    trial_push(hive, 20, "0.01");
    trial_await_progress(hive, 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    test_redis_stop(other);
    return 0;
}

/* The worker says WORDS, the user reads them; after it has been put right the same worker goes on. */
static void check_goes_on(const char *words)
{
    trial_await_log(hive, worker, words);
    trial_user_pushes(hive, NULL, "0.3", 3, words);
}

static void check_went_on(void)
{
    trial_user_pushes(hive, NULL, "60", 0, NULL);
    trial_check_all_done(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* CLUSTERDOWN: nobody serves the slot. */
static void test_redis_errors_cluster__clusterdown(void **state)
{
    (void)state;
    trial_push(hive, 200, "0.05");
    trial_await_progress(hive, 5);
    hive_ask(hive, "CLUSTER", "DELSLOTS", slot, NULL);
    check_goes_on("the cluster is not complete (look at CLUSTER INFO)");
    hive_ask(hive, "CLUSTER", "ADDSLOTS", slot, NULL);
    hive_until(hive, is_ok, "the cluster is complete", 60000);
    check_went_on();
}

/* TRYAGAIN and ASK: the slot moves, and some keys (or all that are asked for) are at its new place. */
static void test_redis_errors_cluster__moving(void **state)
{
    (void)state;
    trial_push(hive, 200, "0.05");
    trial_await_progress(hive, 5);
    hive_ask(hive, "CLUSTER", "SETSLOT", slot, "MIGRATING", ids[1], NULL);
    check_goes_on("the queue is moving to another node of the cluster (wait until it has moved)");
    hive_ask(hive, "CLUSTER", "SETSLOT", slot, "STABLE", NULL);
    check_went_on();
}

static bool is_empty(struct hive *any)
{
    const struct skep_reply *keys = hive_ask(any, "CLUSTER", "COUNTKEYSINSLOT", slot, NULL);

    return keys->integer == 0;
}

/* MOVED: the slot has another node now, whose address is told. */
static void test_redis_errors_cluster__moved(void **state)
{
    (void)state;
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, 60000);
    hive_ask(hive, "DEL", hive->keys.out, hive->keys.stat, hive->keys.workers, hive->keys.cycle,
             hive->keys.account, NULL);
    hive_until(hive, is_empty, "the slot is empty", 60000);
    tell_other((const char *const[]){"CLUSTER", "SETSLOT", slot, "NODE", ids[1], NULL});
    hive_ask(hive, "CLUSTER", "SETSLOT", slot, "NODE", ids[1], NULL);
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    hive_await_end(hive, worker, 3, 60000);
    assert_true(test_process_said(worker, "the queue lives on another node of the cluster"));
    assert_true(test_process_said(worker, "127.0.0.1:"));
    trial_user_pushes(hive, NULL, "30", 3, "(give the address at the end of this line): MOVED");
}

/* A cluster has no databases. */
static void test_redis_errors_cluster__no_databases(void **state)
{
    char with_db[256];

    (void)state;
    snprintf(with_db, sizeof with_db, "%s?db=1", hive->redis->url);
    trial_user_pushes(hive, with_db, "30", 3, "a cluster has database 0 only (take the number off the URL)");
    trial_check_all_done(hive, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_redis_errors_cluster__clusterdown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_cluster__moving, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_cluster__moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_cluster__no_databases, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
