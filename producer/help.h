/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_HELP_H
#define SKEP_PRODUCER_HELP_H

#include "base/buf.h"
#include "producer/command.h"

/* Print the help of the program, or of one command ("dead " is the PATH of `skep dead ls`). The exit code is
 * that of printing. */
int skep_help_program(void);
int skep_help_command(const char *path, const struct skep_command *command);

/* The same into a buffer. */
void skep_help_write_command(struct skep_buf *buf, const char *path, const struct skep_command *command);

#endif
