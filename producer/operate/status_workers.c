/* SPDX-License-Identifier: MIT */
#include "producer/operate/status_workers.h"

#include <inttypes.h>
#include <string.h>

#include "monitor/motion.h"
#include "producer/cli/words.h"
#include "producer/cli/short.h"

enum { WORKERS_SHOWN_SLOTS = 40, WORKERS_SHOWN_HOSTS = 100, WORKERS_NAME = 60, WORKERS_VERSION = 32 };

/* ---- sums ---- */

struct workers_sum {
    size_t n_slots, n_busy, n_silent;
    double tasks_per_s;   /* of those that tell */
    int64_t memory_bytes; /* their own part of it (PSS), where it is known; -1: of none */
    int64_t cycle_age_ms; /* the least; -1 */
    const char *version;  /* NULL: none, or several */
    bool has_versions;    /* several */
};

static void workers_add_version(struct workers_sum *sum, const char *version)
{
    if (version == NULL || sum->has_versions) {
        return;
    }
    sum->has_versions = sum->version != NULL && strcmp(sum->version, version) != 0;
    sum->version = sum->has_versions ? NULL : version;
}

static struct workers_sum workers_add_up(const struct skep_overview *overview, size_t first, size_t end)
{
    struct workers_sum sum = {.n_slots = end - first, .memory_bytes = -1, .cycle_age_ms = -1};

    for (size_t i = first; i < end; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        int64_t cycle_age_ms = skep_motion_cycle_at_most(overview, slot);
        if (cycle_age_ms >= 0 && (sum.cycle_age_ms < 0 || cycle_age_ms < sum.cycle_age_ms)) {
            sum.cycle_age_ms = cycle_age_ms;
        }
        sum.n_silent += slot->is_silent;
        sum.n_busy += slot->info.is_busy;
        if (!slot->has_info) {
            continue;
        }
        sum.tasks_per_s += slot->info.tasks_per_s > 0 ? slot->info.tasks_per_s : 0;
        if (skep_info_memory_bytes(&slot->info) >= 0) {
            sum.memory_bytes =
                (sum.memory_bytes > 0 ? sum.memory_bytes : 0) + skep_info_memory_bytes(&slot->info);
        }
        workers_add_version(&sum, slot->info.version);
    }
    return sum;
}

static void workers_write_sum(struct skep_buf *buf, const struct workers_sum *sum)
{
    char text[SKEP_WORDS_BYTES], rate[SKEP_SHORT_BYTES];

    skep_buf_printf(buf, "%zu of %zu slot%s busy", sum->n_busy, sum->n_slots,
                    skep_words_plural(sum->n_slots));
    if (sum->n_silent > 0) {
        skep_buf_printf(buf, ", %zu silent", sum->n_silent);
    }
    skep_buf_printf(buf, ", %s tasks/s", skep_short_rate(sum->tasks_per_s, rate));
    if (sum->memory_bytes >= 0) {
        skep_buf_printf(buf, ", %s", skep_words_bytes((uint64_t)sum->memory_bytes, text));
    }
    if (sum->cycle_age_ms >= 0) {
        skep_buf_printf(buf, ", last cycle %s ago", skep_short_age(sum->cycle_age_ms, rate));
    }
    if (sum->version != NULL) {
        skep_buf_add_text(buf, ", skep ");
        skep_words_add_harmless(buf, sum->version, strlen(sum->version), WORKERS_VERSION);
    } else if (sum->has_versions) {
        skep_buf_add_text(buf, ", several versions of skep");
    }
    skep_buf_add_char(buf, '\n');
}

/* ---- slots ---- */

/* ", runs te_box of job monday (17) for 12s" */
static void workers_write_running(struct skep_buf *buf, const struct skep_info_running *running,
                                  int64_t now_ms)
{
    char text[SKEP_SHORT_BYTES];
    const char *kernel = running->kernel != NULL ? running->kernel : "a task";

    skep_buf_add_text(buf, ", runs ");
    skep_words_add_harmless(buf, kernel, strlen(kernel), WORKERS_NAME);
    if (running->job != NULL) {
        skep_buf_add_text(buf, " of job ");
        skep_words_add_harmless(buf, running->job, strlen(running->job), WORKERS_NAME);
    }
    if (running->index >= 0) {
        skep_buf_printf(buf, " [%" PRId64 "]", running->index);
    }
    if (running->id != NULL) {
        skep_buf_add_text(buf, " (");
        skep_words_add_harmless(buf, running->id, strlen(running->id), WORKERS_NAME);
        skep_buf_add_char(buf, ')');
    }
    if (running->since_ms > 0 && now_ms >= running->since_ms) {
        skep_buf_printf(buf, " for %s", skep_short_age(now_ms - running->since_ms, text));
    }
}

static void workers_write_info(struct skep_buf *buf, const struct skep_info *info, int64_t now_ms)
{
    char number[SKEP_WORDS_BYTES], rate[SKEP_SHORT_BYTES];

    if (info->slot >= 0) {
        skep_buf_printf(buf, ", slot %" PRId64, info->slot);
    }
    skep_buf_printf(buf, ", %s", skep_info_is_stopped(info) ? "stopped" : info->is_busy ? "busy" : "idle");
    if (info->tasks >= 0) {
        skep_buf_printf(buf, ", %s tasks run", skep_words_number(info->tasks, number));
    }
    if (info->failed > 0) {
        skep_buf_printf(buf, ", %s failed", skep_words_number(info->failed, number));
    }
    if (info->tasks_per_s > 0) {
        skep_buf_printf(buf, ", %s/s", skep_short_rate(info->tasks_per_s, rate));
    }
    if (skep_info_memory_bytes(info) >= 0) {
        skep_buf_printf(buf, ", %s", skep_words_bytes((uint64_t)skep_info_memory_bytes(info), number));
    }
    if (info->version != NULL) {
        skep_buf_add_text(buf, ", skep ");
        skep_words_add_harmless(buf, info->version, strlen(info->version), WORKERS_VERSION);
    }
    if (info->running.is_any) {
        workers_write_running(buf, &info->running, now_ms);
    }
}

/* What the server knows of it, then what it says of itself. */
static void workers_write_slot(struct skep_buf *buf, const struct skep_overview *overview,
                               const struct skep_overview_slot *slot)
{
    char text[SKEP_WORDS_BYTES];
    int64_t cycle_age_ms = skep_motion_cycle_at_most(overview, slot);

    skep_buf_add_text(buf, "  ");
    skep_words_add_harmless(buf, slot->status->worker, strlen(slot->status->worker), SKEP_WORKER_NAME_BYTES);
    skep_buf_printf(buf, "  holds %s", skep_words_number(slot->status->n_held, text));
    if (slot->is_silent) {
        skep_buf_add_text(buf, ", silent");
    }
    if (slot->has_info) {
        workers_write_info(buf, &slot->info, overview->status.now_ms);
    }
    if (cycle_age_ms >= 0) {
        skep_buf_printf(buf, ", last cycle %s ago", skep_short_age(cycle_age_ms, text));
    }
    skep_buf_add_char(buf, '\n');
}

/* ---- all ---- */

static void workers_write_hosts(struct skep_buf *buf, const struct skep_overview *overview)
{
    size_t n_shown = 0;

    for (size_t first = 0, end; first < overview->n_slots; first = end) {
        const char *worker = overview->slots[first].status->worker;
        struct workers_sum sum;

        end = skep_overview_host_end(overview, first);
        if (n_shown++ == WORKERS_SHOWN_HOSTS) {
            skep_buf_printf(buf, "  and %zu more machines (--json)\n",
                            overview->n_hosts - WORKERS_SHOWN_HOSTS);
            return;
        }
        sum = workers_add_up(overview, first, end);
        skep_buf_add_text(buf, "  ");
        skep_words_add_harmless(buf, worker, strcspn(worker, ":"), WORKERS_NAME);
        skep_buf_add_text(buf, "  ");
        workers_write_sum(buf, &sum);
    }
}

void skep_status_write_workers(struct skep_buf *buf, const struct skep_overview *overview)
{
    struct workers_sum sum = workers_add_up(overview, 0, overview->n_slots);

    if (overview->n_slots > 0) {
        skep_buf_printf(buf, "%zu worker%s on %zu machine%s: ", overview->n_workers,
                        skep_words_plural(overview->n_workers), overview->n_hosts,
                        skep_words_plural(overview->n_hosts));
        workers_write_sum(buf, &sum);
    }
    if (overview->n_hosts > 1) {
        workers_write_hosts(buf, overview);
    }
    skep_buf_printf(buf, "%zu slot%s\n", overview->n_slots, skep_words_plural(overview->n_slots));
    for (size_t i = 0; i < overview->n_slots && i < WORKERS_SHOWN_SLOTS; i++) {
        workers_write_slot(buf, overview, &overview->slots[i]);
    }
    if (overview->n_slots > WORKERS_SHOWN_SLOTS) {
        skep_buf_printf(buf, "  and %zu more (--json)\n", overview->n_slots - WORKERS_SHOWN_SLOTS);
    }
}
