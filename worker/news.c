/* SPDX-License-Identifier: MIT */
#include "news.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "task/json.h"

enum { NEWS_MAX_BYTES = 4096 };

/* Resident memory in bytes, or 0. */
static int64_t news_rss(pid_t pid)
{
    char path[64];
    long total = 0, resident = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &total, &resident) != 2) {
            resident = 0;
        }
        fclose(file);
    }
    return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

static bool news_is_busy(const struct skep_page *page, size_t lane)
{
    return atomic_load(&page->running) >= 0 && (size_t)atomic_load(&page->running_lane) == lane;
}

static void news_write(struct skep_buf *buf, const struct skep_child *child, const char *host, size_t lane)
{
    const struct skep_page *page = child->page;
    char now[SKEP_TIME_TEXT_BYTES];

    skep_time_format(skep_wall_ms(), now, sizeof now);
    skep_buf_add_char(buf, '{');
    skep_json_add_key(buf, "host");
    skep_json_add_text(buf, host, strlen(host));
    skep_json_add_key(buf, "pid");
    skep_buf_add_i64(buf, child->pid);
    skep_json_add_key(buf, "slot");
    skep_buf_add_i64(buf, child->number);
    skep_json_add_key(buf, "version");
    skep_json_add_text(buf, SKEP_VERSION, strlen(SKEP_VERSION));
    skep_json_add_key(buf, "tasks");
    skep_buf_add_u64(buf, skep_metrics_get(&page->metrics, SKEP_METRIC_TASKS_DONE));
    skep_json_add_key(buf, "busy");
    skep_buf_add_text(buf, news_is_busy(page, lane) ? "true" : "false");
    skep_json_add_key(buf, "rss_bytes");
    skep_buf_add_i64(buf, news_rss(child->pid));
    skep_json_add_key(buf, "metrics");
    skep_metrics_write_json(buf, &page->metrics);
    skep_json_add_key(buf, "at");
    skep_json_add_text(buf, now, strlen(now));
    skep_buf_add_char(buf, '}');
}

skep_status skep_news_tell(struct skep_conn *conn, const struct skep_keys *keys, const struct skep_crew *crew,
                           size_t lane, int life_ms, struct skep_error *err)
{
    struct skep_buf buf;
    size_t n = 0;
    skep_status st;

    skep_buf_init(&buf, NEWS_MAX_BYTES);
    for (int i = 0; i < crew->n; i++) {
        const struct skep_child *child = &crew->members[i].child;
        char key[SKEP_KEY_BYTES];
        if (child->pid == 0 || !atomic_load(&child->page->lanes[lane].is_registered)) {
            continue;
        }
        skep_buf_reset(&buf);
        news_write(&buf, child, crew->host, lane);
        snprintf(key, sizeof key, "%s%s", keys->info_prefix, child->page->lanes[lane].worker);
        skep_conn_begin(conn, 5);
        skep_conn_arg_text(conn, "SET");
        skep_conn_arg_text(conn, key);
        skep_conn_arg(conn, buf.bytes, buf.length);
        skep_conn_arg_text(conn, "PX");
        skep_conn_arg_i64(conn, life_ms);
        n++;
    }
    skep_buf_release(&buf);
    st = n > 0 ? skep_conn_flush(conn, err) : SKEP_OK;
    while (st == SKEP_OK && n-- > 0) {
        struct skep_reply *reply;
        st = skep_conn_reply(conn, -1, &reply, err);
    }
    return st;
}
