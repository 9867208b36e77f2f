/* SPDX-License-Identifier: MIT */
#include "task/result.h"

#include <math.h>
#include <string.h>

#include "task/json.h"
#include "task/timestamp.h"

static void result_add_text(struct skep_buf *buf, const char *key, const char *text)
{
    if (text != NULL) {
        skep_json_add_key(buf, key);
        skep_json_add_text(buf, text, strlen(text));
    }
}

static void result_add_i64(struct skep_buf *buf, const char *key, int64_t number)
{
    skep_json_add_key(buf, key);
    skep_buf_add_i64(buf, number);
}

/* A time that is not known, or that no calendar has, is null. */
static void result_add_time(struct skep_buf *buf, const char *key, int64_t ms)
{
    char text[SKEP_TIMESTAMP_BYTES];

    skep_json_add_key(buf, key);
    if (ms <= 0 || ms > SKEP_TIMESTAMP_MAX_MS) {
        skep_buf_add_text(buf, "null");
        return;
    }
    skep_timestamp_format(ms, text);
    skep_buf_add_char(buf, '"');
    skep_buf_add(buf, text, SKEP_TIMESTAMP_BYTES - 1);
    skep_buf_add_char(buf, '"');
}

/* Measured times, to the nanosecond: no clock of ours is finer, and digits cost in every result. */
static void result_add_seconds(struct skep_buf *buf, const char *key, double seconds)
{
    skep_json_add_key(buf, key);
    skep_json_add_f64(buf, round(seconds * 1e9) / 1e9);
}

static void result_add_file(struct skep_buf *buf, const struct skep_result_value *value)
{
    skep_buf_add_char(buf, '{');
    skep_json_add_key(buf, "path");
    skep_json_add_text(buf, value->text, value->length);
    result_add_text(buf, "dtype", skep_dtype_name(value->view.dtype));
    skep_json_add_key(buf, "shape");
    skep_buf_add_char(buf, '[');
    for (int i = 0; i < value->view.ndim; i++) {
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        skep_buf_add_i64(buf, value->view.shape[i]);
    }
    skep_buf_add_text(buf, "]}");
}

void skep_result_write_value(struct skep_buf *buf, const struct skep_result_value *value)
{
    switch (value->kind) {
    case SKEP_RESULT_NULL:
        skep_buf_add_text(buf, "null");
        break;
    case SKEP_RESULT_BOOL:
        skep_json_add_bool(buf, value->boolean);
        break;
    case SKEP_RESULT_I64:
        skep_buf_add_i64(buf, value->i64);
        break;
    case SKEP_RESULT_U64:
        skep_json_add_u64(buf, value->u64);
        break;
    case SKEP_RESULT_F64:
        skep_json_add_f64(buf, value->f64);
        break;
    case SKEP_RESULT_ARRAY:
        skep_json_add_view(buf, &value->view);
        break;
    case SKEP_RESULT_JSON:
        skep_buf_add(buf, value->text, value->length);
        break;
    case SKEP_RESULT_FILE:
        result_add_file(buf, value);
        break;
    }
}

/* Which task, and what became of it. */
static void result_add_outcome(struct skep_buf *buf, const struct skep_result *result)
{
    result_add_text(buf, "id", result->id);
    if (result->has_index) {
        skep_json_add_key(buf, "index");
        skep_json_add_u64(buf, result->index);
    }
    result_add_text(buf, "job", result->job);
    result_add_text(buf, "kernel", result->kernel);
    if (result->kernel_version > 0) {
        result_add_i64(buf, "version", result->kernel_version);
    }
    skep_json_add_key(buf, "ok");
    skep_json_add_bool(buf, result->is_ok);
    if (result->is_ok) {
        skep_json_add_key(buf, "value");
        skep_result_write_value(buf, &result->value);
        return;
    }
    skep_json_add_key(buf, "error");
    skep_buf_add_char(buf, '{');
    result_add_text(buf, "cause", skep_status_word(result->cause));
    result_add_text(buf, "message",
                    result->message != NULL ? result->message : skep_status_text(result->cause));
    skep_buf_add_char(buf, '}');
}

/* Where, when and at what cost. */
static void result_add_circumstances(struct skep_buf *buf, const struct skep_result *result)
{
    result_add_i64(buf, "attempt", result->attempt);
    result_add_text(buf, "worker", result->worker);
    result_add_i64(buf, "slot", result->slot);
    result_add_text(buf, "host", result->host);
    result_add_time(buf, "queued", result->queued_ms);
    result_add_time(buf, "started", result->started_ms);
    result_add_time(buf, "finished", result->finished_ms);
    result_add_seconds(buf, "run_s", result->usage.run_s);
    result_add_seconds(buf, "user_s", result->usage.user_s);
    result_add_seconds(buf, "system_s", result->usage.system_s);
    result_add_i64(buf, "peak_rss_bytes", result->usage.peak_rss_bytes);
    result_add_i64(buf, "minor_faults", result->usage.minor_faults);
    result_add_i64(buf, "major_faults", result->usage.major_faults);
    result_add_i64(buf, "voluntary_switches", result->usage.voluntary_switches);
    result_add_i64(buf, "involuntary_switches", result->usage.involuntary_switches);
}

/* What it has printed, and how much when that is only the end of it. */
static void result_add_output(struct skep_buf *buf, const struct skep_result_output *output)
{
    static const char *const names[SKEP_RESULT_OUTPUTS][2] = {
        [SKEP_RESULT_STDOUT] = {"stdout", "stdout_bytes"},
        [SKEP_RESULT_STDERR] = {"stderr", "stderr_bytes"},
    };

    for (int i = 0; i < SKEP_RESULT_OUTPUTS; i++) {
        if (output[i].total_n > 0) {
            skep_json_add_key(buf, names[i][0]);
            skep_json_add_text(buf, output[i].text, output[i].n);
        }
        if (output[i].total_n > output[i].n) {
            skep_json_add_key(buf, names[i][1]);
            skep_json_add_u64(buf, output[i].total_n);
        }
    }
}

void skep_result_write(struct skep_buf *buf, const struct skep_result *result)
{
    skep_buf_add_char(buf, '{');
    result_add_outcome(buf, result);
    result_add_circumstances(buf, result);
    if (result->output != NULL) {
        result_add_output(buf, result->output);
    }
    if (result->meta != NULL) {
        skep_json_add_key(buf, "meta");
        skep_json_add_node(buf, result->meta);
    }
    skep_buf_add_char(buf, '}');
}
