/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/cli/folders.h"
#include "producer/sweep/sweep_factors.h"
#include "producer/sweep/sweep_settings.h"
#include "unit/producer/sweep/sweep_arrays.h"

struct fixture {
    char *folder;
    struct skep_text_list data;
    struct skep_roots *roots;
    struct skep_npy_cache *cache;
    struct skep_arena arena;
    struct skep_sweep_reader reader;
    struct skep_option_series series;
    struct skep_sweep sweep;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){.folder = test_make_folder()};
    f->data = (struct skep_text_list){.n = 1, .items = {f->folder}};
    assert_int_equal(skep_folders_open(&f->data, &f->roots, NULL), SKEP_OK);
    assert_int_equal(skep_npy_cache_new(f->roots, 16, 1 << 30, &f->cache, NULL), SKEP_OK);
    skep_arena_init(&f->arena, 1 << 24);
    f->reader = (struct skep_sweep_reader){.arena = &f->arena, .cache = f->cache, .data = &f->data};
    arrays_write(f->folder, "vector.npy", 1, (const int64_t[]){7});
    arrays_write(f->folder, "eeg.npy", 2, (const int64_t[]){50, 4});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_npy_cache_free(f->cache);
    skep_roots_free(f->roots);
    skep_arena_release(&f->arena);
    test_remove_folder(f->folder);
    return 0;
}

static void give(struct fixture *f, const char *option, const char *text)
{
    const struct skep_option *row = skep_option_find(skep_sweep_options, option, strlen(option));

    assert_non_null(row);
    assert_int_equal(row->kind, SKEP_OPT_SERIES);
    f->series.items[f->series.n++] = (struct skep_option_item){row, text};
}

static skep_status read_all(struct fixture *f, int64_t times)
{
    skep_error_clear(&f->err);
    return skep_sweep_parse_generators(&f->reader, &f->series, times, &f->sweep, &f->err);
}

/* The only factor of a command line with this option alone. */
static const struct skep_factor *read_one(struct fixture *f, const char *option, const char *text)
{
    f->series.n = 0;
    give(f, option, text);
    if (read_all(f, 0) != SKEP_OK) {
        fail_msg("--%s %s: %s", option, text, f->err.text);
    }
    assert_int_equal(f->sweep.n_factors, 1);
    return &f->sweep.factors[0];
}

static void refuse(struct fixture *f, const char *option, const char *text, const char *words)
{
    f->series.n = 0;
    give(f, option, text);
    if (read_all(f, 0) == SKEP_OK) {
        fail_msg("--%s %s was not refused", option, text);
    }
    if (strstr(f->err.text, words) == NULL || strstr(f->err.text, option) == NULL) {
        fail_msg("--%s %s: '%s' does not say '%s'", option, text, f->err.text, words);
    }
}

/* ---- works ---- */

/* The order of the options is the order of the factors, whatever their kinds; --times comes last. */
static void test_sweep_factors__keeps_the_order(void **state)
{
    struct fixture *f = *state;

    give(f, "grid", "r=0.1:1.0:10");
    give(f, "pairs", "i,j=64");
    give(f, "grid", "k=1,2");
    assert_int_equal(read_all(f, 3), SKEP_OK);
    assert_int_equal(f->sweep.n_factors, 4);
    assert_int_equal(f->sweep.factors[0].kind, SKEP_FACTOR_GRID);
    assert_string_equal(f->sweep.factors[0].variables[0], "r");
    assert_int_equal(f->sweep.factors[1].kind, SKEP_FACTOR_PAIRS);
    assert_string_equal(f->sweep.factors[1].variables[0], "i");
    assert_string_equal(f->sweep.factors[1].variables[1], "j");
    assert_string_equal(f->sweep.factors[2].variables[0], "k");
    assert_int_equal(f->sweep.factors[3].kind, SKEP_FACTOR_TIMES);
    assert_int_equal(f->sweep.factors[3].n, 3);
    assert_string_equal(f->sweep.factors[3].variables[0], "time");
}

/* A grid is a list, a JSON list, a line of numbers or a vector of a file. */
static void test_sweep_factors__reads_grids(void **state)
{
    struct fixture *f = *state;
    const struct skep_factor *factor = read_one(f, "grid", "r=0.5, 2,-1e3");

    assert_int_equal(factor->grids[0].kind, SKEP_GRID_LIST);
    assert_int_equal(factor->n, 3);
    assert_true(factor->grids[0].list->children[0].f64 == 0.5);
    assert_int_equal(factor->grids[0].list->children[1].i64, 2);
    factor = read_one(f, "grid", "r=[\"a,b\",\"c\"]");
    assert_int_equal(factor->n, 2);
    assert_string_equal(factor->grids[0].list->children[0].text, "a,b");
    factor = read_one(f, "grid", "mode=fast");
    assert_int_equal(factor->n, 1);
    assert_string_equal(factor->grids[0].list->children[0].text, "fast");
    factor = read_one(f, "grid", "r=0.1:1.0:10");
    assert_int_equal(factor->grids[0].kind, SKEP_GRID_LINSPACE);
    assert_true(factor->grids[0].from == 0.1 && factor->grids[0].to == 1.0);
    assert_int_equal(factor->n, 10);
    factor = read_one(f, "grid", "r=@vector.npy");
    assert_int_equal(factor->grids[0].kind, SKEP_GRID_ARRAY);
    assert_string_equal(factor->grids[0].ref, "vector.npy");
    assert_int_equal(factor->n, 7);
    factor = read_one(f, "grid", "r=@eeg.npy[10:,1]");
    assert_int_equal(factor->n, 40);
}

/* Options --zip next to one another are one factor; something between them parts them. */
static void test_sweep_factors__joins_zips(void **state)
{
    struct fixture *f = *state;

    give(f, "zip", "a=1,2,3");
    give(f, "zip", "b=0:1:3");
    give(f, "grid", "c=1,2");
    give(f, "zip", "d=5,6");
    assert_int_equal(read_all(f, 0), SKEP_OK);
    assert_int_equal(f->sweep.n_factors, 3);
    assert_int_equal(f->sweep.factors[0].n_variables, 2);
    assert_int_equal(f->sweep.factors[0].n, 3);
    assert_string_equal(f->sweep.factors[0].variables[1], "b");
    assert_int_equal(f->sweep.factors[0].grids[1].kind, SKEP_GRID_LINSPACE);
    assert_int_equal(f->sweep.factors[2].n_variables, 1);
    assert_int_equal(f->sweep.factors[2].n, 2);
}

/* Ranges and splits have their counts; 1e10 is an integer. */
static void test_sweep_factors__reads_ranges_and_splits(void **state)
{
    struct fixture *f = *state;
    const struct skep_factor *factor = read_one(f, "ranges", "lo,hi=0:100:8");

    assert_int_equal(factor->n, 8);
    assert_int_equal(factor->step, 0);
    factor = read_one(f, "ranges", "lo,hi=2:1e3/100");
    assert_int_equal(factor->n, 10); /* 998 in steps of 100 */
    assert_int_equal(factor->lo, 2);
    assert_int_equal(factor->hi, 1000);
    factor = read_one(f, "split", "n=1e10:1000");
    assert_int_equal(factor->hi, 10000000000);
    assert_int_equal(factor->n, 1000);
}

/* Pairs: of a number, of the axis of an array; n (n - 1) ordered ones, half of them unordered. */
static void test_sweep_factors__reads_pairs(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(read_one(f, "pairs", "i,j=64")->n, 64 * 63);
    assert_int_equal(read_one(f, "pairs", "i,j=eeg.npy:1")->n, 4 * 3);
    assert_int_equal(read_one(f, "pairs", "i,j=eeg.npy:-2")->of, 50);
    assert_int_equal(read_one(f, "pairs-unordered", "i,j=eeg.npy:1")->n, 6);
    assert_true(f->sweep.factors[0].is_unordered);
}

/* An axis has the length of the array's, and offers its slice to an argument. */
static void test_sweep_factors__reads_axes(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(read_one(f, "axis", "x=eeg.npy:1")->n, 4);
    assert_string_equal(f->reader.slices[0], "eeg.npy[:,{x}]");
    assert_int_equal(read_one(f, "axis", "x=eeg.npy:0")->n, 50);
    assert_string_equal(f->reader.slices[0], "eeg.npy[{x}]");
    assert_int_equal(read_one(f, "axis", "x=eeg.npy:-1")->of, 4);
    assert_string_equal(f->reader.slices[0], "eeg.npy[:,{x}]");
}

/* Random numbers have their interval and their count. */
static void test_sweep_factors__reads_random(void **state)
{
    const struct skep_factor *factor = read_one(*state, "random", "x=-1:2.5:1e3");

    assert_int_equal(factor->n, 1000);
    assert_true(factor->from == -1 && factor->to == 2.5);
}

/* Lines are texts, or numbers when all of them are. */
static void test_sweep_factors__reads_lines(void **state)
{
    struct fixture *f = *state;
    char text[300];
    char *path = test_path(f->folder, "lines.txt");
    const struct skep_factor *factor;

    test_write_file(f->folder, "lines.txt", "one\r\n\ntwo words\n3", 17);
    snprintf(text, sizeof text, "s=%s", path);
    factor = read_one(f, "lines", text);
    assert_int_equal(factor->kind, SKEP_FACTOR_LINES);
    assert_int_equal(factor->n, 3);
    assert_string_equal(factor->grids[0].list->children[0].text, "one");
    assert_string_equal(factor->grids[0].list->children[1].text, "two words");
    assert_string_equal(factor->grids[0].list->children[2].text, "3");
    test_write_file(f->folder, "lines.txt", "1\n2.5\n", 6);
    factor = read_one(f, "lines", text);
    assert_int_equal(factor->kind, SKEP_FACTOR_GRID);
    assert_int_equal(factor->grids[0].list->children[0].i64, 1);
    assert_true(factor->grids[0].list->children[1].f64 == 2.5);
    free(path);
}

/* Names of files are sorted, and below the data folder; folders are none. */
static void test_sweep_factors__reads_files(void **state)
{
    struct fixture *f = *state;
    const struct skep_factor *factor = read_one(f, "files", "f=*.npy");
    char named[300];

    assert_int_equal(factor->kind, SKEP_FACTOR_LINES);
    assert_int_equal(factor->n, 2);
    assert_string_equal(factor->grids[0].list->children[0].text, "eeg.npy");
    assert_string_equal(factor->grids[0].list->children[1].text, "vector.npy");
    snprintf(named, sizeof named, "runs=%s", f->folder);
    f->data = (struct skep_text_list){.n = 1, .items = {named}};
    factor = read_one(f, "files", "f=@runs/v*.npy");
    assert_int_equal(factor->n, 1);
    assert_string_equal(factor->grids[0].list->children[0].text, "@runs/vector.npy");
}

/* ---- refuses ---- */

/* What is no generator is refused, with the option in front and what would be right behind it. */
static void test_sweep_factors__refuses_wrong_texts(void **state)
{
    struct fixture *f = *state;

    refuse(f, "grid", "0.1:1.0:10", "no '='");
    refuse(f, "grid", "=1,2", "is no name");
    refuse(f, "grid", "2r=1,2", "is no name");
    refuse(f, "grid", "a-b=1,2", "is no name");
    refuse(f, "grid", "r=1,,2", "value 2 is empty");
    refuse(f, "grid", "r=", "is empty");
    refuse(f, "grid", "r=0.1:1.0", "FROM:TO:N");
    refuse(f, "grid", "r=0.1:1.0:0", "no values");
    refuse(f, "grid", "r=1,two", "numbers only");
    refuse(f, "grid", "r=@nowhere.npy", "no such file");
    refuse(f, "grid", "r=@eeg.npy", "wanted a vector");
    refuse(f, "pairs", "i,i=3", "there is a variable i already");
    refuse(f, "pairs", "i=64", "2 names");
    refuse(f, "pairs", "i,j=1", "at least 2");
    refuse(f, "pairs", "i,j=x", "ARRAY.npy:AXIS");
    refuse(f, "pairs", "i,j=eeg.npy:2", "no axis 2: there are 2");
    refuse(f, "ranges", "lo,hi=0:100", "LO:HI:PARTS");
    refuse(f, "ranges", "lo,hi=5:5:1", "nothing lies");
    refuse(f, "split", "n=10:11", "some would be empty");
    refuse(f, "split", "n=1.5:2", "TOTAL:PARTS");
    refuse(f, "axis", "x=eeg.npy", "ARRAY.npy:AXIS");
    refuse(f, "axis", "x=eeg.npy[:,1]:0", "a whole array");
    refuse(f, "random", "x=1:0:5", "");
    refuse(f, "lines", "s=nowhere.txt", "nowhere.txt");
    refuse(f, "files", "f=*.nothing", "no file matches");
    refuse(f, "files", "f=/etc/*", "below a data folder");
    refuse(f, "files", "f=@other/*", "no data folder named other");
}

/* Values of a zip are equally many. */
static void test_sweep_factors__refuses_uneven_zips(void **state)
{
    struct fixture *f = *state;

    give(f, "zip", "a=1,2,3");
    give(f, "zip", "b=1,2");
    assert_int_equal(read_all(f, 0), SKEP_E_BAD_ARGS);
    assert_non_null(strstr(f->err.text, "a has 3 values and b has 2"));
}

/* A list that would not fit into a record is refused before it is read to its end. */
static void test_sweep_factors__refuses_long_lists(void **state)
{
    struct fixture *f = *state;
    char *path = test_path(f->folder, "long.txt");
    FILE *file = fopen(path, "w");
    char text[300];

    assert_non_null(file);
    for (int i = 0; i < 20000; i++) {
        fprintf(file, "line %d\n", i);
    }
    assert_int_equal(fclose(file), 0);
    snprintf(text, sizeof text, "s=%s", path);
    refuse(f, "lines", text, "more than 48K");
    free(path);
}

/* There is room for so many factors and no more. */
static void test_sweep_factors__refuses_one_too_many(void **state)
{
    struct fixture *f = *state;
    char texts[SKEP_SWEEP_MAX_FACTORS + 1][8];

    for (int i = 0; i <= SKEP_SWEEP_MAX_FACTORS; i++) {
        snprintf(texts[i], sizeof texts[i], "v%d=1", i);
        give(f, "grid", texts[i]);
    }
    assert_int_equal(read_all(f, 0), SKEP_E_USAGE);
    f->series.n--;
    assert_int_equal(read_all(f, 0), SKEP_OK);
    assert_int_equal(read_all(f, 2), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "--times 2"));
}

/* ---- breaks ---- */

/* A full arena is no memory, wherever it ends. */
static void test_sweep_factors__survives_a_full_arena(void **state)
{
    struct fixture *f = *state;
    skep_status st = SKEP_E_NOMEM;

    give(f, "grid", "r=1,2,3");
    give(f, "axis", "x=eeg.npy:1");
    give(f, "files", "f=*.npy");
    for (size_t max = 0; st != SKEP_OK; max += 8) {
        skep_arena_release(&f->arena);
        skep_arena_init(&f->arena, max);
        assert_true(max < 100000);
        st = read_all(f, 0);
        assert_true(st == SKEP_OK || st == SKEP_E_NOMEM || st == SKEP_E_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep_factors__keeps_the_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_grids, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__joins_zips, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_ranges_and_splits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_pairs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_axes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_random, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__reads_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__refuses_wrong_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__refuses_uneven_zips, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__refuses_long_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__refuses_one_too_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_factors__survives_a_full_arena, setup, teardown),
    };
    return cmocka_run_group_tests_name("producer/sweep_factors", tests, NULL, NULL);
}
