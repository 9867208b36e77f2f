/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_CLOCK_H
#define SKEP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* The one door to time. Wall time goes into records and is never compared; durations and waits use the
 * monotonic clock. Both are replaceable for tests. */
struct skep_clock {
    int64_t (*wall_ms)(void);
    int64_t (*monotonic_ns)(void);
};

int64_t skep_wall_ms(void);
int64_t skep_monotonic_ns(void);
int64_t skep_monotonic_ms(void);

/* The clock that the system stamps changed files with, in ns since 1970: coarse, it moves in ticks. For
 * comparison with such stamps alone; not replaceable, as they are not. */
int64_t skep_stamp_ns(void);

/* Sleep through interruptions by signals only if they do not want attention: returns early on EINTR. */
void skep_sleep_ms(int64_t ms);

/* "2026-11-21T10:04:05.123Z". SIZE is at least 25. Returns TEXT. */
enum { SKEP_TIME_TEXT_BYTES = 32 };
const char *skep_time_format(int64_t wall_ms, char *text, size_t size);

void skep_clock_replace(const struct skep_clock *replacement); /* NULL: back to the system's */

#endif
