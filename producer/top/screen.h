/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_SCREEN_H
#define SKEP_PRODUCER_TOP_SCREEN_H

#include <stdbool.h>

#include "producer/top/canvas.h"

/* The one door to the terminal in full-screen use; screen.c alone knows ncurses. There is one terminal, so
 * there is one screen. */

/* Take the terminal over: standard input and output. False when it cannot place a cursor, or is none that
 * this machine knows; it is then as it was. */
bool skep_screen_open(bool has_colour);

/* Give it back as it was. Also after a failure, and twice, is fine. */
void skep_screen_close(void);

void skep_screen_size(int *rows_out, int *columns_out);
void skep_screen_show(const struct skep_canvas *canvas);

/* The next key: a character, or an enum skep_top_key of state.h; SKEP_PRESS_NONE: none was pressed. */
int skep_screen_key(void);

#endif
