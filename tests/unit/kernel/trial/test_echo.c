/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

/* The arguments come back byte for byte. */
static void test_echo__gives_back_its_arguments(void **state)
{
    static const char text[] = "{\"a\":[1,2.50,null],\"b\":\"\\u0000\"}";
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "echo");
    kernel_call_arg(&k, "*")->json.text = text;
    k.args[0].json.length = strlen(text);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_JSON);
    assert_int_equal(k.value.json.length, strlen(text));
    assert_memory_equal(k.value.json.text, text, strlen(text));
    kernel_call_release(&k);
}

/* Without arguments there is an empty object. */
static void test_echo__of_nothing(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "echo");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_JSON);
    assert_int_equal(k.value.json.length, 2);
    assert_memory_equal(k.value.json.text, "{}", 2);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo__gives_back_its_arguments),
        cmocka_unit_test(test_echo__of_nothing),
    };
    return cmocka_run_group_tests_name("kernel/echo", tests, NULL, NULL);
}
