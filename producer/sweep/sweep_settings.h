/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_SETTINGS_H
#define SKEP_PRODUCER_SWEEP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/option.h"
#include "producer/cli/connect.h"

/* What the user asked of `skep sweep`, as typed. */
struct skep_sweep_settings {
    struct skep_option_series factors; /* the generators, in the order of the command line */
    const char *times, *filter, *take, *order;
    struct skep_text_list consts; /* NAME=TEXT, each */
    const char *seed;
    struct skep_text_list outs;
    const char *dtype, *fill;
    const char *reduce, *stop;
    const char *results;
    int64_t retries; /* -1: not said */
    double timeout_s, backoff_s;
    bool is_dry, forces, resumes, is_detached, is_quiet;
    const char *slots;
    struct skep_text_list data, output;
    uint64_t memory_bytes;
    const char *queue, *job;
    struct skep_connect_settings connect;
};

extern const struct skep_option skep_sweep_options[];

#endif
