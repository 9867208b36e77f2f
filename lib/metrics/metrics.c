/* SPDX-License-Identifier: MIT */
#include "metrics/metrics.h"

#include <assert.h>
#include <stdatomic.h>

/* Processes that share a page do not share a lock. */
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "metrics need atomics without locks");

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_SECONDS };

struct metric_row {
    enum metric_kind kind;
    const char *word;
    const char *help;
};

#define METRIC_ROW(name, kind, word, help) [SKEP_METRIC_##name] = {METRIC_##kind, word, help},
static const struct metric_row metric_rows[] = {SKEP_METRIC_MAP(METRIC_ROW)};
#undef METRIC_ROW

void skep_metrics_add(struct skep_metrics *metrics, enum skep_metric metric, uint64_t n)
{
    assert(metric_rows[metric].kind != METRIC_GAUGE);
    atomic_fetch_add_explicit(&metrics->values[metric], n, memory_order_relaxed);
}

void skep_metrics_set(struct skep_metrics *metrics, enum skep_metric metric, uint64_t n)
{
    assert(metric_rows[metric].kind == METRIC_GAUGE);
    atomic_store_explicit(&metrics->values[metric], n, memory_order_relaxed);
}

uint64_t skep_metrics_get(const struct skep_metrics *metrics, enum skep_metric metric)
{
    return atomic_load_explicit(&metrics->values[metric], memory_order_relaxed);
}

void skep_metrics_add_all(struct skep_metrics *into, const struct skep_metrics *from)
{
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        atomic_fetch_add_explicit(&into->values[i], skep_metrics_get(from, (enum skep_metric)i),
                                  memory_order_relaxed);
    }
}

void skep_metrics_describe(struct skep_buf *buf)
{
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        const struct metric_row *row = &metric_rows[i];
        const char *kind = row->kind == METRIC_GAUGE ? "gauge" : "counter";
        skep_buf_printf(buf, "%s %s %s\n", row->word, kind, row->help);
    }
}

static void metric_write_number(struct skep_buf *buf, enum metric_kind kind, uint64_t value)
{
    if (kind == METRIC_SECONDS) {
        skep_buf_printf(buf, "%llu.%09llu", (unsigned long long)(value / 1000000000),
                        (unsigned long long)(value % 1000000000));
        return;
    }
    skep_buf_add_u64(buf, value);
}

void skep_metrics_write_json(struct skep_buf *buf, const struct skep_metrics *metrics)
{
    skep_buf_add_char(buf, '{');
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        skep_buf_printf(buf, "%s\"%s\":", i > 0 ? "," : "", metric_rows[i].word);
        metric_write_number(buf, metric_rows[i].kind, skep_metrics_get(metrics, (enum skep_metric)i));
    }
    skep_buf_add_char(buf, '}');
}
