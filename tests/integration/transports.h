/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_TRANSPORTS_H
#define SKEP_TESTS_INTEGRATION_TRANSPORTS_H

/* A real server that can be reached in every way, for a group of tests. */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test.h"
#include "ask.h"
#include "support/files.h"
#include "support/redis.h"
#include "support/tls.h"

/* One server for all tests of the group: they use keys of their own. */
static struct {
    char *certificates;
    struct test_redis *redis;
    char ca_file[256];
} env;

static inline int start_server(void **state)
{
    (void)state;
    env.certificates = test_make_certificates();
    snprintf(env.ca_file, sizeof env.ca_file, "%s/ca.crt", env.certificates);
    env.redis =
        test_redis_start(&(struct test_redis_options){.with_tcp = true, .tls_folder = env.certificates});
    return 0;
}

static inline int stop_server(void **state)
{
    (void)state;
    test_redis_stop(env.redis);
    test_remove_folder(env.certificates);
    return 0;
}

enum transport { UNIX, TCP, TLS, TCP6, TLS6 };

/* How many of them this machine has: containers often have no IPv6. */
static inline enum transport n_transports(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool works = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return works ? TLS6 + 1 : TLS + 1;
}

static inline const char *url_of(enum transport transport)
{
    static char url[256];

    switch (transport) {
    case UNIX:
        snprintf(url, sizeof url, "%s?db=3", env.redis->url);
        break;
    case TCP:
        snprintf(url, sizeof url, "redis://localhost:%d/3", env.redis->port);
        break;
    case TCP6:
        snprintf(url, sizeof url, "redis://[::1]:%d/3", env.redis->port);
        break;
    case TLS:
        snprintf(url, sizeof url, "rediss://localhost:%d/3", env.redis->tls_port);
        break;
    default:
        snprintf(url, sizeof url, "rediss://[::1]:%d/3", env.redis->tls_port);
        break;
    }
    return url;
}

static inline struct skep_conn *connect_to(enum transport transport)
{
    return open_conn(url_of(transport),
                     (struct skep_conn_options){.ca_file = env.ca_file, .client_name = "skep test\n1"});
}

#endif
