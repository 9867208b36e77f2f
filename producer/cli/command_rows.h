/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_COMMAND_ROWS_H
#define SKEP_PRODUCER_COMMAND_ROWS_H

#include <stddef.h>

#include "config/option.h"

/* Settings that several commands have under one name, for a settings struct TYPE with a member FIELD. The
 * words of the help differ; those that most have in common are here, too. */

/* -s, where FIELD is a const char *. */
#define SKEP_SLOTS_ROW(type, field, text)                                                                    \
    {                                                                                                        \
        .name = "slots", .letter = 's', .kind = SKEP_OPT_TEXT, .offset = offsetof(type, field),              \
        .value_name = "N", .env = "SKEP_SLOTS", .help = (text)                                               \
    }
#define SKEP_SLOTS_HELP "processes that compute; auto, which is the default: one for each core we may use"

/* -d, where FIELD is a struct skep_text_list. PRESET: the folders when none is given; NULL: an empty list. */
#define SKEP_DATA_ROW(type, field, preset, text)                                                             \
    {                                                                                                        \
        .name = "data", .letter = 'd', .kind = SKEP_OPT_LIST, .offset = offsetof(type, field),               \
        .default_text = (preset), .value_name = "[NAME=]DIR", .env = "SKEP_DATA", .help = (text)             \
    }
#define SKEP_WORKER_DATA_HELP                                                                                \
    "folder that references are looked up in, as the worker has them; a named one is written "               \
    "@NAME/file.npy in a task"

/* The folders of outputs, where FIELD is a struct skep_text_list. */
#define SKEP_OUTPUT_ROW(type, field, text)                                                                   \
    {                                                                                                        \
        .name = "output", .kind = SKEP_OPT_LIST, .offset = offsetof(type, field),                            \
        .value_name = "[NAME=]DIR", .env = "SKEP_OUTPUT", .help = (text)                                     \
    }

/* The memory of a task, where FIELD is a uint64_t. Unlike SKEP_MEMORY_ROW it may be left to the worker: 0. */
#define SKEP_WORKER_MEMORY_ROW(type, field, text)                                                            \
    {                                                                                                        \
        .name = "memory", .kind = SKEP_OPT_BYTES, .offset = offsetof(type, field), .most = 0x1p50,           \
        .value_name = "BYTES", .help = (text)                                                                \
    }
#define SKEP_WORKER_MEMORY_HELP "what one task may allocate; 0: as skep-worker has it"

/* Say less, where FIELD is a bool. */
#define SKEP_QUIET_ROW(type, field, text)                                                                    \
    {                                                                                                        \
        .name = "quiet", .kind = SKEP_OPT_FLAG, .offset = offsetof(type, field), .help = (text)              \
    }
#define SKEP_QUIET_HELP "no progress and no summary"

#endif
