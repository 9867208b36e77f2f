/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_HELP_H
#define SKEP_PRODUCER_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/cli/command.h"

/* Print the help of the program, or of one command ("dead " is the PATH of `skep dead ls`). The exit code is
 * that of printing. */
int skep_help_program(void);
int skep_help_command(const char *path, const struct skep_command *command);

/* The rows of COMMAND of one sort: those that say how to reach the server, or the others. ROWS_OUT has room
 * for SKEP_HELP_ROWS and ends with a row without a name. Returns how many there are. */
enum { SKEP_HELP_ROWS = 64 };
size_t skep_help_pick(const struct skep_command *command, bool of_server,
                      struct skep_option rows_out[SKEP_HELP_ROWS]);

#endif
