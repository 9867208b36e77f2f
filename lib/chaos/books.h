/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_BOOKS_H
#define SKEP_CHAOS_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/admin.h"

/* The audit, again and again while the storm goes on: it must be 0 whenever one looks. */
struct skep_books {
    uint64_t n_samples;
    uint64_t n_unread; /* times that the server could not be asked */
    uint64_t n_wrong;
    int64_t worst;                   /* the first difference that was not 0 */
    struct skep_queue_status status; /* the last one */
    bool has_status;
};

void skep_books_release(struct skep_books *books);

/* Look once; connects if need be. True: books->status is new. */
bool skep_books_sample(struct skep_books *books, struct skep_conn *conn, const struct skep_keys *keys);

/* Tasks that are somewhere in the queue, in whatever state. */
int64_t skep_books_open(const struct skep_books *books);

#endif
