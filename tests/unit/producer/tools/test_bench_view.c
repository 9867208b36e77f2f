/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/tools/bench_view.h"

static struct skep_buf buf;
static const struct skep_kernel kernel = {.name = "k", .version = 3, .rtol = 1e-12, .atol = 1e-15};

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 1 << 16);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    return 0;
}

static void expect(const char *words)
{
    if (strstr(buf.bytes, words) == NULL) {
        fail_msg("wanted '%s' in\n%s", words, buf.bytes);
    }
}

/* 8 MB in 2 ms are 4 GB/s; four times as slow is a speed of a quarter. What is not there has no line. */
static void test_bench_view__text(void **state)
{
    const struct skep_bench bench = {
        .kernel = &kernel,
        .times = {[SKEP_BENCH_FAST] = {100, 2e-3, 1.5e-3}, [SKEP_BENCH_REFERENCE] = {10, 8e-3, 7e-3}},
        .cost = {.seconds = 1e-3, .bytes = 2048},
        .data_bytes = 8e6,
        .is_compared = true,
    };

    (void)state;
    skep_bench_write_text(&buf, &bench);
    expect("fast                2 ms       1.5 ms            500         4 GB/s         1\n");
    expect("reference           8 ms         7 ms            125         1 GB/s      0.25\n");
    expect("skep cost says 1 ms and 2.0 KiB of memory: measured, 2 times that\n");
    expect("fast and reference give the same numbers\n");
    assert_null(strstr(buf.bytes, "64 at once"));
}

/* They may differ as far as the row allows, absolutely or relatively. */
static void test_bench_view__agreement(void **state)
{
    struct skep_bench bench = {
        .kernel = &kernel,
        .times = {[SKEP_BENCH_FAST] = {100, 1, 1}},
        .is_compared = true,
        .n_different = 3,
        .max_abs = 1e-3,
        .max_rel = 1e-13,
    };

    (void)state;
    assert_true(skep_bench_agrees(&bench));
    bench.max_rel = 1e-11;
    assert_false(skep_bench_agrees(&bench));
    skep_bench_write_text(&buf, &bench);
    expect("differ by 0.001, relative 1e-11: more than they may (allowed: 1e-15, or 1e-12)\n");
    bench.max_abs = 1e-16;
    assert_true(skep_bench_agrees(&bench));
}

/* For programs. */
static void test_bench_view__json(void **state)
{
    const struct skep_bench bench = {
        .kernel = &kernel,
        .times = {[SKEP_BENCH_FAST] = {100, 0.5, 0.25}, [SKEP_BENCH_MANY] = {64, 0.125, 0.125}},
        .cost = {.seconds = 2, .bytes = 10},
    };

    (void)state;
    skep_bench_write_json(&buf, &bench);
    expect("{\"kernel\":\"k\",\"version\":3,\"cpu\":\"");
    expect("\"fast\":{\"calls\":100,\"median_s\":0.5,\"least_s\":0.25},\"many\":{\"calls\":64,");
    expect("\"cost_s\":2.0,\"cost_bytes\":10.0}\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_bench_view__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text),
        TEST(agreement),
        TEST(json),
    };

    return cmocka_run_group_tests_name("producer/tools/bench_view", tests, NULL, NULL);
}
