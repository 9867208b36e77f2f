/* SPDX-License-Identifier: MIT */
/* Four questions at most: the numbers at one instant, what the slots say of themselves, the jobs, the
 * account. What follows from the answers is computed by those who need no server: motion, rates, tally. */
#include "monitor/overview.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "monitor/motion.h"
#include "monitor/rates.h"
#include "monitor/tally.h"
#include "queue/account.h"

enum { OVERVIEW_ARENA_BYTES = 256 * 1024 * 1024 };

/* ---- slots ---- */

static int overview_compare_slots(const void *a, const void *b)
{
    return strcmp(((const struct skep_overview_slot *)a)->status->worker,
                  ((const struct skep_overview_slot *)b)->status->worker);
}

static skep_status overview_make_slots(struct skep_overview *overview, struct skep_error *err)
{
    const struct skep_queue_status *status = &overview->status;

    overview->slots = skep_calloc(status->n_slots + 1, sizeof *overview->slots);
    if (overview->slots == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu slots", status->n_slots);
    }
    overview->n_slots = status->n_slots;
    for (size_t i = 0; i < status->n_slots; i++) {
        overview->slots[i].status = &status->slots[i];
    }
    return SKEP_OK;
}

/* What is no JSON, or too much of it, is as if nothing had been said. */
static void overview_read_info(struct skep_overview *overview, struct skep_overview_slot *slot,
                               const struct skep_bytes *info)
{
    const char *bytes = info->n > 0 && info->n <= SKEP_INFO_MAX_BYTES
                            ? skep_arena_strndup(&overview->arena, info->bytes, info->n)
                            : NULL;

    if (bytes != NULL) {
        slot->told = (struct skep_bytes){bytes, info->n};
        slot->has_info = skep_info_read(bytes, info->n, &overview->arena, &slot->info, NULL) == SKEP_OK;
    }
    if (!slot->has_info) {
        slot->info = (struct skep_info){0};
    }
}

static skep_status overview_read_infos(struct skep_conn *conn, struct skep_overview *overview,
                                       struct skep_error *err)
{
    struct skep_bytes *infos = skep_calloc(overview->n_slots + 1, sizeof *infos);
    skep_status st = SKEP_E_NOMEM;

    if (infos != NULL) {
        st = skep_queue_infos_read(conn, &overview->keys, &overview->status, infos, err);
    }
    for (size_t i = 0; i < overview->n_slots && st == SKEP_OK; i++) {
        overview_read_info(overview, &overview->slots[i], &infos[i]);
    }
    skep_free(infos);
    return st;
}

/* ---- jobs, account ---- */

static int overview_compare_jobs(const void *a, const void *b)
{
    const struct skep_job *left = a, *right = b;
    int order = (int)skep_job_is_over(left) - (int)skep_job_is_over(right);

    return order != 0 ? order : strcmp(left->name, right->name);
}

static skep_status overview_read_jobs(struct skep_conn *conn, struct skep_overview *overview,
                                      struct skep_error *err)
{
    skep_status st = skep_job_list(conn, &overview->keys, &overview->jobs, &overview->n_jobs, err);

    if (st == SKEP_OK && overview->n_jobs > 0) {
        qsort(overview->jobs, overview->n_jobs, sizeof *overview->jobs, overview_compare_jobs);
    }
    return st;
}

static skep_status overview_read_account(struct skep_conn *conn, struct skep_overview *overview,
                                         struct skep_error *err)
{
    skep_status st = skep_account_read(conn, &overview->keys, NULL, skep_tally_add, &overview->account, err);

    skep_tally_sort(&overview->account);
    return st;
}

/* ---- how many ---- */

size_t skep_overview_host_end(const struct skep_overview *overview, size_t first)
{
    const char *worker = overview->slots[first].status->worker;
    size_t n = strcspn(worker, ":") + 1, end = first + 1;

    while (end < overview->n_slots && strncmp(overview->slots[end].status->worker, worker, n) == 0) {
        end++;
    }
    return end;
}

/* Agents that speak for slots FIRST to END - 1 of one machine. Where none does there is one at least, or was.
 */
static size_t overview_count_workers(const struct skep_overview *overview, size_t first, size_t end)
{
    const struct skep_overview_slot *slots = overview->slots;
    size_t n = 0;

    for (size_t i = first; i < end; i++) {
        size_t j = i;
        while (j > first &&
               !(slots[j - 1].has_info && slots[j - 1].info.agent_pid == slots[i].info.agent_pid)) {
            j--;
        }
        n += slots[i].has_info && j == first;
    }
    return n > 0 ? n : 1;
}

/* What a slot says of itself may be seconds old; what it holds is so now. */
static void overview_correct(struct skep_overview_slot *slot)
{
    slot->info.is_busy = slot->status->n_held > 0;
    slot->info.running.is_any = slot->info.running.is_any && slot->info.is_busy;
}

static void overview_count(struct skep_overview *overview)
{
    for (size_t first = 0, end; first < overview->n_slots; first = end) {
        end = skep_overview_host_end(overview, first);
        overview->n_hosts++;
        overview->n_workers += overview_count_workers(overview, first, end);
    }
    for (size_t i = 0; i < overview->n_slots; i++) {
        overview_correct(&overview->slots[i]);
        overview->n_busy += overview->slots[i].info.is_busy;
    }
}

skep_status skep_overview_read(struct skep_conn *conn, const struct skep_keys *keys, unsigned what,
                               const struct skep_overview *before, struct skep_overview *overview_out,
                               struct skep_error *err)
{
    struct skep_overview *overview = overview_out;
    skep_status st;

    assert(before == NULL || strcmp(before->keys.name, keys->name) == 0);
    *overview = (struct skep_overview){.keys = *keys, .cycle_age_ms = -1, .oldest_ms = -1};
    skep_arena_init(&overview->arena, OVERVIEW_ARENA_BYTES);
    st = skep_queue_status_read(conn, keys, &overview->status, err);
    overview->at_ms = skep_monotonic_ms();
    if (st == SKEP_OK) {
        overview->oldest_ms = overview->status.oldest_ms;
        st = overview_make_slots(overview, err);
    }
    if (st == SKEP_OK && (what & SKEP_OVERVIEW_INFOS) != 0) {
        st = overview_read_infos(conn, overview, err);
    }
    if (overview->status.counts_puts && (what & SKEP_OVERVIEW_RANGES) != 0) {
        what |= SKEP_OVERVIEW_JOBS;
    }
    if (st == SKEP_OK && (what & SKEP_OVERVIEW_JOBS) != 0) {
        st = overview_read_jobs(conn, overview, err);
    }
    if (st == SKEP_OK && (what & SKEP_OVERVIEW_ACCOUNT) != 0) {
        st = overview_read_account(conn, overview, err);
    }
    if (st != SKEP_OK) {
        skep_overview_release(overview);
        return st;
    }
    if (overview->n_slots > 0) {
        qsort(overview->slots, overview->n_slots, sizeof *overview->slots, overview_compare_slots);
    }
    overview_count(overview);
    skep_motion_fill(overview, before);
    skep_rates_fill(overview, before);
    return SKEP_OK;
}

void skep_overview_release(struct skep_overview *overview)
{
    skep_queue_status_release(&overview->status);
    skep_free(overview->slots);
    skep_free(overview->jobs);
    overview->slots = NULL;
    overview->jobs = NULL;
    overview->n_slots = overview->n_jobs = 0;
    skep_arena_release(&overview->arena);
}
