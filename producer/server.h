/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SERVER_H
#define SKEP_PRODUCER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/option.h"
#include "queue/backoff.h"
#include "queue/conn.h"

/* Where the Redis server is: the same settings in every command. */
struct skep_server_settings {
    const char *url; /* NULL: none was given */
    const char *password_file;
    const char *ca_file;
    const char *ca_dir;
    const char *cert_file;
    const char *key_file;
    double connect_timeout_s;
    double read_timeout_s;
    double wait_s; /* how long to go on trying */
};

/* The rows of these settings, for a command whose own struct has them at offset AT. */
#define SKEP_SERVER_ROW(at, field) .offset = (at) + offsetof(struct skep_server_settings, field)
#define SKEP_SERVER_ROWS(at)                                                                                 \
    {.name = "redis",                                                                                        \
     .kind = SKEP_OPT_TEXT,                                                                                  \
     SKEP_SERVER_ROW(at, url),                                                                               \
     .value_name = "URL",                                                                                    \
     .env = "SKEP_REDIS",                                                                                    \
     .help = "the server: redis://[user@]host[:port][/db], rediss:// for TLS, unix:///path"},                \
        {.name = "password-file",                                                                            \
         .kind = SKEP_OPT_TEXT,                                                                              \
         SKEP_SERVER_ROW(at, password_file),                                                                 \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_REDIS_PASSWORD_FILE",                                                                  \
         .help = "read the server's password from the first line of FILE; the environment variable "         \
                 "SKEP_REDIS_PASSWORD holds the password itself"},                                           \
        {.name = "tls-ca",                                                                                   \
         .kind = SKEP_OPT_TEXT,                                                                              \
         SKEP_SERVER_ROW(at, ca_file),                                                                       \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_TLS_CA",                                                                               \
         .help = "certificates to trust with rediss://, in place of the system's"},                          \
        {.name = "tls-ca-dir",                                                                               \
         .kind = SKEP_OPT_TEXT,                                                                              \
         SKEP_SERVER_ROW(at, ca_dir),                                                                        \
         .value_name = "FOLDER",                                                                             \
         .env = "SKEP_TLS_CA_DIR",                                                                           \
         .help = "a folder of certificates to trust, named by hash"},                                        \
        {.name = "tls-cert",                                                                                 \
         .kind = SKEP_OPT_TEXT,                                                                              \
         SKEP_SERVER_ROW(at, cert_file),                                                                     \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_TLS_CERT",                                                                             \
         .help = "our own certificate, for a server that asks for one"},                                     \
        {.name = "tls-key",                                                                                  \
         .kind = SKEP_OPT_TEXT,                                                                              \
         SKEP_SERVER_ROW(at, key_file),                                                                      \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_TLS_KEY",                                                                              \
         .help = "the key of our certificate"},                                                              \
        {.name = "connect-timeout",                                                                          \
         .kind = SKEP_OPT_SECONDS,                                                                           \
         SKEP_SERVER_ROW(at, connect_timeout_s),                                                             \
         .default_text = "3",                                                                                \
         .least = 0.01,                                                                                      \
         .most = 3600,                                                                                       \
         .value_name = "SECONDS",                                                                            \
         .help = "how long one try to connect may take"},                                                    \
        {.name = "read-timeout",                                                                             \
         .kind = SKEP_OPT_SECONDS,                                                                           \
         SKEP_SERVER_ROW(at, read_timeout_s),                                                                \
         .default_text = "5",                                                                                \
         .least = 0.01,                                                                                      \
         .most = 3600,                                                                                       \
         .value_name = "SECONDS",                                                                            \
         .help = "how long the server may be silent when it owes an answer"},                                \
    {                                                                                                        \
        .name = "wait", .kind = SKEP_OPT_SECONDS, SKEP_SERVER_ROW(at, wait_s), .default_text = "30",         \
        .least = 0, .most = 31536000, .value_name = "SECONDS",                                               \
        .help =                                                                                              \
            "how long to go on trying when the server cannot be reached or cannot serve; 0 gives up at once" \
    }

/* The row of -q, for a command whose own struct has the name (const char *) at offset AT. */
#define SKEP_QUEUE_ROW(at)                                                                                   \
    {                                                                                                        \
        .name = "queue", .letter = 'q', .kind = SKEP_OPT_TEXT, .offset = (at), .value_name = "QUEUE",        \
        .env = "SKEP_QUEUE", .help = "the queue"                                                             \
    }

/* A server that does not answer is asked again, with growing pauses, as long as the user is willing to wait.
 */
struct skep_patience {
    int64_t limit_ms;
    int64_t since_ms; /* monotonic; -1: nothing is wrong */
    struct skep_backoff backoff;
};

void skep_patience_init(struct skep_patience *patience, double wait_s);
void skep_patience_reset(struct skep_patience *patience); /* it worked */

/* After STATUS, which is not SKEP_OK: true when it is worth another try, after a pause; the user is told of
 * the first one. False when trying again is useless, the time is over, or the program was told to stop. */
bool skep_patience_wait(struct skep_patience *patience, skep_status status, const struct skep_error *err);

/* What lib/queue wants to know, for whoever connects himself. The password goes to PASSWORD (512 bytes) and
 * is to be wiped with skep_server_wipe after skep_conn_new has copied it. When no server was given, it is
 * SKEP_E_USAGE and says what to do. */
SKEP_MUST_USE skep_status skep_server_options(const struct skep_server_settings *settings, char *password,
                                              struct skep_conn_options *options_out, struct skep_error *err);
void skep_server_wipe(char *password);
enum { SKEP_SERVER_PASSWORD_BYTES = 512 };

/* An open connection. On failure the user has been told what is wrong, *CONN_OUT is NULL, and the exit code
 * is returned; SKEP_EXIT_OK otherwise. */
SKEP_MUST_USE int skep_server_open(const struct skep_server_settings *settings, struct skep_conn **conn_out);

/* Overwrite the passwords in the URLs of a command line. */
void skep_server_scrub(int argc, char **argv);

#endif
