/* SPDX-License-Identifier: MIT */
/* Inputs that a kernel spoils, and inputs that others change while a worker reads them: the worker lives, and
 * no wrong value comes out. */
#include "support/test.h"
#include "support/files.h"
#include "hive_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "npy/header.h"
#include "task/timestamp.h"

/* ---- files ---- */

enum { N_BIG = 1 << 19, N_SMALL = 3 };

/* The bytes of an .npy file of N doubles, all X; free() it. */
static char *make_array(int64_t n, double x, size_t *bytes_out)
{
    char *bytes = malloc(SKEP_NPY_HEADER_MAX + (size_t)n * 8);
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, bytes, SKEP_NPY_HEADER_MAX);

    for (int64_t i = 0; i < n; i++) {
        memcpy(bytes + n_header + 8 * i, &x, 8);
    }
    *bytes_out = n_header + (size_t)n * 8;
    return bytes;
}

static void put_array(const char *name, int64_t n, double x)
{
    size_t bytes;
    char *array = make_array(n, x, &bytes);

    test_write_file(hive->folder, name, array, bytes);
    free(array);
}

/* ---- kernels that spoil an input ---- */

static const struct {
    const char *id, *args, *message;
} spoilers[] = {
    {"write-big", "\"how\":\"write-input\",\"x\":\"big.npy[1000:]\"",
     "argument \"x\": big.npy: the kernel wrote to byte 8128 of this input, which is read-only"},
    {"write-small", "\"how\":\"write-input\",\"x\":\"small.npy\"",
     "argument \"x\": small.npy: the kernel wrote to byte 128 of this input, which is read-only"},
    /* the page that holds the end of the file reads as zeros to its own end */
    {"read-big", "\"how\":\"overrun\",\"x\":\"big.npy\"",
     "argument \"x\": big.npy: the kernel read byte 4198400, beyond the end at 4194432"},
    {"read-small", "\"how\":\"overrun\",\"x\":\"small.npy\"",
     "argument \"x\": small.npy: the kernel read byte 152, beyond the end at 152"},
};
enum { N_SPOILERS = sizeof spoilers / sizeof spoilers[0] };

/* A kernel that writes to an input or reads on behind it is a failed task, at once and for good, that names
 * the argument, the file and the byte. The worker goes on: it is still the first slot, and nobody crashed. */
static void test_worker_inputs__a_spoiled_input_fails_the_task_alone(void **state)
{
    enum { N_GOOD = 50, N = N_SPOILERS * (N_GOOD + 1) };
    const struct hive_result *results;

    (void)state;
    put_array("big.npy", N_BIG, 1);
    put_array("small.npy", N_SMALL, 1);
    for (int i = 0; i < N_SPOILERS; i++) {
        char record[256];
        snprintf(record, sizeof record, "{\"id\":\"%s\",\"kernel\":\"fail\",\"args\":{%s}}", spoilers[i].id,
                 spoilers[i].args);
        hive_push(hive, record);
        hive_push_many(hive, N_GOOD, "{\"kernel\":\"sum\",\"args\":{\"x\":\"small.npy\"}}");
    }
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    results = hive_results(hive, N, 60000);
    for (int i = 0; i < N_SPOILERS; i++) {
        const struct hive_result *result = hive_result_of(hive, results, N, spoilers[i].id);
        assert_string_equal(result->message, spoilers[i].message);
        assert_string_equal(result->cause, "kernel-final");
        assert_int_equal(result->attempt, 1);
    }
    for (int i = 0; i < N; i++) {
        assert_true(!results[i].is_ok || results[i].value->f64 == N_SMALL);
        assert_string_equal(results[i].worker, results[0].worker);
    }
    hive_check_done(hive, N, N_SPOILERS);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* ---- inputs that others change ---- */

/* A storm: tasks that sum an array of ones while it is made one of twos, of ones again, and so on. */
enum { STORM_TASKS = 200, STORM_LOOKS = 4, STORM_MAX_LONG = 1 << 14 };

static struct {
    char *arrays[2];
    size_t bytes;
    void (*change)(const char *array, size_t bytes);
    int n_looks, n_changes;
    /* Changes that took longer than a settled file allows for (npy/file.h), in ms of wall time. */
    int64_t long_from_ms[STORM_MAX_LONG], long_to_ms[STORM_MAX_LONG];
    int n_long;
} storm;

static void storm_change(void)
{
    int64_t began_ms = skep_wall_ms(), began_ns = skep_monotonic_ns();

    storm.n_changes++;
    storm.change(storm.arrays[storm.n_changes % 2], storm.bytes);
    if (skep_monotonic_ns() - began_ns > (int64_t)storm.bytes) {
        assert_true(storm.n_long < STORM_MAX_LONG);
        storm.long_from_ms[storm.n_long] = began_ms - 1;
        storm.long_to_ms[storm.n_long++] = skep_wall_ms() + 1;
    }
}

/* Asked every few milliseconds; changes the file now and then, so that some tasks have it to themselves. */
static bool storm_is_over(struct hive *h)
{
    if (storm.n_looks++ % STORM_LOOKS == 0) {
        storm_change();
    }
    return hive_length(h, h->keys.out) >= STORM_TASKS;
}

static int64_t time_of(const struct hive_result *result, const char *name)
{
    const struct skep_node *node = skep_node_get(result->root, name);
    int64_t ms = 0;

    assert_true(node != NULL && skep_timestamp_parse(node->text, node->length, &ms));
    return ms;
}

/* Whether a change that took too long was under way while this task ran: on a machine that stands still, a
 * file that is written in place lies there half written, and nobody can know. */
static bool was_half_written(const struct hive_result *result)
{
    for (int i = 0; i < storm.n_long; i++) {
        if (time_of(result, "finished") >= storm.long_from_ms[i] &&
            time_of(result, "started") <= storm.long_to_ms[i]) {
            return true;
        }
    }
    return false;
}

/* Every task gives the sum of the one array or of the other, or fails with one of these causes. */
static int weather_storm(void (*change)(const char *array, size_t bytes), const char *cause,
                         const char *other_cause)
{
    const struct hive_result *results;
    int n_failed = 0;

    memset(&storm, 0, sizeof storm);
    storm.change = change;
    for (int i = 0; i < 2; i++) {
        storm.arrays[i] = make_array(N_BIG, i + 1, &storm.bytes);
    }
    put_array("x.npy", N_BIG, 1);
    hive_push_many(hive, STORM_TASKS, "{\"id\":\"%d\",\"kernel\":\"sum\",\"args\":{\"x\":\"x.npy\"}}");
    hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    hive_until(hive, storm_is_over, "every task has a result", 120000);
    results = hive_results(hive, STORM_TASKS, 1000);
    for (int i = 0; i < STORM_TASKS; i++) {
        const struct hive_result *result = &results[i];
        if (!result->is_ok) {
            n_failed++;
            if (strcmp(result->cause, cause) != 0 && strcmp(result->cause, other_cause) != 0) {
                hive_fail(hive, "%s: %s", result->cause, result->message);
            }
        } else if (result->value->f64 != N_BIG && result->value->f64 != 2 * N_BIG &&
                   !was_half_written(result)) {
            hive_fail(hive, "task %s: the sum is %g", result->id, result->value->f64);
        }
    }
    hive_check_done(hive, STORM_TASKS, n_failed);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    free(storm.arrays[0]);
    free(storm.arrays[1]);
    return n_failed;
}

static void write_all(int fd, const char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t k = write(fd, bytes + at, n - at);
        assert_true(k > 0);
        at += (size_t)k;
    }
}

static void write_array(const char *name, int flags, const char *array, size_t bytes)
{
    char *path = test_path(hive->folder, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);

    assert_true(fd >= 0);
    write_all(fd, array, bytes);
    close(fd);
    free(path);
}

/* As np.save over the file of before. */
static void save_again(const char *array, size_t bytes)
{
    write_array("x.npy", O_TRUNC, array, bytes);
}

static void overwrite(const char *array, size_t bytes)
{
    write_array("x.npy", 0, array, bytes);
}

/* As it should be done. */
static void replace(const char *array, size_t bytes)
{
    char *from = test_path(hive->folder, "x.tmp");
    char *to = test_path(hive->folder, "x.npy");

    write_array("x.tmp", O_CREAT | O_EXCL, array, bytes);
    assert_int_equal(rename(from, to), 0);
    free(from);
    free(to);
}

/* An input that is truncated and written anew under its readers costs tasks, but gives no wrong value. */
static void test_worker_inputs__truncation_under_load(void **state)
{
    (void)state;
    (void)weather_storm(save_again, "input-changed", "array-invalid");
}

/* The same when it is overwritten in place and nothing but its time shows it. */
static void test_worker_inputs__overwriting_under_load(void **state)
{
    (void)state;
    (void)weather_storm(overwrite, "input-changed", "input-changed");
}

/* Who replaces files by rename harms nobody. */
static void test_worker_inputs__replacement_under_load(void **state)
{
    (void)state;
    assert_int_equal(weather_storm(replace, "none", "none"), 0);
}

int main(void)
{
#define INPUTS_TEST(fact) cmocka_unit_test_setup_teardown(test_worker_inputs__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        INPUTS_TEST(a_spoiled_input_fails_the_task_alone),
        INPUTS_TEST(truncation_under_load),
        INPUTS_TEST(overwriting_under_load),
        INPUTS_TEST(replacement_under_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
