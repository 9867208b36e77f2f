/* SPDX-License-Identifier: MIT */
#include "kernel/box/mean_log.h"

#include <string.h>

enum { LOG_BLOCK = 1 << 16 /* fractions or logarithms between two looks at stop: half a millisecond */ };

#define LN_2 0x1.62e42fefa39efp-1

static int64_t block_end(int64_t first, int64_t end)
{
    return end - first < LOG_BLOCK ? end : first + LOG_BLOCK;
}

skep_status skep_log_bins_init(struct skep_call *call, int64_t most, bool has_logs,
                               struct skep_log_bins *bins, struct skep_error *err)
{
    void *room;
    skep_status st = skep_call_scratch(call, most + 1, sizeof *bins->weights, &room, err);

    if (st != SKEP_OK) {
        return st;
    }
    *bins = (struct skep_log_bins){.weights = room, .most = most};
    for (int64_t first = 0, end; first <= most; first = end) {
        end = block_end(first, most + 1);
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        memset(bins->weights + first, 0, (size_t)(end - first) * sizeof *bins->weights);
    }
    if (!has_logs) {
        return SKEP_OK;
    }
    st = skep_call_scratch(call, most + 1, sizeof *bins->logs, &room, err);
    if (st != SKEP_OK) {
        return st;
    }
    bins->logs = room;
    for (int64_t k = 1; k <= most; k++) {
        if (k % LOG_BLOCK == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        bins->logs[k] = skep_log_count((uint32_t)k);
    }
    return SKEP_OK;
}

double skep_log_bins_bytes(int64_t most, bool has_logs)
{
    return ((double)most + 1) * (double)(sizeof(int64_t) + (has_logs ? sizeof(struct skep_log) : 0));
}

/* Count the fractions FIRST ... END-1. Those that are 0 go to weight 0, which nobody reads: a branch would
 * cost more. Returns their number. */
static int64_t add_joint(int64_t *weights, const struct skep_log_fractions *f, int64_t first, int64_t end)
{
    int64_t n_zero = 0;

    for (int64_t i = first; i < end; i++) {
        weights[f->joint[i]]++;
        n_zero += f->joint[i] == 0;
    }
    return n_zero;
}

static int64_t add_halves(int64_t *weights, const struct skep_log_fractions *f, int64_t first, int64_t end)
{
    int64_t n_zero = 0;

    for (int64_t i = first; i < end; i++) {
        uint32_t mask = f->joint[i] == 0 ? 0 : UINT32_MAX;

        weights[f->joint[i]]++;
        weights[f->left[i] & mask]--;
        n_zero += mask == 0;
    }
    return n_zero;
}

static int64_t add_wholes(int64_t *weights, const struct skep_log_fractions *f, int64_t first, int64_t end)
{
    int64_t n_zero = 0;

    for (int64_t i = first; i < end; i++) {
        uint32_t mask = f->joint[i] == 0 ? 0 : UINT32_MAX;

        weights[f->joint[i]]++;
        weights[f->given[i] & mask]++;
        weights[f->left[i] & mask]--;
        weights[f->right[i] & mask]--;
        n_zero += mask == 0;
    }
    return n_zero;
}

static int64_t add_fractions(int64_t *weights, const struct skep_log_fractions *f, int64_t first, int64_t end)
{
    if (f->given != NULL) {
        return add_wholes(weights, f, first, end);
    }
    return f->left != NULL ? add_halves(weights, f, first, end) : add_joint(weights, f, first, end);
}

skep_status skep_log_sum(const struct skep_call *call, struct skep_log_bins *bins,
                         const struct skep_log_fractions *fractions, skep_log_wide *sum_out,
                         int64_t *n_zero_out)
{
    skep_log_wide sum = 0;
    int64_t n_zero = 0;
    int64_t end;

    for (int64_t first = 0; first < fractions->n; first = end) {
        end = block_end(first, fractions->n);
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        n_zero += add_fractions(bins->weights, fractions, first, end);
    }
    bins->weights[0] = 0;
    for (int64_t first = 0; first <= bins->most; first = end) {
        end = block_end(first, bins->most + 1);
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        sum += skep_log_weighted(bins->weights, first, end, bins->logs);
        memset(bins->weights + first, 0, (size_t)(end - first) * sizeof *bins->weights);
    }
    *sum_out = sum;
    if (n_zero_out != NULL) {
        *n_zero_out = n_zero;
    }
    return SKEP_OK;
}

double skep_log_mean(skep_log_wide sum, int64_t n, bool is_base_2)
{
    double mean = (double)sum * 0x1p-86 / (double)n;

    return is_base_2 ? mean / LN_2 : mean;
}
