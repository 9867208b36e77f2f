/* SPDX-License-Identifier: MIT */
/* Gives back its arguments: the smallest task there is, for looking at the queue and for measuring it. */
#include "kernel/trial/print.h"

enum { ARG_ALL, ARG_PRINT };

/* The name "*" stands for the whole object of arguments. */
static const struct skep_arg_spec echo_args[] = {
    {.name = "*", .kind = SKEP_ARG_JSON, .help = "Any arguments at all."},
    SKEP_PRINT_ROWS,
    {0},
};

static skep_status echo_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_arg *all = &call->args[ARG_ALL];

    (void)err;
    skep_print_args(&call->args[ARG_PRINT]);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_JSON, .json = {"{}", 2}};
    if (all->is_given) {
        value_out->json.text = all->json.text;
        value_out->json.length = all->json.length;
    }
    return SKEP_OK;
}

static const char *const echo_description[] = {
    "The value is the object of arguments as it came; {} when there were none. Nothing in it is opened or "
    "checked.",
    "The texts of stdout and stderr, which are part of it, are printed as well: for seeing what becomes of "
    "what a task prints.",
    NULL,
};

const struct skep_kernel skep_kernel_echo = {
    .name = "echo",
    .version = 1,
    .summary = "Give back the arguments",
    .description = echo_description,
    .args = echo_args,
    .value_text = "the arguments",
    .example = "{\"kernel\":\"echo\",\"args\":{\"greeting\":\"hello\",\"n\":[1,2,3]}}",
    .run = echo_run,
    .reference = echo_run,
    .cost = skep_cost_little,
    .value = skep_value_unknown,
};
