/* SPDX-License-Identifier: MIT */
#include "page.h"

bool skep_page_look(const struct skep_page *page, struct skep_page_task *task_out, int64_t *deadline_ms_out,
                    int64_t *started_ms_out)
{
    task_out->number = atomic_load_explicit(&page->running, memory_order_acquire);
    task_out->lane = atomic_load(&page->running_lane);
    task_out->position = atomic_load(&page->position);
    *deadline_ms_out = atomic_load(&page->deadline_ms);
    *started_ms_out = atomic_load(&page->started_ms);
    return task_out->number >= 0 && atomic_load(&page->position) == task_out->position &&
           atomic_load(&page->running) == task_out->number;
}

bool skep_page_task_is(const struct skep_page_task *a, const struct skep_page_task *b)
{
    return a->lane == b->lane && a->number == b->number && a->position == b->position;
}
