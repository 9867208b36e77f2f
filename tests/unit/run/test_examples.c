/* SPDX-License-Identifier: MIT */
/* The examples in the kernels' rows, which the documentation prints. */
#include "unit/run/run_fixture.h"
#include "support/value_told.h"

#include "run/bind.h"

/* Each runs as it stands, and its value is what the row says of it beforehand. */
static void test_examples__run_and_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        const struct skep_kernel *kernel = skep_kernel_at(i);
        struct skep_work work = read_work(kernel->example);
        struct skep_call call = {.arena = &arena, .attempt = 1};
        struct skep_value value = {0};
        struct skep_error err = {0};
        struct skep_arg *args = NULL;

        assert_int_equal(work.status, SKEP_OK);
        assert_ptr_equal(work.kernel, kernel);
        assert_int_equal(
            skep_args_bind(kernel, work.task.args, cache, &arena, &args, &call.is_reference, &err), SKEP_OK);
        call.args = args;
        if (kernel->run(&call, &value, &err) != SKEP_OK) {
            fail_msg("%s: %s", kernel->name, err.text);
        }
        test_check_value_told(kernel, &call, &value);
        skep_arena_reset(&arena, SIZE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples__run_and_are_told, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("run/examples", tests, NULL, NULL);
}
