/* SPDX-License-Identifier: MIT */
/* Core dumps are off by RLIMIT_CORE alone. A core_pattern that is a pipe runs in spite of it, but the usual
 * handlers heed the limit that they are told. Not dumpable would be surer and would also close /proc/PID of a
 * slot to the user who owns it: no debugger, no proportional set size. */
#include "limit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

enum {
    LIMITS_LISTEN_MS = 500, /* after its deadline a kernel may come to its senses for so long */
    LIMITS_TERM_MS = 2000,  /* and after SIGTERM what it has started may tidy up for so long */
    LIMITS_SLACK_BYTES = 8 << 20,
    LIMITS_STATUS_BYTES = 8192
};

/* A sanitizer reserves terabytes and dies when memory is refused. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LIMITS_SANITIZED
#endif
#endif
#if defined(LIMITS_SANITIZED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LIMITS_REFUSES = false };
#else
enum { LIMITS_REFUSES = true };
#endif

/* ---- what the system says of a process ---- */

/* The number behind "\nNAME:" in kB, as bytes; 0: there is none. */
static int64_t limits_find(const char *status, const char *name)
{
    const char *at = strstr(status, name);

    return at != NULL ? strtoll(at + strlen(name), NULL, 10) * 1024 : 0;
}

static bool limits_read_status(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

    if (fd >= 0) {
        close(fd);
    }
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

int64_t skep_limits_own_bytes(pid_t pid)
{
    char path[64], status[LIMITS_STATUS_BYTES];

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (!limits_read_status(path, status, sizeof status)) {
        return 0;
    }
    return limits_find(status, "\nRssAnon:") + limits_find(status, "\nVmSwap:");
}

/* ---- in the slot ---- */

static void limits_ignore(int signal)
{
    (void)signal;
}

/* A handler, not SIG_IGN: that and a blocked signal would pass to what a kernel runs. SIGUSR1 and SIGUSR2 are
 * meant for the agent, but go to whatever has its name. */
static void limits_ignore_signals(void)
{
    struct sigaction action = {.sa_handler = limits_ignore, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

static void limits_warn(int failed, const char *name)
{
    if (failed != 0) {
        skep_log(SKEP_LOG_WARN, "limit-not-set", "name=%s errno=%d", name, errno);
    }
}

/* What we have already does not count: the limit is the tasks'. */
static void limits_refuse_memory(uint64_t task_bytes)
{
    char status[LIMITS_STATUS_BYTES];
    struct rlimit limit;

    if (!LIMITS_REFUSES || !limits_read_status("/proc/self/status", status, sizeof status) ||
        getrlimit(RLIMIT_DATA, &limit) != 0) {
        return;
    }
    task_bytes += (uint64_t)limits_find(status, "\nVmData:");
    if (limit.rlim_cur == RLIM_INFINITY || task_bytes < limit.rlim_cur) {
        limit.rlim_cur = task_bytes;
        limits_warn(setrlimit(RLIMIT_DATA, &limit), "RLIMIT_DATA");
    }
}

void skep_limits_enter(const struct skep_worker_settings *settings)
{
    const struct rlimit none = {0, 0};

    limits_ignore_signals();
    if (!settings->dumps_core) {
        limits_warn(setrlimit(RLIMIT_CORE, &none), "RLIMIT_CORE");
    }
    if (settings->task_memory_bytes > 0) {
        limits_refuse_memory(settings->task_memory_bytes + LIMITS_SLACK_BYTES);
    }
}

/* ---- in the agent ---- */

static void limits_end(struct skep_child *child, enum skep_stop why, const struct skep_page_task *task)
{
    /* At once: the log may block, and meanwhile the slot would go on to another task. */
    skep_child_kill(child);
    child->ended_for = why;
    child->ended = *task;
    skep_log(SKEP_LOG_WARN, "slot-end-forced", "slot=%d reason=%s", child->number,
             why == SKEP_STOP_MEMORY   ? "memory-limit"
             : why == SKEP_STOP_CANCEL ? "cancelled"
                                       : "timeout");
}

/* Beyond the limit by an eighth: what the slot has for itself, and what the system could not refuse. */
static bool limits_is_too_large(struct skep_child *child, uint64_t limit_bytes)
{
    child->own_bytes = skep_limits_own_bytes(child->pid);
    return (uint64_t)child->own_bytes > limit_bytes + limit_bytes / 8 + LIMITS_SLACK_BYTES;
}

bool skep_limits_enforce(struct skep_child *child, const struct skep_worker_settings *settings,
                         int64_t now_ms)
{
    struct skep_page_task task;
    int64_t deadline_ms, started_ms;
    bool is_told;

    if (child->pid == 0 || child->is_fenced || child->ended_for != SKEP_STOP_NONE) {
        return false;
    }
    if (!skep_page_look(child->page, &task, &deadline_ms, &started_ms)) {
        return settings->task_memory_bytes > 0;
    }
    is_told = skep_page_task_is(&child->told, &task);
    if (settings->task_memory_bytes > 0 && limits_is_too_large(child, settings->task_memory_bytes)) {
        limits_end(child, SKEP_STOP_MEMORY, &task);
    } else if (deadline_ms > 0 && now_ms >= deadline_ms + LIMITS_LISTEN_MS && !is_told) {
        skep_child_terminate(child);
        child->told = task;
        child->told_at_ms = now_ms;
    } else if (deadline_ms > 0 && is_told && now_ms >= child->told_at_ms + LIMITS_TERM_MS) {
        bool is_cancelled = atomic_load(&child->page->stop) == SKEP_STOP_CANCEL;
        limits_end(child, is_cancelled ? SKEP_STOP_CANCEL : SKEP_STOP_TIMEOUT, &task);
    }
    return deadline_ms > 0 || settings->task_memory_bytes > 0;
}
