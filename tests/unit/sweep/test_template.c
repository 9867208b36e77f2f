/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

#include <math.h>

#include "sweep/template.h"

static struct skep_point point = {
    .n = 8,
    .at = {{.name = "i", .kind = SKEP_OF_INT, .i64 = -7},
           {.name = "r", .kind = SKEP_OF_REAL, .f64 = 0.1},
           {.name = "whole", .kind = SKEP_OF_REAL, .f64 = 2.0},
           {.name = "huge", .kind = SKEP_OF_REAL, .f64 = 1e22},
           {.name = "yes", .kind = SKEP_OF_BOOL, .boolean = true},
           {.name = "word", .kind = SKEP_OF_TEXT, .text = "{i} x", .length = 5},
           {.name = "n.lo", .kind = SKEP_OF_INT, .i64 = 3},
           {.name = "index", .kind = SKEP_OF_INT, .i64 = 12}},
};

static void check_fill(const char *text, const char *wanted)
{
    struct skep_buf buf;
    struct skep_error err = {0};

    skep_buf_init(&buf, 1024);
    if (skep_template_fill(text, strlen(text), &point, &buf, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    assert_int_equal(buf.length, strlen(wanted));
    assert_memory_equal(buf.length > 0 ? buf.bytes : "", wanted, buf.length);
    skep_buf_release(&buf);
}

/* ---- works ---- */

/* Variables are replaced by the shortest text that reads back; the rest stays; values are not filled again.
 */
static void test_template__fills(void **state)
{
    (void)state;
    check_fill("", "");
    check_fill("plain", "plain");
    check_fill("a[{i},{index}:{n.lo}]", "a[-7,12:3]");
    check_fill("{r}", "0.1");
    check_fill("x[{whole}]", "x[2]");
    check_fill("{huge}", "1e+22");
    check_fill("{yes}{yes}", "truetrue");
    check_fill("<{word}>", "<{i} x>");
    check_fill("{{i}}", "{i}");
    check_fill("{{{i}}}", "{-7}");
    check_fill("}}{{", "}{");
}

/* What is no number in JSON has its name. */
static void test_template__fills_what_is_not_finite(void **state)
{
    const double kept = point.at[1].f64;

    (void)state;
    point.at[1].f64 = NAN;
    check_fill("{r}", "nan");
    point.at[1].f64 = -INFINITY;
    check_fill("{r}", "-inf");
    point.at[1].f64 = INFINITY;
    check_fill("{r}", "inf");
    point.at[1].f64 = -0.0;
    check_fill("{r}", "-0");
    point.at[1].f64 = kept;
}

/* One variable and nothing else is told from a text with one in it. */
static void test_template__is_variable(void **state)
{
    static const struct {
        const char *text;
        int place;
        bool has;
    } cases[] = {{"{i}", 0, true},     {"{n.lo}", 6, true},  {"{index}", 7, true}, {" {i}", -1, true},
                 {"{i}{r}", -1, true}, {"{{i}}", -1, false}, {"i", -1, false},     {"", -1, false},
                 {"{q}", -1, true},    {"{i", -1, false}};

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const size_t n = strlen(cases[c].text);
        assert_int_equal(skep_template_is_variable(cases[c].text, n, &point), cases[c].place);
        assert_int_equal(skep_template_has_variable(cases[c].text, n), cases[c].has);
    }
}

/* ---- refuses ---- */

/* Braces that do not match and variables that there are not, with the column or the name. */
static void test_template__refuses(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {{"a{q}", "there is no variable \"q\""},
                 {"{}", "there is no variable \"\""},
                 {"{ i}", "there is no variable \" i\""},
                 {"ab{i", "column 3: a { that is not closed; a brace itself is written twice"},
                 {"a}", "column 2: a } without a {; a brace itself is written twice"},
                 {"{i}}", "column 4: a } without a {"},
                 {"{{{i}}", "column 6: a } without a {"},
                 {"{{{", "column 3: a { that is not closed"}};

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct skep_error err = {0};
        struct skep_buf buf;

        skep_buf_init(&buf, 1024);
        assert_int_equal(skep_template_fill(cases[c].text, strlen(cases[c].text), &point, &buf, &err),
                         SKEP_E_BAD_ARGS);
        if (strncmp(err.text, cases[c].words, strlen(cases[c].words)) != 0) {
            fail_msg("%s: \"%s\" is not \"%s\"", cases[c].text, err.text, cases[c].words);
        }
        skep_buf_release(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_template__fills),
        cmocka_unit_test(test_template__fills_what_is_not_finite),
        cmocka_unit_test(test_template__is_variable),
        cmocka_unit_test(test_template__refuses),
    };
    return cmocka_run_group_tests_name("sweep/template", tests, NULL, NULL);
}
