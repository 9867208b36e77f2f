/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_json.h"

enum { LOG_LINE_BYTES = 1024 };

static const char *const log_words[] = {"error", "warn", "info", "debug", "trace"};
static atomic_int log_level = SKEP_LOG_INFO;
static const atomic_int *_Atomic log_level_at = &log_level;
static atomic_uint_fast64_t log_failed;
static enum skep_log_format log_format;
static int log_fd = STDERR_FILENO;

void skep_log_set_level(enum skep_log_level level)
{
    atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

enum skep_log_level skep_log_get_level(void)
{
    const atomic_int *at = atomic_load_explicit(&log_level_at, memory_order_acquire);
    int level = atomic_load_explicit(at, memory_order_relaxed);

    return level < SKEP_LOG_ERROR   ? SKEP_LOG_ERROR
           : level > SKEP_LOG_TRACE ? SKEP_LOG_TRACE
                                    : (enum skep_log_level)level;
}

void skep_log_follow_level(const atomic_int *level)
{
    atomic_store_explicit(&log_level_at, level != NULL ? level : &log_level, memory_order_release);
}

int skep_log_parse_level(const char *word, enum skep_log_level *level_out)
{
    for (int i = 0; i <= SKEP_LOG_TRACE; i++) {
        if (strcmp(word, log_words[i]) == 0) {
            *level_out = (enum skep_log_level)i;
            return 0;
        }
    }
    return -1;
}

const char *skep_log_level_word(enum skep_log_level level)
{
    return log_words[level];
}

void skep_log_set_format(enum skep_log_format format)
{
    log_format = format;
}

int skep_log_parse_format(const char *word, enum skep_log_format *format_out)
{
    if (strcmp(word, "text") != 0 && strcmp(word, "json") != 0) {
        return -1;
    }
    *format_out = word[0] == 'j' ? SKEP_LOG_JSON : SKEP_LOG_TEXT;
    return 0;
}

void skep_log_set_fd(int fd)
{
    log_fd = fd;
}

uint64_t skep_log_failed_writes(void)
{
    return atomic_load(&log_failed);
}

/* Make one line of whatever the values hold. */
static void log_tame(char *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f) {
            line[i] = '?';
        }
    }
}

/* The line of an event, without its newline. */
static size_t log_write(const struct skep_log_event *event, char *line, size_t size)
{
    int n;

    if (log_format == SKEP_LOG_JSON) {
        return skep_log_json_write(event, line, size);
    }
    n = snprintf(line, size, "%s %s event=%s %s", event->when, event->level, event->name, event->pairs);
    n = n < (int)size ? n : (int)size - 1;
    log_tame(line, (size_t)n);
    return (size_t)n;
}

void skep_log(enum skep_log_level level, const char *event, const char *format, ...)
{
    int saved = errno;
    char line[LOG_LINE_BYTES], pairs[LOG_LINE_BYTES];
    char when[SKEP_TIME_TEXT_BYTES];
    size_t n;
    va_list args;

    if (level > skep_log_get_level()) {
        return;
    }
    skep_time_format(skep_wall_ms(), when, sizeof when);
    va_start(args, format);
    vsnprintf(pairs, sizeof pairs, format, args);
    va_end(args);
    n = log_write(&(struct skep_log_event){when, log_words[level], event, pairs}, line, sizeof line);
    line[n] = '\n';
    if (write(log_fd, line, n + 1) != (ssize_t)(n + 1)) {
        atomic_fetch_add(&log_failed, 1);
    }
    errno = saved;
}
