/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_PRODUCER_SWEEP_ARRAYS_H
#define SKEP_TESTS_UNIT_PRODUCER_SWEEP_ARRAYS_H

/* .npy files for tests of sweeps. */
#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "support/files.h"

#include "npy/header.h"

/* Write an array of doubles of this shape: 0.5, 1.5, 2.5, ... */
static inline void arrays_write(const char *folder, const char *name, int ndim, const int64_t *shape)
{
    int64_t count = skep_shape_count(ndim, shape);
    char *bytes = malloc(SKEP_NPY_HEADER_MAX + (size_t)count * sizeof(double));
    size_t n;

    assert_non_null(bytes);
    n = skep_npy_header_write(SKEP_F8, ndim, shape, bytes, SKEP_NPY_HEADER_MAX);
    for (int64_t i = 0; i < count; i++) {
        double element = (double)i + 0.5;
        memcpy(bytes + n + (size_t)i * sizeof element, &element, sizeof element);
    }
    test_write_file(folder, name, bytes, n + (size_t)count * sizeof(double));
    free(bytes);
}

#endif
