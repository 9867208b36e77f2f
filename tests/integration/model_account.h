/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_MODEL_ACCOUNT_H
#define SKEP_TESTS_INTEGRATION_MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/account.h"

/* What the model knows of what tasks have used: sums, the largest peak, the slowest. Times it does not know.
 */

enum { MODEL_ACCOUNT_FIELDS = 6, MODEL_ACCOUNT_NAMES = 40 };

/* The fields that there are in the world of the model, and the names of slow tasks. */
extern const char *const model_account_fields[MODEL_ACCOUNT_FIELDS];
const char *model_account_name(size_t i);

struct model_sums {
    int64_t n[MODEL_ACCOUNT_FIELDS];
    bool is_told[MODEL_ACCOUNT_FIELDS];
};

struct model_slow {
    char what[16];
    double seconds;
};

struct model_account {
    bool is_told;
    struct model_sums sums;
    int64_t peak_rss_bytes;
    struct model_slow slow[2 * SKEP_ACCOUNT_SLOWEST]; /* the slowest last */
    size_t n_slow;
};

void model_account_add(struct model_account *account, const struct skep_account_job *news);
void model_sums_add(struct model_sums *sums, const struct skep_account_add *adds, size_t n);

#endif
