/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_SETTINGS_H
#define SKEP_EXPORTER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/option.h"
#include "config/program.h"
#include "queue/server.h"

/* Everything that can be set of an exporter, by name in a file, in the environment or on the command line. */
struct skep_export_settings {
    struct skep_server_settings server;
    const char *listen;
    struct skep_text_list queues; /* none: all */
    int64_t max_queues;
    double interval_s;
    struct skep_program_settings program;
};

extern const struct skep_option skep_export_options[];

#endif
