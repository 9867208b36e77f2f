/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "config/describe.h"

static const struct skep_option rows[] = {
    {.name = "slots",
     .letter = 's',
     .kind = SKEP_OPT_I64,
     .default_text = "0",
     .least = 0,
     .most = 4096,
     .value_name = "N",
     .env = "SKEP_SLOTS",
     .help = "Processes that compute; 0 means one for each core that this process may use"},
    {.name = "data", .kind = SKEP_OPT_LIST, .value_name = "FOLDER", .help = "A root of input arrays"},
    {.name = "secret", .kind = SKEP_OPT_TEXT},
    {.name = "a-name-that-is-far-too-long-for-it", .kind = SKEP_OPT_TEXT, .default_text = "", .help = "Oh"},
    {.name = "quiet", .letter = 'q', .kind = SKEP_OPT_FLAG, .help = ".Say \\nothing"},
    {.name = "version", .kind = SKEP_OPT_FLAG, .help = "Print the version", .command_line_only = true},
    {.name = "config", .letter = 'c', .kind = SKEP_OPT_CONFIG, .value_name = "FILE", .help = "Read settings"},
    {0},
};

static void expect(void (*print)(const struct skep_option *, struct skep_buf *), const char *text)
{
    struct skep_buf buf;

    skep_buf_init(&buf, 100000);
    print(rows, &buf);
    assert_false(skep_buf_failed(&buf));
    assert_string_equal(buf.bytes, text);
    skep_buf_release(&buf);
}

/* Two columns, wrapped; a name that is too long has its line for itself; a hidden row is not there. */
static void test_describe__help(void **state)
{
    (void)state;
    expect(skep_options_help, "  -s, --slots N      Processes that compute; 0 means one for each core that\n"
                              "                     this process may use (default 0; 0 to 4096; environment\n"
                              "                     SKEP_SLOTS)\n"
                              "      --data FOLDER  A root of input arrays (may be repeated)\n"
                              "      --a-name-that-is-far-too-long-for-it VALUE\n"
                              "                     Oh (default none)\n"
                              "  -q, --quiet        .Say \\nothing\n"
                              "      --version      Print the version\n"
                              "  -c, --config FILE  Read settings\n");
}

/* No line of the help is wider than a terminal. */
static void test_describe__help_is_narrow(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 100000);
    skep_options_help(rows, &buf);
    for (const char *line = buf.bytes; *line != '\0'; line += strcspn(line, "\n") + 1) {
        assert_true(strcspn(line, "\n") <= 78);
    }
    skep_buf_release(&buf);
}

/* A line is filled to the last of its 78 columns and not beyond. */
static void test_describe__help_fills_its_lines(void **state)
{
    /* Behind the 11 columns of "      --x  " there is room for 67 letters: 60, a blank and 6, but not 7. */
    static const struct skep_option exact[] = {
        {.name = "x",
         .kind = SKEP_OPT_FLAG,
         .help = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbb"},
        {.name = "y",
         .kind = SKEP_OPT_FLAG,
         .help = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbb"},
        {0},
    };
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1000);
    skep_options_help(exact, &buf);
    assert_string_equal(buf.bytes,
                        "      --x  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbb\n"
                        "      --y  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
                        "           bbbbbbb\n");
    skep_buf_release(&buf);
}

/* In roff, hyphens, backslashes and a leading full stop are escaped. */
static void test_describe__man(void **state)
{
    (void)state;
    expect(skep_options_man,
           ".TP\n\\fB\\-s\\fR, \\fB\\-\\-slots\\fR \\fIN\\fR\n"
           "Processes that compute; 0 means one for each core that this process may use\n"
           "(default 0; 0 to 4096; environment SKEP_SLOTS)\n"
           ".TP\n\\fB\\-\\-data\\fR \\fIFOLDER\\fR\nA root of input arrays\n(may be repeated)\n"
           ".TP\n\\fB\\-\\-a\\-name\\-that\\-is\\-far\\-too\\-long\\-for\\-it\\fR "
           "\\fIVALUE\\fR\nOh\n(default none)\n"
           ".TP\n\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR\n\\&.Say \\enothing\n"
           ".TP\n\\fB\\-\\-version\\fR\nPrint the version\n"
           ".TP\n\\fB\\-c\\fR, \\fB\\-\\-config\\fR \\fIFILE\\fR\nRead settings\n");
}

/* The sample file explains each setting that makes sense in a file, at its default. */
static void test_describe__sample(void **state)
{
    (void)state;
    expect(skep_options_sample,
           "# Processes that compute; 0 means one for each core that this process may use\n"
           "# (default 0; 0 to 4096; environment SKEP_SLOTS)\n"
           "#slots = 0\n\n"
           "# A root of input arrays (may be repeated)\n#data = FOLDER\n\n"
           "# Oh (default none)\n#a-name-that-is-far-too-long-for-it = VALUE\n\n"
           "# .Say \\nothing\n#quiet = no\n\n");
}

/* The words for completion tell options with values from flags. */
static void test_describe__words(void **state)
{
    (void)state;
    expect(skep_options_words,
           "--slots=\n--data=\n--a-name-that-is-far-too-long-for-it=\n--quiet\n--version\n"
           "--config=\n");
}

/* A table without rows has nothing to say. */
static void test_describe__no_rows(void **state)
{
    static const struct skep_option none[] = {{0}};
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 100);
    skep_options_help(none, &buf);
    skep_options_man(none, &buf);
    skep_options_sample(none, &buf);
    skep_options_words(none, &buf);
    assert_int_equal(buf.length, 0);
    skep_buf_release(&buf);
}

static skep_status describe(void *context)
{
    struct skep_buf buf;
    skep_status st;

    (void)context;
    skep_buf_init(&buf, 100000);
    skep_options_help(rows, &buf);
    skep_options_man(rows, &buf);
    skep_options_sample(rows, &buf);
    skep_options_words(rows, &buf);
    st = skep_buf_failed(&buf) ? SKEP_E_NOMEM : SKEP_OK;
    skep_buf_release(&buf);
    return st;
}

/* Without memory the buffer knows, and nothing is left behind. */
static void test_describe__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(describe, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describe__help),
        cmocka_unit_test(test_describe__help_is_narrow),
        cmocka_unit_test(test_describe__help_fills_its_lines),
        cmocka_unit_test(test_describe__man),
        cmocka_unit_test(test_describe__sample),
        cmocka_unit_test(test_describe__words),
        cmocka_unit_test(test_describe__no_rows),
        cmocka_unit_test(test_describe__survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("config/describe", tests, NULL, NULL);
}
