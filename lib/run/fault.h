/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_FAULT_H
#define SKEP_RUN_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "npy/cache.h"
#include "run/fault_record.h"

/* A kernel that touches memory it must not, and a mapped file that is truncated beneath its reader, raise a
 * signal. Where the address shows that nothing but the task can have come to harm, that is a failed task, not
 * a dead worker:
 *
 *   the last byte of a file is gone        SIGBUS in a mapped input
 *   a write to an input                    SIGSEGV there: inputs are read-only
 *   reading or writing beside an input     SIGSEGV in a guard around it
 *   running off the scratch memory         SIGSEGV in a guard around a block of the task's arena
 *
 * Any other fault stays what it is and kills the process, so that its crash is seen and blamed. */

/* Install the handler: once per process, before the first call. On the main thread, which is the one where
 * a stack that overflows is recognised. */
SKEP_MUST_USE skep_status skep_fault_install(struct skep_error *err);

/* From now on a fault that kills the process is written to RECORD first, which must stay. */
void skep_fault_keep(struct skep_fault_record *record);

/* What a call may touch: the inputs of CACHE and the memory of ARENA (whose guards are known if it has any).
 */
struct skep_fault_realm {
    struct skep_npy_cache *cache;
    const struct skep_arena *arena;
};

/* What ended a call. */
struct skep_fault {
    enum skep_fault_kind kind; /* SKEP_FAULT_NONE: nothing */
    const void *address;
    bool is_write;
    struct skep_npy_place place; /* of SKEP_FAULT_GONE, _WRITE and _BESIDE */
    int64_t beyond;              /* of SKEP_FAULT_SCRATCH: bytes past the end, or below 0, before the start */
};

/* BODY(context, err), protected: everything that touches mapped elements, which is the kernel and what binds
 * its arguments. It may be left at any such touch, so it owns nothing meanwhile but memory of an arena.
 * Whoever did not install the handler is not protected. One call at a time in a thread. *FAULT_OUT tells what
 * ended it.
 *
 *   SKEP_E_INPUT_CHANGED   SKEP_FAULT_GONE, if the file did change
 *   SKEP_E_IO              SKEP_FAULT_GONE, if it did not: the disk
 *   SKEP_E_KERNEL_FINAL    the other faults, which the kernel would make again: the process did not die, so
 * it is no crash and what BODY returns */
typedef skep_status (*skep_fault_body)(void *context, struct skep_error *err);
SKEP_MUST_USE skep_status skep_fault_call(const struct skep_fault_realm *realm, skep_fault_body body,
                                          void *context, struct skep_fault *fault_out,
                                          struct skep_error *err);

#endif
