/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/doc.h"
#include "support/heap.h"

static const char *const edge_choices[] = {"left", "middle", "right", NULL};
static const struct skep_arg_spec bee_args[] = {
    {.name = "x",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .shape_text = "[n,3]",
     .unit = "m",
     .help = "Where each bee is."},
    {.name = "y", .kind = SKEP_ARG_ARRAY, .shape_text = "[...]", .help = "Anything, |y| > 0."},
    {.name = "n", .kind = SKEP_ARG_I64, .default_text = "7", .least = 1, .most = 1e9, .help = "How many."},
    {.name = "k", .kind = SKEP_ARG_U64, .least = 0, .most = 0x1p64, .help = "A key."},
    {.name = "f", .kind = SKEP_ARG_F64, .default_text = "0.5", .help = "A factor."},
    {.name = "b", .kind = SKEP_ARG_BOOL, .default_text = "false", .help = "A switch."},
    {.name = "edge",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "left",
     .choices = edge_choices,
     .help = "A side."},
    {0},
};
static const char *const bee_description[] = {
    "The first paragraph is long enough that it has to be broken at the eightieth byte of a line, not later.",
    "The *second* one, of x[i] and c_x, is not.", NULL};

static skep_status bee_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)call;
    (void)value_out;
    (void)err;
    return SKEP_OK;
}

static skep_status bee_reference(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return bee_run(call, value_out, err);
}

static struct skep_kernel bee(void)
{
    return (struct skep_kernel){
        .name = "bee",
        .version = 2,
        .summary = "Count bees",
        .description = bee_description,
        .args = bee_args,
        .value_text = "i8[n]: bees",
        .example = "{\"kernel\":\"bee\"}",
        .run = bee_run,
        .reference = bee_reference,
    };
}

/* The text for terminals, to the byte. */
static void test_doc__text(void **state)
{
    static const char expected[] =
        "bee (version 2)\n"
        "  Count bees\n"
        "\n"
        "Arguments:\n"
        "  x: f8[n,3] (m), required\n"
        "      Where each bee is.\n"
        "  y: any dtype[...], optional\n"
        "      Anything, |y| > 0.\n"
        "  n: integer, 1 to 1000000000, default 7\n"
        "      How many.\n"
        "  k: integer, at least 0, optional\n"
        "      A key.\n"
        "  f: number, default 0.5\n"
        "      A factor.\n"
        "  b: true or false, default false\n"
        "      A switch.\n"
        "  edge: \"left\", \"middle\" or \"right\", default \"left\"\n"
        "      A side.\n"
        "  variant: \"fast\" or \"ref\", default \"fast\"\n"
        "      \"ref\" computes with the plain reference, to check the fast variant\n"
        "      against.\n"
        "\n"
        "Value:\n"
        "  i8[n]: bees\n"
        "\n"
        "The first paragraph is long enough that it has to be broken at the eightieth\n"
        "byte of a line, not later.\n"
        "\n"
        "The *second* one, of x[i] and c_x, is not.\n"
        "\n"
        "The fast variant and the reference agree to the bit.\n"
        "\n"
        "Example:\n"
        "{\"kernel\":\"bee\"}\n";
    const struct skep_kernel kernel = bee();
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1 << 20);
    skep_kernel_doc_text(&buf, &kernel);
    assert_false(skep_buf_failed(&buf));
    assert_string_equal(buf.bytes, expected);
    skep_buf_release(&buf);
}

/* The page for docs/kernels.md, to the byte: what markdown would take for its own is escaped. */
static void test_doc__markdown(void **state)
{
    static const char expected[] =
        "## bee\n"
        "\n"
        "*Version 2.* Count bees\n"
        "\n"
        "| argument | what | | unit | meaning |\n"
        "|---|---|---|---|---|\n"
        "| `x` | f8[n,3] | required | m | Where each bee is. |\n"
        "| `y` | any dtype[...] | optional |  | Anything, \\|y\\| > 0. |\n"
        "| `n` | integer, 1 to 1000000000 | default 7 |  | How many. |\n"
        "| `k` | integer, at least 0 | optional |  | A key. |\n"
        "| `f` | number | default 0.5 |  | A factor. |\n"
        "| `b` | true or false | default false |  | A switch. |\n"
        "| `edge` | \"left\", \"middle\" or \"right\" | default \"left\" |  | A side. |\n"
        "| `variant` | \"fast\" or \"ref\" | default \"fast\" |  | \"ref\" computes with the plain "
        "reference, to "
        "check the fast variant against. |\n"
        "\n"
        "**Value:** i8\\[n\\]: bees\n"
        "\n"
        "The first paragraph is long enough that it has to be broken at the eightieth byte of a line, not "
        "later.\n"
        "\n"
        "The \\*second\\* one, of x\\[i\\] and c\\_x, is not.\n"
        "\n"
        "The fast variant agrees with the reference within a relative 1e-12 and an absolute 0. The random "
        "numbers depend on the task's seed and index alone.\n"
        "\n"
        "```json\n"
        "{\"kernel\":\"bee\"}\n"
        "```\n";
    struct skep_kernel kernel = bee();
    struct skep_buf buf;

    (void)state;
    kernel.rtol = 1e-12;
    kernel.is_random = true;
    skep_buf_init(&buf, 1 << 20);
    skep_kernel_doc_markdown(&buf, &kernel);
    assert_false(skep_buf_failed(&buf));
    assert_string_equal(buf.bytes, expected);
    skep_buf_release(&buf);
}

/* A kernel that takes its arguments whole has no variant to choose. */
static void test_doc__whole_arguments(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1 << 20);
    skep_kernel_doc_text(&buf, skep_kernel_find("echo"));
    assert_non_null(strstr(buf.bytes, "Arguments:\n  Any arguments at all.\n  stdout: text, optional\n"));
    assert_non_null(strstr(buf.bytes, "one and the same"));
    assert_null(strstr(buf.bytes, "variant:"));
    skep_buf_release(&buf);
}

/* Every kernel of the table prints, names all its arguments, and keeps to eighty columns but for the example.
 */
static void test_doc__every_kernel(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1 << 20);
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        const struct skep_kernel *kernel = skep_kernel_at(i);
        const char *line;

        skep_buf_reset(&buf);
        skep_kernel_doc_markdown(&buf, kernel);
        assert_false(skep_buf_failed(&buf));
        skep_buf_reset(&buf);
        skep_kernel_doc_text(&buf, kernel);
        assert_false(skep_buf_failed(&buf));
        for (size_t a = 0; a < skep_kernel_count_args(kernel); a++) {
            assert_non_null(strstr(buf.bytes, strcmp(kernel->args[a].name, "*") == 0 ? kernel->args[a].help
                                                                                     : kernel->args[a].name));
        }
        for (line = buf.bytes; strncmp(line, "Example:", 8) != 0; line += strcspn(line, "\n") + 1) {
            if (strcspn(line, "\n") > 80) {
                fail_msg("%s: %.*s", kernel->name, (int)strcspn(line, "\n"), line);
            }
        }
    }
    skep_buf_release(&buf);
}

/* What does not fit into the buffer is its failure. */
static void test_doc__buffer_too_small(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 100);
    skep_kernel_doc_text(&buf, skep_kernel_find("te_box"));
    assert_true(skep_buf_failed(&buf));
    skep_buf_reset(&buf);
    skep_kernel_doc_markdown(&buf, skep_kernel_find("te_box"));
    assert_true(skep_buf_failed(&buf));
    skep_buf_release(&buf);
}

static skep_status print_all(void *context)
{
    struct skep_buf buf;
    skep_status st = SKEP_OK;

    (void)context;
    skep_buf_init(&buf, 1 << 20);
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        skep_kernel_doc_text(&buf, skep_kernel_at(i));
        skep_kernel_doc_markdown(&buf, skep_kernel_at(i));
    }
    if (skep_buf_failed(&buf)) {
        st = SKEP_E_NOMEM;
    }
    skep_buf_release(&buf);
    return st;
}

/* Whichever request for memory fails, the buffer says so and nothing stays behind. */
static void test_doc__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(print_all, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doc__text),
        cmocka_unit_test(test_doc__markdown),
        cmocka_unit_test(test_doc__whole_arguments),
        cmocka_unit_test(test_doc__every_kernel),
        cmocka_unit_test(test_doc__buffer_too_small),
        cmocka_unit_test(test_doc__survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("kernel/doc", tests, NULL, NULL);
}
