/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_DIFFUSE_STEPS_H
#define SKEP_KERNEL_DYNAMICS_DIFFUSE_STEPS_H

#include <stdint.h>

#include "kernel/cpu.h"

/* The innermost loops of diffuse1d and diffuse2d, once for each level of vector instructions: one step in
 * time of a piece of the grid whose neighbours are all there. Every level does the stated operations in the
 * stated order, so all of them give the same bits. */

/* Rows that are done together: the rows between are loaded once for two uses. */
enum { SKEP_DIFFUSE_ROWS = 4 };

struct skep_diffuse_steps {
    /* OUT[i] = in[i] + k ((in[i+1] + in[i-1]) - 2 in[i]) for 0 <= i < n. IN[-1] and IN[n] are read. */
    void (*line)(const double *in, double *out, int64_t n, double k);
    /* Four rows of a plane, OUT[r] from IN[r], IN[r+1] and IN[r+2], the one above, the same and the one
     * below; IN[r][-1] and IN[r][n] are read. */
    void (*rows)(const double *const in[SKEP_DIFFUSE_ROWS + 2], double *const out[SKEP_DIFFUSE_ROWS],
                 int64_t n, double k);
};

extern const struct skep_diffuse_steps skep_diffuse_steps_plain;
#if defined(__x86_64__)
extern const struct skep_diffuse_steps skep_diffuse_steps_avx2;
extern const struct skep_diffuse_steps skep_diffuse_steps_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_diffuse_steps *skep_diffuse_steps_at(enum skep_cpu_level level);

#endif
