/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_GLANCE_H
#define SKEP_PRODUCER_GLANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The two things about a result that are wanted for each of millions: which task's it is, and whether it
 * succeeded. A scan over quotes and brackets that builds nothing, ten times as fast as reading it
 * (task/result_read.h). */
struct skep_glance {
    bool has_index;
    uint64_t index;
    bool is_ok;
};

/* False when the N bytes are no object from the first to the last, or "ok" is not there or no boolean. Does
 * not look into values beyond that. */
bool skep_glance(const char *bytes, size_t n, struct skep_glance *glance_out);

#endif
