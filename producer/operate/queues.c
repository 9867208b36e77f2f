/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/alloc.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/operate/status.h"

enum { QUEUES_MAX_BYTES = 16 * 1024 * 1024 };

struct queues_settings {
    struct skep_connect_settings connect;
};

static const struct skep_option queues_options[] = {
    SKEP_CONNECT_ROWS(struct queues_settings, connect),
    {.name = NULL},
};

static int queues_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct queues_settings *settings = settings_read;
    skep_queue_name *names;
    struct skep_conn *conn;
    struct skep_buf buf;
    struct skep_error err = {0};
    size_t n;
    skep_status st;
    int exit_code = skep_connect_open(&settings->connect, &conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = skep_status_list_queues(conn, &names, &n, &err);
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_buf_init(&buf, QUEUES_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        skep_buf_printf(&buf, "%s\n", names[i]);
    }
    skep_free(names);
    return skep_print_buf(&buf);
}

static const char *const queues_text[] = {
    "Print the names of all queues that a worker or `skep push` has used, one a line. `skep status` "
    "shows what is in them.",
    NULL,
};

static const char *const queues_examples[] = {
    "for q in $(skep queues); do skep audit -q $q; done",
    "audit them all",
    NULL,
};

const struct skep_command skep_command_queues = {
    .name = "queues",
    .summary = "the names of all queues",
    .usage = "[OPTION...]",
    .text = queues_text,
    .examples = queues_examples,
    .options = queues_options,
    .settings_bytes = sizeof(struct queues_settings),
    .act = queues_act,
};
