/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_REQUEST_H
#define SKEP_QUEUE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Requests on their way out: the bytes of one or several commands in Redis' protocol, and how far they have
 * been sent. They stay until the next ones are begun, so that they can be sent again byte for byte. */
struct skep_requests {
    struct skep_buf bytes;
    size_t n_requests; /* begun since the buffer was empty */
    size_t n_args_due; /* of the request that is being built */
    size_t n_sent;     /* bytes that left */
    size_t n_expected; /* requests whose replies have been counted as due */
    bool done;         /* sent, or given up: the next begin starts afresh */
    bool too_large;    /* the buffer's maximum was reached: nothing of it may be sent */
};

enum { SKEP_REQUESTS_MAX_BYTES = 512 * 1024 * 1024 };

void skep_requests_init(struct skep_requests *requests);
void skep_requests_release(struct skep_requests *requests);

/* A request of N_ARGS arguments (the first is the command's name): begin, then exactly so many of the others.
 * What does not fit makes skep_buf_failed(&requests->bytes) true. */
void skep_requests_begin(struct skep_requests *requests, size_t n_args);
void skep_requests_add(struct skep_requests *requests, const void *bytes, size_t n);
void skep_requests_add_text(struct skep_requests *requests, const char *text);
void skep_requests_add_i64(struct skep_requests *requests, int64_t number);
void skep_requests_add_u64(struct skep_requests *requests, uint64_t number);

/* The next begin starts afresh; until then skep_requests_rewind makes the same bytes leave again. */
void skep_requests_done(struct skep_requests *requests);
void skep_requests_rewind(struct skep_requests *requests);

/* Forget all, and overwrite it: it held a password. */
void skep_requests_wipe(struct skep_requests *requests);

#endif
