/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

enum { CREW_STABLE_MS = 5000 /* a slot that lived so long is started again at once */ };

skep_status skep_crew_init(struct skep_crew *crew, const struct skep_worker_settings *settings,
                           char *const *argv, int n, struct skep_error *err)
{
    *crew = (struct skep_crew){.settings = settings,
                               .family = {.argv = argv, .news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
                               .n = n};
    if (gethostname(crew->host, sizeof crew->host - 1) != 0) {
        snprintf(crew->host, sizeof crew->host, "unknown");
    }
    crew->members = skep_calloc((size_t)n, sizeof *crew->members);
    if (crew->members == NULL) {
        crew->n = 0;
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %d slots", n);
    }
    if (crew->family.news_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "eventfd");
    }
    return SKEP_OK;
}

void skep_crew_release(struct skep_crew *crew)
{
    if (crew->members != NULL && crew->family.news_fd >= 0) {
        close(crew->family.news_fd);
    }
    skep_free(crew->members);
    crew->members = NULL;
    crew->n = 0;
}

void skep_crew_start(struct skep_crew *crew, int64_t now_ms)
{
    for (int i = 0; i < crew->n; i++) {
        struct skep_crew_member *member = &crew->members[i];
        struct skep_error err = {0};
        if (member->child.pid != 0 || now_ms < member->start_at_ms) {
            continue;
        }
        if (skep_child_start(&member->child, i, &crew->family, &err) != SKEP_OK) {
            skep_log(SKEP_LOG_ERROR, "slot-start-failed", "slot=%d reason=\"%s\"", i, err.text);
            member->start_at_ms = now_ms + skep_backoff_next_ms(&member->backoff);
            continue;
        }
        skep_log(SKEP_LOG_INFO, "slot-start", "slot=%d pid=%d", i, (int)member->child.pid);
    }
}

int64_t skep_crew_next_start_ms(const struct skep_crew *crew)
{
    int64_t next_ms = INT64_MAX;

    for (int i = 0; i < crew->n; i++) {
        if (crew->members[i].child.pid == 0 && crew->members[i].start_at_ms < next_ms) {
            next_ms = crew->members[i].start_at_ms;
        }
    }
    return next_ms;
}

struct skep_child *skep_crew_next_over(struct skep_crew *crew)
{
    for (int i = 0; i < crew->n; i++) {
        if (skep_child_is_over(&crew->members[i].child)) {
            return &crew->members[i].child;
        }
    }
    return NULL;
}

void skep_crew_retire(struct skep_crew *crew, struct skep_child *child, bool is_started_at_once,
                      int64_t now_ms)
{
    struct skep_crew_member *member = &crew->members[child->number];

    skep_metrics_add_all(&crew->metrics, &child->page->metrics);
    if (is_started_at_once || now_ms - child->started_ms >= CREW_STABLE_MS) {
        skep_backoff_reset(&member->backoff);
        member->start_at_ms = now_ms;
    } else {
        member->start_at_ms = now_ms + skep_backoff_next_ms(&member->backoff);
    }
    skep_child_release(child);
}

bool skep_crew_is_any_alive(const struct skep_crew *crew)
{
    for (int i = 0; i < crew->n; i++) {
        if (crew->members[i].child.pid != 0) {
            return true;
        }
    }
    return false;
}

void skep_crew_spread_news(const struct skep_crew *crew)
{
    uint64_t count;

    if (read(crew->family.news_fd, &count, sizeof count) == (ssize_t)sizeof count) {
        skep_crew_command(crew, SKEP_CONTROL_LOOK);
    }
}

void skep_crew_command(const struct skep_crew *crew, enum skep_control command)
{
    for (int i = 0; i < crew->n; i++) {
        skep_child_command(&crew->members[i].child, command);
    }
}

void skep_crew_kill(const struct skep_crew *crew)
{
    for (int i = 0; i < crew->n; i++) {
        skep_child_kill(&crew->members[i].child);
    }
}

void skep_crew_set_log_level(const struct skep_crew *crew, enum skep_log_level level)
{
    for (int i = 0; i < crew->n; i++) {
        skep_child_set_log_level(&crew->members[i].child, level);
    }
}
