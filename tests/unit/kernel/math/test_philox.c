/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>

#include "kernel/math/philox.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* The words are those of NumPy:
 * Philox(key=[seed, 0], counter=[0, 0, stream, index]).random_raw(6), NumPy 1.24. */
static void test_philox__words_are_those_of_numpy(void **state)
{
    static const struct {
        struct skep_stream_key key;
        uint64_t stream;
        uint64_t words[6];
    } rows[] = {
        {{0, 0},
         0,
         {0x02f4ba6408e4d89b, 0x3dd62b0b9ca8c5b2, 0x1c8667a55d902e79, 0x907d7a052fd5b4dc, 0x809bf322883987c3,
          0x471128b9e807f7dd}},
        {{12345, 7},
         0,
         {0xc3444a6c4fcb9ae5, 0xbcfba78c0128e30a, 0xd11aae5b14650ed2, 0x7e17565047aaac32, 0x3bfea17da41fd31b,
          0x91b4155bae40c5d4}},
        {{UINT64_MAX, UINT64_MAX},
         1,
         {0xca2d1ee1d2789f61, 0x5c0321ec697ddc08, 0x1b6a9b13caadf2fa, 0x3bb65d7a79112868, 0x36ab4ef3de0bdc12,
          0xe8d4ef82ca6def6b}},
        {{20261121, 1000000000000},
         (uint64_t)1 << 63,
         {0xa5dfa2c4d1738601, 0x088c45774cd46881, 0xef0f47b35d852258, 0x8f17933d2777fdac, 0x87b9b673913ef801,
          0x5e9bbe6977ddf617}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct skep_philox philox;
        skep_philox_init(&philox, rows[i].key, rows[i].stream);
        for (size_t k = 0; k < COUNT(rows[i].words); k++) {
            assert_int_equal(skep_philox_next_u64(&philox), rows[i].words[k]);
        }
    }
}

/* Far into the stream the words still are those of NumPy: the last of 10^5, and the exclusive or of all. */
static void test_philox__long_stream(void **state)
{
    struct skep_philox philox;
    uint64_t word = 0;
    uint64_t mix = 0;

    (void)state;
    skep_philox_init(&philox, (struct skep_stream_key){1, 0}, 0);
    for (int i = 0; i < 100000; i++) {
        word = skep_philox_next_u64(&philox);
        mix ^= word;
    }
    assert_int_equal(word, 0x2890189a8215536e);
    assert_int_equal(mix, 0x46ea42badadc2ccd);
}

/* The count of blocks carries into its second word: NumPy's words from counter [2^64 - 2, 5, 3, 4], key 9. */
static void test_philox__block_count_carries(void **state)
{
    static const uint64_t words[] = {0x7823a99e8fab424c, 0x9305622a8e84c726, 0xdb25bfb31c9b17af,
                                     0x6fe204d3ee62e4ec, 0x9a4ffbdb56f6887f, 0x68c2038695f1f185,
                                     0x5f5373a81b4f1f99, 0x09a15811e0a1b713};
    struct skep_philox philox;

    (void)state;
    skep_philox_init(&philox, (struct skep_stream_key){9, 4}, 3);
    philox.counter[0] = UINT64_MAX - 1;
    philox.counter[1] = 5;
    for (size_t k = 0; k < COUNT(words); k++) {
        assert_int_equal(skep_philox_next_u64(&philox), words[k]);
    }
}

/* Words and uniforms drawn many at a time are those drawn one by one, however the draws are grouped, also
 * where the count of blocks carries. */
static void test_philox__filling_is_drawing(void **state)
{
    enum { N = 1200 };
    uint64_t words[N + 1];
    double doubles[N + 1];

    (void)state;
    for (uint64_t start = 0; start < 60; start++) {
        struct skep_philox one, many;
        int done = 0;

        skep_philox_init(&one, (struct skep_stream_key){start, 3}, 2);
        one.counter[0] = start % 2 == 0 ? 0 : UINT64_MAX - start;
        many = one;
        for (int n = (int)start % 7; done < N; n = (n * 5 + 3) % 301) {
            int m = n < N - done ? n : N - done;
            words[done + m] = 1;
            skep_philox_fill_u64(&many, &words[done], m);
            for (int i = 0; i < m; i++) {
                assert_int_equal(words[done + i], skep_philox_next_u64(&one));
            }
            assert_int_equal(words[done + m], 1);
            skep_philox_fill_f64(&many, doubles, m);
            for (int i = 0; i < m; i++) {
                assert_true(doubles[i] == skep_philox_next_f64(&one));
            }
            done += m;
        }
    }
}

/* Uniforms are those of numpy.random.Generator(Philox(...)).random. */
static void test_philox__uniforms_are_those_of_numpy(void **state)
{
    static const double uniforms[] = {0x1.868894d89f973p-1, 0x1.79f74f180251cp-1, 0x1.a2355cb628ca1p-1,
                                      0x1.f85d59411eaaap-2, 0x1.dff50bed20fe8p-3};
    struct skep_philox philox;

    (void)state;
    skep_philox_init(&philox, (struct skep_stream_key){12345, 7}, 0);
    for (size_t k = 0; k < COUNT(uniforms); k++) {
        assert_true(skep_philox_next_f64(&philox) == uniforms[k]);
    }
}

/* Normals are the pairs of the header's formula, computed in NumPy with 64-bit mantissas from its uniforms.
 */
static void test_philox__normals_follow_the_formula(void **state)
{
    static const double normals[] = {0x1.b8f12fd1c9789p-1,  -0x1.6a3f6bbce90ffp+0, 0x1.c1a99f3c4b2dbp-2,
                                     -0x1.6c701052a3c52p+0, 0x1.8bcb15a368551p+0,  -0x1.4dced56fdc831p-1,
                                     0x1.3491024a2f7e6p+1,  -0x1.c50f9e2939a45p-2};
    struct skep_philox philox;

    (void)state;
    skep_philox_init(&philox, (struct skep_stream_key){42, 3}, 1);
    for (size_t k = 0; k < COUNT(normals); k++) {
        double number = skep_philox_next_normal(&philox);
        if (!(fabs(number - normals[k]) <= 0x1p-51 * fabs(normals[k]))) {
            fail_msg("number %zu is %a, not %a", k, number, normals[k]);
        }
    }
}

/* The k-th normal is the same however the draws are grouped. */
static void test_philox__normals_do_not_depend_on_grouping(void **state)
{
    enum { N = 60 };
    const struct skep_stream_key key = {7, 8};
    struct skep_philox philox;
    double one_by_one[N];
    double grouped[N];
    int done = 0;

    (void)state;
    skep_philox_init(&philox, key, 1);
    for (int i = 0; i < N; i++) {
        skep_philox_fill_normal(&philox, &one_by_one[i], 1);
    }
    skep_philox_init(&philox, key, 1);
    for (int n = 0; done < N; n++) {
        int m = n < N - done ? n : N - done;
        skep_philox_fill_normal(&philox, &grouped[done], m);
        done += m;
    }
    assert_memory_equal(one_by_one, grouped, sizeof grouped);
}

/* Moments and tails of 2 10^6 normals lie within five standard errors of the distribution's. */
static void test_philox__normals_are_normal(void **state)
{
    enum { N = 2000000 };
    struct skep_philox philox;
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
    int n_beyond_2 = 0;

    (void)state;
    skep_philox_init(&philox, (struct skep_stream_key){2026, 0}, 1);
    for (int i = 0; i < N; i++) {
        double z = skep_philox_next_normal(&philox);
        m1 += z;
        m2 += z * z;
        m3 += z * z * z;
        m4 += z * z * z * z;
        n_beyond_2 += fabs(z) > 2.0;
    }
    /* Variances of the sums: N times 1, 2, 15, 96 and p (1 - p), p = 0.0455002638963584. */
    assert_true(fabs(m1) < 5 * sqrt(N));
    assert_true(fabs(m2 - N) < 5 * sqrt(2.0 * N));
    assert_true(fabs(m3) < 5 * sqrt(15.0 * N));
    assert_true(fabs(m4 - 3.0 * N) < 5 * sqrt(96.0 * N));
    assert_true(fabs(n_beyond_2 - 0.0455002638963584 * N) < 5 * sqrt(0.0434 * N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox__words_are_those_of_numpy),
        cmocka_unit_test(test_philox__long_stream),
        cmocka_unit_test(test_philox__block_count_carries),
        cmocka_unit_test(test_philox__filling_is_drawing),
        cmocka_unit_test(test_philox__uniforms_are_those_of_numpy),
        cmocka_unit_test(test_philox__normals_follow_the_formula),
        cmocka_unit_test(test_philox__normals_do_not_depend_on_grouping),
        cmocka_unit_test(test_philox__normals_are_normal),
    };
    return cmocka_run_group_tests_name("kernel/philox", tests, NULL, NULL);
}
