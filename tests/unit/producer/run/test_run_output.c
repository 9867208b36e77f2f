/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "producer/run/run_output.h"

struct fixture {
    char *folder, *path;
    struct skep_run_output output;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder(), .output.fd = -1};
    fixture.path = test_path(fixture.folder, "out");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_run_output_close(&f->output);
    free(f->path);
    test_remove_folder(f->folder);
    return 0;
}

static void expect_file(struct fixture *f, const char *name, const char *wanted)
{
    char *text = test_read_file(f->folder, name, NULL);

    assert_string_equal(text, wanted);
    free(text);
}

/* ---- works ---- */

/* The file grows under another name, and replaces the old one when it is whole. */
static void test_run_output__is_whole_or_not_there(void **state)
{
    struct fixture *f = *state;
    char *part = test_path(f->folder, "out.part");

    test_write_file(f->folder, "out", "old", 3);
    test_write_file(f->folder, "out.part", "of a session before", 19);
    assert_int_equal(skep_run_output_open(&f->output, f->path, &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_add(&f->output, "one", 3, &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_flush(&f->output, &f->err), SKEP_OK);
    expect_file(f, "out", "old");
    expect_file(f, "out.part", "one\n");
    assert_int_equal(skep_run_output_add(&f->output, "two", 3, &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_finish(&f->output, &f->err), SKEP_OK);
    expect_file(f, "out", "one\ntwo\n");
    assert_int_equal(access(part, F_OK), -1);
    free(part);
}

/* Nothing is written where nothing is wanted. */
static void test_run_output__may_be_none(void **state)
{
    struct fixture *f = *state;

    skep_run_output_open_none(&f->output);
    assert_int_equal(skep_run_output_add(&f->output, "one", 3, &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_flush(&f->output, &f->err), SKEP_OK);
}

/* A device is written directly. */
static void test_run_output__writes_to_devices(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_run_output_open(&f->output, "/dev/full", &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_add(&f->output, "one", 3, &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_finish(&f->output, &f->err), SKEP_E_OUTPUT);
    assert_string_equal(f->err.text, "cannot write to /dev/full: No space left on device");
}

/* ---- refuses ---- */

/* Two runs do not write the same file. */
static void test_run_output__refuses_a_second_writer(void **state)
{
    struct fixture *f = *state;
    struct skep_run_output second;

    assert_int_equal(skep_run_output_open(&f->output, f->path, &f->err), SKEP_OK);
    assert_int_equal(skep_run_output_open(&second, f->path, &f->err), SKEP_E_CONFLICT);
    assert_int_equal(second.fd, -1);
    assert_non_null(strstr(f->err.text, "out.part is being written by another run"));
}

/* A folder, and one that is not there. */
static void test_run_output__refuses_bad_places(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_run_output_open(&f->output, f->folder, &f->err), SKEP_E_USAGE);
    skep_error_clear(&f->err);
    assert_int_equal(skep_run_output_open(&f->output, "/nonexistent/out", &f->err), SKEP_E_USAGE);
    assert_string_equal(f->err.text, "cannot write /nonexistent/out.part: No such file or directory");
}

/* ---- breaks ---- */

/* A full disk: told, and the old file stays. */
static void test_run_output__keeps_the_old_file_on_a_full_disk(void **state)
{
    struct fixture *f = *state;
    static char large[400000];
    struct rlimit unlimited, limit;

    memset(large, 'x', sizeof large);
    test_write_file(f->folder, "out", "old", 3);
    assert_int_equal(skep_run_output_open(&f->output, f->path, &f->err), SKEP_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = (struct rlimit){.rlim_cur = 100000, .rlim_max = unlimited.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(skep_run_output_add(&f->output, large, sizeof large, &f->err), SKEP_E_OUTPUT);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    assert_non_null(strstr(f->err.text, "out.part: File too large"));
    expect_file(f, "out", "old");
}

static skep_status whole_life(void *context)
{
    struct fixture *f = context;
    skep_status st = skep_run_output_open(&f->output, f->path, NULL);

    if (st == SKEP_OK) {
        st = skep_run_output_add(&f->output, "one", 3, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_run_output_finish(&f->output, NULL);
    }
    skep_run_output_close(&f->output);
    return st;
}

/* Every request for memory may fail. */
static void test_run_output__survives_a_failing_heap(void **state)
{
    test_heap_torture(whole_life, *state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run_output__is_whole_or_not_there),
        TEST(test_run_output__may_be_none),
        TEST(test_run_output__writes_to_devices),
        TEST(test_run_output__refuses_a_second_writer),
        TEST(test_run_output__refuses_bad_places),
        TEST(test_run_output__keeps_the_old_file_on_a_full_disk),
        TEST(test_run_output__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
