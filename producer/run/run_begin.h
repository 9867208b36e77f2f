/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_BEGIN_H
#define SKEP_PRODUCER_RUN_BEGIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/options.h"
#include "producer/run/run_array.h"
#include "producer/run/run_plan.h"
#include "producer/run/run_settings.h"
#include "producer/run/run_state.h"
#include "producer/push/source.h"

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

#endif
