/* SPDX-License-Identifier: MIT */
#include "unit/run/plan_fixture.h"

#include <fcntl.h>

#include "run/plan_inputs.h"

#define OVER_TABLE                                                                                           \
    "{\"kernel\":\"sum\",\"args\":{\"x\":\"table.npy[{i}]\"},\"over\":[{\"axis\":\"i\",\"of\":6}]}"

/* The checksum as RFC 3720 defines it, bit by bit. */
static uint32_t sum_of(const char *bytes, size_t n)
{
    uint32_t sum = UINT32_MAX;

    for (size_t i = 0; i < n; i++) {
        sum ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0x82f63b78) : 0);
        }
    }
    return ~sum;
}

static void set_time(const char *name, int64_t seconds)
{
    char place[64];
    char *path;
    struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = 5}, {.tv_sec = seconds, .tv_nsec = 7}};

    snprintf(place, sizeof place, "in/%s", name);
    path = test_path(folder, place);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

static struct skep_sweep_input look_at(const char *ref)
{
    struct skep_sweep_input input = {0};
    struct skep_error err = {0};

    if (skep_input_fingerprint(inputs, ref, strlen(ref), &input, &err) != SKEP_OK) {
        fail_msg("%s: %s", ref, err.text);
    }
    return input;
}

/* Size, time to the nanosecond, and the sum of what stands before the elements; a slice changes nothing. */
static void test_plan_inputs__takes_fingerprints(void **state)
{
    struct skep_sweep_input input;
    char *bytes;
    size_t n;

    (void)state;
    set_time("table.npy", 1700000000);
    input = look_at("table.npy");
    bytes = test_read_file(folder, "in/table.npy", &n);
    assert_int_equal(input.size, n);
    assert_true(input.mtime_ns == INT64_C(1700000000000000007));
    assert_int_equal(input.header, sum_of(bytes, n - 48 * 8));
    input = look_at("table.npy[:,3]");
    assert_int_equal(input.header, sum_of(bytes, n - 48 * 8));
    free(bytes);
}

/* A file that is not there, is no array, or a slice that is none. */
static void test_plan_inputs__refuses_what_is_no_input(void **state)
{
    struct skep_sweep_input input;

    (void)state;
    test_write_file(folder, "in/odd.npy", "odd", 3);
    set_time("odd.npy", 1700000000);
    assert_int_equal(skep_input_fingerprint(inputs, "none.npy", 8, &input, NULL), SKEP_E_ARRAY_MISSING);
    assert_int_equal(skep_input_fingerprint(inputs, "odd.npy", 7, &input, NULL), SKEP_E_ARRAY_INVALID);
    assert_int_equal(skep_input_fingerprint(inputs, "table.npy[", 10, &input, NULL), SKEP_E_BAD_ARGS);
}

/* The plan of a sweep over table.npy that knows what it looks like now. */
static void make_known(void)
{
    make_plan(OVER_TABLE);
    sweep.n_inputs = 1;
    sweep.inputs[0] = look_at("table.npy");
    sweep.inputs[0].path = "table.npy";
}

static void check_changed(const char *message)
{
    struct skep_error err = {0};

    assert_int_equal(skep_plan_begin(plan, 0, 6, &err), SKEP_E_INPUT_CHANGED);
    assert_string_equal(err.text, message);
}

/* An input that is another one than the producer saw stops every chunk, until it is the same again. */
static void test_plan_inputs__compares(void **state)
{
    (void)state;
    set_time("table.npy", 1700000000);
    make_known();
    begin(0, 6);
    assert_true(number_at(0) == 3.5);
    skep_plan_end(plan);
    set_time("table.npy", 1700000001);
    check_changed("table.npy: changed since the job was put: written to at another time");
    check_changed("table.npy: changed since the job was put: written to at another time");
    set_time("table.npy", 1700000000);
    begin(0, 6);
    skep_plan_end(plan);
    sweep.inputs[0].header++;
    make_known();
    sweep.inputs[0].header++;
    check_changed("table.npy: changed since the job was put: its header is another");
    make_known();
    sweep.inputs[0].size = 9;
    check_changed("table.npy: changed since the job was put: 512 bytes, then it had 9");
    sweep.inputs[0].path = "none.npy";
    assert_int_equal(skep_plan_begin(plan, 0, 6, NULL), SKEP_E_ARRAY_MISSING);
}

/* A file that takes its place, or is written to, within a chunk: what was run since is not to be believed. */
static void test_plan_inputs__checks_what_was_read(void **state)
{
    (void)state;
    set_time("table.npy", 1700000000);
    make_known();
    begin(0, 6);
    (void)number_at(1);
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_OK);
    set_time("table.npy", 1700000002);
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_E_INPUT_CHANGED);
    skep_plan_end(plan);
    set_time("table.npy", 1700000000);
    begin(0, 6);
    put_numbers("table.npy", SKEP_F8, 2, (const int64_t[]){6, 8}); /* by rename */
    assert_true(number_at(0) == 3.5);                              /* of the file that was opened */
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_E_INPUT_CHANGED);
}

/* What a look at the path shows unchanged is not opened again. */
static void test_plan_inputs__looks_once(void **state)
{
    struct skep_plan_input seen = {0};
    char *path = test_path(folder, "in/table.npy");

    (void)state;
    set_time("table.npy", 1700000000);
    make_known();
    assert_int_equal(skep_plan_input_check(&sweep.inputs[0], inputs, &seen, NULL), SKEP_OK);
    sweep.inputs[0].header++; /* nobody reads it again */
    assert_int_equal(skep_plan_input_check(&sweep.inputs[0], inputs, &seen, NULL), SKEP_OK);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(skep_plan_input_check(&sweep.inputs[0], inputs, &seen, NULL), SKEP_E_INPUT_CHANGED);
    free(path);
}

/* The files that are the same at every point, each once. */
static void test_plan_inputs__lists_inputs(void **state)
{
    static const struct {
        const char *kernel, *args, *over;
        const char *paths[4];
    } rows[] = {
        {"sum", "{\"x\":\"table.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":6}", {"table.npy"}},
        {"sum", "{\"x\":\"x_{i}.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":6}", {NULL}},
        {"sum", "{\"x\":\"d/{{a}}.npy\"}", "{\"axis\":\"i\",\"of\":6}", {"d/{a}.npy"}},
        {"sum", "{\"x\":[1,2]}", "{\"axis\":\"i\",\"of\":6}", {NULL}},
        {"sum", "{\"x\":{\"path\":\"a.npy\",\"view\":\"[{i}]\"}}", "{\"axis\":\"i\",\"of\":6}", {"a.npy"}},
        {"dot",
         "{\"x\":\"a.npy[{i}]\",\"y\":\"a.npy[{j}]\"}",
         "{\"pairs\":[\"i\",\"j\"],\"of\":6}",
         {"a.npy"}},
        {"axpy",
         "{\"a\":\"real.npy[{i}]\",\"x\":\"a.npy\",\"y\":\"b.npy[0]\"}",
         "{\"axis\":\"i\",\"of\":6}",
         {"real.npy", "a.npy", "b.npy"}},
        {"axpy",
         "{\"a\":\"{l}\",\"x\":\"a.npy\",\"y\":\"{f}\"}",
         "{\"grid\":\"l\",\"from\":\"@real.npy[1:]\",\"n\":4},{\"lines\":\"f\",\"from\":[\"b.npy\"]}",
         {"a.npy", "real.npy"}},
        {"expr",
         "{\"expr\":\"a\",\"vars\":{\"a\":\"a.npy[{i}]\",\"b\":3,\"c\":\"c_{i}.npy\",\"d\":\"d.npy\"}}",
         "{\"axis\":\"i\",\"of\":6}",
         {"a.npy", "d.npy"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_sweep_input found[SKEP_SWEEP_MAX_INPUTS];
        char spec[512];
        int n;
        snprintf(spec, sizeof spec, "{\"kernel\":\"%s\",\"args\":%s,\"over\":[%s]}", rows[i].kernel,
                 rows[i].args, rows[i].over);
        read_sweep(spec);
        n = skep_sweep_list_inputs(&sweep, skep_kernel_find(rows[i].kernel), found, &spec_arena);
        for (int k = 0; k < n; k++) {
            assert_non_null(rows[i].paths[k]);
            assert_string_equal(found[k].path, rows[i].paths[k]);
        }
        assert_null(rows[i].paths[n]);
    }
}

int main(void)
{
#define INPUTS_TEST(fact)                                                                                    \
    cmocka_unit_test_setup_teardown(test_plan_inputs__##fact, set_up_plan, tear_down_plan)
    const struct CMUnitTest tests[] = {
        INPUTS_TEST(takes_fingerprints), INPUTS_TEST(refuses_what_is_no_input),
        INPUTS_TEST(compares),           INPUTS_TEST(checks_what_was_read),
        INPUTS_TEST(looks_once),         INPUTS_TEST(lists_inputs),
    };
    return cmocka_run_group_tests_name("run/plan_inputs", tests, NULL, NULL);
}
