/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"
#include "producer/ask/secrets.h"

/* TEXT comes out as WANTED. */
static void check_with(struct skep_secrets *secrets, const char *text, const char *wanted)
{
    size_t n = strlen(text);
    char *exact = malloc(n + 1); /* without a NUL behind it, for the sanitizer */
    struct skep_buf buf;

    memcpy(exact, text, n);
    exact = realloc(exact, n > 0 ? n : 1);
    skep_buf_init(&buf, 100000);
    skep_secrets_add(secrets, &buf, exact, n);
    assert_string_equal(buf.bytes != NULL ? buf.bytes : "", wanted);
    skep_buf_release(&buf);
    free(exact);
}

static void check(const char *text, const char *wanted)
{
    struct skep_secrets none = {0};

    check_with(&none, text, wanted);
}

/* The values of such names go, however they are written; the names stay. */
static void test_secrets__named(void **state)
{
    (void)state;
    check("{\"db_password\": \"a b\\\"c\", \"n\": 1}", "{\"db_password\": \"[removed]\", \"n\": 1}");
    check("{\"apiKey\":12345,\"x\":2}", "{\"apiKey\":[removed],\"x\":2}");
    check("TOKEN=abc next", "TOKEN=[removed] next");
    check("--secret='a b' next", "--secret='[removed]' next");
    check("Authorization: Bearer eyJhbGciOi.x next", "Authorization: [removed] next");
    check("aws_secret_access_key = AKIA/+=\nx", "aws_secret_access_key = [removed]\nx");
    check("{\\\"password\\\":\\\"x\\\"}", "{\\\"password\\\":\\\"[removed]");
}

/* Passwords of URLs go, up to the last @, as skep reads them. */
static void test_secrets__urls(void **state)
{
    (void)state;
    check("redis://u:p@host/1", "redis://u:[removed]@host/1");
    check("rediss://:p@ss@host x://a:b@c", "rediss://:[removed]@host x://a:[removed]@c");
    check("\"postgres://u:p@h\",\"y\"", "\"postgres://u:[removed]@h\",\"y\"");
    check("redis://u@host:6379/", "redis://u@host:6379/");
    check("http://host:80/a", "http://host:80/a");
    check("x://", "x://");
}

/* What is no secret stays as it is. */
static void test_secrets__leaves_the_rest(void **state)
{
    (void)state;
    check("", "");
    check("{\"kernel\":\"sum\",\"args\":{\"x\":\"eeg.npy[0:10]\"},\"author\":\"Jane\"}",
          "{\"kernel\":\"sum\",\"args\":{\"x\":\"eeg.npy[0:10]\"},\"author\":\"Jane\"}");
    check("the password was wrong", "the password was wrong");
    check("password:", "password:");
    check("password", "password");
    check("key", "key");
}

/* What is known to be one goes wherever it stands; what is too short to be found by itself does not. */
static void test_secrets__known(void **state)
{
    struct skep_secrets secrets = {0};

    (void)state;
    assert_int_equal(skep_secrets_know(&secrets, "hunter2", 7, NULL), SKEP_OK);
    assert_int_equal(skep_secrets_know(&secrets, "abc", 3, NULL), SKEP_OK);
    check_with(&secrets, "hunter2 abc xhunter2hunter2 hunter", "[removed] abc x[removed][removed] hunter");
    assert_int_equal(secrets.n_removed, 3);
    check_with(&secrets, "tokenhunter2: \"x\" token=hunter2y z",
               "token[removed]: \"[removed]\" token=[removed][removed] z");
    skep_secrets_release(&secrets);
}

/* The URL, the password file and the environment are where they come from. */
static void test_secrets__collected(void **state)
{
    char *folder = test_make_folder(), *path = test_path(folder, "password");
    const struct skep_server_settings settings = {.url = "redis://u:from%20url@h", .password_file = path};
    struct skep_secrets secrets;

    (void)state;
    test_write_file(folder, "password", "from-file\nmore\n", 15);
    setenv("MY_API_TOKEN", "from-env", 1);
    setenv("MY_WORDS", "not-one", 1);
    assert_int_equal(skep_secrets_collect(&secrets, &settings, NULL), SKEP_OK);
    check_with(&secrets, "from url, from-file, from-env, not-one, more",
               "[removed], [removed], [removed], not-one, more");
    skep_secrets_release(&secrets);
    unsetenv("MY_API_TOKEN");
    unsetenv("MY_WORDS");
    free(path);
    test_remove_folder(folder);
}

static skep_status collect(void *context)
{
    const struct skep_server_settings settings = {.url = "redis://u:from-url@h"};
    struct skep_secrets secrets;
    skep_status st = skep_secrets_collect(&secrets, &settings, NULL);

    (void)context;
    skep_secrets_release(&secrets);
    return st;
}

/* Without memory nothing is collected, and nothing stays. */
static void test_secrets__no_memory(void **state)
{
    (void)state;
    test_heap_torture(collect, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets__named),           cmocka_unit_test(test_secrets__urls),
        cmocka_unit_test(test_secrets__leaves_the_rest), cmocka_unit_test(test_secrets__known),
        cmocka_unit_test(test_secrets__collected),       cmocka_unit_test(test_secrets__no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
