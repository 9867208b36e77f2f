/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "trial.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/files.h"
#include "support/until.h"

enum { TRIAL_WAIT_MS = 60000, TRIAL_MAX_ARGS = 24 };

static int n_pushed;
static int64_t n_wanted;

void trial_forget(void)
{
    n_pushed = 0;
}

void trial_push(struct hive *hive, int n, const char *seconds)
{
    char record[128];

    for (int i = 0; i < n; i++) {
        snprintf(record, sizeof record, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":%s}}",
                 n_pushed + i, seconds);
        hive_push(hive, record);
    }
    n_pushed += n;
}

static bool has_wanted(struct hive *hive)
{
    return hive_length(hive, hive->keys.out) >= n_wanted;
}

void trial_await_progress(struct hive *hive, int n)
{
    n_wanted = hive_length(hive, hive->keys.out) + n;
    hive_until(hive, has_wanted, "some more results", TRIAL_WAIT_MS);
}

struct said {
    const struct test_process *worker;
    const char *words;
};

static bool has_said(void *context)
{
    const struct said *said = context;

    return test_process_said(said->worker, said->words);
}

void trial_await_log(struct hive *hive, const struct test_process *worker, const char *words)
{
    if (!test_until(has_said, &(struct said){worker, words}, TRIAL_WAIT_MS)) {
        hive_fail(hive, "the worker did not say: %s", words);
    }
}

/* Run ARGS to the end, and hold what it says against WORDS. */
static void run_user(struct hive *hive, const char *const *args, const char *input, int exit_code,
                     const char *words)
{
    const struct test_process_options options = {
        .args = args, .input = input, .input_n = input != NULL ? strlen(input) : 0};
    struct test_process *process = test_process_run(&options, TRIAL_WAIT_MS);

    if (process->status != exit_code || (words != NULL && !test_process_said(process, words))) {
        hive_fail(hive, "skep %s: status %d, wanted %d and \"%s\"; it said: %s", args[1], process->status,
                  exit_code, words != NULL ? words : "", test_process_err(process));
    }
    test_process_free(process);
}

void trial_user_pushes(struct hive *hive, const char *url, const char *wait_s, int exit_code,
                       const char *words)
{
    const char *const args[] = {SKEP_BUILD_DIR "/skep",
                                "push",
                                "-q",
                                "q",
                                "--wait",
                                wait_s,
                                "--redis",
                                url != NULL ? url : hive->redis->url,
                                "-",
                                NULL};
    char record[64];

    snprintf(record, sizeof record, "{\"id\":\"%d\",\"kernel\":\"echo\"}\n", n_pushed);
    run_user(hive, args, record, exit_code, words);
    n_pushed += exit_code == 0;
}

void trial_user_runs(struct hive *hive, const char *url, int exit_code, const char *words, ...)
{
    const char *args[TRIAL_MAX_ARGS] = {SKEP_BUILD_DIR "/skep"};
    size_t n = 1;
    va_list rest;

    va_start(rest, words);
    while ((args[n] = va_arg(rest, const char *)) != NULL) {
        assert_true(++n < TRIAL_MAX_ARGS - 3);
    }
    va_end(rest);
    args[n++] = "--redis";
    args[n++] = url != NULL ? url : hive->redis->url;
    args[n] = NULL;
    run_user(hive, args, NULL, exit_code, words);
}

static void check_each_once(struct hive *hive)
{
    const struct hive_result *results = hive_results(hive, (size_t)n_pushed, TRIAL_WAIT_MS);
    bool *seen = calloc((size_t)n_pushed + 1, sizeof *seen);

    assert_non_null(seen);
    for (int i = 0; i < n_pushed; i++) {
        long id = strtol(results[i].id, NULL, 10);
        assert_true(results[i].is_ok && id >= 0 && id < n_pushed && !seen[id]);
        seen[id] = true;
    }
    free(seen);
    hive_check_done(hive, n_pushed, 0);
}

void trial_check_all_done_after_death(struct hive *hive, const char *url)
{
    const char *args[] = {"--slots", "12", "--redis", url != NULL ? url : hive->redis->url, NULL};

    hive_start_worker(hive, args);
    check_each_once(hive);
}

void trial_check_all_done(struct hive *hive, const char *url)
{
    trial_check_all_done_after_death(hive, url);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_int_equal(hive_stat(hive, "reaped"), 0);
    assert_int_equal(hive_stat(hive, "fenced"), 0);
    assert_int_equal(hive_stat(hive, "out_of_step"), 0);
}

int trial_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}
