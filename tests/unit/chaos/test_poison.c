/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "chaos/poison.h"

#include <stdio.h>
#include <string.h>

/* Every record carries its number in skep's own line, is made the same way again, and is no other's. */
static void test_poison__is_told_by_its_number(void **state)
{
    struct skep_buf one, again, before;
    const size_t n_kinds = skep_poison_n_kinds();

    (void)state;
    skep_buf_init(&one, 2 * SKEP_POISON_LARGE_BYTES);
    skep_buf_init(&again, 2 * SKEP_POISON_LARGE_BYTES);
    skep_buf_init(&before, 2 * SKEP_POISON_LARGE_BYTES);
    for (uint64_t i = n_kinds; i < 3 * n_kinds; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "#skep i=%u id=t%u\n", (unsigned)i, (unsigned)i);
        skep_buf_reset(&one);
        skep_buf_reset(&again);
        skep_buf_reset(&before);
        skep_poison_write(&one, i);
        skep_poison_write(&again, i);
        skep_poison_write(&before, i - n_kinds);
        assert_false(skep_buf_failed(&one));
        assert_memory_equal(one.bytes, line, (size_t)n);
        assert_int_equal(one.length, again.length);
        assert_memory_equal(one.bytes, again.bytes, one.length);
        assert_string_equal(skep_poison_name(i), skep_poison_name(i - n_kinds));
        assert_string_equal(skep_poison_cause(i), skep_poison_cause(i - n_kinds));
        assert_true(one.length != before.length || memcmp(one.bytes, before.bytes, one.length) != 0);
    }
    skep_buf_release(&one);
    skep_buf_release(&again);
    skep_buf_release(&before);
}

/* Some are as large as is said, and one kind holds a NUL. */
static void test_poison__holds_what_it_should(void **state)
{
    struct skep_buf buf;
    size_t largest = 0, n_with_nul = 0;

    (void)state;
    skep_buf_init(&buf, 2 * SKEP_POISON_LARGE_BYTES);
    for (uint64_t i = 0; i < skep_poison_n_kinds(); i++) {
        skep_buf_reset(&buf);
        skep_poison_write(&buf, i);
        largest = buf.length > largest ? buf.length : largest;
        n_with_nul += memchr(buf.bytes, '\0', buf.length) != NULL;
    }
    assert_true(largest > SKEP_POISON_LARGE_BYTES);
    assert_int_equal(n_with_nul, 1);
    skep_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poison__is_told_by_its_number),
        cmocka_unit_test(test_poison__holds_what_it_should),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
