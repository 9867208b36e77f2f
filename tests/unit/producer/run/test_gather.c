/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/run/gather.h"

enum { TASKS = 200 };

struct fixture {
    char *folder, *journal_path, *output_path, *order_path;
    struct skep_journal journal;
    struct skep_run_output output;
    struct skep_gather gather;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder(), .journal.fd = -1, .output.fd = -1};
    fixture.journal_path = test_path(fixture.folder, "journal.jsonl");
    fixture.output_path = test_path(fixture.folder, "out");
    fixture.order_path = test_path(fixture.folder, "order");
    *state = &fixture;
    return 0;
}

static void close_all(struct fixture *f)
{
    skep_gather_release(&f->gather);
    skep_journal_close(&f->journal);
    skep_run_output_close(&f->output);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    close_all(f);
    free(f->journal_path);
    free(f->output_path);
    free(f->order_path);
    test_remove_folder(f->folder);
    return 0;
}

static skep_status open_all(struct fixture *f, bool in_order)
{
    const struct skep_gather_options options = {.n_tasks = TASKS,
                                                .journal = &f->journal,
                                                .output = &f->output,
                                                .order_path = in_order ? f->order_path : NULL};
    skep_status st = skep_journal_open(&f->journal, f->journal_path, &f->err);

    f->gather = (struct skep_gather){0};
    f->output.fd = -1;
    if (st == SKEP_OK) {
        st = skep_run_output_open(&f->output, f->output_path, &f->err);
    }
    if (st == SKEP_OK) {
        st = skep_gather_init(&f->gather, &options, &f->err);
    }
    return st == SKEP_OK ? skep_gather_replay(&f->gather, &f->err) : st;
}

/* The result of task INDEX; LENGTH bytes of value, so that lines have all lengths. */
static skep_status add_result(struct fixture *f, int index, int length)
{
    char text[8192];
    int n = snprintf(text, sizeof text,
                     "{\"id\":\"t\",\"index\":%d,\"kernel\":\"echo\",\"ok\":true,\"value\":\"%*s\"}", index,
                     length, "");

    assert_true(n > 0 && n < (int)sizeof text);
    return skep_gather_add(&f->gather, &(struct skep_bytes){text, (size_t)n}, &f->err);
}

static void add(struct fixture *f, int index)
{
    assert_int_equal(add_result(f, index, index * 37 % 5000), SKEP_OK);
}

static void add_text(struct fixture *f, const char *text)
{
    assert_int_equal(skep_gather_add(&f->gather, &(struct skep_bytes){text, strlen(text)}, &f->err), SKEP_OK);
}

/* The indexes in the output so far, in their order. */
static int read_output(struct fixture *f, int indexes[2 * TASKS])
{
    char *text = test_read_file(f->folder, "out.part", NULL);
    int n = 0;

    for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_true(n < 2 * TASKS);
        assert_non_null(strchr(line, '\n'));
        indexes[n++] = (int)strtol(strstr(line, "\"index\":") + 8, NULL, 10);
    }
    free(text);
    return n;
}

/* A permutation without a pattern: 71 and 200 have no common divisor. */
static int shuffled(int i)
{
    return i * 71 % TASKS;
}

/* ---- works ---- */

/* Results are printed as they come, each once, and are in the journal. */
static void test_gather__takes_each_result_once(void **state)
{
    struct fixture *f = *state;
    int indexes[2 * TASKS];

    assert_int_equal(open_all(f, false), SKEP_OK);
    for (int i = 0; i < TASKS; i++) {
        add(f, shuffled(i));
        add(f, shuffled(i / 2));
    }
    assert_int_equal(skep_gather_flush(&f->gather, &f->err), SKEP_OK);
    assert_int_equal(read_output(f, indexes), TASKS);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(indexes[i], shuffled(i));
    }
    assert_int_equal(f->gather.n_repeated, TASKS);
    assert_true(skep_gather_is_complete(&f->gather));
}

/* In order: printed as soon as all before are there, never earlier, whatever the sizes and the order. */
static void test_gather__prints_in_order(void **state)
{
    struct fixture *f = *state;
    int indexes[2 * TASKS];
    bool seen[TASKS + 1] = {false};

    assert_int_equal(open_all(f, true), SKEP_OK);
    for (int i = 0; i < TASKS; i++) {
        int due = 0;
        add(f, shuffled(i));
        seen[shuffled(i)] = true;
        if (i % 3 == 0 || i == TASKS - 1) {
            assert_int_equal(skep_gather_flush(&f->gather, &f->err), SKEP_OK);
            while (seen[due]) {
                due++;
            }
            assert_int_equal(read_output(f, indexes), due);
        }
    }
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(indexes[i], i);
    }
}

/* Another session prints everything from the journal, and goes on; in order though it was begun without. */
static void test_gather__goes_on(void **state)
{
    struct fixture *f = *state;
    int indexes[2 * TASKS];

    assert_int_equal(open_all(f, false), SKEP_OK);
    for (int i = 0; i < TASKS / 2; i++) {
        add(f, shuffled(i));
    }
    assert_int_equal(skep_gather_flush(&f->gather, &f->err), SKEP_OK);
    close_all(f);

    assert_int_equal(open_all(f, true), SKEP_OK);
    assert_int_equal(f->gather.tally.n_done, TASKS / 2);
    assert_true(skep_gather_has(&f->gather, 71));
    assert_false(skep_gather_has(&f->gather, (uint64_t)shuffled(TASKS - 1)));
    for (int i = TASKS - 1; i >= 0; i--) {
        add(f, shuffled(i));
    }
    assert_int_equal(skep_gather_flush(&f->gather, &f->err), SKEP_OK);
    assert_int_equal(f->gather.n_repeated, TASKS / 2);
    assert_int_equal(read_output(f, indexes), TASKS);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(indexes[i], i);
    }
}

/* Failures are counted by cause, with the first message of each. */
static void test_gather__counts_failures(void **state)
{
    struct fixture *f = *state;
    const struct skep_tally *tally = &f->gather.tally;

    assert_int_equal(open_all(f, false), SKEP_OK);
    add_text(
        f,
        "{\"id\":\"a\",\"index\":3,\"ok\":false,\"error\":{\"cause\":\"timeout\",\"message\":\"too slow\"}}");
    add_text(f,
             "{\"id\":\"b\",\"index\":1,\"ok\":false,\"error\":{\"cause\":\"crash\",\"message\":\"gone\"}}");
    add_text(
        f,
        "{\"id\":\"c\",\"index\":2,\"ok\":false,\"error\":{\"cause\":\"timeout\",\"message\":\"slower\"}}");
    add(f, 0);
    assert_int_equal(tally->n_done, 4);
    assert_int_equal(tally->n_failed, 3);
    assert_int_equal(tally->n_causes, 2);
    assert_string_equal(tally->causes[0].cause, "timeout");
    assert_string_equal(tally->causes[0].first_message, "too slow");
    assert_int_equal(tally->causes[0].first_index, 3);
    assert_int_equal(tally->causes[0].n, 2);
    assert_string_equal(tally->causes[1].cause, "crash");
}

/* ---- refuses ---- */

/* What is no result of ours is counted and dropped. */
static void test_gather__drops_strangers(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_all(f, false), SKEP_OK);
    add_text(f, "");
    add_text(f, "no JSON");
    add_text(f, "{\"id\":\"a\",\"ok\":true,\"value\":1}");
    add_text(f, "{\"id\":\"a\",\"index\":200,\"ok\":true,\"value\":1}");
    assert_int_equal(f->gather.n_strange, 4);
    assert_int_equal(skep_gather_flush(&f->gather, &f->err), SKEP_OK);
    assert_int_equal(f->journal.n_written, 0);
    assert_false(skep_gather_is_complete(&f->gather));
}

/* A journal with a damaged line, or of a larger run. */
static void test_gather__refuses_a_damaged_journal(void **state)
{
    static const char *const journals[] = {
        "{\"id\":\"a\",\"index\":1,\"ok\":true,\"value\":1}\n{\"id\":\"a\",\"in\n",
        "{\"id\":\"a\",\"index\":1,\"ok\":true,\"value\":1}\n{\"id\":\"a\",\"index\":200,\"ok\":true,"
        "\"value\":1}\n"};
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        test_write_file(f->folder, "journal.jsonl", journals[i], strlen(journals[i]));
        skep_error_clear(&f->err);
        assert_int_equal(open_all(f, i == 1), SKEP_E_IO);
        assert_non_null(strstr(f->err.text, "journal.jsonl is damaged at byte 41"));
        close_all(f);
    }
}

/* ---- breaks ---- */

static skep_status whole_life(void *context)
{
    struct fixture *f = context;
    skep_status st = open_all(f, true);

    if (st == SKEP_OK) {
        st = add_result(f, 1, 10);
    }
    if (st == SKEP_OK) {
        st = add_result(f, 0, 4000);
    }
    if (st == SKEP_OK) {
        st = skep_gather_flush(&f->gather, &f->err);
    }
    close_all(f);
    skep_error_clear(&f->err);
    assert_int_equal(remove(f->journal_path), 0);
    return st;
}

/* Every request for memory may fail. */
static void test_gather__survives_a_failing_heap(void **state)
{
    test_heap_torture(whole_life, *state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_gather__takes_each_result_once),
        TEST(test_gather__prints_in_order),
        TEST(test_gather__goes_on),
        TEST(test_gather__counts_failures),
        TEST(test_gather__drops_strangers),
        TEST(test_gather__refuses_a_damaged_journal),
        TEST(test_gather__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
