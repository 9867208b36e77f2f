/* SPDX-License-Identifier: MIT */
#include "unit/kernel/expr/expr_tree.h"

static enum skep_dtype dtype_of(const char *text)
{
    struct expr_tree t;

    tree_make(&t, text);
    return (enum skep_dtype)t.nodes[t.tree.n_nodes - 1].dtype;
}

/* Two arrays meet as numpy.result_type says; the table is NumPy's. */
static void test_check__arrays_promote_as_in_numpy(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    static const enum skep_dtype sums[5][5] = {
        {SKEP_F8, SKEP_F8, SKEP_F8, SKEP_F8, SKEP_F8}, {SKEP_F8, SKEP_F4, SKEP_F8, SKEP_F8, SKEP_F4},
        {SKEP_F8, SKEP_F8, SKEP_I8, SKEP_I8, SKEP_I8}, {SKEP_F8, SKEP_F8, SKEP_I8, SKEP_I4, SKEP_I4},
        {SKEP_F8, SKEP_F4, SKEP_I8, SKEP_I4, SKEP_B1},
    };

    (void)state;
    for (int i = 0; i < 25; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s+%s", names[i / 5], names[i % 5]);
        assert_int_equal(dtype_of(text), sums[i / 5][i % 5]);
        snprintf(text, sizeof text, "where(e,%s,%s)", names[i / 5], names[i % 5]);
        assert_int_equal(dtype_of(text), sums[i / 5][i % 5]);
        snprintf(text, sizeof text, "%s<%s", names[i / 5], names[i % 5]);
        assert_int_equal(dtype_of(text), SKEP_B1);
        snprintf(text, sizeof text, "%s/%s", names[i / 5], names[i % 5]);
        assert_int_equal(dtype_of(text), sums[i / 5][i % 5] == SKEP_F4 ? SKEP_F4 : SKEP_F8);
    }
}

/* Numbers take the dtype of the array unless their kind is higher. */
static void test_check__numbers_are_weak(void **state)
{
    static const struct {
        const char *text;
        enum skep_dtype dtype;
    } cases[] = {
        {"b*2", SKEP_F4},
        {"b*2.5", SKEP_F4},
        {"b*q", SKEP_F4},
        {"b*(2*pi)", SKEP_F4},
        {"b*sqrt(2)", SKEP_F4},
        {"d*2", SKEP_I4},
        {"d*2.5", SKEP_F8},
        {"d*n", SKEP_I4},
        {"d+n*1000", SKEP_I4},
        {"c*2.5", SKEP_F8},
        {"e*2", SKEP_I8},
        {"e*2.5", SKEP_F8},
        {"e*True", SKEP_B1},
        {"b*True", SKEP_F4},
        {"2**-1*b", SKEP_F4},
        {"where(e,1,0)", SKEP_I8},
        {"where(e,1.,0)", SKEP_F8},
        {"where(e,b,0.5)", SKEP_F4},
        {"minimum(d,7)", SKEP_I4},
        {"d//2", SKEP_I4},
        {"d/2", SKEP_F8},
        {"b/2", SKEP_F4},
        {"d**2", SKEP_I4},
        {"d**0.5", SKEP_F8},
        {"b**0.5", SKEP_F4},
        {"b**2", SKEP_F4},
        {"(1<2)+d", SKEP_I4},
        {"exp(d)", SKEP_F8},
        {"exp(b)", SKEP_F4},
        {"exp(e)", SKEP_F8},
        {"floor(c)", SKEP_F8},
        {"abs(e)", SKEP_B1},
        {"arctan2(b,1)", SKEP_F4},
        {"arctan2(d,b)", SKEP_F8},
        {"d&1", SKEP_I4},
        {"e&1", SKEP_I8},
        {"~d", SKEP_I4},
        {"~e", SKEP_B1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (dtype_of(cases[i].text) != cases[i].dtype) {
            fail_msg("%s: %s", cases[i].text, skep_dtype_name(dtype_of(cases[i].text)));
        }
    }
}

/* What consists of numbers is one when the checker is done; powers by small constants are products. */
static void test_check__folds(void **state)
{
    struct expr_tree t;

    (void)state;
    tree_make(&t, "(n**2-1)//3*q");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_NUMBER);
    assert_true(t.nodes[t.tree.n_nodes - 1].number.f8 == 1.0);
    tree_make(&t, "where(n>2,q,n)");
    assert_true(t.nodes[t.tree.n_nodes - 1].number.f8 == 0.5);
    tree_make(&t, "a**n");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_PRODUCT);
    tree_make(&t, "a**-16.0");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_PRODUCT);
    tree_make(&t, "a**17");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_POWER);
    tree_make(&t, "a**2.5");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_POWER);
    tree_make(&t, "a**q");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_SQRT);
    tree_make(&t, "2**c");
    assert_int_equal(t.nodes[t.tree.n_nodes - 1].op, SKEP_EXPR_POWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check__arrays_promote_as_in_numpy),
        cmocka_unit_test(test_check__numbers_are_weak),
        cmocka_unit_test(test_check__folds),
    };
    return cmocka_run_group_tests_name("kernel/expr/check", tests, NULL, NULL);
}
