/* SPDX-License-Identifier: MIT */
#include "producer/tools/bench_watch.h"

#include <string.h>

#include "base/clock.h"

enum { WATCH_LOOK_MS = 20 };

static void *watch_run(void *context)
{
    struct skep_bench_watch *watch = context;

    while (!atomic_load(&watch->is_over)) {
        bool is_stopped = watch->user != NULL && atomic_load(watch->user) != 0;
        bool is_late = skep_monotonic_ns() > atomic_load(&watch->until_ns);
        if (is_late && !is_stopped) {
            atomic_store(&watch->is_late, true);
        }
        if (is_late || is_stopped) {
            atomic_store(&watch->word, 1);
        }
        skep_sleep_ms(WATCH_LOOK_MS);
    }
    return NULL;
}

skep_status skep_bench_watch_begin(struct skep_bench_watch *watch, const atomic_uint *user,
                                   struct skep_error *err)
{
    int failure;

    atomic_init(&watch->word, 0);
    atomic_init(&watch->until_ns, INT64_MAX);
    atomic_init(&watch->is_late, false);
    atomic_init(&watch->is_over, false);
    watch->user = user;
    failure = pthread_create(&watch->thread, NULL, watch_run, watch);
    return failure == 0 ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "a thread: %s", strerror(failure));
}

void skep_bench_watch_end(struct skep_bench_watch *watch)
{
    atomic_store(&watch->is_over, true);
    (void)pthread_join(watch->thread, NULL);
}

void skep_bench_watch_allow(struct skep_bench_watch *watch, double seconds)
{
    atomic_store(&watch->until_ns, skep_monotonic_ns() + (int64_t)(seconds * 1e9));
}

bool skep_bench_watch_was_late(struct skep_bench_watch *watch)
{
    bool was_late = atomic_load(&watch->is_late);

    if (was_late) {
        atomic_store(&watch->until_ns, INT64_MAX);
        atomic_store(&watch->is_late, false);
        atomic_store(&watch->word, 0);
    }
    return was_late;
}
