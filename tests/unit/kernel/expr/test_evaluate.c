/* SPDX-License-Identifier: MIT */
#include "unit/kernel/expr/expr_call.h"

#include <stdio.h>

#include "kernel/cpu.h"
#include "kernel/expr/check.h"
#include "kernel/expr/job.h"
#include "kernel/expr/parse.h"

/* Random expressions over random arrays: at every level of instructions they give what the plain walk over
 * the tree gives, to the bit (but for the bits of a NaN). */

enum { MOST = 6000, VARS = 8 };

struct random_case {
    uint64_t chance;
    char text[2000];
    size_t length;
    struct skep_expr_node nodes[2000];
    struct skep_array_item items[VARS];
    double data[VARS][MOST]; /* room for any dtype */
    struct skep_expr_job job;
};

static int pick(struct random_case *r, int n)
{
    return (int)(test_chance(&r->chance) >> 33) % n;
}

/* ---- arrays ---- */

static double random_f8(struct random_case *r)
{
    static const double special[] = {
        0.0,       -0.0,   1.0,     -1.0,  2.0,      0.5,    NAN,    HUGE_VAL,
        -HUGE_VAL, 1e-310, -5e-324, 1e308, -1.5e154, 0x1p53, 1e-160, 9.2233720368547758e18};

    switch (pick(r, 6)) {
    case 0:
        return special[pick(r, (int)(sizeof special / sizeof special[0]))];
    case 1:
        return (double)(pick(r, 21) - 10);
    case 2:
        return ldexp(test_chance_f8(&r->chance) - 0.5, pick(r, 2000) - 1000);
    default:
        return 8 * test_chance_f8(&r->chance) - 4;
    }
}

static int64_t random_i8(struct random_case *r)
{
    static const int64_t special[] = {
        0, 1, -1, 2, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, (int64_t)1 << 53};

    switch (pick(r, 4)) {
    case 0:
        return special[pick(r, (int)(sizeof special / sizeof special[0]))];
    case 1:
        return (int64_t)test_chance(&r->chance);
    default:
        return 1 + pick(r, 9); /* so that divisions are often defined */
    }
}

static void fill(struct random_case *r, enum skep_dtype dtype, void *data)
{
    for (int i = 0; i < MOST; i++) {
        switch (dtype) {
        case SKEP_F8:
            ((double *)data)[i] = random_f8(r);
            break;
        case SKEP_F4:
            ((float *)data)[i] = (float)random_f8(r);
            break;
        case SKEP_I8:
            ((int64_t *)data)[i] = random_i8(r);
            break;
        case SKEP_I4:
            ((int32_t *)data)[i] = (int32_t)random_i8(r);
            break;
        default:
            ((uint8_t *)data)[i] = (uint8_t)test_chance(&r->chance) & (pick(r, 2) != 0 ? 0 : 255);
        }
    }
}

/* An array of (ROWS, COLUMNS), or one that broadcasts to it, now and then seen from behind. */
static void make_view(struct random_case *r, struct skep_view *view, int64_t rows, int64_t columns,
                      const double *data)
{
    static const enum skep_dtype dtypes[] = {SKEP_F8, SKEP_F8, SKEP_F8, SKEP_F4,
                                             SKEP_I8, SKEP_I4, SKEP_B1, SKEP_U1};
    enum skep_dtype dtype = dtypes[pick(r, (int)(sizeof dtypes / sizeof dtypes[0]))];
    int64_t shape[] = {rows, columns};

    skep_view_init(view, data, dtype, 2, shape);
    switch (pick(r, 8)) {
    case 0:
        skep_view_init(view, data, dtype, 1, shape + 1);
        break;
    case 1:
        view->shape[1] = 1;
        break;
    case 2:
        view->strides[0] = 1;
        view->strides[1] = rows;
        break;
    case 3:
        view->data = (const char *)data + (rows * columns - 1) * (int64_t)skep_dtype_size(dtype);
        view->strides[0] = -columns;
        view->strides[1] = -1;
        break;
    case 4:
        view->ndim = 0;
        break;
    default:
        break;
    }
}

static void make_vars(struct random_case *r)
{
    static const char *const names[VARS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    int64_t rows = pick(r, 4) == 0 ? 1 + pick(r, 50) : 1;
    int64_t columns = 1 + pick(r, pick(r, 4) == 0 ? MOST / (int)rows : 200 / (int)rows);

    for (int i = 0; i < VARS; i++) {
        r->items[i] = (struct skep_array_item){.name = names[i]};
        make_view(r, &r->items[i].view, rows, columns, r->data[i]);
        fill(r, r->items[i].view.dtype, r->data[i]);
    }
}

/* ---- text ---- */

static void put(struct random_case *r, const char *text)
{
    size_t n = strlen(text);

    assert_true(r->length + n < sizeof r->text);
    memcpy(r->text + r->length, text, n + 1);
    r->length += n;
}

static void put_leaf(struct random_case *r)
{
    static const char *const numbers[] = {"0",   "1",    "2",    "3",    "-1", "7",   "0.5",
                                          "2.5", "1e-3", "-0.0", "1e30", "pi", "True"};
    char name[2] = {(char)('a' + pick(r, VARS)), '\0'};

    put(r, pick(r, 4) > 0 ? name : numbers[pick(r, (int)(sizeof numbers / sizeof numbers[0]))]);
}

static void put_random(struct random_case *r, int depth)
{
    static const char *const binary[] = {"+", "-",  "*", "/",  "//", "%",  "**", "&", "|", "^",
                                         "<", "<=", ">", ">=", "==", "!=", "+",  "-", "*", "/"};
    static const char *const functions[] = {
        "abs(",    "sqrt(",   "floor(", "ceil(", "rint(", "exp(",    "expm1(", "log(",  "log1p(",
        "log2(",   "log10(",  "sin(",   "cos(",  "tan(",  "sinh(",   "cosh(",  "tanh(", "arcsin(",
        "arccos(", "arctan(", "-(",     "~(",    "+(",    "(a<b)&(", "abs(",   "-("};
    static const char *const pairs[] = {"minimum(", "maximum(", "arctan2("};
    static const char *const powers[] = {"**2",  "**3",   "**-1",  "**0",  "**7", "**-2",
                                         "**16", "**0.5", "**1.5", "**17", "**1"};
    int kind = depth == 0 ? 0 : pick(r, 12);

    if (kind <= 1) {
        put_leaf(r);
        return;
    }
    put(r, kind <= 6   ? "("
           : kind == 7 ? "where("
           : kind == 8 ? pairs[pick(r, 3)]
           : kind == 9 ? "("
                       : functions[pick(r, 26)]);
    put_random(r, depth - 1);
    if (kind <= 6) {
        put(r, binary[pick(r, 20)]);
        put_random(r, depth - 1);
    } else if (kind == 7 || kind == 8) {
        put(r, ",");
        put_random(r, depth - 1);
    }
    if (kind == 7) {
        put(r, ",");
        put_random(r, depth - 1);
    }
    put(r, ")");
    if (kind == 9) {
        put(r, powers[pick(r, 11)]);
    }
}

/* A new text; false: it means nothing. */
static bool make_text(struct random_case *r)
{
    struct skep_expr_tree *tree = &r->job.tree;

    r->length = 0;
    put_random(r, pick(r, 5));
    tree->text = r->text;
    tree->length = r->length;
    tree->vars = r->items;
    tree->n_vars = VARS;
    tree->nodes = r->nodes;
    r->job.reduce = (enum skep_expr_reduce)(pick(r, 4) == 0 ? pick(r, 5) : 0);
    return skep_expr_parse(tree, NULL) == SKEP_OK && skep_expr_check(tree, NULL) == SKEP_OK &&
           skep_expr_find_shape(&r->job, NULL) == SKEP_OK && (r->job.ndim > 0 || r->job.reduce > 0);
}

/* ---- comparing ---- */

static bool is_same_array(const struct skep_view *x, const struct skep_view *y)
{
    int64_t n = skep_view_count(x);

    if (x->dtype != y->dtype || n != skep_view_count(y)) {
        return false;
    }
    for (int64_t i = 0; i < n && skep_dtype_kind(x->dtype) == 'f'; i++) {
        if (!expr_same_f8(skep_view_get_f8(x, i), skep_view_get_f8(y, i))) {
            return false;
        }
    }
    return skep_dtype_kind(x->dtype) == 'f' ||
           memcmp(x->data, y->data, (size_t)n * skep_dtype_size(x->dtype)) == 0;
}

static bool is_same_value(const struct skep_value *x, const struct skep_value *y)
{
    if (x->kind != y->kind) {
        return false;
    }
    switch (x->kind) {
    case SKEP_VALUE_ARRAY:
        return is_same_array(&x->array, &y->array);
    case SKEP_VALUE_F64:
        return expr_same_f8(x->f64, y->f64);
    case SKEP_VALUE_BOOL:
        return x->boolean == y->boolean;
    default:
        return x->i64 == y->i64;
    }
}

static void test_evaluate__all_levels_are_the_plain_walk(void **state)
{
    struct random_case *r = calloc(1, sizeof *r);
    struct skep_arena arena;
    struct skep_call call = {.arena = &arena};
    int rounds = getenv("SKEP_TEST_LONG") != NULL ? 100000 : 5000;
    int n_defined = 0;

    (void)state;
    r->chance = 4;
    skep_arena_init(&arena, (size_t)64 << 20);
    for (int round = 0; round < rounds;) {
        struct skep_value plain, quick;
        skep_status st;
        if (round % 10 == 0) {
            make_vars(r);
        }
        if (!make_text(r)) {
            continue;
        }
        round++;
        st = skep_expr_evaluate_plainly(&call, &r->job, &plain, NULL);
        n_defined += st == SKEP_OK;
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            if (skep_cpu_has((enum skep_cpu_level)level) &&
                (skep_expr_evaluate(&call, &r->job, (enum skep_cpu_level)level, &quick, NULL) != st ||
                 (st == SKEP_OK && !is_same_value(&plain, &quick)))) {
                fail_msg("%s at level %s", r->text, skep_cpu_level_name((enum skep_cpu_level)level));
            }
        }
        skep_arena_reset(&arena, SIZE_MAX);
    }
    assert_true(n_defined > rounds / 2);
    skep_arena_release(&arena);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluate__all_levels_are_the_plain_walk),
    };
    return cmocka_run_group_tests_name("kernel/expr/evaluate", tests, NULL, NULL);
}
