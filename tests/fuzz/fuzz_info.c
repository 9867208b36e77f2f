/* SPDX-License-Identifier: MIT */
/* What a worker tells of itself, as anybody may have written it: what is read is within its bounds, and means
 * the same when it is written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

static void check_bounds(const struct skep_info *info)
{
    demand(info->pid >= -1 && info->slot >= -1 && info->at_ms >= 0 && info->rss_bytes >= -1);
    demand(info->tasks_per_s >= -1 && info->node.quota_cores >= 0);
    demand(strchr("RSDTtZXIKWP?", info->state) != NULL && info->state != '\0');
    demand(info->node.n_data <= SKEP_INFO_ROOTS && info->node.n_output <= SKEP_INFO_ROOTS);
    for (size_t i = 0; i < info->node.n_data; i++) {
        demand(info->node.data[i] != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_buf first, second;
    struct skep_arena arena;
    struct skep_info info;
    struct skep_error err = {0};

    skep_arena_init(&arena, 64 << 20);
    skep_buf_init(&first, 1 << 20);
    skep_buf_init(&second, 1 << 20);
    if (skep_info_read((const char *)data, size, &arena, &info, &err) != SKEP_OK) {
        demand(err.status == SKEP_E_PROTOCOL && err.text[0] != '\0');
    } else {
        check_bounds(&info);
        skep_info_write(&first, &info);
        /* Escapes may make a text at the bound longer than the bound. */
        if (skep_info_read(first.bytes, first.length, &arena, &info, NULL) == SKEP_OK) {
            skep_info_write(&second, &info);
            demand(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
        } else {
            demand(first.length > SKEP_INFO_MAX_BYTES);
        }
    }
    skep_buf_release(&first);
    skep_buf_release(&second);
    skep_arena_release(&arena);
    return 0;
}
