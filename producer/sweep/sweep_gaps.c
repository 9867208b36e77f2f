/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_gaps.h"

#include <stdbool.h>
#include <string.h>

#include "kernel/kernel.h"
#include "sweep/out_map.h"

/* Why some elements stay as they were; NULL: none does. */
static const char *gaps_reason(const struct skep_sweep *sweep)
{
    struct skep_out_map map;

    if (sweep->filter != NULL) {
        return "--filter";
    }
    if (sweep->n < sweep->n_all) {
        return "--take";
    }
    for (int k = 0; k < sweep->n_outs; k++) {
        if (skep_out_map_init(&map, sweep, k, NULL) == SKEP_OK && map.n_slices > sweep->n_all) {
            return "more places than tasks";
        }
    }
    return NULL;
}

static bool gaps_is_called(const char *reduce, const char *name)
{
    size_t n = strcspn(reduce, ":");

    return strlen(name) == n && strncmp(reduce, name, n) == 0;
}

/* Reductions to which an element that is not there is nothing: no hit, or a NaN that belongs to no bin. */
static bool gaps_do_not_matter(const struct skep_sweep *sweep)
{
    static const char *const names[] = {"any", "count", "first"};
    bool are_reals = true;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (gaps_is_called(sweep->reduce, names[i])) {
            return true;
        }
    }
    for (int k = 0; k < sweep->n_outs; k++) {
        are_reals = are_reals && skep_dtype_kind(sweep->outs[k].dtype) == 'f';
    }
    return (gaps_is_called(sweep->reduce, "sum") && !are_reals) ||
           (are_reals && strstr(sweep->reduce, "nan=") != NULL);
}

static bool gaps_can_be_skipped(const struct skep_sweep *sweep)
{
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        const struct skep_kernel *kernel = skep_kernel_at(i);
        const struct skep_arg_spec *spec = kernel->args;
        if (!gaps_is_called(sweep->reduce, kernel->name)) {
            continue;
        }
        while (spec->name != NULL && strcmp(spec->name, "nan") != 0) {
            spec++;
        }
        return spec->name != NULL && skep_dtype_kind(sweep->outs[0].dtype) == 'f';
    }
    return false;
}

skep_status skep_sweep_check_gaps(const struct skep_sweep *sweep, const char *fill, struct skep_error *err)
{
    const char *reason = sweep->reduce != NULL && fill == NULL ? gaps_reason(sweep) : NULL;

    if (reason == NULL || gaps_do_not_matter(sweep)) {
        return SKEP_OK;
    }
    if (gaps_can_be_skipped(sweep)) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "--reduce %.64s: some elements are computed by no task (%s) and stay %s: "
                              "--reduce %.64s:nan=skip leaves them out, --fill says what else they are",
                              sweep->reduce, reason, sweep->outs[0].fill, sweep->reduce);
    }
    return skep_error_set(
        err, SKEP_E_USAGE,
        "--reduce %.64s: some elements are computed by no task (%s) and stay %s: say with --fill "
        "what they count as",
        sweep->reduce, reason, sweep->outs[0].fill);
}
