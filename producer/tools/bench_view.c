/* SPDX-License-Identifier: MIT */
#include "producer/tools/bench_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cpu.h"
#include "producer/cli/words.h"
#include "task/json.h"
#include "task/json_member.h"

static const char *const bench_ways[SKEP_BENCH_WAYS] = {
    [SKEP_BENCH_FAST] = "fast",
    [SKEP_BENCH_REFERENCE] = "reference",
    [SKEP_BENCH_MANY] = "64 at once",
};

bool skep_bench_agrees(const struct skep_bench *bench)
{
    return bench->n_different == 0 || bench->max_abs <= bench->kernel->atol ||
           bench->max_rel <= bench->kernel->rtol;
}

/* ---- for people ---- */

static void bench_add_way(struct skep_buf *buf, const struct skep_bench *bench, enum skep_bench_way way)
{
    const struct skep_bench_time *time = &bench->times[way];
    char median[SKEP_WORDS_BYTES], least[SKEP_WORDS_BYTES], calls[SKEP_WORDS_BYTES];
    char data[SKEP_WORDS_BYTES] = "-";
    double per_s;

    if (time->n_calls == 0) {
        return;
    }
    if (bench->data_bytes > 0) {
        snprintf(data, sizeof data, "%.3g GB/s", bench->data_bytes / time->median_s * 1e-9);
    }
    per_s = 1 / time->median_s;
    if (per_s < 100) {
        snprintf(calls, sizeof calls, "%.3g", per_s);
    } else {
        (void)skep_words_number((int64_t)per_s, calls);
    }
    skep_buf_printf(buf, "%-11s %12s %12s %14s %14s %9.3g\n", bench_ways[way],
                    skep_words_time(time->median_s, median), skep_words_time(time->least_s, least), calls,
                    data, bench->times[SKEP_BENCH_FAST].median_s / time->median_s);
}

static void bench_add_agreement(struct skep_buf *buf, const struct skep_bench *bench)
{
    if (bench->has_given_up) {
        skep_buf_add_text(buf, "the reference takes too long for these arguments\n");
    }
    if (!bench->is_compared) {
        return;
    }
    if (bench->n_different == 0) {
        skep_buf_add_text(buf, "fast and reference give the same numbers\n");
    } else {
        skep_buf_printf(buf, "fast and reference differ by %.3g, relative %.3g: %s (allowed: %g, or %g)\n",
                        bench->max_abs, bench->max_rel,
                        skep_bench_agrees(bench) ? "as they may" : "more than they may", bench->kernel->atol,
                        bench->kernel->rtol);
    }
}

void skep_bench_write_text(struct skep_buf *buf, const struct skep_bench *bench)
{
    char data[SKEP_WORDS_BYTES], memory[SKEP_WORDS_BYTES], time[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "%s: one core, %s", bench->kernel->name, skep_cpu_level_name(skep_cpu_level()));
    if (bench->data_bytes > 0) {
        skep_buf_printf(buf, "; arrays of %s", skep_words_bytes((uint64_t)bench->data_bytes, data));
    }
    skep_buf_printf(buf, "\n%-11s %12s %12s %14s %14s %9s\n", "variant", "a call", "at best", "calls/s",
                    "data", "speed");
    for (int way = 0; way < SKEP_BENCH_WAYS; way++) {
        bench_add_way(buf, bench, (enum skep_bench_way)way);
    }
    skep_buf_printf(buf, "skep cost says %s and %s of memory: measured, %.2g times that\n",
                    skep_words_time(bench->cost.seconds, time),
                    skep_words_bytes((uint64_t)bench->cost.bytes, memory),
                    bench->times[SKEP_BENCH_FAST].median_s / bench->cost.seconds);
    bench_add_agreement(buf, bench);
}

/* ---- as JSON ---- */

static void bench_json_way(struct skep_buf *buf, const struct skep_bench *bench, enum skep_bench_way way)
{
    static const char *const keys[SKEP_BENCH_WAYS] = {"fast", "reference", "many"};
    const struct skep_bench_time *time = &bench->times[way];

    if (time->n_calls == 0) {
        return;
    }
    skep_json_add_key(buf, keys[way]);
    skep_buf_add_char(buf, '{');
    skep_json_member_i64(buf, "calls", time->n_calls);
    skep_json_member_f64(buf, "median_s", time->median_s);
    skep_json_member_f64(buf, "least_s", time->least_s);
    skep_buf_add_char(buf, '}');
}

void skep_bench_write_json(struct skep_buf *buf, const struct skep_bench *bench)
{
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "kernel", bench->kernel->name);
    skep_json_member_i64(buf, "version", bench->kernel->version);
    skep_json_member_text(buf, "cpu", skep_cpu_level_name(skep_cpu_level()));
    skep_json_member_f64(buf, "data_bytes", bench->data_bytes);
    for (int way = 0; way < SKEP_BENCH_WAYS; way++) {
        bench_json_way(buf, bench, (enum skep_bench_way)way);
    }
    skep_json_member_f64(buf, "cost_s", bench->cost.seconds);
    skep_json_member_f64(buf, "cost_bytes", bench->cost.bytes);
    if (bench->is_compared) {
        skep_json_member_f64(buf, "max_abs", bench->max_abs);
        skep_json_member_f64(buf, "max_rel", bench->max_rel);
        skep_json_member_bool(buf, "agree", skep_bench_agrees(bench));
    }
    skep_buf_add_text(buf, "}\n");
}
