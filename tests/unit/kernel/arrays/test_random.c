/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* A call for an array of shape LENGTHS. */
static void random_call(struct kernel_call *k, const char *dist, int64_t n_axes, const double *lengths)
{
    kernel_call_init(k, "random");
    k->call.stream = (struct skep_stream_key){12345, 7};
    kernel_call_array(k, "shape", SKEP_F8, 1, &n_axes, lengths);
    kernel_call_word(k, "dist", dist);
}

static void check_run(struct kernel_call *k, enum skep_dtype dtype, int ndim)
{
    struct skep_cost cost;

    if (kernel_call_run(k) != SKEP_OK) {
        fail_msg("%s", k->err.text);
    }
    assert_int_equal(k->value.kind, SKEP_VALUE_ARRAY);
    assert_int_equal(k->value.array.dtype, dtype);
    assert_int_equal(k->value.array.ndim, ndim);
    k->kernel->cost(&k->call, &cost);
    assert_true(cost.bytes == (double)k->arena.used_bytes);
}

/* Uniforms are those of NumPy 1.24: Generator(Philox(key=[12345, 0], counter=[0, 0, 0, 7])).random((2, 3)).
 */
static void test_random__uniforms_are_those_of_numpy(void **state)
{
    static const double lengths[] = {2, 3};
    static const double expected[] = {0x1.868894d89f973p-1, 0x1.79f74f180251cp-1, 0x1.a2355cb628ca1p-1,
                                      0x1.f85d59411eaaap-2, 0x1.dff50bed20fe8p-3, 0x1.23682ab75c818p-1};
    static const double scaled[] = {0x1.c2356892795c4p+2, 0x1.ae926b95839fcp+2, 0x1.ed7360dc9fbbcp+2,
                                    0x1.d411db75bfeaap+1, 0x1.b7bb8a8a0e368p-2, 0x1.2752c2be808a6p+2};
    struct kernel_call k;

    (void)state;
    random_call(&k, "uniform", 2, lengths);
    check_run(&k, SKEP_F8, 2);
    assert_true(k.value.array.shape[0] == 2 && k.value.array.shape[1] == 3);
    assert_memory_equal(k.value.array.data, expected, sizeof expected);
    kernel_call_release(&k);

    random_call(&k, "uniform", 2, lengths); /* .uniform(-2.5, 10, (2, 3)) */
    kernel_call_arg(&k, "low")->f64 = -2.5;
    kernel_call_arg(&k, "high")->f64 = 10;
    check_run(&k, SKEP_F8, 2);
    assert_memory_equal(k.value.array.data, scaled, sizeof scaled);
    kernel_call_release(&k);
}

/* Integers of a span above 2^32 are those of NumPy: .integers(-10**12, 10**18, 8), and of all 64 bits. */
static void test_random__wide_integers_are_those_of_numpy(void **state)
{
    static const double length[] = {8};
    static const int64_t expected[] = {762760546379029943, 738214680842652483, 816813187743324344,
                                       492543089383116990, 234353342376892512, 569153674228966127,
                                       485652887440942841, 80653488252220587};
    static const int64_t whole[] = {4847080928013163237, 4394290081186767626,  5844175172674064082,
                                    -137546360811770830, -4900301783535987941, 1275668077962380756,
                                    -264648025553569107, -7735560821481264403};
    struct kernel_call k;

    (void)state;
    random_call(&k, "integers", 1, length);
    kernel_call_arg(&k, "least")->i64 = -1000000000000;
    kernel_call_arg(&k, "most")->i64 = 999999999999999999;
    check_run(&k, SKEP_I8, 1);
    assert_memory_equal(k.value.array.data, expected, sizeof expected);
    kernel_call_release(&k);

    random_call(&k, "integers", 1, length);
    kernel_call_arg(&k, "least")->i64 = INT64_MIN;
    kernel_call_arg(&k, "most")->i64 = INT64_MAX;
    check_run(&k, SKEP_I8, 1);
    assert_memory_equal(k.value.array.data, whole, sizeof whole);
    kernel_call_release(&k);
}

/* Every distribution, whatever the number of elements: the fast variant has the bits of the reference, which
 * draws one number after the other. The second span throws away every third word or so. */
static void test_random__variants_agree(void **state)
{
    static const double lengths[] = {0, 1, 2, 3, 5, 63, 64, 65, 511, 512, 513, 1000, 40000, 100003};

    (void)state;
    for (size_t i = 0; i < 4 * COUNT(lengths); i++) {
        static const char *const dists[] = {"uniform", "normal", "integers", "integers"};
        int64_t n = (int64_t)lengths[i / 4];
        struct kernel_call k;
        const void *fast;

        random_call(&k, dists[i % 4], 1, &lengths[i / 4]);
        if (i % 4 == 0) {
            kernel_call_arg(&k, "low")->f64 = i % 8 == 0 ? 0 : 3;
            kernel_call_arg(&k, "high")->f64 = i % 8 == 0 ? 1 : 3.7;
        } else if (i % 4 >= 2) {
            kernel_call_arg(&k, "least")->i64 = -5;
            kernel_call_arg(&k, "most")->i64 = i % 4 == 2 ? 94 : 6148914691236517203;
        }
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        fast = k.value.array.data;
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        assert_memory_equal(fast, k.value.array.data, (size_t)n * 8);
        kernel_call_release(&k);
    }
}

/* Normals have mean and standard deviation as asked; each number of a die comes up as often as it should:
 * within five standard errors. */
static void test_random__moments(void **state)
{
    static const double length[] = {600000};
    struct kernel_call k;
    double m1 = 0, m2 = 0;
    int counts[6] = {0};

    (void)state;
    random_call(&k, "normal", 1, length);
    kernel_call_arg(&k, "mean")->f64 = 10;
    kernel_call_arg(&k, "std")->f64 = 0.5;
    check_run(&k, SKEP_F8, 1);
    for (int i = 0; i < 600000; i++) {
        double z = (((const double *)k.value.array.data)[i] - 10) / 0.5;
        m1 += z;
        m2 += z * z;
    }
    assert_true(fabs(m1) < 5 * sqrt(6e5) && fabs(m2 - 6e5) < 5 * sqrt(12e5));
    kernel_call_release(&k);

    random_call(&k, "integers", 1, length);
    kernel_call_arg(&k, "least")->i64 = 1;
    kernel_call_arg(&k, "most")->i64 = 6;
    check_run(&k, SKEP_I8, 1);
    for (int i = 0; i < 600000; i++) {
        int64_t side = ((const int64_t *)k.value.array.data)[i];
        assert_true(side >= 1 && side <= 6);
        counts[side - 1]++;
    }
    for (int i = 0; i < 6; i++) {
        assert_true(abs(counts[i] - 100000) < 5 * 289); /* sqrt(6e5 * 1/6 * 5/6) = 289 */
    }
    kernel_call_release(&k);
}

/* One number is one axis; no axes are one element; an axis of length 0 has none; one integer is always the
 * same. */
static void test_random__shapes(void **state)
{
    static const double three[] = {3};
    static const double lengths[] = {2, 0, 4};
    struct kernel_call k;

    (void)state;
    random_call(&k, "integers", 1, three);
    kernel_call_arg(&k, "shape")->view.ndim = 0;
    kernel_call_arg(&k, "least")->i64 = -7;
    kernel_call_arg(&k, "most")->i64 = -7;
    check_run(&k, SKEP_I8, 1);
    assert_int_equal(k.value.array.shape[0], 3);
    assert_int_equal(((const int64_t *)k.value.array.data)[2], -7);
    kernel_call_release(&k);

    random_call(&k, "uniform", 0, three);
    check_run(&k, SKEP_F8, 0);
    kernel_call_release(&k);

    random_call(&k, "uniform", 3, lengths);
    check_run(&k, SKEP_F8, 3);
    assert_int_equal(skep_view_count(&k.value.array), 0);
    kernel_call_release(&k);
}

/* Shapes and parameters that make no sense are refused with what was wanted and got. */
static void test_random__refuses(void **state)
{
    static const double good[] = {3};
    static const double bad[] = {2, -1, 1.5, NAN, 1e300};
    static const double many[SKEP_MAX_DIMS + 1] = {0};
    struct kernel_call k;

    (void)state;
    for (int i = 1; i < 5; i++) {
        random_call(&k, "uniform", 1, &bad[i]);
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "shape[0]: wants a length, got");
        kernel_call_release(&k);
    }
    random_call(&k, "uniform", SKEP_MAX_DIMS + 1, many);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "shape: at most 32 axes, got 33");
    kernel_call_arg(&k, "shape")->view.data = good;
    kernel_call_arg(&k, "shape")->view.shape[0] = 1;
    kernel_call_arg(&k, "high")->f64 = -1;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS,
                        "high: wants a finite distance of at least 0 from low, got -1 from 0");
    kernel_call_arg(&k, "high")->f64 = INFINITY;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "high: wants a finite distance");
    kernel_call_arg(&k, "high")->f64 = 1;
    kernel_call_arg(&k, "most")->i64 = 3;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "most belongs to dist \"integers\", not to \"uniform\"");
    kernel_call_release(&k);

    random_call(&k, "normal", 1, good);
    kernel_call_arg(&k, "std")->f64 = -1;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "std: wants a finite number of at least 0, got -1");
    kernel_call_arg(&k, "mean")->f64 = NAN;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "mean is not finite");
    kernel_call_release(&k);

    random_call(&k, "integers", 1, good);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "most: dist \"integers\" wants the largest integer");
    kernel_call_arg(&k, "most")->i64 = -1;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "most: wants at least 0, got -1");
    kernel_call_release(&k);
}

/* Too little memory is an error that names the bytes. */
static void test_random__wants_memory(void **state)
{
    static const double length[] = {1e15};
    struct kernel_call k;

    (void)state;
    random_call(&k, "uniform", 1, length);
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (1000000000000000,)");
    kernel_call_release(&k);
}

/* A stop ends the call. */
static void test_random__stops(void **state)
{
    static const double length[] = {1000};
    struct kernel_call k;

    (void)state;
    random_call(&k, "uniform", 1, length);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random__uniforms_are_those_of_numpy),
        cmocka_unit_test(test_random__wide_integers_are_those_of_numpy),
        cmocka_unit_test(test_random__variants_agree),
        cmocka_unit_test(test_random__moments),
        cmocka_unit_test(test_random__shapes),
        cmocka_unit_test(test_random__refuses),
        cmocka_unit_test(test_random__wants_memory),
        cmocka_unit_test(test_random__stops),
    };
    return cmocka_run_group_tests_name("kernel/random", tests, NULL, NULL);
}
