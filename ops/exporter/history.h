/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_HISTORY_H
#define SKEP_EXPORTER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/histogram.h"

/* The last ten minutes of a queue, or of all of them: a point every two seconds, in a ring. What is not known
 * is NaN. */

/* What is kept of each point: name, its word in the JSON. */
#define SKEP_EXPORT_SERIES_MAP(X)                                                                            \
    X(LEFT, "left")                                                                                          \
    X(WAITING, "waiting")                                                                                    \
    X(HELD, "held")                                                                                          \
    X(RESULTS, "results")                                                                                    \
    X(IN, "in_per_s")                                                                                        \
    X(OUT, "out_per_s")                                                                                      \
    X(FAILED, "failed_per_s")                                                                                \
    X(SLOTS, "slots")                                                                                        \
    X(BUSY, "busy")                                                                                          \
    X(P50, "p50_s")                                                                                          \
    X(P95, "p95_s")                                                                                          \
    X(P99, "p99_s")

#define SKEP_EXPORT_SERIES_ENUM(name, word) SKEP_EXPORT_##name,
enum skep_export_series { SKEP_EXPORT_SERIES_MAP(SKEP_EXPORT_SERIES_ENUM) SKEP_EXPORT_SERIES };
#undef SKEP_EXPORT_SERIES_ENUM

enum {
    SKEP_EXPORT_STEP_MS = 2000,
    SKEP_EXPORT_POINTS = 300,
    SKEP_EXPORT_WINDOW = 5 /* steps that a rate is taken over */
};

struct skep_export_point {
    int64_t wall_ms;
    float values[SKEP_EXPORT_SERIES];
};

/* What only grows, at one instant. */
struct skep_export_sums {
    int64_t at_ms; /* monotonic */
    int64_t n_in, n_out, n_failed;
    bool counts_puts;                      /* what n_in counts: queue/admin.h */
    int64_t buckets[SKEP_SECONDS_BUCKETS]; /* time of tasks */
};

struct skep_export_history {
    size_t n_points, next;
    struct skep_export_point points[SKEP_EXPORT_POINTS];
    size_t n_marks; /* sums of the last steps, the newest last */
    struct skep_export_sums marks[SKEP_EXPORT_WINDOW];
    int64_t step_buckets[SKEP_SECONDS_BUCKETS]; /* tasks that ended in the last step */
};

struct skep_export_rates {
    double in_per_s, out_per_s, failed_per_s; /* NaN: not known yet */
};

/* A point of one queue: POINT with its gauges set, the rest comes from SUMS and those before it. A sum that
 * has become smaller (somebody emptied the server) counts as new from 0. */
void skep_export_history_add(struct skep_export_history *history, const struct skep_export_point *point,
                             const struct skep_export_sums *sums);

/* A point of which nothing is known. Rates start anew behind it. */
void skep_export_history_add_gap(struct skep_export_history *history, int64_t wall_ms);

/* A point that was added up elsewhere: all queues together. */
void skep_export_history_add_point(struct skep_export_history *history,
                                   const struct skep_export_point *point);

/* The last point; NULL: there is none. */
const struct skep_export_point *skep_export_history_last(const struct skep_export_history *history);

/* The I-th point, the oldest being 0. */
const struct skep_export_point *skep_export_history_at(const struct skep_export_history *history, size_t i);

/* From the oldest of the last steps until SUMS. */
struct skep_export_rates skep_export_history_rates(const struct skep_export_history *history,
                                                   const struct skep_export_sums *sums);

/* The three quantiles of BUCKETS go into VALUES. */
void skep_export_point_set_quantiles(struct skep_export_point *point,
                                     const int64_t buckets[SKEP_SECONDS_BUCKETS]);

const char *skep_export_series_word(enum skep_export_series series);

#endif
