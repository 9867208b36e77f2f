/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_COLLECT_H
#define SKEP_EXPORTER_COLLECT_H

#include "queue/conn.h"
#include "settings.h"
#include "state.h"

/* The one who asks Redis, over one connection, and tells the state. Of many queues those in which nothing is
 * and nobody works are asked more seldom: ten thousand forgotten ones cost little. */
struct skep_export_collector {
    const struct skep_export_settings *settings;
    struct skep_export_state *state;
    struct skep_conn *conn;
    uint64_t n_readings;
    int64_t facts_ms; /* when the server was last asked about itself; -1: never */
    int64_t point_ms; /* when history got its last point; -1: never */
    bool was_up;      /* told in the log */
};

enum { SKEP_EXPORT_FEW = 100, SKEP_EXPORT_SELDOM = 10 /* readings, for quiet queues among more than FEW */ };

/* SKEP_E_USAGE, SKEP_E_NOMEM   a setting of the server is wrong; the name of a queue is none */
SKEP_MUST_USE skep_status skep_export_collector_init(struct skep_export_collector *collector,
                                                     const struct skep_export_settings *settings,
                                                     struct skep_export_state *state, struct skep_error *err);
void skep_export_collector_release(struct skep_export_collector *collector);

/* Read everything once, connecting if need be; what went wrong is in the state. May wait for Redis as long as
 * its time-outs allow. Returns how long to sleep until the next time, in ms. */
int skep_export_collect(struct skep_export_collector *collector);

#endif
