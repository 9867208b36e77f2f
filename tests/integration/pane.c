/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "pane.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/files.h"
#include "support/until.h"

enum { PANE_MS = 60000, PANE_MAX_ARGS = 20, PANE_TEXT_BYTES = 16 };

/* `tmux -S SOCKET ARGS...`; what it wrote, free() it; NULL: it failed. */
static char *pane_tmux(struct pane *pane, const char *const *args)
{
    const char *all[PANE_MAX_ARGS + 7] = {"tmux", "-N", "-u", "-f", "/dev/null", "-S", pane->socket};
    const char *env[] = {"TMUX", "TMUX_TMPDIR", NULL};
    struct test_process *process;
    char *out = NULL;

    for (size_t i = 0; args[i] != NULL; i++) {
        assert_true(i + 1 < PANE_MAX_ARGS);
        all[i + 7] = args[i];
    }
    process = test_process_run(&(struct test_process_options){.args = all, .env = env}, PANE_MS);
    if (process->status == 0) {
        out = test_process_out(process, NULL);
    }
    test_process_free(process);
    return out;
}

struct pane_start {
    struct pane *pane;
    const char *const *args;
};

/* The server may not listen yet; -N: it is not to be started once more. */
static bool pane_starts(void *context)
{
    struct pane_start *start = context;
    char *out = pane_tmux(start->pane, start->args);

    free(out);
    return out != NULL || test_process_is_over(start->pane->tmux);
}

struct pane *pane_open(int columns, int rows, const char *folder, const char *const *env, const char *command)
{
    struct pane *pane = calloc(1, sizeof *pane);
    const char *tmux[] = {"tmux", "-u", "-D", "-f", "/dev/null", "-S", NULL, NULL};
    char x[PANE_TEXT_BYTES], y[PANE_TEXT_BYTES], line[2048];
    const char *args[] = {"new-session", "-d", "-s", "t", "-x", x, "-y", y, "-c", folder, line, NULL};
    struct pane_start start = {pane, args};

    assert_non_null(pane);
    pane->folder = test_make_folder();
    pane->socket = test_path(pane->folder, "tmux");
    tmux[6] = pane->socket;
    snprintf(x, sizeof x, "%d", columns);
    snprintf(y, sizeof y, "%d", rows);
    snprintf(line, sizeof line, "%s; exec cat >/dev/null", command);
    pane->tmux = test_process_start(&(struct test_process_options){.args = tmux, .env = env});
    if (!test_until(pane_starts, &start, PANE_MS) || test_process_is_over(pane->tmux)) {
        char *err = test_process_err(pane->tmux);
        fail_msg("tmux does not start: %s", err);
    }
    return pane;
}

void pane_close(struct pane *pane)
{
    if (pane != NULL) {
        test_process_free(pane->tmux);
        test_remove_folder(pane->folder);
        free(pane->socket);
        free(pane);
    }
}

char *pane_capture(struct pane *pane)
{
    const char *args[] = {"capture-pane", "-p", "-t", "t", NULL};
    char *out = pane_tmux(pane, args);

    assert_non_null(out);
    return out;
}

void pane_press(struct pane *pane, const char *key, ...)
{
    const char *args[PANE_MAX_ARGS] = {"send-keys", "-t", "t", key};
    size_t n = 4;
    va_list rest;

    va_start(rest, key);
    while ((args[n] = va_arg(rest, const char *)) != NULL) {
        assert_true(++n < PANE_MAX_ARGS);
    }
    va_end(rest);
    free(pane_tmux(pane, args));
}

void pane_resize(struct pane *pane, int columns, int rows)
{
    char x[PANE_TEXT_BYTES], y[PANE_TEXT_BYTES];
    const char *args[] = {"resize-window", "-t", "t", "-x", x, "-y", y, NULL};

    snprintf(x, sizeof x, "%d", columns);
    snprintf(y, sizeof y, "%d", rows);
    free(pane_tmux(pane, args));
}

/* ---- waiting ---- */

struct pane_wait {
    struct pane *pane;
    const char *words;
    bool is_wanted;
};

static bool pane_shows(void *context)
{
    struct pane_wait *wait = context;
    char *text = pane_capture(wait->pane);
    bool has = strstr(text, wait->words) != NULL;

    free(text);
    return has == wait->is_wanted;
}

static void pane_wait(struct pane *pane, const char *words, bool is_wanted)
{
    struct pane_wait wait = {pane, words, is_wanted};

    if (!test_until(pane_shows, &wait, PANE_MS)) {
        fail_msg("'%s' %s on the screen:\n%s", words, is_wanted ? "is not" : "is still", pane_capture(pane));
    }
}

void pane_until(struct pane *pane, const char *words)
{
    pane_wait(pane, words, true);
}

void pane_until_gone(struct pane *pane, const char *words)
{
    pane_wait(pane, words, false);
}
