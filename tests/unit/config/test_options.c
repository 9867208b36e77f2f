/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <stdlib.h>
#include <string.h>

#include "config/options.h"

struct settings {
    bool quiet;
    bool verbose;
    int64_t slots;
    const char *queue;
    struct skep_text_list data;
    const char *config;
};

static const struct skep_option rows[] = {
    {.name = "quiet",
     .letter = 'q',
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct settings, quiet),
     .help = "x"},
    {.name = "verbose",
     .letter = 'v',
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct settings, verbose),
     .env = "SKEP_TEST_VERBOSE",
     .help = "x"},
    {.name = "slots",
     .letter = 's',
     .kind = SKEP_OPT_I64,
     .offset = offsetof(struct settings, slots),
     .default_text = "2",
     .least = 1,
     .most = 64,
     .value_name = "N",
     .env = "SKEP_TEST_SLOTS",
     .help = "x"},
    {.name = "queue", .kind = SKEP_OPT_TEXT, .offset = offsetof(struct settings, queue), .help = "x"},
    {.name = "data",
     .letter = 'd',
     .kind = SKEP_OPT_LIST,
     .offset = offsetof(struct settings, data),
     .default_text = "one, two",
     .env = "SKEP_TEST_DATA",
     .help = "x"},
    {.name = "config",
     .letter = 'c',
     .kind = SKEP_OPT_CONFIG,
     .offset = offsetof(struct settings, config),
     .default_text = "/nonexistent/skep.conf",
     .env = "SKEP_TEST_CONFIG",
     .help = "x"},
    {0},
};

enum { ARGS_MAX = 16 };

struct fixture {
    struct settings settings;
    struct skep_arena arena;
    struct skep_operands operands;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    skep_arena_init(&fixture.arena, 1 << 20);
    unsetenv("SKEP_TEST_VERBOSE");
    unsetenv("SKEP_TEST_SLOTS");
    unsetenv("SKEP_TEST_DATA");
    unsetenv("SKEP_TEST_CONFIG");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    return setup(state);
}

/* Parse the command line that TEXT is when it is split at blanks. */
static skep_status parse(struct fixture *f, const char *text)
{
    char *argv[ARGS_MAX] = {strdup("program"), NULL};
    char *copy = strdup(text);
    char *rest = copy;
    struct skep_command_line line = {.argc = 1, .argv = argv};
    char *word;
    skep_status st;

    while ((word = strsep(&rest, " ")) != NULL) {
        if (*word != '\0') {
            assert_true(line.argc < ARGS_MAX - 1);
            argv[line.argc++] = word;
        }
    }
    skep_arena_release(&f->arena);
    skep_error_clear(&f->err);
    f->settings = (struct settings){0};
    st = skep_options_parse(rows, &line, &f->arena, &f->settings, &f->operands, &f->err);
    /* Nothing may point into the command line: take it away. */
    memset(copy, '#', strlen(text));
    free(copy);
    free(argv[0]);
    return st;
}

static void refuse(struct fixture *f, const char *text, const char *words)
{
    assert_int_equal(parse(f, text), SKEP_E_USAGE);
    assert_string_equal(f->err.text, words);
}

/* A row's default is what holds when nobody says anything; a row without one is zero. */
static void test_options__defaults(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, ""), SKEP_OK);
    assert_false(f->settings.quiet);
    assert_int_equal(f->settings.slots, 2);
    assert_null(f->settings.queue);
    assert_int_equal(f->settings.data.n, 2);
    assert_string_equal(f->settings.data.items[1], "two");
    assert_int_equal(f->operands.n, 0);
}

/* Every way to write an option with a value. */
static void test_options__forms_of_a_value(void **state)
{
    static const char *const lines[] = {"--slots 7", "--slots=7", "-s 7",         "-s7",
                                        "-qs7",      "-vqs 7",    "-s3 --slots=7"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(parse(f, lines[i]), SKEP_OK);
        assert_int_equal(f->settings.slots, 7);
    }
}

/* Flags stand alone, in bundles, or say no. */
static void test_options__flags(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "--quiet"), SKEP_OK);
    assert_true(f->settings.quiet && !f->settings.verbose);
    assert_int_equal(parse(f, "-qv"), SKEP_OK);
    assert_true(f->settings.quiet && f->settings.verbose);
    assert_int_equal(parse(f, "-q --quiet=no"), SKEP_OK);
    assert_false(f->settings.quiet);
}

/* Operands may stand anywhere; a single hyphen is one; after two hyphens all are. */
static void test_options__operands(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "push - -q a.jsonl --slots 3 -- --quiet -x --"), SKEP_OK);
    assert_int_equal(f->operands.n, 6);
    assert_string_equal(f->operands.items[0], "push");
    assert_string_equal(f->operands.items[1], "-");
    assert_string_equal(f->operands.items[2], "a.jsonl");
    assert_string_equal(f->operands.items[3], "--quiet");
    assert_string_equal(f->operands.items[4], "-x");
    assert_string_equal(f->operands.items[5], "--");
    assert_int_equal(f->settings.slots, 3);
}

/* What follows an option that wants a value is its value, whatever it looks like. */
static void test_options__values_may_look_like_options(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "--queue --quiet"), SKEP_OK);
    assert_string_equal(f->settings.queue, "--quiet");
    assert_false(f->settings.quiet);
    assert_int_equal(parse(f, "--queue=a=b"), SKEP_OK);
    assert_string_equal(f->settings.queue, "a=b");
    assert_int_equal(parse(f, "--queue="), SKEP_OK);
    assert_string_equal(f->settings.queue, "");
}

/* Command line before environment before file before default. */
static void test_options__precedence(void **state)
{
    struct fixture *f = *state;
    char *folder = test_make_folder();
    char *path = test_path(folder, "x.conf");

    test_write_file(folder, "x.conf", "slots = 3\nqueue = file\nverbose = yes\n", 37);
    setenv("SKEP_TEST_CONFIG", path, 1);
    assert_int_equal(parse(f, ""), SKEP_OK);
    assert_int_equal(f->settings.slots, 3);
    assert_string_equal(f->settings.queue, "file");
    assert_true(f->settings.verbose);
    setenv("SKEP_TEST_SLOTS", "4", 1);
    setenv("SKEP_TEST_VERBOSE", "no", 1);
    assert_int_equal(parse(f, ""), SKEP_OK);
    assert_int_equal(f->settings.slots, 4);
    assert_false(f->settings.verbose);
    assert_int_equal(parse(f, "-s 5"), SKEP_OK);
    assert_int_equal(f->settings.slots, 5);
    assert_string_equal(f->settings.queue, "file");
    free(path);
    test_remove_folder(folder);
}

/* The configuration file can be named on the command line, which wins over the environment. */
static void test_options__names_the_file(void **state)
{
    struct fixture *f = *state;
    char *folder = test_make_folder();
    char *path = test_path(folder, "x.conf");
    char *line;

    test_write_file(folder, "x.conf", "slots = 3", 9);
    setenv("SKEP_TEST_CONFIG", "/nonexistent/other.conf", 1);
    assert_true(asprintf(&line, "a --config %s -q", path) > 0);
    assert_int_equal(parse(f, line), SKEP_OK);
    assert_int_equal(f->settings.slots, 3);
    assert_string_equal(f->settings.config, path);
    assert_int_equal(f->operands.n, 1);
    free(line);
    free(path);
    test_remove_folder(folder);
}

/* A list that a later layer sets replaces the earlier one; within the layer it grows. */
static void test_options__lists_are_replaced_by_layer(void **state)
{
    struct fixture *f = *state;

    setenv("SKEP_TEST_DATA", "x,y,z", 1);
    assert_int_equal(parse(f, ""), SKEP_OK);
    assert_int_equal(f->settings.data.n, 3);
    assert_int_equal(parse(f, "-d a,b --data c"), SKEP_OK);
    assert_int_equal(f->settings.data.n, 2);
    assert_string_equal(f->settings.data.items[0], "a,b");
    assert_string_equal(f->settings.data.items[1], "c");
}

/* A variable that is set to nothing changes nothing. */
static void test_options__empty_variable(void **state)
{
    struct fixture *f = *state;

    setenv("SKEP_TEST_SLOTS", "", 1);
    assert_int_equal(parse(f, ""), SKEP_OK);
    assert_int_equal(f->settings.slots, 2);
}

/* An unknown option is refused, with what may have been meant. */
static void test_options__refuses_unknown_options(void **state)
{
    struct fixture *f = *state;

    refuse(f, "--sltos 3", "unknown option --sltos: did you mean --slots?");
    refuse(f, "--sltos=3", "unknown option --sltos: did you mean --slots?");
    refuse(f, "--colour", "unknown option --colour; --help shows them all");
    refuse(f, "-x", "unknown option -x; --help shows them all");
    refuse(f, "-qx", "unknown option -x; --help shows them all");
    refuse(f, "--=3", "unknown option --; --help shows them all");
}

/* A wrong value is refused under the name by which it was given. */
static void test_options__refuses_wrong_values(void **state)
{
    struct fixture *f = *state;

    refuse(f, "--slots 0", "--slots: 0 is out of range: 1 to 64");
    refuse(f, "-s many", "-s: 'many' is not a whole number");
    refuse(f, "--quiet=perhaps", "--quiet: 'perhaps' is neither yes nor no");
    refuse(f, "a --slots", "--slots: needs a value (N)");
    refuse(f, "-qs", "-s: needs a value (N)");
    refuse(f, "--queue", "--queue: needs a value (VALUE)");
    setenv("SKEP_TEST_SLOTS", "65", 1);
    refuse(f, "", "SKEP_TEST_SLOTS: 65 is out of range: 1 to 64");
}

/* A configuration file that somebody asked for must be there; the default one need not. */
static void test_options__refuses_a_missing_file(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "-c /nonexistent/mine.conf"), SKEP_E_IO);
    assert_string_equal(f->err.text, "configuration file /nonexistent/mine.conf: No such file or directory");
}

static skep_status parse_everything(void *context)
{
    char *argv[] = {(char[]){"program"}, (char[]){"-qv"}, (char[]){"--queue=x"}, (char[]){"operand"},
                    (char[]){"-c"},      context,         (char[]){"-d"},        (char[]){"a"}};
    struct skep_command_line line = {.argc = 8, .argv = argv};
    struct settings settings = {0};
    struct skep_operands operands;
    struct skep_arena arena;
    skep_status st;

    skep_arena_init(&arena, 1 << 20);
    st = skep_options_parse(rows, &line, &arena, &settings, &operands, NULL);
    skep_arena_release(&arena);
    return st;
}

/* Whichever request for memory fails, it says so and leaves nothing behind. */
static void test_options__survives_a_failing_heap(void **state)
{
    char *folder = test_make_folder();
    char *path = test_path(folder, "x.conf");

    (void)state;
    test_write_file(folder, "x.conf", "data = a, b\n", 12);
    test_heap_torture(parse_everything, path);
    free(path);
    test_remove_folder(folder);
}

/* An arena that is too small is no memory, wherever it ends. */
static void test_options__full_arena(void **state)
{
    char *argv[] = {(char[]){"program"}, (char[]){"--queue=x"}, (char[]){"operand"}};
    struct skep_command_line line = {.argc = 3, .argv = argv};
    struct fixture *f = *state;
    skep_status st = SKEP_E_NOMEM;

    for (size_t max = 0; st != SKEP_OK; max++) {
        assert_true(max < 10000);
        skep_arena_release(&f->arena);
        skep_arena_init(&f->arena, max);
        st = skep_options_parse(rows, &line, &f->arena, &f->settings, &f->operands, NULL);
        assert_true(st == SKEP_OK || st == SKEP_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_options__defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__forms_of_a_value, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__operands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__values_may_look_like_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__precedence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__names_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__lists_are_replaced_by_layer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__empty_variable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__refuses_unknown_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__refuses_wrong_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__refuses_a_missing_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__survives_a_failing_heap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options__full_arena, setup, teardown),
    };
    return cmocka_run_group_tests_name("config/options", tests, NULL, NULL);
}
