/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TERMINAL_H
#define SKEP_PRODUCER_TERMINAL_H

#include <stdbool.h>

/* What may be written to a file descriptor so that its reader sees it as it was meant. */
struct skep_terminal {
    bool is_terminal;
    bool has_utf8;   /* the locale's letters: LC_ALL, LC_CTYPE, LANG */
    bool has_colour; /* 256 of them: a terminal whose TERM is none of the plain ones, and NO_COLOR is not set
                      */
    int width, height; /* columns, lines: of the terminal, else COLUMNS and LINES, else 80 and 24 */
};

enum { SKEP_TERMINAL_MOST = 1000 }; /* columns or lines */

void skep_terminal_look(int fd, struct skep_terminal *terminal_out);

#endif
