/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_BEGIN_H
#define SKEP_PRODUCER_RUN_BEGIN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/options.h"
#include "producer/connect.h"
#include "producer/run_array.h"
#include "producer/run_plan.h"
#include "producer/run_state.h"
#include "producer/source.h"

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

/* A run that may begin: its folder is held, its tasks are read and checked, nothing has been started. */
struct skep_run_begun {
    struct skep_arena arena; /* of the plan's texts */
    struct skep_run_state state;
    struct skep_run_plan plan;
    struct skep_run_shape shape;
    struct skep_source source;
    const char *tasks; /* as the user named it; "-": standard input */
    bool is_resumed;
};

/* Find out which run it is, whether it may begin, and what exactly is to be done. When not, the user has been
 * told why, what he had is untouched, and the exit code is returned; SKEP_EXIT_OK otherwise. */
SKEP_MUST_USE int skep_run_begin(struct skep_run_begun *begun, const struct skep_run_settings *settings,
                                 const struct skep_operands *operands);
void skep_run_begun_release(struct skep_run_begun *begun);

/* Whether the tasks go to a private server. */
bool skep_run_is_private(const struct skep_run_settings *settings);

/* What the user is to type to go on: "skep run --resume tasks.jsonl". Returns TEXT. */
enum { SKEP_RUN_HINT_BYTES = 2 * PATH_MAX + 64 };
const char *skep_run_hint(const struct skep_run_settings *settings, const char *tasks, const char *option,
                          char text[SKEP_RUN_HINT_BYTES]);

#endif
