/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_LINK_H
#define SKEP_CHAOS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "chaos/border.h"
#include "chaos/proxy.h"
#include "queue/transport.h"

/* One connection through the proxy: the bytes of both directions, cut into requests and replies, and what is
 * to be done to each. One thread only, never blocks. */

/* What becomes of one request. */
struct skep_fate {
    bool is_faulty;
    enum skep_proxy_fault fault;
    int delay_ms;
    const char *answer;    /* ANSWER; lives as long as the link */
    uint64_t *n_lost_good; /* counts its replies that were lost and no errors; lives as long as the link */
};

/* Decides; called once for each request, in their order. */
typedef struct skep_fate (*skep_link_judge)(void *context, const char *request, size_t n);

/* One direction. */
struct skep_stream {
    struct skep_buf in; /* arrived, not yet a whole request or reply */
    struct skep_border border;
    struct skep_buf out; /* to be sent on */
    size_t n_sent;
};

enum skep_link_state {
    SKEP_LINK_OPEN,
    SKEP_LINK_HELD,           /* half-open for ever */
    SKEP_LINK_FLUSH_REQUESTS, /* what is for the server still leaves, then it is cut */
    SKEP_LINK_FLUSH_REPLIES,
    SKEP_LINK_CUT
};

struct skep_link {
    enum skep_link_state state;
    struct skep_transport client, server;
    struct skep_stream up, down; /* to the server, to the client */
    struct skep_fate *due;       /* of the requests whose replies are due, oldest first */
    size_t n_due, due_room;
    int64_t deliver_ms; /* the next reply leaves then; 0: at once */
};

/* CLIENT_FD becomes the link's. On failure it is closed.
 *   SKEP_E_UNREACHABLE  the server cannot be reached
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_link_new(int client_fd, const struct skep_url *server,
                                        struct skep_link **link_out);
void skep_link_free(struct skep_link *link); /* cuts it; NULL is fine */

/* What to poll for. */
short skep_link_client_events(const struct skep_link *link);
short skep_link_server_events(const struct skep_link *link);

/* Read, judge, deliver: as much as goes without waiting. COUNTS is added to. A link that is SKEP_LINK_CUT
 * afterwards is to be freed. */
void skep_link_turn(struct skep_link *link, int64_t now_ms, skep_link_judge judge, void *context,
                    struct skep_proxy_counts *counts);

#endif
