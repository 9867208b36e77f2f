/* SPDX-License-Identifier: MIT */
/* A plan gives what plain tasks give, bit for bit and word for word, whichever way its arguments take. */
#include "unit/run/plan_fixture.h"

/* ---- each way ---- */

struct row {
    const char *kernel, *args, *over;
    int64_t n_ok; /* how many of the tasks succeed */
};

static void check_row(const struct row *row)
{
    char spec[2048];
    int64_t n_ok;

    snprintf(spec, sizeof spec, "{\"kernel\":\"%s\",\"args\":%s,\"over\":[%s],\"seed\":\"7\"}", row->kernel,
             row->args, row->over);
    for (int64_t chunk = 1; chunk < 200; chunk = 5 * chunk + 2) {
        n_ok = check_same(spec, chunk);
        if (n_ok != row->n_ok) {
            fail_msg("%s: %lld succeed", spec, (long long)n_ok);
        }
    }
}

/* Numbers, texts and booleans that are a variable's value, for every kind of argument. */
static void test_plan_same__variables(void **state)
{
    static const struct row rows[] = {
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"split\":\"n\",\"from\":\"1000:7\"}", 7},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[10,20.0,1e3]}", 3},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[10.5,20.0]}", 1},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[-1,0,1]}", 2},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[\"12\",\"x\",\"0x1\"]}", 1},
        {"pi_mc", "{\"samples\":\"{n}\"}", "{\"grid\":\"n\",\"from\":[true,false]}", 0},
        {"pi_mc", "{\"samples\":100}", "{\"times\":5}", 5},
        {"pi_mc", "{\"samples\":100,\"variant\":\"ref\"}", "{\"times\":2}", 2},
        {"pi_mc", "{\"samples\":100,\"variant\":\"{v}\"}",
         "{\"grid\":\"v\",\"from\":[\"ref\",\"fast\",\"slow\"]}", 2},
        {"hist", "{\"x\":\"table.npy\",\"bins\":\"{b}\"}", "{\"grid\":\"b\",\"from\":[0,1,3,-1]}", 2},
        {"echo", "{\"a\":\"{a}\",\"b\":[\"{a}\",{\"c\":\"<{a}>\"}]}",
         "{\"grid\":\"a\",\"from\":[1.0,2.5,3e100]}", 3},
        {"echo", "{\"a\":\"{a}\"}", "{\"grid\":\"a\",\"from\":\"@real.npy\",\"n\":5}", 5},
        {"echo", "{\"a\":\"{a} {index} {{}}\"}", "{\"grid\":\"a\",\"from\":[true,false]}", 2},
        {"echo", "{}", "{\"times\":3}", 3},
        {"var", "{\"x\":\"table.npy\",\"ddof\":\"{d}\"}", "{\"grid\":\"d\",\"from\":[0,1,2.5]}", 2},
        {"sum", "{\"x\":\"table.npy\",\"nan\":\"{w}\"}",
         "{\"grid\":\"w\",\"from\":[\"skip\",\"propagate\",\"none\"]}", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

/* Slices whose numbers are variables, of arrays in place, mapped and not; and what has to be copied. */
static void test_plan_same__slices(void **state)
{
    static const struct row rows[] = {
        {"sum", "{\"x\":\"table.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":6}", 6},
        {"sum", "{\"x\":\"table.npy[:,{i}]\"}", "{\"axis\":\"i\",\"of\":10}", 8}, /* two beyond */
        {"sum", "{\"x\":\"table.npy[..., -{i} ]\"}", "{\"axis\":\"i\",\"of\":10}", 9},
        {"sum", "{\"x\":\"table.npy[{i},{j}:]\"}", "{\"axis\":\"i\",\"of\":6},{\"axis\":\"j\",\"of\":9}", 54},
        {"sum", "{\"x\":\"long.npy[{n.lo}:{n.hi}]\"}", "{\"split\":\"n\",\"from\":\"40000:7\"}", 7},
        {"sum", "{\"x\":\"long.npy[{lo}:{hi}:3]\"}", "{\"ranges\":[\"lo\",\"hi\"],\"from\":\"0:41000/1000\"}",
         41},
        {"sum", "{\"x\":\"long.npy[::{s}]\"}", "{\"grid\":\"s\",\"from\":[3,2,1,0,-1,-2]}", 5},
        {"sum", "{\"x\":\"long.npy[{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0,-5]}", 3},
        {"sum", "{\"x\":\"long.npy[+{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0,-5]}", 2},
        {"sum", "{\"x\":\"long.npy[-{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0,-5]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}{s}:3{s}]\"}", "{\"grid\":\"s\",\"from\":[5,0,11]}", 3},
        {"sum", "{\"x\":\"long.npy[0{s}:]\"}", "{\"grid\":\"s\",\"from\":[5,0]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}]\"}", "{\"grid\":\"s\",\"from\":[5,-1]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}:]\"}", "{\"grid\":\"s\",\"from\":[5.0,0.5,-2.0,1e15,1e16,-0.0]}", 4},
        {"sum", "{\"x\":\"long.npy[-{s}:]\"}", "{\"grid\":\"s\",\"from\":[5.0,0.5,-2.0,-0.0]}", 1},
        {"sum", "{\"x\":\"long.npy[{s}:]\"}", "{\"grid\":\"s\",\"from\":[\"5\",\"7:9\",\"x\"]}", 2},
        {"sum", "{\"x\":\"long.npy[{s}\"}", "{\"grid\":\"s\",\"from\":[5]}", 0},
        {"sum", "{\"x\":\"long.npy[{index}:{index}]\"}", "{\"times\":3}", 3},
        {"dot", "{\"x\":\"whole.npy[:,{i}]\",\"y\":\"whole.npy[:,{j}]\"}",
         "{\"pairs\":[\"i\",\"j\"],\"of\":8,\"unordered\":true}", 28},
        {"dot", "{\"x\":\"table.npy[:,{i}]\",\"y\":\"table.npy[{j}]\"}",
         "{\"pairs\":[\"i\",\"j\"],\"of\":4,\"unordered\":false}", 0}, /* 6 and 8 */
        {"sum", "{\"x\":\"huge.npy[{n.lo}:{n.hi}]\"}", "{\"split\":\"n\",\"from\":\"200000:30\"}", 30},
        {"dot", "{\"x\":\"huge.npy[:{n}]\",\"y\":\"huge.npy[-{n}:]\"}",
         "{\"split\":\"n\",\"from\":\"300:9\"}", 9},
        {"sum", "{\"x\":\"@golden/f8-big.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":4}", 3},
        {"sum", "{\"x\":\"@golden/unaligned.npy[:,{i}]\"}", "{\"axis\":\"i\",\"of\":4}", 4},
        {"sum", "{\"x\":{\"path\":\"table.npy\",\"view\":\"[{i}]\"}}", "{\"axis\":\"i\",\"of\":7}", 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

/* Files, elements, lists and vars that change from task to task. */
static void test_plan_same__the_rest(void **state)
{
    static const struct row rows[] = {
        {"sum", "{\"x\":\"x_{i}.npy\"}", "{\"axis\":\"i\",\"of\":3}", 2}, /* there is no x_2.npy */
        {"sum", "{\"x\":\"{f}\"}", "{\"lines\":\"f\",\"from\":[\"x_0.npy\",\"x_1.npy[1:3]\",\"none.npy\"]}",
         2},
        {"sum", "{\"x\":\"x_{i}.npy[{i}:]\"}", "{\"axis\":\"i\",\"of\":2}", 2},
        {"sum", "{\"x\":[1,\"{a}\",3]}", "{\"grid\":\"a\",\"from\":[1,2.5,1e300]}", 3},
        {"sum", "{\"x\":\"{a}\"}", "{\"grid\":\"a\",\"from\":[1,2.5]}", 2},
        {"axpy", "{\"a\":\"real.npy[{i}]\",\"x\":\"table.npy[0]\",\"y\":\"table.npy[{i}]\"}",
         "{\"axis\":\"i\",\"of\":6}", 5},
        {"axpy", "{\"a\":\"{a}\",\"x\":\"table.npy[0]\",\"y\":\"table.npy[1]\"}",
         "{\"grid\":\"a\",\"from\":[\"nan\",\"inf\",\"real.npy[1]\",\"1e-3\",\"x\"]}", 4},
        {"axpy", "{\"a\":\"0.{a}\",\"x\":\"table.npy[0]\",\"y\":\"table.npy[1]\"}",
         "{\"grid\":\"a\",\"from\":[1,25]}", 2},
        {"expr", "{\"expr\":\"a*{k} + b\",\"vars\":{\"a\":\"table.npy[{k}]\",\"b\":\"{k}\"}}",
         "{\"axis\":\"k\",\"of\":7}", 6},
        {"expr", "{\"expr\":\"{e}\",\"vars\":{\"a\":[1,2]}}",
         "{\"lines\":\"e\",\"from\":[\"a+1\",\"a*a\",\"b\"]}", 2},
        {"fail", "{}", "{\"times\":2}", 0},
        {"sum", "{\"x\":\"none.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"sum", "{\"x\":\"none.npy\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"sum", "{\"x\":\"../none.npy[{i}]\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"hist", "{\"x\":\"none.npy\",\"bins\":\"{i}\"}", "{\"axis\":\"i\",\"of\":2}", 0},
        {"sum", "{\"x\":\"table.npy[{i}]\",\"nan\":\"sometimes\"}", "{\"axis\":\"i\",\"of\":7}", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

/* ---- by chance ---- */

static uint64_t chance = 88172645463325252;

/* A number below N (Marsaglia's xorshift). */
static size_t below(size_t n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (size_t)(chance % n);
}

#define PICK(list) (list)[below(sizeof(list) / sizeof((list)[0]))]

static const struct {
    const char *factor;
    const char *names[4]; /* of its variables */
} factors[] = {
    {"{\"axis\":\"i\",\"of\":9}", {"i", "i", "i", "index"}},
    {"{\"grid\":\"k\",\"from\":[0,3,-1,5]}", {"k", "k", "k", "k"}},
    {"{\"grid\":\"r\",\"from\":\"0:2:5\"}", {"r", "r", "r", "index"}},
    {"{\"pairs\":[\"p\",\"q\"],\"of\":4,\"unordered\":true}", {"p", "q", "p", "q"}},
    {"{\"split\":\"n\",\"from\":\"20:3\"}", {"n", "n.lo", "n.hi", "n.lo"}},
    {"{\"ranges\":[\"lo\",\"hi\"],\"from\":\"2:9:3\"}", {"lo", "hi", "lo", "hi"}},
    {"{\"lines\":\"t\",\"from\":[\"x_0.npy\",\"2\",\"nan\"]}", {"t", "t", "t", "t"}},
    {"{\"zip\":[\"a\",\"b\"],\"from\":[[1,2.5],[true,false]]}", {"a", "b", "a", "b"}},
    {"{\"grid\":\"w\",\"from\":\"@some.npy\",\"n\":5}", {"w", "w", "w", "w"}},
    {"{\"random\":\"x\",\"from\":\"0:3:4\"}", {"x", "x", "x", "index"}},
    {"{\"times\":3}", {"time", "time", "index", "time"}},
};
enum { N_FACTORS = sizeof factors / sizeof factors[0] };

/* The factors of one sweep. */
static size_t chosen[3];
static size_t n_chosen;

static const char *any_name(void)
{
    return factors[chosen[below(n_chosen)]].names[below(4)];
}

/* One item of a slice. */
static void add_item(struct skep_buf *buf)
{
    switch (below(9)) {
    case 0:
    case 1:
    case 2:
        skep_buf_printf(buf, "{%s}", any_name());
        break;
    case 3:
        skep_buf_printf(buf, "{%s}:", any_name());
        break;
    case 4:
        skep_buf_printf(buf, ":-{%s}", any_name());
        break;
    case 5:
        skep_buf_printf(buf, "{%s}:{%s}:%s", any_name(), any_name(), below(2) ? "2" : "");
        break;
    case 6:
        skep_buf_printf(buf, "1{%s}", any_name());
        break;
    default:
        skep_buf_add_text(buf, below(2) ? ":" : "...");
        break;
    }
}

/* An array: a file, or part of one. */
static void add_array(struct skep_buf *buf)
{
    static const char *const files[] = {"table.npy", "table.npy", "whole.npy",         "long.npy",
                                        "x_0.npy",   "some.npy",  "@golden/f8-big.npy"};
    const char *file = PICK(files);
    size_t n_items = file[0] == 't' || file[0] == 'w' ? below(3) : below(2);

    if (below(12) == 0) {
        skep_buf_printf(buf, "\"%s{%s}%s\"", below(2) ? "x_" : "", any_name(), below(2) ? ".npy" : "");
        return;
    }
    skep_buf_printf(buf, "\"%s", file);
    for (size_t k = 0; k < n_items; k++) {
        skep_buf_add_char(buf, k == 0 ? '[' : ',');
        add_item(buf);
    }
    skep_buf_add_text(buf, n_items > 0 ? "]\"" : "\"");
}

static void add_number(struct skep_buf *buf)
{
    switch (below(5)) {
    case 0:
        skep_buf_add_text(buf, below(2) ? "2.5" : "3");
        break;
    case 1:
        skep_buf_printf(buf, "\"real.npy[{%s}]\"", any_name());
        break;
    case 2:
        skep_buf_printf(buf, "\"1{%s}\"", any_name());
        break;
    default:
        skep_buf_printf(buf, "\"{%s}\"", any_name());
        break;
    }
}

/* The arguments of a kernel: %a is an array, %n a number. */
static void add_call(struct skep_buf *buf)
{
    static const char *const calls[] = {
        "\"sum\",\"args\":{\"x\":%a}",
        "\"mean\",\"args\":{\"x\":%a,\"axis\":%n}",
        "\"dot\",\"args\":{\"x\":%a,\"y\":%a}",
        "\"axpy\",\"args\":{\"a\":%n,\"x\":%a,\"y\":%a}",
        "\"hist\",\"args\":{\"x\":%a,\"bins\":%n}",
        "\"pi_mc\",\"args\":{\"samples\":%n}",
        "\"echo\",\"args\":{\"a\":%n,\"b\":[%a,%n]}",
        "\"expr\",\"args\":{\"expr\":\"u + v\",\"vars\":{\"u\":%a,\"v\":%n}}",
    };

    for (const char *at = PICK(calls); *at != '\0'; at++) {
        if (*at != '%') {
            skep_buf_add_char(buf, *at);
        } else if (*++at == 'a') {
            add_array(buf);
        } else {
            add_number(buf);
        }
    }
}

/* Whatever is written in a sweep. */
static void test_plan_same__by_chance(void **state)
{
    int64_t n_ok = 0;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct skep_buf buf;
        size_t first = below(N_FACTORS);

        skep_buf_init(&buf, 4096);
        n_chosen = 1 + below(3);
        for (size_t k = 0; k < n_chosen; k++) {
            chosen[k] = (first + k) % N_FACTORS;
        }
        skep_buf_add_text(&buf, "{\"kernel\":");
        add_call(&buf);
        skep_buf_add_text(&buf, ",\"over\":[");
        for (size_t k = 0; k < n_chosen; k++) {
            skep_buf_printf(&buf, "%s%s", k > 0 ? "," : "", factors[chosen[k]].factor);
        }
        skep_buf_printf(&buf, "],\"seed\":\"%d\",\"order\":\"random\",\"take\":%d}", round,
                        n_chosen == 1 ? 2 : 12);
        n_ok += check_same(buf.bytes, 1 + (int64_t)below(12));
        skep_buf_release(&buf);
    }
    assert_in_range(n_ok, 8000, 32000); /* both ends of the world were seen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plan_same__variables, set_up_plan, tear_down_plan),
        cmocka_unit_test_setup_teardown(test_plan_same__slices, set_up_plan, tear_down_plan),
        cmocka_unit_test_setup_teardown(test_plan_same__the_rest, set_up_plan, tear_down_plan),
        cmocka_unit_test_setup_teardown(test_plan_same__by_chance, set_up_plan, tear_down_plan),
    };
    return cmocka_run_group_tests_name("run/plan_same", tests, NULL, NULL);
}
