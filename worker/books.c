/* SPDX-License-Identifier: MIT */
#include "books.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void skep_books_init(struct skep_books *books, const char *host, int slot)
{
    books->host = host;
    books->slot = slot;
}

/* The round trip that is over was for the sake of JOB: it will be told with the next of that job. */
static void books_keep_job(struct skep_books *books)
{
    const struct skep_account *account = &books->account;
    const char *job = account->n_jobs > 0 ? account->jobs[account->n_jobs - 1].job : "";

    snprintf(books->job, sizeof books->job, "%s", strlen(job) < sizeof books->job ? job : "");
    books->told_ns = 0;
}

const struct skep_account_news *skep_books_tell(struct skep_books *books, struct skep_hand *hand,
                                                const char *worker, int64_t rounds_ms)
{
    int64_t now_ns = skep_monotonic_ns();
    int64_t now_ms = now_ns / 1000000;
    bool has_rounds = now_ms - books->rounds_told_ms >= rounds_ms;

    books->began_ns = now_ns;
    if (books->is_closed) {
        return NULL;
    }
    skep_account_begin(&books->account, books->host, books->slot);
    skep_hand_account(hand, &books->account);
    if (books->account.n_jobs > 0) {
        skep_account_add_commit(&books->account, books->job, books->told_ns);
        books_keep_job(books);
    }
    if (has_rounds) {
        books->rounds_told_ms = now_ms;
        skep_rounds_move(&books->telling, &books->rounds);
    }
    return skep_account_tell(&books->account, has_rounds ? &books->telling : NULL, worker, now_ms);
}

void skep_books_not_sent(struct skep_books *books)
{
    skep_rounds_move(&books->rounds, &books->telling);
}

void skep_books_answered(struct skep_books *books, bool is_applied)
{
    int64_t took_ns = skep_monotonic_ns() - books->began_ns;

    if (!is_applied) {
        skep_books_not_sent(books);
        return;
    }
    books->telling = (struct skep_rounds){0};
    books->told_ns += books->job[0] != '\0' ? took_ns : 0;
    skep_rounds_count_cycle(&books->rounds, took_ns);
}
