/* SPDX-License-Identifier: MIT */
/* One connection through the proxy. A request is forwarded when it is whole, a reply likewise: only then can
 * one be lost and its neighbours not. Every fault that ends a link first lets pass what came before it, so
 * that a fault hits the request that it was drawn for and none of those in the same write. */
#include "chaos/link.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
    LINK_BYTES_MAX = 1024 * 1024 * 1024,
    LINK_PIECE = 64 * 1024,
    LINK_BACKLOG = 8 * 1024 * 1024, /* more than this to be sent: read no further */
    LINK_CONNECT_MS = 2000
};

static void stream_init(struct skep_stream *stream)
{
    skep_buf_init(&stream->in, LINK_BYTES_MAX);
    skep_buf_init(&stream->out, LINK_BYTES_MAX);
    skep_border_start(&stream->border);
}

static void stream_release(struct skep_stream *stream)
{
    skep_buf_release(&stream->in);
    skep_buf_release(&stream->out);
}

skep_status skep_link_new(int client_fd, const struct skep_url *server, struct skep_link **link_out)
{
    struct skep_link *link = skep_calloc(1, sizeof *link);
    skep_status st = SKEP_E_NOMEM;

    *link_out = NULL;
    if (link == NULL) {
        close(client_fd);
        return st;
    }
    skep_transport_init(&link->client);
    skep_transport_init(&link->server);
    stream_init(&link->up);
    stream_init(&link->down);
    link->client.fd = client_fd;
    link->client.read_events = POLLIN;
    link->client.write_events = POLLOUT;
    st = skep_transport_open(&link->server, server, NULL, LINK_CONNECT_MS, NULL);
    if (st != SKEP_OK) {
        skep_link_free(link);
        return st;
    }
    *link_out = link;
    return SKEP_OK;
}

void skep_link_free(struct skep_link *link)
{
    if (link == NULL) {
        return;
    }
    skep_transport_close(&link->client);
    skep_transport_close(&link->server);
    stream_release(&link->up);
    stream_release(&link->down);
    skep_free(link->due);
    skep_free(link);
}

static size_t stream_backlog(const struct skep_stream *stream)
{
    return stream->out.length - stream->n_sent;
}

/* A held link takes bytes from both and gives none; one that is flushed reads no more. */
short skep_link_client_events(const struct skep_link *link)
{
    bool reads = link->state == SKEP_LINK_HELD ||
                 (link->state == SKEP_LINK_OPEN && stream_backlog(&link->up) < LINK_BACKLOG);
    bool writes = link->state != SKEP_LINK_HELD && stream_backlog(&link->down) > 0;

    return (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

short skep_link_server_events(const struct skep_link *link)
{
    bool reads = link->state == SKEP_LINK_HELD ||
                 (link->state == SKEP_LINK_OPEN && stream_backlog(&link->down) < LINK_BACKLOG);
    bool writes = link->state != SKEP_LINK_HELD && stream_backlog(&link->up) > 0;

    return (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

/* ---- bytes ---- */

/* Take in what is there, in pieces. False when the other end has gone. */
static bool link_read(struct skep_transport *transport, struct skep_buf *in)
{
    for (size_t total = 0; total < LINK_BACKLOG;) {
        char *room = skep_buf_reserve(in, LINK_PIECE);
        size_t n = 0;
        skep_status st =
            room != NULL ? skep_transport_read(transport, room, LINK_PIECE, &n, NULL) : SKEP_E_NOMEM;
        if (st != SKEP_OK) {
            return st == SKEP_EMPTY;
        }
        in->length += n;
        total += n;
    }
    return true;
}

/* Send what can be sent. False when the other end has gone. */
static bool link_write(struct skep_transport *transport, struct skep_stream *stream)
{
    while (stream_backlog(stream) > 0) {
        size_t n = 0;
        skep_status st = skep_transport_write(transport, stream->out.bytes + stream->n_sent,
                                              stream_backlog(stream), &n, NULL);
        if (st != SKEP_OK) {
            return st == SKEP_EMPTY;
        }
        stream->n_sent += n;
    }
    skep_buf_reset(&stream->out);
    stream->n_sent = 0;
    return true;
}

static void stream_drop(struct skep_stream *stream, size_t n)
{
    memmove(stream->in.bytes, stream->in.bytes + n, stream->in.length - n);
    stream->in.length -= n;
}

/* ---- requests ---- */

static bool link_remember(struct skep_link *link, const struct skep_fate *fate)
{
    if (link->n_due == link->due_room) {
        size_t room = link->due_room > 0 ? 2 * link->due_room : 16;
        struct skep_fate *grown = skep_realloc(link->due, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        link->due = grown;
        link->due_room = room;
    }
    link->due[link->n_due++] = *fate;
    return true;
}

/* One whole request of N bytes. */
static void link_request(struct skep_link *link, const char *request, size_t n, const struct skep_fate *fate)
{
    if (fate->is_faulty && fate->fault == SKEP_PROXY_HOLD) {
        link->state = SKEP_LINK_HELD;
        return;
    }
    if (fate->is_faulty &&
        (fate->fault == SKEP_PROXY_LOSE_REQUEST || fate->fault == SKEP_PROXY_HALF_REQUEST)) {
        skep_buf_add(&link->up.out, request, fate->fault == SKEP_PROXY_HALF_REQUEST ? n / 2 : 0);
        link->state = SKEP_LINK_FLUSH_REQUESTS;
        return;
    }
    if (!fate->is_faulty || fate->fault != SKEP_PROXY_ANSWER) {
        skep_buf_add(&link->up.out, request, n);
    }
    if (!link_remember(link, fate)) {
        link->state = SKEP_LINK_CUT;
    }
}

static void link_requests(struct skep_link *link, skep_link_judge judge, void *context,
                          struct skep_proxy_counts *counts)
{
    struct skep_stream *up = &link->up;
    size_t at = 0, n;

    while (link->state == SKEP_LINK_OPEN && at < up->in.length &&
           (n = skep_border_find(&up->border, up->in.bytes + at, up->in.length - at)) > 0) {
        struct skep_fate fate = judge(context, up->in.bytes + at, n);
        counts->n_requests++;
        if (fate.is_faulty) {
            counts->faults[fate.fault]++;
        }
        link_request(link, up->in.bytes + at, n, &fate);
        skep_border_start(&up->border);
        at += n;
    }
    stream_drop(up, at);
    if (up->border.is_broken) {
        link->state = SKEP_LINK_CUT;
    }
}

/* ---- replies ---- */

/* One whole reply of N bytes to the oldest request; a server that is full speaks unasked. */
static void link_reply(struct skep_link *link, const char *reply, size_t n, struct skep_proxy_counts *counts)
{
    struct skep_fate fate = link->n_due > 0 ? link->due[0] : (struct skep_fate){0};
    bool loses =
        fate.is_faulty && (fate.fault == SKEP_PROXY_LOSE_REPLY || fate.fault == SKEP_PROXY_HALF_REPLY);

    counts->n_replies++;
    if (link->n_due > 0) {
        link->n_due--;
        memmove(link->due, link->due + 1, link->n_due * sizeof *link->due);
    }
    if (!loses) {
        skep_buf_add(&link->down.out, reply, n);
        return;
    }
    skep_buf_add(&link->down.out, reply, fate.fault == SKEP_PROXY_HALF_REPLY ? n / 2 : 0);
    counts->n_lost_good += reply[0] != '-';
    *fate.n_lost_good += reply[0] != '-';
    link->state = SKEP_LINK_FLUSH_REPLIES;
}

/* Whether the reply that stands first must still wait. */
static bool link_is_late(struct skep_link *link, int64_t now_ms)
{
    struct skep_fate *fate = link->n_due > 0 ? &link->due[0] : NULL;

    if (fate != NULL && fate->is_faulty && fate->fault == SKEP_PROXY_DELAY) {
        link->deliver_ms = now_ms + fate->delay_ms;
        fate->is_faulty = false;
    }
    if (link->deliver_ms > now_ms) {
        return true;
    }
    link->deliver_ms = 0;
    return false;
}

static bool link_is_answered(const struct skep_link *link)
{
    return link->n_due > 0 && link->due[0].is_faulty && link->due[0].fault == SKEP_PROXY_ANSWER;
}

static void link_replies(struct skep_link *link, int64_t now_ms, struct skep_proxy_counts *counts)
{
    struct skep_stream *down = &link->down;
    size_t at = 0;

    while (link->state == SKEP_LINK_OPEN) {
        size_t n;
        if (link_is_answered(link)) {
            link_reply(link, link->due[0].answer, strlen(link->due[0].answer), counts);
            continue;
        }
        n = at < down->in.length ? skep_border_find(&down->border, down->in.bytes + at, down->in.length - at)
                                 : 0;
        if (n == 0 || link_is_late(link, now_ms)) {
            break;
        }
        link_reply(link, down->in.bytes + at, n, counts);
        skep_border_start(&down->border);
        at += n;
    }
    stream_drop(down, at);
    if (down->border.is_broken) {
        link->state = SKEP_LINK_CUT;
    }
}

/* ---- turns ---- */

/* A held link swallows; it ends when its client gives up. */
static void link_turn_held(struct skep_link *link)
{
    bool is_there = link_read(&link->client, &link->up.in);

    (void)link_read(&link->server, &link->down.in);
    skep_buf_reset(&link->up.in);
    skep_buf_reset(&link->down.in);
    if (!is_there) {
        link->state = SKEP_LINK_CUT;
    }
}

void skep_link_turn(struct skep_link *link, int64_t now_ms, skep_link_judge judge, void *context,
                    struct skep_proxy_counts *counts)
{
    bool has_client = true, has_server = true;

    if (link->state == SKEP_LINK_OPEN) {
        has_client = link_read(&link->client, &link->up.in);
        link_requests(link, judge, context, counts);
    }
    if (link->state == SKEP_LINK_OPEN) {
        has_server = link_read(&link->server, &link->down.in);
        link_replies(link, now_ms, counts);
    }
    if (link->state == SKEP_LINK_HELD) {
        link_turn_held(link);
        return;
    }
    has_server = link_write(&link->server, &link->up) && has_server;
    has_client = link_write(&link->client, &link->down) && has_client;
    if (link->state == SKEP_LINK_OPEN && !has_client) {
        link->state = SKEP_LINK_FLUSH_REQUESTS; /* who dies having sent something has sent it */
    } else if (link->state == SKEP_LINK_OPEN && !has_server) {
        link->state = SKEP_LINK_FLUSH_REPLIES;
    }
    if (skep_buf_failed(&link->up.out) || skep_buf_failed(&link->down.out) ||
        (link->state == SKEP_LINK_FLUSH_REQUESTS && (!has_server || stream_backlog(&link->up) == 0)) ||
        (link->state == SKEP_LINK_FLUSH_REPLIES && (!has_client || stream_backlog(&link->down) == 0))) {
        link->state = SKEP_LINK_CUT;
    }
}
