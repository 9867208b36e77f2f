/* SPDX-License-Identifier: MIT */
/* How a worker is told what to do, and what it says to settings that cannot work. */
#include "support/test.h"
#include "support/files.h"
#include "hive_fixture.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM SKEP_BUILD_DIR "/skep-worker"

/* A worker with these ARGS ends by itself with STATUS; what it wrote to standard output and error. */
static void check_end(const char *const *args, int status, const char *out, const char *err)
{
    struct test_process *worker =
        test_process_run(&(struct test_process_options){.args = args, .folder = "/"}, 10000);
    char *got_out = test_process_out(worker, NULL), *got_err = test_process_err(worker);

    assert_string_equal(got_err, err);
    assert_string_equal(got_out, out);
    assert_int_equal(worker->status, status);
    free(got_out);
    free(got_err);
    test_process_free(worker);
}

/* What cannot work is said once, with the setting's name, before anything starts; the status is 2. */
static void test_worker_setup__refuses_settings(void **state)
{
    static const struct {
        const char *args[8];
        const char *err;
    } rows[] = {
        {{PROGRAM}, "skep-worker: which queue? give -q NAME\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "a/b"},
         "skep-worker: \"a/b\" is not a queue's name: 1 to 64 of letters, digits, '_', '.' and '-'\nTry: "
         "skep-worker --help\n"},
        {{PROGRAM, "-q", "q:0"}, "skep-worker: -q q:0: a weight is 1 to 1000\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "q:"}, "skep-worker: -q q:: a weight is 1 to 1000\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "q:2", "-q", "q"}, "skep-worker: -q q: given twice\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "q", "--task-memory", "1M"},
         "skep-worker: --task-memory: 1M is out of range: 16M to 1048576G\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "q"}, "skep-worker: no server: give --redis URL or set SKEP_REDIS\n"},
        {{PROGRAM, "-q", "q", "--redis", "host:6379"},
         "skep-worker: the Redis URL does not begin with redis://, rediss:// or unix://; the forms are "
         "redis://[user:password@]host[:port][/db] and unix:///path[?db=N]\n"},
        {{PROGRAM, "-q", "q", "--redis", "unix:///x", "--data", "/no/such"},
         "skep-worker: data root '/no/such': No such file or directory\n"},
        {{PROGRAM, "-q", "q", "--redis", "unix:///x", "--slots", "0"},
         "skep-worker: --slots must be auto or 1 to 1024, not \"0\"\n"},
        {{PROGRAM, "-q", "q", "--redis", "unix:///x", "--slots", "two"},
         "skep-worker: --slots must be auto or 1 to 1024, not \"two\"\n"},
        {{PROGRAM, "-q", "q", "--grace", "soon"},
         "skep-worker: --grace: 'soon' is not a time, such as 5, 250ms, 2min or 1h\nTry: skep-worker "
         "--help\n"},
        {{PROGRAM, "-q", "q", "--log-level", "loud"},
         "skep-worker: --log-level must be error, warn, info, debug or trace\nTry: skep-worker --help\n"},
        {{PROGRAM, "--slotz", "2"},
         "skep-worker: unknown option --slotz: did you mean --slots?\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "q", "sweep"}, "skep-worker: \"sweep\" is not an option\nTry: skep-worker --help\n"},
        {{PROGRAM, "-q", "q", "--config", "/no/such"},
         "skep-worker: configuration file /no/such: No such file or directory\nTry: skep-worker --help\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_end(rows[i].args, 2, "", rows[i].err);
    }
}

/* --version and --help need nothing else; what is between agent and slots is not shown. */
static void test_worker_setup__shows_help(void **state)
{
    struct test_process *worker = test_process_run(
        &(struct test_process_options){.args = (const char *const[]){PROGRAM, "--help", NULL}}, 10000);

    (void)state;
    check_end((const char *const[]){PROGRAM, "--version", NULL}, 0, "skep-worker " SKEP_VERSION "\n", "");
    assert_int_equal(worker->status, 0);
    assert_true(test_process_said(worker, "Usage: skep-worker -q QUEUE"));
    assert_true(test_process_said(worker, "--grace SECONDS"));
    assert_false(test_process_said(worker, "--control-fd"));
    test_process_free(worker);
}

/* "auto" is one slot for every core that the worker may use. */
static void test_worker_setup__one_slot_a_core(void **state)
{
    cpu_set_t all, one;
    size_t core = 0;
    struct test_process *workers[2];

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    while (!CPU_ISSET(core, &all)) {
        core++;
    }
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    workers[0] = hive_start_worker(hive, NULL);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    workers[1] = hive_start_worker(hive, (const char *const[]){"--slots", "auto", NULL});
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    hive_await_slots(hive, workers[1], 1);
    hive_await_slots(hive, workers[0], CPU_COUNT(&all) < HIVE_MAX_SLOTS ? CPU_COUNT(&all) : HIVE_MAX_SLOTS);
}

/* What ps and top show of agent and slots: the queue, and what they do. */
static void test_worker_setup__processes_say_what_they_are(void **state)
{
    struct test_process *worker = hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    pid_t slot = hive_await_title(hive, "skep-worker: slot 1 q idle");
    char name[64], title[256];
    FILE *f;

    (void)state;
    hive_read_title(worker->pid, title, sizeof title);
    assert_string_equal(title, "skep-worker: agent q, 2 slots");
    snprintf(name, sizeof name, "/proc/%d/comm", (int)slot);
    f = fopen(name, "re");
    assert_non_null(f);
    assert_non_null(fgets(name, sizeof name, f));
    assert_string_equal(name, "skep-worker\n");
    fclose(f);
}

/* A file says less than the environment, the environment less than the command line, and all reach the slots.
 */
static void test_worker_setup__file_environment_and_line(void **state)
{
    static const char file[] = "# of the test\nslots = 3\nretries = 0\ngrace = 7s\n";
    char *config = test_path(hive->folder, "worker.conf");
    const struct hive_result *result;
    struct test_process *worker;

    (void)state;
    test_write_file(hive->folder, "worker.conf", file, sizeof file - 1);
    hive_push(hive, "{\"kernel\":\"fail\"}");
    worker = hive_start_worker_env(hive, (const char *const[]){"--config", config, "--slots", "1", NULL},
                                   (const char *const[]){"SKEP_SLOTS=2", NULL});
    result = hive_results(hive, 1, 20000);
    assert_int_equal(result->attempt, 1);
    hive_await_slots(hive, worker, 1);
    hive_start_worker_env(hive, (const char *const[]){"--config", config, NULL},
                          (const char *const[]){"SKEP_SLOTS=2", NULL});
    hive_await_slots(hive, hive->workers[1], 2);
    free(config);
}

/* Inputs from several folders by name, outputs to a folder of their own. */
static void test_worker_setup__folders_by_name(void **state)
{
    char *inputs = test_make_folder(), *outputs = test_make_folder(), *written;
    char option[128];
    size_t n;
    char *bytes = test_read_file(SKEP_TESTS_DIR "/golden/npy", "f8-little.npy", &n);
    const struct hive_result *results;

    (void)state;
    test_write_file(inputs, "a.npy", bytes, n);
    snprintf(option, sizeof option, "run7=%s", inputs);
    hive_push(
        hive,
        "{\"id\":\"t\",\"kernel\":\"sum\",\"args\":{\"x\":\"@run7/a.npy\",\"axis\":0},\"out\":\"s.npy\"}");
    hive_push(hive, "{\"id\":\"u\",\"kernel\":\"sum\",\"args\":{\"x\":\"@run8/a.npy\"}}");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", "--data", option, "--output", outputs,
                                                  "--sync-outputs", NULL});
    results = hive_results(hive, 2, 20000);
    assert_true(results[0].is_ok);
    assert_string_equal(results[1].cause, "array-missing");
    written = test_read_file(outputs, "s.npy", &n);
    assert_memory_equal(written + 128, ((const double[]){24, 33, 42, 51}), 32);
    free(written);
    free(bytes);
    test_remove_folder(inputs);
    test_remove_folder(outputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_setup__refuses_settings),
        cmocka_unit_test(test_worker_setup__shows_help),
        cmocka_unit_test_setup_teardown(test_worker_setup__one_slot_a_core, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_setup__processes_say_what_they_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_setup__file_environment_and_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_setup__folders_by_name, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
