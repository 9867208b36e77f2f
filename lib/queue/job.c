/* SPDX-License-Identifier: MIT */
#include "queue/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/script.h"

enum { JOB_ACKS_BYTES = 8 << 20 /* as in scripts/range_take.inc */ };

int64_t skep_job_total(const struct skep_job *job)
{
    return job->cancelled_ms > 0 ? job->n_put : job->n_announced;
}

int64_t skep_job_over(const struct skep_job *job)
{
    /* a server may say any number */
    return (int64_t)((uint64_t)job->n_done + (uint64_t)job->n_failed + (uint64_t)job->n_cancelled);
}

bool skep_job_is_over(const struct skep_job *job)
{
    return job->is_announced && skep_job_over(job) >= skep_job_total(job);
}

bool skep_job_is_known(const struct skep_job *job)
{
    return job->is_announced || job->n_put > 0 || job->is_dropped;
}

const char *skep_job_state(const struct skep_job *job)
{
    bool is_over = skep_job_is_over(job);

    if (!skep_job_is_known(job)) {
        return "unknown";
    }
    if (job->cancelled_ms > 0 || job->is_dropped) {
        return is_over ? "cancelled" : "cancelling";
    }
    if (!job->is_announced) {
        return "uncounted";
    }
    if (is_over) {
        return job->n_failed > 0 || (job->n_cancelled > 0 && !job->is_stopped) ? "failed" : "done";
    }
    return job->n_put < job->n_announced ? "pushing" : "running";
}

/* ---- reading ---- */

static skep_status job_unexpected(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_PROTOCOL, "jobs: the server answered something unexpected");
}

static int64_t job_number(const struct skep_reply *reply)
{
    return reply->kind == SKEP_REPLY_TEXT ? strtoll(reply->bytes, NULL, 10) : 0;
}

/* One field of the hash: a letter, a colon and the name. */
static void job_set_field(struct skep_job *job, char letter, int64_t number)
{
    switch (letter) {
    case 'n':
        job->is_announced = true;
        job->n_announced = number;
        break;
    case 't':
        job->put_ms = number;
        break;
    case 'd':
        job->n_done = number;
        break;
    case 'f':
        job->n_failed = number;
        break;
    case 'c':
        job->n_cancelled = number;
        break;
    case 'x':
        job->cancelled_ms = number;
        break;
    case 'h':
        job->is_stopped = true;
        break;
    case 'g':
        job->is_gathering = number != 0;
        break;
    case 'k':
        job->is_held_up = number >= JOB_ACKS_BYTES;
        break;
    default: /* of a newer skep */
        break;
    }
}

/* What a reply says, one entry a field: sorted by name, the entries of one job stand together. */
struct job_entry {
    const char *name;
    char letter; /* as in the hash; p: records put, y: being dropped, r: a range job */
    int64_t number;
};

static int job_compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct job_entry *)a)->name, ((const struct job_entry *)b)->name);
}

static bool job_reply_is_sound(const struct skep_reply *reply)
{
    return skep_reply_is_array_of(reply, 1, SKEP_REPLY_ARRAY) && reply->n == 5 &&
           reply->items[0].kind == SKEP_REPLY_INT;
}

/* Names alone: each of them says LETTER of its job. */
static size_t job_collect_names(const struct skep_reply *names, char letter, struct job_entry *entries)
{
    size_t n = 0;

    for (size_t i = 0; i < names->n; i++) {
        if (names->items[i].kind == SKEP_REPLY_TEXT) {
            entries[n++] = (struct job_entry){names->items[i].bytes, letter, 0};
        }
    }
    return n;
}

/* Names that are no job's (too long, a NUL in them) are somebody else's writing. */
static size_t job_collect(const struct skep_reply *reply, struct job_entry *entries)
{
    const struct skep_reply *fields = &reply->items[1], *puts = &reply->items[2];
    size_t n = 0, kept = 0;

    for (size_t i = 0; i + 1 < fields->n; i += 2) {
        if (fields->items[i].kind == SKEP_REPLY_TEXT && fields->items[i].length > 2 &&
            fields->items[i].bytes[1] == ':') {
            entries[n++] = (struct job_entry){fields->items[i].bytes + 2, fields->items[i].bytes[0],
                                              job_number(&fields->items[i + 1])};
        }
    }
    for (size_t i = 0; i + 1 < puts->n; i += 2) {
        if (puts->items[i].kind == SKEP_REPLY_TEXT) {
            entries[n++] = (struct job_entry){puts->items[i].bytes, 'p', job_number(&puts->items[i + 1])};
        }
    }
    n += job_collect_names(&reply->items[3], 'y', entries + n);
    n += job_collect_names(&reply->items[4], 'r', entries + n);
    for (size_t i = 0; i < n; i++) {
        if (strlen(entries[i].name) < SKEP_JOB_NAME_BYTES) {
            entries[kept++] = entries[i];
        }
    }
    qsort(entries, kept, sizeof *entries, job_compare_entries);
    return kept;
}

static void job_add_entry(struct skep_job *job, const struct job_entry *entry)
{
    if (entry->letter == 'p') {
        job->n_put = entry->number;
    } else if (entry->letter == 'y') {
        job->is_dropped = true;
    } else if (entry->letter == 'r') {
        job->is_range = true;
    } else {
        job_set_field(job, entry->letter, entry->number);
    }
}

static bool job_is_next(const struct job_entry *entries, size_t i)
{
    return i == 0 || strcmp(entries[i - 1].name, entries[i].name) != 0;
}

static size_t job_count(const struct job_entry *entries, size_t n_entries)
{
    size_t n = 0;

    for (size_t i = 0; i < n_entries; i++) {
        n += job_is_next(entries, i);
    }
    return n;
}

static size_t job_gather(const struct job_entry *entries, size_t n_entries, int64_t now_ms,
                         struct skep_job *jobs)
{
    size_t n = 0;

    for (size_t i = 0; i < n_entries; i++) {
        if (job_is_next(entries, i)) {
            jobs[n] = (struct skep_job){.now_ms = now_ms};
            snprintf(jobs[n].name, sizeof jobs[n].name, "%s", entries[i].name);
            n++;
        }
        job_add_entry(&jobs[n - 1], &entries[i]);
    }
    return n;
}

/* NAME NULL: all. The caller frees *JOBS_OUT. */
static skep_status job_ask(struct skep_conn *conn, const struct skep_keys *keys, const char *name,
                           struct skep_job **jobs_out, size_t *n_out, int64_t *now_out,
                           struct skep_error *err)
{
    const char *const names[] = {keys->jobs, keys->puts, keys->cancel, keys->ranges};
    struct job_entry *entries = NULL;
    struct skep_reply *reply;
    size_t n;
    skep_status st;

    *jobs_out = NULL;
    *n_out = 0;
    skep_script_begin(conn, SKEP_SCRIPT_JOB, sizeof names / sizeof names[0], names, name != NULL);
    if (name != NULL) {
        skep_conn_arg_text(conn, name);
    }
    st = skep_script_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (!job_reply_is_sound(reply)) {
        return job_unexpected(err);
    }
    *now_out = reply->items[0].integer;
    n = reply->items[1].n / 2 + reply->items[2].n / 2 + reply->items[3].n + reply->items[4].n;
    entries = skep_calloc(n + 1, sizeof *entries);
    n = entries != NULL ? job_collect(reply, entries) : 0;
    *jobs_out = entries != NULL ? skep_calloc(job_count(entries, n) + 1, sizeof **jobs_out) : NULL;
    if (*jobs_out == NULL) {
        skep_free(entries);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu jobs", n);
    }
    *n_out = job_gather(entries, n, *now_out, *jobs_out);
    skep_free(entries);
    return SKEP_OK;
}

skep_status skep_job_read(struct skep_conn *conn, const struct skep_keys *keys, const char *name,
                          struct skep_job *job_out, struct skep_error *err)
{
    struct skep_job *jobs;
    size_t n;
    int64_t now_ms = 0;
    skep_status st = job_ask(conn, keys, name, &jobs, &n, &now_ms, err);

    *job_out = (struct skep_job){.now_ms = now_ms};
    snprintf(job_out->name, sizeof job_out->name, "%s", name);
    if (st == SKEP_OK && n > 0) {
        *job_out = jobs[0];
    }
    skep_free(jobs);
    return st;
}

skep_status skep_job_list(struct skep_conn *conn, const struct skep_keys *keys, struct skep_job **jobs_out,
                          size_t *n_out, struct skep_error *err)
{
    int64_t now_ms;

    return job_ask(conn, keys, NULL, jobs_out, n_out, &now_ms, err);
}

/* ---- forgetting ---- */

skep_status skep_job_forget(struct skep_conn *conn, const struct skep_keys *keys, const char *name,
                            bool is_forced, struct skep_error *err)
{
    const char *const names[] = {keys->jobs,   keys->puts,   keys->cancel,
                                 keys->ranges, keys->gather, keys->prefix};
    struct skep_reply *reply;
    skep_status st;

    skep_script_begin(conn, SKEP_SCRIPT_FORGET, sizeof names / sizeof names[0], names, 2);
    skep_conn_arg_text(conn, name);
    skep_conn_arg_text(conn, is_forced ? "1" : "0");
    st = skep_script_call(conn, -1, &reply, err);
    if (st != SKEP_OK || skep_reply_is(reply, "OK")) {
        return st;
    }
    if (skep_reply_is(reply, "UNKNOWN")) {
        return SKEP_EMPTY;
    }
    return skep_reply_is(reply, "OPEN")
               ? skep_error_set(err, SKEP_E_CONFLICT, "job \"%.100s\" is not over", name)
               : job_unexpected(err);
}
