/* SPDX-License-Identifier: MIT */
#include "chaos/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"

enum { LEDGER_ATTEMPTED = 1, LEDGER_ACKNOWLEDGED = 2, LEDGER_SEEN = 4 };

skep_status skep_ledger_init(struct skep_ledger *ledger, size_t n_tasks, struct skep_error *err)
{
    *ledger = (struct skep_ledger){.tasks = skep_calloc(n_tasks + 1, 1), .n_tasks = n_tasks};
    return ledger->tasks != NULL ? SKEP_OK
                                 : skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu tasks", n_tasks);
}

void skep_ledger_release(struct skep_ledger *ledger)
{
    skep_free(ledger->tasks);
    *ledger = (struct skep_ledger){0};
}

const char *skep_ledger_id(uint64_t number, char text[SKEP_LEDGER_ID_BYTES])
{
    snprintf(text, SKEP_LEDGER_ID_BYTES, "t%" PRIu64, number);
    return text;
}

static void ledger_mark(struct skep_ledger *ledger, uint64_t first, uint64_t n, uint8_t mark, uint64_t *count)
{
    for (uint64_t i = first; i < first + n && i < ledger->n_tasks; i++) {
        *count += (ledger->tasks[i] & mark) == 0;
        ledger->tasks[i] |= mark;
    }
}

void skep_ledger_attempt(struct skep_ledger *ledger, uint64_t first, uint64_t n)
{
    ledger_mark(ledger, first, n, LEDGER_ATTEMPTED, &ledger->n_attempted);
}

void skep_ledger_acknowledge(struct skep_ledger *ledger, uint64_t first, uint64_t n)
{
    ledger_mark(ledger, first, n, LEDGER_ACKNOWLEDGED, &ledger->n_acknowledged);
}

/* The number in `"id":"t12"`, or -1. */
static int64_t ledger_read_number(const char *line, size_t n)
{
    static const char key[] = "\"id\":\"t";
    const char *at = memmem(line, n, key, sizeof key - 1);
    const char *end;
    int64_t number;

    if (at == NULL) {
        return -1;
    }
    at += sizeof key - 1;
    end = memchr(at, '"', n - (size_t)(at - line));
    return end != NULL && skep_parse_i64(at, (size_t)(end - at), &number) && number >= 0 ? number : -1;
}

static void ledger_remember(struct skep_ledger *ledger, const char *line, size_t n)
{
    if (ledger->first_wrong[0] == '\0') {
        snprintf(ledger->first_wrong, sizeof ledger->first_wrong, "%.*s", n < 255 ? (int)n : 255, line);
    }
}

int64_t skep_ledger_see(struct skep_ledger *ledger, const char *line, size_t n)
{
    static const char good[] = "\"ok\":true";
    int64_t number = ledger_read_number(line, n);

    if (number < 0 || (uint64_t)number >= ledger->n_tasks ||
        (ledger->tasks[number] & LEDGER_ATTEMPTED) == 0) {
        ledger->n_unexpected++;
        ledger_remember(ledger, line, n);
        return -1;
    }
    if ((ledger->tasks[number] & LEDGER_SEEN) != 0) {
        ledger->n_duplicated++;
        ledger_remember(ledger, line, n);
        return number;
    }
    ledger->tasks[number] |= LEDGER_SEEN;
    ledger->n_seen++;
    if (memmem(line, n, good, sizeof good - 1) != NULL) {
        ledger->n_good++;
    } else {
        ledger->n_failed++;
    }
    return number;
}

static bool ledger_is_lost(uint8_t task)
{
    return (task & LEDGER_ACKNOWLEDGED) != 0 && (task & LEDGER_SEEN) == 0;
}

struct skep_ledger_sums skep_ledger_sum(const struct skep_ledger *ledger)
{
    struct skep_ledger_sums sums = {.n_attempted = ledger->n_attempted,
                                    .n_acknowledged = ledger->n_acknowledged,
                                    .n_seen = ledger->n_seen};

    for (size_t i = 0; i < ledger->n_tasks; i++) {
        sums.n_lost += ledger_is_lost(ledger->tasks[i]);
        sums.n_recovered +=
            (ledger->tasks[i] & LEDGER_ACKNOWLEDGED) == 0 && (ledger->tasks[i] & LEDGER_SEEN) != 0;
    }
    return sums;
}

size_t skep_ledger_lost(const struct skep_ledger *ledger, uint64_t *numbers_out, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < ledger->n_tasks && n < max; i++) {
        if (ledger_is_lost(ledger->tasks[i])) {
            numbers_out[n++] = i;
        }
    }
    return n;
}

bool skep_ledger_has_seen(const struct skep_ledger *ledger, uint64_t number)
{
    return number < ledger->n_tasks && (ledger->tasks[number] & LEDGER_SEEN) != 0;
}

void skep_ledger_forget_seen(struct skep_ledger *ledger)
{
    for (size_t i = 0; i < ledger->n_tasks; i++) {
        ledger->tasks[i] &= (uint8_t)~LEDGER_SEEN;
    }
    ledger->n_seen = ledger->n_good = ledger->n_failed = 0;
    ledger->n_duplicated = ledger->n_unexpected = 0;
    ledger->first_wrong[0] = '\0';
}
