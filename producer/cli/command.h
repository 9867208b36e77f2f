/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_COMMAND_H
#define SKEP_PRODUCER_COMMAND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "config/option.h"
#include "config/options.h"

/* What the program tells its caller. Scripts depend on these numbers. */
enum skep_exit {
    SKEP_EXIT_OK = 0,     /* all good */
    SKEP_EXIT_FAILED = 1, /* some task failed for good; what was asked for is not there */
    SKEP_EXIT_USAGE = 2,  /* the command line or the task file is wrong: change it */
    SKEP_EXIT_SERVER = 3, /* the server is out of reach or refused, or a disk or memory failed: try later */
    SKEP_EXIT_TIMEOUT = 124,    /* the time that was given is over, as timeout(1) says it */
    SKEP_EXIT_INTERRUPTED = 130 /* Ctrl-C before it was done, as shells count it */
};

/* A command is a row: the help, the manual page and the completion are printed from it. It either has
 * subcommands, or acts on settings that the frame has read from its rows of options, or reads its command
 * line itself.
 *
 * To add one: a file with its rows of options, its function and its `const struct skep_command`, a line in
 * commands.h, one in the table of commands.c, a test. */
struct skep_command {
    const char *name;        /* as it is typed: "push"; of a subcommand the second word */
    const char *summary;     /* one line, without a full stop */
    const char *usage;       /* what follows the name: "[-q QUEUE] [FILE...]" */
    const char *const *text; /* paragraphs; NULL-terminated; the help breaks the lines. NULL: none */
    const char *const
        *examples; /* command lines, each followed by what it does; NULL-terminated; NULL: none */
    const struct skep_option *options; /* ends with a row without a name; NULL: none */
    bool is_hidden;                    /* for packagers, not for people */

    const struct skep_command *const *subcommands; /* NULL-terminated */

    size_t settings_bytes; /* of the struct that the options fill */
    size_t max_operands;
    /* Returns an enum skep_exit. */
    int (*act)(const void *settings, const struct skep_operands *operands);

    int (*run)(int argc, char **argv); /* ARGV[0] is the name; returns an enum skep_exit */
};

/* Read the command line by the rows of COMMAND and act. */
int skep_command_act(const struct skep_command *command, int argc, char **argv);

/* Fill SETTINGS (zeroed by the caller) and OPERANDS_OUT from the command line of COMMAND by its rows.
 * Everything lives in ARENA. Passwords within URLs are then overwritten in ARGV, so that process lists do not
 * show them. On failure the user has been told what is wrong, and the command returns SKEP_EXIT_USAGE. */
SKEP_MUST_USE bool skep_command_parse(const struct skep_command *command, int argc, char **argv,
                                      struct skep_arena *arena, void *settings,
                                      struct skep_operands *operands_out);

/* Tell the user on standard error, one line: FORMAT alone, or with "skep: " in front of it when it is what
 * the program ends with or stumbles over. Control characters become '?'. */
void skep_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void skep_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Tell what ERR says and return the exit code that belongs to STATUS. */
int skep_complain_error(skep_status status, const struct skep_error *err);
int skep_exit_of(skep_status status);

/* Write N bytes to standard output; SKEP_EXIT_OK, or SKEP_EXIT_SERVER after a complaint (a closed pipe is no
 * news and gets none). Commands that print once at their end build their text in a buffer and use this. */
int skep_print(const char *bytes, size_t n);
int skep_print_buf(struct skep_buf *buf); /* and release it; complains when it had failed */

#endif
