/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "ops/exporter/text.h"

static struct skep_buf buf;

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    return 0;
}

/* Help and type stand before the samples; in help, line ends and backslashes are escaped, quotes are not. */
static void test_text__writes_the_head(void **state)
{
    (void)state;
    skep_export_text_head(&buf, "skep_x_total", "counter", "a \"b\"\nc\\d");
    assert_string_equal(buf.bytes, "# HELP skep_x_total a \"b\"\\nc\\\\d\n# TYPE skep_x_total counter\n");
}

/* A sample is a name, labels where there are some, and a number. */
static void test_text__writes_samples(void **state)
{
    const struct skep_export_labels labels = {2, {{"queue", "q"}, {"kernel", "te_box"}}};

    (void)state;
    skep_export_text_sample(&buf, "skep_up", "", NULL, 1);
    skep_export_text_sample(&buf, "skep_x", "_total", &labels, 12);
    assert_string_equal(buf.bytes, "skep_up 1\nskep_x_total{queue=\"q\",kernel=\"te_box\"} 12\n");
}

/* Numbers are told whole or in the fewest digits that read back the same; what is none has the format's
 * words. */
static void test_text__writes_numbers(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-3, "-3"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {1e300, "1e+300"},
        {NAN, "NaN"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
        {4503599627370497, "4503599627370497"},
        {0x1p60, "1.152921504606847e+18"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char want[64];
        skep_buf_reset(&buf);
        skep_export_text_sample(&buf, "x", "", NULL, cases[i].number);
        snprintf(want, sizeof want, "x %s\n", cases[i].text);
        assert_string_equal(buf.bytes, want);
    }
}

/* Whatever a stranger put into a name, the line stays one line of UTF-8. */
static void test_text__escapes_labels(void **state)
{
    const struct skep_export_labels labels = {
        2, {{"a", "x\"} 1\nevil{b=\"\\"}, {"c", "\xff\xc3\xa9\xed\xa0\x80\xc0\xaf\xe2\x82"}}};

    (void)state;
    skep_export_text_sample(&buf, "x", "", &labels, 1);
    assert_string_equal(buf.bytes, "x{a=\"x\\\"} 1\\nevil{b=\\\"\\\\\",c=\"?\xc3\xa9???"
                                   "??"
                                   "??\"} 1\n");
}

static double bound(int k)
{
    static const double bounds[] = {0.5, 1, 1e-06};

    return bounds[k];
}

/* Buckets are cumulative and end at +Inf, which is the count. */
static void test_text__writes_histograms(void **state)
{
    const struct skep_export_labels labels = {1, {{"queue", "q"}}};
    const int64_t buckets[] = {3, 0, 4};
    const struct skep_export_histogram histogram = {2, bound, buckets, 12.25};

    (void)state;
    skep_export_text_histogram(&buf, "x_seconds", &labels, &histogram);
    assert_string_equal(buf.bytes, "x_seconds_bucket{queue=\"q\",le=\"0.5\"} 3\n"
                                   "x_seconds_bucket{queue=\"q\",le=\"1\"} 3\n"
                                   "x_seconds_bucket{queue=\"q\",le=\"+Inf\"} 7\n"
                                   "x_seconds_sum{queue=\"q\"} 12.25\n"
                                   "x_seconds_count{queue=\"q\"} 7\n");
}

/* Without labels a bucket has its bound alone. */
static void test_text__writes_histograms_without_labels(void **state)
{
    const int64_t buckets[] = {1, 1};
    const struct skep_export_histogram histogram = {1, bound, buckets, 1};

    (void)state;
    skep_export_text_histogram(&buf, "x", NULL, &histogram);
    assert_string_equal(buf.bytes, "x_bucket{le=\"0.5\"} 1\nx_bucket{le=\"+Inf\"} 2\nx_sum 1\nx_count 2\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_text__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_the_head), TEST(writes_samples),    TEST(writes_numbers),
        TEST(escapes_labels),  TEST(writes_histograms), TEST(writes_histograms_without_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
