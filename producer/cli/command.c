/* SPDX-License-Identifier: MIT */
#include "producer/cli/command.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "queue/server.h"

enum { COMMAND_ARENA_BYTES = 16 * 1024 * 1024, COMMAND_LINE_BYTES = 2048 };

/* Control characters would let a hostile record drive the terminal. UTF-8 passes. */
static void command_make_harmless(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c == 0x7f) {
            *text = '?';
        }
    }
}

static void command_say(const char *prefix, char *text)
{
    command_make_harmless(text);
    fprintf(stderr, "%s%s\n", prefix, text);
}

void skep_say(const char *format, ...)
{
    char text[COMMAND_LINE_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    command_say("", text);
}

void skep_complain(const char *format, ...)
{
    char text[COMMAND_LINE_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    command_say("skep: ", text);
}

int skep_exit_of(skep_status status)
{
    switch (status) {
    case SKEP_OK:
        return SKEP_EXIT_OK;
    case SKEP_STOPPED:
        return SKEP_EXIT_INTERRUPTED;
    case SKEP_E_USAGE:
    case SKEP_E_LIMIT:
    case SKEP_E_BAD_RECORD:
    case SKEP_E_BAD_ARGS:
    case SKEP_E_UNKNOWN_KERNEL:
        return SKEP_EXIT_USAGE;
    default:
        return SKEP_EXIT_SERVER;
    }
}

int skep_complain_error(skep_status status, const struct skep_error *err)
{
    skep_complain("%s", skep_error_text(err, status));
    return skep_exit_of(status);
}

bool skep_command_parse(const struct skep_command *command, int argc, char **argv, struct skep_arena *arena,
                        void *settings, struct skep_operands *operands_out)
{
    const struct skep_command_line line = {.argc = argc, .argv = argv};
    static const struct skep_option none[] = {{.name = NULL}};
    const struct skep_option *rows = command->options != NULL ? command->options : none;
    struct skep_error err = {0};
    const struct skep_server_settings nowhere = {0};
    skep_status hidden;
    skep_status st = skep_options_parse(rows, &line, arena, settings, operands_out, &err);

    /* Also after a mistake, and whether or not this command has use for a URL. */
    hidden = skep_server_hide_password(&nowhere, argc, argv, NULL);
    assert(hidden == SKEP_OK);
    (void)hidden;
    if (st != SKEP_OK) {
        skep_complain("%s: %s", command->name, skep_error_text(&err, st));
    }
    return st == SKEP_OK;
}

int skep_command_act(const struct skep_command *command, int argc, char **argv)
{
    struct skep_operands operands;
    struct skep_arena arena;
    void *settings;
    int exit_code = SKEP_EXIT_USAGE;

    skep_arena_init(&arena, COMMAND_ARENA_BYTES);
    settings = skep_arena_calloc(&arena, 1, command->settings_bytes);
    if (settings == NULL) {
        skep_complain("no memory for the settings");
        exit_code = SKEP_EXIT_SERVER;
    } else if (skep_command_parse(command, argc, argv, &arena, settings, &operands)) {
        if (operands.n > command->max_operands) {
            skep_complain("%s: \"%.64s\" is one word too many; --help shows the usage", command->name,
                          operands.items[command->max_operands]);
        } else {
            exit_code = command->act(settings, &operands);
        }
    }
    skep_arena_release(&arena);
    return exit_code;
}

int skep_print(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, n);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            if (errno != EPIPE) {
                skep_complain("cannot write to standard output: %s", strerror(errno));
            }
            return SKEP_EXIT_SERVER;
        }
        bytes += written;
        n -= (size_t)written;
    }
    return SKEP_EXIT_OK;
}

int skep_print_buf(struct skep_buf *buf)
{
    int shown = SKEP_EXIT_SERVER;

    if (skep_buf_failed(buf)) {
        skep_complain("no memory for what was to be printed");
    } else {
        shown = skep_print(buf->bytes, buf->length);
    }
    skep_buf_release(buf);
    return shown;
}
