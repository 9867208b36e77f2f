/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DEAD_H
#define SKEP_PRODUCER_DEAD_H

#include <stdbool.h>

#include "producer/cli/command.h"
#include "producer/cli/connect.h"

/* The subcommands of `skep dead`, and what they share. */
extern const struct skep_command skep_dead_ls;
extern const struct skep_command skep_dead_show;
extern const struct skep_command skep_dead_export;
extern const struct skep_command skep_dead_requeue;
extern const struct skep_command skep_dead_purge;

struct skep_dead_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *cause;
    const char *kernel;
    const char *job;
    bool is_all;
    bool is_list;
    bool is_json;
    bool is_why;
    bool is_raw;
};

#define SKEP_DEAD_AT(field) .offset = offsetof(struct skep_dead_settings, field)

#endif
