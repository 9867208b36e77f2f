/* SPDX-License-Identifier: MIT */
/* The page of the exporter in a real browser: what it shows is what the server holds, and what a stranger
 * wrote is text, never code. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integration/ask.h"
#include "integration/cli.h"

#define EXPORTER SKEP_BUILD_DIR "/skep-exporter"
#define BROWSER  "/usr/bin/chromium"

/* A name that would take the page over where names were read as HTML, and one that would turn a line around.
 */
#define HOSTILE "<img/src=x/onerror=document.title='owned'>"
#define TURNED                                                                                               \
    "\xe2\x80\xae"                                                                                           \
    "esrever"

enum { DASHBOARD_MS = 120000 };

static struct cli cli;
static struct test_process *exporter;
static char page_url[128];

/* Where it listens, by its own words. */
static void find_address(void)
{
    static const char mark[] = "address=";
    char *err;
    const char *at;

    cli_until(exporter, "event=listening");
    err = test_process_err(exporter);
    at = strstr(err, mark);
    assert_non_null(at);
    at += strlen(mark);
    snprintf(page_url, sizeof page_url, "http://%.*s/", (int)strcspn(at, " \n"), at);
    free(err);
}

static int set_up(void **state)
{
    const char *const args[] = {EXPORTER, "--listen", "127.0.0.1:0", NULL};
    const char *const env[] = {cli.env, NULL};

    (void)state;
    if (access(BROWSER, X_OK) != 0) {
        return 0;
    }
    cli_begin(&cli, NULL);
    ask(cli.conn, "SADD skep:queues eeg stars");
    ask(cli.conn, "HSET {skep:eeg}:jobs n:" HOSTILE " 100 d:" HOSTILE " 40 f:" HOSTILE " 2 n:" TURNED " 7");
    ask(cli.conn, "HSET {skep:eeg}:puts " HOSTILE " 100 " TURNED " 7");
    ask(cli.conn, "HSET {skep:eeg}:account done:te_box 40 ns:te_box 4000000 b4:te_box 40 cause:timeout 2");
    ask(cli.conn, "RPUSH skep:eeg 1 2 3");
    ask(cli.conn, "HSET {skep:stars}:conf paused 1");
    exporter =
        test_process_start(&(struct test_process_options){.args = args, .env = env, .folder = cli.folder});
    find_address();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (exporter != NULL) {
        test_process_free(exporter);
        cli_end(&cli);
    }
    return 0;
}

/* What the page is once it has drawn itself, as HTML. free() it. */
static char *look(const char *place)
{
    char url[256], data[512];
    const char *const args[] = {BROWSER,
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--disable-dev-shm-usage",
                                "--virtual-time-budget=5000",
                                data,
                                "--dump-dom",
                                url,
                                NULL};
    struct test_process *browser;
    char *out;

    if (exporter == NULL) {
        print_message("no " BROWSER ": not looked at\n");
        skip();
    }
    snprintf(url, sizeof url, "%s%s", page_url, place);
    snprintf(data, sizeof data, "--user-data-dir=%s/browser", cli.folder);
    browser =
        test_process_run(&(struct test_process_options){.args = args, .folder = cli.folder}, DASHBOARD_MS);
    out = test_process_out(browser, NULL);
    test_process_free(browser);
    return out;
}

static void expect(const char *page, const char *text)
{
    if (strstr(page, text) == NULL) {
        fail_msg("the page has no '%s'\n%.6000s", text,
                 strstr(page, "<body") != NULL ? strstr(page, "<body") : page);
    }
}

/* All queues: their states, and what is wrong in the words of the findings. */
static void test_dashboard__shows_queues_and_what_is_wrong(void **state)
{
    char *page = look("");

    (void)state;
    expect(page, "<a href=\"#q=eeg\"");
    expect(page, ">no-workers</span>");
    expect(page, ">paused</span>");
    expect(page, "start `skep-worker`");
    expect(page, ">1 problem<");
    free(page);
}

/* One queue: jobs, causes, kernels; names of strangers are text. */
static void test_dashboard__names_of_strangers_are_text(void **state)
{
    char *page = look("#q=eeg");

    (void)state;
    expect(page, "&lt;img/src=x/onerror=document.title='owned'&gt;");
    expect(page, "42 of 100");
    expect(page, "2 failed");
    expect(page, "\xef\xbf\xbd"
                 "esrever");
    expect(page, ">timeout<");
    expect(page, ">te_box<");
    expect(page, "<title>! eeg");
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "<title>owned"));
    free(page);
}

/* Redis goes away: the page stays, and says so. */
static void test_dashboard__says_that_redis_is_gone(void **state)
{
    char *page;

    (void)state;
    if (exporter == NULL) {
        skip();
    }
    test_redis_kill(cli.redis);
    cli_until(exporter, "event=redis-gone");
    page = look("");
    expect(page, ">unread</b>");
    test_redis_restart(cli.redis);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dashboard__shows_queues_and_what_is_wrong),
        cmocka_unit_test(test_dashboard__names_of_strangers_are_text),
        cmocka_unit_test(test_dashboard__says_that_redis_is_gone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
