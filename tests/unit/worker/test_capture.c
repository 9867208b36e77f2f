/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/until.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/capture.h"

enum { SHORT_NS = 1000, LONG_NS = SKEP_CAPTURE_SHORT_NS };

static struct skep_page page;
static struct skep_capture capture;
static int fds[SKEP_OUTPUTS];
static char along[SKEP_OUTPUT_TAIL_BYTES];

/* The keeper lives as long as the process: one capture for all tests, each of which leaves nothing behind. */
static int begin_all(void **state)
{
    struct skep_error err = {0};

    (void)state;
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        assert_int_equal(skep_output_new(i, &fds[i], &err), SKEP_OK);
    }
    assert_int_equal(skep_capture_begin(&capture, &page, fds, &err), SKEP_OK);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    (void)skep_capture_look(&capture);
    return 0;
}

static void print_bytes(int which, const void *bytes, size_t n)
{
    assert_int_equal(write(fds[which], bytes, n), n);
}

static void print_text(int which, const char *text)
{
    print_bytes(which, text, strlen(text));
}

static void check_tail(int which, const char *text)
{
    const struct skep_result_output *tail = &capture.tails.of[which];

    assert_int_equal(tail->n, strlen(text));
    assert_int_equal(tail->total_n, strlen(text));
    assert_memory_equal(tail->text, text, tail->n);
}

/* An attempt has what it printed, and the next one does not; a short one as well as a long one. */
static void test_capture__tells_attempts_apart(void **state)
{
    static const int64_t durations[] = {SHORT_NS, LONG_NS};

    (void)state;
    for (int i = 0; i < 2; i++) {
        int64_t ns = durations[i];
        assert_int_equal(skep_capture_end(&capture, ns), SKEP_CAPTURED_NOTHING);
        print_text(SKEP_RESULT_STDOUT, "out");
        print_text(SKEP_RESULT_STDERR, "err");
        assert_int_equal(skep_capture_end(&capture, ns), SKEP_CAPTURED_OURS);
        check_tail(SKEP_RESULT_STDOUT, "out");
        check_tail(SKEP_RESULT_STDERR, "err");
        assert_int_equal(skep_capture_end(&capture, ns), SKEP_CAPTURED_NOTHING);
        print_text(SKEP_RESULT_STDERR, "again");
        assert_int_equal(skep_capture_end(&capture, ns), SKEP_CAPTURED_OURS);
        check_tail(SKEP_RESULT_STDOUT, "");
        check_tail(SKEP_RESULT_STDERR, "again");
    }
}

/* So it is wherever in the file an attempt begins: at the beginning of a page, too, where nothing can be
 * seen, and where the file begins anew because it has become long. */
static void test_capture__at_every_place(void **state)
{
    char text[64];

    (void)state;
    for (size_t i = 0; i < 40000; i++) {
        size_t n = 1 + i % 13;
        if (i % 3 == 0) {
            assert_int_equal(skep_capture_end(&capture, SHORT_NS), SKEP_CAPTURED_NOTHING);
            continue;
        }
        memset(text, 'a' + (int)(i % 26), n);
        text[n] = '\0';
        print_text(SKEP_RESULT_STDOUT, text);
        assert_int_equal(skep_capture_end(&capture, SHORT_NS), SKEP_CAPTURED_OURS);
        check_tail(SKEP_RESULT_STDOUT, text);
    }
}

/* What begins with a NUL is a long attempt's own; of a short one it is seen later, and is then nobody's. */
static void test_capture__output_that_begins_with_nul(void **state)
{
    (void)state;
    print_bytes(SKEP_RESULT_STDOUT, "\0x", 2);
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_OURS);
    assert_int_equal(capture.tails.of[SKEP_RESULT_STDOUT].n, 2);
    assert_memory_equal(capture.tails.of[SKEP_RESULT_STDOUT].text, "\0x", 2);
    print_bytes(SKEP_RESULT_STDOUT, "\0y", 2);
    assert_int_equal(skep_capture_end(&capture, SHORT_NS), SKEP_CAPTURED_NOTHING);
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_ANYS);
    assert_int_equal(capture.tails.of[SKEP_RESULT_STDOUT].n, 2);
    /* A byte that shows is the attempt's own, whatever was believed before it. */
    assert_int_equal(skep_capture_end(&capture, SHORT_NS), SKEP_CAPTURED_NOTHING);
    print_text(SKEP_RESULT_STDOUT, "z");
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_OURS);
}

/* What was told while an attempt ran is not told again at its end, but belongs to its result. */
static void test_capture__tells_along(void **state)
{
    struct skep_result_output output;

    (void)state;
    assert_false(skep_capture_peek(&capture, SKEP_RESULT_STDOUT, along, &output));
    print_text(SKEP_RESULT_STDOUT, "one\ntwo\nthr");
    assert_true(skep_capture_peek(&capture, SKEP_RESULT_STDOUT, along, &output));
    assert_int_equal(output.n, 8);
    assert_memory_equal(output.text, "one\ntwo\n", 8);
    assert_false(skep_capture_peek(&capture, SKEP_RESULT_STDOUT, along, &output));
    print_text(SKEP_RESULT_STDOUT, "ee\nfour");
    assert_true(skep_capture_peek(&capture, SKEP_RESULT_STDOUT, along, &output));
    assert_int_equal(output.total_n, 6);
    assert_memory_equal(output.text, "three\n", 6);
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_OURS);
    check_tail(SKEP_RESULT_STDOUT, "one\ntwo\nthree\nfour");
    output = skep_capture_untold(&capture, SKEP_RESULT_STDOUT);
    assert_int_equal(output.n, 4);
    assert_memory_equal(output.text, "four", 4);
    print_text(SKEP_RESULT_STDOUT, "next");
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_OURS);
    output = skep_capture_untold(&capture, SKEP_RESULT_STDOUT);
    assert_int_equal(output.n, 4);
}

/* A line that never ends is told in pieces. */
static void test_capture__tells_long_lines_along(void **state)
{
    static char line[3 * SKEP_OUTPUT_TAIL_BYTES];
    struct skep_result_output output;

    (void)state;
    memset(line, 'x', sizeof line);
    print_bytes(SKEP_RESULT_STDERR, line, sizeof line);
    assert_true(skep_capture_peek(&capture, SKEP_RESULT_STDERR, along, &output));
    assert_int_equal(output.n, SKEP_OUTPUT_TAIL_BYTES);
    assert_int_equal(output.total_n, sizeof line);
}

/* A shell that opens its own output anew cuts the file: what it printed then is there. */
static void test_capture__survives_a_cut(void **state)
{
    struct skep_result_output output;

    (void)state;
    print_text(SKEP_RESULT_STDERR, "gone gone gone");
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_OURS);
    print_text(SKEP_RESULT_STDERR, "lost\n");
    assert_true(skep_capture_peek(&capture, SKEP_RESULT_STDERR, along, &output));
    assert_int_equal(ftruncate(fds[SKEP_RESULT_STDERR], 0), 0);
    print_text(SKEP_RESULT_STDERR, "kept\n");
    assert_true(skep_capture_peek(&capture, SKEP_RESULT_STDERR, along, &output));
    assert_memory_equal(output.text, "kept\n", 5);
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_OURS);
    check_tail(SKEP_RESULT_STDERR, "kept\n");
    assert_int_equal(skep_capture_end(&capture, LONG_NS), SKEP_CAPTURED_NOTHING);
}

static int64_t blocks_bytes(void)
{
    struct stat status;

    assert_int_equal(fstat(fds[SKEP_RESULT_STDOUT], &status), 0);
    return (int64_t)status.st_blocks * 512;
}

static bool is_trimmed(void *context)
{
    (void)context;
    return blocks_bytes() < 1 << 20;
}

/* What a task prints without end does not stay in memory, its end does, and all of it is counted. */
static void test_capture__frees_what_is_too_much(void **state)
{
    enum { PIECE = 1 << 16, N = 64 << 4 };
    static char piece[PIECE];
    const struct skep_result_output *tail = &capture.tails.of[SKEP_RESULT_STDOUT];

    (void)state;
    skep_metrics_set(&page.metrics, SKEP_METRIC_SLOTS_BUSY, 1);
    skep_capture_wake(&capture);
    for (int i = 0; i < N; i++) {
        memset(piece, 'a' + i % 26, PIECE);
        print_bytes(SKEP_RESULT_STDOUT, piece, PIECE);
    }
    assert_true(test_until(is_trimmed, NULL, 20000));
    print_text(SKEP_RESULT_STDOUT, "the end");
    assert_int_equal(skep_capture_end(&capture, SHORT_NS), SKEP_CAPTURED_OURS);
    assert_int_equal(tail->total_n, (uint64_t)N * PIECE + 7);
    assert_int_equal(tail->n, SKEP_OUTPUT_TAIL_BYTES);
    assert_memory_equal(tail->text + tail->n - 7, "the end", 7);
    assert_int_equal(tail->text[0], 'a' + (N - 1) % 26);
    skep_metrics_set(&page.metrics, SKEP_METRIC_SLOTS_BUSY, 0);
    assert_true(blocks_bytes() <= 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_capture__tells_attempts_apart, forget),
        cmocka_unit_test_teardown(test_capture__at_every_place, forget),
        cmocka_unit_test_teardown(test_capture__output_that_begins_with_nul, forget),
        cmocka_unit_test_teardown(test_capture__tells_along, forget),
        cmocka_unit_test_teardown(test_capture__tells_long_lines_along, forget),
        cmocka_unit_test_teardown(test_capture__survives_a_cut, forget),
        cmocka_unit_test_teardown(test_capture__frees_what_is_too_much, forget),
    };
    return cmocka_run_group_tests_name("worker/capture", tests, begin_all, NULL);
}
