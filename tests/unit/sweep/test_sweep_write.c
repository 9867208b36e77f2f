/* SPDX-License-Identifier: MIT */
#include "unit/sweep/random_spec.h"

static struct spec spec; /* large */

static void sweep_write(struct skep_buf *buf, const struct skep_sweep *sweep)
{
    skep_buf_init(buf, 1024 * 1024);
    skep_sweep_write(buf, sweep);
    assert_false(skep_buf_failed(buf));
}

/* TEXT is read; what is written of it is WANTED, and reading that gives the same again. */
static void check_written(const char *text, const char *wanted)
{
    struct skep_buf once;
    struct skep_buf twice;

    snprintf(spec.text, sizeof spec.text, "%s", text);
    if (spec_read(&spec) != SKEP_OK) {
        fail_msg("%s: %s", text, spec.err.text);
    }
    sweep_write(&once, &spec.sweep);
    assert_string_equal(once.bytes, wanted);
    spec_close(&spec);
    snprintf(spec.text, sizeof spec.text, "%s", once.bytes);
    assert_int_equal(spec_read(&spec), SKEP_OK);
    sweep_write(&twice, &spec.sweep);
    assert_string_equal(twice.bytes, once.bytes);
    spec_close(&spec);
    skep_buf_release(&once);
    skep_buf_release(&twice);
}

/* ---- works ---- */

/* A record with everything that there is comes back as it was, every key in its place. */
static void test_sweep_write__everything_comes_back(void **state)
{
    static const char text[] =
        "{\"kernel\":\"te_box\",\"args\":{\"x\":\"eeg.npy[:,{i}]\",\"deep\":[{\"r\":\"{r}\"}],\"k\":3},"
        "\"over\":[{\"pairs\":[\"i\",\"j\"],\"of\":64,\"unordered\":true},"
        "{\"grid\":\"r\",\"from\":\"0.1:1.0:10\"},"
        "{\"zip\":[\"a\",\"b\"],\"from\":[[1,2],\"@p \\\"q\\\".npy[::2]\"],\"n\":2},"
        "{\"ranges\":[\"lo\",\"hi\"],\"from\":\"-5:100/7\"},{\"split\":\"n\",\"from\":\"1000:10\"},"
        "{\"axis\":\"t\",\"of\":3},{\"random\":\"u\",\"from\":\"-1.5:1e-05:4\"},"
        "{\"lines\":\"f\",\"from\":[\"a\",\"\\u00e4\\n\"]},{\"times\":2}],"
        "\"seed\":\"18446744073709551615\",\"order\":\"random\",\"take\":77,\"stop\":\"first\",\"results\":"
        "true,"
        "\"filter\":\"i < j\",\"token\":\"0123456789abcdef0123456789abcdef\","
        "\"out\":[{\"path\":\"te.npy\",\"at\":[\"{i}\",\"{j}\"],\"of\":\"[0:4]\",\"dtype\":\"f8\","
        "\"shape\":[64,64,4],\"fill\":\"nan\"},{\"path\":\"b.npy\",\"at\":[]}],"
        "\"reduce\":\"sum\",\"inputs\":[{\"path\":\"eeg.npy\",\"size\":0,\"mtime_ns\":\"-9007199254740993\","
        "\"header\":\"00e1f002\"}],\"retries\":0,\"timeout_s\":1.5,\"backoff_s\":2.0,\"meta\":[null]}";
    static const char umlaut[] = "\\u00e4";
    char wanted[sizeof text];
    char *at;

    (void)state;
    memcpy(wanted, text, sizeof text);
    at = strstr(wanted, umlaut);
    assert_non_null(at);
    memcpy(at, "\xC3\xA4", 2); /* written as it is */
    memmove(at + 2, at + 6, strlen(at + 6) + 1);
    check_written(text, wanted);
}

/* What is not said is not written; a take of all is none. */
static void test_sweep_write__little_is_little(void **state)
{
    (void)state;
    check_written(
        "{\"take\":5,\"over\":[{\"times\":5}],\"order\":\"index\",\"results\":false,\"kernel\":\"sum\"}",
        "{\"kernel\":\"sum\",\"over\":[{\"times\":5}],\"seed\":\"0\"}");
    check_written(
        "{\"kernel\":\"sum\",\"over\":[{\"times\":3}],\"order\":\"longest\",\"perm\":[2,0,1],\"seed\":9}",
        "{\"kernel\":\"sum\",\"over\":[{\"times\":3}],\"seed\":\"9\",\"order\":\"longest\",\"perm\":[2,0,1]"
        "}");
}

/* Sweeps made by chance: written and read, every point has the same values. */
static void test_sweep_write__same_points(void **state)
{
    static struct random_spec random;
    static struct spec again;

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct skep_buf buf;

        random_spec_make(&random, seed);
        spec_open_with(&spec, random.over, seed % 2 ? "\"order\":\"random\",\"seed\":3" : "\"take\":3");
        sweep_write(&buf, &spec.sweep);
        assert_true(buf.length < 2048);
        snprintf(again.text, sizeof again.text, "%s", buf.bytes);
        assert_int_equal(spec_read(&again), SKEP_OK);
        assert_int_equal(skep_axes_open(&again.sweep, NULL, &again.arena, &again.axes, &again.err), SKEP_OK);
        assert_int_equal(again.sweep.n_all, spec.sweep.n_all);
        assert_int_equal(again.sweep.n, spec.sweep.n);
        assert_int_equal(again.sweep.order, spec.sweep.order);
        for (int64_t index = 0; index < spec.sweep.n_all; index += 1 + spec.sweep.n_all / 100) {
            struct skep_point a;
            struct skep_point b;

            skep_axes_point(spec.axes, index, &a);
            skep_axes_point(again.axes, index, &b);
            assert_int_equal(a.n, b.n);
            for (int k = 0; k < a.n; k++) {
                assert_int_equal(a.at[k].kind, b.at[k].kind);
                assert_int_equal(a.at[k].i64, b.at[k].i64); /* the bits of a real, too */
                assert_int_equal(a.at[k].place, b.at[k].place);
            }
        }
        skep_buf_release(&buf);
        spec_close(&again);
        spec_close(&spec);
    }
}

/* ---- breaks ---- */

/* A buffer that is too small says so, whatever its size. */
static void test_sweep_write__small_buffers_fail(void **state)
{
    static const char factors[] =
        "{\"grid\":\"a\",\"from\":\"@a.npy\",\"n\":2},{\"grid\":\"b\",\"from\":[1,2]}";
    struct skep_buf buf;
    bool has_failed = true;

    (void)state;
    spec_compose(&spec, factors, "\"seed\":\"1\"");
    assert_int_equal(spec_read(&spec), SKEP_OK);
    for (size_t size = 0; has_failed; size++) {
        skep_buf_init(&buf, size);
        skep_sweep_write(&buf, &spec.sweep);
        has_failed = skep_buf_failed(&buf);
        assert_true(has_failed || strcmp(buf.bytes, spec.text) == 0);
        skep_buf_release(&buf);
    }
    spec_close(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep_write__everything_comes_back),
        cmocka_unit_test(test_sweep_write__little_is_little),
        cmocka_unit_test(test_sweep_write__same_points),
        cmocka_unit_test(test_sweep_write__small_buffers_fail),
    };
    return cmocka_run_group_tests_name("sweep/sweep_write", tests, NULL, NULL);
}
