/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_TLS_H
#define SKEP_QUEUE_TLS_H

#include <stddef.h>

#include "base/error.h"
#include "base/status.h"

/* TLS 1.2 or later as a client on a connected, non-blocking socket. The server's certificate must lead to a
 * trusted authority and be for the host that was asked for. Nothing here raises SIGPIPE. */
struct skep_tls; /* opaque */

/* Zeroed means: trust what the system trusts, show no certificate. */
struct skep_tls_options {
    const char *ca_file;
    const char *ca_dir;
    const char *cert_file;
    const char *key_file; /* NULL: the key is in cert_file */
};

/* Read the files and prepare for HOST (a name or an address). The files are read at each connect, so that
 * renewed certificates need no restart. FD stays the caller's.
 *
 *   SKEP_E_USAGE  a file cannot be read, does not parse, needs a passphrase, or key and certificate do not
 * match SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_tls_new(int fd, const char *host, const struct skep_tls_options *options,
                                       struct skep_tls **tls_out, struct skep_error *err);

/* Say good-bye if the line is still good, and free. */
void skep_tls_free(struct skep_tls *tls); /* NULL is fine */

/* All three: SKEP_EMPTY means that nothing can be done until poll gives *EVENTS_OUT.
 *
 *   SKEP_E_REFUSED      one of the two does not accept the other's certificate
 *   SKEP_E_UNREACHABLE  the line is gone, or the server does not speak TLS */
SKEP_MUST_USE skep_status skep_tls_handshake(struct skep_tls *tls, short *events_out, struct skep_error *err);
SKEP_MUST_USE skep_status skep_tls_read(struct skep_tls *tls, void *bytes, size_t size, size_t *n_out,
                                        short *events_out, struct skep_error *err);
/* After SKEP_EMPTY the next call must offer the same bytes, and may offer more. */
SKEP_MUST_USE skep_status skep_tls_write(struct skep_tls *tls, const void *bytes, size_t n, size_t *n_out,
                                         short *events_out, struct skep_error *err);

#endif
