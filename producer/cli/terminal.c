/* SPDX-License-Identifier: MIT */
#include "producer/cli/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/parse.h"

/* The value of an environment variable; NULL if it is not set, or empty, which means the same to the programs
 * that one takes as a model (no-color.org, locale(7)). */
static const char *terminal_env(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool terminal_has_utf8(void)
{
    const char *locale = terminal_env("LC_ALL");

    locale = locale != NULL ? locale : terminal_env("LC_CTYPE");
    locale = locale != NULL ? locale : terminal_env("LANG");
    return locale != NULL && (strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL);
}

static bool terminal_has_colour(void)
{
    static const char *const plain[] = {"dumb", "vt", "ansi-m", "unknown", "lpr", "emacs"};
    const char *term = terminal_env("TERM");

    if (term == NULL || terminal_env("NO_COLOR") != NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strncmp(term, plain[i], strlen(plain[i])) == 0) {
            return false;
        }
    }
    return true;
}

/* GOT if the terminal has told it, else what the environment says, else PRESET. */
static int terminal_length(int got, const char *name, int preset)
{
    const char *text = terminal_env(name);
    int64_t length = got;

    if (length <= 0 && (text == NULL || !skep_parse_i64(text, strlen(text), &length) || length <= 0)) {
        length = preset;
    }
    return length < SKEP_TERMINAL_MOST ? (int)length : SKEP_TERMINAL_MOST;
}

void skep_terminal_look(int fd, struct skep_terminal *terminal_out)
{
    struct winsize size = {0};

    if (ioctl(fd, TIOCGWINSZ, &size) != 0) {
        size = (struct winsize){0};
    }
    terminal_out->is_terminal = isatty(fd) == 1;
    terminal_out->has_utf8 = terminal_has_utf8();
    terminal_out->has_colour = terminal_out->is_terminal && terminal_has_colour();
    terminal_out->width = terminal_length(size.ws_col, "COLUMNS", 80);
    terminal_out->height = terminal_length(size.ws_row, "LINES", 24);
}
