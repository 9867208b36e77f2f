/* SPDX-License-Identifier: MIT */
#include "queue/hello.h"

#include <stdio.h>

#include "queue/redis_error.h"

void skep_hello_write(struct skep_requests *requests, const char *user, const char *password,
                      const char *client_name)
{
    size_t n_args = 2;

    n_args += password[0] != '\0' ? 3 : 0;
    n_args += client_name != NULL ? 2 : 0;
    skep_requests_begin(requests, n_args);
    skep_requests_add_text(requests, "HELLO");
    skep_requests_add_text(requests, "2");
    if (password[0] != '\0') {
        skep_requests_add_text(requests, "AUTH");
        skep_requests_add_text(requests, user[0] != '\0' ? user : "default");
        skep_requests_add_text(requests, password);
    }
    if (client_name != NULL) {
        skep_requests_add_text(requests, "SETNAME");
        skep_requests_add_text(requests, client_name);
    }
}

/* "7.0.15" is 70015; 0 for what is no version. A part beyond 99 counts as 99. */
static int version_parse(const char *text)
{
    unsigned major, minor, patch;

    if (*text < '0' || *text > '9' || sscanf(text, "%2u.%5u.%5u", &major, &minor, &patch) != 3) {
        return 0;
    }
    minor = minor < 99 ? minor : 99;
    patch = patch < 99 ? patch : 99;
    return (int)(major * 10000 + minor * 100 + patch);
}

skep_status skep_hello_read(const struct skep_reply *reply, int *version_out, struct skep_error *err)
{
    const char *text = "";

    *version_out = 0;
    if (reply->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, reply->bytes, reply->length);
    }
    if (reply->kind != SKEP_REPLY_ARRAY) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "the server answered HELLO with something else");
    }
    for (size_t i = 0; i + 1 < reply->n; i += 2) {
        const struct skep_reply *value = &reply->items[i + 1];
        if (skep_reply_is(&reply->items[i], "version") && value->kind == SKEP_REPLY_TEXT) {
            text = value->bytes;
        }
    }
    *version_out = version_parse(text);
    if (*version_out != 0 && *version_out < SKEP_OLDEST_REDIS) {
        return skep_error_set(err, SKEP_E_REFUSED, "the server is Redis %.20s, and skep needs 6.2 or later",
                              text);
    }
    return SKEP_OK;
}
