/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_EXPR_CALL_H
#define SKEP_TESTS_UNIT_KERNEL_EXPR_CALL_H

#include "unit/kernel/kernel_call.h"

#include <math.h>

/* One call of expr in a test.
 *
 *     struct expr_call c;
 *     expr_init(&c);
 *     expr_row(&c, "a", SKEP_F8, 3, data);
 *     assert_int_equal(expr_run(&c, "a + 1"), SKEP_OK);
 *     ... c.k.value ...
 *     expr_release(&c); */
enum { EXPR_CALL_VARS = 300 };

struct expr_call {
    struct kernel_call k;
    struct skep_array_item items[EXPR_CALL_VARS];
    int64_t numbers[EXPR_CALL_VARS];
    int n;
};

static inline void expr_init(struct expr_call *c)
{
    memset(c, 0, sizeof *c);
    kernel_call_init(&c->k, "expr");
}

static inline void expr_release(struct expr_call *c)
{
    kernel_call_release(&c->k);
}

static inline struct skep_array_item *expr_var(struct expr_call *c, const char *name, enum skep_dtype dtype,
                                               int ndim, const int64_t *shape, const void *data)
{
    struct skep_array_item *item = &c->items[c->n++];
    struct skep_arg *vars = kernel_call_arg(&c->k, "vars");

    assert_true(c->n <= EXPR_CALL_VARS);
    item->name = name;
    item->is_number = false;
    skep_view_init(&item->view, data, dtype, ndim, shape);
    vars->arrays.items = c->items;
    vars->arrays.n = c->n;
    return item;
}

static inline struct skep_array_item *expr_row(struct expr_call *c, const char *name, enum skep_dtype dtype,
                                               int64_t n, const void *data)
{
    return expr_var(c, name, dtype, 1, &n, data);
}

static inline void expr_whole(struct expr_call *c, const char *name, int64_t number)
{
    c->numbers[c->n] = number;
    expr_var(c, name, SKEP_I8, 0, NULL, &c->numbers[c->n])->is_number = true;
}

static inline void expr_real(struct expr_call *c, const char *name, double number)
{
    memcpy(&c->numbers[c->n], &number, sizeof number);
    expr_var(c, name, SKEP_F8, 0, NULL, &c->numbers[c->n])->is_number = true;
}

static inline void expr_text(struct expr_call *c, const char *text)
{
    struct skep_arg *arg = kernel_call_arg(&c->k, "expr");

    arg->json.text = text;
    arg->json.length = strlen(text);
    skep_arena_reset(&c->k.arena, SIZE_MAX);
}

static inline skep_status expr_run(struct expr_call *c, const char *text)
{
    expr_text(c, text);
    return kernel_call_run(&c->k);
}

static inline void expr_refused(struct expr_call *c, const char *text, skep_status status, const char *words)
{
    expr_text(c, text);
    kernel_call_refused(&c->k, status, words);
}

/* An expression that must be computed. */
static inline struct skep_value *expr_value(struct expr_call *c, const char *text)
{
    skep_status st = expr_run(c, text);

    if (st != SKEP_OK) {
        fail_msg("%s: %s", text, skep_error_text(&c->k.err, st));
    }
    return &c->k.value;
}

/* Both numbers, or both NaN of any kind. */
static inline bool expr_same_f8(double x, double y)
{
    return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}

#endif
