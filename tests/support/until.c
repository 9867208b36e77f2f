/* SPDX-License-Identifier: MIT */
#include "support/until.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

enum { UNTIL_LOOK_MS = 5, UNTIL_STALL_MS = 500, UNTIL_STALLS_MAX_MS = 60000 };

int64_t test_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How long nobody ran between two looks: a virtual machine that was held, a disk that kept everybody waiting.
 * That time says nothing of what is tested. Not without end, because FACT itself may be slow. */
static int64_t stall_ms(int64_t from_ms, int64_t to_ms, int64_t so_far_ms)
{
    return to_ms - from_ms > UNTIL_STALL_MS && so_far_ms < UNTIL_STALLS_MAX_MS ? to_ms - from_ms : 0;
}

bool test_until(bool (*fact)(void *context), void *context, int timeout_ms)
{
    int64_t looked_ms = test_now_ms();
    int64_t end_ms = looked_ms + timeout_ms;
    int64_t stalls_ms = 0;

    while (!fact(context)) {
        int64_t now_ms = test_now_ms();
        stalls_ms += stall_ms(looked_ms, now_ms, stalls_ms);
        if (now_ms >= end_ms + stalls_ms) {
            return false;
        }
        looked_ms = now_ms;
        poll(NULL, 0, UNTIL_LOOK_MS);
    }
    return true;
}
