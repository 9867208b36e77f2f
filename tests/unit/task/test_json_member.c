/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>

#include "task/json_member.h"

/* Members follow one another with commas between them; what is not known is null. */
static void test_json_member__each_kind(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 4096);
    skep_buf_add_char(&buf, '{');
    skep_json_member_text(&buf, "text", "a\"b");
    skep_json_member_text(&buf, "nobody", NULL);
    skep_json_member_i64(&buf, "least", INT64_MIN);
    skep_json_member_f64(&buf, "half", 0.5);
    skep_json_member_f64(&buf, "unknown", NAN);
    skep_json_member_f64(&buf, "never", INFINITY);
    skep_json_member_bool(&buf, "yes", true);
    skep_json_member_bool(&buf, "no", false);
    skep_json_member_null(&buf, "nothing");
    skep_buf_add_char(&buf, '}');
    assert_string_equal(buf.bytes,
                        "{\"text\":\"a\\\"b\",\"nobody\":null,\"least\":-9223372036854775808,"
                        "\"half\":0.5,\"unknown\":null,\"never\":\"inf\",\"yes\":true,\"no\":false,"
                        "\"nothing\":null}");
    skep_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_member__each_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
