/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_LOGREG_STEPS_H
#define SKEP_KERNEL_NUMBERS_LOGREG_STEPS_H

#include <stdint.h>

#include "kernel/cpu.h"

/* The two loops of logreg over a block of rows, once for each level of vector instructions, all with the same
 * order of operations and so the same bits. Columns go in groups of eight. N_ROWS is a multiple of eight.
 * Rows lie STRIDE doubles apart, and the last group of each may be read whole, beyond D. What lies there is
 * not used. */

enum { SKEP_LOGREG_LANES = 8 };

/* z[i] = x_i . w. The products of columns that are equal modulo 8 are summed in ascending order to t[0] ...
 * t[7], then z = ((t0 + t4) + (t2 + t6)) + ((t1 + t5) + (t3 + t7)). W is padded with zeros to whole groups.
 */
typedef void (*skep_logreg_products)(const double *x, int64_t stride, int64_t n_rows, int64_t d,
                                     const double *w, double *z_out);

/* g[j] = the sum over rows of slope[i] x[i][j]. Rows that are equal modulo 4 are summed in ascending order to
 * a[0]
 * ... a[3], then g = (a0 + a2) + (a1 + a3). G has room for whole groups. */
typedef void (*skep_logreg_gradient)(const double *x, int64_t stride, int64_t n_rows, int64_t d,
                                     const double *slope, double *g_out);

/* slope[i] = -y[i] / (1 + e[i]). */
typedef void (*skep_logreg_slopes)(const double *y, const double *e, int64_t n, double *slope_out);

struct skep_logreg_steps {
    skep_logreg_products products;
    skep_logreg_slopes slopes;
    skep_logreg_gradient gradient;
};

extern const struct skep_logreg_steps skep_logreg_steps_plain;
#if defined(__x86_64__)
extern const struct skep_logreg_steps skep_logreg_steps_avx2;
extern const struct skep_logreg_steps skep_logreg_steps_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_logreg_steps *skep_logreg_steps_at(enum skep_cpu_level level);

#endif
