/* SPDX-License-Identifier: MIT */
/* Which reply belongs to which request, what the server is told at the start, and what happens after a
 * failure: every failure of the line ends in conn_fail, which closes it. */
#include "queue/conn.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "queue/hello.h"
#include "queue/line.h"
#include "queue/redis_error.h"
#include "queue/request.h"

enum { CONN_CONNECT_TIMEOUT_MS = 3000 };

struct skep_conn {
    struct skep_url url;
    char *ca_file, *ca_dir, *cert_file, *key_file;
    char *client_name;
    int connect_timeout_ms;
    char server[SKEP_URL_TEXT_BYTES];

    struct skep_line line;
    struct skep_requests requests;
    struct skep_requests aside; /* has a buffer of its own, so that REQUESTS can be sent again after it */
    struct skep_reply *waiting; /* a reply that skep_conn_wait found */
    size_t n_pending;
    int server_version;
};

/* Copy SOURCE, which may be NULL, to *COPY_OUT. */
static bool copy_text(const char *source, char **copy_out)
{
    *copy_out = source != NULL ? skep_strdup(source) : NULL;
    return source == NULL || *copy_out != NULL;
}

/* Redis refuses names with spaces and control characters. */
static void name_make_legal(char *name)
{
    for (; name != NULL && *name != '\0'; name++) {
        if (*name < '!' || *name > '~') {
            *name = '_';
        }
    }
}

skep_status skep_conn_new(const struct skep_conn_options *options, struct skep_conn **conn_out,
                          struct skep_error *err)
{
    struct skep_conn *conn = skep_calloc(1, sizeof *conn);
    const char *password = options->password;

    *conn_out = NULL;
    if (conn == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a connection");
    }
    skep_line_init(&conn->line,
                   options->read_timeout_ms > 0 ? options->read_timeout_ms : SKEP_CONN_SILENCE_MS);
    skep_requests_init(&conn->requests);
    skep_requests_init(&conn->aside);
    conn->url = options->url;
    conn->connect_timeout_ms =
        options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CONN_CONNECT_TIMEOUT_MS;
    skep_url_format(&conn->url, conn->server, sizeof conn->server);
    if (password != NULL && strlen(password) >= sizeof conn->url.password) {
        skep_conn_free(conn);
        return skep_error_set(err, SKEP_E_USAGE, "the Redis password is longer than %zu bytes",
                              sizeof conn->url.password - 1);
    }
    if (password != NULL) {
        memcpy(conn->url.password, password, strlen(password) + 1);
    }
    if (!copy_text(options->ca_file, &conn->ca_file) || !copy_text(options->ca_dir, &conn->ca_dir) ||
        !copy_text(options->cert_file, &conn->cert_file) || !copy_text(options->key_file, &conn->key_file) ||
        !copy_text(options->client_name, &conn->client_name)) {
        skep_conn_free(conn);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a connection");
    }
    name_make_legal(conn->client_name);
    *conn_out = conn;
    return SKEP_OK;
}

void skep_conn_free(struct skep_conn *conn)
{
    if (conn == NULL) {
        return;
    }
    skep_conn_close(conn);
    skep_line_release(&conn->line);
    skep_requests_release(&conn->requests);
    skep_requests_release(&conn->aside);
    skep_free(conn->ca_file);
    skep_free(conn->ca_dir);
    skep_free(conn->cert_file);
    skep_free(conn->key_file);
    skep_free(conn->client_name);
    explicit_bzero(&conn->url, sizeof conn->url);
    skep_free(conn);
}

void skep_conn_close(struct skep_conn *conn)
{
    skep_line_close(&conn->line);
    skep_requests_done(&conn->requests);
    conn->n_pending = 0;
    conn->waiting = NULL;
}

bool skep_conn_is_open(const struct skep_conn *conn)
{
    return skep_line_is_open(&conn->line);
}

int skep_conn_fd(const struct skep_conn *conn)
{
    return conn->line.transport.fd;
}

short skep_conn_read_events(const struct skep_conn *conn)
{
    return conn->line.transport.read_events;
}

int skep_conn_server_version(const struct skep_conn *conn)
{
    return conn->server_version;
}

const char *skep_conn_server_text(const struct skep_conn *conn)
{
    return conn->server;
}

size_t skep_conn_pending(const struct skep_conn *conn)
{
    return conn->n_pending;
}

/* The line failed: close it, and say which. */
static skep_status conn_fail(struct skep_conn *conn, skep_status st, struct skep_error *err)
{
    skep_conn_close(conn);
    skep_error_prefix(err, "%s", conn->server);
    return st;
}

static skep_status conn_not_open(const struct skep_conn *conn, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_UNREACHABLE, "%s: not connected", conn->server);
}

void skep_conn_begin(struct skep_conn *conn, size_t n_args)
{
    skep_requests_begin(&conn->requests, n_args);
}

void skep_conn_arg(struct skep_conn *conn, const void *bytes, size_t n)
{
    skep_requests_add(&conn->requests, bytes, n);
}

void skep_conn_arg_text(struct skep_conn *conn, const char *text)
{
    skep_requests_add_text(&conn->requests, text);
}

void skep_conn_arg_i64(struct skep_conn *conn, int64_t number)
{
    skep_requests_add_i64(&conn->requests, number);
}

void skep_conn_arg_u64(struct skep_conn *conn, uint64_t number)
{
    skep_requests_add_u64(&conn->requests, number);
}

/* What was built did not fit. Half a request must never leave. */
static skep_status conn_drop_requests(struct skep_conn *conn, struct skep_error *err)
{
    bool too_large = conn->requests.too_large;

    skep_requests_release(&conn->requests);
    if (too_large) {
        return skep_error_set(err, SKEP_E_LIMIT, "a request of more than 512 MiB");
    }
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for a request");
}

skep_status skep_conn_check_request(struct skep_conn *conn, struct skep_error *err)
{
    return skep_buf_failed(&conn->requests.bytes) ? conn_drop_requests(conn, err) : SKEP_OK;
}

skep_status skep_conn_flush(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_requests *out = &conn->requests;
    skep_status st = skep_conn_check_request(conn, err);

    if (st != SKEP_OK) {
        return st;
    }
    assert(out->n_args_due == 0);
    if (!skep_conn_is_open(conn)) {
        skep_requests_done(out);
        return conn_not_open(conn, err);
    }
    conn->n_pending += out->n_requests - out->n_expected;
    out->n_expected = out->n_requests;
    st = skep_line_send(&conn->line, out, err);
    skep_requests_done(out);
    return st == SKEP_OK ? SKEP_OK : conn_fail(conn, st, err);
}

skep_status skep_conn_resend_last(struct skep_conn *conn, struct skep_error *err)
{
    skep_requests_rewind(&conn->requests);
    return skep_conn_flush(conn, err);
}

skep_status skep_conn_connect(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_tls_options tls_options = {.ca_file = conn->ca_file,
                                           .ca_dir = conn->ca_dir,
                                           .cert_file = conn->cert_file,
                                           .key_file = conn->key_file};
    skep_status st;

    if (skep_conn_is_open(conn)) {
        skep_conn_close(conn);
    }
    st = skep_line_open(&conn->line, &conn->url, &tls_options, conn->connect_timeout_ms, err);
    if (st == SKEP_OK) {
        st = skep_hello_exchange(&conn->line, &conn->url, conn->client_name, &conn->server_version, err);
    }
    return st == SKEP_OK ? SKEP_OK : conn_fail(conn, st, err);
}

/* An error that says that this server is no longer the right one: leave it, so that the next connect asks
 * the name service anew. The reply outlives the line. */
static void conn_leave_wrong_server(struct skep_conn *conn, const struct skep_reply *reply)
{
    if (reply->kind == SKEP_REPLY_ERROR &&
        skep_redis_error_find(reply->bytes, reply->length)->action == SKEP_REDIS_RECONNECT) {
        skep_conn_close(conn);
    }
}

/* Hand a reply over, however it was got. */
static skep_status conn_deliver(struct skep_conn *conn, struct skep_reply *reply,
                                struct skep_reply **reply_out, struct skep_error *err)
{
    if (conn->n_pending == 0) {
        (void)skep_error_set(err, SKEP_E_PROTOCOL, "the server sent something that nobody asked for: %.80s",
                             reply->bytes != NULL ? reply->bytes : "(no text)");
        return conn_fail(conn, SKEP_E_PROTOCOL, err);
    }
    conn->n_pending--;
    conn->waiting = NULL;
    *reply_out = reply;
    conn_leave_wrong_server(conn, reply);
    return SKEP_OK;
}

skep_status skep_conn_reply(struct skep_conn *conn, int timeout_ms, struct skep_reply **reply_out,
                            struct skep_error *err)
{
    struct skep_reply *reply = conn->waiting;
    skep_status st = SKEP_OK;

    *reply_out = NULL;
    if (!skep_conn_is_open(conn)) {
        return conn_not_open(conn, err);
    }
    assert(conn->n_pending > 0);
    if (reply == NULL) {
        st = skep_line_await_reply(&conn->line, timeout_ms >= 0 ? timeout_ms : conn->line.silence_ms, &reply,
                                   err);
    }
    return st == SKEP_OK ? conn_deliver(conn, reply, reply_out, err) : conn_fail(conn, st, err);
}

skep_status skep_conn_try_reply(struct skep_conn *conn, struct skep_reply **reply_out, struct skep_error *err)
{
    struct skep_reply *reply = conn->waiting;
    skep_status st = SKEP_OK;

    *reply_out = NULL;
    if (!skep_conn_is_open(conn)) {
        return conn_not_open(conn, err);
    }
    if (reply == NULL) {
        st = skep_line_try_reply(&conn->line, &reply, err);
    }
    if (st == SKEP_EMPTY) {
        return st;
    }
    return st == SKEP_OK ? conn_deliver(conn, reply, reply_out, err) : conn_fail(conn, st, err);
}

skep_status skep_conn_call(struct skep_conn *conn, int timeout_ms, struct skep_reply **reply_out,
                           struct skep_error *err)
{
    struct skep_reply *reply = NULL;
    skep_status st = skep_conn_flush(conn, err);

    *reply_out = NULL;
    if (st == SKEP_OK) {
        st = skep_conn_reply(conn, timeout_ms, &reply, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, reply->bytes, reply->length);
    }
    *reply_out = reply;
    return SKEP_OK;
}

skep_status skep_conn_aside(struct skep_conn *conn, size_t n_args, const char *const *args,
                            struct skep_error *err)
{
    struct skep_reply *reply = NULL;
    skep_status st;

    assert(conn->n_pending == 0);
    if (!skep_conn_is_open(conn)) {
        return conn_not_open(conn, err);
    }
    skep_requests_begin(&conn->aside, n_args);
    for (size_t i = 0; i < n_args; i++) {
        skep_requests_add_text(&conn->aside, args[i]);
    }
    if (skep_buf_failed(&conn->aside.bytes)) {
        skep_requests_wipe(&conn->aside);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a request");
    }
    st = skep_line_send(&conn->line, &conn->aside, err);
    skep_requests_done(&conn->aside);
    if (st == SKEP_OK) {
        st = skep_line_await_reply(&conn->line, conn->line.silence_ms, &reply, err);
    }
    if (st != SKEP_OK) {
        return conn_fail(conn, st, err);
    }
    conn_leave_wrong_server(conn, reply);
    return reply->kind == SKEP_REPLY_ERROR ? skep_redis_error_set(err, reply->bytes, reply->length) : SKEP_OK;
}

void skep_conn_forget(struct skep_conn *conn)
{
    if (conn->line.reader != NULL && conn->waiting == NULL) {
        skep_reply_reader_forget(conn->line.reader);
    }
}

/* For poll: what is left until END_MS. */
static int wait_left_ms(int timeout_ms, int64_t end_ms)
{
    int64_t left_ms = end_ms - skep_monotonic_ms();

    if (timeout_ms < 0) {
        return -1;
    }
    return left_ms > 0 ? (int)left_ms : 0;
}

skep_status skep_conn_wait(struct skep_conn *conn, int other_fd, int timeout_ms, bool *other_ready_out,
                           struct skep_error *err)
{
    int64_t end_ms = skep_monotonic_ms() + timeout_ms;
    skep_status st;

    if (other_ready_out != NULL) {
        *other_ready_out = false;
    }
    if (!skep_conn_is_open(conn)) {
        return conn_not_open(conn, err);
    }
    for (;;) {
        struct pollfd fds[2] = {{.fd = conn->line.transport.fd}, {.fd = other_fd, .events = POLLIN}};
        int n;
        st = conn->waiting != NULL ? SKEP_OK : skep_line_try_reply(&conn->line, &conn->waiting, err);
        if (st != SKEP_OK && st != SKEP_EMPTY) {
            return conn_fail(conn, st, err);
        }
        /* With a reply at hand only look at the other one. */
        fds[0].events = conn->line.transport.read_events;
        n = poll(fds, 2, st == SKEP_OK ? 0 : wait_left_ms(timeout_ms, end_ms));
        if (n > 0 && fds[1].revents != 0) {
            if (other_ready_out != NULL) {
                *other_ready_out = true;
            }
            return SKEP_OK;
        }
        if (st == SKEP_OK || n <= 0) {
            return st;
        }
    }
}
