/* SPDX-License-Identifier: MIT */
#include "support/until.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

enum { UNTIL_LOOK_MS = 5 };

int64_t test_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool test_until(bool (*fact)(void *context), void *context, int timeout_ms)
{
    int64_t end_ms = test_now_ms() + timeout_ms;

    while (!fact(context)) {
        if (test_now_ms() >= end_ms) {
            return false;
        }
        poll(NULL, 0, UNTIL_LOOK_MS);
    }
    return true;
}
