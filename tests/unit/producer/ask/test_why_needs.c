/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "producer/ask/why_needs.h"

static struct skep_arena arena;
static struct skep_why_needs needs;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

static void read_task(const char *text)
{
    skep_why_needs_read(text, strlen(text), false, &arena, &needs);
}

static void read_spec(const char *text)
{
    skep_why_needs_read(text, strlen(text), true, &arena, &needs);
}

static void expect_root(size_t i, bool is_output, const char *name)
{
    assert_true(i < needs.n_roots);
    assert_int_equal(needs.roots[i].is_output, is_output);
    assert_string_equal(needs.roots[i].name, name);
}

/* ---- records ---- */

/* Arrays of a task lie in roots, each told once; inline ones and numbers do not. */
static void test_why_needs__of_a_task(void **state)
{
    (void)state;
    read_task("{\"kernel\":\"axpy\",\"id\":\"t\",\"job\":\"j\",\"expires\":5,\"not_before\":4,"
              "\"args\":{\"a\":2,\"x\":\"@eeg/a.npy[0:9]\",\"y\":{\"path\":\"@eeg/b.npy\",\"view\":\"[1]\"}},"
              "\"out\":\"@res/o.npy\"}");
    assert_null(needs.problem);
    assert_string_equal(needs.kernel, "axpy");
    assert_true(needs.is_known);
    assert_string_equal(needs.id, "t");
    assert_string_equal(needs.job, "j");
    assert_int_equal(needs.expires_ms, 5000);
    assert_int_equal(needs.not_before_ms, 4000);
    assert_int_equal(needs.n_roots, 2);
    expect_root(0, false, "eeg");
    expect_root(1, true, "res");
    read_task("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"},\"out\":\"o.npy\"}");
    assert_int_equal(needs.n_roots, 2);
    expect_root(0, false, "");
    expect_root(1, true, "");
    read_task("{\"kernel\":\"sum\",\"args\":{\"x\":[1,2]}}");
    assert_int_equal(needs.n_roots, 0);
}

/* A kernel with any number of arrays, by name. */
static void test_why_needs__of_many_arrays(void **state)
{
    (void)state;
    read_task(
        "{\"kernel\":\"expr\",\"args\":{\"expr\":\"a+b\",\"vars\":{\"a\":\"@one/a.npy\",\"b\":\"@two/b.npy\","
        "\"c\":3}}}");
    assert_int_equal(needs.n_roots, 2);
    expect_root(0, false, "one");
    expect_root(1, false, "two");
}

/* A spec: templates name their root in front; outputs are a list. A root that is a variable is not known. */
static void test_why_needs__of_a_spec(void **state)
{
    (void)state;
    read_spec(
        "{\"kernel\":\"sum\",\"args\":{\"x\":\"@eeg/a.npy[:,{i}]\"},\"over\":[{\"axis\":\"i\",\"of\":4}],"
        "\"out\":[{\"path\":\"o.npy\",\"at\":[\"{i}\"]},{\"path\":\"@res/p.npy\"}]}");
    assert_null(needs.problem);
    assert_int_equal(needs.n_roots, 3);
    expect_root(0, false, "eeg");
    expect_root(1, true, "");
    expect_root(2, true, "res");
    read_spec("{\"kernel\":\"sum\",\"args\":{\"x\":\"@{root}/a.npy\"}}");
    assert_int_equal(needs.n_roots, 0);
}

/* ---- nonsense ---- */

/* What is no task says why; a kernel that there is not has no arrays. */
static void test_why_needs__of_nonsense(void **state)
{
    static const char *const specs[] = {"", "[]", "{}", "{\"kernel\":1}", "{\"out\":3}", "{\"out\":[4,{}]}"};

    (void)state;
    read_task("{\"kernel\":\"sum\",\"arg\":{}}");
    assert_non_null(strstr(needs.problem, "arg"));
    read_task("\xff");
    assert_non_null(needs.problem);
    read_task("{\"kernel\":\"nope\",\"args\":{\"x\":\"@eeg/a.npy\"}}");
    assert_null(needs.problem);
    assert_false(needs.is_known);
    assert_int_equal(needs.n_roots, 0);
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        read_spec(specs[i]);
        assert_int_equal(needs.n_roots, 0);
    }
}

/* ---- workers ---- */

/* A root is missing when every slot that lives has told, and none has it. */
static void test_why_needs__missing(void **state)
{
    struct skep_slot_status statuses[2] = {{.n_held = 0}};
    struct skep_overview_slot slots[2];
    struct skep_overview overview = {.n_slots = 2, .slots = slots};
    const struct skep_why_root *root;

    (void)state;
    for (int i = 0; i < 2; i++) {
        slots[i] = (struct skep_overview_slot){
            .status = &statuses[i],
            .has_info = true,
            .info = {.protocol = SKEP_INFO_PROTOCOL,
                     .node = {.n_data = 1, .data = {""}, .n_output = 1, .output = {"res"}}}};
    }
    read_task("{\"kernel\":\"sum\",\"args\":{\"x\":\"@eeg/a.npy\"},\"out\":\"@res/o.npy\"}");
    root = skep_why_needs_missing(&needs, &overview);
    assert_non_null(root);
    assert_string_equal(root->name, "eeg");
    slots[1].info.node.data[0] = "eeg";
    assert_null(skep_why_needs_missing(&needs, &overview));
    slots[1].is_silent = true;
    assert_non_null(skep_why_needs_missing(&needs, &overview));
    slots[0].has_info = false; /* it may have it */
    assert_null(skep_why_needs_missing(&needs, &overview));
    slots[0].has_info = true;
    slots[0].info.protocol = 1; /* of an older skep, which does not tell */
    assert_null(skep_why_needs_missing(&needs, &overview));
    overview.n_slots = 0;
    assert_null(skep_why_needs_missing(&needs, &overview));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_why_needs__of_a_task, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_why_needs__of_many_arrays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_why_needs__of_a_spec, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_why_needs__of_nonsense, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_why_needs__missing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
