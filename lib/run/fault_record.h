/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_FAULT_RECORD_H
#define SKEP_RUN_FAULT_RECORD_H

#include <stdatomic.h>
#include <stdint.h>

/* What a signal handler leaves behind when a process dies of a fault: plain memory that others can read
 * afterwards, filled without a lock or a call. */

enum skep_fault_kind {
    SKEP_FAULT_NONE,
    SKEP_FAULT_GONE,    /* a byte of a mapped file that is not there any more */
    SKEP_FAULT_WRITE,   /* a write to a mapped input */
    SKEP_FAULT_BESIDE,  /* before the start or beyond the end of an input */
    SKEP_FAULT_SCRATCH, /* the same of the task's scratch memory */
    SKEP_FAULT_STACK,   /* the stack is full */
    SKEP_FAULT_OTHER
};

enum { SKEP_FAULT_PATH_BYTES = 256 };

struct skep_fault_record {
    uint64_t address;
    int64_t byte_offset;              /* of the address in the file, the header counted; -1: not known */
    char path[SKEP_FAULT_PATH_BYTES]; /* of the array, cut off at its size; "": of no array */
    atomic_int kind;                  /* enum skep_fault_kind */
    atomic_int signal;                /* set last; 0: nothing has happened */
};

#endif
