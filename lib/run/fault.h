/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_FAULT_H
#define SKEP_RUN_FAULT_H

#include "base/error.h"
#include "npy/cache.h"

/* A mapped file that is truncated under whoever reads it raises SIGBUS at the first missing byte. That is a
 * failed task, not a dead worker: the call below turns it into SKEP_E_INPUT_CHANGED with file and byte. A
 * fault anywhere else stays what it is and kills the process, so that its crash is seen and blamed. */

/* Install the handler: once per process, before the first call. On the main thread. */
SKEP_MUST_USE skep_status skep_fault_install(struct skep_error *err);

/* BODY(context, err), protected: everything that touches mapped elements, which is the kernel and what binds
 * its arguments. It may be left at any such touch, so it owns nothing meanwhile but memory of an arena.
 * Whoever did not install the handler is not protected. One call at a time in a thread. */
typedef skep_status (*skep_fault_body)(void *context, struct skep_error *err);
SKEP_MUST_USE skep_status skep_fault_call(const struct skep_npy_cache *cache, skep_fault_body body,
                                          void *context, struct skep_error *err);

#endif
