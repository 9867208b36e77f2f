/* SPDX-License-Identifier: MIT */
/* The real `skep top` in a real terminal, with a real server that comes and goes. */
#include "integration/cli.h"

#include <signal.h>

#include "integration/pane.h"
#include "queue/keys.h"

#define TOP CLI_PROGRAM " top --interval 0.2"

struct shop {
    struct cli cli;
    struct test_process *worker;
    struct pane *pane;
};

static int set_up(void **state)
{
    static struct shop shop;

    shop = (struct shop){0};
    cli_begin(&shop.cli, NULL);
    *state = &shop;
    return 0;
}

static int tear_down(void **state)
{
    struct shop *shop = *state;

    pane_close(shop->pane);
    test_process_free(shop->worker);
    cli_end(&shop->cli);
    return 0;
}

static void start_worker(struct shop *shop, const char *queue)
{
    static const char program[] = SKEP_BUILD_DIR "/skep-worker";
    const char *args[] = {program, "-q", queue, "--slots", "2", "--grace", "1", NULL};
    const char *env[] = {shop->cli.env, NULL};

    shop->worker = test_process_start(
        &(struct test_process_options){.args = args, .env = env, .folder = shop->cli.folder});
}

/* COMMAND in a terminal of the usual size; MORE: a further environment variable, or NULL. */
static void show(struct shop *shop, const char *command, const char *more)
{
    const char *env[] = {shop->cli.env, "LC_ALL=C.UTF-8", "NO_COLOR", "TERM=screen", more, NULL};

    shop->pane = pane_open(80, 24, shop->cli.folder, env, command);
}

static void expect_gone(struct shop *shop, const char *words)
{
    char *text = pane_capture(shop->pane);

    if (strstr(text, words) != NULL) {
        fail_msg("'%s' is on the screen:\n%s", words, text);
    }
    free(text);
}

/* ---- works ---- */

/* A push and a sweep under way: queues, jobs, tasks and workers, and out again. */
static void test_cli_top__shows_work(void **state)
{
    struct shop *shop = *state;

    cli_run(&shop->cli, 0, "", NULL, "sweep", "sleep", "--grid", "s=1000:1001:50", "-o", "te.npy", "-q",
            "eeg", "--job", "te_scan", "--detach");
    start_worker(shop, "eeg");
    show(shop, TOP "; echo ended $?", NULL);
    pane_until(shop->pane, " eeg              running");
    pane_until(shop->pane, "2/2");
    pane_press(shop->pane, "Enter", NULL);
    pane_until(shop->pane, " te_scan           ──────────    0%       50       0");
    pane_press(shop->pane, "Tab", NULL);
    pane_until(shop->pane, " te_scan        0           sleep ");
    pane_until(shop->pane, "; 1 in hand");
    pane_press(shop->pane, "4", NULL);
    pane_until(shop->pane, "  busy ");
    pane_until(shop->pane, "sleep te_");
    pane_press(shop->pane, "?", NULL);
    pane_until(shop->pane, "any key goes back");
    pane_press(shop->pane, "x", "1", NULL);
    pane_until(shop->pane, " QUEUE            STATE");
    pane_press(shop->pane, "q", NULL);
    pane_until(shop->pane, "ended 0");
    expect_gone(shop, "QUEUE"); /* the screen from before is back */
}

/* What changes something is done after a yes, and only then. */
static void test_cli_top__pauses_and_requeues(void **state)
{
    struct shop *shop = *state;

    cli_push_text(&shop->cli, "skep:q", "{\"kernel\":\"no such kernel\"}");
    start_worker(shop, "q");
    show(shop, TOP, NULL);
    pane_until(shop->pane, " dead 1");
    pane_press(shop->pane, "p", NULL);
    pane_until(shop->pane, "pause queue q? y/n");
    pane_press(shop->pane, "n", NULL);
    pane_until(shop->pane, "nothing was done");
    pane_press(shop->pane, "p", "y", NULL);
    pane_until(shop->pane, "queue q is paused; what workers hold runs on");
    pane_until(shop->pane, " q                paused ");
    pane_press(shop->pane, "R", NULL);
    pane_until(shop->pane, "put 1 dead letter back into queue q, with all tries? y/n");
    pane_press(shop->pane, "y", NULL);
    pane_until(shop->pane, "requeued 1 dead letter into queue q");
    pane_until(shop->pane, " left 1  ");
    assert_int_equal(cli_count(&shop->cli, "LLEN", "{skep:q}:dead"), 0);
    pane_press(shop->pane, "r", "y", NULL);
    pane_until(shop->pane, "queue q runs again");
    pane_until(shop->pane, " dead 1"); /* the worker has had it again */
}

/* A filter, and what it leaves. */
static void test_cli_top__filters(void **state)
{
    struct shop *shop = *state;

    cli_push_text(&shop->cli, "skep:alpha", "{}");
    cli_push_text(&shop->cli, "skep:beta", "{}");
    ask(shop->cli.conn, "SADD skep:queues alpha beta");
    show(shop, TOP, NULL);
    pane_until(shop->pane, " alpha ");
    pane_press(shop->pane, "/", "T", "A", NULL);
    pane_until_gone(shop->pane, " alpha  ");
    pane_until(shop->pane, " beta ");
    pane_press(shop->pane, "Enter", "p", "y", NULL);
    pane_until(shop->pane, "queue beta is paused");
    pane_press(shop->pane, "Escape", NULL);
    pane_until(shop->pane, " alpha ");
}

/* --read-only: the same picture, and nothing that changes anything. */
static void test_cli_top__only_looks(void **state)
{
    struct shop *shop = *state;

    cli_push_text(&shop->cli, "skep:q", "{}");
    ask(shop->cli.conn, "SADD skep:queues q");
    show(shop, TOP " --read-only -q q", NULL);
    pane_until(shop->pane, "/ filter");
    expect_gone(shop, "p pause");
    pane_press(shop->pane, "p", NULL);
    pane_until(shop->pane, "this top only looks (--read-only)");
}

/* ---- refuses ---- */

/* A terminal that is made small, absurdly small, and large again. */
static void test_cli_top__resized(void **state)
{
    struct shop *shop = *state;

    cli_push_text(&shop->cli, "skep:q", "{}");
    ask(shop->cli.conn, "SADD skep:queues q");
    show(shop, TOP, NULL);
    pane_until(shop->pane, " 4 Workers ");
    pane_resize(shop->pane, 20, 5);
    pane_until(shop->pane, " ? help  q quit\n");
    pane_until(shop->pane, " q                1\n");
    pane_resize(shop->pane, 3, 1);
    pane_until_gone(shop->pane, "help");
    pane_resize(shop->pane, 132, 50);
    pane_until(shop->pane, "    BUSY\n");
    pane_until(shop->pane, " 4 Workers ");
}

/* A server that dies, comes back, hangs and goes on: the last picture stays, keys work. */
static void test_cli_top__server_comes_and_goes(void **state)
{
    struct shop *shop = *state;

    cli_push_text(&shop->cli, "skep:q", "{}");
    ask(shop->cli.conn, "SADD skep:queues q");
    show(shop, TOP "; echo ended $?", NULL);
    pane_until(shop->pane, " left 1 ");
    test_redis_kill(shop->cli.redis);
    pane_until(shop->pane, "no answer for ");
    pane_until(shop->pane, " left 1 ");
    pane_press(shop->pane, "p", "y", NULL);
    pane_until(shop->pane, "not done: ");
    test_redis_restart(shop->cli.redis); /* it has forgotten everything */
    pane_until(shop->pane, "no queues yet: ");
    expect_gone(shop, "no answer");
    test_redis_pause(shop->cli.redis);
    pane_until(shop->pane, "no answer for ");
    pane_press(shop->pane, "4", NULL);
    pane_until(shop->pane, "no workers: ");
    pane_press(shop->pane, "q", NULL);
    pane_until(shop->pane, "ended 0");
    test_redis_resume(shop->cli.redis);
}

/* A command whose words may hold anything; the last one NULL: it has three. */
static void say(struct shop *shop, const char *verb, const char *key, const char *third, const char *fourth)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    skep_conn_begin(shop->cli.conn, fourth != NULL ? 4 : 3);
    skep_conn_arg_text(shop->cli.conn, verb);
    skep_conn_arg_text(shop->cli.conn, key);
    skep_conn_arg_text(shop->cli.conn, third);
    if (fourth != NULL) {
        skep_conn_arg_text(shop->cli.conn, fourth);
    }
    if (skep_conn_call(shop->cli.conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s %s: %s", verb, key, err.text);
    }
}

#define STRANGER "vm:1:\033]0;pwned\007"

/* What strangers wrote, into tasks, workers and what workers say, is shown and does nothing. */
static void test_cli_top__strangers(void **state)
{
    struct shop *shop = *state;
    const char info[] = "{\"v\":2,\"host\":\"\\u001b[2Jevil\",\"slot\":1,\"busy\":true,\"running\":{"
                        "\"kernel\":\"\\u001b[31m\",\"job\":\"<b>\\u0007\\u202e\",\"id\":\"\xe6\x97\xa5\","
                        "\"since_ms\":1},\"version\":\"\\u009b\"}";

    ask(shop->cli.conn, "SADD skep:queues q");
    say(shop, "ZADD", "{skep:q}:workers", "1", STRANGER);
    say(shop, "RPUSH", "{skep:q}:held:" STRANGER, "\033[2J", NULL);
    say(shop, "SET", "{skep:q}:info:" STRANGER, info, NULL);
    show(shop, TOP, NULL);
    pane_until(shop->pane, " q                ");
    pane_press(shop->pane, "3", NULL);
    pane_until(shop->pane, " <b>\\x07\\xe2\\…  \xe6\x97\xa5 ");
    pane_press(shop->pane, "4", NULL);
    pane_until(shop->pane, " \\x1b[2Jevil ");
    pane_until(shop->pane, " vm:1:\\x1b]0;pwned\\x07: pid ");
}

/* Run top so that its number is in the file "pid", and look at the terminal before and after. */
#define TOP_BETWEEN                                                                                          \
    "trap : INT; before=$(stty -g); sh -c 'echo $$ >pid; exec " TOP "'; echo ended $?; "                     \
    "[ \"$before\" = \"$(stty -g)\" ] && echo same"

/* Ctrl-C and SIGTERM give the terminal back as it was. */
static void test_cli_top__leaves_the_terminal(void **state)
{
    struct shop *shop = *state;
    char *pid;

    show(shop, TOP_BETWEEN, NULL);
    pane_until(shop->pane, " 2 Queue ");
    pane_press(shop->pane, "C-c", NULL);
    pane_until(shop->pane, "ended 130\nsame\n");
    pane_close(shop->pane);
    show(shop, TOP_BETWEEN, NULL);
    pane_until(shop->pane, " 2 Queue ");
    pid = test_read_file(shop->cli.folder, "pid", NULL);
    assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGTERM), 0);
    free(pid);
    pane_until(shop->pane, "ended 130\nsame\n");
}

/* Terminals that can little: no colour, no second screen, no letters but ASCII, nothing at all. */
static void test_cli_top__poor_terminals(void **state)
{
    static const char *const poor[] = {"TERM=vt100", "NO_COLOR=1", "LC_ALL=C"};
    struct shop *shop = *state;

    cli_push_text(&shop->cli, "skep:q", "{}");
    ask(shop->cli.conn, "SADD skep:queues q");
    for (size_t i = 0; i < sizeof poor / sizeof poor[0]; i++) {
        char command[512];
        snprintf(command, sizeof command, "env %s " TOP "; echo ended $?", poor[i]);
        show(shop, command, NULL);
        pane_until(shop->pane, " 2 Queue ");
        pane_press(shop->pane, "q", NULL);
        pane_until(shop->pane, "ended 0");
        pane_close(shop->pane);
        shop->pane = NULL;
    }
    show(shop, "TERM=dumb " TOP "; echo ended $?", NULL);
    pane_until(shop->pane, "this is no terminal that can show it live");
    pane_until(shop->pane, " q                ");
    pane_until(shop->pane, "ended 0");
}

/* Into a pipe: one picture, as text; with -q everything about one queue. */
static void test_cli_top__on_paper(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;

    cli_run(cli, 0, "no queues yet: ", "this is no terminal", "top");
    cli_push_text(cli, "skep:q", "{}");
    ask(cli->conn, "SADD skep:queues q");
    cli_run(cli, 0, " QUEUE ", "this is no terminal", "top");
    cli_run(cli, 0, " q ", "", "top", "--once");
    cli_run(cli, 0, "no jobs: ", "", "top", "--once", "-q", "q");
    cli_run(cli, 2, "", "is not a queue's name", "top", "-q", "no such");
    cli_run(cli, 2, "", "interval", "top", "--interval", "0");
    test_redis_kill(cli->redis);
    cli_run(cli, 3, "", "cannot connect", "top", "--wait", "0");
}

/* Ten thousand queues: what a look costs does not follow their number. */
static void test_cli_top__many_queues(void **state)
{
    struct shop *shop = *state;
    struct cli *cli = &shop->cli;
    struct skep_reply *reply;
    struct skep_error err = {0};
    long n;

    skep_conn_begin(cli->conn, 10002);
    skep_conn_arg_text(cli->conn, "SADD");
    skep_conn_arg_text(cli->conn, SKEP_KEY_QUEUES);
    for (int i = 0; i < 10000; i++) {
        char name[16];
        snprintf(name, sizeof name, "q%04d", i);
        skep_conn_arg_text(cli->conn, name);
    }
    assert_int_equal(skep_conn_call(cli->conn, -1, &reply, &err), SKEP_OK);
    ask(cli->conn, "CONFIG RESETSTAT");
    cli_run(cli, 0, " queues 128 of 10000: ", "", "top", "--once");
    reply = ask(cli->conn, "INFO stats");
    assert_non_null(strstr(reply->bytes, "total_commands_processed:"));
    n = strtol(strstr(reply->bytes, "total_commands_processed:") + strlen("total_commands_processed:"), NULL,
               10);
    assert_in_range(n, 128, 20 * 128); /* a script counts its own commands, too */
    show(shop, TOP, NULL);
    pane_until(shop->pane, "10,000 queues");
    pane_press(shop->pane, "End", NULL);
    pane_until(shop->pane, " q9999            idle ");
}

#define TOP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOP_TEST(test_cli_top__shows_work),     TOP_TEST(test_cli_top__pauses_and_requeues),
        TOP_TEST(test_cli_top__filters),        TOP_TEST(test_cli_top__only_looks),
        TOP_TEST(test_cli_top__resized),        TOP_TEST(test_cli_top__server_comes_and_goes),
        TOP_TEST(test_cli_top__strangers),      TOP_TEST(test_cli_top__leaves_the_terminal),
        TOP_TEST(test_cli_top__poor_terminals), TOP_TEST(test_cli_top__on_paper),
        TOP_TEST(test_cli_top__many_queues),
    };

    return cmocka_run_group_tests_name("integration/cli_top", tests, NULL, NULL);
}
