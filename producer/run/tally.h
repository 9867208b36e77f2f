/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TALLY_H
#define SKEP_PRODUCER_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* What came of the tasks of a run, for the summary at its end. */
enum { SKEP_TALLY_CAUSES = 32, SKEP_TALLY_SHOWN = 3 };

struct skep_tally {
    uint64_t n_done; /* results, the failed ones too */
    uint64_t n_failed;
    size_t n_causes; /* in the order in which they came first */
    struct skep_tally_cause {
        char cause[40];
        uint64_t n;
        uint64_t first_index; /* the task that first failed so */
        char first_message[200];
    } causes[SKEP_TALLY_CAUSES];
};

void skep_tally_add_done(struct skep_tally *tally);
void skep_tally_add_failed(struct skep_tally *tally, uint64_t index, const char *cause, const char *message);

/* "1000 done, 3 failed in 12.3 s (81 tasks/s)" and a line for each of the first SKEP_TALLY_SHOWN causes, on
 * standard error. N_BEFORE of them were done before this session of SECONDS. */
void skep_tally_say(const struct skep_tally *tally, uint64_t n_before, double seconds);

#endif
