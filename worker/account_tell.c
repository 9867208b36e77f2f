/* SPDX-License-Identifier: MIT */
/* What a cycle has to tell, in the words of metrics/account.h. What does not fit is left out: no cycle fails
 * for it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account.h"

static const char *const account_buckets[SKEP_SECONDS_BUCKETS] = {"b0",  "b1",  "b2",  "b3",  "b4",  "b5",
                                                                  "b6",  "b7",  "b8",  "b9",  "b10", "b11",
                                                                  "b12", "b13", "b14", "b15", "b16", "b17"};

/* A, BETWEEN and B, one behind the other. NULL: there is no room for them. */
static const char *account_join(struct skep_account *account, const char *a, char between, const char *b)
{
    char *at = account->text + account->text_n;
    size_t room = sizeof account->text - account->text_n;
    size_t n = strlen(a) + 1 + strlen(b) + 1;

    if (n > room) {
        return NULL;
    }
    snprintf(at, room, "%s%c%s", a, between, b);
    account->text_n += n;
    return at;
}

static void account_put(struct skep_account *account, const char *field, int64_t by)
{
    if (by > 0 && field != NULL && account->news.n_adds < SKEP_ACCOUNT_MAX_ADDS) {
        account->adds[account->news.n_adds++] = (struct skep_account_add){field, by};
    }
}

/* "WORD:NAME" */
static void account_put_named(struct skep_account *account, const char *word, const char *name, int64_t by)
{
    if (by > 0) {
        account_put(account, account_join(account, word, ':', name), by);
    }
}

/* ---- of the queue ---- */

static void account_tell_kernels(struct skep_account *account)
{
    /* Should there be no room for all, it is histograms that are incomplete. */
    for (size_t i = 0; i < account->n_kernels; i++) {
        const struct skep_account_kernel *kernel = &account->kernels[i];
        account_put_named(account, "done", kernel->name, kernel->n_done);
        account_put_named(account, "failed", kernel->name, kernel->n_failed);
        account_put_named(account, "ns", kernel->name, kernel->ns);
    }
    for (size_t i = 0; i < account->n_causes; i++) {
        account_put_named(account, "cause", skep_status_word(account->causes[i].cause), account->causes[i].n);
    }
    for (size_t i = 0; i < account->n_kernels; i++) {
        const struct skep_account_kernel *kernel = &account->kernels[i];
        for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
            account_put_named(account, account_buckets[k], kernel->name, kernel->buckets[k]);
        }
    }
}

static void account_tell_rounds(struct skep_account *account, const struct skep_rounds *rounds)
{
    const struct skep_round_counts *counts = &rounds->counts;

    account_put(account, "cycles:n", counts->n_cycles);
    account_put(account, "cycles:ns", counts->cycles_ns);
    account_put(account, "batch:n", counts->n_batches);
    account_put(account, "batch:tasks", counts->n_tasks);
    account_put(account, "reconnects", counts->n_reconnects);
    account_put(account, "logs:n", counts->n_logs);
    account_put(account, "logs:lost", counts->n_logs_lost);
    for (size_t i = 0; i < rounds->n_errors; i++) {
        account_put_named(account, "error", skep_status_word(rounds->errors[i].status), rounds->errors[i].n);
    }
    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        account_put_named(account, "cycles", account_buckets[k], counts->cycle_buckets[k]);
    }
    for (int k = 0; k < SKEP_SIZE_BUCKETS; k++) {
        account_put_named(account, "batch", account_buckets[k], counts->size_buckets[k]);
    }
}

/* ---- of a job ---- */

static size_t account_tell_slow(struct skep_account *account, const struct skep_account_sum *sum,
                                struct skep_account_slow *told)
{
    char where[80], number[24];
    size_t n = 0;

    snprintf(where, sizeof where, "%.64s %d", account->host, account->slot);
    for (size_t i = 0; i < sum->n_slow; i++) {
        const char *name = sum->slow[i].name, *what;
        snprintf(number, sizeof number, "%" PRId64, sum->slow[i].index);
        what = account_join(account, name != NULL ? name : number, ' ', where);
        if (what != NULL) {
            told[n++] = (struct skep_account_slow){(double)sum->slow[i].ns * 1e-9, what};
        }
    }
    return n;
}

static void account_tell_job(struct skep_account *account, size_t i, const char *w, int64_t now_ms)
{
    const struct skep_account_sum *sum = &account->jobs[i];
    struct skep_account_add *adds = account->job_adds[i];
    struct skep_account_job *told = &account->told_jobs[i];

    *told = (struct skep_account_job){.job = sum->job, .adds = adds, .slow = account->job_slow[i]};
    for (int r = 0; r < SKEP_ACCOUNT_JOB_ROWS; r++) {
        if (sum->rows[r] > 0) {
            adds[told->n_adds++] =
                (struct skep_account_add){skep_account_job_word((enum skep_account_job_row)r), sum->rows[r]};
        }
    }
    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        if (sum->buckets[k] > 0) {
            adds[told->n_adds++] = (struct skep_account_add){account_buckets[k], sum->buckets[k]};
        }
    }
    if (sum->rows[SKEP_ACCOUNT_WALL] > 0 && w != NULL) {
        adds[told->n_adds++] = (struct skep_account_add){w, sum->rows[SKEP_ACCOUNT_WALL]};
    }
    told->peak_rss_bytes = sum->peak_rss_bytes;
    told->spent_ms = sum->began_ms < now_ms ? now_ms - sum->began_ms : 0;
    told->n_slow = account_tell_slow(account, sum, account->job_slow[i]);
}

const struct skep_account_news *skep_account_tell(struct skep_account *account,
                                                  const struct skep_rounds *rounds, const char *worker,
                                                  int64_t now_ms)
{
    const char *w = account->n_jobs > 0 ? account_join(account, "w", ':', worker) : NULL;

    account_tell_kernels(account);
    if (rounds != NULL) {
        account_tell_rounds(account, rounds);
    }
    for (size_t i = 0; i < account->n_jobs; i++) {
        account_tell_job(account, i, w, now_ms);
    }
    account->news.adds = account->adds;
    account->news.jobs = account->told_jobs;
    account->news.n_jobs = account->n_jobs;
    return account->news.n_adds > 0 || account->n_jobs > 0 ? &account->news : NULL;
}
