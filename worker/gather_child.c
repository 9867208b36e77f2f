/* SPDX-License-Identifier: MIT */
#include "gather_child.h"

#include <sys/wait.h>

#include "base/log.h"

enum { GATHER_CHILD_REST_MS = 1000, GATHER_CHILD_LONGEST_REST_MS = 30 * 1000 };

void skep_gather_child_init(struct skep_gather_child *gatherer, struct skep_crew *crew)
{
    *gatherer = (struct skep_gather_child){
        .crew = crew,
        .backoff = {.base_ms = 2 * GATHER_CHILD_REST_MS, .cap_ms = GATHER_CHILD_LONGEST_REST_MS}};
}

/* Its metrics live on with the crew's. */
static void gather_child_over(struct skep_gather_child *gatherer, int64_t now_ms)
{
    int status = gatherer->child.status;
    bool was_useful = WIFEXITED(status) && WEXITSTATUS(status) == SKEP_SLOT_LEFT;

    skep_metrics_add_all(&gatherer->crew->metrics, &gatherer->child.page->metrics);
    skep_child_release(&gatherer->child);
    gatherer->start_at_ms = now_ms + GATHER_CHILD_REST_MS;
    if (was_useful) {
        skep_backoff_reset(&gatherer->backoff);
    } else {
        gatherer->start_at_ms += skep_backoff_next_ms(&gatherer->backoff);
    }
    if (WIFSIGNALED(status) || (!was_useful && WEXITSTATUS(status) != SKEP_SLOT_IDLE)) {
        skep_log(SKEP_LOG_WARN, "gatherer-end", "signal=%d exit=%d",
                 WIFSIGNALED(status) ? WTERMSIG(status) : 0, WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    }
}

void skep_gather_child_tend(struct skep_gather_child *gatherer, bool is_wanted, int64_t now_ms)
{
    struct skep_error err = {0};

    if (skep_child_is_over(&gatherer->child)) {
        gather_child_over(gatherer, now_ms);
    }
    if (!is_wanted || skep_gather_child_is_alive(gatherer) || now_ms < gatherer->start_at_ms) {
        return;
    }
    if (skep_child_start(&gatherer->child, SKEP_CHILD_GATHERS, &gatherer->crew->family, &err) != SKEP_OK) {
        skep_log(SKEP_LOG_ERROR, "gatherer-start-failed", "reason=\"%s\"", err.text);
        gatherer->start_at_ms = now_ms + skep_backoff_next_ms(&gatherer->backoff);
        return;
    }
    skep_log(SKEP_LOG_INFO, "gatherer-start", "pid=%d", (int)gatherer->child.pid);
}

int skep_gather_child_fd(const struct skep_gather_child *gatherer)
{
    return skep_gather_child_is_alive(gatherer) ? gatherer->child.pid_fd : -1;
}

bool skep_gather_child_is_alive(const struct skep_gather_child *gatherer)
{
    return gatherer->child.pid != 0;
}

void skep_gather_child_stop(struct skep_gather_child *gatherer, bool is_at_once)
{
    if (is_at_once) {
        skep_child_kill(&gatherer->child);
    } else {
        skep_child_command(&gatherer->child, SKEP_CONTROL_FINISH);
    }
}

void skep_gather_child_set_log_level(const struct skep_gather_child *gatherer, enum skep_log_level level)
{
    skep_child_set_log_level(&gatherer->child, level);
}
