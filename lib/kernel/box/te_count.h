/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_TE_COUNT_H
#define SKEP_KERNEL_BOX_TE_COUNT_H

#include "kernel/box/te_record.h"
#include "kernel/box/te_span.h"

/* Count for the points FIRST ... LAST-1 of RECORD how many points of the whole record are close to each:
 * counts[k] belongs to point FIRST + k. Points j and i are a pair when |j - i| >= exclude. The call is asked
 * for stop at least every millisecond; then SKEP_STOPPED, and the counts are arbitrary. */
typedef skep_status (*skep_te_count)(const struct skep_call *call, const struct skep_te_record *record,
                                     int64_t first, int64_t last, int64_t (*counts)[SKEP_TE_COUNTS]);

/* The plain double loop: the truth. */
SKEP_MUST_USE skep_status skep_te_count_plain(const struct skep_call *call,
                                              const struct skep_te_record *record, int64_t first,
                                              int64_t last, int64_t (*counts)[SKEP_TE_COUNTS]);

/* The same integers with the vector instructions of this machine. */
SKEP_MUST_USE skep_status skep_te_count_fast(const struct skep_call *call,
                                             const struct skep_te_record *record, int64_t first, int64_t last,
                                             int64_t (*counts)[SKEP_TE_COUNTS]);

/* The same with given innermost loops. */
SKEP_MUST_USE skep_status skep_te_count_with(const struct skep_te_spans *spans, const struct skep_call *call,
                                             const struct skep_te_record *record, int64_t first, int64_t last,
                                             int64_t (*counts)[SKEP_TE_COUNTS]);

#endif
