/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_URL_H
#define SKEP_QUEUE_URL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"

/* Where a Redis server is and who asks. Plain data. */
enum skep_url_kind { SKEP_URL_TCP, SKEP_URL_TLS, SKEP_URL_UNIX };

struct skep_url {
    enum skep_url_kind kind;
    char host[256]; /* a name or an address, IPv6 without its brackets; empty for a unix socket */
    uint16_t port;  /* 6379 when the text has none; 0 for a unix socket */
    char path[108]; /* of the unix socket, absolute; empty otherwise */
    char user[128]; /* empty: the server's default user */
    char password[512];
    int db;
};

enum { SKEP_URL_TEXT_BYTES = 1280 }; /* room for every formatted URL */

/* Read one of
 *
 *     redis://[user:password@]host[:port][/db]      rediss:// the same, over TLS
 *     unix://[user:password@]/path[?db=N]
 *
 * into *URL_OUT. User, password, host and path are percent-decoded; an IPv6 address stands in brackets; the
 * user may be empty (redis://:password@host) and so may the password. Control characters are refused
 * everywhere.
 *
 * On failure *URL_OUT is all zero, and the words say what is wrong and show the form. They quote nothing of
 * TEXT, because any part of a mistyped URL may be a piece of the password.
 *
 *   SKEP_E_USAGE  TEXT is no such URL, or a part of it is too long */
SKEP_MUST_USE skep_status skep_url_parse(const char *text, struct skep_url *url_out, struct skep_error *err);

/* Write URL to TEXT without the password, as skep_url_parse reads it. Cut if SIZE is too small. */
void skep_url_format(const struct skep_url *url, char *text, size_t size);

#endif
