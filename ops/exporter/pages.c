/* SPDX-License-Identifier: MIT */
#include "pages.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "families.h"
#include "health.h"
#include "view.h"

enum { PAGES_MAX_BYTES = 512 << 20, PAGES_KEPT_MS = 1000, PAGES_OK = 200, PAGES_UNWELL = 503 };

void skep_export_pages_init(struct skep_export_pages *pages, struct skep_export_state *state)
{
    *pages = (struct skep_export_pages){.state = state};
}

void skep_export_page_drop(struct skep_export_page *page)
{
    if (page != NULL && --page->n_users == 0) {
        skep_free(page->bytes);
        skep_free(page);
    }
}

void skep_export_pages_release(struct skep_export_pages *pages)
{
    for (int i = 0; i < SKEP_EXPORT_PAGES; i++) {
        skep_export_page_drop(pages->kept[i]);
        pages->kept[i] = NULL;
    }
}

/* The state is locked. */
static unsigned pages_write(struct skep_buf *buf, const struct skep_export_state *state,
                            enum skep_export_page_kind kind, const char *queue, int64_t now_ms)
{
    switch (kind) {
    case SKEP_EXPORT_PAGE_METRICS:
        skep_export_families_write(buf, state, now_ms);
        return PAGES_OK;
    case SKEP_EXPORT_PAGE_HEALTH:
        skep_export_health_write(buf, state, now_ms);
        skep_buf_add_char(buf, '\n');
        return skep_export_is_healthy(state, now_ms) ? PAGES_OK : PAGES_UNWELL;
    default:
        skep_export_view_write(buf, state, queue, now_ms);
        return PAGES_OK;
    }
}

static struct skep_export_page *pages_make(struct skep_export_state *state, enum skep_export_page_kind kind,
                                           const char *queue, int64_t now_ms)
{
    struct skep_export_page *page = skep_calloc(1, sizeof *page);
    struct skep_buf buf;

    if (page == NULL) {
        return NULL;
    }
    skep_buf_init(&buf, PAGES_MAX_BYTES);
    page->n_users = 1;
    page->made_ms = now_ms;
    page->generation = state->generation;
    page->status = pages_write(&buf, state, kind, queue, now_ms);
    if (skep_buf_failed(&buf)) {
        skep_buf_release(&buf);
        skep_free(page);
        return NULL;
    }
    page->bytes = skep_buf_take(&buf, &page->n);
    return page;
}

struct skep_export_page *skep_export_pages_get(struct skep_export_pages *pages,
                                               enum skep_export_page_kind kind, const char *queue)
{
    struct skep_export_page *page = queue == NULL ? pages->kept[kind] : NULL;
    int64_t now_ms = skep_monotonic_ms();

    pthread_mutex_lock(&pages->state->lock);
    if (page == NULL || page->generation != pages->state->generation ||
        now_ms - page->made_ms > PAGES_KEPT_MS) {
        page = pages_make(pages->state, kind, queue, now_ms);
        if (page != NULL && queue == NULL) {
            skep_export_page_drop(pages->kept[kind]);
            pages->kept[kind] = page;
        }
    }
    pthread_mutex_unlock(&pages->state->lock);
    if (page != NULL && queue == NULL) {
        page->n_users++; /* the kept one, and whoever asked */
    }
    return page;
}
