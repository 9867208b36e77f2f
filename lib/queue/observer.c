/* SPDX-License-Identifier: MIT */
/* An open-addressed table of counters. Every entry carries the number of the read that saw it last, and the
 * time for which its counter is known to have stood still. */
#include "queue/observer.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct observed {
    char worker[SKEP_WORKER_NAME_BYTES];
    int64_t beat;
    int64_t still_ms;
    uint64_t read; /* 0: free */
};

struct skep_observer {
    int64_t lease_ms;
    int64_t gap_ms;
    int64_t last_ms; /* of the last read */
    int64_t step_ms; /* time that this read adds to a counter that did not move */
    bool is_continuous;
    uint64_t read;
    size_t n, capacity; /* capacity is a power of two */
    struct observed *table;
    size_t cursor; /* of next_dead */
};

enum { OBSERVER_FIRST_CAPACITY = 64 };

skep_status skep_observer_new(int64_t lease_ms, int64_t gap_ms, struct skep_observer **observer_out,
                              struct skep_error *err)
{
    struct skep_observer *observer = skep_calloc(1, sizeof *observer);

    *observer_out = NULL;
    if (observer == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory to watch the workers");
    }
    observer->lease_ms = lease_ms;
    observer->gap_ms = gap_ms;
    *observer_out = observer;
    return SKEP_OK;
}

void skep_observer_free(struct skep_observer *observer)
{
    if (observer != NULL) {
        skep_free(observer->table);
        skep_free(observer);
    }
}

static size_t observer_hash(const char *worker, size_t n)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (unsigned char)worker[i]) * 1099511628211u;
    }
    return (size_t)(hash ^ (hash >> 32));
}

/* The entry of WORKER, or the free one where it belongs. The table is never full. */
static struct observed *observer_slot(struct observed *table, size_t capacity, const char *worker, size_t n)
{
    size_t at = observer_hash(worker, n) & (capacity - 1);

    while (table[at].read != 0 &&
           (strncmp(table[at].worker, worker, n) != 0 || table[at].worker[n] != '\0')) {
        at = (at + 1) & (capacity - 1);
    }
    return &table[at];
}

/* A table of CAPACITY with the entries that the current read or the one before has seen. */
static bool observer_rebuild(struct skep_observer *observer, size_t capacity)
{
    struct observed *table = skep_calloc(capacity, sizeof *table);
    size_t kept = 0;

    if (table == NULL) {
        return false;
    }
    for (size_t i = 0; i < observer->capacity; i++) {
        const struct observed *entry = &observer->table[i];
        if (entry->read != 0 && entry->read + 1 >= observer->read) {
            *observer_slot(table, capacity, entry->worker, strlen(entry->worker)) = *entry;
            kept++;
        }
    }
    skep_free(observer->table);
    observer->table = table;
    observer->capacity = capacity;
    observer->n = kept;
    return true;
}

void skep_observer_begin(struct skep_observer *observer, int64_t now_ms)
{
    int64_t passed = now_ms - observer->last_ms;

    observer->read++;
    observer->step_ms = observer->is_continuous && passed <= observer->gap_ms ? passed : -1;
    observer->last_ms = now_ms;
    observer->is_continuous = true;
    observer->cursor = 0;
}

skep_status skep_observer_see(struct skep_observer *observer, const char *worker, size_t n, int64_t beat)
{
    struct observed *entry;

    if (n >= SKEP_WORKER_NAME_BYTES) {
        return SKEP_OK; /* no name of ours: somebody wrote it by hand */
    }
    if (2 * (observer->n + 1) > observer->capacity &&
        !observer_rebuild(observer,
                          observer->capacity > 0 ? 2 * observer->capacity : OBSERVER_FIRST_CAPACITY)) {
        return SKEP_E_NOMEM;
    }
    entry = observer_slot(observer->table, observer->capacity, worker, n);
    if (entry->read == 0) {
        snprintf(entry->worker, sizeof entry->worker, "%.*s", (int)n, worker);
        entry->beat = beat;
        observer->n++;
    } else if (entry->beat != beat || entry->read + 1 != observer->read || observer->step_ms < 0) {
        entry->beat = beat;
        entry->still_ms = 0;
    } else {
        entry->still_ms += observer->step_ms;
    }
    entry->read = observer->read;
    return SKEP_OK;
}

void skep_observer_end(struct skep_observer *observer)
{
    size_t seen = 0;

    for (size_t i = 0; i < observer->capacity; i++) {
        seen += observer->table[i].read == observer->read;
    }
    if (seen < observer->n && observer->capacity > 0) {
        observer->read++; /* a rebuild keeps what the last two reads saw: here only the last */
        if (!observer_rebuild(observer, observer->capacity)) {
            observer->read--;
            return;
        }
        observer->read--;
    }
}

void skep_observer_restart(struct skep_observer *observer)
{
    observer->is_continuous = false;
}

bool skep_observer_next_dead(struct skep_observer *observer, const char **worker_out, int64_t *beat_out)
{
    while (observer->cursor < observer->capacity) {
        struct observed *entry = &observer->table[observer->cursor++];
        if (entry->read == observer->read && entry->read != 0 && entry->still_ms >= observer->lease_ms) {
            entry->still_ms = 0;
            *worker_out = entry->worker;
            *beat_out = entry->beat;
            return true;
        }
    }
    return false;
}
