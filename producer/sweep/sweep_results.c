/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_results.h"

#include <string.h>

enum { RESULTS_BATCH = 500 };

skep_status skep_sweep_results_open(struct skep_sweep_results *results, const char *path,
                                    struct skep_conn *conn, const char *queue, struct skep_error *err)
{
    skep_status st;

    *results = (struct skep_sweep_results){0};
    st = skep_sink_open(&results->sink, strcmp(path, "-") == 0 ? NULL : path, err);
    if (st == SKEP_OK) {
        results->is_open = true;
        st = skep_collector_init(&results->collector, conn, queue, err);
    }
    return st;
}

skep_status skep_sweep_results_step(struct skep_sweep_results *results, struct skep_error *err)
{
    struct skep_bytes batch[RESULTS_BATCH];
    size_t n = 0;
    skep_status st = skep_collect(&results->collector, results->n_stored, RESULTS_BATCH, batch, &n, err);

    if (st != SKEP_OK) {
        return st;
    }
    results->n_stored = 0;
    if (n == 0) {
        return SKEP_EMPTY;
    }
    st = skep_sink_store(&results->sink, batch, n, err);
    results->n_stored = st == SKEP_OK ? n : 0;
    return st;
}

skep_status skep_sweep_results_begin_anew(struct skep_sweep_results *results, struct skep_error *err)
{
    char queue[SKEP_QUEUE_NAME_MAX + 1];

    if (skep_conn_is_open(results->collector.conn)) { /* our mark may be on the new server, too */
        (void)!skep_collect_leave(&results->collector, 0, NULL);
    }
    memcpy(queue, results->collector.keys.name, sizeof queue);
    results->n_stored = 0;
    return skep_collector_init(&results->collector, results->collector.conn, queue, err);
}

void skep_sweep_results_close(struct skep_sweep_results *results)
{
    if (results->is_open) {
        skep_sink_close(&results->sink);
    }
    results->is_open = false;
}
