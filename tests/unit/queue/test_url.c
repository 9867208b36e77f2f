/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/url.h"

#include <string.h>

static struct skep_url parsed(const char *text)
{
    struct skep_url url;
    struct skep_error err = {0};

    if (skep_url_parse(text, &url, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return url;
}

/* Every legal form gives the parts that one reads in it. */
static void test_url__parses_every_form(void **state)
{
    static const struct {
        const char *text;
        struct skep_url url;
    } rows[] = {
        {"redis://h", {.kind = SKEP_URL_TCP, .host = "h", .port = 6379}},
        {"redis://h/", {.kind = SKEP_URL_TCP, .host = "h", .port = 6379}},
        {"redis://h:1", {.kind = SKEP_URL_TCP, .host = "h", .port = 1}},
        {"redis://h:65535/15", {.kind = SKEP_URL_TCP, .host = "h", .port = 65535, .db = 15}},
        {"redis://h/3", {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .db = 3}},
        {"redis://u:p@h", {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .user = "u", .password = "p"}},
        {"redis://:p@h:7", {.kind = SKEP_URL_TCP, .host = "h", .port = 7, .password = "p"}},
        {"redis://u@h", {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .user = "u"}},
        {"redis://u:@h", {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .user = "u"}},
        {"redis://u:a:b@h",
         {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .user = "u", .password = "a:b"}},
        {"redis://u:a@b@h",
         {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .user = "u", .password = "a@b"}},
        {"redis://u%40x:%2F%3a%25%e2%82%ac@h",
         {.kind = SKEP_URL_TCP, .host = "h", .port = 6379, .user = "u@x", .password = "/:%\xe2\x82\xac"}},
        {"redis://10.1.2.3:6380", {.kind = SKEP_URL_TCP, .host = "10.1.2.3", .port = 6380}},
        {"redis://[::1]", {.kind = SKEP_URL_TCP, .host = "::1", .port = 6379}},
        {"redis://u:p@[fe80::1%25eth0]:6380/2",
         {.kind = SKEP_URL_TCP, .host = "fe80::1%eth0", .port = 6380, .user = "u", .password = "p", .db = 2}},
        {"rediss://h.example:6390/1", {.kind = SKEP_URL_TLS, .host = "h.example", .port = 6390, .db = 1}},
        {"unix:///run/redis.sock", {.kind = SKEP_URL_UNIX, .path = "/run/redis.sock"}},
        {"unix:///a%20b?db=4", {.kind = SKEP_URL_UNIX, .path = "/a b", .db = 4}},
        {"unix://u:p@/run/r", {.kind = SKEP_URL_UNIX, .path = "/run/r", .user = "u", .password = "p"}},
        {"unix://:p@/r@h", {.kind = SKEP_URL_UNIX, .path = "/r@h", .password = "p"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_url url = parsed(rows[i].text);
        assert_int_equal(url.kind, rows[i].url.kind);
        assert_string_equal(url.host, rows[i].url.host);
        assert_int_equal(url.port, rows[i].url.port);
        assert_string_equal(url.path, rows[i].url.path);
        assert_string_equal(url.user, rows[i].url.user);
        assert_string_equal(url.password, rows[i].url.password);
        assert_int_equal(url.db, rows[i].url.db);
    }
}

/* What is printed has no password and means the same server. */
static void test_url__formats_without_the_password(void **state)
{
    static const char *const rows[][2] = {
        {"redis://h", "redis://h:6379"},
        {"redis://u:secret@h:1/2", "redis://u@h:1/2"},
        {"redis://:secret@h", "redis://h:6379"},
        {"rediss://u%40x:secret@[::1]:9", "rediss://u%40x@[::1]:9"},
        {"redis://[fe80::1%25eth0]", "redis://[fe80::1%25eth0]:6379"},
        {"unix://u:secret@/a%20b?db=4", "unix://u@/a%20b?db=4"},
        {"unix:///run/redis.sock", "unix:///run/redis.sock"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SKEP_URL_TEXT_BYTES];
        struct skep_url url = parsed(rows[i][0]);
        skep_url_format(&url, text, sizeof text);
        assert_string_equal(text, rows[i][1]);
        url = parsed(text);
        skep_url_format(&url, text, sizeof text);
        assert_string_equal(text, rows[i][1]);
    }
}

/* The longest URL there is fits into the array that the header names, and a short array cuts. */
static void test_url__formats_into_what_it_is_given(void **state)
{
    struct skep_url url = {.kind = SKEP_URL_TLS, .port = 65535, .db = 1000000};
    char text[SKEP_URL_TEXT_BYTES];

    (void)state;
    memset(url.host, '%', sizeof url.host - 1);
    memset(url.user, '%', sizeof url.user - 1);
    skep_url_format(&url, text, sizeof text);
    assert_string_equal(text + strlen(text) - 14, ":65535/1000000");
    memset(text, 'x', sizeof text);
    skep_url_format(&url, text, 10);
    assert_string_equal(text, "rediss://");
    assert_int_equal(text[10], 'x');
    skep_url_format(&url, text, 1);
    assert_string_equal(text, "");
}

/* What is wrong is named, and the form is shown. */
static void test_url__refuses_with_a_reason(void **state)
{
    static const char *const rows[][2] = {
        {"", "begin with"},
        {"localhost:6379", "begin with"},
        {"http://h", "begin with"},
        {"REDIS://h", "begin with"},
        {"redis:/h", "begin with"},
        {"redis://", "no host"},
        {"redis://:6379", "no host"},
        {"redis://u:p@", "no host"},
        {"redis://h:", "port"},
        {"redis://h:0", "port"},
        {"redis://h:65536", "port"},
        {"redis://h:6379x", "port"},
        {"redis://h:-1", "port"},
        {"redis://h/x", "database"},
        {"redis://h/-1", "database"},
        {"redis://h/1/2", "database"},
        {"redis://h/1000001", "database"},
        {"redis://h?db=1", "'?'"},
        {"redis://h#x", "'#'"},
        {"redis://::1", "brackets"},
        {"redis://[::1", "']'"},
        {"redis://[h]", "IPv6"},
        {"redis://[::1]6379", "']'"},
        {"redis://h%", "'%'"},
        {"redis://h%4", "'%'"},
        {"redis://h%zz", "'%'"},
        {"redis://h%00", "control"},
        {"redis://h\n", "control"},
        {"redis://u:%0d@h", "control"},
        {"unix://", "path"},
        {"unix://run/redis.sock", "path"},
        {"unix://u:p@run", "path"},
        {"unix:///r?x=1", "db=N"},
        {"unix:///r?db=", "database"},
        {"unix:///r?db=1&x", "database"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_url url = {.port = 1}, empty = {0};
        struct skep_error err = {0};
        assert_int_equal(skep_url_parse(rows[i][0], &url, &err), SKEP_E_USAGE);
        if (strstr(err.text, rows[i][1]) == NULL || strlen(err.text) >= sizeof err.text - 1) {
            fail_msg("'%s' gives '%s'", rows[i][0], err.text);
        }
        assert_non_null(strstr(err.text, "://[user:password@]"));
        assert_memory_equal(&url, &empty, sizeof url);
    }
}

/* A part that does not fit is refused, one that just fits is not. */
static void test_url__refuses_what_is_too_long(void **state)
{
    static const struct {
        const char *before;
        size_t longest;
        const char *behind;
    } rows[] = {
        {"redis://", 255, ""}, {"redis://", 127, ":p@h"}, {"redis://:", 511, "@h"}, {"unix:///", 106, ""}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t extra = 0; extra <= 1; extra++) {
            char text[1024], part[600] = {0};
            struct skep_url url;
            memset(part, 'a', rows[i].longest + extra);
            snprintf(text, sizeof text, "%s%s%s", rows[i].before, part, rows[i].behind);
            assert_int_equal(skep_url_parse(text, &url, NULL), extra == 0 ? SKEP_OK : SKEP_E_USAGE);
        }
    }
}

/* However wrong a URL is, no piece of its password is in the message. */
static void test_url__never_quotes_the_password(void **state)
{
    static const char *const rows[] = {
        "redis://u:QQ/QQ@h",    "redis://u:QQ?QQ@h", "redis://u:QQ#QQ@h",   "redis://u:QQ%QQ@h",
        "redis://u:QQ@h:QQ",    "redis://u:QQ",      "redis//u:QQ@h",       "unix://u:QQ/QQ@/path",
        "unix://u:QQ@path",     "redis://QQ:QQ:QQ",  "redis://u:QQ\n@h",    "QQ",
        "redis://u:[QQ@h@[QQ]", "redis://u:QQ@h/QQ", "unix://u:QQ?@/p?QQ=1"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_url url;
        struct skep_error err = {0};
        assert_int_equal(skep_url_parse(rows[i], &url, &err), SKEP_E_USAGE);
        assert_null(strstr(err.text, "QQ"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url__parses_every_form),
        cmocka_unit_test(test_url__formats_without_the_password),
        cmocka_unit_test(test_url__formats_into_what_it_is_given),
        cmocka_unit_test(test_url__refuses_with_a_reason),
        cmocka_unit_test(test_url__refuses_what_is_too_long),
        cmocka_unit_test(test_url__never_quotes_the_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
