/* SPDX-License-Identifier: MIT */
/* Linux shows the bytes from the first argument to the end of the argument area; when the last of them is not
 * NUL it goes on into the environment behind it. The environment strings are copied first, so the whole area
 * is ours. */
#include "title.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

extern char **environ;

static char *title_space;
static size_t title_bytes;

/* Copy the environment to the heap; it lives as long as the process. */
static int title_move_environment(void)
{
    size_t n = 0;
    char **moved;

    while (environ[n] != NULL) {
        n++;
    }
    moved = skep_calloc(n + 1, sizeof *moved);
    for (size_t i = 0; moved != NULL && i < n; i++) {
        moved[i] = skep_strdup(environ[i]);
        if (moved[i] == NULL) {
            return -1;
        }
    }
    if (moved == NULL) {
        return -1;
    }
    environ = moved;
    return 0;
}

void skep_title_init(int argc, char **argv)
{
    char *end = argv[0];

    for (int i = 0; i < argc; i++) {
        if (argv[i] == end) {
            end = argv[i] + strlen(argv[i]) + 1;
        }
    }
    for (char **e = environ; *e != NULL; e++) {
        if (*e == end) {
            end = *e + strlen(*e) + 1;
        }
    }
    if (title_move_environment() == 0) {
        title_space = argv[0];
        title_bytes = (size_t)(end - argv[0]);
    }
}

void skep_title_set(const char *format, ...)
{
    va_list args;
    int n;

    if (title_bytes < 2) {
        return;
    }
    va_start(args, format);
    n = vsnprintf(title_space, title_bytes, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < title_bytes) {
        memset(title_space + n, 0, title_bytes - (size_t)n);
    }
}
