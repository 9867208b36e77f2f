/* SPDX-License-Identifier: MIT */
#include "unit/run/plan_fixture.h"

#include "sweep/order.h"

/* A plan with one output of DTYPE and SHAPE, whose slices are those of its last axes. */
static void make_out(const char *of, const char *dtype, const char *shape)
{
    char spec[1024];

    snprintf(
        spec, sizeof spec,
        "{\"kernel\":\"echo\",\"args\":{},\"over\":[{\"axis\":\"i\",\"of\":3},{\"axis\":\"j\",\"of\":5}],"
        "\"token\":\"0123456789abcdef0123456789abcdef\","
        "\"out\":[{\"path\":\"y.npy\",\"at\":[\"{j}\",\"{i}\"],%s%s%s\"dtype\":\"%s\",\"shape\":%s,"
        "\"fill\":\"0\"}]}",
        of != NULL ? "\"of\":\"" : "", of != NULL ? of : "", of != NULL ? "\"," : "", dtype, shape);
    make_plan(spec);
}

static struct skep_value f8_value(const double *data, int ndim, const int64_t *shape)
{
    struct skep_value value = {.kind = SKEP_VALUE_ARRAY};

    skep_view_init(&value.array, data, SKEP_F8, ndim, shape);
    return value;
}

static void check_refused(const struct skep_value *value, const char *message)
{
    struct skep_error err = {0};
    double room[8];

    assert_int_equal(skep_plan_slice(plan, 0, value, room, &err), SKEP_E_BAD_ARGS);
    assert_string_equal(err.text, message);
}

/* A number of any kind fills a slice without axes. */
static void test_plan_out__writes_numbers(void **state)
{
    struct skep_value value = {.kind = SKEP_VALUE_F64, .f64 = -0.5};
    double f8;
    int64_t i8;
    uint64_t u8;

    (void)state;
    make_out(NULL, "f8", "[5,3]");
    assert_int_equal(skep_plan_slice(plan, 0, &value, &f8, NULL), SKEP_OK);
    assert_true(f8 == -0.5);
    value = (struct skep_value){.kind = SKEP_VALUE_BOOL, .boolean = true};
    assert_int_equal(skep_plan_slice(plan, 0, &value, &f8, NULL), SKEP_OK);
    assert_true(f8 == 1);
    make_out(NULL, "i8", "[5,3]");
    value = (struct skep_value){.kind = SKEP_VALUE_I64, .i64 = INT64_MIN};
    assert_int_equal(skep_plan_slice(plan, 0, &value, &i8, NULL), SKEP_OK);
    assert_true(i8 == INT64_MIN);
    make_out(NULL, "u8", "[5,3]");
    value = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = UINT64_MAX};
    assert_int_equal(skep_plan_slice(plan, 0, &value, &u8, NULL), SKEP_OK);
    assert_true(u8 == UINT64_MAX);
}

/* All of an array, or the part that the output names. */
static void test_plan_out__writes_arrays(void **state)
{
    static const double data[6] = {0, 1, 2, 3, 4, 5};
    const struct skep_value value = f8_value(data, 2, (const int64_t[]){2, 3});
    double room[7];

    (void)state;
    make_out(NULL, "f8", "[5,3,2,3]");
    room[6] = 7;
    assert_int_equal(skep_plan_slice(plan, 0, &value, room, NULL), SKEP_OK);
    assert_memory_equal(room, data, sizeof data);
    assert_true(room[6] == 7);
    make_out("[:,::-2]", "f8", "[5,3,2,2]");
    assert_int_equal(skep_plan_slice(plan, 0, &value, room, NULL), SKEP_OK);
    assert_true(room[0] == 2 && room[1] == 0 && room[2] == 5 && room[3] == 3);
    make_out("[1,2]", "f8", "[5,3]");
    assert_int_equal(skep_plan_slice(plan, 0, &value, room, NULL), SKEP_OK);
    assert_true(room[0] == 5);
}

/* Reals are rounded where the output asks for it. */
static void test_plan_out__rounds_reals(void **state)
{
    const struct skep_value value = {.kind = SKEP_VALUE_F64, .f64 = 0.1};
    float f4;

    (void)state;
    make_out(NULL, "f4", "[5,3]");
    assert_int_equal(skep_plan_slice(plan, 0, &value, &f4, NULL), SKEP_OK);
    assert_true(f4 == 0.1F);
}

/* What would lose something, or has another shape, is refused with both. */
static void test_plan_out__refuses_what_does_not_fit(void **state)
{
    static const double data[6] = {0};
    struct skep_value value = f8_value(data, 1, (const int64_t[]){6});
    struct skep_value number = {.kind = SKEP_VALUE_F64, .f64 = 1};

    (void)state;
    make_out(NULL, "f8", "[5,3,4]");
    check_refused(&value, "output y.npy: a slice is f8 of shape (4,), the value is f8 of shape (6,)");
    check_refused(&number, "output y.npy: a slice is f8 of shape (4,), the value is f8 of shape ()");
    make_out("[:3]", "f8", "[5,3,4]");
    check_refused(&value, "output y.npy: a slice is f8 of shape (4,), the value's part is f8 of shape (3,)");
    make_out("[7]", "f8", "[5,3]");
    check_refused(&value, "output y.npy: of the value: index 7 is out of bounds for axis 0 with length 6");
    make_out(NULL, "i4", "[5,3]");
    check_refused(&number, "output y.npy: a slice is i4 of shape (), the value is f8 of shape ()");
    value = (struct skep_value){.kind = SKEP_VALUE_NULL};
    check_refused(&value, "output y.npy: the value of echo is no array and no number");
}

/* The slice of a task is where its variables say, whatever the order. */
static void test_plan_out__numbers_slices(void **state)
{
    (void)state;
    make_out(NULL, "f8", "[5,3]");
    for (int64_t p = 0; p < 15; p++) {
        assert_int_equal(skep_plan_slice_number(plan, 0, p), p % 5 * 3 + p / 5);
    }
    sweep.order = SKEP_ORDER_RANDOM;
    for (int64_t p = 0; p < 15; p++) {
        int64_t index = skep_order_index(&sweep, p);
        assert_int_equal(skep_plan_slice_number(plan, 0, p), index % 5 * 3 + index / 5);
    }
}

int main(void)
{
#define OUT_TEST(fact) cmocka_unit_test_setup_teardown(test_plan_out__##fact, set_up_plan, tear_down_plan)
    const struct CMUnitTest tests[] = {
        OUT_TEST(writes_numbers), OUT_TEST(writes_arrays),
        OUT_TEST(rounds_reals),   OUT_TEST(refuses_what_does_not_fit),
        OUT_TEST(numbers_slices),
    };
    return cmocka_run_group_tests_name("run/plan_out", tests, NULL, NULL);
}
