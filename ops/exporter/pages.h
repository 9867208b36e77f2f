/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_PAGES_H
#define SKEP_EXPORTER_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "state.h"

/* The documents that are made from the state. However many ask, each is made once for a reading of Redis, and
 * anew after a second; one that is being sent lives until its last reader has it. Used by one thread. */

enum skep_export_page_kind {
    SKEP_EXPORT_PAGE_METRICS,
    SKEP_EXPORT_PAGE_HEALTH,
    SKEP_EXPORT_PAGE_OVERVIEW,
    SKEP_EXPORT_PAGES
};

struct skep_export_page {
    size_t n_users;
    uint64_t generation;
    int64_t made_ms;
    unsigned status; /* of HTTP: 200, or 503 of a health that is red */
    char *bytes;
    size_t n;
};

struct skep_export_pages {
    struct skep_export_state *state;
    struct skep_export_page *kept[SKEP_EXPORT_PAGES];
};

void skep_export_pages_init(struct skep_export_pages *pages, struct skep_export_state *state);
void skep_export_pages_release(struct skep_export_pages *pages);

/* The caller gives it back by skep_export_page_drop. QUEUE: of the overview, the one to show in detail (that
 * is made for whoever asks); else NULL. NULL: no memory, or it would be beyond all measure. */
struct skep_export_page *skep_export_pages_get(struct skep_export_pages *pages,
                                               enum skep_export_page_kind kind, const char *queue);
void skep_export_page_drop(struct skep_export_page *page); /* NULL is fine */

#endif
