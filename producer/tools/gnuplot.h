/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_GNUPLOT_H
#define SKEP_PRODUCER_GNUPLOT_H

#include "base/buf.h"
#include "base/error.h"

/* Run SCRIPT in gnuplot, and make PATH what it writes to its standard output: whole, or not at all.
 *
 *   SKEP_E_UNREACHABLE   there is no gnuplot; ERR says which package has it
 *   SKEP_E_OUTPUT        it has refused the script, or its picture is empty; ERR has its words
 *   SKEP_E_IO            PATH cannot be written */
SKEP_MUST_USE skep_status skep_gnuplot(const struct skep_buf *script, const char *path,
                                       struct skep_error *err);

#endif
