/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "state.h"

#define AT(member) offsetof(struct skep_export_settings, member)

const struct skep_option skep_export_options[] = {
    SKEP_SERVER_ROWS(struct skep_export_settings, server),
    {.name = "listen",
     .letter = 'l',
     .kind = SKEP_OPT_TEXT,
     .offset = AT(listen),
     .default_text = "127.0.0.1:9464",
     .value_name = "ADDRESS:PORT",
     .env = "SKEP_EXPORTER_LISTEN",
     .help =
         "where to answer HTTP; :9464 is all addresses of this machine, [::1]:9464 an IPv6 one, port 0 any "
         "free one"},
    {.name = "queue",
     .letter = 'q',
     .kind = SKEP_OPT_LIST,
     .offset = AT(queues),
     .value_name = "QUEUE",
     .help = "a queue to show; all that the server knows when none is given"},
    {.name = "max-queues",
     .kind = SKEP_OPT_I64,
     .offset = AT(max_queues),
     .default_text = "1000",
     .least = 1,
     .most = SKEP_EXPORT_QUEUES_MOST,
     .value_name = "N",
     .help = "show no more than so many, the first ones by name; how many are left out is told"},
    {.name = "interval",
     .kind = SKEP_OPT_SECONDS,
     .offset = AT(interval_s),
     .default_text = "1s",
     .least = 0.05,
     .most = 60,
     .value_name = "SECONDS",
     .help = "read Redis so often; more seldom where reading takes longer than a quarter of it"},
    SKEP_PROGRAM_ROWS(struct skep_export_settings, program, "error, warn, info, debug or trace",
                      "SKEP_EXPORTER_CONFIG", "list the metrics, and end"),
    {0},
};
