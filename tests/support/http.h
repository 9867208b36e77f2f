/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_HTTP_H
#define SKEP_TESTS_SUPPORT_HTTP_H

#include <stddef.h>

/* The plainest HTTP client: a connection to 127.0.0.1, what is to be sent, and all that comes back until the
 * other end closes. Everything here aborts the test on failure; a server that does not answer within the time
 * is one. */
enum { TEST_HTTP_MS = 60000 };

struct test_http {
    int status;       /* 200, 404, ...; 0: the connection was closed without an answer */
    char *all;        /* head and body, NUL behind them */
    const char *body; /* in it */
    size_t body_n;
};

struct test_http test_http_get(int port, const char *path);

/* N bytes as they are. */
struct test_http test_http_send(int port, const void *bytes, size_t n);

void test_http_free(struct test_http *answer);

/* A connection by itself, for those who behave badly: its file descriptor. */
int test_http_connect(int port);

#endif
