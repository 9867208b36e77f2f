/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/sweep/sweep_gaps.h"
#include "sweep/out_map.h"

struct fixture {
    struct skep_arena arena;
    struct skep_sweep sweep;
    struct skep_error err;
};

/* Ordered pairs of 3, into an array of this kind. */
static void make(struct fixture *f, enum skep_dtype dtype, const char *at)
{
    struct skep_view value;
    struct skep_factor *factor = &f->sweep.factors[0];

    f->sweep = (struct skep_sweep){.kernel = "echo", .n_factors = 1, .n_outs = 1};
    *factor =
        (struct skep_factor){.kind = SKEP_FACTOR_PAIRS, .n_variables = 2, .variables = {"i", "j"}, .of = 3};
    skep_error_clear(&f->err);
    skep_view_init(&value, NULL, dtype, 0, NULL);
    if (skep_sweep_complete(&f->sweep, &f->err) != SKEP_OK ||
        skep_out_parse(&f->sweep, at, &f->arena, &f->sweep.outs[0], &f->err) != SKEP_OK ||
        skep_out_complete(&f->sweep, &f->sweep.outs[0], &value, &f->err) != SKEP_OK) {
        fail_msg("%s", f->err.text);
    }
}

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    skep_arena_init(&fixture.arena, 1 << 20);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    return 0;
}

static void expect(struct fixture *f, const char *reduce, const char *fill, const char *words)
{
    skep_status st;

    f->sweep.reduce = reduce;
    skep_error_clear(&f->err);
    st = skep_sweep_check_gaps(&f->sweep, fill, &f->err);
    if ((st == SKEP_OK) != (words == NULL) || (words != NULL && strstr(f->err.text, words) == NULL)) {
        fail_msg("%s: '%s', wanted '%s'", reduce, f->err.text, words != NULL ? words : "");
    }
}

/* An array of which every element is computed is reduced as it is. */
static void test_sweep_gaps__none(void **state)
{
    struct fixture *f = *state;

    make(f, SKEP_F8, "a.npy[{index}]");
    expect(f, "mean", NULL, NULL);
    expect(f, "all", NULL, NULL);
}

/* The diagonal of pairs is computed by nobody. */
static void test_sweep_gaps__of_pairs(void **state)
{
    struct fixture *f = *state;

    make(f, SKEP_F8, "a.npy[{i},{j}]");
    expect(f, "mean", NULL, "more places than tasks");
    expect(f, "mean", NULL, "--reduce mean:nan=skip");
    expect(f, "mean:nan=skip", NULL, NULL);
    expect(f, "mean", "0", NULL);
    expect(f, "argmin", NULL, "--reduce argmin:nan=skip");
    expect(f, "all", NULL, "say with --fill");
    expect(f, "count", NULL, NULL);
}

/* Integers have no NaN: a sum does not mind zeros, a mean does. */
static void test_sweep_gaps__of_integers(void **state)
{
    struct fixture *f = *state;

    make(f, SKEP_I8, "a.npy[{i},{j}]");
    expect(f, "sum", NULL, NULL);
    expect(f, "mean", NULL, "say with --fill");
    expect(f, "mean:nan=skip", NULL, "say with --fill");
}

/* So is what a filter or --take leaves out. */
static void test_sweep_gaps__of_filters(void **state)
{
    struct fixture *f = *state;

    make(f, SKEP_F8, "a.npy[{index}]");
    f->sweep.filter = "i < j";
    expect(f, "sum", NULL, "(--filter)");
    f->sweep.filter = NULL;
    f->sweep.n = 2;
    expect(f, "sum", NULL, "(--take)");
    expect(f, "any", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep_gaps__none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_gaps__of_pairs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_gaps__of_integers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_gaps__of_filters, setup, teardown),
    };
    return cmocka_run_group_tests_name("producer/sweep_gaps", tests, NULL, NULL);
}
