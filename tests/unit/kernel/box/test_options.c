/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/box/options.h"

/* The options as a call has them by default, and each of them changed. */
static void test_options__read(void **state)
{
    struct kernel_call k;
    struct skep_box_options options;

    (void)state;
    kernel_call_init(&k, "te_box");
    kernel_call_arg(&k, "r")->f64 = 0.75;
    options = skep_box_options_read(k.args + 2, true);
    assert_true(options.r == 0.75 && options.exclude == 0);
    assert_true(!options.is_inclusive && !options.is_normalised && !options.is_base_2 &&
                !options.is_next_as_past);
    kernel_call_arg(&k, "exclude")->i64 = 12;
    kernel_call_word(&k, "edge", "inclusive");
    assert_true(skep_box_options_read(k.args + 2, true).is_inclusive);
    kernel_call_arg(&k, "normalise")->boolean = true;
    assert_true(skep_box_options_read(k.args + 2, true).is_normalised);
    kernel_call_word(&k, "base", "2");
    options = skep_box_options_read(k.args + 2, true);
    assert_true(options.is_base_2 && !options.is_next_as_past && options.exclude == 12);
    kernel_call_word(&k, "next_width", "past");
    assert_true(skep_box_options_read(k.args + 2, true).is_next_as_past);
    kernel_call_release(&k);
}

/* A row without next_width ends before it: what lies behind is not looked at. */
static void test_options__without_next_width(void **state)
{
    struct skep_arg args[SKEP_BOX_NEXT_WIDTH];

    (void)state;
    memset(args, 0, sizeof args);
    assert_false(skep_box_options_read(args, false).is_next_as_past);
}

/* Rows list the options in the order in which they are read. */
static void test_options__order(void **state)
{
    static const char *const names[] = {"r", "exclude", "edge", "normalise", "base", "next_width"};
    static const char *const kernels[] = {"te_box", "te_matrix", "mi_box"};
    static const size_t arrays[] = {2, 1, 2};

    (void)state;
    for (int i = 0; i < 3; i++) {
        const struct skep_kernel *kernel = skep_kernel_find(kernels[i]);
        for (size_t a = arrays[i]; a < skep_kernel_count_args(kernel); a++) {
            assert_string_equal(kernel->args[a].name, names[a - arrays[i]]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options__read),
        cmocka_unit_test(test_options__without_next_width),
        cmocka_unit_test(test_options__order),
    };
    return cmocka_run_group_tests_name("kernel/box/options", tests, NULL, NULL);
}
