/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_TEXT_H
#define SKEP_EXPORTER_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The Prometheus text format, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). */
#define SKEP_EXPORT_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct skep_export_label {
    const char *name;  /* ours: needs no escaping */
    const char *value; /* anybody's */
};

struct skep_export_labels {
    size_t n;
    struct skep_export_label items[4];
};

/* The two lines before the samples of a family; KIND is "counter", "gauge" or "histogram". */
void skep_export_text_head(struct skep_buf *buf, const char *name, const char *kind, const char *help);

/* A sample. SUFFIX ("_total"): behind the name. LABELS may be NULL. Whole numbers have no point; NaN, +Inf
 * and -Inf are what the format has them. What is not UTF-8 in a label becomes '?'. */
void skep_export_text_sample(struct skep_buf *buf, const char *name, const char *suffix,
                             const struct skep_export_labels *labels, double value);

/* The samples of a histogram: cumulative buckets with +Inf, sum, count. */
struct skep_export_histogram {
    size_t n_bounds;
    double (*bound)(int k);
    const int64_t *buckets; /* n_bounds + 1, each for itself */
    double sum;
};
void skep_export_text_histogram(struct skep_buf *buf, const char *name,
                                const struct skep_export_labels *labels,
                                const struct skep_export_histogram *histogram);

#endif
