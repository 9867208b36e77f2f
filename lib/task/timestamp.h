/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_TIMESTAMP_H
#define SKEP_TASK_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times on the wire: RFC 3339. The calendar is computed here rather than by gmtime and strftime because every
 * result carries three. */

enum { SKEP_TIMESTAMP_BYTES = 25 };
#define SKEP_TIMESTAMP_MAX_MS INT64_C(253402300799999) /* the last millisecond of the year 9999 */

/* "2026-11-21T10:04:05.123Z" and a NUL. MS is from 0 to SKEP_TIMESTAMP_MAX_MS. */
void skep_timestamp_format(int64_t ms, char *text);

/* Reads "2026-11-21T10:04:05Z", with an optional fraction of a second (cut to ms) and with "+01:00" or
 * "-01:00" in place of the Z. False for anything else, for a date that does not exist, and for what lies
 * outside 1970 to 9999. */
bool skep_timestamp_parse(const char *text, size_t n, int64_t *ms_out);

#endif
