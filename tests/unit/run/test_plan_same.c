/* SPDX-License-Identifier: MIT */
/* A plan gives what plain tasks give, bit for bit and word for word, whichever way its arguments take. */
#include "unit/run/plan_fixture.h"

/* ---- each way ---- */

struct row {
    const char *kernel, *args, *over;
    int64_t n_ok; /* how many of the tasks succeed */
};

static void check_row(const struct row *row)
{
    char spec[2048];
    int64_t n_ok;

    snprintf(spec, sizeof spec, "{\"kernel\":\"%s\",\"args\":%s,\"over\":[%s],\"seed\":\"7\"}", row->kernel,
             row->args, row->over);
    for (int64_t chunk = 1; chunk < 200; chunk = 5 * chunk + 2) {
        n_ok = check_same(spec, chunk);
        if (n_ok != row->n_ok) {
            fail_msg("%s: %lld succeed", spec, (long long)n_ok);
        }
    }
}

/* Numbers, texts and booleans that are a variable's value, for every kind of argument. */
static void test_plan_same__variables(void **state)
{
    static const struct row rows[] = {
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"split\":\"n\",\"from\":\"1000:7\"}", 7},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[10,20.0,1e3]}", 3},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[10.5,20.0]}", 1},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[-1,0,1]}", 2},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[\"12\",\"x\",\"0x1\"]}", 1},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[true,false]}", 0},
        {"pi_mc", "{\"samples\":100}", "{\"times\":5}", 5},
        {"pi_mc", "{\"samples\":100,\"variant\":\"ref\"}", "{\"times\":2}", 2},
        {"pi_mc", "{\"samples\":100,\"variant\":\"{v}\"}",
         "{\"grid\":\"v\",\"from\":[\"ref\",\"fast\",\"slow\"]}", 2},
        {"hist", "{\"x\":\"table.npy\",\"bins\":\"{b}\"}", "{\"grid\":\"b\",\"from\":[0,1,3,-1]}", 2},
        {"echo", "{\"a\":\"{a}\",\"b\":[\"{a}\",{\"c\":\"<{a}>\"}]}",
         "{\"grid\":\"a\",\"from\":[1.0,2.5,3e100]}", 3},
        {"echo", "{\"a\":\"{a}\"}", "{\"grid\":\"a\",\"from\":\"@real.npy\",\"n\":5}", 5},
        {"echo", "{\"a\":\"{a} {index} {{}}\"}", "{\"grid\":\"a\",\"from\":[true,false]}", 2},
        {"echo", "{}", "{\"times\":3}", 3},
        {"var", "{\"x\":\"table.npy\",\"ddof\":\"{d}\"}", "{\"grid\":\"d\",\"from\":[0,1,2.5]}", 2},
        {"sum", "{\"x\":\"table.npy\",\"nan\":\"{w}\"}",
         "{\"grid\":\"w\",\"from\":[\"skip\",\"propagate\",\"none\"]}", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

/* Slices whose numbers are variables, of arrays in place, mapped and not; and what has to be copied. */
static void test_plan_same__slices(void **state)
{
    static const struct row rows[] = {
        {"sum", "{\"x\":\"table.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":6}", 6},
        {"sum", "{\"x\":\"table.npy[:,{i}]\"}", "{\"axis\":\"i\",\"of\":10}", 8}, /* two beyond */
        {"sum", "{\"x\":\"table.npy[..., -{i} ]\"}", "{\"axis\":\"i\",\"of\":10}", 9},
        {"sum", "{\"x\":\"table.npy[{i},{j}:]\"}", "{\"axis\":\"i\",\"of\":6},{\"axis\":\"j\",\"of\":9}", 54},
        {"sum", "{\"x\":\"long.npy[{n.lo}:{n.hi}]\"}", "{\"split\":\"n\",\"from\":\"40000:7\"}", 7},
        {"sum", "{\"x\":\"long.npy[{lo}:{hi}:3]\"}", "{\"ranges\":[\"lo\",\"hi\"],\"from\":\"0:41000/1000\"}",
         41},
        {"sum", "{\"x\":\"long.npy[::{s}]\"}", "{\"grid\":\"s\",\"from\":[3,2,1,0,-1,-2]}", 5},
        {"sum", "{\"x\":\"long.npy[{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0,-5]}", 3},
        {"sum", "{\"x\":\"long.npy[+{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0,-5]}", 2},
        {"sum", "{\"x\":\"long.npy[-{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0,-5]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}{s}:3{s}]\"}", "{\"grid\":\"s\",\"from\":[5,0,11]}", 3},
        {"sum", "{\"x\":\"long.npy[0{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}]\"}", "{\"grid\":\"s\",\"from\":[5,-1]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}:]\"}", "{\"grid\":\"s\",\"from\":[5.0,0.5]}", 1},
        {"sum", "{\"x\":\"long.npy[{s}:]\"}", "{\"grid\":\"s\",\"from\":[\"5\",\"7:9\",\"x\"]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}\"}", "{\"grid\":\"s\",\"from\":[5]}", 0},
        {"sum", "{\"x\":\"long.npy[{index}:{index}]\"}", "{\"times\":3}", 3},
        {"dot", "{\"x\":\"whole.npy[:,{i}]\",\"y\":\"whole.npy[:,{j}]\"}",
         "{\"pairs\":[\"i\",\"j\"],\"of\":8,\"unordered\":true}", 28},
        {"dot", "{\"x\":\"table.npy[:,{i}]\",\"y\":\"table.npy[{j}]\"}",
         "{\"pairs\":[\"i\",\"j\"],\"of\":4,\"unordered\":false}", 0}, /* 6 and 8 */
        {"sum", "{\"x\":\"@golden/f8-big.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":4}", 3},
        {"sum", "{\"x\":\"@golden/unaligned.npy[:,{i}]\"}", "{\"axis\":\"i\",\"of\":4}", 4},
        {"sum", "{\"x\":{\"path\":\"table.npy\",\"view\":\"[{i}]\"}}", "{\"axis\":\"i\",\"of\":7}", 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

/* Files, elements, lists and vars that change from task to task. */
static void test_plan_same__the_rest(void **state)
{
    static const struct row rows[] = {
        {"sum", "{\"x\":\"x_{i}.npy\"}", "{\"axis\":\"i\",\"of\":3}", 2}, /* there is no x_2.npy */
        {"sum", "{\"x\":\"{f}\"}", "{\"lines\":\"f\",\"from\":[\"x_0.npy\",\"x_1.npy[1:3]\",\"none.npy\"]}",
         2},
        {"sum", "{\"x\":\"x_{i}.npy[{i}:]\"}", "{\"axis\":\"i\",\"of\":2}", 2},
        {"sum", "{\"x\":[1,\"{a}\",3]}", "{\"grid\":\"a\",\"from\":[1,2.5,1e300]}", 3},
        {"sum", "{\"x\":\"{a}\"}", "{\"grid\":\"a\",\"from\":[1,2.5]}", 2},
        {"axpy", "{\"a\":\"real.npy[{i}]\",\"x\":\"table.npy[0]\",\"y\":\"table.npy[{i}]\"}",
         "{\"axis\":\"i\",\"of\":6}", 5},
        {"axpy", "{\"a\":\"{a}\",\"x\":\"table.npy[0]\",\"y\":\"table.npy[1]\"}",
         "{\"grid\":\"a\",\"from\":[\"nan\",\"inf\",\"real.npy[1]\",\"1e-3\",\"x\"]}", 4},
        {"axpy", "{\"a\":\"0.{a}\",\"x\":\"table.npy[0]\",\"y\":\"table.npy[1]\"}",
         "{\"grid\":\"a\",\"from\":[1,25]}", 2},
        {"expr", "{\"expr\":\"a*{k} + b\",\"vars\":{\"a\":\"table.npy[{k}]\",\"b\":\"{k}\"}}",
         "{\"axis\":\"k\",\"of\":7}", 6},
        {"expr", "{\"expr\":\"{e}\",\"vars\":{\"a\":[1,2]}}",
         "{\"lines\":\"e\",\"from\":[\"a+1\",\"a*a\",\"b\"]}", 2},
        {"fail", "{}", "{\"times\":2}", 0},
        {"sum", "{\"x\":\"none.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"sum", "{\"x\":\"none.npy\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"sum", "{\"x\":\"../none.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"hist", "{\"x\":\"none.npy\",\"bins\":\"{i}\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"sum", "{\"x\":\"table.npy[{i}]\",\"nan\":\"sometimes\"}", "{\"axis\":\"i\",\"of\":7}", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plan_same__variables, set_up_plan, tear_down_plan),
        cmocka_unit_test_setup_teardown(test_plan_same__slices, set_up_plan, tear_down_plan),
        cmocka_unit_test_setup_teardown(test_plan_same__the_rest, set_up_plan, tear_down_plan),
    };
    return cmocka_run_group_tests_name("run/plan_same", tests, NULL, NULL);
}
