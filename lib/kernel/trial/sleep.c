/* SPDX-License-Identifier: MIT */
/* Sleeps: a task of known length that needs no processor, for trying out queues, limits and stops. */
#include "kernel/trial/print.h"

#include <math.h>

#include "base/clock.h"
#include "kernel/math/philox.h"

enum { ARG_S, ARG_JITTER, ARG_PRINT, ARG_TIMES = ARG_PRINT + 2 };
enum { SLEEP_SLICE_MS = 10 }; /* between two looks at stop */

static const struct skep_arg_spec sleep_args[] = {
    {.name = "s",
     .kind = SKEP_ARG_F64,
     .is_required = true,
     .least = 0,
     .most = 1e9,
     .unit = "s",
     .help = "How long."},
    {.name = "jitter",
     .kind = SKEP_ARG_F64,
     .default_text = "0",
     .least = 0,
     .most = 1e9,
     .unit = "s",
     .help = "Up to so much longer: this times the first uniform of the task's stream."},
    SKEP_PRINT_ROWS,
    {.name = "times",
     .kind = SKEP_ARG_I64,
     .default_text = "1",
     .least = 1,
     .most = 1e9,
     .help = "How often to print that, spread evenly over the time."},
    {0},
};

/* False: it was told to stop. */
static bool sleep_for(const struct skep_call *call, int64_t ms)
{
    for (int64_t slept_ms = 0; slept_ms < ms; slept_ms += SLEEP_SLICE_MS) {
        if (skep_call_is_stopped(call)) {
            return false;
        }
        skep_sleep_ms(ms - slept_ms < SLEEP_SLICE_MS ? ms - slept_ms : SLEEP_SLICE_MS);
    }
    return true;
}

static skep_status sleep_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    double s = call->args[ARG_S].f64;
    double jitter = call->args[ARG_JITTER].f64;
    struct skep_philox philox;
    int64_t n = call->args[ARG_TIMES].i64 > 1 ? call->args[ARG_TIMES].i64 : 1;
    int64_t total_ms, slept_ms = 0;

    if (!(s >= 0.0 && s <= 1e9 && jitter >= 0.0 && jitter <= 1e9)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "s is %g and jitter is %g: both from 0 to 1e9", s,
                              jitter);
    }
    skep_philox_init(&philox, call->stream, 0);
    total_ms = llround((s + jitter * skep_philox_next_f64(&philox)) * 1000.0);
    for (int64_t i = 1; i <= n; i++) {
        int64_t until_ms = i == n ? total_ms : (int64_t)((double)total_ms * (double)i / (double)n);
        if (i > 1 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        skep_print_args(&call->args[ARG_PRINT]);
        if (!sleep_for(call, until_ms - slept_ms)) {
            return SKEP_STOPPED;
        }
        slept_ms = until_ms;
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = (double)total_ms / 1000.0};
    return SKEP_OK;
}

static const char *const sleep_description[] = {
    "Sleeps s seconds, and with jitter a random part of that longer, to the nearest millisecond; the value "
    "is that "
    "number, which depends on the task alone. No clock is read: the time that passes is a little longer, by "
    "what "
    "the system takes to wake up a hundred times a second.",
    "What it is told to print it prints before it sleeps; with times, so often in the course of it, as a "
    "task "
    "does that tells how far it is.",
    NULL,
};

const struct skep_kernel skep_kernel_sleep = {
    .name = "sleep",
    .version = 1,
    .summary = "Sleep",
    .description = sleep_description,
    .args = sleep_args,
    .value_text = "number: the seconds slept",
    .example = "{\"kernel\":\"sleep\",\"args\":{\"s\":0.05}}",
    .is_random = true,
    .run = sleep_run,
    .reference = sleep_run,
    .cost = skep_cost_little,
    .value = skep_value_f8,
};
