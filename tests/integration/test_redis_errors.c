/* SPDX-License-Identifier: MIT */
/* The rows of docs/redis-errors.md after which skep goes on by itself, each provoked on a real server under
 * load: what the worker's log says, what the user reads, and that nothing is lost. */
#include "support/test.h"
#include "support/until.h"
#include "trial.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static struct hive *hive;
static struct test_process *worker;
static struct skep_conn *other; /* for what does not answer at once */

static int set_up(void **state)
{
    struct skep_conn_options options = {0};

    (void)state;
    trial_forget();
    signal(SIGXFSZ, SIG_IGN); /* the server inherits it, and a write that is too long fails */
    hive = hive_open("appendonly yes\nappendfsync everysec\nauto-aof-rewrite-percentage 0\n"
                     "enable-debug-command yes\nloading-process-events-interval-bytes 1024");
    assert_int_equal(skep_url_parse(hive->redis->url, &options.url, NULL), SKEP_OK);
    assert_int_equal(skep_conn_new(&options, &other, NULL), SKEP_OK);
    trial_push(hive, 600, "0.05");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "3", NULL});
    trial_await_progress(hive, 5);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    skep_conn_free(other);
    return 0;
}

/* ---- doing it ---- */

static void set(const char *name, const char *value)
{
    hive_ask(hive, "CONFIG", "SET", name, value, NULL);
}

/* Send what is answered later, or never. Beside the hive's own connection. */
static void send_aside(const char *word, const char *argument, const char *argument2)
{
    assert_int_equal(skep_conn_connect(other, NULL), SKEP_OK);
    skep_conn_begin(other, argument2 != NULL ? 3 : 2);
    skep_conn_arg_text(other, word);
    skep_conn_arg_text(other, argument);
    if (argument2 != NULL) {
        skep_conn_arg_text(other, argument2);
    }
    assert_int_equal(skep_conn_flush(other, NULL), SKEP_OK);
}

static void set_file_limit(rlim_t bytes)
{
    const struct rlimit limit = {bytes, RLIM_INFINITY};

    assert_int_equal(prlimit(hive->redis->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

static void break_append_only(void)
{
    set_file_limit(1);
}

static void mend_append_only(void)
{
    set_file_limit(RLIM_INFINITY);
}

static void become_replica(void)
{
    hive_ask(hive, "REPLICAOF", "127.0.0.1", "1", NULL);
}

static void become_stale_replica(void)
{
    set("replica-serve-stale-data", "no");
    set("replica-read-only", "no"); /* a write is refused as such before the master is missed */
    become_replica();
}

static void become_master(void)
{
    hive_ask(hive, "REPLICAOF", "NO", "ONE", NULL);
}

static void want_replicas(void)
{
    set("min-replicas-to-write", "1");
}

static void want_no_replicas(void)
{
    set("min-replicas-to-write", "0");
}

static void run_endless_script(void)
{
    set("lua-time-limit", "50");
    send_aside("EVAL", "while true do end", "0");
}

static bool answers(struct hive *any)
{
    struct skep_reply *reply;

    (void)any;
    if (!skep_conn_is_open(hive->conn) && skep_conn_connect(hive->conn, NULL) != SKEP_OK) {
        return false;
    }
    skep_conn_begin(hive->conn, 1);
    skep_conn_arg_text(hive->conn, "DBSIZE");
    return skep_conn_call(hive->conn, -1, &reply, NULL) == SKEP_OK;
}

static void kill_script(void)
{
    hive_ask(hive, "SCRIPT", "KILL", NULL);
    hive_until(hive, answers, "the script has ended", 60000);
}

static void load_slowly(void)
{
    hive_ask(hive, "DEBUG", "POPULATE", "30000", NULL);
    set("key-load-delay", "300");
    send_aside("DEBUG", "RELOAD", NULL);
}

static void await_loaded(void)
{
    hive_until(hive, answers, "the server has loaded", 60000);
}

static void allow_no_clients(void)
{
    set("maxclients", "1");
    hive_ask(hive, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes", NULL);
}

static void allow_clients(void)
{
    set("maxclients", "1000");
}

static void forget_scripts(void)
{
    hive_ask(hive, "SCRIPT", "FLUSH", NULL);
}

static void no_memory(void)
{
    set("maxmemory", "1");
}

static void any_memory(void)
{
    set("maxmemory", "0");
}

/* ---- the rows ---- */

struct row {
    void (*provoke)(void), (*mend)(void);
    const char *worker_says; /* NULL: it has nothing to say */
    int push_code;
    const char *push_says;
    bool shows_status; /* it can still be looked at */
};

/* Something goes wrong, worker and user read what, it is put right, and the same worker goes on. */
static void check(const struct row *row)
{
    row->provoke();
    if (row->worker_says != NULL) {
        trial_await_log(hive, worker, row->worker_says);
    }
    trial_user_pushes(hive, NULL, "0.3", row->push_code, row->push_says);
    if (row->shows_status) {
        trial_user_runs(hive, NULL, 0, "waiting", "status", "-q", "q", NULL);
    }
    if (row->mend != NULL) {
        row->mend();
    }
    trial_await_progress(hive, 5);
    trial_user_pushes(hive, NULL, "60", 0, NULL);
    assert_false(test_process_is_over(worker));
    trial_check_all_done(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* NOSCRIPT: nobody notices. */
static void test_redis_errors__noscript(void **state)
{
    const struct row row = {forget_scripts, NULL, NULL, 0, NULL, true};

    (void)state;
    check(&row);
    assert_false(test_process_said(worker, "redis-retry"));
}

/* LOADING: the server reads a large file. */
static void test_redis_errors__loading(void **state)
{
    const struct row row = {
        load_slowly, await_loaded, "reading its data from disk", 3, "reading its data from disk", false};

    (void)state;
    check(&row);
}

/* OOM: workers drain it all the same, and who pushes is told what helps. */
static void test_redis_errors__oom(void **state)
{
    const struct row row = {no_memory,
                            any_memory,
                            NULL,
                            3,
                            "maxmemory (collect results, let workers drain it, or raise maxmemory)",
                            true};

    (void)state;
    no_memory();
    trial_await_progress(hive, 10);
    check(&row);
}

/* MISCONF: the append-only file cannot be written, which is the same as a full disk. */
static void test_redis_errors__misconf(void **state)
{
    const struct row row = {break_append_only,
                            mend_append_only,
                            "cannot write to its disk (make room there",
                            3,
                            "cannot write to its disk",
                            true};

    (void)state;
    check(&row);
}

/* BUSY: somebody's script does not end. */
static void test_redis_errors__busy(void **state)
{
    const struct row row = {run_endless_script,
                            kill_script,
                            "somebody's long script",
                            3,
                            "somebody's long script (wait, or SCRIPT KILL)",
                            false};

    (void)state;
    check(&row);
}

/* NOREPLICAS: the server wants a replica and has none. */
static void test_redis_errors__noreplicas(void **state)
{
    const struct row row = {
        want_replicas, want_no_replicas, "fewer replicas than it wants", 3, "lower min-replicas-to-write",
        true};

    (void)state;
    check(&row);
}

/* READONLY: the server has become a replica; whoever asks connects again, to whatever has the name then. */
static void test_redis_errors__readonly(void **state)
{
    const struct row row = {become_replica,
                            become_master,
                            "the server is a replica, not (or no longer) the master",
                            3,
                            "give the master's address",
                            true};

    (void)state;
    check(&row);
}

/* MASTERDOWN: the same, and it has lost its master. */
static void test_redis_errors__masterdown(void **state)
{
    const struct row row = {become_stale_replica, become_master, "a replica that has lost its master", 3,
                            "lost its master",    false};

    (void)state;
    check(&row);
}

/* max clients: nobody new is let in, and the old ones were thrown out. */
static void test_redis_errors__maxclients(void **state)
{
    const struct row row = {allow_no_clients,
                            allow_clients,
                            "has reached its maxclients",
                            3,
                            "has reached its maxclients (raise it",
                            false};

    (void)state;
    check(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_redis_errors__noscript, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__loading, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__oom, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__misconf, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__busy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__noreplicas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__readonly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__masterdown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors__maxclients, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
