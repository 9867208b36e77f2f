/* SPDX-License-Identifier: MIT */
/* From the command line to the workers and back: a job is pushed, counted, cancelled, waited for, and every
 * task of it has its one result. */
#include "integration/cli.h"

#include <signal.h>

struct hall {
    struct cli cli;
    struct test_process *worker;
};

static int setup(void **state)
{
    static struct hall hall;

    hall = (struct hall){0};
    cli_begin(&hall.cli, NULL);
    *state = &hall;
    return 0;
}

static int teardown(void **state)
{
    struct hall *hall = *state;

    if (hall->worker != NULL) {
        test_process_signal(hall->worker, SIGTERM);
        test_process_signal(hall->worker, SIGTERM);
        (void)test_process_wait(hall->worker, CLI_MS);
        test_process_free(hall->worker);
    }
    cli_end(&hall->cli);
    return 0;
}

static void start_worker(struct hall *hall)
{
    static const char *const args[] = {
        SKEP_BUILD_DIR "/skep-worker", "-q", "s", "--slots", "2", "--backoff", "10ms", NULL};
    const char *env[] = {hall->cli.env, NULL};

    hall->worker = test_process_start(
        &(struct test_process_options){.args = args, .env = env, .folder = hall->cli.folder});
}

struct count {
    struct hall *hall;
    const char *key;
    int64_t n;
};

static bool has_so_many(void *context)
{
    struct count *count = context;

    return cli_count(&count->hall->cli, "LLEN", count->key) >= count->n;
}

static void await(struct hall *hall, const char *key, int64_t n)
{
    struct count count = {hall, key, n};

    if (!test_until(has_so_many, &count, CLI_MS)) {
        fail_msg("%s has %" PRId64 ", not %" PRId64, key, cli_count(&hall->cli, "LLEN", key), n);
    }
}

/* FILE gets N lines of RECORD. */
static void write_lines(struct hall *hall, const char *name, int n, const char *record)
{
    size_t length = strlen(record);
    char *text = malloc((length + 1) * (size_t)n + 1), *at = text;

    assert_non_null(text);
    for (int i = 0; i < n; i++) {
        memcpy(at, record, length);
        at[length] = '\n';
        at += length + 1;
    }
    *at = '\0';
    cli_write(&hall->cli, name, text);
    free(text);
}

/* How often WORDS stand in a file. */
static int count_words(struct hall *hall, const char *name, const char *words)
{
    char *text = test_read_file(hall->cli.folder, name, NULL);
    int n = 0;

    for (const char *at = strstr(text, words); at != NULL; at = strstr(at + 1, words)) {
        n++;
    }
    free(text);
    return n;
}

/* Good tasks, tasks that fail for good, and tasks that succeed at a later try: the counts of the job say what
 * became of each, a dead letter that is requeued is open again, and the results carry the name. */
static void test_cli_cancel__a_job_is_counted_to_its_end(void **state)
{
    struct hall *hall = *state;
    struct cli *cli = &hall->cli;

    cli_write(cli, "tasks.jsonl",
              "{\"kernel\":\"echo\"}\n{\"kernel\":\"echo\"}\n"
              "{\"kernel\":\"fail\",\"retries\":2}\n"
              "{\"kernel\":\"sum\",\"args\":{\"x\":\"none.npy\"}}\n");
    cli_run(cli, 0, "pushed 4 tasks", "", "push", "-q", "s", "--job", "one job", "tasks.jsonl");
    start_worker(hall);
    cli_run(cli, 1, "", "job one job: 2 of 4 tasks done, 2 failed for good", "wait", "-q", "s", "--job",
            "one job");
    cli_run(cli, 0, "job       one job\n", NULL, "dead", "show", "-q", "s");
    cli_run(cli, 0, "", NULL, "dead", "requeue", "-q", "s", "--cause", "array-missing");
    cli_run(cli, 1, "", "job one job: 2 of 4 tasks done, 2 failed for good", "wait", "-q", "s", "--job",
            "one job");
    cli_run(cli, 1, "", NULL, "results", "-q", "s", "-o", "results.jsonl", "--count", "5");
    assert_int_equal(count_words(hall, "results.jsonl", "\"job\":\"one job\""), 5);
    cli_run(cli, 0, "the books balance", "", "audit", "-q", "s");
}

/* A long job is cancelled: what runs is stopped, what waits is dropped, whoever waits for n results gets n,
 * and nothing is a dead letter. The job beside it is none the worse. */
static void test_cli_cancel__a_job_ends_when_it_is_cancelled(void **state)
{
    enum { N = 300 };
    struct hall *hall = *state;
    struct cli *cli = &hall->cli;

    write_lines(hall, "long.jsonl", N, "{\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    cli_write_tasks(cli, "short.jsonl", 20);
    cli_run(cli, 0, "pushed 300 tasks", "", "push", "-q", "s", "--job", "long", "long.jsonl");
    cli_run(cli, 0, "pushed 20 tasks", "", "push", "-q", "s", "--job", "short", "short.jsonl");
    start_worker(hall);
    cli_run(cli, 124, "", "job short: 0 of 20 tasks done", "wait", "-q", "s", "--job", "short", "--timeout",
            "1");
    cli_run(cli, 0, "", "job \"long\" of queue s is cancelled: ", "cancel", "-q", "s", "--job", "long");
    cli_run(cli, 1, "", "job long: 0 of 300 tasks done, 300 cancelled\n", "wait", "-q", "s", "--job", "long");
    cli_run(cli, 0, "", "job short: 20 of 20 tasks done\n", "wait", "-q", "s", "--job", "short");
    cli_run(cli, 1, "", NULL, "results", "-q", "s", "-o", "results.jsonl", "--count", "320");
    assert_int_equal(count_words(hall, "results.jsonl", "\"cause\":\"cancelled\""), N);
    assert_int_equal(count_words(hall, "results.jsonl", "\"ok\":true"), 20);
    assert_int_equal(cli_count(cli, "LLEN", "{skep:s}:dead"), 0);
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:s}:cancel"), 0);
    cli_run(cli, 0, "the books balance", "", "audit", "-q", "s");
}

/* One task is cancelled by its id while it runs, one while it waits. */
static void test_cli_cancel__single_tasks(void **state)
{
    struct hall *hall = *state;
    struct cli *cli = &hall->cli;

    cli_write(
        cli, "a.jsonl",
        "{\"id\":\"a\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}\n"
        "{\"id\":\"b\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}\n"
        "{\"id\":\"c\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}\n{\"id\":\"d\",\"kernel\":\"echo\"}\n");
    cli_run(cli, 0, "pushed 4 tasks", "", "push", "-q", "s", "a.jsonl");
    start_worker(hall);
    cli_run(cli, 0, "", "3 ids of queue s noted", "cancel", "-q", "s", "--id", "a", "b", "c");
    await(hall, "{skep:s}:out", 4);
    cli_run(cli, 1, "", NULL, "results", "-q", "s", "-o", "results.jsonl", "--count", "4");
    assert_int_equal(count_words(hall, "results.jsonl", "\"cause\":\"cancelled\""), 3);
    assert_int_equal(count_words(hall, "results.jsonl", "\"ok\":true"), 1);
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:s}:cancel"), 0);
}

/* A task is not run after its time: it has expired, which its job counts as failed for good. */
static void test_cli_cancel__expired_tasks(void **state)
{
    struct hall *hall = *state;
    struct cli *cli = &hall->cli;

    cli_write(cli, "a.jsonl",
              "{\"kernel\":\"echo\",\"expires\":\"2001-01-01T00:00:00Z\"}\n"
              "{\"kernel\":\"echo\",\"expires\":\"2199-01-01T00:00:00Z\"}\n");
    cli_run(cli, 0, "pushed 2 tasks", "", "push", "-q", "s", "--job", "late", "a.jsonl");
    start_worker(hall);
    cli_run(cli, 1, "", "job late: 1 of 2 tasks done, 1 failed for good", "wait", "-q", "s", "--job", "late");
    cli_run(cli, 1, "", NULL, "results", "-q", "s", "-o", "results.jsonl", "--count", "2");
    assert_int_equal(count_words(hall, "results.jsonl", "\"cause\":\"expired\""), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_cancel__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_job_is_counted_to_its_end),
        TEST(a_job_ends_when_it_is_cancelled),
        TEST(single_tasks),
        TEST(expired_tasks),
    };

    return cmocka_run_group_tests_name("skep cancel, with workers", tests, NULL, NULL);
}
