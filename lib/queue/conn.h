/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_CONN_H
#define SKEP_QUEUE_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"
#include "queue/reply.h"
#include "queue/url.h"

/* One connection to one Redis server: requests out, replies in, in order. It is either open or closed, and is
 * never patched: after any failure of the line it is closed, and skep_conn_connect makes it anew. Not
 * thread-safe.
 *
 * Failures of the line, from every function here that sends or receives, leave the connection closed:
 *
 *   SKEP_E_UNREACHABLE  refused, reset, closed by the server, timed out; also: it was not open
 *   SKEP_E_PROTOCOL     the other end does not speak Redis' protocol, or a reply is beyond the limits
 *   SKEP_E_NOMEM
 *
 * The words in ERR begin with the server's URL (without the password). Nothing here raises SIGPIPE. */
struct skep_conn; /* opaque */

/* When something is due and no byte comes for so long, the line is dead. A server that merely stalls gets
 * what was sent once more over a new one: every request of skep's may be repeated. */
enum { SKEP_CONN_SILENCE_MS = 3000 };

/* Zeroed means defaults. Strings are copied. */
struct skep_conn_options {
    struct skep_url url;
    const char *password;    /* when set, used in place of the URL's */
    const char *ca_file;     /* TLS: certificates to trust; neither this nor the next: the system's */
    const char *ca_dir;      /* TLS: a folder of them, by hash */
    const char *cert_file;   /* TLS: our own certificate (chain), when the server asks for one */
    const char *key_file;    /* its key */
    const char *client_name; /* shown by CLIENT LIST; unprintable bytes become '_' */
    int connect_timeout_ms;  /* 0: 3000; name resolution has the resolver's own time limits */
    int read_timeout_ms; /* 0: SKEP_CONN_SILENCE_MS; how long the line may be silent when something is due */
};

/* A closed connection. On failure *CONN_OUT is NULL.
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_conn_new(const struct skep_conn_options *options, struct skep_conn **conn_out,
                                        struct skep_error *err);
void skep_conn_free(struct skep_conn *conn); /* NULL is fine */

/* Open it: every address of the host in turn, TLS with the server's name verified, then HELLO (with user and
 * password) and SELECT in one round trip. Closes it first if it is open. Requests that were built and not
 * answered stay for skep_conn_resend_last.
 *
 *   SKEP_E_REFUSED  wrong or missing password, no right, no such database, server older than 6.2; certificate
 * not trusted, expired or for another host; the server wants a certificate from us SKEP_E_UNWELL   it is
 * loading, has too many clients, or the like SKEP_E_USAGE    a certificate or key file cannot be used */
SKEP_MUST_USE skep_status skep_conn_connect(struct skep_conn *conn, struct skep_error *err);

void skep_conn_close(struct skep_conn *conn);
bool skep_conn_is_open(const struct skep_conn *conn);

int skep_conn_fd(const struct skep_conn *conn);            /* for poll; -1 when closed */
short skep_conn_read_events(const struct skep_conn *conn); /* what to poll it for when nothing is there yet */
int skep_conn_server_version(const struct skep_conn *conn); /* 6.2.0 is 60200, 7.0.15 is 70015; 0: unknown */
const char *skep_conn_server_text(const struct skep_conn *conn); /* the URL without the password */

/* Build a request in the output buffer: begin, then exactly N_ARGS arguments, the command's name being the
 * first. Several may be built before a flush. The first begin after a flush or a failure drops the bytes of
 * before. Running out of memory (or of 512 MiB) is reported by the flush, which then sends nothing. */
void skep_conn_begin(struct skep_conn *conn, size_t n_args);
void skep_conn_arg(struct skep_conn *conn, const void *bytes, size_t n);
void skep_conn_arg_text(struct skep_conn *conn, const char *text);
void skep_conn_arg_i64(struct skep_conn *conn, int64_t number);
void skep_conn_arg_u64(struct skep_conn *conn, uint64_t number);

/* Send what was built. Takes in what arrives meanwhile, so that two full directions cannot wait for each
 * other. Fails when nothing moves for the read time-out.
 *
 *   SKEP_E_LIMIT  more than 512 MiB were built; nothing was sent and the connection stays as it was
 *   and failures of the line */
SKEP_MUST_USE skep_status skep_conn_flush(struct skep_conn *conn, struct skep_error *err);

/* Whether what was built since the last flush fits. What does not is dropped here, before anything is waited
 * for or connected.   SKEP_E_NOMEM, SKEP_E_LIMIT   as skep_conn_flush has them */
SKEP_MUST_USE skep_status skep_conn_check_request(struct skep_conn *conn, struct skep_error *err);

/* After a failure and a new skep_conn_connect: send the same bytes again, all that was built since the last
 * flush that was followed by a begin. Then ask for the replies as if they had just been flushed. */
SKEP_MUST_USE skep_status skep_conn_resend_last(struct skep_conn *conn, struct skep_error *err);

/* Wait for the next reply; it lives until the next call for a reply, skep_conn_wait or skep_conn_forget. An
 * error reply is SKEP_OK with kind SKEP_REPLY_ERROR; one that says that this server is no longer the right
 * one (READONLY and its like) closes the connection, here and below, so that the next connect asks the name
 * service anew. TIMEOUT_MS counts from the last byte that arrived; -1 is
 * the read time-out. Asking for a reply to which no request was sent is a bug. */
SKEP_MUST_USE skep_status skep_conn_reply(struct skep_conn *conn, int timeout_ms,
                                          struct skep_reply **reply_out, struct skep_error *err);

/* The same without waiting. In an event loop ask again until it is empty before polling the file descriptor:
 * TLS may hold bytes that poll does not see. May be called when no reply is due, to notice that the server
 * went away.
 *
 *   SKEP_EMPTY  no complete reply is there yet */
SKEP_MUST_USE skep_status skep_conn_try_reply(struct skep_conn *conn, struct skep_reply **reply_out,
                                              struct skep_error *err);

/* Flush, wait for one reply, and turn an error reply into its status (redis_error.h) with the server's words
 * in ERR; *REPLY_OUT is then NULL. */
SKEP_MUST_USE skep_status skep_conn_call(struct skep_conn *conn, int timeout_ms,
                                         struct skep_reply **reply_out, struct skep_error *err);

/* One request beside those that were built, which stay as they are for skep_conn_resend_last: send it, wait
 * for the reply, and turn an error reply into its status. No reply may be due. */
SKEP_MUST_USE skep_status skep_conn_aside(struct skep_conn *conn, size_t n_args, const char *const *args,
                                          struct skep_error *err);

/* Replies that are still due. */
size_t skep_conn_pending(const struct skep_conn *conn);

/* Give the last reply's memory back. */
void skep_conn_forget(struct skep_conn *conn);

/* Wait until a reply is there (ask skep_conn_try_reply for it) or OTHER_FD is readable or hung up (-1: there
 * is none). *OTHER_READY_OUT is set in every case and may be NULL. TIMEOUT_MS -1 waits for ever; silence is
 * no failure here.
 *
 *   SKEP_EMPTY  time passed, or a signal came */
SKEP_MUST_USE skep_status skep_conn_wait(struct skep_conn *conn, int other_fd, int timeout_ms,
                                         bool *other_ready_out, struct skep_error *err);

#endif
