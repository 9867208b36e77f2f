/* SPDX-License-Identifier: MIT */
/* Inputs that are truncated, changed or spoiled while a kernel has them. */
#include "unit/run/run_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "run/fault.h"

/* The handler is installed in each test that needs it: cmocka puts its own back between fixture and test. */

static void truncate_input(const char *name, off_t n)
{
    char *path = test_path(folder, name);

    assert_int_equal(truncate(path, n), 0);
    free(path);
}

static const struct skep_arg_spec reader_args[] = {
    {.name = "x", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_F8, .max_ndim = SKEP_MAX_DIMS}, {0}};

/* Truncates its input, then reads it. */
static skep_status cutter_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)err;
    truncate_input("in/a.npy", 0);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = skep_view_get_f8(&call->args[0].view, 0)};
    return SKEP_OK;
}

static const struct skep_kernel cutter = {
    .name = "cutter",
    .args = reader_args,
    .run = cutter_run,
    .reference = cutter_run,
    .cost = skep_cost_little,
};

/* A file that is truncated while a kernel reads it is a failed task, and the next task runs. */
static void test_run__survives_a_file_truncated_under_a_kernel(void **state)
{
    (void)state;
    copy_golden_mapped("f8-little.npy", "a.npy");
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"x\":\"a.npy\"}}", &cutter, SKEP_E_INPUT_CHANGED,
                  "argument \"x\": a.npy: was truncated while it was mapped: byte 128 is gone");
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":[1,2]}}", NULL).status == SKEP_OK);
    skep_npy_cache_begin_batch(cache);
    check_reference("a.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": a.npy: not a .npy file", "");
}

/* A small file was read before: the kernel sees it whole, and the task fails all the same. */
static void test_run__does_not_believe_a_small_file_that_shrank(void **state)
{
    (void)state;
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"x\":\"a.npy\"}}", &cutter, SKEP_E_INPUT_CHANGED,
                  "a.npy: changed while it was in use");
}

/* The same when skep itself reads it: to convert it, to swap its bytes, to take one element. */
static void test_run__survives_a_file_truncated_under_skep(void **state)
{
    static const struct {
        const char *name, *record;
    } rows[] = {
        {"f4-little.npy", "{\"kernel\":\"echo\",\"args\":{\"x\":\"b.npy\"}}"},
        {"f8-big.npy", "{\"kernel\":\"echo\",\"args\":{\"x\":\"b.npy\"}}"},
        {"f8-little.npy", "{\"kernel\":\"echo\",\"args\":{\"v\":\"b.npy[2,3]\"}}"},
    };
    static const struct skep_arg_spec both_args[] = {
        {.name = "x", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_F8, .max_ndim = SKEP_MAX_DIMS},
        {.name = "v", .kind = SKEP_ARG_F64},
        {0}};
    const struct skep_kernel both = {
        .name = "both",
        .args = both_args,
        .run = give_run,
        .reference = give_run,
        .cost = skep_cost_little,
    };

    (void)state;
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_NULL};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        copy_golden_mapped(rows[i].name, "b.npy");
        skep_npy_cache_begin_batch(cache);
        (void)success_of(rows[i].record, &both);
        truncate_input("in/b.npy", 0); /* later in the same batch: nobody looks at the path again */
        check_outcome(rows[i].record, &both, SKEP_E_INPUT_CHANGED,
                      i < 2 ? "argument \"x\": b.npy: was truncated while it was mapped: byte 128 is gone"
                            : "b.npy: was truncated while it was mapped: byte 216 is gone");
    }
    assert_int_equal(n_calls, 3);
}

/* Writes to, or reads, one of three inputs at a place that its number V says, in elements of f8. */
static const struct skep_arg_spec toucher_args[] = {
    {.name = "x", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {.name = "y", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {.name = "z", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {.name = "which", .kind = SKEP_ARG_I64},
    {.name = "v", .kind = SKEP_ARG_I64},
    {.name = "write", .kind = SKEP_ARG_BOOL},
    {0}};

static skep_status toucher_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *view = &call->args[call->args[3].i64].view;
    volatile double *at = (volatile double *)(uintptr_t)view->data + call->args[4].i64;

    (void)err;
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    if (call->args[5].boolean) {
        *at = 1;
    } else {
        (void)*at;
    }
    return SKEP_OK;
}

static const struct skep_kernel toucher = {
    .name = "toucher",
    .args = toucher_args,
    .run = toucher_run,
    .reference = toucher_run,
    .cost = skep_cost_little,
};

/* A kernel that writes to an input, or runs off one, is a failed task that names argument, file and byte; of
 * two arguments that are one file, the nearer. Then the next task runs. */
static void test_run__names_the_argument_that_a_kernel_spoils(void **state)
{
    static const struct {
        const char *args, *message;
    } rows[] = {
        {"\"x\":[1,2],\"y\":\"a.npy\",\"which\":1,\"v\":3,\"write\":true",
         "argument \"y\": a.npy: the kernel wrote to byte 152 of this input, which is read-only"},
        {"\"x\":\"a.npy[0]\",\"y\":\"a.npy[2]\",\"which\":1,\"v\":4,\"write\":false",
         "argument \"y\": a.npy: the kernel read byte 224, beyond the end at 224"},
        {"\"x\":\"a.npy[0]\",\"y\":\"a.npy[2,::-1]\",\"z\":\"narrow.npy\",\"which\":0,\"v\":3,\"write\":true",
         "argument \"x\": a.npy: the kernel wrote to byte 152 of this input, which is read-only"},
        {"\"x\":\"a.npy[0]\",\"y\":\"a.npy[2,::-1]\",\"z\":\"narrow.npy\",\"which\":1,\"v\":-3,\"write\":"
         "true",
         "argument \"y\": a.npy: the kernel wrote to byte 192 of this input, which is read-only"},
        {"\"x\":\"a.npy[0]\",\"z\":\"large.npy\",\"which\":2,\"v\":-100,\"write\":false",
         "argument \"z\": large.npy: the kernel read 672 bytes before the start of the file"},
    };

    (void)state;
    copy_golden_mapped("f8-little.npy", "large.npy");
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char record[256];
        snprintf(record, sizeof record, "{\"kernel\":\"echo\",\"args\":{%s}}", rows[i].args);
        check_outcome(record, &toucher, SKEP_E_KERNEL_FINAL, rows[i].message);
        assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"}}", NULL).value.f64 == 150);
    }
}

/* Fails over what it read from an input that changed meanwhile. */
static skep_status misled_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    truncate_input("in/a.npy", 100);
    (void)call;
    (void)value_out;
    return skep_error_set(err, SKEP_E_NUMERIC, "the numbers make no sense");
}

static const struct skep_kernel misled = {
    .name = "misled",
    .args = reader_args,
    .run = misled_run,
    .reference = misled_run,
    .cost = skep_cost_little,
};

/* When an input changed, that is why the kernel failed. */
static void test_run__knows_why_a_misled_kernel_fails(void **state)
{
    (void)state;
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"x\":\"a.npy\"}}", &misled, SKEP_E_INPUT_CHANGED,
                  "a.npy: changed while it was in use");
}

/* Rewrites its input in place. */
static skep_status rewriter_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    char *path = test_path(folder, "in/a.npy");
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    (void)call;
    (void)err;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    return SKEP_OK;
}

static const struct skep_kernel rewriter = {
    .name = "rewriter",
    .args = reader_args,
    .run = rewriter_run,
    .reference = rewriter_run,
    .cost = skep_cost_little,
};

/* A value computed over a file that was rewritten meanwhile is not believed, and nothing is written. */
static void test_run__does_not_believe_a_file_that_changed(void **state)
{
    char *out = test_path(folder, "out/x.npy");

    (void)state;
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.npy\",\"args\":{\"x\":\"a.npy\"}}", &rewriter,
                  SKEP_E_INPUT_CHANGED, "a.npy: changed while it was in use");
    assert_int_equal(access(out, F_OK), -1);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run__survives_a_file_truncated_under_a_kernel, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_run__does_not_believe_a_small_file_that_shrank, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_run__survives_a_file_truncated_under_skep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__names_the_argument_that_a_kernel_spoils, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__knows_why_a_misled_kernel_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__does_not_believe_a_file_that_changed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
