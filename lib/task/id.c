/* SPDX-License-Identifier: MIT */
#include "task/id.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/entropy.h"

/* The 80 bits behind the time: HIGH is chance, LOW is chance plus a count. Two processes make the same id
 * only if they drew the same high bits and low bits closer than they count within the same millisecond.
 * File-static because uniqueness is a property of the process. */
static struct {
    uint16_t high;
    _Atomic uint64_t low;
} id_chance;

static void id_draw(void)
{
    id_chance.high = (uint16_t)skep_entropy_u64();
    atomic_store(&id_chance.low,
                 skep_entropy_u64() >> 1); /* far from wrapping, which would break the order */
}

static void id_set_up(void)
{
    id_draw();
    pthread_atfork(NULL, NULL, id_draw); /* a child must not go on with its parent's count */
}

/* The lowest 5 * N bits of NUMBER, highest first. */
static void id_put(char *to, int n, uint64_t number)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    while (n > 0) {
        to[--n] = digits[number & 31];
        number >>= 5;
    }
}

void skep_task_make_id(char *text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint64_t low;

    pthread_once(&once, id_set_up);
    low = atomic_fetch_add_explicit(&id_chance.low, 1, memory_order_relaxed);
    id_put(text, 10, (uint64_t)skep_wall_ms());
    id_put(text + 10, 4, (uint64_t)id_chance.high << 4 | low >> 60); /* 20 bits of the 80 */
    id_put(text + 14, 12, low);                                      /* and 60 */
    text[26] = '\0';
}
