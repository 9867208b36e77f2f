/* SPDX-License-Identifier: MIT */
#include "unit/kernel/sketches/sketch_call.h"

#include "kernel/sketches/states.h"

enum { MOST = 8192 };

struct seen {
    int64_t n;
    int64_t at[MOST], elements[MOST];
};

static skep_status take(void *context, int64_t at, const int64_t *elements, int64_t n, struct skep_error *err)
{
    struct seen *seen = context;

    (void)err;
    assert_true(seen->n + n <= MOST && n <= SKEP_STATES_PIECE);
    for (int64_t i = 0; i < n; i++) {
        seen->at[seen->n] = at + i;
        seen->elements[seen->n++] = elements[i];
    }
    return SKEP_OK;
}

/* Every element of every state, with its place, whatever the dtype, the strides and the stacking. */
static void test_states__reads_all_of_them(void **state)
{
    static const uint8_t one[6] = {1, 2, 3, 4, 5, 6};
    static const int32_t more[12] = {11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26};
    static const int64_t expected[] = {1, 2, 3, 4, 5, 6, 21, 22, 23, 24, 25, 26, 11, 12, 13, 14, 15, 16};
    static struct seen seen;
    static const struct skep_arg absent = {0};
    struct skep_array_item items[2] = {
        {.view = {one, SKEP_U1, 2, {2, 3}, {3, 1}}},
        {.view = {more + 6, SKEP_I4, 3, {2, 2, 3}, {-6, 3, 1}}},
    };
    struct skep_arg merge = {.is_given = true, .arrays = {items, 2}};
    struct skep_states states;
    struct skep_call call = {0};

    (void)state;
    assert_int_equal(skep_states_init(&states, &absent, &merge, 2, NULL), SKEP_OK);
    assert_int_equal(states.shape[0], 2);
    assert_int_equal(states.shape[1], 3);
    states.most = 26;
    assert_int_equal(skep_states_read(&call, &states, take, &seen, NULL), SKEP_OK);
    assert_int_equal(seen.n, 18);
    assert_memory_equal(seen.elements, expected, sizeof expected);
    for (int i = 0; i < 18; i++) {
        assert_int_equal(seen.at[i], i % 6);
    }
    states.most = 25;
    assert_int_equal(skep_states_read(&call, &states, take, &seen, NULL), SKEP_E_BAD_ARGS);
}

/* A long state comes in pieces, an empty stack not at all. */
static void test_states__reads_in_pieces(void **state)
{
    static int64_t long_one[3000];
    static struct seen seen;
    static const struct skep_arg x = {.is_given = true}, absent = {0};
    struct skep_array_item items[2] = {{.view = {long_one, SKEP_I8, 1, {3000}, {1}}},
                                       {.view = {long_one, SKEP_U8, 2, {0, 3000}, {0, 1}}}};
    struct skep_arg merge = {.is_given = true, .arrays = {items, 2}};
    struct skep_states states;
    struct skep_call call = {0};

    (void)state;
    assert_int_equal(skep_states_init(&states, &x, &merge, 1, NULL), SKEP_OK);
    seen.n = 0;
    assert_int_equal(skep_states_read(&call, &states, take, &seen, NULL), SKEP_OK);
    assert_int_equal(seen.n, 3000);
    assert_int_equal(seen.at[2999], 2999);
    assert_int_equal(skep_states_init(&states, &x, &absent, 1, NULL), SKEP_OK);
    assert_int_equal(states.n_arrays, 0);
    assert_int_equal(skep_states_read(&call, &states, take, &seen, NULL), SKEP_OK);
    assert_int_equal(skep_states_init(&states, &absent, &absent, 1, NULL), SKEP_E_BAD_ARGS);
}

/* A u8 above 2^63 - 1 is not taken for a small number. */
static void test_states__refuses_what_is_too_large(void **state)
{
    static const uint64_t huge[2] = {0, UINT64_C(1) << 63};
    static const struct skep_arg absent = {0};
    static struct seen seen;
    struct skep_array_item item = {.view = {huge, SKEP_U8, 1, {2}, {1}}};
    struct skep_arg merge = {.is_given = true, .arrays = {&item, 1}};
    struct skep_states states;
    atomic_uint stop = 0;
    struct skep_call call = {.stop = &stop};

    (void)state;
    assert_int_equal(skep_states_init(&states, &absent, &merge, 1, NULL), SKEP_OK);
    states.most = INT64_MAX;
    assert_int_equal(skep_states_read(&call, &states, take, &seen, NULL), SKEP_E_BAD_ARGS);
    atomic_store(&stop, 1);
    assert_int_equal(skep_states_read(&call, &states, take, &seen, NULL), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states__reads_all_of_them),
        cmocka_unit_test(test_states__reads_in_pieces),
        cmocka_unit_test(test_states__refuses_what_is_too_large),
    };
    return cmocka_run_group_tests_name("kernel/sketches/states", tests, NULL, NULL);
}
