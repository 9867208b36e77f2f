/* SPDX-License-Identifier: MIT */
#include "producer/cli/connect.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/cli/stop.h"

struct connect_alone {
    struct skep_connect_settings connect;
};

const struct skep_option skep_connect_options[] = {
    SKEP_CONNECT_ROWS(struct connect_alone, connect),
    {.name = NULL},
};

bool skep_connect_is_private(const struct skep_connect_settings *settings)
{
    const char *url = settings->server.url;

    return url == NULL || url[0] == '\0' || strcmp(url, "private") == 0;
}

void skep_patience_init(struct skep_patience *patience, double wait_s)
{
    *patience = (struct skep_patience){.limit_ms = (int64_t)(wait_s * 1000), .since_ms = -1};
}

void skep_patience_reset(struct skep_patience *patience)
{
    patience->since_ms = -1;
    skep_backoff_reset(&patience->backoff);
}

static void patience_tell(const struct skep_patience *patience, skep_status status,
                          const struct skep_error *err)
{
    if (!patience->is_quiet) {
        skep_complain("%s; trying again for %g s (--wait)", skep_error_text(err, status),
                      (double)patience->limit_ms / 1000);
    }
}

bool skep_patience_wait(struct skep_patience *patience, skep_status status, const struct skep_error *err)
{
    struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};
    int64_t now = skep_monotonic_ms();
    int64_t left;
    int pause;

    if (skep_status_kind(status) != SKEP_TRANSIENT || skep_stop_is_asked() || patience->limit_ms <= 0) {
        return false;
    }
    if (patience->since_ms < 0) {
        patience->since_ms = now;
        patience_tell(patience, status, err);
    }
    left = patience->since_ms + patience->limit_ms - now;
    if (left <= 0) {
        return false;
    }
    pause = skep_backoff_next_ms(&patience->backoff);
    (void)poll(&stop, 1, pause < left ? pause : (int)left);
    return !skep_stop_is_asked();
}

static int connect_fail(skep_status st, const struct skep_error *err)
{
    int exit_code = skep_stop_is_asked() ? SKEP_EXIT_INTERRUPTED : skep_complain_error(st, err);

    if (st == SKEP_E_UNREACHABLE && exit_code == SKEP_EXIT_SERVER) {
        skep_complain("is a Redis server running there? (`skep run` needs none)");
    }
    return exit_code;
}

int skep_connect_open(const struct skep_connect_settings *settings, struct skep_conn **conn_out)
{
    struct skep_patience patience;
    struct skep_conn *conn = NULL;
    struct skep_error err = {0};
    skep_status st;

    *conn_out = NULL;
    if (settings->server.url == NULL) {
        skep_complain("no server: give --redis URL or set SKEP_REDIS (`skep run` needs none)");
        return SKEP_EXIT_USAGE;
    }
    st = skep_server_conn_new(&settings->server, "skep", &conn, &err);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_patience_init(&patience, settings->wait_s);
    do {
        skep_error_clear(&err);
        st = skep_conn_connect(conn, &err);
    } while (st != SKEP_OK && skep_patience_wait(&patience, st, &err));
    if (st != SKEP_OK) {
        skep_conn_free(conn);
        return connect_fail(st, &err);
    }
    *conn_out = conn;
    return SKEP_EXIT_OK;
}

int skep_connect_queue(const struct skep_connect_settings *settings, const char *queue,
                       struct skep_keys *keys_out, struct skep_conn **conn_out)
{
    struct skep_error err = {0};
    skep_status st;

    *conn_out = NULL;
    if (queue == NULL) {
        skep_complain("which queue? Give -q QUEUE or set SKEP_QUEUE (`skep queues` lists them)");
        return SKEP_EXIT_USAGE;
    }
    st = skep_keys_init(keys_out, queue, &err);
    return st != SKEP_OK ? skep_complain_error(st, &err) : skep_connect_open(settings, conn_out);
}
