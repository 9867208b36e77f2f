/* SPDX-License-Identifier: MIT */
#include "queue/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/url.h"

enum { SERVER_PASSWORD_BYTES = 512 };

/* The first line of the file, without its end. */
static skep_status server_read_password(const char *path, char *password, size_t size, struct skep_error *err)
{
    FILE *file = fopen(path, "re");
    size_t n;

    if (file == NULL) {
        return skep_error_errno(err, SKEP_E_USAGE, "the password file %s", path);
    }
    n = fread(password, 1, size - 1, file);
    fclose(file);
    password[n] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    if (n == size - 1 || password[0] == '\0') {
        return skep_error_set(err, SKEP_E_USAGE,
                              "the password file %s: its first line must have 1 to %zu bytes", path,
                              size - 2);
    }
    return SKEP_OK;
}

skep_status skep_server_conn_new(const struct skep_server_settings *settings, const char *client_name,
                                 struct skep_conn **conn_out, struct skep_error *err)
{
    char password[SERVER_PASSWORD_BYTES] = "";
    const char *from_env = getenv(SKEP_SERVER_PASSWORD_ENV);
    struct skep_conn_options options = {
        .ca_file = settings->ca_file,
        .ca_dir = settings->ca_dir,
        .cert_file = settings->cert_file,
        .key_file = settings->key_file,
        .client_name = client_name,
        .connect_timeout_ms = (int)(settings->connect_timeout_s * 1000),
        .read_timeout_ms = (int)(settings->read_timeout_s * 1000),
    };
    skep_status st;

    *conn_out = NULL;
    if (settings->url == NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "no server: give --redis URL or set SKEP_REDIS");
    }
    st = skep_url_parse(settings->url, &options.url, err);
    if (st == SKEP_OK && from_env != NULL && from_env[0] != '\0') {
        options.password = from_env;
    } else if (st == SKEP_OK && settings->password_file != NULL) {
        st = server_read_password(settings->password_file, password, sizeof password, err);
        options.password = password;
    }
    if (st == SKEP_OK) {
        st = skep_conn_new(&options, conn_out, err);
    }
    explicit_bzero(password, sizeof password);
    return st;
}

/* The password part of `scheme://user:password@...`: where it starts and how long it is. As queue/url.h has
 * it, the last '@' ends it: people do not encode the one in their password. */
static char *server_find_password(char *text, size_t *n_out)
{
    char *authority = strstr(text, "://");
    char *at = authority != NULL ? strrchr(authority + 3, '@') : NULL;
    char *colon = at != NULL ? strchr(authority + 3, ':') : NULL;

    if (colon == NULL || colon > at) {
        return NULL;
    }
    *n_out = (size_t)(at - colon) - 1;
    return colon + 1;
}

skep_status skep_server_hide_password(const struct skep_server_settings *settings, int argc, char **argv,
                                      struct skep_error *err)
{
    struct skep_url url;

    for (int i = 1; i < argc; i++) {
        size_t n;
        char *password = server_find_password(argv[i], &n);
        if (password != NULL) {
            memset(password, '*', n);
        }
    }
    if (settings->url == NULL || getenv(SKEP_SERVER_PASSWORD_ENV) != NULL) {
        return SKEP_OK;
    }
    if (skep_url_parse(settings->url, &url, NULL) == SKEP_OK && url.password[0] != '\0' &&
        setenv(SKEP_SERVER_PASSWORD_ENV, url.password, 1) != 0) {
        return skep_error_errno(err, SKEP_E_NOMEM, "setenv");
    }
    return SKEP_OK;
}
