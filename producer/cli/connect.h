/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CONNECT_H
#define SKEP_PRODUCER_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/option.h"
#include "queue/backoff.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "queue/server.h"

/* What every command that speaks to a queue is told. */
struct skep_connect_settings {
    struct skep_server_settings server;
    double wait_s; /* how long to go on trying */
};

/* Their rows, for a settings struct TYPE with a member FIELD of type struct skep_connect_settings. */
#define SKEP_CONNECT_ROWS(type, field)                                                                       \
    SKEP_SERVER_ROWS(type, field.server),                                                                    \
    {                                                                                                        \
        .name = "wait", .kind = SKEP_OPT_SECONDS, .offset = offsetof(type, field.wait_s),                    \
        .default_text = "30", .least = 0, .most = 604800, .value_name = "SECONDS",                           \
        .help = "how long to go on trying when the server cannot be reached or cannot serve just now; 0: "   \
                "give up at once"                                                                            \
    }

/* Whether no server is named, or "private" is: where a command brings its own then. */
bool skep_connect_is_private(const struct skep_connect_settings *settings);

/* The same rows by themselves, for what is printed once for all commands. */
extern const struct skep_option skep_connect_options[];

/* The row of -q, for a settings struct TYPE with a member FIELD of type const char *. */
#define SKEP_QUEUE_ROW(type, field)                                                                          \
    {                                                                                                        \
        .name = "queue", .letter = 'q', .kind = SKEP_OPT_TEXT, .offset = offsetof(type, field),              \
        .value_name = "QUEUE", .env = "SKEP_QUEUE", .help = "the queue"                                      \
    }

/* A server that does not answer is asked again, with growing pauses, for as long as the user is willing to
 * wait. */
struct skep_patience {
    int64_t limit_ms;
    int64_t since_ms; /* monotonic; -1: nothing is wrong */
    struct skep_backoff backoff;
    bool is_quiet; /* tell nothing */
};

void skep_patience_init(struct skep_patience *patience, double wait_s);
void skep_patience_reset(struct skep_patience *patience); /* it worked */

/* After STATUS, which is not SKEP_OK: true when it is worth another try, after a pause. The user is told of
 * the first one. False when trying again is useless, the time is over, or the program was told to stop. */
bool skep_patience_wait(struct skep_patience *patience, skep_status status, const struct skep_error *err);

/* An open connection. On failure the user has been told what is wrong, *CONN_OUT is NULL, and the exit code
 * is returned; SKEP_EXIT_OK otherwise. */
SKEP_MUST_USE int skep_connect_open(const struct skep_connect_settings *settings,
                                    struct skep_conn **conn_out);

/* The same for a command that works on one queue: its name is checked first. */
SKEP_MUST_USE int skep_connect_queue(const struct skep_connect_settings *settings, const char *queue,
                                     struct skep_keys *keys_out, struct skep_conn **conn_out);

#endif
