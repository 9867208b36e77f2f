/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_ARGS_H
#define SKEP_PRODUCER_SWEEP_ARGS_H

#include "config/options.h"
#include "kernel/kernel.h"
#include "producer/sweep/sweep_factors.h"
#include "sweep/sweep.h"

/* The arguments of a sweep's tasks, from the operands NAME=VALUE of a command line, its constants, and the
 * variables themselves:
 *
 *   a value is JSON if it reads as such, and text if not; {variables} may stand in texts, and bare within a
 *     list or an object: x='eeg.npy[:,{i}]' shape='[{n},2]'
 *   a constant is the same without variables: its braces are braces
 *   a variable that is called like an argument, and that no operand uses, is that argument
 *   one variable that is used nowhere and one argument that is missing belong together */

/* Fill sweep->args. The factors are there (sweep->filter too), with READER's slices.
 *
 *   SKEP_E_USAGE   not NAME=VALUE; an argument that the kernel does not have, or twice; a variable that there
 *                  is not, or that nothing uses
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_parse_operands(const struct skep_sweep_reader *reader,
                                                    const struct skep_kernel *kernel,
                                                    const char *const *operands, size_t n_operands,
                                                    const struct skep_text_list *consts,
                                                    struct skep_sweep *sweep, struct skep_error *err);

#endif
