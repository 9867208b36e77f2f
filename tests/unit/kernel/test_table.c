/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

/* The kernels of KERNELS, each found under its name. */
static void test_table__finds_every_kernel(void **state)
{
    static const char *const names[] = {
        "te_box",        "te_box_counts", "mi_box",    "mi_box_counts", "te_matrix", "star_rk4",
        "star_te",       "diffuse1d",     "diffuse2d", "julia",         "pi_mc",     "prime",
        "prime_divisor", "prime_count",   "logreg",    "sum",           "expr",      "mean",
        "var",           "std",           "min",       "max",           "argmin",    "argmax",
        "absmax",        "norm2",         "count_nan", "count_finite",  "stats",     "hist",
        "axpy",          "dot",           "random",    "hll",           "kmv",       "bloom_build",
        "bloom_query",   "morris",        "echo",      "sleep",         "fail"};

    (void)state;
    assert_int_equal(skep_kernel_count(), sizeof names / sizeof names[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct skep_kernel *kernel = skep_kernel_find(names[i]);
        assert_non_null(kernel);
        assert_string_equal(kernel->name, names[i]);
    }
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        assert_ptr_equal(skep_kernel_find(skep_kernel_at(i)->name), skep_kernel_at(i));
    }
}

/* Other names are no kernels, also those that only begin like one. */
static void test_table__does_not_find_others(void **state)
{
    (void)state;
    assert_null(skep_kernel_find(""));
    assert_null(skep_kernel_find("te"));
    assert_null(skep_kernel_find("te_box_"));
    assert_null(skep_kernel_find("SUM"));
    assert_null(skep_kernel_find("sum "));
}

static void check_spec(const struct skep_kernel *kernel, const struct skep_arg_spec *spec)
{
    bool has_default = spec->default_text != NULL;

    if (spec->help == NULL || (spec->is_required && has_default) || strcmp(spec->name, "variant") == 0) {
        fail_msg("%s: %s", kernel->name, spec->name);
    }
    if (spec->kind == SKEP_ARG_CHOICE) {
        assert_non_null(spec->choices);
        assert_non_null(spec->choices[0]);
    }
    if (spec->kind == SKEP_ARG_ARRAY) {
        assert_true(!has_default && spec->min_ndim <= spec->max_ndim && spec->max_ndim <= SKEP_MAX_DIMS);
        assert_non_null(spec->shape_text);
    }
    assert_true(spec->kind != SKEP_ARG_ARRAYS || spec->shape_text != NULL);
}

/* Every row is whole: what is called, checked and printed is there, names differ, and defaults are readable.
 */
static void test_table__rows_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        const struct skep_kernel *kernel = skep_kernel_at(i);
        struct kernel_call k;

        assert_non_null(kernel->run);
        assert_non_null(kernel->reference);
        assert_non_null(kernel->cost);
        assert_non_null(kernel->value);
        assert_true(kernel->version >= 1);
        assert_non_null(kernel->summary);
        assert_non_null(kernel->description[0]);
        assert_non_null(kernel->value_text);
        assert_non_null(strstr(kernel->example, kernel->name));
        for (size_t a = 0; a < skep_kernel_count_args(kernel); a++) {
            check_spec(kernel, &kernel->args[a]);
            for (size_t b = 0; b < a; b++) {
                assert_string_not_equal(kernel->args[a].name, kernel->args[b].name);
            }
        }
        kernel_call_init(&k, kernel->name); /* reads every default */
        kernel_call_release(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table__finds_every_kernel),
        cmocka_unit_test(test_table__does_not_find_others),
        cmocka_unit_test(test_table__rows_are_whole),
    };
    return cmocka_run_group_tests_name("kernel/table", tests, NULL, NULL);
}
