/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SHORT_H
#define SKEP_PRODUCER_SHORT_H

#include <stdint.h>

/* Numbers for narrow columns: seven characters at most, three figures at least. Each returns TEXT. */
enum { SKEP_SHORT_BYTES = 24 };

const char *skep_short_count(int64_t count, char text[SKEP_SHORT_BYTES]); /* 99,999  1.23M  12.3G */
const char *skep_short_rate(double per_s, char text[SKEP_SHORT_BYTES]);   /* 0.25  12.3  1,234; "-": NaN */
const char *skep_short_seconds(double s, char text[SKEP_SHORT_BYTES]);    /* 0.4s 12s 3m20s 2h05m 3d04h; NaN
                                                                             "-", infinite "never" */
const char *skep_short_age(int64_t ms, char text[SKEP_SHORT_BYTES]);      /* in seconds, too; below 0 "-" */
const char *skep_short_time(double s, char text[SKEP_SHORT_BYTES]); /* 12us 1.5ms 2.30s, then as above */
const char *skep_short_bytes(int64_t bytes, char text[SKEP_SHORT_BYTES]); /* 512B 1.5M; below 0 "-" */

#endif
