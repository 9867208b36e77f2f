/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_CLI_H
#define SKEP_TESTS_INTEGRATION_CLI_H

/* The real `skep` against a real server: what every test of its commands needs. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "support/files.h"
#include "support/process.h"
#include "support/redis.h"
#include "support/until.h"
#include "integration/ask.h"

#define CLI_PROGRAM SKEP_BUILD_DIR "/skep"

/* A loaded machine under a sanitizer ends a command in less than this. */
enum { CLI_MS = 60000, CLI_MAX_ARGS = 30 };

struct cli {
    struct test_redis *redis;
    struct skep_conn *conn; /* the test's own */
    char *folder;           /* the working folder of the commands */
    char env[256];          /* SKEP_REDIS=... */
};

static inline void cli_begin(struct cli *cli, const char *config)
{
    *cli = (struct cli){
        .redis = test_redis_start(&(struct test_redis_options){.config = config}),
        .folder = test_make_folder(),
    };
    cli->conn = open_conn(cli->redis->url, (struct skep_conn_options){0});
    snprintf(cli->env, sizeof cli->env, "SKEP_REDIS=%s", cli->redis->url);
}

static inline void cli_end(struct cli *cli)
{
    skep_conn_free(cli->conn);
    test_redis_stop(cli->redis);
    test_remove_folder(cli->folder);
}

static inline int cli_setup(void **state)
{
    static struct cli cli;

    cli_begin(&cli, NULL);
    *state = &cli;
    return 0;
}

static inline int cli_teardown(void **state)
{
    cli_end(*state);
    return 0;
}

/* ---- commands ---- */

/* Start `skep ARGS... NULL` in the background; OPTIONS (NULL: none) without args, env and folder. */
static inline struct test_process *cli_start(struct cli *cli, const struct test_process_options *options, ...)
{
    struct test_process_options all = options != NULL ? *options : (struct test_process_options){0};
    const char *args[CLI_MAX_ARGS] = {CLI_PROGRAM};
    const char *env[] = {cli->env, NULL};
    size_t n = 1;
    va_list rest;

    va_start(rest, options);
    while ((args[n] = va_arg(rest, const char *)) != NULL) {
        assert_true(++n < CLI_MAX_ARGS);
    }
    va_end(rest);
    all.args = args;
    all.env = all.env != NULL ? all.env : env;
    all.folder = cli->folder;
    return test_process_start(&all);
}

/* The process has ended with EXIT_CODE, and said OUT and ERR (NULL: not looked at; "": nothing at all).
 * Forgets it. */
static inline void cli_expect(struct test_process *process, int exit_code, const char *out_words,
                              const char *err_words)
{
    int got = test_process_wait(process, CLI_MS);
    char *out = test_process_out(process, NULL);
    char *err = test_process_err(process);

    if (got != exit_code || (out_words != NULL && strstr(out, out_words) == NULL) ||
        (err_words != NULL && strstr(err, err_words) == NULL) ||
        (out_words != NULL && out_words[0] == '\0' && out[0] != '\0') ||
        (err_words != NULL && err_words[0] == '\0' && err[0] != '\0')) {
        fail_msg("wanted exit %d, out '%s', err '%s'; got exit %d\n--- out\n%.4000s\n--- err\n%.4000s",
                 exit_code, out_words != NULL ? out_words : "(any)", err_words != NULL ? err_words : "(any)",
                 got, out, err);
    }
    free(out);
    free(err);
    test_process_free(process);
}

/* Run `skep ARGS...` to its end, with nothing on standard input. */
#define cli_run(cli, exit_code, out, err, ...)                                                               \
    cli_expect(cli_start(cli, NULL, __VA_ARGS__, (char *)NULL), exit_code, out, err)

/* The same with TEXT of N bytes on standard input. */
#define cli_feed(cli, text, n, exit_code, out, err, ...)                                                     \
    cli_expect(cli_start(cli, &(struct test_process_options){.input = (text), .input_n = (n)}, __VA_ARGS__,  \
                         (char *)NULL),                                                                      \
               exit_code, out, err)

struct cli_words {
    struct test_process *process;
    const char *words;
};

static inline bool cli_said(void *context)
{
    struct cli_words *wait = context;

    return test_process_said(wait->process, wait->words) || test_process_is_over(wait->process);
}

/* Wait until it has said WORDS. */
static inline void cli_until(struct test_process *process, const char *words)
{
    struct cli_words wait = {process, words};

    (void)test_until(cli_said, &wait, CLI_MS);
    if (!test_process_said(process, words)) {
        char *out = test_process_out(process, NULL), *err = test_process_err(process);
        fail_msg("it did not say '%s'\n--- out\n%.2000s\n--- err\n%.2000s", words, out, err);
    }
}

static inline void cli_write(struct cli *cli, const char *name, const char *text)
{
    test_write_file(cli->folder, name, text, strlen(text));
}

/* N tasks, each with its number. */
static inline void cli_write_tasks(struct cli *cli, const char *name, int n)
{
    char *path = test_path(cli->folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (int i = 0; i < n; i++) {
        fprintf(file, "{\"kernel\":\"echo\",\"args\":{\"n\":%d}}\n", i);
    }
    assert_int_equal(fclose(file), 0);
    free(path);
}

/* ---- the server ---- */

static inline int64_t cli_count(struct cli *cli, const char *command, const char *key)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    skep_conn_begin(cli->conn, 2);
    skep_conn_arg_text(cli->conn, command);
    skep_conn_arg_text(cli->conn, key);
    if (skep_conn_call(cli->conn, -1, &reply, &err) != SKEP_OK || reply->kind != SKEP_REPLY_INT) {
        fail_msg("%s %s: %s", command, key, err.text);
    }
    return reply->integer;
}

static inline void cli_push(struct cli *cli, const char *key, const void *bytes, size_t n)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    skep_conn_begin(cli->conn, 3);
    skep_conn_arg_text(cli->conn, "RPUSH");
    skep_conn_arg_text(cli->conn, key);
    skep_conn_arg(cli->conn, bytes, n);
    if (skep_conn_call(cli->conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("RPUSH %s: %s", key, err.text);
    }
}

static inline void cli_push_text(struct cli *cli, const char *key, const char *text)
{
    cli_push(cli, key, text, strlen(text));
}

/* Element AT of a list; memory of the connection. */
static inline const struct skep_reply *cli_item(struct cli *cli, const char *key, int at)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    skep_conn_begin(cli->conn, 3);
    skep_conn_arg_text(cli->conn, "LINDEX");
    skep_conn_arg_text(cli->conn, key);
    skep_conn_arg_i64(cli->conn, at);
    if (skep_conn_call(cli->conn, -1, &reply, &err) != SKEP_OK || reply->kind != SKEP_REPLY_TEXT) {
        fail_msg("LINDEX %s %d: %s", key, at, err.text);
    }
    return reply;
}

/* Results FROM to TO - 1, as a worker writes them in short. */
static inline void cli_push_results(struct cli *cli, const char *key, int from, int to)
{
    for (; from < to; from++) {
        char text[96];
        snprintf(text, sizeof text,
                 "{\"id\":\"t%d\",\"index\":%d,\"kernel\":\"echo\",\"ok\":true,\"value\":%d}", from, from,
                 from);
        cli_push_text(cli, key, text);
    }
}

#endif
