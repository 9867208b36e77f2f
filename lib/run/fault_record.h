/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_FAULT_RECORD_H
#define SKEP_RUN_FAULT_RECORD_H

#include <stdatomic.h>
#include <stdint.h>

/* What a signal handler leaves behind when a process dies of a fault: plain memory that others can read
 * afterwards, filled without a lock or a call. */

enum { SKEP_FAULT_PATH_BYTES = 256 };

struct skep_fault_record {
    uint64_t address;
    int64_t byte_offset;              /* of the address in the file, the header counted; -1: not known */
    char path[SKEP_FAULT_PATH_BYTES]; /* of the array, cut off at its size; "": of no array */
    atomic_int signal;                /* set last; 0: nothing has happened */
};

#endif
