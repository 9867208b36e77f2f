/* SPDX-License-Identifier: MIT */
#include "producer/top/screen.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#undef columns /* term.h has short names for all that a terminal can */

#include "producer/top/state.h"

enum { SCREEN_ESCAPE_MS = 25, SCREEN_RUN_BYTES = SKEP_CANVAS_MAX_COLUMNS * SKEP_CELL_BYTES + 1 };

static SCREEN *screen_now; /* ncurses has one, too */
static bool screen_has_colour;

/* Colours of the terminal's own palette, on its own background. */
static const short screen_colours[SKEP_STYLES] = {
    [SKEP_STYLE_GOOD] = COLOR_GREEN, [SKEP_STYLE_NOTE] = COLOR_CYAN, [SKEP_STYLE_WARN] = COLOR_YELLOW,
    [SKEP_STYLE_BAD] = COLOR_RED,    [SKEP_STYLE_KEY] = COLOR_CYAN,
};

/* What says it where there is no colour, and beside it. */
static const attr_t screen_attributes[SKEP_STYLES] = {
    [SKEP_STYLE_DIM] = A_DIM,  [SKEP_STYLE_STRONG] = A_BOLD, [SKEP_STYLE_WARN] = A_BOLD,
    [SKEP_STYLE_BAD] = A_BOLD, [SKEP_STYLE_KEY] = A_BOLD,
};

static bool screen_can(void)
{
    const char *move;
    bool has_move;
    int failure;

    if (setupterm(NULL, STDOUT_FILENO, &failure) != OK) {
        return false;
    }
    move = tigetstr("cup");
    has_move = move != NULL && move != (const char *)-1;
    (void)del_curterm(cur_term);
    return has_move;
}

static void screen_take_colours(bool has_colour)
{
    screen_has_colour = has_colour && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (short i = 1; i < SKEP_STYLES && screen_has_colour; i++) {
        (void)init_pair(i, screen_colours[i] != 0 ? screen_colours[i] : -1, -1);
    }
}

bool skep_screen_open(bool has_colour)
{
    if (!screen_can()) {
        return false;
    }
    screen_now = newterm(NULL, stdout, stdin);
    if (screen_now == NULL) {
        return false;
    }
    (void)set_term(screen_now);
    screen_take_colours(has_colour);
    (void)cbreak();
    (void)noecho();
    (void)nodelay(stdscr, TRUE);
    (void)keypad(stdscr, TRUE);
    (void)curs_set(0);
    (void)set_escdelay(SCREEN_ESCAPE_MS);
    return true;
}

void skep_screen_close(void)
{
    if (screen_now != NULL) {
        (void)move(LINES - 1, 0); /* where there is no second screen, the shell goes on there */
        (void)clrtoeol();
        (void)refresh();
        (void)endwin();
        delscreen(screen_now);
        screen_now = NULL;
    }
}

void skep_screen_size(int *rows_out, int *columns_out)
{
    getmaxyx(stdscr, *rows_out, *columns_out);
}

/* ---- drawing ---- */

static void screen_set(const struct skep_cell *cell)
{
    attr_t attributes = screen_attributes[cell->style];
    short pair = (short)(screen_has_colour && screen_colours[cell->style] != 0 ? cell->style : 0);

    if (cell->is_chosen) { /* one bar, whatever it lies on */
        attributes = (attributes & ~(attr_t)A_DIM) | A_REVERSE;
        pair = 0;
    }
    (void)attr_set(attributes, pair, NULL);
}

static bool screen_is_alike(const struct skep_cell *a, const struct skep_cell *b)
{
    return a->style == b->style && a->is_chosen == b->is_chosen;
}

static void screen_show_row(const struct skep_canvas *canvas, int row)
{
    char run[SCREEN_RUN_BYTES];
    int column = 0;

    (void)move(row, 0);
    while (column < canvas->columns) {
        const struct skep_cell *first = skep_canvas_cell(canvas, row, column);
        size_t used = 0;
        while (column < canvas->columns) {
            const struct skep_cell *cell = skep_canvas_cell(canvas, row, column);
            size_t n = strlen(cell->text);
            if (!screen_is_alike(first, cell)) {
                break;
            }
            memcpy(run + used, cell->text, n);
            used += n;
            column++;
        }
        screen_set(first);
        (void)addnstr(run, (int)used);
    }
}

void skep_screen_show(const struct skep_canvas *canvas)
{
    (void)erase();
    for (int row = 0; row < canvas->rows; row++) {
        screen_show_row(canvas, row);
    }
    (void)refresh();
}

/* ---- keys ---- */

static const struct screen_key {
    int code, key;
} screen_keys[] = {
    {KEY_UP, SKEP_PRESS_UP},
    {KEY_DOWN, SKEP_PRESS_DOWN},
    {KEY_LEFT, SKEP_PRESS_LEFT},
    {KEY_RIGHT, SKEP_PRESS_RIGHT},
    {KEY_PPAGE, SKEP_PRESS_PAGE_UP},
    {KEY_NPAGE, SKEP_PRESS_PAGE_DOWN},
    {KEY_HOME, SKEP_PRESS_HOME},
    {KEY_END, SKEP_PRESS_END},
    {KEY_ENTER, SKEP_PRESS_ENTER},
    {KEY_BTAB, SKEP_PRESS_BACK_TAB},
    {KEY_BACKSPACE, SKEP_PRESS_BACKSPACE},
};

static int screen_translate(wint_t code)
{
    for (size_t i = 0; i < sizeof screen_keys / sizeof screen_keys[0]; i++) {
        if ((wint_t)screen_keys[i].code == code) {
            return screen_keys[i].key;
        }
    }
    return SKEP_PRESS_OTHER;
}

static int screen_character(wint_t c)
{
    switch (c) {
    case '\n':
    case '\r':
        return SKEP_PRESS_ENTER;
    case '\t':
        return SKEP_PRESS_TAB;
    case 27:
        return SKEP_PRESS_ESCAPE;
    case 8:
    case 127:
        return SKEP_PRESS_BACKSPACE;
    case 12: /* ctrl-l: somebody else has written on the screen */
        (void)clearok(curscr, TRUE);
        return SKEP_PRESS_OTHER;
    default:
        return (int)c;
    }
}

int skep_screen_key(void)
{
    wint_t c;
    int kind = get_wch(&c);

    return kind == ERR ? SKEP_PRESS_NONE : kind == KEY_CODE_YES ? screen_translate(c) : screen_character(c);
}
