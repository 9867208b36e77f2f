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

int skep_hello_version(const char *text)
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
    *version_out = skep_hello_version(text);
    if (*version_out != 0 && *version_out < SKEP_OLDEST_REDIS) {
        return skep_error_set(err, SKEP_E_REFUSED, "the server is Redis %.20s, and skep needs 6.2 or later",
                              text);
    }
    return SKEP_OK;
}

/* The replies to HELLO and to SELECT. */
static skep_status hello_listen(struct skep_line *line, int db, int *version_out, struct skep_error *err)
{
    struct skep_reply *reply = NULL;
    skep_status st = skep_line_await_reply(line, line->silence_ms, &reply, err);

    if (st == SKEP_OK) {
        st = skep_hello_read(reply, version_out, err);
    }
    if (st == SKEP_OK && db != 0) {
        st = skep_line_await_reply(line, line->silence_ms, &reply, err);
        if (st == SKEP_OK && reply->kind == SKEP_REPLY_ERROR) {
            st = skep_redis_error_set(err, reply->bytes, reply->length);
        }
    }
    return st;
}

skep_status skep_hello_exchange(struct skep_line *line, const struct skep_url *url, const char *client_name,
                                int *version_out, struct skep_error *err)
{
    struct skep_requests requests;
    struct skep_error sending = {0};
    skep_status st;

    skep_requests_init(&requests);
    skep_hello_write(&requests, url->user, url->password, client_name);
    if (url->db != 0) {
        skep_requests_begin(&requests, 2);
        skep_requests_add_text(&requests, "SELECT");
        skep_requests_add_i64(&requests, url->db);
    }
    if (skep_buf_failed(&requests.bytes)) {
        st = skep_error_set(&sending, SKEP_E_NOMEM, "no memory for a request");
    } else {
        st = skep_line_send(line, &requests, &sending);
    }
    if (st == SKEP_OK || st == SKEP_E_UNREACHABLE) {
        /* A server that turns us away says why and closes: what it said counts more than what could not be
         * written. */
        st = hello_listen(line, url->db, version_out, err);
    } else {
        (void)skep_error_set(err, st, "%s", sending.text);
    }
    skep_requests_wipe(&requests);
    skep_requests_release(&requests);
    return st;
}
