/* SPDX-License-Identifier: MIT */
#include "unit/kernel/expr/expr_tree.h"

/* A node with a parenthesis around each operation, operands first to last. */
static void print_node(const struct expr_tree *t, int i, char *text, size_t size)
{
    const struct skep_expr_node *node = &t->nodes[i];
    const struct skep_expr_op_info *info = &skep_expr_ops[node->op];
    size_t used = 0;

    if (node->op == SKEP_EXPR_ARRAY) {
        snprintf(text, size, "%s", t->items[node->array].name);
        return;
    }
    if (node->op == SKEP_EXPR_NUMBER) {
        snprintf(text, size, node->dtype == SKEP_F8 ? "%g" : "%.0f",
                 node->dtype == SKEP_F8 ? node->number.f8 : (double)node->number.i8);
        return;
    }
    used = (size_t)snprintf(text, size, "(%s", info->text);
    for (int k = 0; k < info->operands; k++) {
        text[used++] = ' ';
        print_node(t, node->in[k], text + used, size - used);
        used += strlen(text + used);
    }
    snprintf(text + used, size - used, ")");
}

/* Operators bind as in Python: expected trees are those of Python's own ast module. */
static void test_parse__binds_as_python(void **state)
{
    static const char *const cases[][2] = {
        {"a+b*c", "(+ a (* b c))"},
        {"a*b+c", "(+ (* a b) c)"},
        {"a-b-c", "(- (- a b) c)"},
        {"a/b*c//d%a", "(% (// (* (/ a b) c) d) a)"},
        {"a**b**c", "(** a (** b c))"},
        {"-a**b", "(- (** a b))"},
        {"a**-b", "(** a (- b))"},
        {"a**-b**c", "(** a (- (** b c)))"},
        {"-a*b", "(* (- a) b)"},
        {"a*-b", "(* a (- b))"},
        {"a- -b", "(- a (- b))"},
        {"+-~c", "(+ (- (~ c)))"},
        {"~c**d", "(~ (** c d))"},
        {"c&d|c^d", "(| (& c d) (^ c d))"},
        {"c^d&c|d", "(| (^ c (& d c)) d)"},
        {"c&d+c", "(& c (+ d c))"},
        {"c|d<c&d", "(< (| c d) (& c d))"},
        {"a+b<c*d", "(< (+ a b) (* c d))"},
        {"(a<b)==e", "(== (< a b) e)"},
        {"(a+b)*c", "(* (+ a b) c)"},
        {"where(a<b,a,-b)", "(where (< a b) a (- b))"},
        {"sqrt(a)**2", "(** (sqrt a) 2)"},
        {"-abs(a)", "(- (abs a))"},
        {"2**-1", "(** 2 (- 1))"},
        {"1.5e3+.5+1E-1", "(+ (+ 1500 0.5) 0.1)"},
        {"a if_", NULL},
        {"a//b//c", "(// (// a b) c)"},
        {"\ta\n+ b\r", "(+ a b)"},
        {"maximum(a,minimum(b,n))+q", "(+ (maximum a (minimum b n)) q)"},
        {"True", "1"},
        {"a<=b", "(<= a b)"},
        {"a>=b", "(>= a b)"},
        {"a!=b", "(!= a b)"},
        {"a==-b", "(== a (- b))"},
    };
    struct expr_tree t;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        struct skep_error err = {0};
        skep_status st;

        tree_init(&t, cases[i][0]);
        st = skep_expr_parse(&t.tree, &err);
        if (cases[i][1] == NULL) {
            assert_int_equal(st, SKEP_E_BAD_ARGS);
            continue;
        }
        assert_int_equal(st, SKEP_OK);
        print_node(&t, t.tree.n_nodes - 1, text, sizeof text);
        assert_string_equal(text, cases[i][1]);
    }
}

/* Every prefix of a good text is refused or understood, and never needs more nodes than it has bytes. */
static void test_parse__prefixes(void **state)
{
    static const char text[] = "where((a<b)&~e,-2.5e-3*maximum(c,d)**+2,arctan2(a//b%q,pi))|True";
    struct expr_tree t;

    (void)state;
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = malloc(n + 1); /* so that a sanitizer sees a byte too many */
        struct skep_error err = {0};

        tree_init(&t, "");
        memcpy(copy, text, n);
        t.tree.text = copy;
        t.tree.length = n;
        if (skep_expr_parse(&t.tree, &err) == SKEP_OK) {
            assert_true(t.tree.n_nodes <= (int)n);
        } else {
            assert_int_equal(err.status, SKEP_E_BAD_ARGS);
            assert_memory_equal(err.text, "expr: column ", 13);
        }
        free(copy);
    }
}

/* Words for each kind of mistake are tested with their columns in test_expr.c; here those of names. */
static void test_parse__long_lists_of_names_are_cut(void **state)
{
    struct expr_tree t;
    struct skep_error err = {0};

    (void)state;
    tree_init(&t, "z");
    t.items[3].name =
        "a_name_of_so_many_letters_that_the_others_behind_it_have_no_room_left_in_the_message_at_all";
    assert_int_equal(skep_expr_parse(&t.tree, &err), SKEP_E_BAD_ARGS);
    assert_string_equal(err.text, "expr: column 1: unknown name \"z\"; vars are a, b, c, ...");
    for (size_t n = 1; n < 120; n++) { /* a sanitizer sees a byte too many */
        char name[120] = {0};
        memset(name, 'v', n);
        t.items[3].name = name;
        err = (struct skep_error){0};
        assert_int_equal(skep_expr_parse(&t.tree, &err), SKEP_E_BAD_ARGS);
        assert_non_null(strstr(err.text, "vars are a, b, c, "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse__binds_as_python),
        cmocka_unit_test(test_parse__prefixes),
        cmocka_unit_test(test_parse__long_lists_of_names_are_cut),
    };
    return cmocka_run_group_tests_name("kernel/expr/parse", tests, NULL, NULL);
}
