/* SPDX-License-Identifier: MIT */
#include "chaos/books.h"

void skep_books_release(struct skep_books *books)
{
    if (books->has_status) {
        skep_queue_status_release(&books->status);
    }
    *books = (struct skep_books){0};
}

bool skep_books_sample(struct skep_books *books, struct skep_conn *conn, const struct skep_keys *keys)
{
    struct skep_queue_status status;
    int64_t difference;
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, NULL);

    if (st == SKEP_OK) {
        st = skep_queue_status_read(conn, keys, &status, NULL);
    }
    if (st != SKEP_OK) {
        books->n_unread++;
        return false;
    }
    if (books->has_status) {
        skep_queue_status_release(&books->status);
    }
    books->status = status;
    books->has_status = true;
    books->n_samples++;
    difference = skep_queue_audit(&status);
    if (difference != 0) {
        books->worst = books->n_wrong == 0 ? difference : books->worst;
        books->n_wrong++;
    }
    return true;
}

int64_t skep_books_open(const struct skep_books *books)
{
    const struct skep_queue_status *status = &books->status;

    return status->n_waiting + status->n_held + status->n_delayed + status->n_suspect;
}
