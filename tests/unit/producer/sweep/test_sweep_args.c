/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/sweep/sweep_args.h"
#include "task/json.h"

struct fixture {
    struct skep_arena arena;
    struct skep_sweep_reader reader;
    struct skep_text_list consts;
    struct skep_sweep sweep;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    skep_arena_init(&fixture.arena, 1 << 24);
    fixture.reader.arena = &fixture.arena;
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    return 0;
}

/* Another factor with these variables. */
static void vary(struct fixture *f, enum skep_factor_kind kind, const char *first, const char *second)
{
    struct skep_factor *factor = &f->sweep.factors[f->sweep.n_factors++];

    *factor = (struct skep_factor){.kind = kind, .n_variables = second != NULL ? 2 : 1};
    factor->variables[0] = first;
    factor->variables[1] = second;
}

static skep_status read_args(struct fixture *f, const char *kernel, const char *const *operands)
{
    const struct skep_kernel *row = skep_kernel_find(kernel);
    size_t n = 0;

    while (operands[n] != NULL) {
        n++;
    }
    assert_non_null(row);
    skep_error_clear(&f->err);
    return skep_sweep_parse_operands(&f->reader, row, operands, n, &f->consts, &f->sweep, &f->err);
}

#define OPERANDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_OPERANDS   ((const char *const[]){NULL})

/* The arguments are these, as JSON. */
static void expect(struct fixture *f, const char *kernel, const char *const *operands, const char *json)
{
    struct skep_buf buf;

    if (read_args(f, kernel, operands) != SKEP_OK) {
        fail_msg("%s", f->err.text);
    }
    skep_buf_init(&buf, 1 << 16);
    skep_json_add_node(&buf, f->sweep.args);
    assert_string_equal(buf.bytes, json);
    skep_buf_release(&buf);
}

static void refuse(struct fixture *f, const char *kernel, const char *const *operands, const char *words)
{
    skep_status st = read_args(f, kernel, operands);

    assert_true(st == SKEP_E_USAGE || st == SKEP_E_BAD_ARGS);
    if (strstr(f->err.text, words) == NULL) {
        fail_msg("'%s' does not say '%s'", f->err.text, words);
    }
}

/* ---- works ---- */

/* A value is JSON when it reads as such, else text. */
static void test_sweep_args__reads_values(void **state)
{
    expect(*state, "echo",
           OPERANDS("a=0.5", "b=7", "c=true", "d=abc", "e=[1,2]", "f=\"7\"", "g={\"x\":1}", "h=", "i=a=b",
                    "j=null"),
           "{\"a\":0.5,\"b\":7,\"c\":true,\"d\":\"abc\",\"e\":[1,2],\"f\":\"7\",\"g\":{\"x\":1},\"h\":\"\","
           "\"i\":\"a=b\",\"j\":\"null\"}");
}

/* The first command of the issue: what no operand uses binds by its name. */
static void test_sweep_args__binds_by_name(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_PAIRS, "i", "j");
    vary(f, SKEP_FACTOR_GRID, "r", NULL);
    expect(f, "te_box", OPERANDS("x=eeg.npy[:,{i}]", "y=eeg.npy[:,{j}]"),
           "{\"x\":\"eeg.npy[:,{i}]\",\"y\":\"eeg.npy[:,{j}]\",\"r\":\"{r}\"}");
}

/* A variable that an operand uses is not bound a second time, even if it is called like an argument. */
static void test_sweep_args__does_not_bind_what_is_used(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_GRID, "y", NULL);
    expect(f, "te_box", OPERANDS("x=a.npy[{y}]", "r=1"), "{\"x\":\"a.npy[{y}]\",\"r\":1}");
}

/* The third command of the issue: one variable and one argument are left. */
static void test_sweep_args__binds_the_last_one(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_SPLIT, "n", NULL);
    expect(f, "pi_mc", NO_OPERANDS, "{\"samples\":\"{n}\"}");
    f->sweep.n_factors = 0;
    vary(f, SKEP_FACTOR_SPLIT, "n", NULL);
    expect(f, "pi_mc", OPERANDS("samples={n.hi}"), "{\"samples\":\"{n.hi}\"}");
}

/* An axis called like an array argument is its slice. */
static void test_sweep_args__binds_slices(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_AXIS, "x", NULL);
    f->reader.slices[0] = "eeg.npy[:,{x}]";
    expect(f, "sum", NO_OPERANDS, "{\"x\":\"eeg.npy[:,{x}]\"}");
    f->sweep.n_factors = 0;
    vary(f, SKEP_FACTOR_AXIS, "k", NULL);
    f->reader.slices[0] = "eeg.npy[:,{k}]";
    expect(f, "sum", OPERANDS("x=eeg.npy[0:10,{k}]"), "{\"x\":\"eeg.npy[0:10,{k}]\"}");
}

/* Bare variables within lists and objects are values, those within quotes stay what they are. */
static void test_sweep_args__reads_lists_with_variables(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_PAIRS, "i", "j");
    expect(f, "echo", OPERANDS("a=[{i},2,[{j}]]", "b={\"k\":{i},\"s\":\"a {j}\"}", "c={i}*2"),
           "{\"a\":[\"{i}\",2,[\"{j}\"]],\"b\":{\"k\":\"{i}\",\"s\":\"a {j}\"},\"c\":\"{i}*2\"}");
}

/* In a constant braces are braces. */
static void test_sweep_args__constants_have_no_variables(void **state)
{
    struct fixture *f = *state;

    f->consts = (struct skep_text_list){.n = 2, .items = {"a={i}", "b=[\"{x}\",1]"}};
    expect(f, "echo", OPERANDS("c={{}}"), "{\"c\":\"{{}}\",\"a\":\"{{i}}\",\"b\":[\"{{x}}\",1]}");
}

/* A filter does not keep a variable from being the argument of its name. */
static void test_sweep_args__filters_do_not_bind(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_GRID, "r", NULL);
    f->sweep.filter = "r > 0.5";
    expect(f, "te_box", OPERANDS("x=a.npy", "y=b.npy"), "{\"x\":\"a.npy\",\"y\":\"b.npy\",\"r\":\"{r}\"}");
}

/* The filter uses variables, too, and --times needs no use. */
static void test_sweep_args__filters_use_variables(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_GRID, "k", NULL);
    vary(f, SKEP_FACTOR_TIMES, "time", NULL);
    f->sweep.filter = "k > 2";
    expect(f, "sum", OPERANDS("x=a.npy"), "{\"x\":\"a.npy\"}");
    f->sweep.filter = "kk > 2";
    refuse(f, "sum", OPERANDS("x=a.npy"), "nothing uses the variable k");
}

/* ---- refuses ---- */

/* What the kernel does not have, or has once, is refused, with what may have been meant. */
static void test_sweep_args__refuses_names(void **state)
{
    struct fixture *f = *state;

    refuse(f, "te_box", OPERANDS("x=a.npy", "rr=2"), "did you mean \"r\"?");
    refuse(f, "te_box", OPERANDS("something=2"), "it has x, y");
    refuse(f, "te_box", OPERANDS("x=a.npy", "x=b.npy"), "given twice");
    refuse(f, "te_box", OPERANDS("r=0.1:1.0:10"), "to vary it, --grid r=0.1:1.0:10");
    refuse(f, "te_box", OPERANDS("a.npy"), "no '='");
    refuse(f, "te_box", OPERANDS("=a.npy"), "is no name");
    f->consts = (struct skep_text_list){.n = 1, .items = {"sample=5"}};
    refuse(f, "pi_mc", NO_OPERANDS, "--const sample=5: pi_mc has no argument \"sample\": did you mean");
}

/* A variable that there is not, and one that nothing uses. */
static void test_sweep_args__refuses_variables(void **state)
{
    struct fixture *f = *state;

    vary(f, SKEP_FACTOR_GRID, "lambda", NULL);
    refuse(f, "sum", OPERANDS("x=a.npy[{lamda}]"), "there is no variable lamda: did you mean {lambda}?");
    refuse(f, "sum", OPERANDS("x=a.npy[{q}]"), "there is no variable q");
    refuse(f, "sum", OPERANDS("x=a.npy[{lambda]"), "x=a.npy");
    refuse(f, "sum", OPERANDS("x=a.npy"), "nothing uses the variable lambda");
    f->sweep.n_factors = 0;
    vary(f, SKEP_FACTOR_ZIP, "i", "j");
    refuse(f, "sum", OPERANDS("x=a.npy[{i}]"), "nothing uses the variable j");
    f->sweep.n_factors = 0;
    vary(f, SKEP_FACTOR_GRID, "x", NULL);
    refuse(f, "sum", OPERANDS("x=a.npy"), "has a value and is a variable, too");
}

/* ---- breaks ---- */

/* A full arena is no memory, wherever it ends. */
static void test_sweep_args__survives_a_full_arena(void **state)
{
    struct fixture *f = *state;
    skep_status st = SKEP_E_NOMEM;

    f->consts = (struct skep_text_list){.n = 1, .items = {"b=[\"{x}\",1]"}};
    for (size_t max = 0; st != SKEP_OK; max += 8) {
        skep_arena_release(&f->arena);
        skep_arena_init(&f->arena, max);
        assert_true(max < 100000);
        st = read_args(f, "echo", OPERANDS("a=[{index},2]", "c=text"));
        assert_true(st == SKEP_OK || st == SKEP_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep_args__reads_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__binds_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__does_not_bind_what_is_used, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__binds_the_last_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__binds_slices, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__reads_lists_with_variables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__constants_have_no_variables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__filters_do_not_bind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__filters_use_variables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__refuses_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__refuses_variables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_args__survives_a_full_arena, setup, teardown),
    };
    return cmocka_run_group_tests_name("producer/sweep_args", tests, NULL, NULL);
}
