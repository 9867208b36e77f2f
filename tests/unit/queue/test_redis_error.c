/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/redis_error.h"

#include <string.h>

/* Replies as servers send them (7.0 unless said otherwise), and what skep makes of each. */
static const struct {
    const char *text;
    const char *prefix;
    skep_status status;
    enum skep_redis_action action;
} replies[] = {
    {"NOSCRIPT No matching script. Please use EVAL.", "NOSCRIPT", SKEP_E_UNWELL, SKEP_REDIS_SEND_SCRIPT},
    {"LOADING Redis is loading the dataset in memory", "LOADING", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"READONLY You can't write against a read only replica.", "READONLY", SKEP_E_UNWELL,
     SKEP_REDIS_RECONNECT},
    {"OOM command not allowed when used memory > 'maxmemory'.", "OOM", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"MISCONF Errors writing to the AOF file: No space left on device", "MISCONF", SKEP_E_UNWELL,
     SKEP_REDIS_BACK_OFF},
    {"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", "BUSY",
     SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MASTERDOWN",
     SKEP_E_UNWELL, SKEP_REDIS_RECONNECT},
    {"CLUSTERDOWN Hash slot not served", "CLUSTERDOWN", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"NOREPLICAS Not enough good replicas to write.", "NOREPLICAS", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
     "UNBLOCKED", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT},
    {"ERR max number of clients reached", "ERR max number of clients", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT},
    {"ERR max number of clients + cluster connections reached", "ERR max number of clients", SKEP_E_UNWELL,
     SKEP_REDIS_RECONNECT},
    {"ASK 3999 127.0.0.1:6381", "ASK", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"TRYAGAIN Multiple keys request during rehashing of slot", "TRYAGAIN", SKEP_E_UNWELL,
     SKEP_REDIS_BACK_OFF},
    {"MOVED 3999 127.0.0.1:6381", "MOVED", SKEP_E_REFUSED, SKEP_REDIS_STOP},
    {"NOAUTH Authentication required.", "NOAUTH", SKEP_E_REFUSED, SKEP_REDIS_STOP},
    {"WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS", SKEP_E_REFUSED,
     SKEP_REDIS_STOP},
    {"NOPERM this user has no permissions to run the 'lmove' command", "NOPERM", SKEP_E_REFUSED,
     SKEP_REDIS_STOP},
    {"ERR The user executing the script can't run this command or subcommand",
     "ERR The user executing the script", SKEP_E_REFUSED, SKEP_REDIS_STOP},
    {"DENIED Redis is running in protected mode because", "DENIED", SKEP_E_REFUSED, SKEP_REDIS_STOP},
    {"WRONGTYPE Operation against a key holding the wrong kind of value", "WRONGTYPE", SKEP_E_REFUSED,
     SKEP_REDIS_STOP},
    {"ERR DB index is out of range", "ERR DB index", SKEP_E_REFUSED, SKEP_REDIS_STOP},
    {"ERR SELECT is not allowed in cluster mode", "ERR SELECT is not allowed", SKEP_E_REFUSED,
     SKEP_REDIS_STOP},
    {"ERR unknown command 'LMOVE', with args beginning with: 'a' ", "ERR unknown command", SKEP_E_REFUSED,
     SKEP_REDIS_STOP},
    {"EXECABORT Transaction discarded because of previous errors.", "EXECABORT", SKEP_E_PROTOCOL,
     SKEP_REDIS_STOP},
    {"CROSSSLOT Keys in request don't hash to the same slot", "CROSSSLOT", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    /* Not what they look like. */
    {"BUSYKEY Target key name already exists.", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"OOMX", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"ERR syntax error", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"ERR", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"oom", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"OOM", "OOM", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    /* From inside a script: 7.0, then 6.2. */
    {"OOM command not allowed when used memory > 'maxmemory'. script: a1, on @user_script:1.", "OOM",
     SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"ERR Error running script (call to f_8f55): @user_script:41: @user_script: 41: -OOM command not allowed "
     "when "
     "used memory > 'maxmemory'.",
     "OOM", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF},
    {"ERR Error running script (call to f_8f55): @user_script:1: WRONGTYPE Operation against a key holding "
     "the wrong "
     "kind of value",
     "WRONGTYPE", SKEP_E_REFUSED, SKEP_REDIS_STOP},
    {"ERR Error running script (call to f_8f55): @user_script:3: user_script:3: attempt to index a nil value",
     "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
    {"ERR Error running script (call to f_8f55): @user_script:", "", SKEP_E_PROTOCOL, SKEP_REDIS_STOP},
};
enum { N_REPLIES = sizeof replies / sizeof replies[0] };

/* Each known reply gets its row, and what only resembles one does not. */
static void test_redis_error__finds_the_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_REPLIES; i++) {
        const struct skep_redis_error *row = skep_redis_error_find(replies[i].text, strlen(replies[i].text));
        assert_string_equal(row->prefix, replies[i].prefix);
        assert_int_equal(row->status, replies[i].status);
        assert_int_equal(row->action, replies[i].action);
    }
}

/* Every row of the table is reached by some reply above, and says something to the user. */
static void test_redis_error__every_row_can_be_reached(void **state)
{
    size_t n_rows;
    const struct skep_redis_error *rows = skep_redis_error_rows(&n_rows);

    (void)state;
    assert_string_equal(rows[n_rows - 1].prefix, "");
    for (size_t i = 0; i < n_rows; i++) {
        size_t n_found = 0;
        for (size_t j = 0; j < N_REPLIES; j++) {
            n_found += strcmp(rows[i].prefix, replies[j].prefix) == 0;
        }
        assert_true(n_found > 0);
        assert_true(strlen(rows[i].words) > 10);
        assert_true(strlen(rows[i].advice) > 3);
        assert_string_not_equal(skep_redis_action_text(rows[i].action), "unknown action");
        assert_true(strlen(skep_redis_action_worker(rows[i].action)) > 10);
        assert_true(strlen(skep_redis_action_command(rows[i].action)) > 5);
    }
}

/* The row's words come first, then what helps, the server's own words behind them. */
static void test_redis_error__says_both_words(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_redis_error_set(&err, "OOM command not allowed", 23), SKEP_E_UNWELL);
    assert_int_equal(err.status, SKEP_E_UNWELL);
    assert_string_equal(err.text,
                        "the server has reached its maxmemory (collect results, let workers drain it, or "
                        "raise maxmemory): OOM command not allowed");
}

/* Redis repeats arguments, and one may be a password. */
static void test_redis_error__hides_arguments(void **state)
{
    static const char text[] =
        "ERR unknown command `HELLO`, with args beginning with: `2`, `AUTH`, `u`, `secret`, ";
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_redis_error_set(&err, text, sizeof text - 1), SKEP_E_REFUSED);
    assert_null(strstr(err.text, "secret"));
    assert_non_null(strstr(err.text, "ERR unknown command `HELLO`"));
}

/* A hostile server cannot drive the terminal, and its words are cut. */
static void test_redis_error__makes_the_text_printable(void **state)
{
    char text[1000];
    struct skep_error err = {0};

    (void)state;
    memset(text, '\x1b', sizeof text);
    assert_int_equal(skep_redis_error_set(&err, text, sizeof text), SKEP_E_PROTOCOL);
    assert_null(strchr(err.text, '\x1b'));
    assert_true(strlen(err.text) < sizeof err.text);
    assert_int_equal(skep_redis_error_set(NULL, text, 0), SKEP_E_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redis_error__finds_the_row),
        cmocka_unit_test(test_redis_error__every_row_can_be_reached),
        cmocka_unit_test(test_redis_error__says_both_words),
        cmocka_unit_test(test_redis_error__hides_arguments),
        cmocka_unit_test(test_redis_error__makes_the_text_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
