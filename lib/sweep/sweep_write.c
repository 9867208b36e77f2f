/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sweep/factor.h"
#include "sweep/sweep.h"
#include "sweep/sweep_words.h"
#include "task/json.h"

static void write_text(struct skep_buf *buf, const char *key, const char *text)
{
    if (text != NULL) {
        skep_json_add_key(buf, key);
        skep_json_add_text(buf, text, strlen(text));
    }
}

static void write_node(struct skep_buf *buf, const char *key, const struct skep_node *node)
{
    if (node != NULL) {
        skep_json_add_key(buf, key);
        skep_json_add_node(buf, node);
    }
}

static void write_seconds(struct skep_buf *buf, const char *key, double seconds)
{
    if (seconds > 0) {
        skep_json_add_key(buf, key);
        skep_json_add_f64(buf, seconds);
    }
}

static void write_i64s(struct skep_buf *buf, const char *key, const int64_t *numbers, int64_t n)
{
    skep_json_add_key(buf, key);
    skep_buf_add_char(buf, '[');
    for (int64_t i = 0; i < n; i++) {
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        skep_buf_add_i64(buf, numbers[i]);
    }
    skep_buf_add_char(buf, ']');
}

static void write_names(struct skep_buf *buf, const struct skep_factor_row *row,
                        const struct skep_factor *factor)
{
    const bool is_list = row->n_variables != 1;

    skep_json_add_key(buf, row->word);
    if (is_list) {
        skep_buf_add_char(buf, '[');
    }
    for (int i = 0; i < factor->n_variables; i++) {
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        skep_json_add_text(buf, factor->variables[i], strlen(factor->variables[i]));
    }
    if (is_list) {
        skep_buf_add_char(buf, ']');
    }
}

static void write_factors(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    skep_json_add_key(buf, "over");
    skep_buf_add_char(buf, '[');
    for (int i = 0; i < sweep->n_factors; i++) {
        const struct skep_factor *factor = &sweep->factors[i];
        const struct skep_factor_row *row = skep_factor_row(factor->kind);

        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        if (factor->kind != SKEP_FACTOR_TIMES) {
            write_names(buf, row, factor);
        }
        row->write(buf, factor);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

static void write_out(struct skep_buf *buf, const struct skep_sweep_out *out)
{
    skep_buf_add_char(buf, '{');
    write_text(buf, "path", out->path);
    skep_json_add_key(buf, "at");
    skep_buf_add_char(buf, '[');
    for (int i = 0; i < out->n_at; i++) {
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        skep_json_add_text(buf, out->at[i], strlen(out->at[i]));
    }
    skep_buf_add_char(buf, ']');
    write_text(buf, "of", out->of);
    if (out->dtype != SKEP_DTYPE_NONE) {
        write_text(buf, "dtype", skep_dtype_name(out->dtype));
        write_i64s(buf, "shape", out->shape, out->ndim);
    }
    write_text(buf, "fill", out->fill);
    skep_buf_add_char(buf, '}');
}

static void write_outs(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    if (sweep->n_outs == 0) {
        return;
    }
    skep_json_add_key(buf, "out");
    skep_buf_add_char(buf, '[');
    for (int k = 0; k < sweep->n_outs; k++) {
        if (k > 0) {
            skep_buf_add_char(buf, ',');
        }
        write_out(buf, &sweep->outs[k]);
    }
    skep_buf_add_char(buf, ']');
}

static void write_inputs(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    if (sweep->n_inputs == 0) {
        return;
    }
    skep_json_add_key(buf, "inputs");
    skep_buf_add_char(buf, '[');
    for (int i = 0; i < sweep->n_inputs; i++) {
        const struct skep_sweep_input *input = &sweep->inputs[i];

        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        write_text(buf, "path", input->path);
        skep_json_add_key(buf, "size");
        skep_buf_add_i64(buf, input->size);
        skep_json_add_key(buf, "mtime_ns");
        skep_buf_printf(buf, "\"%lld\"",
                        (long long)input->mtime_ns); /* above 2^53: not every reader's number */
        skep_json_add_key(buf, "header");
        skep_buf_printf(buf, "\"%08x\"}", (unsigned)input->header);
    }
    skep_buf_add_char(buf, ']');
}

/* What is said only where it is not what it is by itself. */
static void write_choices(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    if (sweep->order != SKEP_ORDER_INDEX) {
        write_text(buf, "order", skep_sweep_order_word(sweep->order));
    }
    if (sweep->n < sweep->n_all) {
        skep_json_add_key(buf, "take");
        skep_buf_add_i64(buf, sweep->n);
    }
    if (sweep->stop != SKEP_SWEEP_STOP_NONE) {
        write_text(buf, "stop", skep_sweep_stop_word(sweep->stop));
    }
    if (sweep->has_results) {
        skep_json_add_key(buf, "results");
        skep_json_add_bool(buf, true);
    }
}

void skep_sweep_write_rules(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    if (sweep->has_retries) {
        skep_json_add_key(buf, "retries");
        skep_buf_add_u64(buf, sweep->retries);
    }
    write_seconds(buf, "timeout_s", sweep->timeout_s);
    write_seconds(buf, "backoff_s", sweep->backoff_s);
    write_node(buf, "meta", sweep->meta);
}

void skep_sweep_write(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    skep_buf_add_char(buf, '{');
    write_text(buf, "kernel", sweep->kernel);
    write_node(buf, "args", sweep->args);
    write_factors(buf, sweep);
    skep_json_add_key(buf, "seed");
    skep_buf_printf(buf, "\"%llu\"", (unsigned long long)sweep->seed);
    write_choices(buf, sweep);
    write_text(buf, "filter", sweep->filter);
    if (sweep->token[0] != '\0') {
        write_text(buf, "token", sweep->token);
    }
    write_outs(buf, sweep);
    write_text(buf, "reduce", sweep->reduce);
    write_inputs(buf, sweep);
    if (sweep->perm != NULL) {
        write_i64s(buf, "perm", sweep->perm, sweep->n_all);
    }
    skep_sweep_write_rules(buf, sweep);
    skep_buf_add_char(buf, '}');
}
