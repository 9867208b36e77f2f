/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "producer/push/check.h"
#include "producer/push/check_all.h"

static int setup(void **state)
{
    static struct skep_check check;

    skep_check_init(&check, NULL);
    *state = &check;
    return 0;
}

static int teardown(void **state)
{
    skep_check_release(*state);
    return 0;
}

static skep_status check_text(struct skep_check *check, const char *text, struct skep_error *err)
{
    const struct skep_line line = {.bytes = {text, strlen(text)}};

    return skep_check_line(check, &line, NULL, err);
}

/* Tasks that a worker can run pass, whether or not their arrays are there. */
static void test_check__accepts_tasks(void **state)
{
    static const char *const good[] = {
        "{\"kernel\":\"sum\",\"args\":{\"x\":[1,2,3]}}",
        "{\"kernel\":\"sum\",\"args\":{\"x\":\"nowhere/a.npy[0:10,...]\"}}",
        "{\"kernel\":\"sum\",\"args\":{\"x\":{\"path\":\"a.npy\",\"view\":\"[::2]\"}},\"out\":\"b.npy\"}",
        "{\"kernel\":\"sleep\",\"args\":{\"s\":\"naps.npy[3]\"}}",
        "{\"kernel\":\"echo\",\"args\":{\"anything\":[{}]},\"id\":\"a\",\"meta\":null}",
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct skep_error err = {0};
        if (check_text(*state, good[i], &err) != SKEP_OK) {
            fail_msg("%s: %s", good[i], err.text);
        }
    }
}

/* What a worker would refuse is refused here, in words that name what is wrong. */
static void test_check__refuses_what_cannot_run(void **state)
{
    static const struct {
        const char *text;
        skep_status status;
        const char *words;
    } bad[] = {
        {"x", SKEP_E_BAD_RECORD, "not JSON"},
        {"[]", SKEP_E_BAD_RECORD, "object"},
        {"{\"args\":{}}", SKEP_E_BAD_RECORD, "kernel"},
        {"{\"kernel\":\"sum\",\"arg\":{}}", SKEP_E_BAD_RECORD, "\"arg\""},
        {"{\"kernel\":\"sums\"}", SKEP_E_UNKNOWN_KERNEL, "did you mean \"sum\"?"},
        {"{\"kernel\":\"fourier\"}", SKEP_E_UNKNOWN_KERNEL, "`skep kernels` lists them"},
        {"{\"kernel\":\"sum\"}", SKEP_E_BAD_ARGS, "sum: argument \"x\" is missing"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":[1],\"z\":1}}", SKEP_E_BAD_ARGS, "unknown argument \"z\""},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":null}}", SKEP_E_BAD_ARGS, "argument \"x\" must be an array"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":[[1],[1,2]]}}", SKEP_E_BAD_ARGS, "argument \"x\""},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy[0:\"}}", SKEP_E_BAD_ARGS, "'[' without ']'"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":\"[0]\"}}", SKEP_E_BAD_ARGS, "names a file"},
        {"{\"kernel\":\"sleep\",\"args\":{\"s\":-1}}", SKEP_E_BAD_ARGS, "argument \"s\" must be from 0"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":[1]},\"out\":\"b.txt\"}", SKEP_E_BAD_ARGS, "must end in .npy"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct skep_error err = {0};
        skep_status st = check_text(*state, bad[i].text, &err);
        if (st != bad[i].status || strstr(err.text, bad[i].words) == NULL) {
            fail_msg("%s: %s: %s", bad[i].text, skep_status_word(st), err.text);
        }
        assert_true(skep_check_is_lines_fault(st));
    }
}

/* A line that is too long has no bytes; the words say how long one may be. */
static void test_check__refuses_long_lines(void **state)
{
    const struct skep_line line = {.is_too_long = true};
    struct skep_error err = {0};

    assert_int_equal(skep_check_line(*state, &line, NULL, &err), SKEP_E_BAD_RECORD);
    assert_non_null(strstr(err.text, "longer than 65536 bytes"));
}

/* A kernel that only the workers know passes when the user says so; the rest of the record is checked. */
static void test_check__allows_unknown_kernels(void **state)
{
    struct skep_check *check = *state;
    struct skep_error err = {0};

    check->allows_unknown_kernels = true;
    assert_int_equal(check_text(check, "{\"kernel\":\"fourier\",\"args\":{\"x\":1}}", &err), SKEP_OK);
    assert_int_equal(check_text(check, "{\"kernel\":\"fourier\",\"out\":\"b\"}", &err), SKEP_E_BAD_ARGS);
    assert_int_equal(check_text(check, "{\"kernel\":\"sum\"}", NULL), SKEP_E_BAD_ARGS);
}

/* Records of a job that is pushed may name it, and no other; a raw one must. */
static void test_check__knows_whose_a_record_is(void **state)
{
    struct skep_check *check = *state;
    struct skep_error err = {0};

    check->job = "monday";
    assert_int_equal(check_text(check, "{\"kernel\":\"echo\"}", &err), SKEP_OK);
    assert_int_equal(check_text(check, "{\"kernel\":\"echo\",\"job\":\"monday\"}", &err), SKEP_OK);
    assert_int_equal(check_text(check, "{\"kernel\":\"echo\",\"job\":\"tuesday\"}", &err), SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "\"job\" is \"tuesday\", but the push is of the job \"monday\"");
    check->needs_job = true;
    skep_error_clear(&err);
    assert_int_equal(check_text(check, "{\"kernel\":\"echo\",\"job\":\"monday\"}", &err), SKEP_OK);
    assert_int_equal(check_text(check, "{\"kernel\":\"echo\"}", &err), SKEP_E_BAD_RECORD);
    assert_non_null(strstr(err.text, "a raw record must name the job"));
}

/* A whole source is looked at to its end, and counted. */
static void test_check__counts_a_source(void **state)
{
    char *folder = test_make_folder();
    char *path = test_path(folder, "tasks.jsonl");
    const char *const paths[] = {path};
    struct skep_check_report report;
    struct skep_source source;
    struct skep_error err = {0};
    FILE *file = fopen(path, "w");
    int quiet, saved = dup(STDERR_FILENO);

    assert_non_null(file);
    for (int i = 0; i < 100; i++) {
        fputs(i % 4 == 3 ? "bad\n" : "{\"kernel\":\"echo\"}\n\n", file);
    }
    fclose(file);
    assert_int_equal(skep_source_open(&source, paths, 1, 65536, &err), SKEP_OK);
    quiet = dup2(fileno(fopen("/dev/null", "w")), STDERR_FILENO);
    assert_int_equal(quiet, STDERR_FILENO);
    assert_int_equal(skep_check_source(*state, &source, &report, &err), SKEP_OK);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(report.n_lines, 100);
    assert_int_equal(report.n_bad, 25);
    close(saved);
    skep_source_close(&source);
    free(path);
    test_remove_folder(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_check__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accepts_tasks),          TEST(refuses_what_cannot_run), TEST(refuses_long_lines),
        TEST(allows_unknown_kernels), TEST(knows_whose_a_record_is), TEST(counts_a_source),
    };

    return cmocka_run_group_tests_name("producer/check", tests, NULL, NULL);
}
