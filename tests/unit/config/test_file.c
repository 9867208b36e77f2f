/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <stdlib.h>
#include <string.h>

#include "config/file.h"

struct settings {
    int64_t slots;
    const char *redis;
    struct skep_text_list data;
    const char *config;
    bool version;
};

enum { SLOTS, REDIS, DATA, CONFIG, VERSION, N_ROWS };

static const struct skep_option rows[] = {
    [SLOTS] = {.name = "slots",
               .kind = SKEP_OPT_I64,
               .offset = offsetof(struct settings, slots),
               .least = 1,
               .most = 64,
               .help = "x"},
    [REDIS] = {.name = "redis",
               .kind = SKEP_OPT_TEXT,
               .offset = offsetof(struct settings, redis),
               .help = "x"},
    [DATA] = {.name = "data", .kind = SKEP_OPT_LIST, .offset = offsetof(struct settings, data), .help = "x"},
    [CONFIG] = {.name = "config", .kind = SKEP_OPT_CONFIG, .offset = offsetof(struct settings, config)},
    [VERSION] = {.name = "version",
                 .kind = SKEP_OPT_FLAG,
                 .offset = offsetof(struct settings, version),
                 .command_line_only = true},
    [N_ROWS] = {0},
};

struct fixture {
    struct settings settings;
    struct skep_arena arena;
    size_t set_at[N_ROWS];
    struct skep_option_layer layer;
    struct skep_error err;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.layer = {.rows = rows}};
    skep_arena_init(&f->arena, 4 << 20);
    f->layer.settings = &f->settings;
    f->layer.arena = &f->arena;
    f->layer.set_at = f->set_at;
}

static int setup(void **state)
{
    static struct fixture fixture;

    fixture_init(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    return 0;
}

static skep_status read_text(struct fixture *f, const char *text)
{
    skep_error_clear(&f->err);
    skep_option_layer_begin(&f->layer);
    return skep_options_read_text(&f->layer, "x.conf", text, strlen(text), &f->err);
}

static void refuse(struct fixture *f, const char *text, const char *words)
{
    assert_int_equal(read_text(f, text), SKEP_E_USAGE);
    assert_string_equal(f->err.text, words);
}

/* Lines, comments, blanks and line ends of every kind are read; a # inside a value is part of it. */
static void test_file__reads_lines(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(read_text(f, "# a comment = 5\n"
                                  "\n"
                                  "  \t # another\r\n"
                                  "slots=3\n"
                                  " redis\t=  redis://u:p#w=x@h:1/0 \r\n"
                                  "data = /a, /b\n"
                                  "data = /c"),
                     SKEP_OK);
    assert_int_equal(f->settings.slots, 3);
    assert_string_equal(f->settings.redis, "redis://u:p#w=x@h:1/0");
    assert_int_equal(f->settings.data.n, 3);
    assert_string_equal(f->settings.data.items[1], "/b");
    assert_string_equal(f->settings.data.items[2], "/c");
}

/* Nothing at all is a file too, and a text may be empty. */
static void test_file__reads_nothing(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(read_text(f, ""), SKEP_OK);
    assert_int_equal(read_text(f, "\n\n"), SKEP_OK);
    assert_int_equal(read_text(f, "redis ="), SKEP_OK);
    assert_string_equal(f->settings.redis, "");
}

/* A file on disk is read like its text, and one without a byte too. */
static void test_file__reads_from_disk(void **state)
{
    struct fixture *f = *state;
    char *folder = test_make_folder();
    char *path = test_path(folder, "x.conf");

    test_write_file(folder, "x.conf", "slots = 9\n", 10);
    assert_int_equal(skep_options_read_file(&f->layer, path, &f->err), SKEP_OK);
    assert_int_equal(f->settings.slots, 9);
    test_write_file(folder, "x.conf", "", 0);
    assert_int_equal(skep_options_read_file(&f->layer, path, &f->err), SKEP_OK);
    free(path);
    test_remove_folder(folder);
}

/* Errors say file, line and what would be right. */
static void test_file__refuses_with_place_and_advice(void **state)
{
    struct fixture *f = *state;

    refuse(f, "slots = 3\n\nsltos = 4\n", "x.conf:3: unknown setting sltos: did you mean slots?");
    refuse(f, "colour = red", "x.conf:1: unknown setting colour");
    refuse(f, "slots = 0", "x.conf:1: slots: 0 is out of range: 1 to 64");
    refuse(f, "slots =", "x.conf:1: slots: '' is not a whole number");
    refuse(f, "[worker]\n", "x.conf:1: a line must be `name = value`, or a comment that starts with #");
    refuse(f, "slots 3\n", "x.conf:1: a line must be `name = value`, or a comment that starts with #");
    refuse(f, "= 3\n", "x.conf:1: unknown setting ");
}

/* A scalar that stands twice is a slip, not a choice. */
static void test_file__refuses_a_second_value(void **state)
{
    refuse(*state, "slots = 3\nslots = 4\n", "x.conf:2: slots is already set on line 1");
}

/* What has a meaning on a command line only does not go into a file. */
static void test_file__refuses_command_line_options(void **state)
{
    refuse(*state, "version = yes", "x.conf:1: version belongs on the command line, not into a file");
    refuse(*state, "config = y", "x.conf:1: config belongs on the command line, not into a file");
}

/* A NUL byte would hide the rest of its line. */
static void test_file__refuses_nul(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_options_read_text(&f->layer, "x.conf", "redis = a\0b", 11, &f->err), SKEP_E_USAGE);
    assert_string_equal(f->err.text, "x.conf:1: a NUL byte does not belong into a configuration file");
}

/* A file that is missing, a folder, or far too large is refused by name. */
static void test_file__refuses_unreadable_files(void **state)
{
    enum { TOO_MANY = 1024 * 1024 + 1 };
    struct fixture *f = *state;
    char *folder = test_make_folder();
    char *path = test_path(folder, "x.conf");
    char *newlines = malloc(TOO_MANY);

    assert_int_equal(skep_options_read_file(&f->layer, path, &f->err), SKEP_E_IO);
    assert_non_null(strstr(f->err.text, "x.conf: No such file or directory"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_options_read_file(&f->layer, folder, &f->err), SKEP_E_IO);
    assert_non_null(strstr(f->err.text, "Is a directory"));
    skep_error_clear(&f->err);
    memset(newlines, '\n', TOO_MANY);
    test_write_file(folder, "x.conf", newlines, TOO_MANY - 1);
    assert_int_equal(skep_options_read_file(&f->layer, path, &f->err), SKEP_OK);
    test_write_file(folder, "x.conf", newlines, TOO_MANY);
    assert_int_equal(skep_options_read_file(&f->layer, path, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "x.conf: larger than 1048576 bytes"));
    free(newlines);
    free(path);
    test_remove_folder(folder);
}

static skep_status read_one_file(void *context)
{
    struct fixture f;
    skep_status st;

    fixture_init(&f);
    st = skep_options_read_file(&f.layer, context, &f.err);
    skep_arena_release(&f.arena);
    return st;
}

/* Whichever request for memory fails, it says so and leaves nothing open or behind. */
static void test_file__survives_a_failing_heap(void **state)
{
    char *folder = test_make_folder();
    char *path = test_path(folder, "x.conf");

    (void)state;
    test_write_file(folder, "x.conf", "slots = 9\nredis = r\ndata = a, b\n", 32);
    test_heap_torture(read_one_file, path);
    free(path);
    test_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file__reads_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__reads_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__reads_from_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__refuses_with_place_and_advice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__refuses_a_second_value, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__refuses_command_line_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__refuses_nul, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file__refuses_unreadable_files, setup, teardown),
        cmocka_unit_test(test_file__survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("config/file", tests, NULL, NULL);
}
