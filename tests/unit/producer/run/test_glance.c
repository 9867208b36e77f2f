/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/run/glance.h"

/* ---- works ---- */

/* The index and the verdict, wherever they stand and whatever surrounds them. */
static void test_glance__finds_index_and_verdict(void **state)
{
    static const struct {
        const char *text;
        long index; /* -1: none */
        bool is_ok;
    } results[] = {
        {"{\"ok\":true}", -1, true},
        {"{\"ok\":false,\"index\":0}", 0, false},
        {"{\"id\":\"a\",\"index\":17,\"kernel\":null,\"ok\":true,\"value\":1.5e3}", 17, true},
        {" { \"index\" : 3 , \"ok\" : false } \n", 3, false},
        {"{\"value\":{\"index\":1,\"ok\":false},\"index\":2,\"ok\":true}", 2, true},
        {"{\"value\":[[1,2],[\"]\"]],\"index\":2,\"ok\":true,\"meta\":{\"a\":[{}]}}", 2, true},
        {"{\"id\":\"\\\"index\\\":9\\\\\",\"ok\":true,\"index\":5}", 5, true},
        {"{\"ok\":true,\"index\":\"7\"}", 7, true}, /* it is not looked at more closely */
        {"{\"ok\":true,\"index\":-1}", -1, true},
        {"{\"ok\":true,\"index\":99999999999999999999}", -1, true},
        {"{\"okay\":false,\"ok\":true,\"k\":1,\"\":2}", -1, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct skep_glance glance;
        if (!skep_glance(results[i].text, strlen(results[i].text), &glance) ||
            glance.is_ok != results[i].is_ok || glance.has_index != (results[i].index >= 0) ||
            (glance.has_index && glance.index != (uint64_t)results[i].index)) {
            fail_msg("%s", results[i].text);
        }
    }
}

/* ---- refuses ---- */

/* What is no whole object, and what does not say whether it succeeded. */
static void test_glance__refuses_what_is_no_result(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "{}",
                                        "[]",
                                        "null",
                                        "{\"ok\"}",
                                        "{\"ok\":}",
                                        "{\"ok\":1}",
                                        "{\"ok\":\"yes\"}",
                                        "{\"index\":1}",
                                        "{\"ok\":true",
                                        "{\"ok\":true,}",
                                        "{\"ok\":true}}",
                                        "{\"ok\":true} x",
                                        "{\"ok\":true,\"v\":[1}",
                                        "{ok:true}",
                                        "{\"ok\":true,\"v\":\"\\\"}",
                                        "{\"ok\":true,\"v\":{\"a\":\"}",
                                        "{\"ok\":true \"index\":1}",
                                        "{,\"ok\":true}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct skep_glance glance;
        if (skep_glance(texts[i], strlen(texts[i]), &glance)) {
            fail_msg("%s", texts[i]);
        }
    }
}

/* Every piece of a result is no result, and is not read beyond its end. */
static void test_glance__reads_no_further(void **state)
{
    static const char text[] = "{\"id\":\"a\\\"b\",\"index\":12,\"value\":[{\"x\":\"\\\\\"},-1],\"ok\":true}";

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *piece = test_malloc(n + 1); /* guarded on both sides */
        struct skep_glance glance;
        memcpy(piece, text, n);
        assert_false(skep_glance(piece, n, &glance));
        test_free(piece);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_glance__finds_index_and_verdict),
        cmocka_unit_test(test_glance__refuses_what_is_no_result),
        cmocka_unit_test(test_glance__reads_no_further),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
