/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_LOG_H
#define SKEP_BASE_LOG_H

#include <stdatomic.h>
#include <stdint.h>

enum skep_log_level { SKEP_LOG_ERROR, SKEP_LOG_WARN, SKEP_LOG_INFO, SKEP_LOG_DEBUG, SKEP_LOG_TRACE };
enum skep_log_format { SKEP_LOG_TEXT, SKEP_LOG_JSON };

/* One event is one line on standard error: `2026-11-21T10:04:05.123Z info event=slot-start slot=3 pid=811`,
 * or the same as a JSON object (base/log_json.h). EVENT is a fixed word; FORMAT gives the key=value pairs.
 * The line is built in a fixed buffer and leaves in one write(2); a line that is too long is cut; a write
 * that fails is counted. Control characters in values become '?', so that a hostile record cannot forge lines
 * or drive a terminal. errno survives. Safe from any thread. */
void skep_log(enum skep_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void skep_log_set_level(enum skep_log_level level); /* default: info */
enum skep_log_level skep_log_get_level(void);
int skep_log_parse_level(const char *word, enum skep_log_level *level_out); /* 0, or -1 for no such word */
const char *skep_log_level_word(enum skep_log_level level);

/* From now on the level is whatever stands there: in memory that another process writes. It must stay. What
 * is no level counts as the nearest one. NULL: our own level again. */
void skep_log_follow_level(const atomic_int *level);

/* At the start of a program, before threads. */
void skep_log_set_format(enum skep_log_format format);
int skep_log_parse_format(const char *word, enum skep_log_format *format_out); /* "text", "json"; else -1 */
void skep_log_set_fd(int fd);                                                  /* instead of standard error */

uint64_t skep_log_failed_writes(void);

#endif
