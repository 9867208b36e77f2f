/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <stdio.h>

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

/* ---- names: a count that is odd while they change, as in a sequence lock ---- */

static void page_copy(char *text, size_t size, const char *from)
{
    snprintf(text, size, "%s", from != NULL ? from : "");
}

void skep_page_tell(struct skep_page *page, const struct skep_page_told *told)
{
    struct skep_page_names *names = &page->names;
    unsigned turn = atomic_load_explicit(&page->names_turn, memory_order_relaxed);

    atomic_store_explicit(&page->names_turn, turn | 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    names->lane = told->task.lane;
    names->number = told->task.number;
    names->index = told->index;
    page_copy(names->kernel, sizeof names->kernel, told->kernel);
    page_copy(names->job, sizeof names->job, told->job);
    page_copy(names->id, sizeof names->id, told->id);
    atomic_store_explicit(&page->names_turn, (turn | 1) + 1, memory_order_release);
}

bool skep_page_hear(const struct skep_page *page, const struct skep_page_task *task,
                    struct skep_page_names *names_out)
{
    unsigned turn = atomic_load_explicit(&page->names_turn, memory_order_acquire);

    *names_out = page->names;
    atomic_thread_fence(memory_order_acquire);
    /* A kernel that ran wild may have been here. */
    names_out->kernel[sizeof names_out->kernel - 1] = '\0';
    names_out->job[sizeof names_out->job - 1] = '\0';
    names_out->id[sizeof names_out->id - 1] = '\0';
    return turn != 0 && turn % 2 == 0 &&
           atomic_load_explicit(&page->names_turn, memory_order_relaxed) == turn &&
           names_out->lane == task->lane && names_out->number == task->number;
}
