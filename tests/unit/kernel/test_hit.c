/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "kernel/hit.h"

static bool json_is_hit(const char *text)
{
    const struct skep_value value = {.kind = SKEP_VALUE_JSON, .json = {text, strlen(text)}};

    return skep_value_is_hit(&value);
}

static bool array_is_hit(enum skep_dtype dtype, int64_t n, const void *data)
{
    struct skep_value value = {.kind = SKEP_VALUE_ARRAY};

    skep_view_init(&value.array, data, dtype, 1, &n);
    return skep_value_is_hit(&value);
}

/* true is a hit, and so is every number but 0 and NaN. */
static void test_hit__numbers(void **state)
{
    (void)state;
    assert_true(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_BOOL, .boolean = true}));
    assert_false(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_BOOL}));
    assert_true(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_I64, .i64 = -1}));
    assert_false(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_I64}));
    assert_true(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_U64, .u64 = UINT64_MAX}));
    assert_false(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_U64}));
    assert_true(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_F64, .f64 = 5e-324}));
    assert_true(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_F64, .f64 = -INFINITY}));
    assert_false(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_F64, .f64 = -0.0}));
    assert_false(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_F64, .f64 = NAN}));
    assert_false(skep_value_is_hit(&(struct skep_value){.kind = SKEP_VALUE_NULL}));
}

/* An array is a hit when one of its elements is; an empty one is none. */
static void test_hit__arrays(void **state)
{
    static const double none[] = {0, NAN, -0.0}, one[] = {0, NAN, 1e-300};
    static const uint8_t bytes[] = {0, 0, 0, 2};
    static const uint64_t large[] = {0, UINT64_C(1) << 63};

    (void)state;
    assert_false(array_is_hit(SKEP_F8, 3, none));
    assert_true(array_is_hit(SKEP_F8, 3, one));
    assert_false(array_is_hit(SKEP_U1, 3, bytes));
    assert_true(array_is_hit(SKEP_B1, 4, bytes));
    assert_false(array_is_hit(SKEP_U8, 1, large));
    assert_true(array_is_hit(SKEP_U8, 2, large));
    assert_false(array_is_hit(SKEP_F8, 0, one));
}

/* JSON that says nothing is none, however it is spaced. */
static void test_hit__json(void **state)
{
    (void)state;
    assert_false(json_is_hit("null"));
    assert_false(json_is_hit("false"));
    assert_false(json_is_hit("0"));
    assert_false(json_is_hit("\"\""));
    assert_false(json_is_hit("[]"));
    assert_false(json_is_hit(" { } "));
    assert_true(json_is_hit("true"));
    assert_true(json_is_hit("10"));
    assert_true(json_is_hit("\"0\""));
    assert_true(json_is_hit("[0]"));
    assert_true(json_is_hit("{\"n\":0}"));
    assert_true(json_is_hit("nul"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hit__numbers),
        cmocka_unit_test(test_hit__arrays),
        cmocka_unit_test(test_hit__json),
    };
    return cmocka_run_group_tests_name("kernel/hit", tests, NULL, NULL);
}
