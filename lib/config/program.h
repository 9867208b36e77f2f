/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_PROGRAM_H
#define SKEP_CONFIG_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/option.h"

/* The frame of a program that is all options, as skep-worker and skep-exporter are: it reads its settings and
 * then works, or prints what it is. */

/* What every such program can be told: a member of its settings. */
struct skep_program_settings {
    const char *log_level, *log_format;
    const char *config;
    bool describe_metrics, help, version;
    bool man, words; /* for the project's own pages */
};

/* The rows, for a settings struct TYPE with a member FIELD of type struct skep_program_settings. ENV names
 * the variable that names its configuration file; METRICS is the help of --describe-metrics. */
#define SKEP_PROGRAM_ROWS(type, field, level_text, config_env, metrics_text)                                 \
    {.name = "log-level",                                                                                    \
     .kind = SKEP_OPT_TEXT,                                                                                  \
     .offset = offsetof(type, field.log_level),                                                              \
     .default_text = "info",                                                                                 \
     .value_name = "LEVEL",                                                                                  \
     .env = "SKEP_LOG_LEVEL",                                                                                \
     .help = (level_text)},                                                                                  \
        {.name = "log-format",                                                                               \
         .kind = SKEP_OPT_TEXT,                                                                              \
         .offset = offsetof(type, field.log_format),                                                         \
         .default_text = "text",                                                                             \
         .value_name = "FORMAT",                                                                             \
         .env = "SKEP_LOG_FORMAT",                                                                           \
         .help = "text (key=value pairs) or json: one event a line either way"},                             \
        {.name = "config",                                                                                   \
         .kind = SKEP_OPT_CONFIG,                                                                            \
         .offset = offsetof(type, field.config),                                                             \
         .value_name = "FILE",                                                                               \
         .env = (config_env),                                                                                \
         .command_line_only = true,                                                                          \
         .help = "read settings from FILE: lines of name = value"},                                          \
        {.name = "describe-metrics",                                                                         \
         .kind = SKEP_OPT_FLAG,                                                                              \
         .offset = offsetof(type, field.describe_metrics),                                                   \
         .command_line_only = true,                                                                          \
         .help = (metrics_text)},                                                                            \
        {.name = "help",                                                                                     \
         .letter = 'h',                                                                                      \
         .kind = SKEP_OPT_FLAG,                                                                              \
         .offset = offsetof(type, field.help),                                                               \
         .command_line_only = true,                                                                          \
         .help = "show this help, and end"},                                                                 \
        {.name = "version",                                                                                  \
         .letter = 'V',                                                                                      \
         .kind = SKEP_OPT_FLAG,                                                                              \
         .offset = offsetof(type, field.version),                                                            \
         .command_line_only = true,                                                                          \
         .help = "show the version, and end"},                                                               \
        {.name = "man",                                                                                      \
         .kind = SKEP_OPT_FLAG,                                                                              \
         .offset = offsetof(type, field.man),                                                                \
         .command_line_only = true},                                                                         \
    {                                                                                                        \
        .name = "words", .kind = SKEP_OPT_FLAG, .offset = offsetof(type, field.words),                       \
        .command_line_only = true                                                                            \
    }

struct skep_program {
    const char *name;
    const struct skep_option *options;
    size_t frame_at;                        /* where in its settings struct skep_program_settings is */
    const char *intro, *outro;              /* around the options in --help */
    const char *man_head, *man_tail;        /* and in the manual page */
    void (*describe)(struct skep_buf *buf); /* --describe-metrics */
    int (*run)(void *settings, int argc, char **argv); /* returns the exit status; the log is set up */
};

/* Read the command line into SETTINGS (zeroed), print or run. Returns the exit status; 2 for settings that
 * cannot be. */
int skep_program_main(const struct skep_program *program, void *settings, int argc, char **argv);

/* Tell on standard error what is wrong with the settings; the exit status for that. */
int skep_program_fail(const struct skep_program *program, const struct skep_error *err, skep_status st);

#endif
