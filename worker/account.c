/* SPDX-License-Identifier: MIT */
#include "account.h"

#include <string.h>

static const char account_unknown[] = "unknown";

void skep_account_begin(struct skep_account *account, const char *host, int slot)
{
    account->host = host;
    account->slot = slot;
    account->n_kernels = account->n_causes = account->n_jobs = 0;
    account->news = (struct skep_account_news){0};
    account->text_n = 0;
}

/* ---- sums by name ---- */

static size_t account_find_kernel(const struct skep_account *account, const char *name)
{
    size_t i = 0;

    while (i < account->n_kernels && account->kernels[i].name != name &&
           strcmp(account->kernels[i].name, name) != 0) {
        i++;
    }
    return i;
}

static struct skep_account_kernel *account_kernel(struct skep_account *account, const char *name)
{
    size_t i;

    name = name != NULL ? name : account_unknown;
    i = account_find_kernel(account, name);
    if (i == account->n_kernels && i >= SKEP_ACCOUNT_KERNELS - 1) { /* the last place is that of all others */
        name = account_unknown;
        i = account_find_kernel(account, name);
    }
    if (i == account->n_kernels) {
        account->kernels[account->n_kernels++] = (struct skep_account_kernel){.name = name};
    }
    return &account->kernels[i];
}

/* NULL: nothing is known of it. */
static struct skep_account_sum *account_find_job(struct skep_account *account, const char *job)
{
    for (size_t i = 0; i < account->n_jobs; i++) {
        if (account->jobs[i].job == job || strcmp(account->jobs[i].job, job) == 0) {
            return &account->jobs[i];
        }
    }
    return NULL;
}

/* NULL: too many. */
static struct skep_account_sum *account_job(struct skep_account *account, const char *job)
{
    struct skep_account_sum *sum = account_find_job(account, job);

    if (sum == NULL && account->n_jobs < SKEP_ACCOUNT_MAX_JOBS) {
        sum = &account->jobs[account->n_jobs++];
        *sum = (struct skep_account_sum){.job = job, .began_ms = INT64_MAX};
    }
    return sum;
}

void skep_account_add_cause(struct skep_account *account, skep_status cause)
{
    size_t i = 0;

    while (i < account->n_causes && account->causes[i].cause != cause) {
        i++;
    }
    if (i == SKEP_ACCOUNT_CAUSES) {
        return;
    }
    if (i == account->n_causes) {
        account->causes[account->n_causes].cause = cause;
        account->causes[account->n_causes++].n = 0;
    }
    account->causes[i].n++;
}

/* ---- what is added ---- */

/* Among the slowest, if it is one of them. */
static void account_add_slow(struct skep_account_sum *sum, int64_t ns, int64_t index, const char *name)
{
    size_t i = sum->n_slow < SKEP_ACCOUNT_SLOWEST ? sum->n_slow++ : SKEP_ACCOUNT_SLOWEST;

    for (; i > 0 && sum->slow[i - 1].ns < ns; i--) {
        if (i < SKEP_ACCOUNT_SLOWEST) {
            sum->slow[i] = sum->slow[i - 1];
        }
    }
    if (i < SKEP_ACCOUNT_SLOWEST) {
        sum->slow[i].ns = ns;
        sum->slow[i].index = index;
        sum->slow[i].name = name;
    }
}

static void account_add_rows(struct skep_account_sum *sum, const int64_t rows[SKEP_ACCOUNT_JOB_ROWS],
                             int64_t peak_rss_bytes, int64_t began_ms)
{
    for (int r = 0; r < SKEP_ACCOUNT_JOB_ROWS; r++) {
        sum->rows[r] += rows[r];
    }
    sum->peak_rss_bytes = peak_rss_bytes > sum->peak_rss_bytes ? peak_rss_bytes : sum->peak_rss_bytes;
    sum->began_ms = began_ms < sum->began_ms ? began_ms : sum->began_ms;
}

void skep_account_add(struct skep_account *account, const struct skep_spent *spent, const char *bytes)
{
    int64_t wall_ns = spent->rows[SKEP_ACCOUNT_WALL];
    bool has_failed = spent->cause != SKEP_OK;
    struct skep_account_kernel *kernel;
    struct skep_account_sum *sum = NULL;

    if (!spent->is_counted) {
        return;
    }
    kernel = account_kernel(account, spent->kernel);
    *(has_failed ? &kernel->n_failed : &kernel->n_done) += 1;
    if (has_failed) {
        skep_account_add_cause(account, spent->cause);
    }
    if (spent->job_n > 0) {
        sum = account_job(account, bytes + spent->job_at);
    }
    if (sum != NULL) {
        account_add_rows(sum, spent->rows, spent->peak_rss_bytes, spent->began_ms);
        sum->rows[SKEP_ACCOUNT_ATTEMPTS]++;
        sum->rows[SKEP_ACCOUNT_FAILED] += has_failed;
    }
    if (!spent->has_run) {
        return;
    }
    kernel->ns += wall_ns;
    kernel->buckets[skep_seconds_bucket(wall_ns)]++;
    if (sum != NULL) {
        sum->buckets[skep_seconds_bucket(wall_ns)]++;
        if (spent->name_n > 0) {
            account_add_slow(sum, wall_ns, -1, bytes + spent->name_at);
        }
    }
}

void skep_account_add_range(struct skep_account *account, const struct skep_spent_range *range)
{
    struct skep_account_kernel *kernel = account_kernel(account, range->kernel);
    struct skep_account_sum *sum = account_job(account, range->job);

    kernel->n_done += range->n_done;
    kernel->n_failed += range->n_failed;
    kernel->ns += range->rows[SKEP_ACCOUNT_WALL];
    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        kernel->buckets[k] += range->buckets[k];
    }
    if (sum == NULL) {
        return;
    }
    account_add_rows(sum, range->rows, range->peak_rss_bytes, range->began_ms);
    sum->rows[SKEP_ACCOUNT_ATTEMPTS] += range->n_done + range->n_failed;
    sum->rows[SKEP_ACCOUNT_FAILED] += range->n_failed;
    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        sum->buckets[k] += range->buckets[k];
    }
    for (size_t i = 0; i < range->n_slow; i++) {
        account_add_slow(sum, range->slow[i].ns, range->slow[i].index, NULL);
    }
}

void skep_account_add_commit(struct skep_account *account, const char *job, int64_t ns)
{
    struct skep_account_sum *sum = account_find_job(account, job);

    if (sum != NULL) {
        sum->rows[SKEP_ACCOUNT_COMMIT] += ns;
        sum->rows[SKEP_ACCOUNT_WALL] += ns;
    }
}
