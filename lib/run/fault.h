/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_FAULT_H
#define SKEP_RUN_FAULT_H

#include "base/error.h"
#include "kernel/kernel.h"
#include "npy/cache.h"

/* A mapped file that is truncated under a kernel raises SIGBUS at the first missing byte. That is a failed
 * task, not a dead worker: the call below turns it into SKEP_E_INPUT_CHANGED with file and byte. A fault
 * anywhere else stays what it is and kills the process, so that its crash is seen and blamed. */

/* Install the handler: once per process, before the first call. On the main thread. */
SKEP_MUST_USE skep_status skep_fault_install(struct skep_error *err);

/* RUN(call, value_out, err), protected. Whoever did not install the handler is not protected. One call at a
 * time. */
skep_status skep_fault_call(const struct skep_npy_cache *cache, skep_kernel_run run, struct skep_call *call,
                            struct skep_value *value_out, struct skep_error *err);

#endif
