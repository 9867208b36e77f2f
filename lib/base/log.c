/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOG_LINE_BYTES = 1024 };

static const char *const log_words[] = {"error", "warn", "info", "debug", "trace"};
static atomic_int log_level = SKEP_LOG_INFO;
static atomic_uint_fast64_t log_failed;

void skep_log_set_level(enum skep_log_level level)
{
    atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

enum skep_log_level skep_log_get_level(void)
{
    return (enum skep_log_level)atomic_load_explicit(&log_level, memory_order_relaxed);
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

void skep_log(enum skep_log_level level, const char *event, const char *format, ...)
{
    int saved = errno;
    char line[LOG_LINE_BYTES];
    char when[SKEP_TIME_TEXT_BYTES];
    size_t used;
    va_list args;

    if (level > skep_log_get_level()) {
        return;
    }
    skep_time_format(skep_wall_ms(), when, sizeof when);
    snprintf(line, sizeof line, "%s %s event=%s ", when, log_words[level], event);
    used = strlen(line);
    va_start(args, format);
    vsnprintf(line + used, sizeof line - used, format, args);
    va_end(args);
    used = strlen(line);
    log_tame(line, used);
    line[used] = '\n';
    if (write(STDERR_FILENO, line, used + 1) != (ssize_t)(used + 1)) {
        atomic_fetch_add(&log_failed, 1);
    }
    errno = saved;
}
