/* SPDX-License-Identifier: MIT */
/* What slots and agents of the model test say that tasks have used. */
#include "support/test.h"
#include "world.h"

#include <stdio.h>

static size_t account_make_adds(struct world *world, struct skep_account_add *adds)
{
    size_t n = pick(world, WORLD_ADDS_MAX + 1);

    for (size_t i = 0; i < n; i++) {
        adds[i].field = model_account_fields[pick(world, MODEL_ACCOUNT_FIELDS)];
        adds[i].by = (int64_t)pick(world, 10) * (happens(world, 50) ? 1 : INT64_C(1) << 40);
    }
    return n;
}

/* Of a job that there is, or of nobody's. */
static void account_make_job(struct world *world, struct account_plan *plan, size_t i)
{
    size_t n_slow = happens(world, 50) ? 0 : pick(world, WORLD_SLOW_MAX + 1);
    struct model *model = &world->model;
    const char *job = model->n_jobs > 0 && happens(world, 80) ? model->jobs[pick(world, model->n_jobs)].name
                                                              : world_pick_job(world);

    snprintf(plan->names[i], sizeof plan->names[i], "%s", job);
    for (size_t k = 0; k < n_slow; k++) {
        plan->slow[i][k] = (struct skep_account_slow){(double)pick(world, 4000) / 4,
                                                      model_account_name(pick(world, MODEL_ACCOUNT_NAMES))};
    }
    plan->jobs[i] = (struct skep_account_job){.job = plan->names[i],
                                              .adds = plan->job_adds[i],
                                              .n_adds = account_make_adds(world, plan->job_adds[i]),
                                              .peak_rss_bytes = (int64_t)pick(world, 1000000),
                                              .spent_ms = (int64_t)pick(world, 1000),
                                              .slow = plan->slow[i],
                                              .n_slow = n_slow};
}

const struct skep_account_news *world_make_account(struct world *world, struct account_plan *plan)
{
    size_t n_jobs = pick(world, WORLD_ACCOUNTS_MAX + 1);

    if (happens(world, 40)) {
        return NULL;
    }
    for (size_t i = 0; i < n_jobs; i++) {
        account_make_job(world, plan, i);
    }
    plan->news = (struct skep_account_news){.adds = plan->adds,
                                            .n_adds = account_make_adds(world, plan->adds),
                                            .jobs = plan->jobs,
                                            .n_jobs = n_jobs};
    return &plan->news;
}
