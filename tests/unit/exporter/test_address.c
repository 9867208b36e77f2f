/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ops/exporter/address.h"

static char where[SKEP_EXPORT_WHERE_BYTES];

/* An address of this machine and a free port: told as what it became. */
static void test_address__listens(void **state)
{
    struct skep_error err = {0};
    int fd;

    (void)state;
    assert_int_equal(skep_export_listen("127.0.0.1:0", &fd, where, &err), SKEP_OK);
    assert_memory_equal(where, "127.0.0.1:", 10);
    assert_string_not_equal(where, "127.0.0.1:0");
    close(fd);
    assert_int_equal(skep_export_listen(":0", &fd, where, &err), SKEP_OK);
    assert_non_null(strrchr(where, ':'));
    close(fd);
}

/* A port that is taken is told so. */
static void test_address__refuses_a_taken_one(void **state)
{
    struct skep_error err = {0};
    char again[SKEP_EXPORT_WHERE_BYTES];
    int fd, other;

    (void)state;
    assert_int_equal(skep_export_listen("127.0.0.1:0", &fd, where, &err), SKEP_OK);
    assert_int_equal(skep_export_listen(where, &other, again, &err), SKEP_E_IO);
    assert_int_equal(other, -1);
    assert_non_null(strstr(err.text, "cannot listen on 127.0.0.1:"));
    close(fd);
}

/* What is no address is told with an example of one. */
static void test_address__refuses_what_is_none(void **state)
{
    static const char *const wrong[] = {
        "",        "9464",         "127.0.0.1", "127.0.0.1:",      "127.0.0.1:x",
        "a:65536", "127.0.0.1:-1", "::1:9464",  "127.0.0.1:94 64", "256.1.1.1.1:0"};
    int fd;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct skep_error err = {0};
        assert_int_equal(skep_export_listen(wrong[i], &fd, where, &err), SKEP_E_USAGE);
        assert_int_equal(fd, -1);
        assert_true(err.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address__listens),
        cmocka_unit_test(test_address__refuses_a_taken_one),
        cmocka_unit_test(test_address__refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
