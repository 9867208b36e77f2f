/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_SKETCH_CALL_H
#define SKEP_TESTS_UNIT_SKETCH_CALL_H

#include "unit/kernel/kernel_call.h"

/* What the tests of the sketches share: one call, whose value is an array or a number. */
enum { SKETCH_MAX_PARTS = 40 };

struct sketch_call {
    struct kernel_call k;
    struct skep_array_item items[SKETCH_MAX_PARTS];
};

static inline void sketch_call_init(struct sketch_call *s, const char *kernel)
{
    kernel_call_init(&s->k, kernel);
}

static inline void sketch_call_view(struct sketch_call *s, const struct skep_view *view)
{
    kernel_call_arg(&s->k, "x")->view = *view;
}

static inline void sketch_call_i64(struct sketch_call *s, const char *name, int64_t number)
{
    kernel_call_arg(&s->k, name)->i64 = number;
}

/* One more state to be merged. */
static inline void sketch_call_merge(struct sketch_call *s, const struct skep_view *view)
{
    struct skep_arg *arg = kernel_call_arg(&s->k, "merge");

    assert_true(arg->arrays.n < SKETCH_MAX_PARTS);
    s->items[arg->arrays.n] = (struct skep_array_item){.view = *view};
    arg->arrays.items = s->items;
    arg->arrays.n++;
}

static inline double sketch_call_number(struct sketch_call *s)
{
    skep_status st = kernel_call_run(&s->k);

    if (st != SKEP_OK) {
        fail_msg("%s", skep_error_text(&s->k.err, st));
    }
    assert_int_equal(s->k.value.kind, SKEP_VALUE_F64);
    return s->k.value.f64;
}

/* The state; lives until the call is released. */
static inline const struct skep_view *sketch_call_array(struct sketch_call *s)
{
    skep_status st = kernel_call_run(&s->k);

    if (st != SKEP_OK) {
        fail_msg("%s", skep_error_text(&s->k.err, st));
    }
    assert_int_equal(s->k.value.kind, SKEP_VALUE_ARRAY);
    return &s->k.value.array;
}

static inline void assert_same_array(const struct skep_view *a, const struct skep_view *b)
{
    assert_int_equal(a->dtype, b->dtype);
    assert_int_equal(a->ndim, b->ndim);
    assert_memory_equal(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape);
    assert_memory_equal(a->data, b->data, (size_t)skep_view_count(a) * skep_dtype_size(a->dtype));
}

/* run and reference give the same bits, and take what cost says. */
static inline void sketch_call_check(struct sketch_call *s)
{
    struct skep_cost cost = {0};
    struct skep_value fast;
    size_t before = s->k.arena.used_bytes;

    s->k.call.is_reference = false;
    s->k.kernel->cost(&s->k.call, &cost);
    assert_int_equal(kernel_call_run(&s->k), SKEP_OK);
    fast = s->k.value;
    assert_true((double)(s->k.arena.used_bytes - before) <= cost.bytes + 64);
    assert_true((double)(s->k.arena.used_bytes - before) + 64 >= cost.bytes);
    assert_int_equal(kernel_call_reference(&s->k), SKEP_OK);
    assert_int_equal(s->k.value.kind, fast.kind);
    if (fast.kind == SKEP_VALUE_ARRAY) {
        assert_same_array(&fast.array, &s->k.value.array);
    } else {
        assert_memory_equal(&fast.f64, &s->k.value.f64, sizeof fast.f64);
    }
}

/* N whole numbers with some that repeat, the same for a SEED. */
static inline void sketch_fill(int64_t *out, int64_t n, uint64_t range, uint64_t seed)
{
    uint64_t chance = seed;

    for (int64_t i = 0; i < n; i++) {
        out[i] = (int64_t)(test_chance(&chance) % range) - (int64_t)(range / 2);
    }
}

static inline void sketch_shuffle(int64_t *x, int64_t n, uint64_t seed)
{
    uint64_t chance = seed;

    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)(test_chance(&chance) % (uint64_t)(i + 1));
        int64_t kept = x[i];
        x[i] = x[j];
        x[j] = kept;
    }
}

#endif
