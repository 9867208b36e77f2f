/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_LEDGER_H
#define SKEP_TESTS_INTEGRATION_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observe.h"
#include "records.h"

/* Book of every task ever accepted, kept without the model: a task is in exactly one place or finished. The
 * body of a task's record begins with {"t":NUMBER; records with the same number are the same bytes, and are
 * counted. */
struct ledger_line {
    uint32_t n_accepted, n_finished, n_found;
};

struct ledger {
    struct ledger_line *lines;
    size_t n;
    uint64_t n_open;      /* accepted and not finished */
    uint64_t n_published; /* results that were put into the output list */
};

void ledger_release(struct ledger *ledger);
void ledger_copy(const struct ledger *from, struct ledger *to); /* TO is overwritten, not released */

void ledger_accept(struct ledger *ledger, const char *bytes, size_t n);
void ledger_finish(struct ledger *ledger, const char *bytes, size_t n); /* done, or thrown away */

/* Whether what is there adds up; if not, WORDS says which task does not. */
bool ledger_check(struct ledger *ledger, const struct observation *observation, char *words, size_t size);

#endif
