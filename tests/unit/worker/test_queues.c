/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "worker/queues.h"

static struct skep_queues queues;

static skep_status parse(size_t n, const char *const *texts, struct skep_error *err)
{
    struct skep_text_list list = {.n = n};

    for (size_t i = 0; i < n; i++) {
        list.items[i] = texts[i];
    }
    return skep_queues_parse(&list, &queues, err);
}

/* Names keep their order; a weight that is not given is 1. */
static void test_queues__names_and_weights(void **state)
{
    static const char *const texts[] = {"urgent:4", "bulk", "a.b-c_9:1000"};

    (void)state;
    assert_int_equal(parse(3, texts, NULL), SKEP_OK);
    assert_int_equal(queues.n, 3);
    assert_string_equal(queues.items[0].name, "urgent");
    assert_int_equal(queues.items[0].weight, 4);
    assert_string_equal(queues.items[1].name, "bulk");
    assert_int_equal(queues.items[1].weight, 1);
    assert_string_equal(queues.items[2].name, "a.b-c_9");
    assert_int_equal(queues.items[2].weight, 1000);
}

/* They are joined with commas, and cut off where the room ends. */
static void test_queues__join(void **state)
{
    static const char *const texts[] = {"one:2", "two", "three"};
    char text[32], small[7];

    (void)state;
    assert_int_equal(parse(3, texts, NULL), SKEP_OK);
    assert_string_equal(skep_queues_join(&queues, text, sizeof text), "one,two,three");
    assert_string_equal(skep_queues_join(&queues, small, sizeof small), "one,tw");
}

/* As many as there are lanes, each with the longest name. */
static void test_queues__as_many_as_there_are_lanes(void **state)
{
    char names[SKEP_MAX_QUEUES + 1][SKEP_QUEUE_NAME_MAX + 1];
    const char *texts[SKEP_MAX_QUEUES + 1];
    struct skep_error err = {0};

    (void)state;
    for (int i = 0; i <= SKEP_MAX_QUEUES; i++) {
        memset(names[i], 'x', SKEP_QUEUE_NAME_MAX);
        names[i][0] = (char)('a' + i);
        names[i][SKEP_QUEUE_NAME_MAX] = '\0';
        texts[i] = names[i];
    }
    assert_int_equal(parse(SKEP_MAX_QUEUES, texts, NULL), SKEP_OK);
    assert_string_equal(queues.items[SKEP_MAX_QUEUES - 1].name, names[SKEP_MAX_QUEUES - 1]);
    assert_int_equal(parse(SKEP_MAX_QUEUES + 1, texts, &err), SKEP_E_USAGE);
    assert_string_equal(err.text, "-q: a worker serves at most 16 queues");
}

/* What cannot be a queue is refused with the words of the setting. */
static void test_queues__refuses(void **state)
{
    static const struct {
        const char *texts[2];
        size_t n;
        const char *words;
    } rows[] = {
        {{NULL}, 0, "which queue? give -q NAME"},
        {{"a:0"}, 1, "-q a:0: a weight is 1 to 1000"},
        {{"a:1001"}, 1, "-q a:1001: a weight is 1 to 1000"},
        {{"a:"}, 1, "-q a:: a weight is 1 to 1000"},
        {{"a:2x"}, 1, "-q a:2x: a weight is 1 to 1000"},
        {{"a:2:3"}, 1, "-q a:2:3: a weight is 1 to 1000"},
        {{"a:99999999999999999999"}, 1, "-q a:99999999999999999999: a weight is 1 to 1000"},
        {{"a", "a"}, 2, "-q a: given twice"},
        {{"a:2", "a:3"}, 2, "-q a: given twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_error err = {0};
        assert_int_equal(parse(rows[i].n, rows[i].texts, &err), SKEP_E_USAGE);
        assert_string_equal(err.text, rows[i].words);
    }
}

/* Names that no queue can have: empty, with a stroke, too long. */
static void test_queues__refuses_names(void **state)
{
    char long_name[SKEP_QUEUE_NAME_MAX + 2];
    const char *names[] = {"", ":3", "a/b", long_name};

    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct skep_error err = {0};
        assert_int_equal(parse(1, &names[i], &err), SKEP_E_USAGE);
        assert_non_null(strstr(err.text, "is not a queue's name"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queues__names_and_weights),
        cmocka_unit_test(test_queues__join),
        cmocka_unit_test(test_queues__as_many_as_there_are_lanes),
        cmocka_unit_test(test_queues__refuses),
        cmocka_unit_test(test_queues__refuses_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
