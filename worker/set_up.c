/* SPDX-License-Identifier: MIT */
#include "set_up.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "run/fault.h"

enum { SET_UP_CACHE_FILES = 1024 };

static skep_status set_up_roots(const struct skep_text_list *folders, struct skep_roots **roots_out,
                                struct skep_error *err)
{
    skep_status st = skep_roots_new(roots_out, err);

    for (size_t i = 0; st == SKEP_OK && i < folders->n; i++) {
        st = skep_roots_add(*roots_out, folders->items[i], err);
    }
    return st;
}

skep_status skep_set_up_outputs(const struct skep_worker_settings *s, struct skep_roots **roots_out,
                                struct skep_error *err)
{
    return set_up_roots(s->output.n > 0 ? &s->output : &s->data, roots_out, err);
}

skep_status skep_set_up_page(const struct skep_worker_settings *settings, struct skep_page **page_out,
                             struct skep_error *err)
{
    void *page = mmap(NULL, sizeof **page_out, PROT_READ | PROT_WRITE, MAP_SHARED, (int)settings->page_fd, 0);

    if (page == MAP_FAILED) {
        return skep_error_errno(err, SKEP_E_IO, "no page in common with the agent");
    }
    *page_out = page;
    skep_log_follow_level(&(*page_out)->log_level);
    return SKEP_OK;
}

static skep_status set_up_lanes(struct skep_slot *slot, struct skep_error *err)
{
    const struct skep_worker_settings *s = slot->settings;
    unsigned weights[SKEP_MAX_QUEUES];
    char name[64];
    skep_status st = SKEP_OK;

    slot->n_lanes = s->queues.n;
    snprintf(name, sizeof name, "skep-slot-%d", (int)s->slot);
    for (size_t i = 0; i < slot->n_lanes && st == SKEP_OK; i++) {
        skep_lane_init(&slot->lanes[i], slot->host, (int)s->slot, s->queues.items[i].name,
                       &slot->page->lanes[i], &slot->page->metrics);
        slot->lanes[i].books.is_closed = !s->keeps_accounts;
        st = skep_server_conn_new(&s->server, name, &slot->lanes[i].conn, err);
        weights[i] = s->queues.items[i].weight;
    }
    if (st == SKEP_OK) {
        skep_share_init(&slot->share, slot->n_lanes, weights, s->is_strict, (unsigned)s->slot);
    }
    return st;
}

static void set_up_running(struct skep_slot *slot)
{
    const struct skep_worker_settings *s = slot->settings;

    slot->run = (struct skep_run){
        .inputs = slot->inputs,
        .outputs = slot->outputs,
        .cache = slot->cache,
        .limits = {.record_bytes = (size_t)s->record_bytes},
        .syncs_outputs = s->syncs_outputs,
        .stop = &slot->page->stop,
    };
    slot->policy = skep_settle_policy(s);
}

/* Unbuffered: what a crash interrupts is there. */
static skep_status set_up_capture(struct skep_slot *slot, struct skep_error *err)
{
    static const int fds[SKEP_OUTPUTS] = {STDOUT_FILENO, STDERR_FILENO};

    setvbuf(stdout, NULL, _IONBF, 0);
    return skep_capture_begin(&slot->capture, slot->page, fds, err);
}

skep_status skep_slot_set_up(struct skep_slot *slot, struct skep_error *err)
{
    const struct skep_worker_settings *s = slot->settings;
    skep_status st = skep_set_up_page(s, &slot->page, err);

    slot->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    slot->poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (st != SKEP_OK) {
        return st;
    }
    if (slot->wake_fd < 0 || slot->poke_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "the slot cannot set itself up");
    }
    atomic_store(&slot->page->running, -1);
    atomic_store(&slot->page->position, -1);
    if (gethostname(slot->host, sizeof slot->host - 1) != 0) {
        snprintf(slot->host, sizeof slot->host, "unknown");
    }
    skep_arena_init_guarded(&slot->arena, (size_t)s->memory_bytes);
    st = set_up_roots(&s->data, &slot->inputs, err);
    if (st == SKEP_OK) {
        st = skep_set_up_outputs(s, &slot->outputs, err);
    }
    if (st == SKEP_OK) {
        st = skep_npy_cache_new(slot->inputs, SET_UP_CACHE_FILES, s->cache_bytes, &slot->cache, err);
    }
    if (st == SKEP_OK) {
        st = skep_fault_install(err);
        skep_fault_keep(&slot->page->fault);
    }
    if (st == SKEP_OK) {
        st = set_up_capture(slot, err);
    }
    set_up_running(slot);
    skep_sweeps_init(&slot->sweeps, &slot->run, &slot->arena);
    slot->news_fd = (int)s->news_fd;
    return st == SKEP_OK ? set_up_lanes(slot, err) : st;
}
