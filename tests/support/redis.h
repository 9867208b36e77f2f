/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_REDIS_H
#define SKEP_TESTS_SUPPORT_REDIS_H

#include <stdbool.h>
#include <sys/types.h>

/* A real redis-server of the test's own, in a temporary folder, on a unix socket. It dies with the test,
 * however that ends. Everything here aborts the test on failure. */
struct test_redis {
    char *folder;  /* its data, its log, its configuration */
    char *socket;  /* path of the unix socket */
    int port;      /* on 127.0.0.1 and ::1; 0: none */
    int tls_port;  /* the same; 0: none */
    pid_t pid;     /* 0 while it is not running */
    char url[192]; /* unix:///... */
};

struct test_redis_options {
    const char *config;     /* further lines for redis.conf; NULL: none */
    bool with_tcp;          /* also on a TCP port */
    const char *tls_folder; /* also on a TLS port, with server.crt, server.key and ca.crt of this folder
                               (support/tls.h) */
};

/* Start one and wait until it answers. NULL: the defaults (no append-only file, no snapshots, no TCP). */
struct test_redis *test_redis_start(const struct test_redis_options *options);
void test_redis_stop(struct test_redis *redis); /* with its folder; NULL is fine */

/* As a crash would: SIGKILL, and gone when this returns. */
void test_redis_kill(struct test_redis *redis);

/* In order: SIGTERM, so that what is to be saved is saved. */
void test_redis_shut_down(struct test_redis *redis);

/* Start it again on the same folder, socket and ports, after a kill or a shut-down. */
void test_redis_restart(struct test_redis *redis);

/* The process stops answering, but its sockets stay; and goes on. */
void test_redis_pause(struct test_redis *redis);
void test_redis_resume(struct test_redis *redis);

#endif
