/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_SERVER_H
#define SKEP_QUEUE_SERVER_H

#include <stddef.h>

#include "base/error.h"
#include "config/option.h"
#include "queue/conn.h"

/* How every program of skep is told where its Redis server is: the same rows, the same words, the same
 * checks. */
struct skep_server_settings {
    const char *url; /* NULL: not told */
    const char *password_file;
    const char *ca_file;
    const char *ca_dir;
    const char *cert_file;
    const char *key_file;
    double connect_timeout_s;
    double read_timeout_s;
};

/* Where a password is looked for that no process list shows. */
#define SKEP_SERVER_PASSWORD_ENV "SKEP_REDIS_PASSWORD"

/* The rows, for a settings struct TYPE with a member FIELD of type struct skep_server_settings. */
#define SKEP_SERVER_ROWS(type, field)                                                                        \
    {.name = "redis",                                                                                        \
     .kind = SKEP_OPT_TEXT,                                                                                  \
     .offset = offsetof(type, field.url),                                                                    \
     .value_name = "URL",                                                                                    \
     .env = "SKEP_REDIS",                                                                                    \
     .help = "the Redis server: redis://[user:password@]host[:port][/db], rediss:// for TLS, unix:///path"}, \
        {.name = "password-file",                                                                            \
         .kind = SKEP_OPT_TEXT,                                                                              \
         .offset = offsetof(type, field.password_file),                                                      \
         .value_name = "FILE",                                                                               \
         .help = "read the password from the first line of FILE; the environment variable "                  \
                 "SKEP_REDIS_PASSWORD wins"},                                                                \
        {.name = "tls-ca",                                                                                   \
         .kind = SKEP_OPT_TEXT,                                                                              \
         .offset = offsetof(type, field.ca_file),                                                            \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_TLS_CA",                                                                               \
         .help = "certificates to trust, instead of the system's"},                                          \
        {.name = "tls-ca-dir",                                                                               \
         .kind = SKEP_OPT_TEXT,                                                                              \
         .offset = offsetof(type, field.ca_dir),                                                             \
         .value_name = "DIR",                                                                                \
         .help = "a folder of certificates to trust, by hash"},                                              \
        {.name = "tls-cert",                                                                                 \
         .kind = SKEP_OPT_TEXT,                                                                              \
         .offset = offsetof(type, field.cert_file),                                                          \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_TLS_CERT",                                                                             \
         .help = "our own certificate, where the server asks for one"},                                      \
        {.name = "tls-key",                                                                                  \
         .kind = SKEP_OPT_TEXT,                                                                              \
         .offset = offsetof(type, field.key_file),                                                           \
         .value_name = "FILE",                                                                               \
         .env = "SKEP_TLS_KEY",                                                                              \
         .help = "the key of that certificate"},                                                             \
        {.name = "connect-timeout",                                                                          \
         .kind = SKEP_OPT_SECONDS,                                                                           \
         .offset = offsetof(type, field.connect_timeout_s),                                                  \
         .default_text = "3",                                                                                \
         .least = 0.01,                                                                                      \
         .most = 600,                                                                                        \
         .value_name = "SECONDS",                                                                            \
         .help = "how long one attempt to connect may take"},                                                \
    {                                                                                                        \
        .name = "read-timeout", .kind = SKEP_OPT_SECONDS, .offset = offsetof(type, field.read_timeout_s),    \
        .default_text = "3", .least = 0.01, .most = 600, .value_name = "SECONDS",                            \
        .help = "how long the server may be silent when an answer is due"                                    \
    }

/* A connection, not yet open, as the settings say.
 *   SKEP_E_USAGE  no URL, a wrong URL, a password file that cannot be read
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_server_conn_new(const struct skep_server_settings *settings,
                                               const char *client_name, struct skep_conn **conn_out,
                                               struct skep_error *err);

/* Move a password out of sight: overwrite the one in a URL on the command line with '*', so that the process
 * list does not show it, and put it into the environment variable SKEP_REDIS_PASSWORD of this process for its
 * children. To be called once the settings (copies) have been read, before any thread starts. */
SKEP_MUST_USE skep_status skep_server_hide_password(const struct skep_server_settings *settings, int argc,
                                                    char **argv, struct skep_error *err);

#endif
