/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_PANE_H
#define SKEP_TESTS_INTEGRATION_PANE_H

/* A terminal as somebody sees it: a pane of a tmux of the test's own, which dies with the test. Include
 * support/test.h first. Everything here fails the test, with what is on the screen. */
#include <stdbool.h>

#include "support/process.h"

struct pane {
    struct test_process *tmux;
    char *folder, *socket;
};

/* Run COMMAND (a shell's) in a terminal of this size, in the environment ENV (ends with NULL; test_process.h)
 * and the working folder FOLDER. The terminal stays when it ends. */
struct pane *pane_open(int columns, int rows, const char *folder, const char *const *env,
                       const char *command);
void pane_close(struct pane *pane); /* NULL is fine */

/* What is on the screen, lines without blanks at their ends; free() it. */
char *pane_capture(struct pane *pane);

/* Press keys, by tmux' names of them: "Down", "q", ..., then NULL. */
void pane_press(struct pane *pane, const char *key, ...) __attribute__((sentinel));

void pane_resize(struct pane *pane, int columns, int rows);

/* Wait until WORDS are on the screen, or until they are not. */
void pane_until(struct pane *pane, const char *words);
void pane_until_gone(struct pane *pane, const char *words);

#endif
