/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_still.h"

#include <string.h>

#include "kernel/kernel.h"
#include "run/plan.h"

static skep_status still_check_kernel(const struct skep_sweep *sweep, const struct skep_sidecar_facts *facts,
                                      struct skep_error *err)
{
    const struct skep_kernel *kernel = skep_kernel_find(sweep->kernel);

    if (kernel == NULL) {
        return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL, "this skep has no kernel \"%.64s\"", sweep->kernel);
    }
    if (kernel->version != facts->kernel_version) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "what is there was computed by version %d of %s, and this is version %d, whose "
                              "numbers differ: compute all of it anew (skep sweep --force)",
                              facts->kernel_version, sweep->kernel, kernel->version);
    }
    return SKEP_OK;
}

static skep_status still_check_input(const struct skep_sweep_input *was, const struct skep_roots *roots,
                                     struct skep_error *err)
{
    struct skep_sweep_input is;
    skep_status st = skep_input_fingerprint(roots, was->path, strlen(was->path), &is, err);

    if (st == SKEP_OK && (is.size != was->size || is.mtime_ns != was->mtime_ns || is.header != was->header)) {
        st = skep_error_set(err, SKEP_E_INPUT_CHANGED,
                            "input-changed: %.200s is not what it was when the sweep began: put the old one "
                            "back, or compute all of it anew (skep sweep --force)",
                            was->path);
    }
    return st;
}

skep_status skep_sweep_check_still(const struct skep_sweep *sweep, const struct skep_sidecar_facts *facts,
                                   const struct skep_roots *roots, struct skep_error *err)
{
    skep_status st = still_check_kernel(sweep, facts, err);

    for (int i = 0; i < sweep->n_inputs && st == SKEP_OK; i++) {
        st = still_check_input(&sweep->inputs[i], roots, err);
    }
    return st;
}
