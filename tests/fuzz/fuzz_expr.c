/* SPDX-License-Identifier: MIT */
/* A text, whatever it is, is refused with words or computed, and then the quick way at every level gives what
 * the plain one does. The first byte picks the reduction. Vars of each dtype are there: a to e, whole n. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/expr/check.h"
#include "kernel/expr/job.h"
#include "kernel/expr/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

enum { LENGTH = 70, VARS = 6 };

static void make_vars(struct skep_array_item *items)
{
    static const double a[LENGTH] = {0.5, -1.0, 3.0, 1e300};
    static const float b[LENGTH] = {0.5f, -1.0f, 3.0f, 1e30f};
    static const int64_t c[LENGTH] = {7, -7, INT64_MAX, INT64_MIN};
    static const int32_t d[LENGTH] = {7, -7, INT32_MAX, INT32_MIN};
    static const uint8_t e[LENGTH] = {1, 0, 255};
    static const int64_t n = 3;
    static const int64_t length = LENGTH;

    skep_view_init(&items[0].view, a, SKEP_F8, 1, &length);
    skep_view_init(&items[1].view, b, SKEP_F4, 1, &length);
    skep_view_init(&items[2].view, c, SKEP_I8, 1, &length);
    skep_view_init(&items[3].view, d, SKEP_I4, 1, &length);
    skep_view_init(&items[4].view, e, SKEP_B1, 1, &length);
    skep_view_init(&items[5].view, &n, SKEP_I8, 0, NULL);
    for (int i = 0; i < VARS; i++) {
        static const char *const names[VARS] = {"a", "b", "c", "d", "e", "n"};
        items[i].name = names[i];
        items[i].is_number = i == 5;
    }
}

/* Values of one kind; arrays and floats are compared in the unit tests. */
static void compare(const struct skep_value *x, const struct skep_value *y)
{
    need(x->kind == y->kind);
    if (x->kind == SKEP_VALUE_ARRAY) {
        size_t bytes = (size_t)skep_view_count(&x->array) * skep_dtype_size(x->array.dtype);
        need(x->array.dtype == y->array.dtype && skep_view_count(&x->array) == skep_view_count(&y->array));
        need(skep_dtype_kind(x->array.dtype) == 'f' || memcmp(x->array.data, y->array.data, bytes) == 0);
    } else if (x->kind == SKEP_VALUE_I64) {
        need(x->i64 == y->i64);
    }
}

static void compute(struct skep_call *call, const struct skep_expr_job *job)
{
    struct skep_value plain, quick;
    struct skep_error err = {0};
    skep_status st = skep_expr_evaluate_plainly(call, job, &plain, &err);

    need(st == SKEP_OK || err.text[0] != '\0');
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            need(skep_expr_evaluate(call, job, (enum skep_cpu_level)level, &quick, NULL) == st);
            if (st == SKEP_OK) {
                compare(&plain, &quick);
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct skep_expr_node nodes[SKEP_EXPR_MAX_LENGTH];
    struct skep_array_item items[VARS];
    struct skep_expr_job job = {.tree = {.nodes = nodes, .vars = items, .n_vars = VARS}};
    struct skep_arena arena;
    struct skep_call call = {.arena = &arena};
    struct skep_error err = {0};

    if (size == 0) {
        return 0;
    }
    make_vars(items);
    job.reduce = (enum skep_expr_reduce)(data[0] % 5);
    job.tree.text = (const char *)data + 1;
    job.tree.length = size - 1;
    if (skep_expr_parse(&job.tree, &err) != SKEP_OK || skep_expr_check(&job.tree, &err) != SKEP_OK ||
        skep_expr_find_shape(&job, &err) != SKEP_OK) {
        need((err.status == SKEP_E_BAD_ARGS || err.status == SKEP_E_NUMERIC) && err.text[0] != '\0');
        return 0;
    }
    need(job.tree.n_nodes > 0 && job.tree.n_nodes <= (int)job.tree.length);
    if (job.ndim == 0 && job.reduce == SKEP_EXPR_REDUCE_NONE) {
        return 0;
    }
    skep_arena_init(&arena, (size_t)64 << 20);
    compute(&call, &job);
    skep_arena_release(&arena);
    return 0;
}
