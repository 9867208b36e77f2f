/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_SERVE_H
#define SKEP_EXPORTER_SERVE_H

#include "base/error.h"
#include "pages.h"
#include "visitors.h"

/* HTTP, in a thread of the library's own: only GET and HEAD, a handful of addresses, one request a
 * connection, so many connections and no more. Nothing here waits for Redis. */
struct skep_export_server {
    struct MHD_Daemon *daemon;
    struct skep_export_pages pages;
    struct skep_export_visitors visitors;
};

/* LISTEN_FD is the server's from here on. SKEP_E_IO: the library cannot start. skep_export_serve_end in any
 * case. */
SKEP_MUST_USE skep_status skep_export_serve_begin(struct skep_export_server *server,
                                                  struct skep_export_state *state, int listen_fd,
                                                  struct skep_error *err);
void skep_export_serve_end(struct skep_export_server *server);

#endif
