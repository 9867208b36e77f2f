/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sweep/window.h"

enum { N = 100000, HEAD = 128 };

static struct skep_array array;
static struct skep_window window;

/* A file of numbers behind a head: slice I is I. */
static int set_up(void **state)
{
    char path[] = "/tmp/skep-window-XXXXXX";
    int64_t *numbers = malloc(N * sizeof *numbers);

    (void)state;
    assert_non_null(numbers);
    for (int64_t i = 0; i < N; i++) {
        numbers[i] = i;
    }
    array = (struct skep_array){.fd = mkstemp(path), .data_offset = HEAD, .n_slices = N, .slice_bytes = 8};
    assert_true(array.fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(pwrite(array.fd, numbers, N * sizeof *numbers, HEAD), N * sizeof *numbers);
    free(numbers);
    skep_window_init(&window);
    skep_window_move(&window, &array);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(array.fd);
    skep_window_release(&window);
    return 0;
}

static int64_t slice(int64_t i)
{
    const void *bytes;
    struct skep_error err = {0};

    if (skep_window_get(&window, i, &bytes, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return *(const int64_t *)bytes;
}

/* Every slice is what it is, in order to the last one, and in no order. */
static void test_window__gives_every_slice(void **state)
{
    (void)state;
    for (int64_t i = 0; i < N; i++) {
        assert_int_equal(slice(i), i);
    }
    for (int64_t i = 0, at = 0; i < 1000; i++, at = (at + 61803) % N) {
        assert_int_equal(slice(at), at);
    }
}

/* What was read is forgotten when it is moved: the file may have changed. */
static void test_window__looks_again(void **state)
{
    const int64_t other = -1;

    (void)state;
    assert_int_equal(slice(5), 5);
    assert_int_equal(slice(6), 6);
    assert_int_equal(pwrite(array.fd, &other, sizeof other, HEAD + 6 * 8), sizeof other);
    skep_window_move(&window, &array);
    assert_int_equal(slice(6), other);
}

/* A file that ends too soon is an output that cannot be read. */
static void test_window__refuses_what_is_not_there(void **state)
{
    const void *bytes;
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(ftruncate(array.fd, HEAD + 8 * 10), 0);
    assert_int_equal(slice(9), 9);
    assert_int_equal(skep_window_get(&window, 10, &bytes, &err), SKEP_E_OUTPUT);
    assert_int_equal(slice(8), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_window__gives_every_slice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_window__looks_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_window__refuses_what_is_not_there, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
