/* SPDX-License-Identifier: MIT */
/* skep run --array: the values of a sweep as one .npy file. */
#include "integration/runs.h"

/* Where the data of the version 1.0 file begin; its header holds WORDS. */
static size_t npy_data(const char *bytes, const char *words)
{
    size_t n_header = (size_t)(unsigned char)bytes[8] + 256 * (size_t)(unsigned char)bytes[9];
    char header[1024];

    assert_memory_equal(bytes, "\x93NUMPY\x01\0", 8);
    assert_true(n_header < sizeof header);
    memcpy(header, bytes + 10, n_header);
    header[n_header] = '\0';
    if (strstr(header, words) == NULL) {
        fail_msg("wanted %s in %s", words, header);
    }
    return 10 + n_header;
}

/* The file's elements are the N doubles or integers WANTED, bit for bit. */
static void expect_npy(struct cli *cli, const char *name, const char *words, const void *wanted, size_t n)
{
    size_t n_bytes;
    char *bytes = test_read_file(cli->folder, name, &n_bytes);
    size_t at = npy_data(bytes, words);

    assert_int_equal(n_bytes - at, 8 * n);
    assert_memory_equal(bytes + at, wanted, 8 * n);
    free(bytes);
}

/* Integers make an array of integers; the shape is as asked; the results are not printed then. */
static void test_run_array__holds_integers(void **state)
{
    static const int64_t wanted[] = {1, 12, 123, -4, 0, 9007199254740993};
    struct cli *cli = *state;
    char text[1024] = "";

    for (size_t i = 0; i < 6; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "{\"kernel\":\"sum\",\"args\":{\"x\":[%" PRId64 ",0]}}\n",
                 wanted[i]);
    }
    cli_write(cli, "tasks.jsonl", text);
    cli_run(cli, 0, "", "6 done", "run", "tasks.jsonl", "--array", "a.npy");
    expect_npy(cli, "a.npy", "'descr': '<i8', 'fortran_order': False, 'shape': (6,)", wanted, 6);
    cli_run(cli, 0, "\"index\":5", "6 done", "run", "tasks.jsonl", "--array", "a.npy", "--shape", "3,2", "-o",
            "-");
    expect_npy(cli, "a.npy", "'<i8', 'fortran_order': False, 'shape': (3, 2)", wanted, 6);
    runs_expect_entries(cli, 2);
}

/* A failed task is NaN, and the exit code says that there is one. */
static void test_run_array__marks_failures(void **state)
{
    static const double nan = __builtin_nan("");
    struct cli *cli = *state;
    char *bytes;
    double got[3];

    cli_write(cli, "tasks.jsonl",
              "{\"kernel\":\"sum\",\"args\":{\"x\":[1,2]}}\n"
              "{\"kernel\":\"fail\",\"args\":{\"how\":\"final\"}}\n"
              "{\"kernel\":\"sum\",\"args\":{\"x\":[0.5]}}\n");
    cli_run(cli, 1, "", "2 done, 1 failed", "run", "tasks.jsonl", "--array", "a.npy");
    bytes = test_read_file(cli->folder, "a.npy", NULL);
    memcpy(got, bytes + npy_data(bytes, "'<f8'"), sizeof got);
    assert_true(got[0] == 3.0 && got[2] == 0.5);
    assert_memory_equal(&got[1], &nan, sizeof nan);
    free(bytes);
}

/* Values that are arrays of one shape become sub-arrays. */
static void test_run_array__holds_arrays(void **state)
{
    struct cli *cli = *state;
    char *bytes;
    double got[2][4];

    cli_write(cli, "tasks.jsonl",
              "{\"kernel\":\"star_rk4\",\"args\":{\"theta0\":[0,0],\"omega_c\":1,\"omega_e\":1,\"lambda\":0,"
              "\"dt\":1,\"steps\":2}}\n"
              "{\"kernel\":\"star_rk4\",\"args\":{\"theta0\":[1,2],\"omega_c\":0,\"omega_e\":0,\"lambda\":0,"
              "\"dt\":1,\"steps\":2}}\n");
    cli_run(cli, 0, "", "2 done", "run", "tasks.jsonl", "--array", "a.npy");
    bytes = test_read_file(cli->folder, "a.npy", NULL);
    memcpy(got, bytes + npy_data(bytes, "'<f8', 'fortran_order': False, 'shape': (2, 2, 2)"), sizeof got);
    for (int k = 0; k < 4; k++) { /* without coupling phases grow by omega dt a step */
        assert_true(got[0][k] == (k < 2 ? 1.0 : 2.0));
        assert_true(got[1][k] == (k % 2 == 0 ? 1.0 : 2.0));
    }
    free(bytes);
    cli_run(cli, 0, "", "2 done", "run", "tasks.jsonl", "--array", "a.npy", "--shape", "8");
    bytes = test_read_file(cli->folder, "a.npy", NULL);
    (void)npy_data(bytes, "'shape': (8,)");
    free(bytes);
    runs_expect_entries(cli, 2);
}

/* Values that make no array: told with the task, and the results are kept. */
static void test_run_array__refuses_other_values(void **state)
{
    static const char *const tasks[][2] = {
        {"{\"kernel\":\"echo\",\"args\":{\"a\":1}}\n", "the value of task 0 is an object"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":[1]}}\n{\"kernel\":\"star_rk4\",\"args\":{\"omega_c\":1,"
         "\"omega_e\":1,\"lambda\":0,\"steps\":2}}\n",
         "different shapes"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":[9007199254740993,0]}}\n{\"kernel\":\"sum\",\"args\":{\"x\":[0."
         "5]}}\n",
         "integers above 2^53"},
    };
    struct cli *cli = *state;

    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        cli_write(cli, "tasks.jsonl", tasks[i][0]);
        cli_run(cli, 1, "", tasks[i][1], "run", "tasks.jsonl", "--array", "a.npy", "--slots", "1");
        assert_false(runs_exists(cli, "a.npy"));
        cli_run(cli, 1, "\"index\":0", tasks[i][1], "run", "--resume", "-o", "-");
        cli_run(cli, 0, NULL, NULL, "run", "--fresh", "tasks.jsonl");
    }
}

/* A shape that turns out not to fit; a place that cannot be written is refused at the beginning. */
static void test_run_array__refuses_late(void **state)
{
    struct cli *cli = *state;

    cli_write(cli, "tasks.jsonl", "{\"kernel\":\"sum\",\"args\":{\"x\":[1]}}\n");
    cli_run(cli, 1, "", "--shape (2, 2) does not fit: there are 1 tasks", "run", "tasks.jsonl", "--array",
            "a.npy", "--shape", "2,2");
    cli_run(cli, 0, "", "1 done", "run", "--resume", "--shape", "1,1");
    cli_run(cli, 2, "", "none/a.npy: No such file", "run", "tasks.jsonl", "--array", "none/a.npy");
    cli_run(cli, 2, "", "it is no plain file", "run", "tasks.jsonl", "--array", "/dev/null");
    runs_expect_entries(cli, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, runs_setup, runs_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run_array__holds_integers), TEST(test_run_array__marks_failures),
        TEST(test_run_array__holds_arrays),   TEST(test_run_array__refuses_other_values),
        TEST(test_run_array__refuses_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
