/* SPDX-License-Identifier: MIT */
/* skep replay: one task again, here, alone. */
#include "integration/cli.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy/header.h"

#define DEAD "{skep:s}:dead"

/* Crashes are the subject here: a sanitizer of the program must not turn signals into reports. */
static const char *const plain_env[] = {
    "ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0",
    "UBSAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0", "SKEP_REDIS", NULL};
static const struct test_process_options plain = {.env = plain_env};

/* As a worker writes one that has failed at its attempt TRIES. */
static void push_letter(struct cli *cli, const char *id, int tries, const char *cause, const char *record)
{
    char letter[512];

    snprintf(
        letter, sizeof letter,
        "#skep i=5 q=7 id=%s try=%d k=fail cause=%s at=1732190400000 e=%d,1732190400000,%s,W,words%%20then\n"
        "#skep i=5 q=7\n%s",
        id, tries, cause, tries, cause, record);
    cli_push_text(cli, DEAD, letter);
}

/* `skep replay ARGS...` of a record on standard input, without any server. */
#define replay_record(cli, record, exit_code, out, err, ...)                                                 \
    cli_expect(cli_start(cli,                                                                                \
                         &(struct test_process_options){                                                     \
                             .env = plain_env, .input = (record), .input_n = strlen(record)},                \
                         "replay", "--record", "-", __VA_ARGS__),                                            \
               exit_code, out, err)

/* The task of a letter runs as it did at its last attempt: the same number, place and folder. What comes is
 * its result as JSON; the letter stays. */
static void test_cli_replay__runs_the_task_again(void **state)
{
    struct cli *cli = *state;

    push_letter(cli, "twice", 2, "kernel-error",
                "{\"kernel\":\"fail\",\"args\":{\"times\":2},\"job\":\"j\",\"meta\":[1]}");
    push_letter(cli, "good", 2, "kernel-error", "{\"kernel\":\"fail\",\"args\":{\"times\":1}}");
    cli_run(cli, 1,
            "{\"id\":\"twice\",\"index\":5,\"job\":\"j\",\"kernel\":\"fail\",\"version\":1,\"ok\":false,"
            "\"error\":{"
            "\"cause\":\"kernel-error\",\"message\":\"failed as asked, attempt 2\"},\"attempt\":2,",
            "task twice, kernel fail, attempt 2; it failed then: kernel-error: words then\n"
            "failed, as it did then: kernel-error: failed as asked, attempt 2\n",
            "replay", "-q", "s", "twice");
    cli_run(cli, 0, "\"ok\":true,\"value\":2,\"attempt\":2,", "succeeded in ", "replay", "-q", "s", "good");
    assert_int_equal(cli_count(cli, "LLEN", DEAD), 2);
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:s}:out"), 0);
}

/* By its id, or by a beginning that no other id has; of several with one id the newest. */
static void test_cli_replay__finds_its_letter(void **state)
{
    struct cli *cli = *state;

    push_letter(cli, "abc1", 1, "numeric", "{\"kernel\":\"echo\",\"args\":{\"n\":1}}");
    push_letter(cli, "abd", 1, "numeric", "{\"kernel\":\"echo\",\"args\":{\"n\":2}}");
    push_letter(cli, "abc1", 1, "numeric", "{\"kernel\":\"echo\",\"args\":{\"n\":3}}");
    push_letter(cli, "abc12", 1, "numeric", "{\"kernel\":\"echo\",\"args\":{\"n\":4}}");
    cli_run(cli, 0, "\"value\":{\"n\":2}", NULL, "replay", "-q", "s", "abd");
    cli_run(cli, 0, "\"value\":{\"n\":2}", "succeeded", "replay", "-q", "s", "abd");
    cli_run(cli, 0, "\"value\":{\"n\":3}", "2 dead letters have the id abc1: this is the newest", "replay",
            "-q", "s", "abc1");
    cli_run(cli, 0, "\"value\":{\"n\":4}", NULL, "replay", "-q", "s", "abc12");
    cli_run(cli, 1, "", "\"ab\" is the beginning of several ids: abc1, abd", "replay", "-q", "s", "ab");
    cli_run(cli, 1, "", "no dead letter in queue s has an id that is or begins with x", "replay", "-q", "s",
            "x");
    cli_run(cli, 2, "", "which task?", "replay", "-q", "s");
    cli_run(cli, 2, "", "which task?", "replay", "-q", "s", "--record", "f", "abd");
}

/* Every way to die: what a shell would say, and a result all the same. */
static void test_cli_replay__tells_of_crashes(void **state)
{
    struct cli *cli = *state;

    push_letter(cli, "deadly", 1, "crash", "{\"kernel\":\"fail\",\"args\":{\"how\":\"segv\"}}");
    cli_expect(cli_start(cli,
                         &(struct test_process_options){
                             .env = (const char *const[]){plain_env[0], plain_env[1], cli->env, NULL}},
                         "replay", "-q", "s", "deadly", NULL),
               128 + SIGSEGV, "\"cause\":\"crash\",\"message\":\"signal 11 (Segmentation fault)",
               "failed, as it did then: crash: signal 11 (Segmentation fault)");
    replay_record(cli, "{\"kernel\":\"fail\",\"args\":{\"how\":\"abort\"}}", 128 + SIGABRT, "\"crash\"",
                  "signal 6 (Aborted)", NULL);
    replay_record(cli, "{\"kernel\":\"fail\",\"args\":{\"how\":\"exit\"}}", 1, "\"crash\"",
                  "failed: crash: its process ended in the middle of it, with exit status 0", NULL);
    replay_record(cli, "{\"kernel\":\"fail\",\"args\":{\"how\":\"memory\"}}", 1, "\"memory-limit\"",
                  "memory ended after 31 MiB", "--memory", "32M", NULL);
}

/* An endless loop ends when the user wants it, and nothing of it stays behind. */
static void test_cli_replay__is_interrupted(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;

    cli_write(cli, "loop.json", "{\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.1}");
    process = cli_start(cli, &plain, "replay", "--record", "loop.json", NULL);
    cli_until(process, "its time limit of 0.1 s does not hold here; Ctrl-C ends it");
    test_process_signal(process, SIGINT);
    cli_expect(process, 130, "", "interrupted before it was done");
}

/* What is no task fails as it failed in the worker, for the same reason. */
static void test_cli_replay__bears_any_bytes(void **state)
{
    struct cli *cli = *state;
    static const char evil[] = "#skep id=evil cause=bad-record at=1732190400000 "
                               "e=1,1732190400000,bad-record,W,not%20JSON\n"
                               "\033[2J\0\xff\r\n{";
    static const char text[] = "\0\0";

    cli_push(cli, DEAD, evil, sizeof evil - 1);
    cli_run(cli, 1, "{\"id\":\"evil\",\"ok\":false,\"error\":{\"cause\":\"bad-record\",",
            "failed, as it did then: bad-record: ", "replay", "-q", "s", "evil");
    cli_expect(cli_start(cli, &(struct test_process_options){.env = plain_env, .input = text, .input_n = 2},
                         "replay", "--record", "-", NULL),
               1, "\"bad-record\"", "failed: bad-record: ");
    replay_record(cli, "{\"kernel\":\"nope\"}", 1, "\"unknown-kernel\"", "no kernel \"nope\"", NULL);
    replay_record(cli, "", 1, "\"bad-record\"", "failed: bad-record: ", NULL);
    cli_run(cli, 2, "", "the record in nowhere: No such file", "replay", "--record", "nowhere");
    cli_run(cli, 2, "", "nowhere", "replay", "--record", "/dev/null", "-d", "nowhere");
}

/* A whole letter in a file is one too. */
static void test_cli_replay__reads_files(void **state)
{
    struct cli *cli = *state;

    cli_write(cli, "task.json", "{\"kernel\":\"echo\",\"id\":\"t\",\"args\":{\"n\":1}}\n");
    cli_write(cli, "letter",
              "#skep id=t try=3 cause=timeout at=1732190400000\n#skep i=8\n{\"kernel\":\"echo\"}");
    cli_expect(cli_start(cli, &plain, "replay", "--record", "task.json", NULL), 0,
               "{\"id\":\"t\",\"kernel\":\"echo\",", "task t, kernel echo, attempt 1\nsucceeded");
    cli_expect(cli_start(cli, &plain, "replay", "--record", "letter", NULL), 0, "\"index\":8,", "attempt 3");
}

static void write_array(struct cli *cli, const char *name, const double *numbers, int64_t n)
{
    char bytes[SKEP_NPY_HEADER_MAX + 64];
    size_t header_n = skep_npy_header_write(SKEP_F8, 1, &n, bytes, SKEP_NPY_HEADER_MAX);

    assert_true((size_t)n * sizeof *numbers <= 64);
    memcpy(bytes + header_n, numbers, (size_t)n * sizeof *numbers);
    test_write_file(cli->folder, name, bytes, header_n + (size_t)n * sizeof *numbers);
}

/* Inputs come from the folders that are named, as in a worker. */
static void test_cli_replay__reads_arrays(void **state)
{
    struct cli *cli = *state;
    static const double numbers[] = {1, 2, 4};
    char *folder = test_path(cli->folder, "in");
    char named[512];

    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(named, sizeof named, "arrays=%s", folder);
    write_array(cli, "in/a.npy", numbers, 3);
    replay_record(cli, "{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy[1:]\"}}", 0, "\"value\":6.0,",
                  "succeeded", "-d", "in", NULL);
    replay_record(cli, "{\"kernel\":\"sum\",\"args\":{\"x\":\"@arrays/a.npy\"}}", 0, "\"value\":7.0,",
                  "succeeded", "-d", named, NULL);
    replay_record(cli, "{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"}}", 1, "\"array-missing\"", "failed",
                  NULL);
    free(folder);
}

/* An output goes to a folder of its own, which is named, unless the user names one; what lies there stays. */
static void test_cli_replay__spares_outputs(void **state)
{
    struct cli *cli = *state;
    static const char record[] =
        "{\"kernel\":\"sum\",\"args\":{\"x\":[[1,2],[3,4]],\"axis\":0},\"out\":\"r.npy\"}";
    static const char named[] =
        "{\"kernel\":\"sum\",\"args\":{\"x\":[[1,2],[3,4]],\"axis\":0},\"out\":\"@res/sub/r.npy\"}";
    char *path = test_path(cli->folder, "r.npy");
    struct stat info;
    char folder[256];
    const char *env[] = {plain_env[0], plain_env[1], folder, NULL};

    snprintf(folder, sizeof folder, "TMPDIR=%s", cli->folder);
    cli_write(cli, "r.npy", "mine");
    cli_expect(
        cli_start(cli,
                  &(struct test_process_options){.env = env, .input = record, .input_n = sizeof record - 1},
                  "replay", "--record", "-", NULL),
        0, "\"value\":{\"path\":\"r.npy\",", "; its output is ");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 4);
    cli_expect(
        cli_start(cli,
                  &(struct test_process_options){.env = env, .input = named, .input_n = sizeof named - 1},
                  "replay", "--record", "-", NULL),
        0, "\"value\":{\"path\":\"@res/sub/r.npy\",", "/sub/r.npy\n");
    replay_record(cli, record, 0, "\"value\":{\"path\":\"r.npy\",", "succeeded", "--output", ".", NULL);
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 4);
    free(path);
}

/* Under the debugger the same task runs, whatever the record is. Here the debugger is a script that says what
 * it was asked for and runs it; without one the package is named. */
static void test_cli_replay__runs_under_gdb(void **state)
{
    static const char script[] = "#!/bin/sh\necho \"gdb $1 $2\"\nshift 2\n\"$@\"\nexec \"$@\"\n";
    struct cli *cli = *state;
    char *gdb = test_path(cli->folder, "gdb");
    char path[512];
    const char *env[] = {cli->env, path, NULL};

    push_letter(cli, "t", 4, "kernel-error", "{\"kernel\":\"fail\"}");
    test_write_file(cli->folder, "gdb", script, sizeof script - 1);
    assert_int_equal(chmod(gdb, 0700), 0);
    snprintf(path, sizeof path, "PATH=%s:/bin:/usr/bin", cli->folder);
    cli_expect(
        cli_start(cli, &(struct test_process_options){.env = env}, "replay", "-q", "s", "t", "--gdb", NULL),
        1, "gdb -q --args\n{\"id\":\"t\",\"index\":5,", "`run` runs the task in gdb");
    cli_expect(
        cli_start(cli, &(struct test_process_options){.env = env}, "replay", "-q", "s", "t", "--gdb", NULL),
        1, "attempt 4\"},\"attempt\":4,", NULL);
    snprintf(path, sizeof path, "PATH=/nowhere");
    cli_expect(
        cli_start(cli, &(struct test_process_options){.env = env}, "replay", "-q", "s", "t", "--gdb", NULL),
        2, "", "there is no gdb in PATH: install it (Debian: apt install gdb)");
    free(gdb);
}

/* A server that is not there is told as by every command. */
static void test_cli_replay__needs_a_server_for_letters(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 3, "", "unix://", "replay", "-q", "s", "t", "--wait", "0", "--redis",
            "unix:///nowhere/redis.sock");
    cli_expect(cli_start(cli, &plain, "replay", "-q", "s", "t", "--wait", "0", NULL), 2, "", "--redis");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_replay__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(runs_the_task_again), TEST(finds_its_letter),
        TEST(reads_files),         TEST(reads_arrays),
        TEST(spares_outputs),      TEST(runs_under_gdb),
        TEST(tells_of_crashes),    TEST(is_interrupted),
        TEST(bears_any_bytes),     TEST(needs_a_server_for_letters),
    };

    return cmocka_run_group_tests_name("skep replay", tests, NULL, NULL);
}
