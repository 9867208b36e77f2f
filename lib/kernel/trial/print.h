/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_TRIAL_PRINT_H
#define SKEP_KERNEL_TRIAL_PRINT_H

#include "kernel/kernel.h"

/* What kernels for trying things out print when they are asked to, as any code that a task runs may. Two rows
 * of arguments, behind each other. */
#define SKEP_PRINT_ROWS                                                                                      \
    {.name = "stdout", .kind = SKEP_ARG_TEXT, .help = "Text to print to standard output."},                  \
    {                                                                                                        \
        .name = "stderr", .kind = SKEP_ARG_TEXT, .help = "Text to print to standard error."                  \
    }

/* ARGS is the first of the two. A text that cannot be printed is no failure. */
void skep_print_args(const struct skep_arg *args);

#endif
