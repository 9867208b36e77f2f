/* SPDX-License-Identifier: MIT */
/* What is found in the slots of a queue, and in what they tell of themselves. */
#include "monitor/findings_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "monitor/rates.h"

enum { WORKERS_FRESH_MS = 5000 /* a busy slot is told of every 2 s */ };

/* "slot 3 of node17": the machine is in the name that the slot is registered under. */
static const char *workers_name(const struct skep_overview_slot *slot, char *out, size_t size)
{
    const char *worker = slot->status->worker;
    char host[SKEP_FINDING_NAME_BYTES];

    skep_finding_name(worker, strcspn(worker, ":"), host);
    if (slot->has_info && slot->info.slot >= 0) {
        snprintf(out, size, "slot %" PRId64 " of %s", slot->info.slot, host);
    } else {
        snprintf(out, size, "a slot of %s", host);
    }
    return out;
}
enum { WORKERS_NAME_BYTES = SKEP_FINDING_NAME_BYTES + 32 };

/* " and 2 more" behind the first of N; "" for one. */
static const char *workers_more(int64_t n, char *out, size_t size)
{
    out[0] = '\0';
    if (n > 1) {
        snprintf(out, size, " (and %" PRId64 " more)", n - 1);
    }
    return out;
}
enum { WORKERS_MORE_BYTES = 40 };

/* The first slot of which IS holds, and how many they are; 0: none. */
static int64_t workers_find(const struct skep_overview *overview,
                            bool (*is)(const struct skep_overview *overview,
                                       const struct skep_overview_slot *slot),
                            const struct skep_overview_slot **first_out)
{
    int64_t n = 0;

    for (size_t i = 0; i < overview->n_slots; i++) {
        if (is(overview, &overview->slots[i])) {
            *first_out = n == 0 ? &overview->slots[i] : *first_out;
            n++;
        }
    }
    return n;
}

/* ---- nobody works ---- */

static bool workers_is_silent(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    (void)overview;
    return slot->is_silent;
}

static bool workers_is_idle(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    (void)overview;
    return !slot->is_silent && slot->status->n_held == 0;
}

bool skep_finding_no_workers(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *first;
    int64_t n_silent = workers_find(overview, workers_is_silent, &first);
    int64_t n = skep_rates_records(&overview->status);

    if (overview->status.is_paused || n == 0 || (size_t)n_silent < overview->n_slots) {
        return false;
    }
    if (n_silent == 0) {
        snprintf(words, SKEP_FINDING_WORDS, "%" PRId64 " task%s wait%s, and nobody works on this queue", n,
                 skep_finding_plural(n), n == 1 ? "s" : "");
    } else {
        snprintf(words, SKEP_FINDING_WORDS,
                 "%" PRId64 " task%s wait%s, and nobody speaks for the %" PRId64 " slot%s of this queue", n,
                 skep_finding_plural(n), n == 1 ? "s" : "", n_silent, skep_finding_plural(n_silent));
    }
    return true;
}

bool skep_finding_stalled(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *first;
    const struct skep_queue_status *status = &overview->status;
    char span[SKEP_FINDING_SPAN_BYTES];
    int64_t n;

    if (overview->stalled_ms < SKEP_CYCLE_LATE_MS) {
        return false;
    }
    n = workers_find(overview, workers_is_idle, &first);
    snprintf(words, SKEP_FINDING_WORDS, "%" PRId64 " slot%s idle, %" PRId64 " wait, last cycle %s ago", n,
             skep_finding_plural(n), status->n_waiting > 0 ? status->n_waiting : status->n_suspect,
             skep_finding_span(overview->cycle_age_ms, span));
    return true;
}

bool skep_finding_silent(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *first = NULL;
    char name[WORKERS_NAME_BYTES], more[WORKERS_MORE_BYTES];
    int64_t n = workers_find(overview, workers_is_silent, &first);

    if (n == 0) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "nobody speaks for %s%s", workers_name(first, name, sizeof name),
             workers_more(n, more, sizeof more));
    return true;
}

/* ---- slots that run and do not get on ---- */

/* How long past its limit what it runs is. What its agent told a moment ago holds; what it told long ago is
 * still so if the slot has not finished a cycle since. */
static int64_t workers_overdue_ms(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    const struct skep_info *info = &slot->info;
    int64_t now_ms = overview->status.now_ms;

    if (!slot->has_info || !info->running.is_any || info->running.until_ms <= 0) {
        return 0;
    }
    if (now_ms - info->at_ms <= WORKERS_FRESH_MS) {
        return info->at_ms - info->running.until_ms;
    }
    return slot->status->n_held > 0 && info->cycles == slot->status->n_cycles
               ? now_ms - info->running.until_ms
               : 0;
}

static bool workers_is_overdue(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    return workers_overdue_ms(overview, slot) > SKEP_OVERDUE_MS;
}

bool skep_finding_overdue(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *first = NULL;
    char name[WORKERS_NAME_BYTES], more[WORKERS_MORE_BYTES], span[SKEP_FINDING_SPAN_BYTES];
    char kernel[SKEP_FINDING_NAME_BYTES] = "a task";
    int64_t n = workers_find(overview, workers_is_overdue, &first);

    if (n == 0) {
        return false;
    }
    if (first->info.running.kernel != NULL) {
        skep_finding_name(first->info.running.kernel, strlen(first->info.running.kernel), kernel);
    }
    snprintf(words, SKEP_FINDING_WORDS, "%s: %s is %s past its limit%s",
             workers_name(first, name, sizeof name), kernel,
             skep_finding_span(workers_overdue_ms(overview, first), span),
             workers_more(n, more, sizeof more));
    return true;
}

static bool workers_is_stopped(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    (void)overview;
    return slot->has_info && !slot->is_silent && skep_info_is_stopped(&slot->info);
}

bool skep_finding_stopped(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *first = NULL;
    char name[WORKERS_NAME_BYTES], more[WORKERS_MORE_BYTES];
    int64_t n = workers_find(overview, workers_is_stopped, &first);

    if (n == 0) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "%s (process %" PRId64 ") holds %" PRId64 " and does not run%s",
             workers_name(first, name, sizeof name), first->info.pid, first->status->n_held,
             workers_more(n, more, sizeof more));
    return true;
}

/* ---- workers that do not fit together ---- */

static const char *workers_version(const struct skep_info *info)
{
    return info->version != NULL ? info->version : "?";
}

/* The first slot that has another version than the first one that tells; NULL: none. */
static const struct skep_overview_slot *workers_other_version(const struct skep_overview *overview,
                                                              const struct skep_overview_slot **one_out)
{
    const struct skep_overview_slot *one = NULL;

    for (size_t i = 0; i < overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        if (!slot->has_info || slot->is_silent) {
            continue;
        }
        one = one != NULL ? one : slot;
        if (slot->info.protocol != one->info.protocol ||
            strcmp(workers_version(&slot->info), workers_version(&one->info)) != 0) {
            *one_out = one;
            return slot;
        }
    }
    return NULL;
}

bool skep_finding_versions(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *one = NULL, *other = workers_other_version(overview, &one);
    char names[2][WORKERS_NAME_BYTES], versions[2][SKEP_FINDING_NAME_BYTES];

    if (other == NULL) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const struct skep_overview_slot *slot = i == 0 ? one : other;
        const char *version = workers_version(&slot->info);
        workers_name(slot, names[i], sizeof names[i]);
        skep_finding_name(version, strlen(version), versions[i]);
    }
    snprintf(words, SKEP_FINDING_WORDS, "%.60s is skep %.40s, %.60s is skep %.40s", names[0], versions[0],
             names[1], versions[1]);
    return true;
}

static bool workers_is_apart(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    (void)overview;
    return slot->has_info && !slot->is_silent &&
           (slot->info.node.apart_ms > SKEP_APART_MS || slot->info.node.apart_ms < -SKEP_APART_MS);
}

bool skep_finding_clocks(const struct skep_overview *overview, char *words)
{
    const struct skep_overview_slot *first = NULL;
    char host[SKEP_FINDING_NAME_BYTES], span[SKEP_FINDING_SPAN_BYTES];
    int64_t ms;

    if (workers_find(overview, workers_is_apart, &first) == 0) {
        return false;
    }
    ms = first->info.node.apart_ms;
    skep_finding_name(first->status->worker, strcspn(first->status->worker, ":"), host);
    snprintf(words, SKEP_FINDING_WORDS, "the clock of %s is %s %s the server's", host,
             skep_finding_span(ms > 0 ? ms : -ms, span), ms > 0 ? "ahead of" : "behind");
    return true;
}
