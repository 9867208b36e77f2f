/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SECRETS_H
#define SKEP_PRODUCER_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "queue/server.h"

/* What must not be in a text that is handed on. Removed are: passwords in URLs; the values of names that look
 * like a secret's (PASS, TOKEN, SECRET, KEY, CREDENTIAL, AUTHORIZATION, PWD in any case), in JSON, in
 * NAME=VALUE and in NAME: VALUE; and whatever is known to be secret here: the server's password, and the
 * values of the environment variables of such names. It rather takes a word too many. */

enum { SKEP_SECRETS_KNOWN = 64, SKEP_SECRETS_LEAST_BYTES = 5 /* shorter ones are everywhere */ };
#define SKEP_SECRETS_REMOVED "[removed]"

struct skep_secrets {
    size_t n_known;
    struct skep_secret {
        char *bytes;
        size_t n;
    } known[SKEP_SECRETS_KNOWN];
    size_t n_removed; /* so many have been, by skep_secrets_add */
};

/* From the settings and the environment of this process. Released by skep_secrets_release, also after
 * failure (SKEP_E_NOMEM). */
SKEP_MUST_USE skep_status skep_secrets_collect(struct skep_secrets *secrets,
                                               const struct skep_server_settings *settings,
                                               struct skep_error *err);
void skep_secrets_release(struct skep_secrets *secrets); /* overwritten, then freed; zeroed is fine */

/* One more that is known. */
SKEP_MUST_USE skep_status skep_secrets_know(struct skep_secrets *secrets, const char *bytes, size_t n,
                                            struct skep_error *err);

/* Append N bytes without their secrets. */
void skep_secrets_add(struct skep_secrets *secrets, struct skep_buf *buf, const char *bytes, size_t n);

/* Whether N bytes are the name of something secret: "DB_PASSWORD", "apiKey". */
bool skep_secrets_is_name(const char *name, size_t n);

#endif
