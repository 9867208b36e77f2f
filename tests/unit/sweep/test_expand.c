/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

#include "support/heap.h"
#include "sweep/expand.h"
#include "task/record.h"

static struct spec spec; /* large */

static void check_record(int64_t index, const char *wanted)
{
    struct skep_point point;
    struct skep_buf buf;
    struct skep_task task;

    skep_buf_init(&buf, 1024 * 1024);
    skep_axes_point(spec.axes, index, &point);
    assert_int_equal(skep_expand_record(&spec.sweep, &point, &spec.arena, &buf, &spec.err), SKEP_OK);
    assert_string_equal(buf.bytes, wanted);
    assert_int_equal(skep_task_parse(buf.bytes, buf.length, NULL, &spec.arena, &task, &spec.err), SKEP_OK);
    skep_buf_release(&buf);
}

/* ---- works ---- */

/* A record of a point is the plain task that would stand in its place: values with their types, texts filled
 * in however deep, the rest as it was. */
static void test_expand__record_is_a_plain_task(void **state)
{
    (void)state;
    spec_open_with(
        &spec,
        "{\"pairs\":[\"i\",\"j\"],\"of\":3},{\"grid\":\"r\",\"from\":\"0.5:2:2\"},"
        "{\"grid\":\"on\",\"from\":[true]},{\"lines\":\"w\",\"from\":[\"a \\\"b\\\"\"]}",
        "\"args\":{\"x\":\"eeg.npy[:,{i}]\",\"y\":\"{j}\",\"r\":\"{r}\",\"on\":\"{on}\",\"w\":\"{w}\","
        "\"deep\":[{\"at\":[\"r={r}\",1,null,\"{{}}\"]}],\"{i}\":\"{index}\"},"
        "\"seed\":\"18446744073709551615\",\"retries\":2,\"timeout_s\":1.5,\"backoff_s\":3,"
        "\"meta\":{\"{i}\":\"{i}\"},\"order\":\"random\",\"filter\":\"i<j\",\"reduce\":\"sum\"");
    check_record(3, "{\"kernel\":\"sum\",\"args\":{\"x\":\"eeg.npy[:,0]\",\"y\":2,\"r\":2.0,\"on\":true,"
                    "\"w\":\"a \\\"b\\\"\",\"deep\":[{\"at\":[\"r=2\",1,null,\"{}\"]}],\"{i}\":3},"
                    "\"seed\":\"18446744073709551615\",\"retries\":2,\"timeout_s\":1.5,\"backoff_s\":3.0,"
                    "\"meta\":{\"{i}\":\"{i}\"}}");
    spec_close(&spec);
}

/* Without arguments there are none. */
static void test_expand__no_arguments(void **state)
{
    (void)state;
    spec_open(&spec, "{\"times\":2}");
    check_record(1, "{\"kernel\":\"sum\",\"seed\":\"0\"}");
    spec_close(&spec);
}

/* Numbers that JSON does not have travel as texts, as everywhere in records. */
static void test_expand__not_finite(void **state)
{
    (void)state;
    spec_open_with(&spec, "{\"grid\":\"r\",\"from\":[\"nan\",\"inf\",\"-inf\",1]}",
                   "\"args\":{\"r\":\"{r}\"}");
    check_record(0, "{\"kernel\":\"sum\",\"args\":{\"r\":\"nan\"},\"seed\":\"0\"}");
    check_record(1, "{\"kernel\":\"sum\",\"args\":{\"r\":\"inf\"},\"seed\":\"0\"}");
    check_record(2, "{\"kernel\":\"sum\",\"args\":{\"r\":\"-inf\"},\"seed\":\"0\"}");
    check_record(3, "{\"kernel\":\"sum\",\"args\":{\"r\":1.0},\"seed\":\"0\"}");
    spec_close(&spec);
}

/* ---- breaks ---- */

static skep_status expand_once(void *context)
{
    struct skep_arena arena;
    struct skep_point point;
    const struct skep_node *args;
    skep_status st;

    (void)context;
    skep_arena_init(&arena, 1 << 20);
    skep_axes_point(spec.axes, 0, &point);
    st = skep_expand_args(&spec.sweep, &point, &arena, &args, NULL);
    skep_arena_release(&arena);
    return st;
}

/* Without memory the answer is that there is none. */
static void test_expand__survives_a_failing_heap(void **state)
{
    (void)state;
    spec_open_with(&spec, "{\"times\":2}", "\"args\":{\"a\":[\"x{time}\",{\"b\":\"y{index}\"}]}");
    test_heap_torture(expand_once, NULL);
    spec_close(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expand__record_is_a_plain_task),
        cmocka_unit_test(test_expand__no_arguments),
        cmocka_unit_test(test_expand__not_finite),
        cmocka_unit_test(test_expand__survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("sweep/expand", tests, NULL, NULL);
}
