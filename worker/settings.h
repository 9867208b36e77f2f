/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SETTINGS_H
#define SKEP_WORKER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/option.h"
#include "config/program.h"
#include "queue/server.h"
#include "queues.h"

/* Everything that can be set of a worker, by name in a file, in the environment or on the command line. */
struct skep_worker_settings {
    struct skep_server_settings server;
    struct skep_text_list queue_texts; /* NAME[:WEIGHT] */
    struct skep_queues queues;         /* the same, parsed by main */
    bool is_strict;                    /* the first queue that has work wins; else they share by weight */
    const char *slots;                 /* "auto" or a number */
    struct skep_text_list data;        /* [NAME=]FOLDER */
    struct skep_text_list output;
    double grace_s;
    double task_time_s;         /* 0: none */
    uint64_t task_memory_bytes; /* 0: none */
    bool dumps_core;
    int64_t recycle_tasks;      /* 0: never */
    uint64_t recycle_rss_bytes; /* 0: never */
    uint64_t memory_bytes;
    uint64_t cache_bytes;
    uint64_t record_bytes;
    int64_t retries;
    double backoff_s;
    double backoff_max_s;
    bool syncs_outputs;
    bool keeps_accounts; /* of what tasks use: metrics/account.h */
    struct skep_program_settings program;
    /* between an agent and its slots only */
    int64_t slot;                                 /* -1: this is the agent */
    int64_t control_fd, page_fd, news_fd, log_fd; /* log_fd -1: standard error */
    bool gathers;                                 /* this is the gatherer child */
};

extern const struct skep_option skep_worker_options[];

#endif
