/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_LISTEN_H
#define SKEP_CHAOS_LISTEN_H

#include "base/error.h"
#include "queue/url.h"

/* A socket that listens: at the unix socket PATH, or for NULL at a free TCP port of HOST (NULL: 127.0.0.1).
 * *URL_OUT is where. Non-blocking. Failures as of skep_proxy_new. */
SKEP_MUST_USE skep_status skep_listen(const char *path, const char *host, int *fd_out,
                                      struct skep_url *url_out, struct skep_error *err);

/* The next client, non-blocking; -1 when there is none. */
int skep_listen_accept(int fd);

#endif
