/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_UNTIL_H
#define SKEP_TESTS_SUPPORT_UNTIL_H

#include <stdbool.h>
#include <stdint.h>

/* Instead of a sleep: look again and again (every 5 ms) until FACT is true. False when it is not after
 * TIMEOUT_MS; time in which the whole machine stood still does not count. */
bool test_until(bool (*fact)(void *context), void *context, int timeout_ms);

int64_t test_now_ms(void); /* monotonic */

#endif
