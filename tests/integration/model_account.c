/* SPDX-License-Identifier: MIT */
/* What tasks have used, in the model. */
#include "model_account.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const model_account_fields[MODEL_ACCOUNT_FIELDS] = {"attempts", "wall_ns",  "b3",
                                                                "w:host:1", "w:host:2", "done:echo"};

const char *model_account_name(size_t i)
{
    static char names[MODEL_ACCOUNT_NAMES][16];

    snprintf(names[i], sizeof names[i], "%zu host 0", i);
    return names[i];
}

void model_sums_add(struct model_sums *sums, const struct skep_account_add *adds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t field = 0;
        while (strcmp(model_account_fields[field], adds[i].field) != 0) {
            field++;
            assert(field < MODEL_ACCOUNT_FIELDS);
        }
        sums->n[field] += adds[i].by;
        sums->is_told[field] = true;
    }
}

/* By time, then by name. */
static int slow_compare(const void *a, const void *b)
{
    const struct model_slow *x = a, *y = b;

    return x->seconds != y->seconds ? (x->seconds > y->seconds) - (x->seconds < y->seconds)
                                    : strcmp(x->what, y->what);
}

static void account_slow(struct model_account *account, const struct skep_account_slow *slow)
{
    struct model_slow *same = NULL;

    for (size_t i = 0; i < account->n_slow; i++) {
        same = strcmp(account->slow[i].what, slow->what) == 0 ? &account->slow[i] : same;
    }
    if (same == NULL) {
        same = &account->slow[account->n_slow++];
        *same = (struct model_slow){0};
        snprintf(same->what, sizeof same->what, "%s", slow->what);
    }
    same->seconds = slow->seconds > same->seconds ? slow->seconds : same->seconds;
}

/* Who is not slower than the tenth does not come in. */
void model_account_add(struct model_account *account, const struct skep_account_job *news)
{
    bool is_full = account->n_slow == SKEP_ACCOUNT_SLOWEST;
    double least = is_full ? account->slow[0].seconds : -1;

    account->is_told = true;
    model_sums_add(&account->sums, news->adds, news->n_adds);
    if (news->peak_rss_bytes > account->peak_rss_bytes) {
        account->peak_rss_bytes = news->peak_rss_bytes;
    }
    for (size_t i = 0; i < news->n_slow; i++) {
        if (news->slow[i].seconds > least) {
            account_slow(account, &news->slow[i]);
        }
    }
    qsort(account->slow, account->n_slow, sizeof account->slow[0], slow_compare);
    if (account->n_slow > SKEP_ACCOUNT_SLOWEST) {
        memmove(account->slow, account->slow + (account->n_slow - SKEP_ACCOUNT_SLOWEST),
                SKEP_ACCOUNT_SLOWEST * sizeof account->slow[0]);
        account->n_slow = SKEP_ACCOUNT_SLOWEST;
    }
}
