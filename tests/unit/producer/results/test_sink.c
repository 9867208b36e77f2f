/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "producer/results/sink.h"

struct fixture {
    char *folder;
    char *path;
    struct skep_sink sink;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder(), .sink = {.fd = -1}};
    fixture.path = test_path(fixture.folder, "out.jsonl");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_sink_close(&f->sink);
    free(f->path);
    test_remove_folder(f->folder);
    return 0;
}

static void write_file(struct fixture *f, const char *text)
{
    test_write_file(f->folder, "out.jsonl", text, strlen(text));
}

static void open_sink(struct fixture *f)
{
    if (skep_sink_open(&f->sink, f->path, &f->err) != SKEP_OK) {
        fail_msg("%s", f->err.text);
    }
}

static void expect_file(struct fixture *f, const char *wanted)
{
    char *got = test_read_file(f->folder, "out.jsonl", NULL);

    assert_string_equal(got, wanted);
    free(got);
}

enum { MAX_RESULTS = 16 };

/* "a b c" as three results. */
static size_t make_results(const char *words, struct skep_bytes results[MAX_RESULTS])
{
    size_t n = 0;

    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        assert_true(n < MAX_RESULTS);
        results[n++] = (struct skep_bytes){words, length};
        words += length + (words[length] == ' ');
    }
    return n;
}

static void store(struct fixture *f, const char *words)
{
    struct skep_bytes results[MAX_RESULTS];
    size_t n = make_results(words, results);

    if (skep_sink_store(&f->sink, results, n, &f->err) != SKEP_OK) {
        fail_msg("%s", f->err.text);
    }
}

/* How many of the first of WORDS does a file that holds TEXT end with? */
static size_t known(struct fixture *f, const char *text, const char *words)
{
    struct skep_bytes results[MAX_RESULTS];
    size_t n = make_results(words, results);
    size_t n_known = 99;

    write_file(f, text);
    open_sink(f);
    assert_int_equal(skep_sink_find_known(&f->sink, results, n, &n_known, &f->err), SKEP_OK);
    skep_sink_close(&f->sink);
    return n_known;
}

/* Results go behind what the file has, one a line. */
static void test_sink__appends_lines(void **state)
{
    struct fixture *f = *state;

    write_file(f, "old\n");
    open_sink(f);
    store(f, "a bb");
    store(f, "ccc");
    expect_file(f, "old\na\nbb\nccc\n");
}

/* A line that a crash has torn is cut off, however long it is; whole lines stay. */
static void test_sink__cuts_a_torn_line(void **state)
{
    struct fixture *f = *state;
    size_t n = 200000;
    char *torn = malloc(n + 1);

    assert_non_null(torn);
    memset(torn, 'x', n);
    torn[n] = '\0';
    memcpy(torn, "whole\n", 6);
    write_file(f, torn);
    open_sink(f);
    expect_file(f, "whole\n");
    store(f, "next");
    expect_file(f, "whole\nnext\n");
    skep_sink_close(&f->sink);
    write_file(f, torn + 6); /* no whole line at all */
    open_sink(f);
    expect_file(f, "");
    free(torn);
}

/* Results that were stored but not confirmed come again: the file ends with them, and they are recognised;
 * not by chance alike ends of lines, and not in the middle. */
static void test_sink__finds_what_it_has(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(known(f, "a\nb\nc\n", "b c d e"), 2);
    assert_int_equal(known(f, "a\nb\nc\n", "a b c"), 3);
    assert_int_equal(known(f, "a\nb\nc\n", "c"), 1);
    assert_int_equal(known(f, "a\nb\nc\n", "d e"), 0);
    assert_int_equal(known(f, "a\nb\nc\n", "b d"), 0);
    assert_int_equal(known(f, "a\nb\nc\n", "a b"), 0);
    assert_int_equal(known(f, "xb\nc\n", "b c"), 0);
    assert_int_equal(known(f, "xb\n", "b"), 0);
    assert_int_equal(known(f, "b\n", "b"), 1);
    assert_int_equal(known(f, "", "b"), 0);
    assert_int_equal(known(f, "a\na\na\n", "a a"), 2);
    assert_int_equal(known(f, "a\nb\ntorn", "b torn"), 1);
}

/* A line break within a result is a blank, so that a result is a line whoever wrote it. */
static void test_sink__keeps_a_result_on_its_line(void **state)
{
    struct fixture *f = *state;
    const struct skep_bytes result = {"{\n\"a\":\n1}", 9};
    size_t n_known = 0;

    open_sink(f);
    assert_int_equal(skep_sink_store(&f->sink, &result, 1, &f->err), SKEP_OK);
    expect_file(f, "{ \"a\": 1}\n");
    assert_int_equal(skep_sink_find_known(&f->sink, &result, 1, &n_known, &f->err), SKEP_OK);
    assert_int_equal(n_known, 1);
}

/* Whether a result is a success is read from its own key, not from what the task brought along. */
static void test_sink__reads_the_verdict(void **state)
{
    static const struct {
        const char *text;
        bool is_ok;
    } results[] = {
        {"{\"id\":\"a\",\"ok\":true}", true},
        {"{ \"ok\" : true }", true},
        {"{\"ok\":false}", false},
        {"{\"id\":\"ok\",\"meta\":{\"ok\":true},\"ok\":false}", false},
        {"{\"id\":\"\\\"ok\\\":true\",\"ok\":false}", false},
        {"{\"value\":[\"ok\",true],\"ok\":true}", true},
        {"{\"value\":{\"ok\":false},\"ok\":true}", true},
        {"{\"id\":\"a\"}", false},
        {"{\"ok\":tru", false},
        {"{\"ok\"", false},
        {"\"ok\":true", false},
        {"{\"a\\", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        size_t n = strlen(results[i].text);
        char *exact = malloc(n + 1); /* a read behind the end shows under the sanitizer */
        assert_non_null(exact);
        memcpy(exact + 1, results[i].text, n);
        if (skep_sink_is_ok(exact + 1, n) != results[i].is_ok) {
            fail_msg("%s", results[i].text);
        }
        free(exact);
    }
}

/* A folder, and a file in a folder that is not there, are told by name. */
static void test_sink__refuses_what_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    char *missing = test_path(f->folder, "no/out.jsonl");

    assert_int_equal(skep_sink_open(&f->sink, f->folder, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "Is a directory"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_sink_open(&f->sink, missing, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "No such file"));
    free(missing);
}

/* When there is no room for all results of a batch, none of them is in the file. */
static void test_sink__stores_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    const struct skep_bytes results[] = {{"0123456789", 10}, {"0123456789", 10}, {"0123456789", 10}};
    struct rlimit old, small = {0};

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    small = (struct rlimit){.rlim_cur = 25, .rlim_max = old.rlim_max};
    write_file(f, "old\n");
    open_sink(f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(skep_sink_store(&f->sink, results, 3, &f->err), SKEP_E_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_non_null(strstr(f->err.text, "out.jsonl"));
    expect_file(f, "old\n");
    assert_int_equal(skep_sink_store(&f->sink, results, 1, &f->err), SKEP_OK);
    expect_file(f, "old\n0123456789\n");
}

static skep_status store_one(void *context)
{
    struct fixture *f = context;
    const struct skep_bytes result = {"b", 1};
    struct skep_sink sink = {.fd = -1};
    size_t n_known;
    skep_status st;

    write_file(f, "a\n");
    st = skep_sink_open(&sink, f->path, NULL);
    if (st == SKEP_OK) {
        st = skep_sink_find_known(&sink, &result, 1, &n_known, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_sink_store(&sink, &result, 1, NULL);
    }
    skep_sink_close(&sink);
    return st;
}

/* Without memory nothing stays open and nothing leaks. */
static void test_sink__survives_a_failing_heap(void **state)
{
    struct fixture *f = *state;

    test_heap_torture(store_one, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_sink__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(appends_lines),         TEST(cuts_a_torn_line),
        TEST(finds_what_it_has),     TEST(keeps_a_result_on_its_line),
        TEST(reads_the_verdict),     TEST(refuses_what_cannot_be_written),
        TEST(stores_all_or_nothing), TEST(survives_a_failing_heap),
    };

    return cmocka_run_group_tests_name("producer/sink", tests, NULL, NULL);
}
