/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_SETTINGS_H
#define SKEP_PRODUCER_RUN_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/option.h"
#include "producer/cli/connect.h"

/* What the user asked of `skep run`. */
struct skep_run_settings {
    struct skep_connect_settings connect;
    const char *slots;
    bool is_ordered;
    const char *results;
    bool resumes;
    bool is_fresh;
    const char *state;
    struct skep_text_list data;
    struct skep_text_list output;
    const char *array;
    const char *shape;
    uint64_t record_bytes;
    uint64_t memory_bytes;
    bool is_quiet;
    bool keeps;
};

extern const struct skep_option skep_run_options[];

/* What the user is to type: "skep run --resume tasks.jsonl", quoted for a shell where it must be. Returns
 * TEXT. */
enum { SKEP_RUN_HINT_BYTES = 2 * PATH_MAX + 64 };
const char *skep_run_hint(const struct skep_run_settings *settings, const char *tasks, const char *option,
                          char text[SKEP_RUN_HINT_BYTES]);

#endif
