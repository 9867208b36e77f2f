/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define SERIES_WORD(name, word) [SKEP_EXPORT_##name] = (word),
static const char *const series_words[SKEP_EXPORT_SERIES] = {SKEP_EXPORT_SERIES_MAP(SERIES_WORD)};
#undef SERIES_WORD

const char *skep_export_series_word(enum skep_export_series series)
{
    return series_words[series];
}

void skep_export_point_set_quantiles(struct skep_export_point *point,
                                     const int64_t buckets[SKEP_SECONDS_BUCKETS])
{
    point->values[SKEP_EXPORT_P50] = (float)skep_seconds_quantile(buckets, 0.5);
    point->values[SKEP_EXPORT_P95] = (float)skep_seconds_quantile(buckets, 0.95);
    point->values[SKEP_EXPORT_P99] = (float)skep_seconds_quantile(buckets, 0.99);
}

/* By how much a sum has grown. */
static int64_t history_growth(int64_t before, int64_t now)
{
    return now >= before ? now - before : now;
}

static struct skep_export_rates history_rates_since(const struct skep_export_sums *before,
                                                    const struct skep_export_sums *now)
{
    struct skep_export_rates rates = {NAN, NAN, NAN};
    double seconds;

    if (before == NULL || now->at_ms <= before->at_ms) {
        return rates;
    }
    seconds = (double)(now->at_ms - before->at_ms) / 1e3;
    if (before->counts_puts == now->counts_puts) {
        rates.in_per_s = (double)history_growth(before->n_in, now->n_in) / seconds;
    }
    rates.out_per_s = (double)history_growth(before->n_out, now->n_out) / seconds;
    rates.failed_per_s = (double)history_growth(before->n_failed, now->n_failed) / seconds;
    return rates;
}

struct skep_export_rates skep_export_history_rates(const struct skep_export_history *history,
                                                   const struct skep_export_sums *sums)
{
    return history_rates_since(history->n_marks > 0 ? &history->marks[0] : NULL, sums);
}

void skep_export_history_add_point(struct skep_export_history *history, const struct skep_export_point *point)
{
    history->points[history->next] = *point;
    history->next = (history->next + 1) % SKEP_EXPORT_POINTS;
    if (history->n_points < SKEP_EXPORT_POINTS) {
        history->n_points++;
    }
}

static void history_push_mark(struct skep_export_history *history, const struct skep_export_sums *sums)
{
    if (history->n_marks == SKEP_EXPORT_WINDOW) {
        memmove(&history->marks[0], &history->marks[1], (SKEP_EXPORT_WINDOW - 1) * sizeof history->marks[0]);
        history->n_marks--;
    }
    history->marks[history->n_marks++] = *sums;
}

void skep_export_history_add(struct skep_export_history *history, const struct skep_export_point *point,
                             const struct skep_export_sums *sums)
{
    const struct skep_export_sums *before =
        history->n_marks > 0 ? &history->marks[history->n_marks - 1] : NULL;
    struct skep_export_rates rates = history_rates_since(before, sums);
    struct skep_export_point all = *point;

    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        history->step_buckets[k] = before != NULL ? history_growth(before->buckets[k], sums->buckets[k]) : 0;
    }
    all.values[SKEP_EXPORT_IN] = (float)rates.in_per_s;
    all.values[SKEP_EXPORT_OUT] = (float)rates.out_per_s;
    all.values[SKEP_EXPORT_FAILED] = (float)rates.failed_per_s;
    skep_export_point_set_quantiles(&all, history->step_buckets);
    skep_export_history_add_point(history, &all);
    history_push_mark(history, sums);
}

void skep_export_history_add_gap(struct skep_export_history *history, int64_t wall_ms)
{
    struct skep_export_point gap = {.wall_ms = wall_ms};

    for (int i = 0; i < SKEP_EXPORT_SERIES; i++) {
        gap.values[i] = NAN;
    }
    skep_export_history_add_point(history, &gap);
    history->n_marks = 0;
    memset(history->step_buckets, 0, sizeof history->step_buckets);
}

const struct skep_export_point *skep_export_history_at(const struct skep_export_history *history, size_t i)
{
    assert(i < history->n_points);
    return &history
                ->points[(history->next + SKEP_EXPORT_POINTS - history->n_points + i) % SKEP_EXPORT_POINTS];
}

const struct skep_export_point *skep_export_history_last(const struct skep_export_history *history)
{
    return history->n_points > 0 ? skep_export_history_at(history, history->n_points - 1) : NULL;
}
