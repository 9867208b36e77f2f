/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "producer/sweep/sweep_probe.h"
#include "producer/cli/words.h"
#include "run/plan.h"

/* How many tasks at each end are looked at for one that the filter lets through. */
enum { CHECK_FILTER_LOOK = 4096 };

/* ---- inputs ---- */

static skep_status check_fingerprints(struct skep_sweep_setup *setup, struct skep_error *err)
{
    struct skep_sweep *sweep = &setup->sweep;
    int n = skep_sweep_list_inputs(sweep, setup->kernel, sweep->inputs, &setup->arena);
    skep_status st = SKEP_OK;

    if (n > SKEP_SWEEP_MAX_INPUTS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "%d arrays that all tasks read, at most %d are possible: put them into one", n,
                              SKEP_SWEEP_MAX_INPUTS);
    }
    sweep->n_inputs = n;
    for (int i = 0; st == SKEP_OK && i < n; i++) {
        struct skep_sweep_input *input = &sweep->inputs[i];
        st = skep_input_fingerprint(setup->inputs, input->path, strlen(input->path), input, err);
    }
    return st;
}

/* ---- tasks ---- */

/* By index, and without what is not looked at here. */
static struct skep_sweep check_in_order(const struct skep_sweep *sweep)
{
    struct skep_sweep plain = *sweep;

    plain.order = SKEP_ORDER_INDEX;
    plain.n = plain.n_all;
    plain.n_outs = 0;
    plain.reduce = NULL;
    return plain;
}

/* The first index in [lo, hi), or with STEP -1 the last one, that the filter lets through; -1: none. */
static skep_status check_find(struct skep_plan *plan, int64_t lo, int64_t hi, int step, int64_t *index_out,
                              struct skep_error *err)
{
    skep_status st = skep_plan_begin(plan, lo, hi, err);

    *index_out = -1;
    if (st != SKEP_OK) {
        return st;
    }
    for (int64_t i = 0; *index_out < 0 && i < hi - lo; i++) {
        int64_t index = step > 0 ? lo + i : hi - 1 - i;
        if (!skep_plan_skips(plan, index)) {
            *index_out = index;
        }
    }
    skep_plan_end(plan);
    return SKEP_OK;
}

/* The two ends of the sweep, or what the filter leaves near them. */
static skep_status check_choose(struct skep_sweep_setup *setup, struct skep_plan *plan, int64_t indexes[2],
                                struct skep_error *err)
{
    int64_t n = setup->sweep.n_all;
    int64_t look = n < CHECK_FILTER_LOOK ? n : CHECK_FILTER_LOOK;
    skep_status st;

    indexes[0] = 0;
    indexes[1] = n - 1;
    if (setup->sweep.filter == NULL) {
        return SKEP_OK;
    }
    st = check_find(plan, 0, look, 1, &indexes[0], err);
    if (st == SKEP_OK) {
        st = check_find(plan, n - look, n, -1, &indexes[1], err);
    }
    if (st == SKEP_OK && indexes[0] < 0 && indexes[1] < 0 && look == n) {
        st = skep_error_set(err, SKEP_E_BAD_ARGS, "--filter lets none of the %" PRId64 " tasks through", n);
    }
    indexes[0] = indexes[0] >= 0 ? indexes[0] : indexes[1] >= 0 ? indexes[1] : 0;
    indexes[1] = indexes[1] >= 0 ? indexes[1] : indexes[0];
    return st;
}

/* The value and the cost of the task at INDEX. */
static skep_status check_one(struct skep_plan *plan, int64_t index, struct skep_view *value_out,
                             bool *has_value_out, struct skep_cost *cost_out, struct skep_error *err)
{
    skep_status st = skep_plan_begin(plan, index, index + 1, err);

    if (st != SKEP_OK) {
        return st;
    }
    st = skep_plan_value(plan, index, value_out, err);
    *has_value_out = st == SKEP_OK;
    if (st == SKEP_OK || st == SKEP_EMPTY) {
        skep_error_clear(err);
        st = skep_plan_cost(plan, index, cost_out, err);
    }
    skep_plan_end(plan);
    return st;
}

static skep_status check_memory(const struct skep_sweep_setup *setup, const struct skep_cost *cost,
                                struct skep_error *err)
{
    uint64_t allowed = skep_sweep_task_bytes(setup->settings);
    char needs[SKEP_WORDS_BYTES], has[SKEP_WORDS_BYTES];

    if (cost->bytes <= (double)allowed) {
        return SKEP_OK;
    }
    return skep_error_set(err, SKEP_E_LIMIT, "a task needs %s of memory, more than the %s of --memory",
                          skep_words_bytes((uint64_t)cost->bytes, needs), skep_words_bytes(allowed, has));
}

static skep_status check_ends(struct skep_sweep_setup *setup, struct skep_plan *plan,
                              struct skep_sweep_facts *facts, struct skep_error *err)
{
    skep_status st = check_choose(setup, plan, facts->indexes, err);

    facts->n_values = 2;
    for (int i = 0; st == SKEP_OK && i < 2; i++) {
        struct skep_cost cost = {0};
        bool has_value = false;
        st = check_one(plan, facts->indexes[i], &facts->values[i], &has_value, &cost, err);
        facts->n_values = has_value ? facts->n_values : 0;
        facts->most.bytes = cost.bytes > facts->most.bytes ? cost.bytes : facts->most.bytes;
        facts->most.seconds = cost.seconds > facts->most.seconds ? cost.seconds : facts->most.seconds;
        if (st != SKEP_OK) {
            skep_error_prefix(err, "task %" PRId64, facts->indexes[i]);
        }
    }
    return st == SKEP_OK ? check_memory(setup, &facts->most, err) : st;
}

skep_status skep_sweep_check(struct skep_sweep_setup *setup, struct skep_sweep_facts *facts_out,
                             struct skep_error *err)
{
    struct skep_sweep plain;
    struct skep_plan *plan = NULL;
    skep_status st = check_fingerprints(setup, err);

    *facts_out = (struct skep_sweep_facts){0};
    if (st != SKEP_OK) {
        return st;
    }
    plain = check_in_order(&setup->sweep);
    st = skep_plan_new(&setup->run, &plain, &setup->tasks, &plan, err);
    if (st == SKEP_OK) {
        st = check_ends(setup, plan, facts_out, err);
    }
    skep_plan_free(plan);
    return st;
}

/* ---- the order `longest` ---- */

struct check_length {
    double seconds;
    int64_t index;
};

static int check_compare(const void *a, const void *b)
{
    const struct check_length *first = a, *second = b;

    if (first->seconds != second->seconds) {
        return first->seconds > second->seconds ? -1 : 1;
    }
    return first->index < second->index ? -1 : 1;
}

static skep_status check_lengths(struct skep_plan *plan, int64_t n, struct check_length *lengths,
                                 struct skep_error *err)
{
    skep_status st = skep_plan_begin(plan, 0, n, err);

    if (st != SKEP_OK) {
        return st;
    }
    for (int64_t i = 0; st == SKEP_OK && i < n; i++) {
        struct skep_cost cost = {0};
        struct skep_error why = {0};
        /* one that cannot be bound fails at once: it is short, and its words come when it runs */
        skep_status told = skep_plan_cost(plan, i, &cost, &why);
        if (skep_status_kind(told) == SKEP_TRANSIENT) {
            *err = why;
            st = told;
        }
        lengths[i] = (struct check_length){.seconds = told == SKEP_OK ? cost.seconds : 0, .index = i};
    }
    skep_plan_end(plan);
    return st;
}

skep_status skep_sweep_sort_longest(struct skep_sweep_setup *setup, struct skep_error *err)
{
    const int64_t n = setup->sweep.n_all;
    struct skep_sweep plain = check_in_order(&setup->sweep);
    struct check_length *lengths;
    struct skep_plan *plan = NULL;
    int64_t *perm;
    skep_status st;

    if (n > SKEP_SWEEP_MAX_PERM) {
        return skep_error_set(err, SKEP_E_LIMIT,
                              "--order longest is for up to %d tasks, this has %" PRId64
                              ": --order random is nearly as good then",
                              SKEP_SWEEP_MAX_PERM, n);
    }
    lengths = skep_arena_calloc(&setup->arena, (size_t)n, sizeof *lengths);
    perm = skep_arena_calloc(&setup->arena, (size_t)n, sizeof *perm);
    if (lengths == NULL || perm == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the order of the tasks");
    }
    st = skep_plan_new(&setup->run, &plain, &setup->tasks, &plan, err);
    if (st == SKEP_OK) {
        st = check_lengths(plan, n, lengths, err);
    }
    skep_plan_free(plan);
    if (st == SKEP_OK) {
        qsort(lengths, (size_t)n, sizeof *lengths, check_compare);
        for (int64_t i = 0; i < n; i++) {
            perm[i] = lengths[i].index;
        }
        setup->sweep.perm = perm;
    }
    return st;
}
