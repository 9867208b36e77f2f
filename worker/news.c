/* SPDX-License-Identifier: MIT */
#include "news.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "lookout.h"
#include "monitor/info.h"
#include "monitor/machine.h"
#include "process.h"

enum {
    NEWS_BUSY_MS = 2000,
    NEWS_IDLE_MS = 10000,
    NEWS_LIFE_MS = 30000,
    NEWS_MACHINE_MS = 10000,
    NEWS_SAMPLES = 11, /* of tasks done, one a second: a rate is that of the last ten */
    NEWS_ROOT_BYTES = 65
};

struct news_sample {
    int64_t n, at_ms;
};

struct news_slot {
    pid_t pid; /* to which all this belongs; 0: none */
    size_t n_samples;
    struct news_lane {
        struct news_sample samples[NEWS_SAMPLES]; /* in a ring */
        int64_t told_ms;                          /* monotonic; 0: never */
        bool was_busy;                            /* then */
    } lanes[SKEP_MAX_QUEUES];
};

struct skep_news {
    const struct skep_crew *crew;
    struct skep_lookout *lookout; /* NULL: there is no thread for it */
    struct skep_machine machine;
    int64_t machine_at_ms;
    struct skep_info_node node;
    char names[2][SKEP_INFO_ROOTS][NEWS_ROOT_BYTES]; /* of roots: inputs, outputs */
    struct skep_buf buf;
    struct news_slot slots[]; /* crew->n */
};

/* ---- what stays the same ---- */

static size_t news_name_roots(const struct skep_text_list *specs, char names[][NEWS_ROOT_BYTES],
                              const char **roots_out)
{
    size_t n = specs->n < SKEP_INFO_ROOTS ? specs->n : SKEP_INFO_ROOTS;

    for (size_t i = 0; i < n; i++) {
        const char *spec = specs->items[i];
        size_t name_n = strcspn(spec, "=/"); /* as npy/roots.h has it */
        snprintf(names[i], NEWS_ROOT_BYTES, "%.*s", spec[name_n] == '=' ? (int)name_n : 0, spec);
        roots_out[i] = names[i];
    }
    return n;
}

static const struct skep_text_list *news_outputs(const struct skep_worker_settings *settings)
{
    return settings->output.n > 0 ? &settings->output : &settings->data; /* as set_up.c has it */
}

static const char *news_first_output(const struct skep_worker_settings *settings)
{
    const struct skep_text_list *specs = news_outputs(settings);
    const char *spec = specs->n > 0 ? specs->items[0] : NULL;
    size_t name_n = spec != NULL ? strcspn(spec, "=/") : 0;

    return spec != NULL && spec[name_n] == '=' ? spec + name_n + 1 : spec;
}

/* Nobody takes it back: its thread lives as long as the process. */
static struct skep_lookout *news_start_lookout(const struct skep_crew *crew)
{
    struct skep_lookout *lookout = skep_calloc(1, sizeof *lookout);
    struct skep_error err = {0};

    if (lookout == NULL ||
        skep_lookout_init(lookout, news_first_output(crew->settings), crew->n, &err) != SKEP_OK ||
        skep_lookout_start(lookout, &err) != SKEP_OK) {
        skep_log(SKEP_LOG_WARN, "no-lookout", "reason=\"%s\"", err.text);
        if (lookout != NULL) {
            skep_lookout_release(lookout);
        }
        skep_free(lookout);
        return NULL;
    }
    return lookout;
}

skep_status skep_news_new(const struct skep_crew *crew, struct skep_news **news_out, struct skep_error *err)
{
    const struct skep_worker_settings *settings = crew->settings;
    struct skep_news *news = skep_calloc(1, sizeof *news + (size_t)crew->n * sizeof news->slots[0]);
    struct skep_info blank;

    *news_out = news;
    if (news == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %d slots", crew->n);
    }
    skep_info_init(&blank);
    news->crew = crew;
    news->lookout = news_start_lookout(crew);
    skep_buf_init(&news->buf, SKEP_INFO_MAX_BYTES);
    news->node = blank.node;
    news->node.slots = crew->n;
    news->node.task_time_s = settings->task_time_s;
    news->node.task_memory_bytes = (int64_t)settings->task_memory_bytes;
    news->node.n_data = news_name_roots(&settings->data, news->names[0], news->node.data);
    news->node.n_output = news_name_roots(news_outputs(settings), news->names[1], news->node.output);
    return SKEP_OK;
}

void skep_news_free(struct skep_news *news)
{
    if (news != NULL) {
        skep_buf_release(&news->buf);
        skep_free(news);
    }
}

/* ---- what changes ---- */

void skep_news_start_over(struct skep_news *news)
{
    for (int i = 0; i < news->crew->n; i++) {
        for (size_t lane = 0; lane < SKEP_MAX_QUEUES; lane++) {
            news->slots[i].lanes[lane].told_ms = 0;
        }
    }
}

static void news_look_at_machine(struct skep_news *news, int64_t now_ms)
{
    struct skep_info_node *node = &news->node;

    if (news->machine_at_ms == 0 || now_ms - news->machine_at_ms >= NEWS_MACHINE_MS) {
        news->machine_at_ms = now_ms;
        skep_machine_read(&news->machine);
        node->cores = news->machine.cores;
        node->quota_cores = news->machine.quota_cores;
        node->memory_bytes = news->machine.memory_bytes;
        node->memory_free_bytes = news->machine.memory_free_bytes;
        node->memory_limit_bytes = news->machine.memory_limit_bytes;
        node->open_files = news->machine.open_files;
        node->boot = news->machine.boot[0] != '\0' ? news->machine.boot : NULL;
    }
    node->disk_free_bytes = news->lookout != NULL ? skep_lookout_disk_free_bytes(news->lookout, now_ms) : -1;
}

static void news_sample_tasks(struct news_slot *slot, const struct skep_page *page, int64_t now_ms)
{
    size_t i = slot->n_samples++ % NEWS_SAMPLES;

    for (size_t lane = 0; lane < SKEP_MAX_QUEUES; lane++) {
        slot->lanes[lane].samples[i] = (struct news_sample){
            atomic_load(&page->lanes[lane].n_done) + atomic_load(&page->lanes[lane].n_failed), now_ms};
    }
}

void skep_news_look(struct skep_news *news, int64_t now_ms)
{
    news_look_at_machine(news, now_ms);
    for (int i = 0; i < news->crew->n; i++) {
        const struct skep_child *child = &news->crew->members[i].child;
        struct news_slot *slot = &news->slots[i];
        if (slot->pid != child->pid) {
            *slot = (struct news_slot){.pid = child->pid};
        }
        if (news->lookout != NULL) {
            skep_lookout_set(news->lookout, i, child->pid);
        }
        if (child->pid != 0) {
            news_sample_tasks(slot, child->page, now_ms);
        }
    }
}

static double news_rate(const struct news_slot *slot, size_t lane)
{
    const struct news_sample *samples = slot->lanes[lane].samples, *last, *first;

    if (slot->n_samples < 2) {
        return -1;
    }
    last = &samples[(slot->n_samples - 1) % NEWS_SAMPLES];
    first = &samples[slot->n_samples < NEWS_SAMPLES ? 0 : slot->n_samples % NEWS_SAMPLES];
    return last->at_ms > first->at_ms
               ? 1000 * (double)(last->n - first->n) / (double)(last->at_ms - first->at_ms)
               : -1;
}

/* At work for this queue; between two of its tasks, too. */
static bool news_is_busy(const struct skep_page *page, size_t lane)
{
    return skep_metrics_get(&page->metrics, SKEP_METRIC_SLOTS_BUSY) > 0 &&
           (size_t)atomic_load(&page->running_lane) == lane;
}

/* ---- telling ---- */

static const char *news_text(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static void news_fill_running(const struct skep_page *page, size_t lane, int64_t skew_ms,
                              struct skep_page_names *names, struct skep_info_running *running)
{
    int64_t deadline_ms, started_ms;
    struct skep_page_task task;

    running->is_any = skep_page_look(page, &task, &deadline_ms, &started_ms) && (size_t)task.lane == lane;
    if (!running->is_any) {
        return;
    }
    running->since_ms = started_ms + skew_ms;
    running->until_ms = deadline_ms > 0 ? deadline_ms + skew_ms : 0;
    if (skep_page_hear(page, &task, names)) {
        running->kernel = news_text(names->kernel);
        running->job = news_text(names->job);
        running->id = names->index < 0 ? news_text(names->id) : NULL;
        running->index = names->index;
    }
}

static void news_write(struct skep_news *news, int number, size_t lane, int64_t skew_ms, int64_t now_ms)
{
    const struct skep_child *child = &news->crew->members[number].child;
    const struct skep_page *page = child->page;
    struct skep_page_names names;
    struct skep_process process;
    struct skep_info info;

    skep_info_init(&info);
    skep_process_read(child->pid, &process);
    info.host = news->crew->host;
    info.pid = child->pid;
    info.agent_pid = getpid();
    info.slot = number;
    info.version = SKEP_VERSION;
    info.protocol = SKEP_INFO_PROTOCOL;
    info.at_ms = now_ms + skew_ms;
    info.started_ms = child->started_ms + skew_ms;
    info.state = process.state;
    info.is_busy = news_is_busy(page, lane);
    info.tasks = atomic_load(&page->lanes[lane].n_done);
    info.failed = atomic_load(&page->lanes[lane].n_failed);
    info.tasks_per_s = news_rate(&news->slots[number], lane);
    info.cpu_s = process.cpu_s;
    info.rss_bytes = process.rss_bytes;
    info.pss_bytes = news->lookout != NULL ? skep_lookout_pss_bytes(news->lookout, number, now_ms) : -1;
    info.cycles = atomic_load(&page->lanes[lane].n_cycles);
    info.cycle_ms = atomic_load(&page->lanes[lane].cycle_ms);
    news_fill_running(page, lane, skew_ms, &names, &info.running);
    info.node = news->node;
    info.node.apart_ms = skep_wall_ms() - info.at_ms;
    info.metrics = &page->metrics;
    skep_buf_reset(&news->buf);
    skep_info_write(&news->buf, &info);
}

static bool news_is_due(const struct skep_news *news, int number, size_t lane, int64_t now_ms)
{
    const struct skep_child *child = &news->crew->members[number].child;
    const struct news_slot *slot = &news->slots[number];
    int64_t told_ms = slot->lanes[lane].told_ms;
    bool is_busy;

    if (child->pid == 0 || slot->pid != child->pid || !atomic_load(&child->page->lanes[lane].is_registered)) {
        return false;
    }
    is_busy = news_is_busy(child->page, lane);
    return told_ms == 0 || is_busy != slot->lanes[lane].was_busy ||
           now_ms - told_ms >= (is_busy ? NEWS_BUSY_MS : NEWS_IDLE_MS);
}

static void news_ask_to_set(struct skep_news *news, struct skep_conn *conn, const struct skep_keys *keys,
                            int number, size_t lane)
{
    char key[SKEP_KEY_BYTES];

    snprintf(key, sizeof key, "%s%s", keys->info_prefix,
             news->crew->members[number].child.page->lanes[lane].worker);
    skep_conn_begin(conn, 5);
    skep_conn_arg_text(conn, "SET");
    skep_conn_arg_text(conn, key);
    skep_conn_arg(conn, news->buf.bytes, news->buf.length);
    skep_conn_arg_text(conn, "PX");
    skep_conn_arg_i64(conn, NEWS_LIFE_MS);
}

skep_status skep_news_tell(struct skep_news *news, struct skep_conn *conn, const struct skep_keys *keys,
                           size_t lane, int64_t skew_ms, int64_t now_ms, struct skep_error *err)
{
    skep_status st = SKEP_OK;
    size_t n = 0;

    for (int i = 0; i < news->crew->n; i++) {
        if (!news_is_due(news, i, lane, now_ms)) {
            continue;
        }
        news->slots[i].lanes[lane].told_ms = now_ms;
        news->slots[i].lanes[lane].was_busy = news_is_busy(news->crew->members[i].child.page, lane);
        news_write(news, i, lane, skew_ms, now_ms);
        if (!skep_buf_failed(&news->buf)) {
            news_ask_to_set(news, conn, keys, i, lane);
            n++;
        }
    }
    st = n > 0 ? skep_conn_flush(conn, err) : SKEP_OK;
    while (st == SKEP_OK && n-- > 0) {
        struct skep_reply *reply;
        st = skep_conn_reply(conn, -1, &reply, err);
    }
    return st;
}
