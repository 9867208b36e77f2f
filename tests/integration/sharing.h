/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_SHARING_H
#define SKEP_TESTS_INTEGRATION_SHARING_H

#include <stdint.h>

#include "hive.h"

/* Physical memory of the slots of one worker when every one of them has read the same array: proportional set
 * sizes (PSS), in which a page that n processes share counts 1/n in each, added up. */
struct sharing {
    int64_t all_bytes;   /* everything, the array too */
    int64_t array_bytes; /* the mappings of the array alone */
};

/* A worker of N_SLOTS comes, every slot sums up an array of ARRAY_BYTES, the worker goes. */
struct sharing sharing_measure(struct hive *hive, int n_slots, int64_t array_bytes);

#endif
