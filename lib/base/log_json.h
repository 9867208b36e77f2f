/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_LOG_JSON_H
#define SKEP_BASE_LOG_JSON_H

#include <stddef.h>

/* The line of one event as JSON, for programs that collect logs:
 *
 *     slot=3 reason="no such file" peak=1.5   becomes
 *     {"time":"...","level":"info","event":"slot-failed","slot":3,"reason":"no such file","peak":1.5}
 *
 * A value reaches to the next ` key=`, without the quotes around it; what is a number in JSON stays one.
 * Words before the first key are "text". Bytes that are no UTF-8 and control characters become '?'. Whatever
 * PAIRS holds, LINE is one JSON object and has SIZE bytes at most, with a NUL that the returned length does
 * not count: pairs that do not fit are left out, and the value in which the room ends is cut. */
enum { SKEP_LOG_JSON_LEAST = 256 /* SIZE, for time, level and event of reasonable length */ };
struct skep_log_event {
    const char *when, *level, *name, *pairs;
};
size_t skep_log_json_write(const struct skep_log_event *event, char *line, size_t size);

#endif
