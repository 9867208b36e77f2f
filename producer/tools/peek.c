/* SPDX-License-Identifier: MIT */
/* skep peek: what is in an array, in a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "producer/cli/command.h"
#include "producer/cli/terminal.h"
#include "producer/cli/words.h"
#include "producer/commands.h"
#include "producer/tools/peek_draw.h"
#include "producer/tools/peek_numbers.h"
#include "task/json.h"

enum {
    PEEK_MAX_BYTES = 8 * 1024 * 1024,
    PEEK_SHAPE_BYTES = 256,
    PEEK_LINE_NUMBERS = 4, /* lines of numbers of an array with one axis */
    PEEK_ROW_NUMBERS = 10,
    PEEK_PICTURE_LINES = 24,
    PEEK_NAME_BYTES = 4096
};

struct peek_settings {
    int64_t digits;
    bool is_plain, is_json;
};

static const struct skep_option peek_options[] = {
    {.name = "digits",
     .kind = SKEP_OPT_I64,
     .offset = offsetof(struct peek_settings, digits),
     .default_text = "6",
     .least = 1,
     .most = 17,
     .value_name = "N",
     .help = "significant digits of the numbers"},
    {.name = "plain",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct peek_settings, is_plain),
     .help = "ASCII letters only, and no colour"},
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct peek_settings, is_json),
     .help = "print one JSON object: array, dtype, shape, n, nan, infinite, min, max, mean"},
    {.name = NULL},
};

struct peek {
    const struct peek_settings *settings;
    const char *ref;
    struct skep_array_file file;
    struct skep_survey survey;
    struct skep_survey_cell total;
    struct skep_draw_style style;
    struct skep_buf buf;
};

/* ---- in short ---- */

/* The least or greatest element; integers with all their digits. */
static const char *peek_extreme(const struct peek *peek, bool is_most, char text[SKEP_ELEMENT_BYTES])
{
    const struct skep_survey *survey = &peek->survey;
    int64_t integer = is_most ? survey->most_integer : survey->least_integer;
    double real = is_most ? skep_survey_most(&peek->total) : skep_survey_least(&peek->total);
    struct skep_view element = {.data = &real, .dtype = SKEP_F8};

    if (survey->has_integers && peek->total.n_finite > 0) {
        element = (struct skep_view){.data = &integer, .dtype = survey->is_unsigned ? SKEP_U8 : SKEP_I8};
    }
    return skep_element_format(&element, (int)peek->settings->digits, text);
}

static const char *peek_mean(const struct peek *peek, char text[SKEP_ELEMENT_BYTES])
{
    double mean = skep_survey_mean(&peek->total);
    const struct skep_view element = {.data = &mean, .dtype = SKEP_F8};

    return skep_element_format(&element, (int)peek->settings->digits, text);
}

/* "NAME TEXT" behind what stands in the line already, or in a new one where it does not fit. */
static void peek_add_item(struct peek *peek, size_t *used, const char *name, const char *text)
{
    size_t n = strlen(name) + 1 + strlen(text);

    if (*used > 0) {
        bool fits = *used + 3 + n <= (size_t)peek->style.width;
        skep_buf_add_text(&peek->buf, fits ? "   " : "\n");
        *used = fits ? *used + 3 : 0;
    }
    skep_buf_printf(&peek->buf, "%s %s", name, text);
    *used += n;
}

static void peek_add_short(struct peek *peek)
{
    char number[SKEP_ELEMENT_BYTES], count[SKEP_WORDS_BYTES];
    int64_t n_infinite = peek->total.n_above + peek->total.n_below;
    size_t used = 0;

    peek_add_item(peek, &used, "min", peek_extreme(peek, false, number));
    peek_add_item(peek, &used, "max", peek_extreme(peek, true, number));
    peek_add_item(peek, &used, "mean", peek_mean(peek, number));
    peek_add_item(peek, &used, "NaN", skep_words_number(peek->total.n_nan, count));
    if (n_infinite > 0) {
        peek_add_item(peek, &used, "infinite", skep_words_number(n_infinite, count));
    }
    skep_buf_add_char(&peek->buf, '\n');
}

static void peek_add_title(struct peek *peek, int64_t n)
{
    const struct skep_view *view = &peek->file.view;
    char shape[PEEK_SHAPE_BYTES], number[SKEP_WORDS_BYTES], bytes[SKEP_WORDS_BYTES];

    skep_words_add_harmless(&peek->buf, peek->ref, strlen(peek->ref), PEEK_NAME_BYTES);
    skep_buf_printf(&peek->buf, ": %s %s, %s element%s, %s\n", skep_dtype_name(view->dtype),
                    skep_shape_format(view->ndim, view->shape, shape, sizeof shape),
                    skep_words_number(n, number), skep_words_plural((uint64_t)n),
                    skep_words_bytes((uint64_t)n * skep_dtype_size(view->dtype), bytes));
}

static void peek_add_plane(struct peek *peek)
{
    const struct skep_view *view = &peek->file.view;

    if (view->ndim <= 2) {
        return;
    }
    skep_buf_add_text(&peek->buf, "The first plane, [");
    for (int d = 0; d < view->ndim - 2; d++) {
        skep_buf_add_text(&peek->buf, d > 0 ? ",0" : "0");
    }
    skep_buf_add_text(&peek->buf, "]:\n");
}

static skep_status peek_write(struct peek *peek, struct skep_error *err)
{
    const struct skep_view *view = &peek->file.view;
    int64_t n = skep_view_count(view);
    const struct skep_numbers_style style = {
        .width = peek->style.width,
        .lines = view->ndim > 1 ? PEEK_ROW_NUMBERS : PEEK_LINE_NUMBERS,
        .digits = (int)peek->settings->digits,
    };
    skep_status st = SKEP_OK;

    peek_add_title(peek, n);
    if (n == 0) {
        return SKEP_OK;
    }
    peek_add_short(peek);
    if (view->ndim > 0) {
        peek_add_plane(peek);
        st = skep_numbers_add(&peek->buf, &peek->file, &style, err);
        skep_draw(&peek->buf, &peek->survey, &peek->style);
    }
    return st;
}

/* ---- as JSON ---- */

static void peek_json_f64(struct peek *peek, const char *key, double number)
{
    skep_json_add_key(&peek->buf, key);
    skep_json_add_f64(&peek->buf, number);
}

static void peek_json_extreme(struct peek *peek, const char *key, bool is_most)
{
    int64_t integer = is_most ? peek->survey.most_integer : peek->survey.least_integer;

    if (skep_dtype_kind(peek->file.view.dtype) == 'f' || peek->total.n_finite == 0) {
        peek_json_f64(peek, key, is_most ? skep_survey_most(&peek->total) : skep_survey_least(&peek->total));
        return;
    }
    skep_json_add_key(&peek->buf, key);
    if (!peek->survey.has_integers) {
        skep_buf_add_i64(&peek->buf, (int64_t)(is_most ? peek->total.most : peek->total.least));
    } else if (peek->survey.is_unsigned) {
        skep_json_add_u64(&peek->buf, (uint64_t)integer);
    } else {
        skep_buf_add_i64(&peek->buf, integer);
    }
}

static void peek_json_count(struct peek *peek, const char *key, int64_t n)
{
    skep_json_add_key(&peek->buf, key);
    skep_buf_add_i64(&peek->buf, n);
}

static void peek_write_json(struct peek *peek)
{
    const struct skep_view *view = &peek->file.view;
    struct skep_buf *buf = &peek->buf;
    const char *dtype = skep_dtype_name(view->dtype);

    skep_buf_add_char(buf, '{');
    skep_json_add_key(buf, "array");
    skep_json_add_text(buf, peek->ref, strlen(peek->ref));
    skep_json_add_key(buf, "dtype");
    skep_json_add_text(buf, dtype, strlen(dtype));
    skep_json_add_key(buf, "shape");
    skep_buf_add_char(buf, '[');
    for (int d = 0; d < view->ndim; d++) {
        skep_buf_add_text(buf, d > 0 ? "," : "");
        skep_buf_add_i64(buf, view->shape[d]);
    }
    skep_buf_add_char(buf, ']');
    peek_json_count(peek, "n", skep_view_count(view));
    peek_json_count(peek, "nan", peek->total.n_nan);
    peek_json_count(peek, "infinite", peek->total.n_above + peek->total.n_below);
    peek_json_extreme(peek, "min", false);
    peek_json_extreme(peek, "max", true);
    peek_json_f64(peek, "mean", skep_survey_mean(&peek->total));
    skep_buf_add_text(buf, "}\n");
}

/* ---- the command ---- */

static void peek_choose_style(struct peek *peek)
{
    struct skep_terminal terminal;
    bool is_plain = peek->settings->is_plain;

    skep_terminal_look(STDOUT_FILENO, &terminal);
    peek->style = (struct skep_draw_style){
        .has_utf8 = terminal.has_utf8 && !is_plain,
        .has_colour = terminal.has_colour && !is_plain,
        .width = terminal.width,
        /* What is printed above the picture is to stay on the screen. */
        .height = terminal.height > 2 * PEEK_PICTURE_LINES ? PEEK_PICTURE_LINES : terminal.height / 2,
    };
}

static skep_status peek_look(struct peek *peek, struct skep_error *err)
{
    const struct skep_view *view = &peek->file.view;
    const struct skep_survey_shape shape = skep_survey_shape_of(view);
    int max_rows, max_columns;
    skep_status st;

    skep_draw_cells(&peek->style, &shape, &max_rows, &max_columns);
    st = skep_survey_init(&peek->survey, view, max_rows, max_columns, err);
    if (st == SKEP_OK) {
        st = skep_array_file_walk(&peek->file, skep_survey_add, &peek->survey, err);
    }
    if (st == SKEP_OK) {
        peek->total = skep_survey_total(&peek->survey);
        if (peek->settings->is_json) {
            peek_write_json(peek);
        } else {
            st = peek_write(peek, err);
        }
    }
    return st;
}

static int peek_act(const void *settings, const struct skep_operands *operands)
{
    struct peek peek = {.settings = settings};
    struct skep_error err = {0};
    bool has_changed = false;
    skep_status st;

    if (operands->n != 1) {
        skep_complain("peek: which array? `skep peek te.npy`, `skep peek 'te.npy[0,:]'`");
        return SKEP_EXIT_USAGE;
    }
    peek.ref = operands->items[0];
    skep_buf_init(&peek.buf, PEEK_MAX_BYTES);
    peek_choose_style(&peek);
    st = skep_array_file_open(peek.ref, &peek.file, &err);
    if (st == SKEP_OK) {
        st = peek_look(&peek, &err);
        has_changed = skep_array_file_has_changed(&peek.file);
    }
    skep_survey_release(&peek.survey);
    skep_array_file_close(&peek.file);
    if (st != SKEP_OK) {
        skep_buf_release(&peek.buf);
        skep_complain_error(st, &err);
        return st == SKEP_E_NOMEM || st == SKEP_E_IO ? SKEP_EXIT_SERVER : SKEP_EXIT_USAGE;
    }
    if (has_changed) {
        skep_say("the file was written to meanwhile: its numbers are not all of one moment");
    }
    return skep_print_buf(&peek.buf);
}

static const char *const peek_text[] = {
    "Show what is in an array: its shape, least, greatest and mean element and how many are NaN, numbers "
    "from "
    "its beginning and its end, and a picture: a line for each row or column where there are at most 8 of "
    "them, "
    "else a heat map. NaN is left out of min, max and mean. Of an array with three axes or more numbers and "
    "picture are those of the first plane; a slice chooses another: 'x.npy[3]'.",
    "The file is read once, in blocks, so that it may be of any size; and it may be one that a sweep is just "
    "filling. Colour is for terminals that have it and where NO_COLOR is not set, letters other than ASCII "
    "where the locale has UTF-8 (LC_ALL, LC_CTYPE or LANG); a pipe gets as many columns as COLUMNS says, or "
    "80.",
    "Exit codes: 0 shown; 2 it cannot be read as an array; 3 the disk failed.",
    NULL,
};

static const char *const peek_examples[] = {
    "skep peek te.npy",
    "what has come out?",
    "skep peek 'te.npy[0, ::-1]' --digits 17",
    "one row, backwards, with all digits",
    "skep peek te.npy --json | jq .nan",
    "how many are NaN, for scripts",
    NULL,
};

const struct skep_command skep_command_peek = {
    .name = "peek",
    .summary = "look at an array: numbers, a picture, min, max, mean, NaN",
    .usage = "[OPTION...] 'A.npy[SLICE]'",
    .text = peek_text,
    .examples = peek_examples,
    .options = peek_options,
    .settings_bytes = sizeof(struct peek_settings),
    .max_operands = 1,
    .act = peek_act,
};
