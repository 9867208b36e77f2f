/* SPDX-License-Identifier: MIT */
/* Full jitter, after M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): of the
 * schemes compared there it makes the fewest calls for the same completion time. */
#include "queue/backoff.h"

#include <stdint.h>

#include "base/entropy.h"

enum { BACKOFF_BASE_MS = 50, BACKOFF_CAP_MS = 2000, BACKOFF_MAX_DOUBLINGS = 30 };

int skep_backoff_next_ms(struct skep_backoff *backoff)
{
    int64_t base_ms = backoff->base_ms > 0 ? backoff->base_ms : BACKOFF_BASE_MS;
    int64_t cap_ms = backoff->cap_ms > 0 ? backoff->cap_ms : BACKOFF_CAP_MS;
    int64_t limit_ms = base_ms << backoff->n_failed;

    if (limit_ms > cap_ms) {
        limit_ms = cap_ms;
    }
    if (backoff->n_failed < BACKOFF_MAX_DOUBLINGS) {
        backoff->n_failed++;
    }
    return (int)(1 + skep_entropy_u64() % (uint64_t)limit_ms);
}

void skep_backoff_reset(struct skep_backoff *backoff)
{
    backoff->n_failed = 0;
}
