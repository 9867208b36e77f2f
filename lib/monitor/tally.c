/* SPDX-License-Identifier: MIT */
#include "monitor/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TALLY_NAME_BYTES = 32 }; /* of a kernel's name, of a word */

static bool tally_name_is_sound(const char *name)
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = strlen(name);

    return n > 0 && n < TALLY_NAME_BYTES && strspn(name, legal) == n;
}

/* What follows WORD and a colon in FIELD; NULL when it begins otherwise. */
static const char *tally_behind(const char *field, const char *word)
{
    size_t n = strlen(word);

    return strncmp(field, word, n) == 0 && field[n] == ':' ? field + n + 1 : NULL;
}

/* The bucket that "bK" or "bK:..." names, of N; -1: none. *REST_OUT is what follows. */
static int tally_bucket(const char *text, int n, const char **rest_out)
{
    char *end;
    long k;

    if (text[0] != 'b' || text[1] < '0' || text[1] > '9') {
        return -1;
    }
    k = strtol(text + 1, &end, 10);
    *rest_out = end;
    return k < n && (*end == '\0' || *end == ':') ? (int)k : -1;
}

/* ---- kernels ---- */

static struct skep_overview_kernel *tally_kernel(struct skep_overview_account *account, const char *name)
{
    struct skep_overview_kernel *kernel;

    for (size_t i = 0; i < account->n_kernels; i++) {
        if (strcmp(account->kernels[i].name, name) == 0) {
            return &account->kernels[i];
        }
    }
    if (account->n_kernels == SKEP_OVERVIEW_KERNELS || !tally_name_is_sound(name)) {
        return NULL;
    }
    kernel = &account->kernels[account->n_kernels++];
    *kernel = (struct skep_overview_kernel){0};
    snprintf(kernel->name, sizeof kernel->name, "%s", name);
    return kernel;
}

/* done:KERNEL, failed:KERNEL, ns:KERNEL, bK:KERNEL; false when FIELD is none of them. */
static bool tally_add_kernel(struct skep_overview_account *account, const char *field, int64_t value)
{
    static const struct {
        const char *word;
        size_t at;
    } rows[] = {{"done", offsetof(struct skep_overview_kernel, n_done)},
                {"failed", offsetof(struct skep_overview_kernel, n_failed)},
                {"ns", offsetof(struct skep_overview_kernel, ns)}};
    struct skep_overview_kernel *kernel;
    const char *rest;
    int bucket = tally_bucket(field, SKEP_SECONDS_BUCKETS, &rest);

    if (bucket >= 0 && *rest == ':') {
        kernel = tally_kernel(account, rest + 1);
        if (kernel != NULL) {
            kernel->buckets[bucket] = value;
        }
        return true;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *name = tally_behind(field, rows[i].word);
        if (name != NULL) {
            kernel = tally_kernel(account, name);
            if (kernel != NULL) {
                *(int64_t *)(void *)((char *)kernel + rows[i].at) = value;
            }
            return true;
        }
    }
    return false;
}

/* ---- cycles and batches: a total and a histogram ---- */

static void tally_add_histogram(const char *what, const char *total_word, int64_t value, int64_t *n,
                                int64_t *total, int64_t *buckets, int n_buckets)
{
    const char *rest;
    int bucket = tally_bucket(what, n_buckets, &rest);

    if (strcmp(what, "n") == 0) {
        *n = value;
    } else if (strcmp(what, total_word) == 0) {
        *total = value;
    } else if (bucket >= 0 && *rest == '\0') {
        buckets[bucket] = value;
    }
}

/* ---- words and how often ---- */

static void tally_add_count(struct skep_overview_count *counts, size_t *n, size_t max, const char *word,
                            int64_t value)
{
    if (*n < max && tally_name_is_sound(word)) {
        snprintf(counts[*n].word, sizeof counts[*n].word, "%s", word);
        counts[(*n)++].n = value;
    }
}

void skep_tally_add(void *context, const char *field, int64_t value)
{
    struct skep_overview_account *account = context;
    const char *rest;

    if (tally_add_kernel(account, field, value)) {
        return;
    }
    if ((rest = tally_behind(field, "cause")) != NULL) {
        tally_add_count(account->causes, &account->n_causes, SKEP_OVERVIEW_CAUSES, rest, value);
    } else if ((rest = tally_behind(field, "error")) != NULL) {
        tally_add_count(account->errors, &account->n_errors, SKEP_OVERVIEW_ERRORS, rest, value);
    } else if ((rest = tally_behind(field, "cycles")) != NULL) {
        tally_add_histogram(rest, "ns", value, &account->cycles, &account->cycles_ns, account->cycle_buckets,
                            SKEP_SECONDS_BUCKETS);
    } else if ((rest = tally_behind(field, "batch")) != NULL) {
        tally_add_histogram(rest, "tasks", value, &account->batches, &account->batch_tasks,
                            account->batch_buckets, SKEP_SIZE_BUCKETS);
    } else if (strcmp(field, "reconnects") == 0) {
        account->reconnects = value;
    }
}

static int tally_compare_kernels(const void *a, const void *b)
{
    return strcmp(((const struct skep_overview_kernel *)a)->name,
                  ((const struct skep_overview_kernel *)b)->name);
}

static int tally_compare_counts(const void *a, const void *b)
{
    return strcmp(((const struct skep_overview_count *)a)->word,
                  ((const struct skep_overview_count *)b)->word);
}

void skep_tally_sort(struct skep_overview_account *account)
{
    qsort(account->kernels, account->n_kernels, sizeof account->kernels[0], tally_compare_kernels);
    qsort(account->causes, account->n_causes, sizeof account->causes[0], tally_compare_counts);
    qsort(account->errors, account->n_errors, sizeof account->errors[0], tally_compare_counts);
}
