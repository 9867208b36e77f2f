/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_PROXY_H
#define SKEP_CHAOS_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/url.h"

/* A bad line to a good server. It listens, forwards every connection to a Redis server, knows where requests
 * and replies end, and does to them what its rules say. It runs in a thread of its own; the functions here
 * may be called from any thread and have taken effect when they return. */
struct skep_proxy; /* opaque */

/*   name, words for a report
 *
 * What can be done to one request. "Cut" closes both sides of the connection. */
#define SKEP_PROXY_MAP(X)                                                                                    \
    X(DELAY, "reply delayed")                                                                                \
    X(LOSE_REQUEST, "request lost, then cut")                                                                \
    X(HALF_REQUEST, "half a request, then cut")                                                              \
    X(LOSE_REPLY, "executed, reply lost, then cut")                                                          \
    X(HALF_REPLY, "executed, half a reply, then cut")                                                        \
    X(HOLD, "held: bytes are accepted, nothing is delivered any more")                                       \
    X(ANSWER, "answered by the proxy")

#define SKEP_PROXY_ENUM(name, words) SKEP_PROXY_##name,
enum skep_proxy_fault { SKEP_PROXY_MAP(SKEP_PROXY_ENUM) SKEP_PROXY_N_FAULTS };
#undef SKEP_PROXY_ENUM

const char *skep_proxy_fault_words(enum skep_proxy_fault fault);

/* Zeroed means: to every request, always, for ever. Strings are copied. */
struct skep_proxy_rule {
    enum skep_proxy_fault fault;
    const char *needle; /* only requests with these bytes in their first KiB: "EVALSHA", a key, a SHA-1 */
    double chance;      /* of such a request; 0: all of them */
    uint64_t most;      /* so often at most; 0: no limit */
    int delay_ms;       /* DELAY: at most so long, all values equally likely; 0: 100 */
    const char *answer; /* ANSWER: what the client gets; the server does not see the request:
                           "-READONLY You can't write.\r\n" */
};

struct skep_proxy_options {
    const char *path; /* listen on this unix socket; NULL: on a free TCP port of 127.0.0.1 */
    const char *host; /* listen on this address instead of 127.0.0.1 */
    struct skep_url server;
    uint64_t seed; /* the same seed and the same requests in the same order: the same faults */
};

/* What it did since its start. */
struct skep_proxy_counts {
    uint64_t n_links, n_refused; /* connections; those whose server could not be reached */
    uint64_t n_requests, n_replies;
    uint64_t faults[SKEP_PROXY_N_FAULTS];
    uint64_t n_lost_good; /* replies lost or halved that were no errors: the server did it, nobody knows */
};

/* Start it.
 *   SKEP_E_IO      it cannot listen there, or has no thread
 *   SKEP_E_USAGE   the path is too long for a socket
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_proxy_new(const struct skep_proxy_options *options,
                                         struct skep_proxy **proxy_out, struct skep_error *err);
void skep_proxy_free(struct skep_proxy *proxy); /* cuts everything; NULL is fine */

/* Where it listens, for clients; without user and password, which clients send themselves. */
const struct skep_url *skep_proxy_get_url(const struct skep_proxy *proxy);

/* A rule behind those that are there: of all that fit a request the first one that chance agrees with is
 * applied. SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_proxy_add_rule(struct skep_proxy *proxy, const struct skep_proxy_rule *rule,
                                              struct skep_error *err);
/* What became of rule number AT, counted from 0 since the proxy's start: how often it was applied, and how
 * many replies it has lost that were no errors. */
void skep_proxy_get_rule(struct skep_proxy *proxy, size_t at, uint64_t *n_applied_out, uint64_t *n_lost_out);
void skep_proxy_clear_rules(struct skep_proxy *proxy); /* forward faithfully again */

void skep_proxy_cut(struct skep_proxy *proxy);  /* every connection, now */
void skep_proxy_hold(struct skep_proxy *proxy); /* every connection that is there, as HOLD; new ones work */

/* The line is stuck, for old and new connections, and nothing is lost when it goes on. */
void skep_proxy_stall(struct skep_proxy *proxy, bool stalls);

/* Another server from now on; connections to the old one stay. */
void skep_proxy_set_server(struct skep_proxy *proxy, const struct skep_url *server);

struct skep_proxy_counts skep_proxy_get_counts(struct skep_proxy *proxy);

#endif
