/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_TRANSPORT_H
#define SKEP_QUEUE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/status.h"
#include "queue/tls.h"
#include "queue/url.h"

/* A line to a server that carries bytes: a TCP or unix socket, with or without TLS. Never blocks but where it
 * says so. */
struct skep_transport {
    int fd;               /* -1: closed */
    struct skep_tls *tls; /* NULL: none */
    short read_events;    /* what to poll for when a read gave SKEP_EMPTY */
    short write_events;   /* the same for a write */
};

void skep_transport_init(struct skep_transport *transport);
void skep_transport_close(struct skep_transport *transport);

/* Connect to URL, trying every address of its host, each with an equal share of the time that is left, and
 * shake hands. Blocks for at most TIMEOUT_MS and what the name service takes. On failure the transport is
 * closed.
 *
 *   SKEP_E_UNREACHABLE  no such host, refused, timed out, not TLS
 *   and what skep_tls_new and skep_tls_handshake say */
SKEP_MUST_USE skep_status skep_transport_open(struct skep_transport *transport, const struct skep_url *url,
                                              const struct skep_tls_options *tls_options, int timeout_ms,
                                              struct skep_error *err);

/* Take up to SIZE bytes in, or send up to N: at least one on SKEP_OK.
 *
 *   SKEP_EMPTY          nothing can be done now
 *   SKEP_E_UNREACHABLE  the line is gone, and the words say why
 *   SKEP_E_REFUSED      the server did not accept our certificate (TLS 1.3 says so after the handshake) */
SKEP_MUST_USE skep_status skep_transport_read(struct skep_transport *transport, void *bytes, size_t size,
                                              size_t *n_out, struct skep_error *err);
SKEP_MUST_USE skep_status skep_transport_write(struct skep_transport *transport, const void *bytes, size_t n,
                                               size_t *n_out, struct skep_error *err);

/* Wait for EVENTS of the line, through signals. SKEP_EMPTY: TIMEOUT_MS passed. */
SKEP_MUST_USE skep_status skep_transport_wait(const struct skep_transport *transport, short events,
                                              int timeout_ms);

#endif
