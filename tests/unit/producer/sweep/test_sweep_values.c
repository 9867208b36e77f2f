/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/sweep/sweep_values.h"

struct fixture {
    struct skep_arena arena;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    skep_arena_init(&fixture.arena, 1 << 22);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    return 0;
}

/* A value is what JSON makes of it, and text where it makes nothing: so is null, which no argument can be. */
static void test_sweep_values__json_or_text(void **state)
{
    static const struct {
        const char *text;
        enum skep_node_kind kind;
    } cases[] = {
        {"7", SKEP_NODE_INT},      {"-0.5e3", SKEP_NODE_REAL}, {"true", SKEP_NODE_BOOL},
        {"\"7\"", SKEP_NODE_TEXT}, {"[1,2]", SKEP_NODE_ARRAY}, {"{}", SKEP_NODE_OBJECT},
        {"abc", SKEP_NODE_TEXT},   {"", SKEP_NODE_TEXT},       {"0x10", SKEP_NODE_TEXT},
        {"1,2", SKEP_NODE_TEXT},   {"null", SKEP_NODE_TEXT},   {"[1,", SKEP_NODE_TEXT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_node node;
        assert_int_equal(
            skep_sweep_read_value(cases[i].text, strlen(cases[i].text), &f->arena, &node, &f->err), SKEP_OK);
        if (node.kind != cases[i].kind) {
            fail_msg("'%s' is of kind %d, not %d", cases[i].text, (int)node.kind, (int)cases[i].kind);
        }
    }
}

/* A list has values between commas, or is JSON. */
static void test_sweep_values__lists(void **state)
{
    struct fixture *f = *state;
    const struct skep_node *list;

    assert_int_equal(skep_sweep_read_list("1, 2.5 ,x", 9, &f->arena, &list, &f->err), SKEP_OK);
    assert_int_equal(list->n_children, 3);
    assert_int_equal(list->children[0].i64, 1);
    assert_true(list->children[1].f64 == 2.5);
    assert_string_equal(list->children[2].text, "x");
    assert_int_equal(skep_sweep_read_list("[\"a,b\"]", 7, &f->arena, &list, &f->err), SKEP_OK);
    assert_int_equal(list->n_children, 1);
    assert_int_equal(skep_sweep_read_list("[x,y]", 5, &f->arena, &list, &f->err), SKEP_OK);
    assert_string_equal(list->children[0].text, "[x"); /* no JSON: a list like any other */
}

/* Names stand in front of the first '='. */
static void test_sweep_values__names(void **state)
{
    struct fixture *f = *state;
    const char *names[2], *rest;

    assert_int_equal(skep_sweep_read_name("x=a=b", &f->arena, names, &rest, &f->err), SKEP_OK);
    assert_string_equal(names[0], "x");
    assert_string_equal(rest, "a=b");
    assert_int_equal(skep_sweep_read_names("lo,hi_2=", 2, &f->arena, names, &rest, &f->err), SKEP_OK);
    assert_string_equal(names[0], "lo");
    assert_string_equal(names[1], "hi_2");
    assert_string_equal(rest, "");
}

/* ---- refuses ---- */

static void refuse_names(struct fixture *f, const char *text, int n)
{
    const char *names[2], *rest;

    skep_error_clear(&f->err);
    if (skep_sweep_read_names(text, n, &f->arena, names, &rest, &f->err) != SKEP_E_USAGE) {
        fail_msg("'%s' was taken for %d names", text, n);
    }
}

/* What is no name, too few of them, too many of them, and a name of 33 letters. */
static void test_sweep_values__refuses_names(void **state)
{
    static const char *const ones[] = {"",      "x",     "=5",    "1x=5",
                                       "x y=5", "x,y=5", "x.y=5", "abcdefghijklmnopqrstuvwxyzabcdefg=5"};
    static const char *const twos[] = {"i=5", "i,=5", ",j=5", "i,j", "i,j,k=5", "i=5,j"};

    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++) {
        refuse_names(*state, ones[i], 1);
    }
    for (size_t i = 0; i < sizeof twos / sizeof twos[0]; i++) {
        refuse_names(*state, twos[i], 2);
    }
}

/* Nothing is no value of a list. */
static void test_sweep_values__refuses_empty_items(void **state)
{
    static const char *const cases[] = {"", "1,", ",1", "1, ,2"};
    struct fixture *f = *state;
    const struct skep_node *list;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(skep_sweep_read_list(cases[i], strlen(cases[i]), &f->arena, &list, &f->err),
                         SKEP_E_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep_values__json_or_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_values__lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_values__names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_values__refuses_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_values__refuses_empty_items, setup, teardown),
    };
    return cmocka_run_group_tests_name("producer/sweep_values", tests, NULL, NULL);
}
