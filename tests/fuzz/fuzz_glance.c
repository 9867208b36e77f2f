/* SPDX-License-Identifier: MIT */
/* The glance at a result agrees with reading it, wherever reading succeeds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producer/run/glance.h"
#include "task/result_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct skep_arena arena;
    struct skep_result_summary outcome;
    struct skep_glance glance;
    bool is_result = skep_glance(text, size, &glance);

    skep_arena_init(&arena, 64 << 20);
    /* A name may be written with escapes and 0 as -0, which a glance does not see through: no worker does so.
     */
    if (skep_result_read(text, size, &arena, &outcome, NULL) == SKEP_OK && memchr(text, '\\', size) == NULL) {
        demand(is_result && glance.is_ok == outcome.is_ok);
        demand(outcome.index == 0 || (glance.has_index && glance.index == outcome.index));
    }
    skep_arena_release(&arena);
    return 0;
}
