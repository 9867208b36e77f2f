/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_SWEEPS_H
#define SKEP_TESTS_INTEGRATION_SWEEPS_H

/* What tests of `skep sweep` need: arrays that it reads, and what np.load would find in those that it makes.
 */
#include <math.h>

#include "integration/runs.h"
#include "npy/header.h"

/* A loaded array: its header, and its elements as they lie in the file. */
struct sweeps_array {
    char *file;
    size_t file_n;
    struct skep_npy_header header;
    const double *elements; /* of an f8 */
};

static inline struct sweeps_array sweeps_load(struct cli *cli, const char *name)
{
    struct sweeps_array array = {0};
    struct skep_error err = {0};

    array.file = test_read_file(cli->folder, name, &array.file_n);
    if (skep_npy_header_parse(array.file, array.file_n, array.file_n, &array.header, &err) != SKEP_OK) {
        fail_msg("%s: %s", name, err.text);
    }
    assert_false(array.header.is_fortran);
    assert_false(array.header.is_swapped);
    assert_int_equal(array.header.data_offset % 64, 0);
    assert_int_equal(array.header.data_offset + array.header.data_bytes, array.file_n);
    array.elements = (const double *)(const void *)(array.file + array.header.data_offset);
    return array;
}

static inline void sweeps_unload(struct sweeps_array *array)
{
    free(array->file);
}

static inline void sweeps_expect_shape(const struct sweeps_array *array, enum skep_dtype dtype, int ndim,
                                       const int64_t *shape)
{
    assert_int_equal(array->header.dtype, dtype);
    assert_int_equal(array->header.ndim, ndim);
    for (int d = 0; d < ndim; d++) {
        assert_int_equal(array->header.shape[d], shape[d]);
    }
}

/* Write an array of doubles of this shape: element i is sin(i), which repeats itself nowhere. */
static inline void sweeps_write(struct cli *cli, const char *name, int ndim, const int64_t *shape)
{
    int64_t count = skep_shape_count(ndim, shape);
    char *bytes = malloc(SKEP_NPY_HEADER_MAX + (size_t)count * sizeof(double));
    size_t n;

    assert_non_null(bytes);
    n = skep_npy_header_write(SKEP_F8, ndim, shape, bytes, SKEP_NPY_HEADER_MAX);
    for (int64_t i = 0; i < count; i++) {
        double element = sin((double)i);
        memcpy(bytes + n + (size_t)i * sizeof element, &element, sizeof element);
    }
    test_write_file(cli->folder, name, bytes, n + (size_t)count * sizeof(double));
    free(bytes);
}

#endif
