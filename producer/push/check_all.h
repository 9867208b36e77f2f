/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CHECK_ALL_H
#define SKEP_PRODUCER_CHECK_ALL_H

#include <stdint.h>

#include "producer/push/check.h"

/* Check the whole of SOURCE from where it is, on all cores that we may use, as CHECK says (its arena is used
 * too). The first 20 bad lines are told to the user, as "FILE:LINE: what is wrong", then how many more there
 * are.
 *
 *   SKEP_OK, also with bad lines: look at the report
 *   and what skep_source_next fails with */
struct skep_check_report {
    uint64_t n_lines; /* not blank */
    uint64_t n_bad;
};
SKEP_MUST_USE skep_status skep_check_source(struct skep_check *check, struct skep_source *source,
                                            struct skep_check_report *report_out, struct skep_error *err);

#endif
