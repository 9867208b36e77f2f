/* SPDX-License-Identifier: MIT */
#include "metrics/account.h"

#define ACCOUNT_WORD(name, word, help) [SKEP_ACCOUNT_##name] = (word),
static const char *const account_words[SKEP_ACCOUNT_JOB_ROWS] = {SKEP_ACCOUNT_JOB_MAP(ACCOUNT_WORD)};
#undef ACCOUNT_WORD

const char *skep_account_job_word(enum skep_account_job_row row)
{
    return account_words[row];
}
