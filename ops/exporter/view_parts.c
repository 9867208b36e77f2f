/* SPDX-License-Identifier: MIT */
#include "view_parts.h"

#include <math.h>

#include "task/json.h"
#include "task/json_member.h"

/* Six digits are more than a picture shows. */
static void view_add_number(struct skep_buf *buf, double number)
{
    if (!isfinite(number)) {
        skep_buf_add_text(buf, "null");
    } else {
        skep_buf_printf(buf, number == trunc(number) && fabs(number) < 1e15 ? "%.0f" : "%.6g", number);
    }
}

void skep_export_view_f64(struct skep_buf *buf, const char *name, double number)
{
    skep_json_add_key(buf, name);
    view_add_number(buf, number);
}

void skep_export_view_age(struct skep_buf *buf, const char *name, int64_t ms)
{
    skep_export_view_f64(buf, name, ms >= 0 ? (double)ms / 1e3 : NAN);
}

void skep_export_view_next(struct skep_buf *buf)
{
    if (buf->length > 0 && buf->bytes[buf->length - 1] != '[') {
        skep_buf_add_char(buf, ',');
    }
}

void skep_export_view_quantiles(struct skep_buf *buf, const int64_t buckets[SKEP_SECONDS_BUCKETS])
{
    skep_export_view_f64(buf, "p50_s", skep_seconds_quantile(buckets, 0.5));
    skep_export_view_f64(buf, "p95_s", skep_seconds_quantile(buckets, 0.95));
    skep_export_view_f64(buf, "p99_s", skep_seconds_quantile(buckets, 0.99));
}

void skep_export_view_history(struct skep_buf *buf, const struct skep_export_history *history)
{
    skep_json_add_key(buf, "history");
    skep_buf_add_char(buf, '{');
    skep_json_member_i64(buf, "step_s", SKEP_EXPORT_STEP_MS / 1000);
    skep_json_add_key(buf, "at_ms");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < history->n_points; i++) {
        skep_export_view_next(buf);
        skep_buf_add_i64(buf, skep_export_history_at(history, i)->wall_ms);
    }
    skep_buf_add_char(buf, ']');
    for (int k = 0; k < SKEP_EXPORT_SERIES; k++) {
        skep_json_add_key(buf, skep_export_series_word((enum skep_export_series)k));
        skep_buf_add_char(buf, '[');
        for (size_t i = 0; i < history->n_points; i++) {
            skep_export_view_next(buf);
            view_add_number(buf, (double)skep_export_history_at(history, i)->values[k]);
        }
        skep_buf_add_char(buf, ']');
    }
    skep_buf_add_char(buf, '}');
}
