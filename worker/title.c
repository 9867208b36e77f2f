/* SPDX-License-Identifier: MIT */
/* Linux shows the bytes from the first argument to the end of the argument area; when the last of them is not
 * NUL it goes on into the environment behind it. The environment strings are copied first, so the whole area
 * is ours. */
#include "title.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/alloc.h"

extern char **environ;

static char *title_space;
static size_t title_bytes;

/* NAME=VALUE once more, in memory of the C library's own. */
static int title_set_again(char *entry)
{
    char *equals = strchr(entry, '=');
    int status;

    if (equals == NULL) {
        return 0;
    }
    *equals = '\0';
    status = setenv(entry, equals + 1, 1);
    *equals = '=';
    return status;
}

/* Let nothing of the environment lie in the area of the command line any more. */
static int title_move_environment(void)
{
    size_t n = 0;
    char **entries;
    int status = 0;

    while (environ[n] != NULL) {
        n++;
    }
    entries = skep_calloc(n + 1, sizeof *entries);
    if (entries == NULL) {
        return -1;
    }
    memcpy(entries, environ, n * sizeof *entries);
    clearenv();
    for (size_t i = 0; i < n && status == 0; i++) {
        status = title_set_again(entries[i]);
    }
    skep_free(entries);
    return status;
}

/* The short name, which top shows: a slot was started as /proc/self/exe. */
static void title_set_name(const char *program)
{
    const char *slash = strrchr(program, '/');

    prctl(PR_SET_NAME, slash != NULL ? slash + 1 : program);
}

void skep_title_init(int argc, char **argv)
{
    char *end = argv[0];

    title_set_name(argv[0]);
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
