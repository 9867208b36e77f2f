/* SPDX-License-Identifier: MIT */
#include "unit/kernel/expr/expr_tree.h"

#include "kernel/expr/program.h"

/* Equal subexpressions are computed once, products are shared, dead ones left out, and registers used again.
 */
static void test_program__steps_and_registers(void **state)
{
    static const struct {
        const char *text;
        int steps, registers, inputs;
    } cases[] = {
        {"a+b", 2, 1, 2},         /* a cast and the sum */
        {"a+c*0", 3, 1, 2},       /* c*0 in i8, in place to f8 */
        {"(a+1)*(a+1)", 2, 1, 1}, /* a+1 once */
        {"(a+1)*(1+a)", 2, 1, 1}, /* in either order */
        {"(a<c)|(c>a)", 3, 2, 2}, /* mirrored: cast, comparison, or with itself */
        {"a**2+a**4", 3, 2, 1},   /* a*a, its square, the sum */
        {"a**15", 6, 2, 1},       /* a2 a3 a4 a7 a8 a15 */
        {"a**-2", 2, 1, 1},
        {"where(True,a,exp(a))", 1, 0, 1}, /* a copy */
        {"a", 1, 0, 1},
        {"a*0**n+c**0", 2, 1, 1},
        {"sin(cos(tan(exp(a))))", 4, 1, 1}, /* in place */
        {"(a+1)*((a+2)*((a+3)*(a+4)))", 7, 4, 1},
        {"((((a+1)*(a+2))*(a+3))*(a+4))", 7, 2, 1},
        {"where(e,1,0)//d", 3, 2, 2},
        {"where(False,c//d,a)", 3, 1, 3}, /* what may fail stays */
        {"+a", 1, 0, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expr_tree t;
        struct skep_arena arena;
        struct skep_call call = {.arena = &arena};
        struct skep_expr_program p;

        tree_make(&t, cases[i].text);
        skep_arena_init(&arena, 1 << 20);
        assert_int_equal(skep_expr_compile(&call, &t.tree, SKEP_DTYPE_NONE, SKEP_CPU_PLAIN, &p, NULL),
                         SKEP_OK);
        if (p.n_steps != cases[i].steps || p.n_registers != cases[i].registers ||
            p.n_inputs != cases[i].inputs) {
            fail_msg("%s: %d steps, %d registers, %d inputs", cases[i].text, p.n_steps, p.n_registers,
                     p.n_inputs);
        }
        assert_true(arena.used_bytes <= skep_expr_compile_bytes(t.tree.length));
        skep_arena_release(&arena);
    }
}

/* The result is converted when something else is wanted. */
static void test_program__converts_the_result(void **state)
{
    struct expr_tree t;
    struct skep_arena arena;
    struct skep_call call = {.arena = &arena};
    struct skep_expr_program p;

    (void)state;
    tree_make(&t, "b*b");
    skep_arena_init(&arena, 1 << 20);
    assert_int_equal(skep_expr_compile(&call, &t.tree, SKEP_F8, SKEP_CPU_PLAIN, &p, NULL), SKEP_OK);
    assert_int_equal(p.dtype, SKEP_F8);
    assert_int_equal(p.n_steps, 2);
    skep_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program__steps_and_registers),
        cmocka_unit_test(test_program__converts_the_result),
    };
    return cmocka_run_group_tests_name("kernel/expr/program", tests, NULL, NULL);
}
