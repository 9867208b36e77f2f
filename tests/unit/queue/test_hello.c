/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/hello.h"

#include <string.h>

static struct skep_reply text_reply(const char *text)
{
    return (struct skep_reply){.kind = SKEP_REPLY_TEXT, .bytes = text, .length = strlen(text)};
}

static skep_status read_version(const char *version, int *version_out, struct skep_error *err)
{
    struct skep_reply items[] = {text_reply("server"),  text_reply("redis"),
                                 text_reply("version"), text_reply(version),
                                 text_reply("proto"),   {.kind = SKEP_REPLY_INT, .integer = 2}};
    struct skep_reply reply = {.kind = SKEP_REPLY_ARRAY, .n = 6, .items = items};

    return skep_hello_read(&reply, version_out, err);
}

/* Only what is known is said. */
static void test_hello__writes_what_there_is(void **state)
{
    static const struct {
        const char *user, *password, *name, *expected;
    } rows[] = {
        {"", "", NULL, "*2\r\n$5\r\nHELLO\r\n$1\r\n2\r\n"},
        {"u", "", NULL, "*2\r\n$5\r\nHELLO\r\n$1\r\n2\r\n"},
        {"", "p", NULL, "*5\r\n$5\r\nHELLO\r\n$1\r\n2\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$1\r\np\r\n"},
        {"u", "p", "n",
         "*7\r\n$5\r\nHELLO\r\n$1\r\n2\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n$7\r\nSETNAME\r\n$1\r\nn\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_requests requests;
        skep_requests_init(&requests);
        skep_hello_write(&requests, rows[i].user, rows[i].password, rows[i].name);
        assert_string_equal(requests.bytes.bytes, rows[i].expected);
        skep_requests_release(&requests);
    }
}

/* The version becomes a number that compares. */
static void test_hello__reads_the_version(void **state)
{
    static const struct {
        const char *text;
        int version;
    } rows[] = {{"7.0.15", 70015}, {"6.2.0", 60200}, {"8.0.1-rc1", 80001}, {"255.255.255", 0}, {"", 0},
                {"unstable", 0},   {"7.0", 0},       {"10.11.12", 101112}, {"7.400.5", 79905}, {"-7.0.1", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int version = -1;
        assert_int_equal(read_version(rows[i].text, &version, NULL), SKEP_OK);
        assert_int_equal(version, rows[i].version);
    }
}

/* An older server is named and refused. */
static void test_hello__refuses_an_old_server(void **state)
{
    struct skep_error err = {0};
    int version;

    (void)state;
    assert_int_equal(read_version("6.0.16", &version, &err), SKEP_E_REFUSED);
    assert_non_null(strstr(err.text, "6.0.16"));
    assert_non_null(strstr(err.text, "6.2"));
}

/* An error reply keeps its meaning; what is no answer to HELLO is no Redis. */
static void test_hello__refuses_other_replies(void **state)
{
    struct skep_reply wrong = {.kind = SKEP_REPLY_ERROR, .bytes = "WRONGPASS x", .length = 11};
    struct skep_reply other = {.kind = SKEP_REPLY_INT, .integer = 1};
    struct skep_reply odd_item = text_reply("version");
    struct skep_reply odd = {.kind = SKEP_REPLY_ARRAY, .n = 1, .items = &odd_item};
    int version;

    (void)state;
    assert_int_equal(skep_hello_read(&wrong, &version, NULL), SKEP_E_REFUSED);
    assert_int_equal(skep_hello_read(&other, &version, NULL), SKEP_E_PROTOCOL);
    assert_int_equal(skep_hello_read(&odd, &version, NULL), SKEP_OK);
    assert_int_equal(version, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello__writes_what_there_is),
        cmocka_unit_test(test_hello__reads_the_version),
        cmocka_unit_test(test_hello__refuses_an_old_server),
        cmocka_unit_test(test_hello__refuses_other_replies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
