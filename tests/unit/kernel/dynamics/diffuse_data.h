/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_DYNAMICS_DIFFUSE_DATA_H
#define SKEP_TESTS_UNIT_KERNEL_DYNAMICS_DIFFUSE_DATA_H

#include "unit/kernel/kernel_call.h"

#include "kernel/dynamics/diffuse.h"

/* Numbers that look random: the same ones for the same seed. */
static inline uint64_t diffuse_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static inline void diffuse_fill(double *u, int64_t count, uint64_t seed)
{
    for (int64_t i = 0; i < count; i++) {
        u[i] = (double)diffuse_next(&seed) * 0x1p-31 - 0.25;
    }
}

static inline int64_t diffuse_round(int64_t i, int64_t n)
{
    return ((i % n) + n) % n;
}

/* The formulas of the contract, one step after the other; U becomes the state after STEPS of them. */
static inline void diffuse_truth(double *u, bool is_plane, int64_t n, int64_t m, double k, int64_t steps)
{
    double *old = malloc((size_t)(n * m) * sizeof *old);

    for (; steps > 0; steps--) {
        memcpy(old, u, (size_t)(n * m) * sizeof *old);
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < m; j++) {
                double here = old[i * m + j];
                double down = old[diffuse_round(i + 1, n) * m + j];
                double up = old[diffuse_round(i - 1, n) * m + j];
                double right = old[i * m + diffuse_round(j + 1, m)];
                double left = old[i * m + diffuse_round(j - 1, m)];
                double across = (right + left) - 2 * here;
                u[i * m + j] = here + k * (is_plane ? ((down + up) - 2 * here) + across : across);
            }
        }
    }
    free(old);
}

/* What many random cases with their own plans must give at every level: the bits of the formulas. */
static inline void diffuse_check_pass(const struct skep_diffuse_shape *shape, bool is_plane, int cases)
{
    static const struct skep_call call;
    enum { CELLS_MAX = 64 * 64 };
    static double u[2 * CELLS_MAX], want[CELLS_MAX], got[CELLS_MAX];
    uint64_t seed = 5;

    for (int c = 0; c < cases; c++) {
        int64_t n = is_plane ? 1 + (int64_t)(diffuse_next(&seed) % 41) : 1;
        int64_t m = 1 + (int64_t)(diffuse_next(&seed) % (c % 2 != 0 ? 5 : 60));
        int64_t stride = 1 + (int64_t)(diffuse_next(&seed) % 2);
        struct skep_diffuse_pass pass = {
            .plan = {1 + (int64_t)(diffuse_next(&seed) % 19), 8 * (1 + (int64_t)(diffuse_next(&seed) % 4))},
            .grid = {u, n, m, stride * m, stride},
            .k = 0.21,
            .out = got,
        };
        size_t room = (size_t)shape->room(&pass.plan);

        diffuse_fill(u, stride * n * m, diffuse_next(&seed));
        for (int64_t i = 0; i < n * m; i++) {
            want[i] = u[stride * i];
        }
        diffuse_truth(want, is_plane, n, m, pass.k, pass.plan.depth);
        pass.room = calloc(room, sizeof(double));
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            if (skep_cpu_has((enum skep_cpu_level)level)) {
                pass.loops = skep_diffuse_steps_at((enum skep_cpu_level)level);
                memset(got, 0xff, sizeof got);
                assert_int_equal(shape->pass(&call, &pass), SKEP_OK);
                assert_memory_equal(got, want, (size_t)(n * m) * sizeof(double));
            }
        }
        free(pass.room);
    }
}

/* A call of the row NAME on U, n rows of m (n 0: a line). */
static inline void diffuse_init(struct kernel_call *k, const char *name, int64_t n, int64_t m,
                                const double *u, double dt, int64_t steps)
{
    const int64_t shape[] = {n, m};

    kernel_call_init(k, name);
    kernel_call_array(k, "u", SKEP_F8, n == 0 ? 1 : 2, n == 0 ? &shape[1] : shape, u);
    kernel_call_arg(k, "dt")->f64 = dt;
    kernel_call_arg(k, "steps")->i64 = steps;
}

static inline const double *diffuse_run(struct kernel_call *k)
{
    skep_status st = kernel_call_run(k);

    if (st != SKEP_OK) {
        fail_msg("%s", skep_error_text(&k->err, st));
    }
    assert_int_equal(k->value.kind, SKEP_VALUE_ARRAY);
    assert_int_equal(k->value.array.dtype, SKEP_F8);
    assert_int_equal(k->value.array.ndim, k->args[SKEP_DIFFUSE_U].view.ndim);
    for (int i = 0; i < k->value.array.ndim; i++) {
        assert_int_equal(k->value.array.shape[i], k->args[SKEP_DIFFUSE_U].view.shape[i]);
    }
    return k->value.array.data;
}

/* Both variants, whatever the shape, give the formulas' bits and take the memory that the row told. */
static inline void diffuse_check_call(const char *name, int64_t n, int64_t m, int64_t steps)
{
    bool is_plane = n > 0;
    int64_t rows = is_plane ? n : 1;
    size_t bytes = (size_t)(rows * m) * sizeof(double);
    double *u = malloc(bytes);
    double *want = malloc(bytes);
    struct kernel_call k;
    struct skep_cost cost;

    diffuse_fill(u, rows * m, (uint64_t)(n + m + steps));
    memcpy(want, u, bytes);
    diffuse_truth(want, is_plane, rows, m, 1.5 * 0.15, steps);
    diffuse_init(&k, name, n, m, u, 0.15, steps);
    kernel_call_arg(&k, "D")->f64 = 1.5;
    assert_memory_equal(diffuse_run(&k), want, bytes);
    k.kernel->cost(&k.call, &cost);
    assert_true(cost.bytes == (double)k.arena.used_bytes);
    skep_arena_reset(&k.arena, 0);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_memory_equal(k.value.array.data, want, bytes);
    k.kernel->cost(&k.call, &cost);
    assert_true(cost.bytes == (double)k.arena.used_bytes);
    kernel_call_release(&k);
    free(want);
    free(u);
}

#endif
