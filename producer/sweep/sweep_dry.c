/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_dry.h"

#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "producer/cli/command.h"
#include "producer/sweep/sweep_outs.h"
#include "producer/sweep/sweep_probe.h"
#include "producer/cli/words.h"
#include "run/plan.h"
#include "sweep/factor.h"
#include "sweep/order.h"

enum { DRY_TEXT_BYTES = 1024 * 1024, DRY_ENDS = 3, DRY_RECORD_SHOWN = 400 };

/* ---- how many ---- */

static void dry_add_factor(struct skep_buf *text, const struct skep_factor *factor)
{
    char n[SKEP_WORDS_BYTES];

    skep_buf_printf(text, "  %-8s ", skep_factor_row(factor->kind)->word);
    for (int v = 0; v < factor->n_variables; v++) {
        skep_buf_printf(text, "%s%s", v > 0 ? ", " : "", factor->variables[v]);
    }
    skep_buf_printf(text, ": %s\n", skep_words_number(factor->n, n));
}

static void dry_add_counts(struct skep_buf *text, const struct skep_sweep *sweep)
{
    char n[SKEP_WORDS_BYTES], n_all[SKEP_WORDS_BYTES];

    skep_buf_printf(text, "%s task%s of %s", skep_words_number(sweep->n, n),
                    skep_words_plural((uint64_t)sweep->n), sweep->kernel);
    if (sweep->n < sweep->n_all) {
        skep_buf_printf(text, ", of %s", skep_words_number(sweep->n_all, n_all));
    }
    skep_buf_add_text(text, "\n");
    for (int f = 0; f < sweep->n_factors; f++) {
        dry_add_factor(text, &sweep->factors[f]);
    }
}

/* ---- the first and the last tasks ---- */

/* "te.npy[0,1,5]" for the slice of that number: it lies behind the axes of the index. */
static void dry_add_place(struct skep_buf *text, const struct skep_sweep_out *out, int64_t slice)
{
    int64_t at[SKEP_MAX_DIMS];

    for (int d = out->n_at - 1; d >= 0; d--) {
        at[d] = slice % out->shape[d];
        slice /= out->shape[d];
    }
    skep_buf_printf(text, " %s[", out->path);
    for (int d = 0; d < out->n_at; d++) {
        skep_buf_printf(text, "%s%" PRId64, d > 0 ? "," : "", at[d]);
    }
    skep_buf_add_text(text, "]");
}

static skep_status dry_add_task(struct skep_buf *text, struct skep_sweep_setup *setup, struct skep_plan *plan,
                                int64_t position, bool is_hidden, struct skep_error *err)
{
    const struct skep_sweep *sweep = &setup->sweep;
    struct skep_buf record;
    skep_status st = skep_plan_begin(plan, position, position + 1, err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_buf_init(&record, SKEP_SWEEP_SPEC_BYTES * 4);
    st = skep_plan_record(plan, position, &record, err);
    skep_buf_printf(text, "  %" PRId64 ": ", skep_order_index(sweep, position));
    skep_words_add_harmless(text, record.bytes, record.length, DRY_RECORD_SHOWN);
    if (skep_plan_skips(plan, position)) {
        skep_buf_add_text(text, " left out by --filter");
    } else if (sweep->n_outs > 0 && !is_hidden) {
        skep_buf_add_text(text, " ->");
        for (int k = 0; k < sweep->n_outs; k++) {
            dry_add_place(text, &sweep->outs[k], skep_plan_slice_number(plan, k, position));
        }
    }
    skep_buf_add_text(text, "\n");
    skep_buf_release(&record);
    skep_plan_end(plan);
    return st;
}

static skep_status dry_add_tasks(struct skep_buf *text, struct skep_sweep_setup *setup,
                                 struct skep_plan *plan, bool is_hidden, struct skep_error *err)
{
    const int64_t n = setup->sweep.n;
    skep_status st = SKEP_OK;

    for (int64_t p = 0; st == SKEP_OK && p < n; p++) {
        if (p == DRY_ENDS && n > 2 * DRY_ENDS) {
            skep_buf_add_text(text, "  ...\n");
            p = n - DRY_ENDS;
        }
        st = dry_add_task(text, setup, plan, p, is_hidden, err);
    }
    return st;
}

/* ---- arrays ---- */

static void dry_add_outs(struct skep_buf *text, const struct skep_sweep *sweep, bool is_hidden)
{
    char shape[160], bytes[SKEP_WORDS_BYTES];

    for (int k = 0; k < sweep->n_outs; k++) {
        const struct skep_sweep_out *out = &sweep->outs[k];
        uint64_t n = (uint64_t)skep_shape_count(out->ndim, out->shape) * skep_dtype_size(out->dtype);
        skep_buf_printf(text, "%s: %s %s, %s", is_hidden ? "an array for the time it runs" : out->path,
                        skep_dtype_name(out->dtype),
                        skep_shape_format(out->ndim, out->shape, shape, sizeof shape),
                        skep_words_bytes(n, bytes));
        skep_buf_printf(text, ", %s where nothing is yet\n", out->fill);
    }
}

static void dry_add_record(struct skep_buf *text, const struct skep_sweep *sweep)
{
    char bytes[SKEP_WORDS_BYTES];
    struct skep_buf spec;

    skep_buf_init(&spec, (size_t)2 * SKEP_SWEEP_SPEC_BYTES);
    skep_sweep_write(&spec, sweep);
    skep_buf_printf(text, "record: %s for all tasks\n", skep_words_bytes(spec.length, bytes));
    skep_buf_release(&spec);
}

/* ---- how long ---- */

/* How many slots will compute: --slots, else the cores that we may use. */
static int64_t dry_count_slots(const struct skep_sweep_settings *settings)
{
    cpu_set_t set;
    int64_t n;

    if (settings->slots != NULL && skep_parse_i64(settings->slots, strlen(settings->slots), &n) && n > 0) {
        return n;
    }
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static void dry_add_probe(struct skep_buf *text, const struct skep_sweep_probe *probe)
{
    if (probe->n_done > 0) {
        skep_buf_printf(text, "a probe: %d task%s took %.3g to %.3g s each\n", probe->n_done,
                        skep_words_plural((uint64_t)probe->n_done), probe->least_s, probe->most_s);
    }
    if (probe->is_cut) {
        skep_buf_printf(text,
                        "a probe: a task was not done after %.3g s, when the time for the probe was over\n",
                        probe->cut_s);
    }
    if (probe->n_failed > 0) {
        skep_buf_printf(text, "a probe: task %" PRId64 " failed: %s\n", probe->failed_index,
                        skep_error_text(&probe->err, probe->err.status));
    }
}

static void dry_add_time(struct skep_buf *text, const struct skep_sweep_setup *setup,
                         const struct skep_sweep_probe *probe)
{
    int64_t slots = dry_count_slots(setup->settings);
    double seconds = skep_sweep_probe_seconds(probe, setup->sweep.n) / (double)slots;
    char words[SKEP_WORDS_BYTES];

    dry_add_probe(text, probe);
    if (probe->n_done + probe->n_skipped == 0 && !probe->is_cut) {
        return;
    }
    seconds = seconds > probe->most_s ? seconds : probe->most_s;
    skep_buf_printf(text, "expected: %s%s with %" PRId64 " slot%s like this machine's\n",
                    probe->is_cut ? "more than "
                    : seconds < 1 ? "less than "
                                  : "about ",
                    seconds < 1 ? "a second" : skep_words_duration(seconds, words), slots,
                    skep_words_plural((uint64_t)slots));
}

/* ---- all ---- */

static skep_status dry_write(struct skep_buf *text, struct skep_sweep_setup *setup,
                             const struct skep_sweep_facts *facts, bool is_hidden, struct skep_error *err)
{
    struct skep_plan *plan = NULL;
    struct skep_sweep_probe probe = {0};
    char memory[SKEP_WORDS_BYTES];
    skep_status st = skep_plan_new(&setup->run, &setup->sweep, &setup->tasks, &plan, err);

    dry_add_counts(text, &setup->sweep);
    if (st == SKEP_OK) {
        st = dry_add_tasks(text, setup, plan, is_hidden, err);
    }
    if (st == SKEP_OK) {
        dry_add_outs(text, &setup->sweep, is_hidden);
        dry_add_record(text, &setup->sweep);
        skep_buf_printf(text, "memory: %s a task\n", skep_words_bytes((uint64_t)facts->most.bytes, memory));
        st = skep_sweep_probe(setup, plan, SKEP_SWEEP_PROBE_MS, &probe, err);
    }
    if (st == SKEP_OK) {
        dry_add_time(text, setup, &probe);
    }
    skep_plan_free(plan);
    return st;
}

int skep_sweep_dry(struct skep_sweep_setup *setup, const struct skep_sweep_facts *facts, bool is_hidden)
{
    struct skep_error err = {0};
    struct skep_buf text;
    skep_status st;
    int printed;

    skep_buf_init(&text, DRY_TEXT_BYTES);
    st = dry_write(&text, setup, facts, is_hidden, &err);
    printed = skep_print_buf(&text);
    return st == SKEP_OK ? printed : skep_complain_error(st, &err);
}
