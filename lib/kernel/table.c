/* SPDX-License-Identifier: MIT */
#include "kernel/kernel.h"

#include <assert.h>
#include <string.h>

/* The kernels, in the order of the documentation: one line each. */
#define KERNELS(X)                                                                                           \
    X(te_box)                                                                                                \
    X(te_box_counts)                                                                                         \
    X(mi_box)                                                                                                \
    X(mi_box_counts)                                                                                         \
    X(te_matrix)                                                                                             \
    X(star_rk4)                                                                                              \
    X(star_te)                                                                                               \
    X(diffuse1d)                                                                                             \
    X(diffuse2d)                                                                                             \
    X(julia)                                                                                                 \
    X(pi_mc)                                                                                                 \
    X(prime)                                                                                                 \
    X(prime_divisor)                                                                                         \
    X(prime_count)                                                                                           \
    X(logreg)                                                                                                \
    X(sum)                                                                                                   \
    X(mean)                                                                                                  \
    X(var)                                                                                                   \
    X(std)                                                                                                   \
    X(min)                                                                                                   \
    X(max)                                                                                                   \
    X(argmin)                                                                                                \
    X(argmax)                                                                                                \
    X(absmax)                                                                                                \
    X(norm2)                                                                                                 \
    X(count_nan)                                                                                             \
    X(count_finite)                                                                                          \
    X(stats)                                                                                                 \
    X(hist)                                                                                                  \
    X(axpy)                                                                                                  \
    X(dot)                                                                                                   \
    X(expr)                                                                                                  \
    X(random)                                                                                                \
    X(hll)                                                                                                   \
    X(kmv)                                                                                                   \
    X(bloom_build)                                                                                           \
    X(bloom_query)                                                                                           \
    X(morris)                                                                                                \
    X(echo)                                                                                                  \
    X(sleep)                                                                                                 \
    X(fail)

#define DECLARE(name) extern const struct skep_kernel skep_kernel_##name;
KERNELS(DECLARE)

#define POINT(name) &skep_kernel_##name,
static const struct skep_kernel *const kernels[] = {KERNELS(POINT)};

size_t skep_kernel_count(void)
{
    return sizeof kernels / sizeof kernels[0];
}

const struct skep_kernel *skep_kernel_at(size_t i)
{
    assert(i < skep_kernel_count());
    return kernels[i];
}

/* Runs once for every task: a few comparisons that mostly end at the first letter are quicker than a hash of
 * the name. */
const struct skep_kernel *skep_kernel_find(const char *name)
{
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        if (strcmp(kernels[i]->name, name) == 0) {
            return kernels[i];
        }
    }
    return NULL;
}

size_t skep_kernel_count_args(const struct skep_kernel *kernel)
{
    size_t n = 0;

    while (kernel->args[n].name != NULL) {
        n++;
    }
    return n;
}
