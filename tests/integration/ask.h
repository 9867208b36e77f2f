/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_ASK_H
#define SKEP_TESTS_INTEGRATION_ASK_H

/* What every test of a connection says to a server. All fail the test with the
 * words of the error. */
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "queue/conn.h"

/* A closed connection to URL; OPTIONS without its url. */
static inline struct skep_conn *make_conn(const char *url, struct skep_conn_options options)
{
    struct skep_conn *conn = NULL;
    struct skep_error err = {0};

    if (skep_url_parse(url, &options.url, &err) != SKEP_OK ||
        skep_conn_new(&options, &conn, &err) != SKEP_OK) {
        fail_msg("%s: %s", url, err.text);
    }
    return conn;
}

static inline struct skep_conn *open_conn(const char *url, struct skep_conn_options options)
{
    struct skep_conn *conn = make_conn(url, options);
    struct skep_error err = {0};

    if (skep_conn_connect(conn, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return conn;
}

/* Build a request of words separated by spaces. */
static inline void build(struct skep_conn *conn, const char *words)
{
    char text[256], *rest = text, *word;
    size_t n = 1;

    snprintf(text, sizeof text, "%s", words);
    for (const char *c = text; *c != '\0'; c++) {
        n += *c == ' ';
    }
    skep_conn_begin(conn, n);
    while ((word = strsep(&rest, " ")) != NULL) {
        skep_conn_arg_text(conn, word);
    }
}

/* The reply to it, which must not be an error. */
static inline struct skep_reply *ask(struct skep_conn *conn, const char *words)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    build(conn, words);
    if (skep_conn_call(conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s: %s", words, err.text);
    }
    return reply;
}

/* A call that ended in GOT ended in WANTED, and said WORDS. */
static inline void check_failure(skep_status got, skep_status wanted, const struct skep_error *err,
                                 const char *words)
{
    if (got != wanted || strstr(err->text, words) == NULL) {
        fail_msg("wanted %s with '%s', got %s with '%s'", skep_status_word(wanted), words,
                 skep_status_word(got), err->text);
    }
}

/* Connecting to URL fails with STATUS and WORDS, and leaves the connection closed. */
static inline void check_refusal(const char *url, const char *password, skep_status status, const char *words)
{
    struct skep_conn *conn = make_conn(
        url,
        (struct skep_conn_options){.password = password, .connect_timeout_ms = 200, .read_timeout_ms = 200});
    struct skep_error err = {0};

    check_failure(skep_conn_connect(conn, &err), status, &err, words);
    assert_false(skep_conn_is_open(conn));
    assert_int_equal(skep_conn_fd(conn), -1);
    assert_memory_equal(err.text, skep_conn_server_text(conn), strlen(skep_conn_server_text(conn)));
    assert_null(strstr(err.text, "secret"));
    skep_conn_free(conn);
}

#endif
