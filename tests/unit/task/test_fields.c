/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "task/fields.h"
#include "task/json_read.h"

/* Records and sweeps test the readers; this is about the table. */
struct thing {
    int64_t count;
    bool is_large;
    const struct skep_node *rest;
};

static const struct skep_field thing_fields[] = {
    {"count", skep_field_count, offsetof(struct thing, count), "an integer of at least 1"},
    {"large", skep_field_bool, offsetof(struct thing, is_large), "true or false"},
    {"rest", skep_field_array, offsetof(struct thing, rest), "a list"},
};

static struct skep_arena arena;

static skep_status thing_read(const char *text, struct thing *thing, struct skep_error *err)
{
    const struct skep_node *root;

    assert_int_equal(skep_json_parse(text, strlen(text), NULL, &arena, &root, NULL), SKEP_OK);
    *thing = (struct thing){0};
    return skep_fields_read(root, thing_fields, 3, thing, err);
}

/* Members land in their fields; what is absent is not touched. */
static void test_fields__land(void **state)
{
    struct thing thing;

    (void)state;
    skep_arena_init(&arena, 1 << 20);
    assert_int_equal(thing_read("{\"large\":true,\"count\":7}", &thing, NULL), SKEP_OK);
    assert_int_equal(thing.count, 7);
    assert_true(thing.is_large);
    assert_null(thing.rest);
    assert_int_equal(thing_read("{\"rest\":[1,2],\"large\":false}", &thing, NULL), SKEP_OK);
    assert_int_equal(thing.rest->n_children, 2);
    assert_false(thing.is_large);
    skep_arena_release(&arena);
}

/* What does not fit is refused, with the key, what was wanted and what came. */
static void test_fields__refuse(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"7", "wanted an object, got 7"},
        {"{\"count\":0}", "\"count\": wanted an integer of at least 1, got 0"},
        {"{\"count\":1.0}", "\"count\": wanted an integer of at least 1, got 1.0"},
        {"{\"large\":1}", "\"large\": wanted true or false, got 1"},
        {"{\"rest\":{}}", "\"rest\": wanted a list, got an object"},
        {"{\"cuont\":1}", "unknown key \"cuont\": did you mean \"count\"?"},
        {"{\"LARGE\":true}", "unknown key \"LARGE\": did you mean \"large\"?"},
        {"{\"something\":1}", "unknown key \"something\": there are count, large, rest"},
    };

    (void)state;
    skep_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct thing thing;
        struct skep_error err = {0};

        assert_int_equal(thing_read(cases[i].text, &thing, &err), SKEP_E_BAD_RECORD);
        assert_string_equal(err.text, cases[i].words);
    }
    skep_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields__land),
        cmocka_unit_test(test_fields__refuse),
    };
    return cmocka_run_group_tests_name("task/fields", tests, NULL, NULL);
}
