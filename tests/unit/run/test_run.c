/* SPDX-License-Identifier: MIT */
/* A task from its record to its value. The record names a kernel of the table; where the test wants to see
 * what a kernel gets, or to give back what it likes, it puts a kernel of its own in its place. */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy/file.h"
#include "npy/header.h"
#include "run/fault.h"
#include "run/run.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/npy"

static char *folder; /* in/ and out/ and, outside of both, secret.npy */
static struct skep_arena arena;
static struct skep_roots *inputs, *outputs;
static struct skep_npy_cache *cache;
static struct skep_run run;
static int n_calls; /* of the test's own kernels */

static void add_root(struct skep_roots *roots, const char *name)
{
    char *path = test_path(folder, name);

    assert_int_equal(skep_roots_add(roots, path, NULL), SKEP_OK);
    free(path);
}

static void make_folder(const char *name)
{
    char *path = test_path(folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

/* NumPy's file NAME as in/AS, with MORE bytes behind it. */
static void copy_golden_and_more(const char *name, const char *as, size_t more)
{
    size_t n;
    char *bytes = test_read_file(GOLDEN, name, &n);
    char *both = calloc(1, n + more);
    char place[64];

    memcpy(both, bytes, n);
    snprintf(place, sizeof place, "in/%s", as);
    test_write_file(folder, place, both, n + more);
    free(both);
    free(bytes);
}

static void copy_golden(const char *name, const char *as)
{
    copy_golden_and_more(name, as, 0);
}

/* The same, too large to be read instead of mapped. */
static void copy_golden_mapped(const char *name, const char *as)
{
    copy_golden_and_more(name, as, SKEP_NPY_SMALL_BYTES);
}

static int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    make_folder("in");
    make_folder("out");
    copy_golden("f8-little.npy", "a.npy");
    copy_golden("f4-little.npy", "narrow.npy");
    skep_arena_init(&arena, 16 << 20);
    assert_int_equal(skep_roots_new(&inputs, NULL), SKEP_OK);
    assert_int_equal(skep_roots_new(&outputs, NULL), SKEP_OK);
    add_root(inputs, "in");
    add_root(outputs, "out");
    assert_int_equal(skep_roots_add(inputs, "golden=" GOLDEN, NULL), SKEP_OK);
    assert_int_equal(skep_npy_cache_new(inputs, 16, 1 << 20, &cache, NULL), SKEP_OK);
    run = (struct skep_run){.inputs = inputs, .outputs = outputs, .cache = cache};
    n_calls = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_npy_cache_free(cache);
    skep_roots_free(inputs);
    skep_roots_free(outputs);
    skep_arena_release(&arena);
    test_remove_folder(folder);
    return 0;
}

static struct skep_work read_work(const char *record)
{
    struct skep_work work;

    skep_work_read(&run, record, strlen(record), &arena, &work);
    return work;
}

/* What becomes of RECORD; KERNEL, if not NULL, takes the place of the one it names. */
static struct skep_outcome outcome_of(const char *record, const struct skep_kernel *kernel)
{
    struct skep_work work = read_work(record);
    struct skep_outcome outcome;

    if (work.status != SKEP_OK) {
        fail_msg("%s: %s", record, work.err.text);
    }
    work.kernel = kernel != NULL ? kernel : work.kernel;
    skep_run_work(&run, &work, &arena, &outcome);
    return outcome;
}

static struct skep_outcome success_of(const char *record, const struct skep_kernel *kernel)
{
    struct skep_outcome outcome = outcome_of(record, kernel);

    if (outcome.status != SKEP_OK) {
        fail_msg("%s: %s", record, outcome.err.text);
    }
    return outcome;
}

static void check_outcome(const char *record, const struct skep_kernel *kernel, skep_status status,
                          const char *message)
{
    struct skep_outcome outcome = outcome_of(record, kernel);

    assert_int_equal(outcome.status, status);
    assert_string_equal(outcome.err.text, message);
}

/* ---- kernels of the test ---- */

/* Gives back its one argument: a number as it is, an array as a copy. */
static const struct skep_arg_spec same_args[] = {
    {.name = "v", .kind = SKEP_ARG_F64},
    {.name = "x", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {0}};

static skep_status same_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *x = &call->args[1].view;
    void *data;
    skep_status st;

    n_calls++;
    if (!call->args[1].is_given) {
        *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = call->args[0].f64};
        return SKEP_OK;
    }
    st = skep_call_output(call, x->dtype, x->ndim, x->shape, &data, value_out, err);
    if (st == SKEP_OK) {
        skep_view_copy(x, data);
    }
    return st;
}

static const struct skep_kernel same = {
    .name = "same", .args = same_args, .run = same_run, .reference = same_run};

/* What the call said beside its arguments. */
static struct skep_call seen;

static skep_status look(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)err;
    seen = *call;
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    return SKEP_OK;
}

static skep_status look_plainly(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)!look(call, value_out, err);
    value_out->kind = SKEP_VALUE_BOOL;
    return SKEP_OK;
}

static const struct skep_arg_spec no_args[] = {{0}};
static const struct skep_kernel looker = {
    .name = "looker", .args = no_args, .run = look, .reference = look_plainly};

/* Gives whatever the test wants. */
static struct skep_value wanted_value;

static skep_status give_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)call;
    (void)err;
    n_calls++;
    *value_out = wanted_value;
    return SKEP_OK;
}

static const struct skep_kernel giver = {
    .name = "giver", .args = no_args, .run = give_run, .reference = give_run};

/* ---- reading ---- */

/* A record is read: its kernel found, its own lines apart from its body. */
static void test_run__reads_a_record(void **state)
{
    static const char record[] = "#skep i=12 q=1732190400000 try=2\n{\"kernel\":\"sum\",\"id\":\"t\"}";
    struct skep_work work = read_work(record);

    (void)state;
    assert_int_equal(work.status, SKEP_OK);
    assert_ptr_equal(work.kernel, skep_kernel_find("sum"));
    assert_string_equal(work.id, "t");
    assert_false(work.is_id_made_up);
    assert_true(work.header.index == 12 && work.header.tries == 2);
    assert_ptr_equal(work.body, strchr(record, '\n') + 1);
    assert_int_equal(work.body_n, strlen(work.body));
}

/* The id is the record's own, else the one that was made up before, else a new one. */
static void test_run__finds_an_id(void **state)
{
    struct skep_work first = read_work("{\"kernel\":\"echo\"}");
    struct skep_work second = read_work("{\"kernel\":\"echo\"}");

    (void)state;
    assert_string_equal(read_work("#skep id=made\n{\"kernel\":\"echo\",\"id\":\"own\"}").id, "own");
    assert_string_equal(read_work("#skep id=made\n{\"kernel\":\"echo\"}").id, "made");
    assert_true(first.is_id_made_up && second.is_id_made_up);
    assert_string_not_equal(first.id, second.id);
}

/* What cannot be read says so, and has an id and a body all the same. */
static void test_run__says_what_is_no_task(void **state)
{
    static const struct {
        const char *record;
        skep_status status;
        const char *body;
    } rows[] = {
        {"", SKEP_E_BAD_RECORD, ""},
        {"nonsense", SKEP_E_BAD_RECORD, "nonsense"},
        {"\xff\xfe", SKEP_E_BAD_RECORD, "\xff\xfe"},
        {"{}", SKEP_E_BAD_RECORD, "{}"},
        {"#skep no pairs\n{}", SKEP_E_BAD_RECORD, "#skep no pairs\n{}"},
        {"#skep i=1\n", SKEP_E_BAD_RECORD, ""},
        {"{\"kernel\":\"summ\"}", SKEP_E_UNKNOWN_KERNEL, "{\"kernel\":\"summ\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_work work = read_work(rows[i].record);
        assert_int_equal(work.status, rows[i].status);
        assert_true(work.err.text[0] != '\0');
        assert_true(work.id[0] != '\0');
        assert_int_equal(work.body_n, strlen(rows[i].body));
        assert_memory_equal(work.body, rows[i].body, work.body_n);
    }
    assert_string_equal(read_work("{\"kernel\":\"summ\"}").err.text,
                        "no kernel \"summ\" in this worker; it has those that `skep kernels` lists");
}

/* ---- works ---- */

/* A kernel of the table computes over a file, a slice of it, and an inline list. */
static void test_run__computes(void **state)
{
    (void)state;
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"}}", NULL).value.f64 == 150);
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy[1]\"}}", NULL).value.f64 == 50);
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":[0.5,0.25]}}", NULL).value.f64 == 0.75);
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"@golden/f8-big.npy\"}}", NULL).value.f64 ==
                150);
}

/* Seed, place in the batch, attempt and variant reach the kernel. */
static void test_run__tells_the_kernel_who_calls(void **state)
{
    (void)state;
    (void)success_of("#skep i=7 try=2\n{\"kernel\":\"echo\",\"seed\":\"18446744073709551615\"}", &looker);
    assert_true(seen.stream.seed == UINT64_MAX && seen.stream.index == 7);
    assert_int_equal(seen.attempt, 3);
    assert_false(seen.is_reference);
    (void)success_of("{\"kernel\":\"echo\"}", &looker);
    assert_true(seen.stream.seed == 0 && seen.stream.index == 0);
    assert_int_equal(seen.attempt, 1);
    assert_int_equal(success_of("{\"kernel\":\"echo\",\"args\":{\"variant\":\"ref\"}}", &looker).value.kind,
                     SKEP_RESULT_BOOL);
    assert_true(seen.is_reference);
}

/* Every kind of value becomes the same kind of result. */
static void test_run__gives_every_kind_of_value(void **state)
{
    struct skep_outcome outcome;

    (void)state;
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_NULL};
    assert_int_equal(success_of("{\"kernel\":\"echo\"}", &giver).value.kind, SKEP_RESULT_NULL);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_BOOL, .boolean = true};
    outcome = success_of("{\"kernel\":\"echo\"}", &giver);
    assert_true(outcome.value.kind == SKEP_RESULT_BOOL && outcome.value.boolean);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_I64, .i64 = INT64_MIN};
    outcome = success_of("{\"kernel\":\"echo\"}", &giver);
    assert_true(outcome.value.kind == SKEP_RESULT_I64 && outcome.value.i64 == INT64_MIN);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = UINT64_MAX};
    outcome = success_of("{\"kernel\":\"echo\"}", &giver);
    assert_true(outcome.value.kind == SKEP_RESULT_U64 && outcome.value.u64 == UINT64_MAX);
    outcome = success_of("{\"kernel\":\"echo\",\"args\":{\"a\":[1]}}", NULL);
    assert_int_equal(outcome.value.kind, SKEP_RESULT_JSON);
    assert_int_equal(outcome.value.length, strlen("{\"a\":[1]}"));
    assert_memory_equal(outcome.value.text, "{\"a\":[1]}", outcome.value.length);
}

/* NaN and the infinities go in and come out, alone and in arrays. */
static void test_run__carries_what_json_cannot_say(void **state)
{
    struct skep_outcome outcome;

    (void)state;
    assert_true(isnan(success_of("{\"kernel\":\"echo\",\"args\":{\"v\":\"nan\"}}", &same).value.f64));
    assert_true(success_of("{\"kernel\":\"echo\",\"args\":{\"v\":\"-inf\"}}", &same).value.f64 == -INFINITY);
    outcome = success_of("{\"kernel\":\"echo\",\"args\":{\"x\":[1,\"inf\",\"nan\"]}}", &same);
    assert_int_equal(outcome.value.kind, SKEP_RESULT_ARRAY);
    assert_true(skep_view_get_f8(&outcome.value.view, 1) == INFINITY);
    assert_true(isnan(skep_view_get_f8(&outcome.value.view, 2)));
}

/* 4096 elements travel inline; one more wants an out. */
static void test_run__wants_an_out_for_what_is_large(void **state)
{
    static const double zeros[4097];
    int64_t shape[] = {64, 64};

    (void)state;
    wanted_value.kind = SKEP_VALUE_ARRAY;
    skep_view_init(&wanted_value.array, zeros, SKEP_F8, 2, shape);
    assert_int_equal(success_of("{\"kernel\":\"echo\"}", &giver).value.kind, SKEP_RESULT_ARRAY);
    shape[0] = 4097;
    skep_view_init(&wanted_value.array, zeros, SKEP_F8, 1, shape);
    check_outcome(
        "{\"kernel\":\"echo\"}", &giver, SKEP_E_BAD_ARGS,
        "the value is f8 of shape (4097,), too large for a result (4096 elements): give the task an "
        "\"out\": \"NAME.npy\"");
    (void)success_of("{\"kernel\":\"echo\",\"out\":\"large.npy\"}", &giver);
}

/* out/NAME holds what NumPy's file GOLDEN_NAME holds. */
static void check_written(const char *name, const char *golden_name)
{
    size_t n, n_wanted;
    char *got, *wanted = test_read_file(GOLDEN, golden_name, &n_wanted);
    char place[64];

    snprintf(place, sizeof place, "out/%s", name);
    got = test_read_file(folder, place, &n);
    assert_int_equal(n, n_wanted);
    assert_memory_equal(got, wanted, n);
    free(got);
    free(wanted);
}

/* A value with an out goes to that file, byte for byte as NumPy would write it; the result says what it is. A
 * number is an array without axes. */
static void test_run__writes_out(void **state)
{
    struct skep_outcome outcome =
        success_of("{\"kernel\":\"echo\",\"out\":\"x.npy\",\"args\":{\"x\":\"a.npy\"}}", &same);

    (void)state;
    check_written("x.npy", "version-1.npy");
    assert_int_equal(outcome.value.kind, SKEP_RESULT_FILE);
    assert_int_equal(outcome.value.length, strlen("x.npy"));
    assert_memory_equal(outcome.value.text, "x.npy", outcome.value.length);
    assert_int_equal(outcome.value.view.dtype, SKEP_F8);
    assert_true(outcome.value.view.ndim == 2 && outcome.value.view.shape[1] == 4);
    (void)success_of("{\"kernel\":\"echo\",\"out\":\"new/folder/y.npy\",\"args\":{\"v\":2.5}}", &same);
    check_written("new/folder/y.npy", "zero-d.npy");
}

/* ---- refuses ---- */

/* An out that cannot be meant is refused before the kernel runs. */
static void test_run__refuses_an_out_before_it_computes(void **state)
{
    (void)state;
    check_outcome(
        "{\"kernel\":\"echo\",\"out\":\"x.npy[0:2]\"}", &same, SKEP_E_BAD_ARGS,
        "out: a slice of an output array belongs to a sweep; a plain task writes a whole .npy file");
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.txt\"}", &same, SKEP_E_BAD_ARGS,
                  "out: \"x.txt\" must end in .npy");
    check_outcome("{\"kernel\":\"echo\",\"out\":\".npy\"}", &same, SKEP_E_BAD_ARGS,
                  "out: \".npy\" must end in .npy");
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.npy[\"}", &same, SKEP_E_BAD_ARGS,
                  "out: array reference, column 6: '[' without ']'");
    assert_int_equal(n_calls, 0);
}

/* An out does not leave its folder: not by "..", not as an absolute path, not by a link. */
static void test_run__keeps_outputs_in_their_folder(void **state)
{
    char message[320];
    char *link = test_path(folder, "out/link"), *outside = test_path(folder, "in");

    (void)state;
    assert_int_equal(symlink(outside, link), 0);
    snprintf(message, sizeof message, "out: ../in/x.npy: leaves its root %s/out", folder);
    check_outcome("{\"kernel\":\"echo\",\"out\":\"../in/x.npy\",\"args\":{\"v\":1}}", &same, SKEP_E_BAD_ARGS,
                  message);
    snprintf(message, sizeof message, "out: /x.npy: leaves its root %s/out", folder);
    check_outcome("{\"kernel\":\"echo\",\"out\":\"/x.npy\",\"args\":{\"v\":1}}", &same, SKEP_E_BAD_ARGS,
                  message);
    snprintf(message, sizeof message, "out: link/x.npy: leaves its root %s/out", folder);
    check_outcome("{\"kernel\":\"echo\",\"out\":\"link/x.npy\",\"args\":{\"v\":1}}", &same, SKEP_E_BAD_ARGS,
                  message);
    assert_int_equal(access("/x.npy", F_OK), -1);
    free(link);
    free(outside);
}

/* A value that is no array has no place in a file. */
static void test_run__refuses_to_write_what_is_no_array(void **state)
{
    (void)state;
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.npy\"}", NULL, SKEP_E_BAD_ARGS,
                  "out: the value of this kernel is no array");
}

/* What the kernel is not given does not reach it. */
static void test_run__refuses_arguments(void **state)
{
    (void)state;
    check_outcome("{\"kernel\":\"sum\"}", NULL, SKEP_E_BAD_ARGS, "argument \"x\" is missing");
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"y\":1}}", &same, SKEP_E_BAD_ARGS,
                  "unknown argument \"y\": see the arguments with: skep kernels same");
    assert_int_equal(n_calls, 0);
}

/* One row: args.x is REFERENCE, and the outcome is STATUS, its message beginning and ending so. */
static void check_reference(const char *reference, skep_status status, const char *begins, const char *ends)
{
    char record[256];
    struct skep_outcome outcome;
    size_t n;

    snprintf(record, sizeof record, "{\"kernel\":\"sum\",\"args\":{\"x\":\"%s\"}}", reference);
    outcome = outcome_of(record, NULL);
    n = strlen(outcome.err.text);
    assert_int_equal(outcome.status, status);
    assert_memory_equal(outcome.err.text, begins, strlen(begins));
    assert_true(n >= strlen(ends));
    assert_string_equal(outcome.err.text + n - strlen(ends), ends);
}

/* A reference that leads to nothing, or out of its folder. */
static void test_run__refuses_paths(void **state)
{
    char *secret = test_path(folder, "secret.npy"), *link = test_path(folder, "in/link.npy");
    char *dangling = test_path(folder, "in/dangling.npy");

    (void)state;
    copy_golden("f8-little.npy", "../secret.npy");
    assert_int_equal(symlink(secret, link), 0);
    assert_int_equal(symlink("nowhere.npy", dangling), 0);
    make_folder("in/folder.npy");
    check_reference("none.npy", SKEP_E_ARRAY_MISSING, "argument \"x\": none.npy: no such file below ", "/in");
    check_reference("@none/a.npy", SKEP_E_ARRAY_MISSING,
                    "argument \"x\": @none/a.npy: there is no data root of this name", "");
    check_reference("dangling.npy", SKEP_E_ARRAY_MISSING, "argument \"x\": dangling.npy: no such file below ",
                    "/in");
    check_reference("../secret.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": ../secret.npy: leaves its root ",
                    "/in");
    check_reference("/etc/passwd", SKEP_E_ARRAY_INVALID, "argument \"x\": /etc/passwd: leaves its root ",
                    "/in");
    check_reference("link.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": link.npy: leaves its root ", "/in");
    check_reference("folder.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": folder.npy: is a directory", "");
    free(secret);
    free(link);
    free(dangling);
}

/* A file that is not what its name says: truncated, a header that lies, objects, no .npy at all. */
static void test_run__refuses_files(void **state)
{
    size_t n;
    char *bytes = test_read_file(GOLDEN, "f8-little.npy", &n), *shape;

    (void)state;
    test_write_file(folder, "in/short.npy", bytes, n - 1);
    shape = memmem(bytes, n, "(3, 4)", 6);
    assert_non_null(shape);
    memcpy(shape, "(9, 9)", 6);
    test_write_file(folder, "in/lying.npy", bytes, n);
    test_write_file(folder, "in/text.npy", "1 2 3\n1 2 3\n", 12);
    check_reference("short.npy", SKEP_E_ARRAY_INVALID,
                    "argument \"x\": short.npy: truncated: shape (3, 4) of f8", "the file has 95");
    check_reference("lying.npy", SKEP_E_ARRAY_INVALID,
                    "argument \"x\": lying.npy: truncated: shape (9, 9) of f8", "the file has 96");
    check_reference("text.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": text.npy: not a .npy file", "");
    check_reference("@golden/refused-object.npy", SKEP_E_ARRAY_INVALID,
                    "argument \"x\": @golden/refused-object.npy: dtype '|O'", "");
    check_reference("a.npy[3]", SKEP_E_BAD_ARGS,
                    "argument \"x\": a.npy: index 3 is out of bounds for axis 0 with length 3", "");
    free(bytes);
}

/* ---- breaks ---- */

/* The handler is installed in each test that needs it: cmocka puts its own back between fixture and test. */

static void truncate_input(const char *name, off_t n)
{
    char *path = test_path(folder, name);

    assert_int_equal(truncate(path, n), 0);
    free(path);
}

static const struct skep_arg_spec reader_args[] = {
    {.name = "x", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_F8, .max_ndim = SKEP_MAX_DIMS}, {0}};

/* Truncates its input, then reads it. */
static skep_status cutter_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)err;
    truncate_input("in/a.npy", 0);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = skep_view_get_f8(&call->args[0].view, 0)};
    return SKEP_OK;
}

static const struct skep_kernel cutter = {
    .name = "cutter", .args = reader_args, .run = cutter_run, .reference = cutter_run};

/* A file that is truncated while a kernel reads it is a failed task, and the next task runs. */
static void test_run__survives_a_file_truncated_under_a_kernel(void **state)
{
    (void)state;
    copy_golden_mapped("f8-little.npy", "a.npy");
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"x\":\"a.npy\"}}", &cutter, SKEP_E_INPUT_CHANGED,
                  "argument \"x\": a.npy: was truncated while it was mapped: byte 128 is gone");
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":[1,2]}}", NULL).status == SKEP_OK);
    skep_npy_cache_begin_batch(cache);
    check_reference("a.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": a.npy: not a .npy file", "");
}

/* A small file was read before: the kernel sees it whole, and the task fails all the same. */
static void test_run__does_not_believe_a_small_file_that_shrank(void **state)
{
    (void)state;
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"x\":\"a.npy\"}}", &cutter, SKEP_E_INPUT_CHANGED,
                  "a.npy: changed while it was in use");
}

/* The same when skep itself reads it: to convert it, to swap its bytes, to take one element. */
static void test_run__survives_a_file_truncated_under_skep(void **state)
{
    static const struct {
        const char *name, *record;
    } rows[] = {
        {"f4-little.npy", "{\"kernel\":\"echo\",\"args\":{\"x\":\"b.npy\"}}"},
        {"f8-big.npy", "{\"kernel\":\"echo\",\"args\":{\"x\":\"b.npy\"}}"},
        {"f8-little.npy", "{\"kernel\":\"echo\",\"args\":{\"v\":\"b.npy[2,3]\"}}"},
    };
    static const struct skep_arg_spec both_args[] = {
        {.name = "x", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_F8, .max_ndim = SKEP_MAX_DIMS},
        {.name = "v", .kind = SKEP_ARG_F64},
        {0}};
    const struct skep_kernel both = {
        .name = "both", .args = both_args, .run = give_run, .reference = give_run};

    (void)state;
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_NULL};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        copy_golden_mapped(rows[i].name, "b.npy");
        skep_npy_cache_begin_batch(cache);
        (void)success_of(rows[i].record, &both);
        truncate_input("in/b.npy", 0); /* later in the same batch: nobody looks at the path again */
        check_outcome(rows[i].record, &both, SKEP_E_INPUT_CHANGED,
                      i < 2 ? "argument \"x\": b.npy: was truncated while it was mapped: byte 128 is gone"
                            : "b.npy: was truncated while it was mapped: byte 216 is gone");
    }
    assert_int_equal(n_calls, 3);
}

/* Writes to, or reads, one of three inputs at a place that its number V says, in elements of f8. */
static const struct skep_arg_spec toucher_args[] = {
    {.name = "x", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {.name = "y", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {.name = "z", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {.name = "which", .kind = SKEP_ARG_I64},
    {.name = "v", .kind = SKEP_ARG_I64},
    {.name = "write", .kind = SKEP_ARG_BOOL},
    {0}};

static skep_status toucher_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *view = &call->args[call->args[3].i64].view;
    volatile double *at = (volatile double *)(uintptr_t)view->data + call->args[4].i64;

    (void)err;
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    if (call->args[5].boolean) {
        *at = 1;
    } else {
        (void)*at;
    }
    return SKEP_OK;
}

static const struct skep_kernel toucher = {
    .name = "toucher", .args = toucher_args, .run = toucher_run, .reference = toucher_run};

/* A kernel that writes to an input, or runs off one, is a failed task that names argument, file and byte; of
 * two arguments that are one file, the nearer. Then the next task runs. */
static void test_run__names_the_argument_that_a_kernel_spoils(void **state)
{
    static const struct {
        const char *args, *message;
    } rows[] = {
        {"\"x\":[1,2],\"y\":\"a.npy\",\"which\":1,\"v\":3,\"write\":true",
         "argument \"y\": a.npy: the kernel wrote to byte 152 of this input, which is read-only"},
        {"\"x\":\"a.npy[0]\",\"y\":\"a.npy[2]\",\"which\":1,\"v\":4,\"write\":false",
         "argument \"y\": a.npy: the kernel read byte 224, beyond the end at 224"},
        {"\"x\":\"a.npy[0]\",\"y\":\"a.npy[2,::-1]\",\"z\":\"narrow.npy\",\"which\":0,\"v\":3,\"write\":true",
         "argument \"x\": a.npy: the kernel wrote to byte 152 of this input, which is read-only"},
        {"\"x\":\"a.npy[0]\",\"y\":\"a.npy[2,::-1]\",\"z\":\"narrow.npy\",\"which\":1,\"v\":-3,\"write\":"
         "true",
         "argument \"y\": a.npy: the kernel wrote to byte 192 of this input, which is read-only"},
        {"\"x\":\"a.npy[0]\",\"z\":\"large.npy\",\"which\":2,\"v\":-100,\"write\":false",
         "argument \"z\": large.npy: the kernel read 672 bytes before the start of the file"},
    };

    (void)state;
    copy_golden_mapped("f8-little.npy", "large.npy");
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char record[256];
        snprintf(record, sizeof record, "{\"kernel\":\"echo\",\"args\":{%s}}", rows[i].args);
        check_outcome(record, &toucher, SKEP_E_KERNEL_FINAL, rows[i].message);
        assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"}}", NULL).value.f64 == 150);
    }
}

/* Fails over what it read from an input that changed meanwhile. */
static skep_status misled_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    truncate_input("in/a.npy", 100);
    (void)call;
    (void)value_out;
    return skep_error_set(err, SKEP_E_NUMERIC, "the numbers make no sense");
}

static const struct skep_kernel misled = {
    .name = "misled", .args = reader_args, .run = misled_run, .reference = misled_run};

/* When an input changed, that is why the kernel failed. */
static void test_run__knows_why_a_misled_kernel_fails(void **state)
{
    (void)state;
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"x\":\"a.npy\"}}", &misled, SKEP_E_INPUT_CHANGED,
                  "a.npy: changed while it was in use");
}

/* Rewrites its input in place. */
static skep_status rewriter_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    char *path = test_path(folder, "in/a.npy");
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    (void)call;
    (void)err;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    return SKEP_OK;
}

static const struct skep_kernel rewriter = {
    .name = "rewriter", .args = reader_args, .run = rewriter_run, .reference = rewriter_run};

/* A value computed over a file that was rewritten meanwhile is not believed, and nothing is written. */
static void test_run__does_not_believe_a_file_that_changed(void **state)
{
    char *out = test_path(folder, "out/x.npy");

    (void)state;
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.npy\",\"args\":{\"x\":\"a.npy\"}}", &rewriter,
                  SKEP_E_INPUT_CHANGED, "a.npy: changed while it was in use");
    assert_int_equal(access(out, F_OK), -1);
    free(out);
}

static skep_status stopped_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)err;
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    return skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;
}

/* A kernel that is told to stop is heard. */
static void test_run__hands_a_stop_through(void **state)
{
    const struct skep_kernel stopper = {
        .name = "stopper", .args = no_args, .run = stopped_run, .reference = stopped_run};
    atomic_uint stop = 0;

    (void)state;
    run.stop = &stop;
    assert_int_equal(outcome_of("{\"kernel\":\"echo\"}", &stopper).status, SKEP_OK);
    atomic_store(&stop, 1);
    assert_int_equal(outcome_of("{\"kernel\":\"echo\"}", &stopper).status, SKEP_STOPPED);
}

/* A record read and run on a heap of its own; whatever the heap refuses. */
static skep_status read_and_run(void *context)
{
    static const char record[] =
        "{\"kernel\":\"sum\",\"args\":{\"x\":{\"path\":\"narrow.npy\",\"view\":\"0\"}}}";
    struct skep_outcome outcome = {.status = SKEP_OK};
    struct skep_arena own;
    struct skep_work work;

    (void)context;
    skep_arena_init(&own, 1 << 20);
    run.cache = NULL;
    outcome.status = skep_npy_cache_new(inputs, 16, 1 << 20, &run.cache, NULL);
    if (outcome.status == SKEP_OK) {
        skep_work_read(&run, record, strlen(record), &own, &work);
        outcome.status = work.status;
    }
    if (outcome.status == SKEP_OK) {
        skep_run_work(&run, &work, &own, &outcome);
    }
    assert_true(outcome.status != SKEP_OK || outcome.value.f64 == 2);
    skep_npy_cache_free(run.cache);
    skep_arena_release(&own);
    return outcome.status;
}

/* However the heap fails: the outcome says so and nothing is left behind. */
static void test_run__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(read_and_run, NULL);
}

/* What a kernel asks for when it fails is told; what it asks for when it does not is nobody's business. */
static void test_run__a_kernel_may_ask_for_a_wait(void **state)
{
    struct skep_outcome outcome =
        outcome_of("{\"kernel\":\"fail\",\"args\":{\"times\":1,\"retry_after\":2.5}}", NULL);

    (void)state;
    assert_int_equal(outcome.status, SKEP_E_KERNEL);
    assert_true(outcome.retry_after_s == 2.5);
    outcome = outcome_of("{\"kernel\":\"fail\",\"args\":{\"times\":0,\"retry_after\":2.5}}", NULL);
    assert_true(outcome.status == SKEP_OK && outcome.retry_after_s == 0);
    outcome = outcome_of("{\"kernel\":\"fail\"}", NULL);
    assert_true(outcome.status == SKEP_E_KERNEL && outcome.retry_after_s == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run__reads_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__finds_an_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__says_what_is_no_task, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__computes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__tells_the_kernel_who_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__gives_every_kind_of_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__carries_what_json_cannot_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__wants_an_out_for_what_is_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__writes_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_an_out_before_it_computes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__keeps_outputs_in_their_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_to_write_what_is_no_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_arguments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__survives_a_file_truncated_under_a_kernel, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_run__does_not_believe_a_small_file_that_shrank, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_run__survives_a_file_truncated_under_skep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__names_the_argument_that_a_kernel_spoils, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__knows_why_a_misled_kernel_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__does_not_believe_a_file_that_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__hands_a_stop_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__survives_a_failing_heap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__a_kernel_may_ask_for_a_wait, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
